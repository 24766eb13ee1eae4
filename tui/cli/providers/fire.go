package providers

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/tui/cli/command"
	"tacklebox/tui/cli/exit"
	"tacklebox/tui/cli/print"
)

// fireOptions is a fire command line before the sample gave it types.
type fireOptions struct {
	command.Edit
	req         api.Firing
	body, merge string
	context     []string
	faults      []string
	wait        time.Duration
	judged      bool // --wait was given: the exit code tells how it ended
	allowNone   bool
	connect     time.Duration
}

// attemptWithin is how long fire waits for an attempt when it waits at all:
// longer than any provider's own time-out.
const attemptWithin = 90 * time.Second

// fireRun is what the command does with the app.
type fireRun struct{ *command.App }

func FireCommand(a *command.App) *cobra.Command {
	o := new(fireOptions)
	cmd := &cobra.Command{
		Use:   "fire PROVIDER TYPE",
		Short: "Make an event happen",
		Long: `Make an event of a provider happen. Every subscription that the provider would
call is called; with --to that URL alone, and then no running sandbox is needed.

--set types its value as the sample does: where the sample has a number, 5 is a
number. PATH:=JSON sends JSON as written.

Exit code with --wait: 0 when every delivery was accepted, 1 when one was refused or
failed for good or nobody was there to get it, 3 when one still waits. 'tacklebox
help faults' lists the faults.`,
		Example: `  tacklebox fire shoptet order:create --set eventInstance=2026000123
  tacklebox fire dsco ORDER_CREATED --to http://localhost:3000/callback
  tacklebox fire lagerkoll article.updated --merge @changes.json --count 3`,
		Args: command.Args("PROVIDER", "TYPE"),
	}
	f := cmd.Flags()
	f.StringArrayVar(&o.Edit.Set, "set", nil, "`PATH=VALUE` in the payload, or PATH:=JSON (repeatable)")
	f.StringArrayVar(&o.Edit.Unset, "unset", nil, "leave `PATH` out (repeatable)")
	f.StringVar(&o.merge, "merge", "", "JSON object to merge over the sample: `@FILE`, - or JSON")
	f.StringVar(&o.body, "body", "", "payload instead of the sample: `@FILE`, - or JSON")
	f.StringVar(&o.req.To, "to", "", "deliver to this `URL` alone")
	f.StringVar(&o.req.Account, "account", "", "only to the subscriptions of `ACCOUNT`")
	f.StringArrayVar(&o.context, "context", nil, "a fact that decides who gets it, `KEY=VALUE` (repeatable)")
	f.IntVar(&o.req.Count, "count", 0, "fire `N` events (default 1)")
	f.StringArrayVar(&o.faults, "fault", nil, "make the delivery suffer this `KIND` of fault (repeatable)")
	f.DurationVar(&o.wait, "wait", 0, "wait up to `D` until every delivery is accepted or has failed, and print how it ended")
	f.BoolVar(&o.allowNone, "allow-none", false, "with --wait: nobody there to get it is no failure")
	f.DurationVar(&o.connect, "retry-connect", 0, "first wait up to `D` until somebody listens where it goes")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		o.judged = cmd.Flags().Changed("wait")
		o.req.Provider, o.req.Type = args[0], args[1]
		return fireRun{a}.fire(cmd.Context(), o)
	}
	return cmd
}

func (a fireRun) fire(ctx context.Context, o *fireOptions) (err error) {
	if o.req.Count < 0 {
		return exit.Usagef("--count %d: want at least 1", o.req.Count)
	}
	if o.req.Context, err = command.Facts(o.context); err != nil {
		return err
	}
	if o.req.Faults, err = command.Faults(o.faults); err != nil {
		return err
	}
	if o.req.Body, err = a.Payload(o.body); err != nil {
		return err
	}
	if o.req.Merge, err = a.Document("merge", o.merge); err != nil {
		return err
	}
	o.req.Unset = o.Edit.Unset
	if o.req.To == "" {
		return a.fireAt(ctx, a.Client(), o, false)
	}
	return a.WithLocal(ctx, func(c *client.Client, local bool) error {
		return a.fireAt(ctx, c, o, local)
	})
}

