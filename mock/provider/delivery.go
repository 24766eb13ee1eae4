package provider

import (
	"encoding/json"
	"slices"
	"tacklebox/receiver/journal"
	"time"
)

// DeliveryState says where a delivery stands.
type DeliveryState string

// The states of a delivery.
const (
	Waiting   DeliveryState = "waiting"   // an attempt is to come
	Delivered DeliveryState = "delivered" // an attempt succeeded
	Failed    DeliveryState = "failed"    // given up after the last attempt
	Dropped   DeliveryState = "dropped"   // its subscription went away
)

// Delivery is one event, or one batch of them, on its way to one subscription.
type Delivery struct {
	ID           string
	Account      string
	Subscription string // "" when fired directly to a URL
	Type         string // event type of the first event
	URL          string // where the target stood when the event happened
	Direct       bool   // the `to` of a firing: no subscription, no delivery log
	Data         json.RawMessage
	Created      time.Time
	EventIDs     []string
	EventTypes   []string // of each event; empty when it repeats a recorded request
	Events       []*Event // until it is settled
	Payloads     [][]byte // one for each event, until it is settled
	Body         []byte   // the whole callback body; kept only when small once it is settled
	State        DeliveryState
	Next         time.Time // when it is tried again; zero: not planned
	Attempts     []*Attempt
}

// Attempt is one finished HTTP try.
type Attempt struct {
	N      int
	Seq    uint64    // of its journal entry, which holds request and response
	At     time.Time // when it started, on the provider's clock
	Took   time.Duration
	Status int    // 0: no answer
	Reason string // phrase of the answer's status line
	Error  string // why it failed, when no status says it
	OK     bool
}

// Last returns the newest attempt, nil before the first.
func (d *Delivery) Last() *Attempt {
	if len(d.Attempts) == 0 {
		return nil
	}
	return d.Attempts[len(d.Attempts)-1]
}

// First returns the instant of the first attempt, or of the event before it.
func (d *Delivery) First() time.Time {
	if len(d.Attempts) == 0 {
		return d.Created
	}
	return d.Attempts[0].At
}

// Settled reports that nothing more will happen to the delivery.
func (d *Delivery) Settled() bool { return d.State != Waiting }

// Together tells of the events when they are several.
func (d *Delivery) Together() (t journal.Together) {
	if len(d.EventIDs) > 1 {
		t.EventIDs = d.EventIDs
	}
	if slices.ContainsFunc(d.EventTypes, func(typ string) bool { return typ != d.Type }) {
		t.EventTypes = d.EventTypes
	}
	return t
}

// DropError, returned by Provider.Request, ends a delivery without an attempt: its
// subscription does not want it any more.
type DropError struct{ Reason string }

func (e *DropError) Error() string { return "dropped: " + e.Reason }
