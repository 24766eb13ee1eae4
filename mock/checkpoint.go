package mock

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"

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
	Seq        uint64              `json:"seq"` // the newest entry that is in it
	Deliveries []provider.Delivery `json:"deliveries,omitempty"`
	Failures   []failures          `json:"failures,omitempty"`
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
			one := d.Delivery
			one.Payloads = nil // made again from the events
			c.Deliveries = append(c.Deliveries, one)
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
	raw, ok := e.state.loadBeside(checkpointName)
	if !ok {
		return nil, nil
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
		d := &delivery{Delivery: one}
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
