package expect

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"tacklebox/receiver/api"
	"tacklebox/receiver/entries"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/query"
)

// explain says what was wanted, what was seen, and which entry came nearest to
// the part that is missing.
func (x *expectation) explain(ctx context.Context, log journal.Store, result *api.ExpectResult) error {
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
	near, err := nearest(ctx, log, from, filters)
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
func nearest(ctx context.Context, log journal.Store, from uint64, filters []*query.Filter) (*api.NearMiss, error) {
	var best *api.NearMiss
	left := nearMisses
	err := log.Scan(ctx, from, 0, true, nil, func(e *journal.Entry) bool {
		var reasons []string
		for _, f := range filters {
			reasons = append(reasons, f.Explain(e)...)
		}
		if len(reasons) > 0 && (best == nil || len(reasons) < len(best.Reasons)) {
			best = &api.NearMiss{Seq: e.Seq, Summary: entries.Summary(e), Reasons: reasons}
		}
		left--
		return left > 0
	})
	return best, err
}
