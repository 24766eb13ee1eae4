package cli

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/tui/cli/exit"
	"tacklebox/tui/cli/print"
)

// showRun is what the command does with the app.
type showRun struct{ *App }

func showCommand(a *App) *cobra.Command {
	var raw bool
	cmd := &cobra.Command{
		Use:   "show SEQ",
		Short: "Show one entry in full",
		Long: `Show one entry: the request and the answer with headers and body, the verdict on
signature and payload, and every attempt of the same delivery.`,
		Args: args("SEQ"),
	}
	cmd.Flags().BoolVar(&raw, "body", false, "print the body alone, byte for byte")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		seq, err := sequence(args[0])
		if err != nil {
			return err
		}
		if raw {
			return showRun{a}.rawBody(cmd.Context(), seq)
		}
		entry, err := a.client().Entry(cmd.Context(), seq)
		if err != nil {
			return err
		}
		if a.json {
			return a.out.JSON(entry)
		}
		return showRun{a}.show(cmd.Context(), entry)
	}
	return cmd
}

func sequence(s string) (uint64, error) {
	seq, err := strconv.ParseUint(s, 10, 64)
	if err != nil || seq == 0 {
		return 0, exit.Usagef("%q is not the number of an entry: 'tacklebox entries' lists them", s)
	}
	return seq, nil
}

// rawBody keeps every byte, unless a terminal would obey some of them.
func (a showRun) rawBody(ctx context.Context, seq uint64) error {
	body, err := a.client().Body(ctx, seq)
	if err != nil {
		return err
	}
	a.out.Verbatim(body)
	return nil
}

func (a showRun) show(ctx context.Context, e *api.Entry) error {
	a.out.Summary(e)
	a.out.Facts(e)
	if e.Request != nil {
		a.out.Message("request", print.RequestLine(e.Request), e.Request)
	}
	if e.Response != nil {
		a.out.Message("response", fmt.Sprintf("%d", e.Response.Status), e.Response)
	}
	if len(e.Detail) > 0 {
		a.out.Line("")
		a.out.Text(print.Pretty(e.Detail))
	}
	if e.DeliveryID == "" {
		return nil
	}
	return a.timeline(ctx, e.DeliveryID)
}

// timeline lists every attempt of a delivery: deliveries are not stored, they
// are folded from their attempts.
func (a showRun) timeline(ctx context.Context, delivery string) error {
	page, err := a.client().Entries(ctx, client.Query{Q: fmt.Sprintf("kind:attempt delivery:%q", delivery)})
	if err != nil {
		return err
	}
	if len(page.Entries) == 0 {
		return nil
	}
	a.out.Line("\n%s", a.out.Paint(print.Quiet, "attempts of this delivery"))
	for i := range page.Entries {
		e := &page.Entries[i]
		a.out.Line("  %d  %s  entry %d%s", e.Attempt, e.Time.Format(time.RFC3339), e.Seq, a.out.Marks(e))
	}
	if next := page.Entries[len(page.Entries)-1].NextAttempt; !next.IsZero() {
		a.out.Line("  next at %s", next.Format(time.RFC3339))
	}
	return nil
}
