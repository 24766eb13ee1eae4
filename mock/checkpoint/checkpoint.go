// Package checkpoint writes and reads what the deliveries come to up to an entry
// of the journal, so that a start reads only the entries after it.
package checkpoint

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

// Part is one provider's part. The first line of the file holds all of them, then
// comes a line for each delivery, and the checksum of all before it.
type Part struct {
	Provider   string              `json:"provider"`
	Seq        uint64              `json:"seq"` // the newest entry that is in it
	Failures   []Failures          `json:"failures,omitempty"`
	Count      int                 `json:"deliveries"` // how many follow; Write counts them
	Deliveries []provider.Delivery `json:"-"`
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
		EventIDs: d.EventIDs, EventTypes: d.Together().EventTypes, Events: d.Events, State: d.State, Next: d.Next}
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

func (s savedDelivery) delivery() *provider.Delivery {
	d := &provider.Delivery{ID: s.ID, Account: s.Account, Subscription: s.Subscription, Type: s.Type, URL: s.URL, Direct: s.Direct, Data: s.Data,
		Created: s.Created, EventIDs: s.EventIDs, EventTypes: s.EventTypes, Events: s.Events, Body: s.Body, State: s.State, Next: s.Next}
	if d.EventTypes == nil {
		d.EventTypes = slices.Repeat([]string{s.Type}, len(s.EventIDs))
	}
	for i, a := range s.Attempts {
		d.Attempts = append(d.Attempts, &provider.Attempt{N: i + 1, Seq: a.Seq, At: a.At, Took: a.Took, Status: a.Status,
			Reason: cmp.Or(a.Reason, http.StatusText(a.Status)), Error: a.Error, OK: a.OK})
	}
	return d
}

// Failures is a subscription's count of failed attempts in a row.
type Failures struct {
	Account      string `json:"account"`
	Subscription string `json:"subscription"`
	Count        int    `json:"failures"`
}

// Write writes the parts and their checksum. It goes delivery by delivery: as one
// text it was most of the memory that a hundred thousand waiting ones took.
func Write(w io.Writer, parts []Part) error {
	sum := crc32.NewIEEE()
	lines := json.NewEncoder(io.MultiWriter(w, sum))
	lines.SetEscapeHTML(false) // what a provider keeps stays as it is spelled
	for i := range parts {
		parts[i].Count = len(parts[i].Deliveries)
	}
	if err := lines.Encode(parts); err != nil {
		return err
	}
	for i := range parts {
		for j := range parts[i].Deliveries {
			if err := lines.Encode(saved(&parts[i].Deliveries[j])); err != nil {
				return err
			}
		}
	}
	_, err := fmt.Fprintf(w, checksumLine, sum.Sum32())
	return err
}

const checksumLine = "%08x\n"

// Checkpoint is one that is being read, and whose checksum fits.
type Checkpoint struct {
	Parts []Part // without their deliveries
	lines *bufio.Reader
}

// Read reads a checkpoint's parts.
func Read(r *io.SectionReader) (c Checkpoint, err error) {
	body, err := checked(r)
	if err != nil {
		return c, err
	}
	c.lines = bufio.NewReader(body)
	line, err := c.lines.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &c.Parts)
	}
	return c, err
}

// Each visits the deliveries, once, in the order in which they were written.
func (c Checkpoint) Each(visit func(provider string, d *provider.Delivery)) error {
	for _, p := range c.Parts {
		if err := c.deliveries(p.Count, func(d *provider.Delivery) { visit(p.Provider, d) }); err != nil {
			return err
		}
	}
	return nil
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

// deliveries reads count lines, some on each processor: with ten thousand settled
// deliveries it is most of what a start does.
func (c Checkpoint) deliveries(count int, take func(*provider.Delivery)) error {
	const each = 512
	for ; count > 0; count -= each * runtime.GOMAXPROCS(0) {
		found := make([]savedDelivery, min(count, each*runtime.GOMAXPROCS(0)))
		texts := make([][]byte, len(found))
		for i := range texts {
			var err error
			if texts[i], err = c.lines.ReadBytes('\n'); err != nil {
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
