package mock

import (
	"cmp"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"tacklebox/mock/provider"
)

// The checkpoint is what the fold of the journal comes to up to an entry, so that
// a start reads only the entries after it, and knows what waits although its
// events are no longer kept. It stands beside the state and is worth nothing
// without it: the state is written first.

const (
	checkpointName  = "deliveries"
	checkpointEvery = 20_000 // entries of the engine
)

// checkpoint is one provider's part.
type checkpoint struct {
	Seq        uint64          `json:"seq"` // the newest entry that is in it
	Deliveries []savedDelivery `json:"deliveries,omitempty"`
	Failures   []failures      `json:"failures,omitempty"`
}

// savedDelivery is a provider.Delivery without what can be made again.
type savedDelivery struct {
	ID           string                 `json:"id"`
	Account      string                 `json:"account"`
	Subscription string                 `json:"sub,omitempty"`
	Type         string                 `json:"type"`
	URL          string                 `json:"url"`
	Direct       bool                   `json:"direct,omitempty"`
	Data         json.RawMessage        `json:"data,omitempty"`
	Created      time.Time              `json:"created"`
	EventIDs     []string               `json:"events"`
	EventTypes   []string               `json:"types,omitempty"` // when they are not all Type
	Events       []*provider.Event      `json:"made_of,omitempty"`
	Body         []byte                 `json:"body,omitempty"` // of what waits
	State        provider.DeliveryState `json:"state"`
	Next         time.Time              `json:"next,omitzero"`
	Attempts     []savedAttempt         `json:"attempts,omitempty"`
}

// savedAttempt is a provider.Attempt; its number is its place.
type savedAttempt struct {
	Seq    uint64        `json:"seq"`
	At     time.Time     `json:"at"`
	Took   time.Duration `json:"took,omitempty"`
	Status int           `json:"status,omitempty"`
	Reason string        `json:"reason,omitempty"` // when it is not the status's own
	Error  string        `json:"error,omitempty"`
	OK     bool          `json:"ok,omitempty"`
}

func (d *delivery) saved() savedDelivery {
	out := savedDelivery{ID: d.ID, Account: d.Account, Subscription: d.Subscription, Type: d.Type, URL: d.URL, Direct: d.Direct, Data: d.Data, Created: d.Created,
		EventIDs: d.EventIDs, EventTypes: d.together().EventTypes, Events: d.Events, State: d.State, Next: d.Next}
	if !d.Settled() {
		out.Body = d.Body
	}
	for _, a := range d.Attempts {
		one := savedAttempt{a.Seq, a.At, a.Took, a.Status, a.Reason, a.Error, a.OK}
		if a.Reason == http.StatusText(a.Status) {
			one.Reason = ""
		}
		out.Attempts = append(out.Attempts, one)
	}
	return out
}

func (s savedDelivery) delivery() *delivery {
	d := &delivery{Delivery: provider.Delivery{ID: s.ID, Account: s.Account, Subscription: s.Subscription, Type: s.Type, URL: s.URL, Direct: s.Direct, Data: s.Data,
		Created: s.Created, EventIDs: s.EventIDs, EventTypes: s.EventTypes, Events: s.Events, Body: s.Body, State: s.State, Next: s.Next}}
	if d.EventTypes == nil {
		d.EventTypes = slices.Repeat([]string{s.Type}, len(s.EventIDs))
	}
	for i, a := range s.Attempts {
		d.Attempts = append(d.Attempts, &provider.Attempt{N: i + 1, Seq: a.Seq, At: a.At, Took: a.Took, Status: a.Status,
			Reason: cmp.Or(a.Reason, http.StatusText(a.Status)), Error: a.Error, OK: a.OK})
	}
	return d
}

// failures is a subscription's count of failed attempts in a row.
type failures struct {
	Account      string `json:"account"`
	Subscription string `json:"subscription"`
	Failures     int    `json:"failures"`
}

// Checkpoint writes down what waits and what was settled, for the next start. It
// is called while the log grows, and before entries are deleted.
func (e *Engine) Checkpoint() error {
	e.checkpointMu.Lock()
	defer e.checkpointMu.Unlock()
	parts := map[string]checkpoint{}
	var saved []*flush
	for name, w := range e.services {
		w.mu.Lock()
		parts[name] = w.checkpoint()
		saved = append(saved, w.save())
		w.mu.Unlock()
	}
	for _, f := range saved {
		if err := f.wait(); err != nil {
			return fmt.Errorf("checkpoint: %w", err)
		}
	}
	doc := provider.Encode(parts)
	return e.state.saveBeside(checkpointName, fmt.Appendf(nil, "%08x\n%s", crc32.ChecksumIEEE(doc), doc))
}

func (w *service) checkpoint() checkpoint {
	c := checkpoint{Seq: w.engine.appended()}
	for _, log := range w.log {
		log.trim()
		for _, d := range log.all {
			if d.Direct && d.Settled() {
				continue // nobody asks for them
			}
			c.Deliveries = append(c.Deliveries, d.saved())
		}
	}
	for _, a := range w.world.Accounts() {
		for _, s := range a.Subs() {
			if s.Failures > 0 {
				c.Failures = append(c.Failures, failures{a.Name, s.ID, s.Failures})
			}
		}
	}
	return c
}

// restoreCheckpoint brings back what the checkpoint holds. from is the entry after
// which the journal has to be read, open what may go on. One that cannot be read,
// or that is of another journal or newer than the state, is left out: everything
// is read then.
func (e *Engine) restoreCheckpoint(last uint64, known map[*service]uint64, open map[string]*delivery) (from uint64) {
	parts, err := e.readCheckpoint()
	if err != nil {
		e.cfg.Warn(fmt.Sprintf("the checkpoint of deliveries is not used: %v", err))
	}
	for name, w := range e.services {
		if c, ok := parts[name]; !ok || c.Seq > last || c.Seq > known[w] {
			return 0
		}
	}
	from = last
	for name, w := range e.services {
		w.takeCheckpoint(parts[name], open)
		from = min(from, parts[name].Seq)
	}
	return from
}

func (e *Engine) readCheckpoint() (parts map[string]checkpoint, err error) {
	raw, err := e.state.loadBeside(checkpointName)
	if raw == nil {
		return nil, err
	}
	sum, doc, _ := strings.Cut(string(raw), "\n")
	if want, err := strconv.ParseUint(sum, 16, 32); err != nil || crc32.ChecksumIEEE([]byte(doc)) != uint32(want) {
		return nil, fmt.Errorf("its checksum is wrong")
	}
	err = json.Unmarshal([]byte(doc), &parts)
	return parts, err
}

func (w *service) takeCheckpoint(c checkpoint, open map[string]*delivery) {
	w.folded = c.Seq
	for _, one := range c.Deliveries {
		d := one.delivery()
		open[d.ID] = d
		w.keep(d)
	}
	for _, f := range c.Failures {
		if a := w.account(f.Account); a != nil && a.Sub(f.Subscription) != nil {
			a.Sub(f.Subscription).Failures = f.Failures
		}
	}
}

// checkpointSoon begins a checkpoint when the log has grown enough.
func (e *Engine) checkpointSoon() {
	if !e.started.Load() || e.sinceCheckpoint.Add(1) < checkpointEvery {
		return
	}
	e.sinceCheckpoint.Store(0)
	e.wg.Add(1)
	go func() {
		defer e.wg.Done()
		if err := e.Checkpoint(); err != nil {
			e.cfg.Warn(err.Error())
		}
	}()
}
