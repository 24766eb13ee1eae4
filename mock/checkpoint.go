package mock

import (
	"fmt"
	"io"
	"slices"

	"tacklebox/mock/checkpoint"
	"tacklebox/mock/provider"
	"tacklebox/mock/state"
)

// The checkpoint is what the fold of the journal comes to up to an entry, so that
// a start reads only the entries after it, and knows what waits although its
// events are no longer kept. It stands beside the state and is worth nothing
// without it: the state is written first.

const (
	checkpointName  = "deliveries"
	checkpointEvery = 20_000 // entries of the engine
)

// Checkpoint writes down what waits and what was settled, for the next start. It
// is called while the log grows, and before entries are deleted.
func (e *Engine) Checkpoint() error {
	e.checkpointMu.Lock()
	defer e.checkpointMu.Unlock()
	var parts []checkpoint.Part
	var saved []*state.Flush
	size := 0
	for _, name := range e.Names() {
		w := e.services[name]
		w.mu.Lock()
		parts = append(parts, w.checkpoint())
		saved = append(saved, w.save())
		w.mu.Unlock()
		size += len(parts[len(parts)-1].Deliveries)
	}
	for _, f := range saved {
		if err := f.Wait(); err != nil {
			return fmt.Errorf("checkpoint: %w", err)
		}
	}
	e.checkpointSize.Store(int64(size))
	return e.state.WriteBeside(checkpointName, func(w io.Writer) error { return checkpoint.Write(w, parts) })
}

func (w *service) checkpoint() checkpoint.Part {
	c := checkpoint.Part{Provider: w.provider.Name, Seq: w.engine.log.appended()}
	for _, log := range w.log {
		log.trim()
		c.Deliveries = slices.Grow(c.Deliveries, len(log.all))
		for _, d := range log.all {
			if d.Direct && d.Settled() {
				continue // nobody asks for them
			}
			c.Deliveries = append(c.Deliveries, d.Delivery)
		}
	}
	for _, a := range w.world.Accounts() {
		for _, s := range a.Subs() {
			if s.Failures > 0 {
				c.Failures = append(c.Failures, checkpoint.Failures{Account: a.Name, Subscription: s.ID, Count: s.Failures})
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
	_, err := e.state.ReadBeside(checkpointName, func(r *io.SectionReader) error {
		c, err := checkpoint.Read(r)
		if err != nil {
			return err
		}
		if !e.canTake(c.Parts, last, known) {
			return nil
		}
		from = last
		for _, p := range c.Parts {
			if w := e.services[p.Provider]; w != nil {
				w.takeCheckpoint(p)
				from = min(from, p.Seq)
			}
		}
		return c.Each(func(name string, saved *provider.Delivery) {
			if w := e.services[name]; w != nil {
				d := &delivery{Delivery: *saved}
				open[d.ID] = d
				w.keep(d)
			}
		})
	})
	if err != nil {
		e.cfg.Warn(fmt.Sprintf("the checkpoint of deliveries is not used: %v", err))
		e.sinceCheckpoint.Store(checkpointEvery) // the next one is due: it is told once
		return 0
	}
	return from
}

// canTake reports whether a checkpoint has a part for every provider, none of them
// newer than the journal and the state.
func (e *Engine) canTake(parts []checkpoint.Part, last uint64, known map[*service]uint64) bool {
	for name, w := range e.services {
		i := slices.IndexFunc(parts, func(p checkpoint.Part) bool { return p.Provider == name })
		if i < 0 || parts[i].Seq > last || parts[i].Seq > known[w] {
			return false
		}
	}
	return true
}

func (w *service) takeCheckpoint(c checkpoint.Part) {
	w.folded = c.Seq
	for _, f := range c.Failures {
		if a := w.account(f.Account); a != nil && a.Sub(f.Subscription) != nil {
			a.Sub(f.Subscription).Failures = f.Count
		}
	}
}

// checkpointSoon begins a checkpoint when the log has grown enough: by what the
// last one held too, else much that waits is written again and again. Without a
// disk no start will ask for one.
func (e *Engine) checkpointSoon() {
	if !e.started.Load() || !e.state.OnDisk() || e.sinceCheckpoint.Add(1) < max(checkpointEvery, e.checkpointSize.Load()) {
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
