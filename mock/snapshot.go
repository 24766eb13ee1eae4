package mock

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"tacklebox/mock/provider"
)

// Snapshot is the provider side at one moment: accounts with their subscriptions,
// settings, faults and the clock. What was on its way is not in it.
type Snapshot struct {
	Clock     time.Time                  `json:"clock"`
	Faults    json.RawMessage            `json:"faults"`
	Providers map[string]json.RawMessage `json:"providers"`
}

// Snapshot takes one.
func (e *Engine) Snapshot() Snapshot {
	s := Snapshot{Clock: e.clock.Now(), Faults: provider.Encode(e.faults.Rules.List()), Providers: map[string]json.RawMessage{}}
	for name, w := range e.services {
		s.Providers[name] = w.section()
	}
	return s
}

// RestoreSnapshot puts the provider side back to a snapshot: what is not in it is
// forgotten, what is on its way is dropped, and a manual or auto clock goes to
// its moment, also back. Counters go on, so that no id comes twice. A snapshot of
// providers that are not here is refused whole.
func (e *Engine) RestoreSnapshot(s Snapshot) error {
	saved := map[string]savedService{}
	for _, name := range slices.Sorted(maps.Keys(s.Providers)) {
		if e.services[name] == nil {
			return e.unknownProvider(name)
		}
		var in savedService
		if err := json.Unmarshal(s.Providers[name], &in); err != nil {
			return provider.Refuse("bad_snapshot", "send back what POST /_/snapshot answered", "providers.%s: %v", name, err)
		}
		saved[name] = in
	}
	e.moving.Lock()
	defer e.moving.Unlock()
	e.schedule.Clear()
	if !s.Clock.IsZero() {
		e.clock.Restart(s.Clock)
	}
	for name, w := range e.services {
		in := saved[name]
		if err := w.do(func() { w.rewind(in) }); err != nil {
			return fmt.Errorf("snapshot of %s: %w", name, err)
		}
	}
	if len(s.Faults) == 0 {
		s.Faults = json.RawMessage("[]")
	}
	if err := e.SetFaults(s.Faults); err != nil {
		return err
	}
	return e.saveClock(false)
}

// rewind forgets what the service has and takes a snapshot's part in its place.
func (w *service) rewind(in savedService) {
	counters := maps.Clone(w.book.Save().Counters)
	w.forget()
	w.book.Restore(in.Saved)
	w.book.Redraw(counters)
	for _, t := range in.Timers {
		w.timers = append(w.timers, t)
		w.engine.schedule.Push(t.At, due{service: w, timer: &t})
	}
}
