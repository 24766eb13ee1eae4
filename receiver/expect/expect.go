// Package expect waits for entries: POST /_/expect. An expectation reads what is
// there by itself; what comes is read once and shown to all that wait.
//
// The only lock is waiting.mu: it is held while one entry is shown to all, and
// guards what they have counted. Nobody reads the journal while holding it.
package expect

import (
	"context"
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
	maxCount   = 1_000_000
)

// Expectations serves POST /_/expect.
type Expectations struct {
	log  journal.Store
	now  func() time.Time
	all  waiting
	ctx  context.Context // ends with Close
	stop context.CancelFunc
}

// New returns the call on a journal; now is the clock of "since:5m".
func New(log journal.Store, now func() time.Time) *Expectations {
	x := &Expectations{log: log, now: now, all: waiting{log: log}}
	x.ctx, x.stop = context.WithCancel(context.Background())
	return x
}

// Close answers those that wait: what will not come is not waited for.
func (s *Expectations) Close() { s.stop() }

// Waiting is how many expectations wait for entries.
func (s *Expectations) Waiting() int { return s.all.count() }

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

	// Guarded by waiting.mu while it waits.
	cursor uint64        // everything up to here was looked at
	seen   int           // entries that matched
	seqs   []uint64      // of those, or of the steps that were met
	met    chan struct{} // closed when it is decided, or failed
	failed error
}

// Expect waits until an expectation is met, cannot be met any more, or its time
// is over: 200, else 417 with the nearest miss.
func (s *Expectations) Expect(ctx context.Context, r *http.Request) (api.Answer, error) {
	var in api.ExpectRequest
	if err := api.ReadJSON(r, &in); err != nil {
		return api.Answer{}, err
	}
	x, err := s.newExpectation(in)
	if err != nil {
		return api.Answer{}, err
	}
	started := time.Now()
	asker, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(s.ctx, cancel)() // a sandbox that stops does not wait for what will not come
	met, err := s.await(asker, x)
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
	if err := x.explain(asker, s.log, &result); err != nil {
		return api.Answer{}, err
	}
	return api.Answer{Status: http.StatusExpectationFailed, Body: result}, nil
}

func (s *Expectations) newExpectation(in api.ExpectRequest) (x *expectation, err error) {
	x = &expectation{text: in.Q, texts: in.Ordered, atMost: in.AtMost, count: 1, within: defaultWithin, met: make(chan struct{})}
	if in.Count != nil {
		x.count = *in.Count
	}
	if in.After != nil {
		x.after = *in.After
		x.cursor = x.after
	}
	if in.Within != "" {
		if x.within, err = time.ParseDuration(in.Within); err != nil || x.within < 0 || x.within > maxWithin {
			return nil, api.BadMember("within", `must be a duration like "250ms" or "5s" of at most %v, not %q`, maxWithin, api.Clip(in.Within))
		}
	}
	switch {
	case x.count < 0 || x.count > maxCount:
		return nil, api.BadMember("count", "must be a whole number from 0 to %d, not %d", maxCount, x.count)
	case x.texts != nil && (in.Count != nil || x.atMost):
		return nil, api.BadRequest("", "ordered already says how many entries are wanted: leave out count and at_most")
	case x.texts != nil && len(x.texts) == 0, len(x.texts) > maxOrdered:
		return nil, api.BadRequest("", "ordered must hold 1 to %d filters", maxOrdered)
	}
	x.atMost = x.atMost || x.count == 0 // to expect none is to expect at most none
	var budget query.Budget             // of all regular expressions of the call
	if x.filter, err = s.parse(&budget, x.text); err != nil {
		return nil, err
	}
	for i, text := range x.texts {
		step, err := s.parse(&budget, text)
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

// parse reads a filter; nil, which matches all, for an empty one.
func (s *Expectations) parse(budget *query.Budget, text string) (*query.Filter, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	return budget.Parse(text, s.now)
}
