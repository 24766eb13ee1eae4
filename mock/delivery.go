package mock

import (
	"encoding/json"
	"slices"
	"sync/atomic"
	"time"

	"tacklebox/mock/provider"
	"tacklebox/receiver/journal"
)

// delivery is a provider.Delivery with what only the engine knows of it.
type delivery struct {
	provider.Delivery

	faults    []*Fault
	forgotten bool         // by a reset: what comes of it is not recorded
	spared    bool         // a fault put it off; its next attempt is made
	set       []*Fault     // the faults of that attempt
	firing    string       // what a direct delivery was fired with: its own order
	replay    *replayed    // set when it repeats a recorded request
	retract   *atomic.Bool // takes back the planned attempt
}

// together tells of the events when they are several.
func (d *delivery) together() (t journal.Together) {
	if len(d.EventIDs) > 1 {
		t.EventIDs = d.EventIDs
	}
	if slices.ContainsFunc(d.EventTypes, func(typ string) bool { return typ != d.Type }) {
		t.EventTypes = d.EventTypes
	}
	return t
}

// detail is together for an entry, nil when there is one event.
func (d *delivery) detail() json.RawMessage {
	if len(d.EventIDs) < 2 {
		return nil
	}
	return provider.Encode(d.together())
}

const smallBody = 1 << 10

// settle ends the delivery and lets go of what only attempts needed.
func (d *delivery) settle(s provider.DeliveryState) {
	d.State, d.Next = s, time.Time{}
	d.Events, d.Payloads, d.faults = nil, nil, nil
	if d.retract != nil {
		d.retract.Store(true)
	}
	if len(d.Body) > smallBody {
		d.Body = nil
	}
}

// plan is the part of a delivery that its event's journal entry keeps.
type plan struct {
	ID           string          `json:"id"`
	Account      string          `json:"account,omitempty"`
	Subscription string          `json:"subscription,omitempty"`
	URL          string          `json:"url,omitempty"`
	Direct       bool            `json:"direct,omitempty"`
	Done         bool            `json:"done,omitempty"`
	Data         json.RawMessage `json:"data,omitempty"`
}

// detail is what an event's journal entry keeps beside the payload.
type detail struct {
	Event      *provider.Event  `json:"event"`
	Deliveries []plan           `json:"deliveries,omitempty"`
	Skipped    []provider.Skip  `json:"skipped,omitempty"`
	Counters   map[string]int64 `json:"counters,omitempty"`
}
