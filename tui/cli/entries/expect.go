package entries

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tacklebox/receiver/api"
	"tacklebox/tui/cli/command"
	"tacklebox/tui/cli/exit"
	"tacklebox/tui/cli/expectation"
	"tacklebox/tui/cli/report"
)

type expectOptions struct {
	count   int
	within  time.Duration
	after   uint64
	atMost  bool
	ordered orderedValue
	junit   string
}

// expectRun is what the command does with the app.
type expectRun struct{ *command.App }

func ExpectCommand(a *command.App) *cobra.Command {
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
		Args: command.Args("[q…]"),
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
		return expectRun{a}.expect(cmd.Context(), e, o.junit)
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

func (o *expectOptions) expectation(cmd *cobra.Command, args []string) (e api.ExpectRequest, err error) {
	e = api.ExpectRequest{AtMost: o.atMost || o.count == 0, Within: o.within.String()}
	if o.count < 0 || o.within < 0 {
		return e, exit.Usagef("--count and --within cannot be negative")
	}
	if len(o.ordered.list) > 0 {
		e.Ordered = append(o.ordered.list, args[o.ordered.first:]...)
		args = args[:o.ordered.first]
	}
	for _, q := range e.Ordered {
		if _, err := command.Query([]string{q}); err != nil {
			return e, err
		}
	}
	if e.Q, err = command.Query(args); err != nil {
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

func (a expectRun) expect(ctx context.Context, e api.ExpectRequest, junit string) error {
	started := time.Now()
	verdict, result, err := expectation.Ask(ctx, a.Client(), e)
	if err != nil {
		return err
	}
	c := report.Case{Name: verdict.WaitedFor, Class: "expect", Seconds: time.Since(started).Seconds(), Failure: verdict.Failure()}
	if err := a.Report(junit, "tacklebox expect", []report.Case{c}); err != nil {
		return err
	}
	if a.JSON {
		err = a.Out.RawJSON(result.Raw)
	} else {
		a.Out.Text(verdict.String())
	}
	if err != nil || verdict.Code == exit.OK {
		return err
	}
	return exit.Failed(verdict.Code)
}
