package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"tacklebox/receiver/client"
	"tacklebox/tui/cli/exit"
	"tacklebox/tui/cli/print"
)

// fireOptions is a fire command line before the sample gave it types.
type fireOptions struct {
	edit
	req         client.FireRequest
	body, merge string
	context     []string
	faults      []string
	wait        time.Duration
}

// attemptWithin is how long fire waits for an attempt when it waits at all:
// longer than any provider's own time-out.
const attemptWithin = 90 * time.Second

// fireRun is what the command does with the app.
type fireRun struct{ *App }

func fireCommand(a *App) *cobra.Command {
	o := new(fireOptions)
	cmd := &cobra.Command{
		Use:   "fire PROVIDER TYPE",
		Short: "Make an event happen",
		Long: `Make an event of a provider happen. Every subscription that the provider would
call is called; with --to that URL alone, and then no running sandbox is needed.

--set types its value as the sample does: where the sample has a number, 5 is a
number. PATH:=JSON sends JSON as written.`,
		Example: `  tacklebox fire shoptet order:create --set eventInstance=2026000123
  tacklebox fire dsco ORDER_CREATED --to http://localhost:3000/callback
  tacklebox fire lagerkoll article.updated --merge @changes.json --count 3`,
		Args:              args("PROVIDER", "TYPE"),
		ValidArgsFunction: a.completeEvent,
	}
	f := cmd.Flags()
	f.StringArrayVar(&o.set, "set", nil, "`PATH=VALUE` in the payload, or PATH:=JSON (repeatable)")
	f.StringArrayVar(&o.unset, "unset", nil, "leave `PATH` out (repeatable)")
	f.StringVar(&o.merge, "merge", "", "JSON object to merge over the sample: `@FILE`, - or JSON")
	f.StringVar(&o.body, "body", "", "payload instead of the sample: `@FILE`, - or JSON")
	f.StringVar(&o.req.To, "to", "", "deliver to this `URL` alone")
	f.StringVar(&o.req.Account, "account", "", "only to the subscriptions of `ACCOUNT`")
	f.StringArrayVar(&o.context, "context", nil, "a fact that decides who gets it, `KEY=VALUE` (repeatable)")
	f.IntVar(&o.req.Count, "count", 0, "fire `N` events (default 1)")
	f.StringArrayVar(&o.faults, "fault", nil, "make the delivery suffer this `KIND` of fault (repeatable)")
	f.DurationVar(&o.wait, "wait", 0, "wait up to `D` for the first attempts and print how they ended")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		o.req.Provider, o.req.Type = args[0], args[1]
		return fireRun{a}.fire(cmd.Context(), o)
	}
	return cmd
}

func (a fireRun) fire(ctx context.Context, o *fireOptions) (err error) {
	if o.req.Count < 0 {
		return exit.Usagef("--count %d: want at least 1", o.req.Count)
	}
	if o.req.Context, err = facts(o.context); err != nil {
		return err
	}
	if o.req.Faults, err = faults(o.faults); err != nil {
		return err
	}
	if o.req.Body, err = a.payload(o.body); err != nil {
		return err
	}
	if o.req.Merge, err = a.document("merge", o.merge); err != nil {
		return err
	}
	o.req.Unset = o.unset
	if o.req.To == "" {
		return a.fireAt(ctx, a.client(), o, false)
	}
	return a.withLocal(ctx, func(c *client.Client, local bool) error {
		return a.fireAt(ctx, c, o, local)
	})
}

func (a fireRun) fireAt(ctx context.Context, c *client.Client, o *fireOptions, local bool) error {
	if err := a.typeEdits(ctx, c, o); err != nil {
		return err
	}
	result, err := c.Fire(ctx, o.req)
	if err != nil {
		return a.explainFire(ctx, c, o, err)
	}
	if local && o.wait == 0 {
		o.wait = attemptWithin
	}
	attempts, err := a.attempts(ctx, c, result, o.wait)
	if err != nil {
		return err
	}
	if a.json {
		return a.out.JSON(firedJSON{*result, attempts})
	}
	a.printFired(result, attempts, o.wait > 0)
	return nil
}

// typeEdits asks for the sample only when there is something to type.
func (a fireRun) typeEdits(ctx context.Context, c *client.Client, o *fireOptions) error {
	if len(o.set) == 0 {
		return nil
	}
	sample := []byte(o.req.Body)
	if sample == nil {
		detail, err := a.provider(ctx, c, o.req.Provider)
		if err != nil {
			return err
		}
		if e := findType(detail, o.req.Type); e != nil {
			sample = e.Sample
		}
	}
	var err error
	o.req.Set, err = o.values(sample)
	return err
}

// explainFire adds the nearest names to a refusal that has none.
func (a fireRun) explainFire(ctx context.Context, c *client.Client, o *fireOptions, err error) error {
	if refused, ok := asRefusal(err); !ok || refused.Hint != "" {
		return err
	}
	detail, detailErr := a.provider(ctx, c, o.req.Provider)
	if detailErr != nil {
		return detailErr
	}
	if findType(detail, o.req.Type) == nil {
		return refusal(err, o.req.Type, typeNames(detail))
	}
	return err
}

// firedJSON is fire's answer with what became of the first attempts.
type firedJSON struct {
	client.FireResult
	Attempts []client.Entry `json:"attempts,omitempty"`
}

// attempts waits for the first attempt of every delivery. Time over is not an
// error: what is missing shows in the output.
func (a fireRun) attempts(ctx context.Context, c *client.Client, result *client.FireResult, within time.Duration) ([]client.Entry, error) {
	if within <= 0 {
		return nil, nil
	}
	deadline := time.Now().Add(within)
	var out []client.Entry
	for _, event := range result.Events {
		for _, d := range event.Deliveries {
			left := max(time.Until(deadline), 0)
			met, err := c.Expect(ctx, client.Expectation{Q: fmt.Sprintf("kind:attempt delivery:%q", d.ID), Within: left.String()})
			if err != nil {
				return nil, err
			}
			if !met.Met || len(met.Entries) == 0 {
				continue
			}
			entry, err := c.Entry(ctx, met.Entries[0])
			if err != nil {
				return nil, err
			}
			out = append(out, *entry)
		}
	}
	return out, nil
}

func (a fireRun) printFired(result *client.FireResult, attempts []client.Entry, waited bool) {
	byDelivery := map[string]*client.Entry{}
	for i := range attempts {
		byDelivery[attempts[i].DeliveryID] = &attempts[i]
	}
	for _, event := range result.Events {
		a.out.Line("%s  %s", a.out.Paint(print.Bold, event.Type), event.ID)
		for _, d := range event.Deliveries {
			a.out.Line("  → %s%s", d.URL, a.outcome(byDelivery[d.ID], waited))
		}
		for _, s := range event.Skipped {
			a.out.Line("  %s %s: %s", a.out.Paint(print.Quiet, "skipped"), s.Subscription, s.Reason)
		}
		if len(event.Deliveries) == 0 && len(event.Skipped) == 0 {
			a.out.Line("  nobody is subscribed; --to URL sends it to one place")
		}
	}
}

func (a fireRun) outcome(attempt *client.Entry, waited bool) print.Painted {
	switch {
	case attempt != nil:
		return a.out.Marks(attempt)
	case waited:
		return " " + a.out.Paint(print.Bad, "not attempted yet")
	}
	return ""
}
