package mock

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"tacklebox/mock/provider"

	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
)

const maxCount = 100_000 // events of one firing

// Fire lets events happen: `POST /_/events`. It returns once the events are in
// the journal; a *Problem says what is wrong with the order.
func (e *Engine) Fire(f Firing) (Fired, error) {
	f.Body, f.Merge = present(f.Body), present(f.Merge)
	w := e.services[f.Provider]
	if w == nil {
		return Fired{}, e.unknownProvider(f.Provider)
	}
	var fired Fired
	var receipts []journal.Receipt
	var refused error
	if err := w.do(func() { fired, receipts, refused = w.fire(f) }); err != nil {
		return Fired{}, err
	}
	if refused != nil {
		return Fired{}, refused
	}
	for _, r := range receipts {
		if err := r.Wait(); err != nil {
			return Fired{}, fmtErr("event", err)
		}
	}
	return fired, nil
}

// present takes a JSON null for what it means where a member may be left out.
func present(raw json.RawMessage) json.RawMessage {
	if string(bytes.TrimSpace(raw)) == "null" {
		return nil
	}
	return raw
}

func (e *Engine) unknownProvider(name string) error {
	names := e.Names()
	hint := "known are " + strings.Join(names, ", ")
	if near := api.Nearest(name, names); near != "" {
		hint = fmt.Sprintf("did you mean %q? %s", near, hint)
	}
	return provider.Refuse("unknown_provider", hint, "no provider %q", clip(name))
}

func (w *service) fire(f Firing) (Fired, []journal.Receipt, error) {
	if err := w.checkFiring(&f); err != nil {
		return Fired{}, nil, err
	}
	fired := Fired{Events: []FiredEvent{}}
	var receipts []journal.Receipt
	for n := range max(f.Count, 1) {
		one, receipt, err := w.fireOne(f, n)
		if err != nil {
			return Fired{}, nil, err
		}
		fired.Events = append(fired.Events, one)
		receipts = append(receipts, receipt)
	}
	return fired, receipts, nil
}

func (w *service) checkFiring(f *Firing) error {
	if err := w.checkType(f.Account, f.Type); err != nil {
		return err
	}
	if f.Count < 0 || f.Count > maxCount {
		return provider.Refuse("bad_count", "", "count %d is not between 1 and %d", f.Count, maxCount)
	}
	if f.To != "" {
		u, err := url.Parse(f.To)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return provider.Refuse("bad_url", "", "to: %q is not an absolute http or https URL", clip(f.To))
		}
	}
	if err := w.provider.CheckContext(f.Type, f.Context); err != nil {
		return err
	}
	if string(f.Body) == "null" {
		f.Body = nil // an optional member left empty
	}
	if !journal.Shallow(f.Merge) {
		return provider.Refuse("bad_merge", "", "merge goes deeper than %d levels", journal.MaxDepth)
	}
	var err error
	if f.faults, err = w.engine.parseFaults(f.Faults, w.provider); err != nil {
		return err
	}
	ev := provider.Event{Type: f.Type, Set: f.Set, Unset: f.Unset, Merge: notNull(f.Merge)}
	known, err := w.world.Catalogue().Paths(f.Type)
	if err != nil {
		return err
	}
	return ev.CheckPaths(known)
}

func (w *service) checkType(account, typ string) error {
	if _, ok := w.world.Catalogue().Event(typ); !ok {
		var types []string
		for _, e := range w.world.Catalogue().Events {
			types = append(types, e.Type)
		}
		hint := fmt.Sprintf("GET /_/providers/%s lists its %d event types", w.provider.Name, len(types))
		if near := api.Nearest(typ, types); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		return provider.Refuse("unknown_type", hint, "%s has no event type %q", w.provider.Name, clip(typ))
	}
	if w.provider.Offers != nil {
		if hint, ok := w.provider.Offers(w.world, account, typ); !ok {
			return provider.Refuse("unknown_type", hint, "%s has no event type %q here", w.provider.Name, typ)
		}
	}
	return nil
}