func (a fireRun) fireAt(ctx context.Context, c *client.Client, o *fireOptions, local bool) error {
	if err := a.typeEdits(ctx, c, o); err != nil {
		return err
	}
	if err := a.awaitReceivers(ctx, c, o); err != nil {
		return err
	}
	fired, err := c.Fire(ctx, o.req)
	if err != nil {
		return a.explainFire(ctx, c, o, err)
	}
	if local && !o.judged {
		o.wait = attemptWithin
	}
	var how outcome
	if o.judged || local {
		if how, err = follow(ctx, c, fired, o.wait, local); err != nil {
			return err
		}
	}
	if a.JSON {
		err = a.Out.JSON(firedJSON{*fired, how.attempts})
	} else {
		a.printFired(fired, how.attempts, o.judged || local)
		a.printAccounts(ctx, c, o, fired)
	}
	if code := how.code(o.allowNone); err == nil && o.judged && code != exit.OK {
		return exit.Failed(code)
	}
	return err
}

// awaitReceivers waits with --retry-connect until somebody listens at every place
// that the event will go to.
func (a fireRun) awaitReceivers(ctx context.Context, c *client.Client, o *fireOptions) error {
	if o.connect <= 0 {
		return nil
	}
	urls := []string{o.req.To}
	if o.req.To == "" {
		subs, err := c.Subscriptions(ctx, o.req.Provider, o.req.Account)
		if err != nil {
			return err
		}
		urls = nil
		for _, s := range subs {
			urls = append(urls, s.URL)
		}
	}
	return listening(ctx, urls, o.connect)
}

// printAccounts says how many accounts got what was fired for all of them.
func (a fireRun) printAccounts(ctx context.Context, c *client.Client, o *fireOptions, fired *api.Fired) {
	got := map[string]bool{}
	for _, event := range fired.Events {
		for _, d := range event.Deliveries {
			got[d.Subscription] = true
		}
	}
	if o.req.Account != "" || o.req.To != "" || len(got) < 2 {
		return
	}
	subs, err := c.Subscriptions(ctx, o.req.Provider, "")
	if err != nil {
		return // it is fired; this is only a word more
	}
	accounts := map[string]bool{}
	for _, s := range subs {
		if got[s.ID] {
			accounts[s.Account] = true
		}
	}
	if len(accounts) > 1 {
		a.Out.Line("%d accounts got it; --account chooses one", len(accounts))
	}
}

// typeEdits asks for the sample only when there is something to type.
func (a fireRun) typeEdits(ctx context.Context, c *client.Client, o *fireOptions) error {
	if len(o.Edit.Set) == 0 {
		return nil
	}
	sample := []byte(o.req.Body)
	if sample == nil {
		detail, err := provider(ctx, c, o.req.Provider)
		if err != nil {
			return err
		}
		if e := findType(detail, o.req.Type); e != nil {
			sample = e.Sample
		}
	}
	var err error
	o.req.Set, err = o.Values(sample)
	return err
}

// explainFire adds the nearest names to a refusal that has none.
func (a fireRun) explainFire(ctx context.Context, c *client.Client, o *fireOptions, err error) error {
	if refused, ok := command.AsRefusal(err); !ok || refused.Hint != "" {
		return err
	}
	detail, detailErr := provider(ctx, c, o.req.Provider)
	if detailErr != nil {
		return detailErr
	}
	if findType(detail, o.req.Type) == nil {
		return command.Refusal(err, o.req.Type, typeNames(detail))
	}
	return err
}

// firedJSON is fire's answer with what became of the first attempts.
type firedJSON struct {
	api.Fired
	Attempts []api.Entry `json:"attempts,omitempty"`
}

func (a fireRun) printFired(result *api.Fired, attempts []api.Entry, waited bool) {
	byDelivery := map[string]*api.Entry{}
	for i := range attempts {
		byDelivery[attempts[i].DeliveryID] = &attempts[i]
	}
	for _, event := range result.Events {
		a.Out.Line("%s  %s", a.Out.Paint(print.Bold, event.Type), event.ID)
		for _, d := range event.Deliveries {
			a.Out.Line("  → %s%s", d.URL, a.ending(byDelivery[d.ID], waited))
		}
		for _, s := range event.Skipped {
			a.Out.Line("  %s %s: %s", a.Out.Paint(print.Quiet, "skipped"), s.Subscription, s.Reason)
		}
		if len(event.Deliveries) == 0 && len(event.Skipped) == 0 {
			a.Out.Line("  nobody is subscribed; --to URL sends it to one place")
		}
	}
}

func (a fireRun) ending(attempt *api.Entry, waited bool) print.Painted {
	switch {
	case attempt != nil:
		return a.Out.Marks(attempt)
	case waited:
		return " " + a.Out.Paint(print.Bad, "not attempted yet")
	}
	return ""
}
