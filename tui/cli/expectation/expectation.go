// Package expectation asks for an expectation and judges the answer, for `expect`
// and for the step of a scenario.
package expectation

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/tui/cli/exit"
)

// Verdict is an answered expectation in words.
type Verdict struct {
	WaitedFor string
	Code      int
	Found     *Finding // about the nearest miss
	lines     []string
}

// Ask asks and judges the answer.
func Ask(ctx context.Context, c *client.Client, e api.ExpectRequest) (Verdict, *api.ExpectResult, error) {
	r, err := c.Expect(ctx, e)
	if err != nil {
		return Verdict{}, nil, err
	}
	v := Verdict{WaitedFor: describe(e)}
	if r.Met {
		v.lines = []string{fmt.Sprintf("met after %s by %s", milliseconds(r.WaitedMS), entriesOf(r.Entries))}
		return v, r, nil
	}
	v.Code = exit.Timeout
	broken, err := violated(ctx, c, e, r)
	if err != nil {
		return v, r, err
	}
	if broken {
		v.Code = exit.Failure
	}
	v.Found = look(ctx, c, r.Nearest)
	v.because(e, r, broken)
	return v, r, nil
}

// violated tells what more time cannot mend from what did not come in time. Too
// many are too many. An order is broken when the step that is missing did
// happen, but not where it should.
func violated(ctx context.Context, c *client.Client, e api.ExpectRequest, r *api.ExpectResult) (bool, error) {
	if e.AtMost {
		return true, nil
	}
	if len(e.Ordered) <= r.Seen.Matching {
		return false, nil
	}
	q := client.Query{Q: both(e.Q, e.Ordered[r.Seen.Matching]), Limit: 1}
	if e.After != nil {
		q.After = *e.After
	}
	page, err := c.Entries(ctx, q)
	if err != nil {
		return false, err
	}
	return len(page.Entries) > 0, nil
}

// both is the filter that matches what two filters match.
func both(a, b string) string {
	if strings.TrimSpace(a) == "" {
		return b
	}
	if strings.TrimSpace(b) == "" {
		return a
	}
	return "(" + a + ") (" + b + ")"
}

// because adds what was seen and what came nearest.
func (v *Verdict) because(e api.ExpectRequest, r *api.ExpectResult, broken bool) {
	v.lines = append(v.lines, fmt.Sprintf("not met after %s: saw %d matching among %d entries", milliseconds(r.WaitedMS), r.Seen.Matching, r.Seen.Entries))
	if broken && len(e.Ordered) > 0 {
		v.lines = append(v.lines, fmt.Sprintf("out of order: %s", r.Wanted))
	} else if len(e.Ordered) > 0 {
		v.lines = append(v.lines, "missing: "+r.Wanted)
	}
	if len(r.Entries) > 0 {
		v.lines = append(v.lines, "matched: "+entriesOf(r.Entries))
	}
	if near := r.Nearest; near != nil {
		v.lines = append(v.lines, fmt.Sprintf("nearest: entry %d (%s)", near.Seq, near.Summary))
		for _, reason := range near.Reasons {
			v.lines = append(v.lines, "  - "+reason)
		}
	}
	if v.Found != nil && v.Found.Entry > 0 {
		v.lines = append(v.lines, strings.Split(v.Found.String(), "\n")...)
	}
}

func (v Verdict) String() string {
	return v.WaitedFor + "\n  " + strings.Join(v.lines, "\n  ")
}

// Failure is the text of a test report, "" when there is none.
func (v Verdict) Failure() string {
	if v.Code == exit.OK {
		return ""
	}
	return strings.Join(v.lines, "\n")
}

func milliseconds(ms float64) string {
	return time.Duration(ms * float64(time.Millisecond)).Round(time.Millisecond).String()
}

func entriesOf(list []uint64) string {
	if len(list) == 0 {
		return "no entry"
	}
	words := make([]string, 0, len(list))
	for i, seq := range list {
		if i == 20 {
			words = append(words, fmt.Sprintf("and %d more", len(list)-i))
			break
		}
		words = append(words, fmt.Sprint(seq))
	}
	if len(list) == 1 {
		return "entry " + words[0]
	}
	return "entries " + strings.Join(words, ", ")
}

// describe says what an expectation waits for.
func describe(e api.ExpectRequest) string {
	var b strings.Builder
	b.WriteString("expected ")
	if len(e.Ordered) > 0 {
		ordered, _ := json.Marshal(e.Ordered)
		b.WriteString("in this order " + string(ordered))
	} else {
		count := 1
		if e.Count != nil {
			count = *e.Count
		}
		if e.AtMost {
			b.WriteString("at most ")
		}
		fmt.Fprintf(&b, "%d × %s", count, orAnything(e.Q))
	}
	fmt.Fprintf(&b, " within %s", e.Within)
	return b.String()
}

func orAnything(q string) string {
	if q == "" {
		return "anything"
	}
	return q
}
