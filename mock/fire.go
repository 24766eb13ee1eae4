package mock

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"tacklebox/mock/fault"
	"tacklebox/mock/provider"
	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
)

const (
	maxCount = 100_000 // events of one firing
	slice    = 100     // of them that are made before others may use the mock
)

// firing is an order being carried out.
type firing struct {
	api.Firing
	data  json.RawMessage // what a provider hands to its own Prepare
	rules []*fault.Rule

	fired    api.Fired
	receipts []journal.Receipt
	queues   []*queue // to be run when all of it is there
}

// id is the first event's; deliveries to one URL keep their order within it.
func (f *firing) id() string {
	if len(f.fired.Events) == 0 {
		return ""
	}
	return f.fired.Events[0].ID
}

// Fire lets events happen: `POST /_/events`. It returns once the events are in
// the journal; an *api.Error says what is wrong with the order. A caller that
// leaves stops what has not happened yet.
func (e *Engine) Fire(ctx context.Context, order api.Firing) (api.Fired, error) {
	w := e.services[order.Provider]
	if w == nil {
		return api.Fired{}, e.unknownProvider(order.Provider)
	}
	f := &firing{Firing: order}
	var refused error
	if err := w.do(func() { refused = w.checkFiring(f) }); err != nil || refused != nil {
		return api.Fired{}, errors.Join(refused, err)
	}
	if f.To != "" { // outside of the mock's turn: a name may have to be looked up
		if err := checkTarget(ctx, e.cfg.Outbound, "to", f.To); err != nil {
			return api.Fired{}, err
		}
	}
	for left := max(f.Count, 1); left > 0 && refused == nil; left -= slice {
		if refused = ctx.Err(); refused != nil {
			break
		}
		if err := w.do(func() { refused = w.fireSome(f, min(left, slice)) }); err != nil {
			refused = err
		}
	}
	_ = w.do(func() { w.runAll(f) })
	if refused != nil {
		return api.Fired{}, refused
	}
	for _, r := range f.receipts {
		if err := r.Wait(); err != nil {
			return api.Fired{}, fmt.Errorf("event: %w", err)
		}
	}
	return f.fired, nil
}

func (e *Engine) unknownProvider(name string) *api.Error {
	return api.Unknown(api.CodeUnknownProvider, name, e.Names(), "no provider %q", api.Clip(name))
}

// fireSome makes n events of a firing.
func (w *service) fireSome(f *firing, n int) error {
	for range n {
		if err := w.fireOne(f); err != nil {
			return err
		}
	}
	return nil
}

// runAll sends what a firing has queued.
func (w *service) runAll(f *firing) {
	for _, q := range f.queues {
		w.run(q)
	}
}

func (w *service) checkFiring(f *firing) (err error) {
	if err := w.about.CheckType(f.Account, f.Type); err != nil {
		return err
	}
	f.Body, f.Merge = api.Present(f.Body), api.Present(f.Merge)
	if f.Count < 0 || f.Count > maxCount {
		return api.Refuse("bad_count", "", "count %d is not between 1 and %d", f.Count, maxCount)
	}
	if err := w.provider.CheckContext(f.Type, f.Context); err != nil {
		return err
	}
	if !api.Shallow(f.Merge) {
		return api.Refuse("bad_merge", "", "merge goes deeper than %d levels", api.MaxDepth)
	}
	if f.rules, err = fault.Parse(f.Faults, w.engine.clock.Now, func(string) *fault.Signer { return fault.SignerOf(w.provider) }); err != nil {
		return err
	}
	known, err := w.world.Catalogue().Paths(f.Type)
	if err != nil {
		return err
	}
	ev := provider.Event{Type: f.Type, Set: f.Set, Unset: f.Unset, Merge: f.Merge}
	return ev.CheckPaths(known)
}

// fireOne makes one event, decides who gets it, writes it down and queues its
// deliveries.
func (w *service) fireOne(f *firing) error {
	w.book.BeginDraws()
	ev := &provider.Event{ID: "evt_" + w.world.Text("event", provider.LowerAndNums, 16), Type: f.Type, Account: f.Account, To: f.To,
		Time: w.world.Now(), N: len(f.fired.Events), Set: f.Set, Unset: f.Unset, Merge: f.Merge, Whole: f.Body, Context: f.Context, Data: f.data}
	if w.provider.Prepare != nil {
		if err := w.provider.Prepare(w.world, ev); err != nil {
			return err
		}
	}
	shown, err := w.payload(ev, provider.Target{Account: f.Account, URL: f.To, Direct: f.To != ""})
	if err != nil {
		return err
	}
	targets, skips := w.targets(ev)
	if len(f.fired.Events) == 0 {
		if err := w.engine.cfg.Budget.check(max(f.Count, 1), max(len(targets), 1), len(shown)); err != nil {
			return err
		}
	}
	d := detail{Event: ev, Skipped: skips}
	one := api.FiredEvent{ID: ev.ID, Type: ev.Type, Deliveries: []api.Delivery{}, Skipped: append([]api.Skip{}, skips...)}
	f.fired.Events = append(f.fired.Events, one)
	for _, t := range targets {
		p, err := w.deliver(f, ev, t, shown)
		if err != nil {
			return err
		}
		d.Deliveries = append(d.Deliveries, p)
		one.Deliveries = append(one.Deliveries, api.Delivery{ID: p.ID, Subscription: p.Subscription, URL: withoutPassword(p.URL)})
	}
	f.fired.Events[len(f.fired.Events)-1] = one
	d.Counters = maps.Clone(w.book.Drawn())
	if w.provider.Note != nil && ev.To == "" {
		// the journal can tell it again: the caller need not wait for the disk
		w.book.Remember(func() { w.provider.Note(w.world, ev) })
	}
	w.stats.events++
	f.receipts = append(f.receipts, w.engine.log.append(w.eventEntry(ev, d, shown)))
	return nil
}

