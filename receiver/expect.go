package receiver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/query"
)

const (
	defaultWithin = 5 * time.Second
	maxWithin     = time.Hour
	maxOrdered    = 1000
	// nearMisses is how many of the newest entries a failed expectation is
	// compared with.
	nearMisses = 1000
	maxSeqs    = 10_000 // numbers named in an answer
)

// expectation is POST /_/expect. within is wall time: somebody waits.
type expectation struct {
	text    string // of the whole filter
	filter  *query.Filter
	texts   []string // ordered
	ordered []*query.Filter
	count   int
	atMost  bool
	within  time.Duration
	after   uint64
	seen    int      // entries that matched
	seqs    []uint64 // of those, or of the steps that were met
}

// expectResult is the answer. Entries are the matching ones, or those that met
// the steps of ordered. Error is there when it was not met, in the shape of
// every refusal.
type expectResult struct {
	Met      bool      `json:"met"`
	Entries  []uint64  `json:"entries"`
	WaitedMS int64     `json:"waited_ms"`
	Wanted   string    `json:"wanted,omitempty"`
	Seen     *seenPart `json:"seen,omitempty"`
	Nearest  *nearMiss `json:"nearest,omitempty"`
	Error    *problem  `json:"error,omitempty"`
}

type seenPart struct {
	Matching int    `json:"matching"`
	Entries  uint64 `json:"entries"` // that were there to match
	LastSeq  uint64 `json:"last_seq"`
}

// nearMiss is the entry that failed the fewest parts of the filter.
type nearMiss struct {
	Seq     uint64   `json:"seq"`
	Summary string   `json:"summary"`
	Filter  string   `json:"filter"`
	Reasons []string `json:"reasons"`
}

func (rc *Receiver) expect(w http.ResponseWriter, r *http.Request) error {
	o, err := readObject(r, "q", "count", "at_most", "ordered", "within", "after")
	if err != nil {
		return err
	}
	x, err := rc.parseExpectation(o)
	if err != nil {
		return err
	}
	started := time.Now()
	asker, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(rc.ctx, cancel)() // a sandbox that stops does not wait for what will not come
	met, err := x.await(asker, rc.log)
	switch {
	case r.Context().Err() != nil:
		return nil // nobody listens any more
	case asker.Err() != nil:
		return journal.ErrClosed
	case err != nil:
		return err
	}
	result := expectResult{Met: met, Entries: append([]uint64{}, x.seqs...), WaitedMS: time.Since(started).Milliseconds()}
	if met {
		writeJSON(w, http.StatusOK, result)
		return nil
	}
	if err := x.explain(rc.log, &result); err != nil {
		return err
	}
	writeJSON(w, http.StatusExpectationFailed, result)
	return nil
}

func (rc *Receiver) parseExpectation(o object) (*expectation, error) {
	x := &expectation{count: 1, within: defaultWithin}
	err := first(
		o.into("q", &x.text, "a filter"),
		o.integer("count", &x.count, 0, maxLimit),
		o.into("at_most", &x.atMost, "true or false"),
		o.into("ordered", &x.texts, "a list of filters"),
		o.duration("within", &x.within, maxWithin),
		o.into("after", &x.after, "a sequence number"),
	)
	switch {
	case err != nil:
		return nil, err
	case x.texts != nil && (o.has("count") || x.atMost):
		return nil, badRequest("", "ordered already says how many entries are wanted: leave out count and at_most")
	case x.texts != nil && len(x.texts) == 0, len(x.texts) > maxOrdered:
		return nil, badRequest("", "ordered must hold 1 to %d filters", maxOrdered)
	}
	x.atMost = x.atMost || x.count == 0 // to expect none is to expect at most none
	if x.filter, err = rc.filter(x.text); err != nil {
		return nil, err
	}
	for i, text := range x.texts {
		step, err := rc.filter(text)
		if err != nil {
			return nil, inStep(i, err)
		}
		x.ordered = append(x.ordered, step)
	}
	return x, nil
}

func inStep(i int, err error) error {
	p := problemOf(err)
	p.Message = fmt.Sprintf("ordered[%d]: %s", i, p.Message)
	return p
}