// fireOne makes one event, decides who gets it, writes it down and queues its
// deliveries.
func (w *service) fireOne(f Firing, n int) (FiredEvent, journal.Receipt, error) {
	w.book.BeginDraws()
	w.stats.events++
	ev := &provider.Event{ID: "evt_" + w.world.Text("event", provider.LowerAndNums, 16), Type: f.Type, Account: f.Account, To: f.To, Time: w.world.Now(), N: n,
		Set: f.Set, Unset: f.Unset, Merge: notNull(f.Merge), Whole: notNull(f.Body), Context: f.Context, Data: f.Data}
	if n == 0 {
		w.firing = ev.ID
	}
	if w.provider.Prepare != nil {
		if err := w.provider.Prepare(w.world, ev); err != nil {
			return FiredEvent{}, journal.Receipt{}, err
		}
	}
	shown, err := w.payload(ev, provider.Target{Account: f.Account, URL: f.To, Direct: f.To != ""})
	if err != nil {
		return FiredEvent{}, journal.Receipt{}, err
	}
	targets, skips := w.targets(ev)
	d := detail{Event: ev, Skipped: skips}
	one := FiredEvent{ID: ev.ID, Type: ev.Type, Deliveries: []FiredDelivery{}, Skipped: append([]provider.Skip{}, skips...)}
	for _, t := range targets {
		p, err := w.deliver(ev, t, shown, copied(f.faults))
		if err != nil {
			return FiredEvent{}, journal.Receipt{}, err
		}
		d.Deliveries = append(d.Deliveries, p)
		one.Deliveries = append(one.Deliveries, FiredDelivery{p.ID, p.Subscription, p.URL})
	}
	d.Counters = clone(w.book.Drawn())
	if w.provider.Note != nil && ev.To == "" {
		w.remember(ev)
	}
	return one, w.engine.append(w.eventEntry(ev, d, shown)), nil
}

// remember lets the provider note an event without making the caller wait for
// the disk: the journal can tell it again.
func (w *service) remember(ev *provider.Event) {
	w.book.Remember(func() { w.provider.Note(w.world, ev) })
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
func (w *service) deliver(ev *provider.Event, t provider.Target, shown []byte, faults []*Fault) (plan, error) {
	payload := shown // of the one target that a firing names
	if ev.To == "" {
		var err error
		if payload, err = w.payload(ev, t); err != nil {
			return plan{}, err
		}
	}
	d := w.joinable(t, payload, faults)
	if d == nil {
		d = w.newDelivery(ev, t, faults)
	}
	d.EventIDs, d.EventTypes = append(d.EventIDs, ev.ID), append(d.EventTypes, ev.Type)
	d.Events = append(d.Events, ev)
	d.Payloads = append(d.Payloads, payload)
	if t.Done {
		d.settle(provider.Delivered)
	}
	return plan{d.ID, d.Account, d.Subscription, d.URL, d.Direct, t.Done, d.Data}, nil
}

func (w *service) newDelivery(ev *provider.Event, t provider.Target, faults []*Fault) *delivery {
	d := &delivery{Delivery: provider.Delivery{ID: t.ID, Account: t.Account, Subscription: t.Subscription, Type: ev.Type, URL: t.URL, Direct: t.Direct,
		Data: t.Data, Created: ev.Time, State: provider.Waiting}, faults: faults}
	if d.ID == "" {
		d.ID = "dlv_" + w.world.Text("delivery", provider.LowerAndNums, 16)
	}
	if d.Direct {
		d.firing = w.firing
	}
	w.keep(d)
	if !t.Done {
		w.queue(d)
	}
	return d
}

// joinable returns the newest delivery to the same place that still waits for
// its first attempt and can take a further event.
func (w *service) joinable(t provider.Target, payload []byte, faults []*Fault) *delivery {
	if w.provider.Join == nil || len(faults) > 0 || t.Done {
		return nil
	}
	key := laneKey(t.Account, t.Subscription, "")
	if t.Direct {
		key = laneKey("", "", w.firing+t.URL)
	}
	l := w.lanes[key]
	if l == nil || len(l.queue) == 0 {
		return nil
	}
	d := l.queue[len(l.queue)-1]
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

// notNull takes JSON's null for absent.
func notNull(raw json.RawMessage) json.RawMessage {
	if string(bytes.TrimSpace(raw)) == "null" {
		return nil
	}
	return raw
}

// copied gives each delivery faults of its own to count.
func copied(faults []*Fault) []*Fault {
	var own []*Fault
	for _, f := range faults {
		c := *f
		own = append(own, &c)
	}
	return own
}

func clone(m map[string]int64) map[string]int64 {
	if len(m) == 0 {
		return nil
	}
	c := make(map[string]int64, len(m))
	for k, v := range m {
		c[k] = v
	}
	return c
}

func fmtErr(noun string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", noun, err)
}
