package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tacklebox/receiver/client"
)

type expectOptions struct {
	count   int
	within  time.Duration
	after   uint64
	atMost  bool
	ordered orderedValue
	junit   string
}

func (a *App) expectCommand() *cobra.Command {
	o := new(expectOptions)
	cmd := &cobra.Command{
		Use:   "expect [q]",
		Short: "Wait until something has happened, and fail if it does not",
		Long: `Wait until the filter matches the wanted number of entries. What is already there
counts, from the oldest entry on or behind --after. With --ordered the filters
must match one after the other.

Exit code 0: met. 1: it cannot be met any more. 3: the time is over.`,
		Example: `  tacklebox expect 'kind:capture inbox:orders signature:valid' --within 10s
  tacklebox expect 'inbox:orders' --count 0 --within 2s
  tacklebox expect --ordered type:order:create type:order:update`,
		Args: args("[q…]"),
	}
	f := cmd.Flags()
	f.IntVar(&o.count, "count", 1, "how many (`N`)")
	f.BoolVar(&o.atMost, "at-most", false, "no more than --count; waits the whole time to be sure")
	f.DurationVar(&o.within, "within", 5*time.Second, "how long to wait (`D`)")
	f.Uint64Var(&o.after, "after", 0, "only entries behind `SEQ`")
	f.Var(&o.ordered, "ordered", "`q…` that must match in this order (takes all words that follow)")
	f.StringVar(&o.junit, "junit", "", "write a JUnit report to `FILE`")
	o.ordered.before = func() int { return len(cmd.Flags().Args()) }
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		e, err := o.expectation(cmd, args)
		if err != nil {
			return err
		}
		return a.expect(cmd.Context(), e, o.junit)
	}
	return cmd
}

// orderedValue collects --ordered. The words behind it belong to it as well:
// before counts the words that stood in front of the first one.
type orderedValue struct {
	list   []string
	first  int
	before func() int
}

func (v *orderedValue) Type() string   { return "q" }
func (v *orderedValue) String() string { return strings.Join(v.list, " ") }

func (v *orderedValue) Set(s string) error {
	if len(v.list) == 0 {
		v.first = v.before()
	}
	v.list = append(v.list, s)
	return nil
}

func (o *expectOptions) expectation(cmd *cobra.Command, args []string) (e client.Expectation, err error) {
	e = client.Expectation{AtMost: o.atMost || o.count == 0, Within: o.within.String()}
	if o.count < 0 || o.within < 0 {
		return e, usagef("--count and --within cannot be negative")
	}
	if len(o.ordered.list) > 0 {
		e.Ordered = append(o.ordered.list, args[o.ordered.first:]...)
		args = args[:o.ordered.first]
	}
	for _, q := range e.Ordered {
		if _, err := query([]string{q}); err != nil {
			return e, err
		}
	}
	if e.Q, err = query(args); err != nil {
		return e, err
	}
	if e.Ordered == nil || cmd.Flags().Changed("count") {
		e.Count = &o.count
	}
	if cmd.Flags().Changed("after") {
		e.After = &o.after
	}
	return e, nil
}

func (a *App) expect(ctx context.Context, e client.Expectation, report string) error {
	started := time.Now()
	verdict, result, err := expectation(ctx, a.client(), e)
	if err != nil {
		return err
	}
	if report != "" {
		c := junitCase{Name: verdict.waitedFor, Class: "expect", Seconds: time.Since(started).Seconds(), Failure: verdict.failure()}
		if err := writeJUnit(report, "tacklebox expect", []junitCase{c}); err != nil {
			return err
		}
	}
	if a.json {
		err = a.out.rawJSON(result.Raw)
	} else {
		a.out.text(verdict.String())
	}
	if err != nil || verdict.code == ExitOK {
		return err
	}
	return failed(verdict.code)
}

// verdict is an answered expectation in words.
type verdict struct {
	waitedFor string
	code      int
	lines     []string
}

// expectation asks and judges the answer.
func expectation(ctx context.Context, c *client.Client, e client.Expectation) (verdict, *client.ExpectResult, error) {
	r, err := c.Expect(ctx, e)
	if err != nil {
		return verdict{}, nil, err
	}
	v := verdict{waitedFor: describe(e)}
	if r.Met {
		v.lines = []string{fmt.Sprintf("met after %s by %s", milliseconds(r.WaitedMS), entriesOf(r.Entries))}
		return v, r, nil
	}
	v.code = ExitTimeout
	broken, err := violated(ctx, c, e, r)
	if err != nil {
		return v, r, err
	}
	if broken {
		v.code = ExitFailed
	}
	v.because(e, r, broken)
	return v, r, nil
}

// violated tells what more time cannot mend from what did not come in time. Too
// many are too many. An order is broken when the step that is missing did
// happen, but not where it should.
func violated(ctx context.Context, c *client.Client, e client.Expectation, r *client.ExpectResult) (bool, error) {
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
func (v *verdict) because(e client.Expectation, r *client.ExpectResult, broken bool) {
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
}

func (v verdict) String() string {
	return v.waitedFor + "\n  " + strings.Join(v.lines, "\n  ")
}

// failure is the text of a test report, "" when there is none.
func (v verdict) failure() string {
	if v.code == ExitOK {
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
func describe(e client.Expectation) string {
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
