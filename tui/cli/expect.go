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
	result, err := a.client().Expect(ctx, e)
	if err != nil {
		return err
	}
	verdict := judge(e, result)
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

// judge reads the server's answer. An upper bound fails by what came, and an
// order that was broken stays broken; everything else fails by the time.
func judge(e client.Expectation, r *client.ExpectResult) verdict {
	v := verdict{waitedFor: describe(e)}
	if r.Met {
		v.lines = []string{fmt.Sprintf("met after %s by %s", milliseconds(r.WaitedMS), entriesOf(r.Entries))}
		return v
	}
	v.code = ExitTimeout
	if e.AtMost || r.Violated {
		v.code = ExitFailed
	}
	v.lines = append(v.lines, fmt.Sprintf("not met after %s", milliseconds(r.WaitedMS)))
	return v.because(r)
}

func (v verdict) because(r *client.ExpectResult) verdict {
	if len(r.Entries) > 0 {
		v.lines = append(v.lines, "matched: "+entriesOf(r.Entries))
	}
	return v
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
