package mock

import (
	"encoding/json"
	"slices"
	"sync/atomic"
	"time"

	"tacklebox/mock/fault"
	"tacklebox/mock/provider"
	"tacklebox/receiver/journal"
)

// delivery is a provider.Delivery with what only the engine knows of it.
type delivery struct {
	provider.Delivery

	rules     []*fault.Rule // of its firing
	plan      *fault.Plan   // of the attempt that was put off
	resumed   bool          // another engine may have had it on its way, and did not say what came of it
	forgotten bool          // by a reset: what comes of it is not recorded
	firing    string        // what a direct delivery was fired with: its own order
	replay    *replayed     // set when it repeats a recorded request
	retract   *atomic.Bool  // takes back the planned attempt
	budget    *Budget       // that bytes are held of
	bytes     int
}

// hold counts what is kept in memory until the delivery is settled.
func (d *delivery) hold(b *Budget, bytes int) {
	d.budget, d.bytes = b, d.bytes+bytes
	b.held.Add(int64(bytes))
}

// detail is Together for an entry, nil when there is one event.
func (d *delivery) detail() json.RawMessage {
	if len(d.EventIDs) < 2 {
		return nil
	}
	return provider.Encode(d.Together())
}

const smallBody = 1 << 10

// settle ends the delivery and lets go of what only attempts needed.
func (d *delivery) settle(s provider.DeliveryState) {
	d.takeBack()
	d.State = s
	if d.budget != nil {
		d.budget.held.Add(-int64(d.bytes))
		d.budget, d.bytes = nil, 0
	}
	d.Events, d.Payloads, d.rules, d.plan = nil, nil, nil, nil
	if len(d.Body) > smallBody {
		d.Body = nil
	}
}

// shed lets go of what is asked of deliveries to subscriptions alone, once a direct
// one is settled: ten thousand of an account stay, and the collector looks through
// all that they hold.
func (d *delivery) shed() {
	if d.Direct && d.Settled() {
		d.Body, d.Attempts, d.EventTypes, d.Data = nil, nil, nil, nil
	}
}

// takeBack forgets the planned attempt.
func (d *delivery) takeBack() {
	d.Next = time.Time{}
	if d.retract != nil {
		d.retract.Store(true)
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

// attemptExtra is what an attempt's entry keeps beside the exchange: the events
// when they are several, the reason phrase when it is not the usual one, that it
// only repeats another one, and that the request may have been sent before by a
// process that died meanwhile.
type attemptExtra struct {
	journal.Together
	Reason  string `json:"reason,omitempty"`
	Repeat  bool   `json:"repeat,omitempty"`
	Resumed bool   `json:"resumed,omitempty"`
	TLS     string `json:"tls,omitempty"` // what is to be said of the receiver's certificate
}

func (more attemptExtra) detail() json.RawMessage {
	if more.EventIDs == nil && more.Reason == "" && !more.Repeat && !more.Resumed && more.TLS == "" {
		return nil
	}
	return provider.Encode(more)
}

// deliveryLog is an account's deliveries, oldest first. Settled ones beyond the
// newest 10,000 are forgotten (PrioTicket and Dsco keep that many).
type deliveryLog struct {
	all  []*delivery
	most int // how long it may get before it is looked through again
}

const keptDeliveries = 10_000

func (w *service) keep(d *delivery) {
	log := w.log[d.Account]
	if log == nil {
		log = &deliveryLog{}
		w.log[d.Account] = log
	}
	log.add(d)
}

func (l *deliveryLog) add(d *delivery) {
	l.all = append(l.all, d)
	if len(l.all) > max(l.most, keptDeliveries+keptDeliveries/4) {
		l.trim()
		l.most = len(l.all) + len(l.all)/4 // where all of it waits, looking each time would take the square of its length
	}
}

func (l *deliveryLog) trim() {
	surplus := len(l.all) - keptDeliveries
	if surplus <= 0 {
		return
	}
	l.all = slices.DeleteFunc(l.all, func(d *delivery) bool {
		if surplus > 0 && d.Settled() {
			surplus--
			return true
		}
		return false
	})
}
