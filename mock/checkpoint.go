package mock

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

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

// checkpoint is one provider's part. The first line of the file holds all of them,
// then comes a line for each delivery, and the checksum of all before it.
type checkpoint struct {
	Provider   string     `json:"provider"`
	Seq        uint64     `json:"seq"` // the newest entry that is in it
	Failures   []failures `json:"failures,omitempty"`
	Count      int        `json:"deliveries"`
	deliveries []provider.Delivery
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

func saved(d *provider.Delivery) savedDelivery {
	out := savedDelivery{ID: d.ID, Account: d.Account, Subscription: d.Subscription, Type: d.Type, URL: d.URL, Direct: d.Direct, Data: d.Data, Created: d.Created,
		EventIDs: d.EventIDs, EventTypes: together(d).EventTypes, Events: d.Events, State: d.State, Next: d.Next}
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
// is called while the log grows, and before entries are deleted. It goes to the
// file delivery by delivery: as one text it was most of the memory that a hundred
// thousand waiting deliveries took.
func (e *Engine) Checkpoint() error {
	e.checkpointMu.Lock()
	defer e.checkpointMu.Unlock()
	var parts []checkpoint
	var saved []*flush
	size := 0
	for _, name := range e.Names() {
		w := e.services[name]
		w.mu.Lock()
		parts = append(parts, w.checkpoint())
		saved = append(saved, w.save())
		w.mu.Unlock()
		size += len(parts[len(parts)-1].deliveries)
	}
	for _, f := range saved {
		if err := f.wait(); err != nil {
			return fmt.Errorf("checkpoint: %w", err)
		}
	}
	e.checkpointSize.Store(int64(size))
	return e.state.writeBeside(checkpointName, func(w io.Writer) error { return writeCheckpoint(w, parts) })
}

func writeCheckpoint(w io.Writer, parts []checkpoint) error {
	sum := crc32.NewIEEE()
	lines := json.NewEncoder(io.MultiWriter(w, sum))
	lines.SetEscapeHTML(false) // what a provider keeps stays as it is spelled
	for i := range parts {
		parts[i].Count = len(parts[i].deliveries)
	}
	if err := lines.Encode(parts); err != nil {
		return err
	}
	for i := range parts {
		for j := range parts[i].deliveries {
			if err := lines.Encode(saved(&parts[i].deliveries[j])); err != nil {
				return err
			}
		}
	}
	_, err := fmt.Fprintf(w, checksumLine, sum.Sum32())
	return err
}

const checksumLine = "%08x\n"

func (w *service) checkpoint() checkpoint {
	c := checkpoint{Provider: w.provider.Name, Seq: w.engine.appended()}
	for _, log := range w.log {
		log.trim()
		c.deliveries = slices.Grow(c.deliveries, len(log.all))
		for _, d := range log.all {
			if d.Direct && d.Settled() {
				continue // nobody asks for them
			}
			c.deliveries = append(c.deliveries, d.Delivery)
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
	_, err := e.state.readBeside(checkpointName, func(r *io.SectionReader) error {
		body, err := checked(r)
		if err != nil {
			return err
		}
		lines := bufio.NewReader(body)
		parts, err := readParts(lines)
		if err != nil || !e.canTake(parts, last, known) {
			return err
		}
		from = last
		for _, c := range parts {
			w := e.services[c.Provider]
			if w != nil {
				w.takeCheckpoint(c)
				from = min(from, c.Seq)
			}
			err := readDeliveries(lines, c.Count, func(d *delivery) {
				if w != nil {
					open[d.ID] = d
					w.keep(d)
				}
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		e.cfg.Warn(fmt.Sprintf("the checkpoint of deliveries is not used: %v", err))
		return 0
	}
	return from
}

// canTake reports whether a checkpoint has a part for every provider, none of them
// newer than the journal and the state.
func (e *Engine) canTake(parts []checkpoint, last uint64, known map[*service]uint64) bool {
	for name, w := range e.services {
		i := slices.IndexFunc(parts, func(c checkpoint) bool { return c.Provider == name })
		if i < 0 || parts[i].Seq > last || parts[i].Seq > known[w] {
			return false
		}
	}
	return true
}

// checked returns what stands before the checksum of a checkpoint, when that fits.
func checked(r *io.SectionReader) (*io.SectionReader, error) {
	const tail = int64(len("00000000\n"))
	sum, want := crc32.NewIEEE(), make([]byte, min(tail, r.Size()))
	body := io.NewSectionReader(r, 0, r.Size()-int64(len(want)))
	_, err := r.ReadAt(want, body.Size())
	if err == nil {
		_, err = io.Copy(sum, body)
	}
	if err == nil && fmt.Sprintf(checksumLine, sum.Sum32()) != string(want) {
		err = errors.New("its checksum is wrong")
	}
	_, _ = body.Seek(0, io.SeekStart)
	return body, err
}

func readParts(lines *bufio.Reader) (parts []checkpoint, err error) {
	line, err := lines.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &parts)
	}
	return parts, err
}

// readDeliveries reads count lines, some on each processor: with ten thousand
// settled deliveries it is most of what a start does.
func readDeliveries(lines *bufio.Reader, count int, take func(*delivery)) error {
	const each = 512
	for ; count > 0; count -= each * runtime.GOMAXPROCS(0) {
		found := make([]savedDelivery, min(count, each*runtime.GOMAXPROCS(0)))
		texts := make([][]byte, len(found))
		for i := range texts {
			var err error
			if texts[i], err = lines.ReadBytes('\n'); err != nil {
				return err
			}
		}
		var readers errgroup.Group
		for from := 0; from < len(found); from += each {
			readers.Go(func() (err error) {
				for i := from; i < min(from+each, len(found)) && err == nil; i++ {
					err = json.Unmarshal(texts[i], &found[i])
				}
				return err
			})
		}
		if err := readers.Wait(); err != nil {
			return err
		}
		for i := range found {
			take(found[i].delivery())
		}
	}
	return nil
}

func (w *service) takeCheckpoint(c checkpoint) {
	w.folded = c.Seq
	for _, f := range c.Failures {
		if a := w.account(f.Account); a != nil && a.Sub(f.Subscription) != nil {
			a.Sub(f.Subscription).Failures = f.Failures
		}
	}
}

// checkpointSoon begins a checkpoint when the log has grown enough: by what the
// last one held too, else much that waits is written again and again. Without a
// disk no start will ask for one.
func (e *Engine) checkpointSoon() {
	if !e.started.Load() || !e.state.onDisk() || e.sinceCheckpoint.Add(1) < max(checkpointEvery, e.checkpointSize.Load()) {
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