// await reads what is there and then what comes, until the expectation is
// decided or the time is over. However short that is, what is there is read.
func (x *expectation) await(asker context.Context, log journal.Store) (met bool, err error) {
	ctx, cancel := context.WithTimeout(asker, x.within)
	defer cancel()
	cursor := x.after
	for {
		_, last := log.Bounds()
		if last > cursor {
			err = scanKept(log, cursor, last+1, x.filter, func(e *journal.Entry) bool {
				x.take(e)
				return !x.decided() && asker.Err() == nil
			})
			if err != nil {
				return false, err
			}
			cursor = last
		}
		if x.decided() {
			return x.fulfilled(), nil
		}
		if _, err = log.Wait(ctx, cursor); err != nil {
			if errors.Is(err, context.DeadlineExceeded) {
				err = nil // the time ran out: what was seen decides
			}
			return x.fulfilled(), err
		}
	}
}

// take counts an entry that matches the whole filter, or lets it meet the
// next step.
func (x *expectation) take(e *journal.Entry) {
	if x.ordered != nil && (x.seen == len(x.ordered) || !x.ordered[x.seen].Match(e)) {
		return
	}
	x.seen++
	if len(x.seqs) < maxSeqs {
		x.seqs = append(x.seqs, e.Seq)
	}
}

// decided reports that what still comes cannot change the outcome.
func (x *expectation) decided() bool {
	switch {
	case x.ordered != nil:
		return x.seen == len(x.ordered)
	case x.atMost:
		return x.seen > x.count
	}
	return x.seen >= x.count
}

func (x *expectation) fulfilled() bool { return x.decided() != x.atMost }

// explain says what was wanted, what was seen, and which entry came nearest to
// the part that is missing.
func (x *expectation) explain(log journal.Store, result *expectResult) error {
	oldest, last := log.Bounds()
	from := max(x.after, oldest-1)
	result.Seen = &seenPart{Matching: x.seen, LastSeq: last, Entries: last - min(from, last)}
	result.Wanted = x.wanted()
	message := fmt.Sprintf("wanted %s, saw %d matching among %d entries", result.Wanted, x.seen, result.Seen.Entries)
	result.Error = refuse(http.StatusExpectationFailed, "not_met", "", "%s", message)
	if x.atMost {
		return nil // what is too much did match
	}
	filters, name := []*query.Filter{x.filter}, x.text
	if x.ordered != nil {
		filters, name = append(filters, x.ordered[x.seen]), x.texts[x.seen]
		if x.seen > 0 {
			from = max(from, x.seqs[len(x.seqs)-1])
		}
	}
	near, err := nearest(log, from, filters)
	if err != nil || near == nil {
		return err
	}
	near.Filter = name
	result.Nearest = near
	result.Error.Hint = fmt.Sprintf("nearest: entry %d (%s): %s", near.Seq, near.Summary, strings.Join(near.Reasons, "; "))
	return nil
}

func (x *expectation) wanted() string {
	name := func(text string) string {
		if text == "" {
			return "any entry"
		}
		return text
	}
	switch {
	case x.ordered != nil:
		return fmt.Sprintf("step %d of %d: %s", x.seen+1, len(x.ordered), name(x.texts[x.seen]))
	case x.atMost:
		return fmt.Sprintf("at most %d of %s", x.count, name(x.text))
	}
	return fmt.Sprintf("%d of %s", x.count, name(x.text))
}

// nearest looks through the newest entries after from for the one that fails
// the fewest parts; the newer one of equals.
func nearest(log journal.Store, from uint64, filters []*query.Filter) (*nearMiss, error) {
	var best *nearMiss
	left := nearMisses
	err := log.Scan(from, 0, true, nil, func(e *journal.Entry) bool {
		var reasons []string
		for _, f := range filters {
			reasons = append(reasons, f.Explain(e)...)
		}
		if len(reasons) > 0 && (best == nil || len(reasons) < len(best.Reasons)) {
			best = &nearMiss{Seq: e.Seq, Summary: summary(e), Reasons: reasons}
		}
		left--
		return left > 0
	})
	return best, err
}

// summary is an entry in a few words.
func summary(e *journal.Entry) string {
	words := []string{string(e.Kind)}
	for _, word := range []string{e.Provider, e.Type} {
		if word != "" {
			words = append(words, word)
		}
	}
	if e.Request != nil {
		words = append(words, e.Request.Method, cutText(e.Request.URL, 200))
	}
	if e.Response != nil {
		words = append(words, fmt.Sprint(e.Response.Status))
	}
	return strings.Join(words, " ")
}
