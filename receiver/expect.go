package receiver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"tacklebox/receiver/api"
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

// Expect waits until an expectation is met, cannot be met any more, or its time
// is over: 200, else 417 with the nearest miss.
func (rc *Receiver) Expect(ctx context.Context, r *http.Request) (api.Answer, error) {
	var in api.ExpectRequest
	if err := api.ReadJSON(r, &in); err != nil {
		return api.Answer{}, err
	}
	x, err := rc.newExpectation(in)
	if err != nil {
		return api.Answer{}, err
	}
	started := time.Now()
	asker, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(rc.ctx, cancel)() // a sandbox that stops does not wait for what will not come
	met, err := x.await(asker, rc.log)
	switch {
	case r.Context().Err() != nil:
		return api.Answer{}, r.Context().Err() // nobody listens any more
	case asker.Err() != nil:
		return api.Answer{}, journal.ErrClosed
	case err != nil:
		return api.Answer{}, err
	}
	result := api.ExpectResult{Met: met, Entries: append([]uint64{}, x.seqs...), WaitedMS: float64(time.Since(started).Milliseconds())}
	if met {
		return api.OK(result), nil
	}
	if err := x.explain(rc.log, &result); err != nil {
		return api.Answer{}, err
	}
	return api.Answer{Status: http.StatusExpectationFailed, Body: result}, nil
}

func (rc *Receiver) newExpectation(in api.ExpectRequest) (x *expectation, err error) {
	x = &expectation{text: in.Q, texts: in.Ordered, atMost: in.AtMost, count: 1, within: defaultWithin}
	if in.Count != nil {
		x.count = *in.Count
	}
	if in.After != nil {
		x.after = *in.After
	}
	if in.Within != "" {
		if x.within, err = time.ParseDuration(in.Within); err != nil || x.within < 0 || x.within > maxWithin {
			return nil, bad("within", `must be a duration like "250ms" or "5s" of at most %v, not %q`, maxWithin, api.Clip(in.Within))
		}
	}
	switch {
	case x.count < 0 || x.count > maxLimit:
		return nil, bad("count", "must be a whole number from 0 to %d, not %d", maxLimit, x.count)
	case x.texts != nil && (in.Count != nil || x.atMost):
		return nil, api.BadRequest("", "ordered already says how many entries are wanted: leave out count and at_most")
	case x.texts != nil && len(x.texts) == 0, len(x.texts) > maxOrdered:
		return nil, api.BadRequest("", "ordered must hold 1 to %d filters", maxOrdered)
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
	p := *api.Of(err)
	p.Message = fmt.Sprintf("ordered[%d]: %s", i, p.Message)
	return &p
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
func (x *expectation) explain(log journal.Store, result *api.ExpectResult) error {
	oldest, last := log.Bounds()
	from := max(x.after, oldest-1)
	result.Seen = &api.Seen{Matching: x.seen, LastSeq: last, Entries: last - min(from, last)}
	result.Wanted = x.wanted()
	message := fmt.Sprintf("wanted %s, saw %d matching among %d entries", result.Wanted, x.seen, result.Seen.Entries)
	result.Error = api.Failed(http.StatusExpectationFailed, "not_met", "", "%s", message)
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
func nearest(log journal.Store, from uint64, filters []*query.Filter) (*api.NearMiss, error) {
	var best *api.NearMiss
	left := nearMisses
	err := log.Scan(context.Background(), from, 0, true, nil, func(e *journal.Entry) bool {
		var reasons []string
		for _, f := range filters {
			reasons = append(reasons, f.Explain(e)...)
		}
		if len(reasons) > 0 && (best == nil || len(reasons) < len(best.Reasons)) {
			best = &api.NearMiss{Seq: e.Seq, Summary: summary(e), Reasons: reasons}
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
