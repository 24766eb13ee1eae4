package mock

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"tacklebox/mock/clock"
	"tacklebox/mock/fault"
	"tacklebox/mock/provider"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/query"
)

// recover brings back the services from the state and the journal: the state knows
// accounts and settings, the journal every event and attempt. Deliveries are
// folded from the journal; what was neither delivered nor given up goes on.
func (e *Engine) recover() error {
	if err := e.restore(); err != nil {
		return err
	}
	seqs := map[*service]uint64{}
	for _, w := range e.services {
		seq, err := w.restore()
		if err != nil {
			return err
		}
		seqs[w] = seq
	}
	if e.cfg.Role == Follows {
		return nil
	}
	filter, err := query.Parse("kind:event OR kind:attempt", nil)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	_, last := e.journal.Bounds()
	e.log.newest.Seq = last
	open := map[string]*delivery{}
	if err := e.foldAfter(e.restoreCheckpoint(last, seqs, open), filter, seqs, open); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	for _, w := range e.services {
		w.resume()
	}
	e.state.SaveSoon(clockSection, e.savedClock(false)) // nobody waits for it: it makes no promise
	return nil
}

// foldAfter takes the entries after one into the deliveries. What is no longer
// kept is passed over: what waits is in the checkpoint.
func (e *Engine) foldAfter(from uint64, filter journal.Matcher, seqs map[*service]uint64, open map[string]*delivery) error {
	for {
		err := e.journal.Scan(context.Background(), from, 0, false, filter, func(entry *journal.Entry) bool {
			if w := e.services[entry.Provider]; w != nil && entry.Seq > w.folded {
				e.sinceCheckpoint.Add(1)
				_ = w.safely(func() { w.fold(entry, seqs[w], open) })
			}
			return true
		})
		var trimmed *journal.TrimmedError
		if !errors.As(err, &trimmed) || trimmed.To <= from {
			return err
		}
		from = trimmed.To
	}
}

// restore reads the sections that are no provider's: faults and clock. After a
// crash a new epoch begins, so that no draw comes twice.
func (e *Engine) restore() error {
	if saved, ok := e.state.Load("faults"); ok {
		e.faults.Restore(saved)
	}
	raw, ok := e.state.Load(clockSection)
	if !ok {
		return nil
	}
	var was savedClock
	if err := json.Unmarshal(raw, &was); err != nil {
		return fmt.Errorf("state: clock: %w", err)
	}
	if was.Mode == e.clock.Mode() && e.clock.Mode() != clock.Real {
		e.clock.Set(was.Now)
	}
	e.rand.Epoch = was.Epoch
	if !was.Clean {
		e.rand.Epoch++
	}
	return nil
}

func (w *service) restore() (seq uint64, err error) {
	raw, ok := w.engine.state.Load(w.sectionName())
	if !ok {
		return 0, nil
	}
	var in savedService
	if err := json.Unmarshal(raw, &in); err != nil {
		return 0, fmt.Errorf("state: %s: %w", w.provider.Name, err)
	}
	w.book.Restore(in.Saved)
	for _, t := range in.Timers {
		w.timers = append(w.timers, t)
		w.engine.schedule.Push(t.At, due{service: w, timer: &t})
	}
	return in.Seq, nil
}

// fold takes one journal entry into the deliveries.
func (w *service) fold(entry *journal.Entry, known uint64, open map[string]*delivery) {
	if entry.Kind == journal.Attempt {
		w.foldAttempt(entry, open)
		return
	}
	var d detail
	if json.Unmarshal(entry.Detail, &d) != nil || d.Event == nil {
		return
	}
	w.book.Redraw(d.Counters)
	for _, p := range d.Deliveries {
		w.foldPlan(d.Event, p, open)
	}
	if entry.Seq > known && w.provider.Note != nil && d.Event.To == "" {
		w.provider.Note(w.world, d.Event)
	}
}

func (w *service) foldPlan(ev *provider.Event, p plan, open map[string]*delivery) {
	d := open[p.ID]
	if d == nil {
		d = &delivery{Delivery: provider.Delivery{ID: p.ID, Account: p.Account, Subscription: p.Subscription, Type: ev.Type, URL: p.URL, Direct: p.Direct,
			Data: p.Data, Created: ev.Time, State: provider.Waiting}}
		open[p.ID] = d
		w.keep(d)
	}
	d.EventIDs, d.EventTypes = append(d.EventIDs, ev.ID), append(d.EventTypes, ev.Type)
	d.Events = append(d.Events, ev)
	if p.Done {
		d.settle(provider.Delivered)
	}
}

func (w *service) foldAttempt(entry *journal.Entry, open map[string]*delivery) {
	d := open[entry.DeliveryID]
	if d == nil {
		return // its event is no longer kept
	}
	var more attemptExtra
	_ = json.Unmarshal(entry.Detail, &more) // most have none
	if more.Repeat {
		return // nothing depends on what came of it
	}
	a := &provider.Attempt{N: entry.Attempt, Seq: entry.Seq, At: entry.Time, Took: entry.Took, Error: entry.Error}
	if entry.Response != nil {
		a.Status = entry.Response.Status
		a.Reason = cmp.Or(more.Reason, http.StatusText(a.Status))
	}
	if entry.Request != nil && !entry.Request.Truncated && !fault.Reshaped(entry.Fault) {
		d.Body = append([]byte{}, entry.Request.Body...)
	}
	lost := entry.Response == nil && a.Error == "" // by a fault: the provider believes it arrived
	a.OK = lost || a.Error == "" && succeeds(w.policy(d.Account), a.Status)
	d.Attempts = append(d.Attempts, a)
	if s := w.sub(d); s != nil && entry.Seq > s.Since {
		s.Count(a)
	}
	switch {
	case a.OK:
		d.settle(provider.Delivered)
	case entry.NextAttempt.IsZero():
		d.settle(provider.Failed)
	default:
		d.Next = entry.NextAttempt
	}
}

// resume plans what the fold left waiting.
func (w *service) resume() {
	for _, log := range w.log {
		for _, d := range log.all {
			if d.State != provider.Waiting {
				continue
			}
			if !d.Direct && w.gone(d) {
				d.settle(provider.Dropped)
				continue
			}
			if w.safely(func() { w.resumeOne(d) }) != nil {
				d.settle(provider.Failed)
			}
		}
	}
}

// gone reports that the delivery was for a subscription that is no more. Places
// that are not subscriptions (Provider.Targets made them up) cannot go.
func (w *service) gone(d *delivery) bool {
	if w.provider.Targets != nil && !hasSubs(w.world) {
		return false
	}
	return w.sub(d) == nil
}

func hasSubs(w *provider.World) bool {
	for _, a := range w.Accounts() {
		if len(a.Subs()) > 0 {
			return true
		}
	}
	return false
}

func (w *service) resumeOne(d *delivery) {
	if d.Body == nil {
		for _, ev := range d.Events {
			p, err := w.payload(ev, provider.Target{Account: d.Account, Subscription: d.Subscription, URL: d.URL, Direct: d.Direct, Data: d.Data})
			if err != nil {
				w.engine.cfg.Warn(fmt.Sprintf("delivery %s cannot be made again: %v", d.ID, err))
				d.settle(provider.Failed)
				return
			}
			d.Payloads = append(d.Payloads, p)
		}
	}
	q := w.queueOf(d)
	d.resumed = w.engine.cfg.Role == TakesOver && !d.Next.After(w.world.Now())
	if d.Next.IsZero() {
		q.ready = append(q.ready, d)
		return
	}
	w.plan(q, d, d.Next, w.policy(d.Account).Hold && !d.Direct)
}