func (w *service) eventEntry(ev *provider.Event, d detail, body []byte) *journal.Entry {
	return &journal.Entry{Time: ev.Time, Kind: journal.Event, Provider: w.provider.Name, Account: ev.Account, Type: ev.Type,
		EventID: ev.ID, Detail: provider.Encode(d), Request: keptMessage(body, w.engine.cfg.MaxBody)}
}

func (w *service) payload(ev *provider.Event, t provider.Target) ([]byte, error) {
	if w.provider.Payload != nil {
		return w.provider.Payload(w.world, ev, t)
	}
	sample, err := w.world.Catalogue().Sample(ev.Type)
	if err != nil {
		return nil, err
	}
	return ev.Edit(sample)
}

const defaultAccount = "default"

func (w *service) targets(ev *provider.Event) ([]provider.Target, []provider.Skip) {
	if ev.To != "" {
		account := ev.Account
		if account == "" {
			account = defaultAccount
		}
		return []provider.Target{{Account: account, URL: ev.To, Direct: true}}, nil
	}
	if w.provider.Targets != nil {
		return w.provider.Targets(w.world, ev)
	}
	return w.world.EachSubscription(ev, nil)
}

// deliver makes a delivery of an event, or joins it to one that waits.
func (w *service) deliver(f *firing, ev *provider.Event, t provider.Target, shown []byte) (plan, error) {
	payload := shown // of the one target that a firing names
	if ev.To == "" {
		var err error
		if payload, err = w.payload(ev, t); err != nil {
			return plan{}, err
		}
	}
	d := w.joinable(f, t, payload)
	if d == nil {
		d = w.newDelivery(f, ev, t)
	}
	d.EventIDs, d.EventTypes = append(d.EventIDs, ev.ID), append(d.EventTypes, ev.Type)
	d.Events = append(d.Events, ev)
	d.Payloads = append(d.Payloads, payload)
	d.hold(w.engine.cfg.Budget, len(payload))
	if t.Done {
		d.settle(provider.Delivered)
	}
	return plan{d.ID, d.Account, d.Subscription, d.URL, d.Direct, t.Done, d.Data}, nil
}

func (w *service) newDelivery(f *firing, ev *provider.Event, t provider.Target) *delivery {
	d := &delivery{Delivery: provider.Delivery{ID: t.ID, Account: t.Account, Subscription: t.Subscription, Type: ev.Type, URL: t.URL, Direct: t.Direct,
		Data: t.Data, Created: ev.Time, State: provider.Waiting}, rules: fault.Copies(f.rules)}
	if d.ID == "" {
		d.ID = "dlv_" + w.world.Text("delivery", provider.LowerAndNums, 16)
	}
	if d.Direct {
		d.firing = f.id()
	}
	w.keep(d)
	if !t.Done {
		if q := w.enqueue(d); len(f.queues) == 0 || f.queues[len(f.queues)-1] != q {
			f.queues = append(f.queues, q)
		}
	}
	return d
}

// joinable returns the newest delivery to the same place that still waits for
// its first attempt and can take a further event.
func (w *service) joinable(f *firing, t provider.Target, payload []byte) *delivery {
	if w.provider.Join == nil || len(f.rules) > 0 || t.Done {
		return nil
	}
	key := queueKey(t.Account, t.Subscription, "")
	if t.Direct {
		key = queueKey("", "", f.id()+t.URL)
	}
	q := w.queues[key]
	if q == nil || len(q.ready) == 0 {
		return nil
	}
	d := q.ready[len(q.ready)-1]
	if len(d.Attempts) > 0 || d.Body != nil || d.State != provider.Waiting || !w.provider.Join(w.world, &d.Delivery, payload) {
		return nil
	}
	return d
}

// keptMessage is the request half of an event's entry.
func keptMessage(body []byte, most int64) *journal.Message {
	m := &journal.Message{Size: int64(len(body)), Body: bytes.Clone(body[:min(int64(len(body)), most)])}
	if m.Truncated = m.Size > most; m.Truncated {
		m.SHA256 = digest(body)
	}
	return m
}
