package entries

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/tui/cli/command"
	"tacklebox/tui/cli/print"
)

// showRun is what the command does with the app.
type showRun struct{ *command.App }

func ShowCommand(a *command.App) *cobra.Command {
	var raw bool
	cmd := &cobra.Command{
		Use:   "show SEQ",
		Short: "Show one entry in full",
		Long: `Show one entry: the request and the answer with headers and body, the verdict on
signature and payload, and every attempt of the same delivery.`,
		Args: command.Args("SEQ"),
	}
	cmd.Flags().BoolVar(&raw, "body", false, "print the body alone, byte for byte")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		seq, err := command.Sequence(args[0])
		if err != nil {
			return err
		}
		if raw {
			return showRun{a}.rawBody(cmd.Context(), seq)
		}
		entry, err := a.Client().Entry(cmd.Context(), seq)
		if err != nil {
			return err
		}
		if a.JSON {
			return a.Out.JSON(entry)
		}
		return showRun{a}.show(cmd.Context(), entry)
	}
	return cmd
}

// rawBody keeps every byte, unless a terminal would obey some of them.
func (a showRun) rawBody(ctx context.Context, seq uint64) error {
	body, err := a.Client().Body(ctx, seq)
	if err != nil {
		return err
	}
	a.Out.Verbatim(body)
	return nil
}

func (a showRun) show(ctx context.Context, e *api.Entry) error {
	a.Out.Summary(e)
	a.Out.Facts(e)
	if e.Request != nil {
		a.Out.Message("request", print.RequestLine(e.Request), e.Request)
	}
	if e.Response != nil {
		a.Out.Message("response", fmt.Sprintf("%d", e.Response.Status), e.Response)
	}
	if len(e.Detail) > 0 {
		a.Out.Line("")
		a.Out.Text(print.Pretty(e.Detail))
	}
	if e.DeliveryID == "" {
		return nil
	}
	return a.timeline(ctx, e.DeliveryID)
}

// timeline lists every attempt of a delivery: deliveries are not stored, they
// are folded from their attempts.
func (a showRun) timeline(ctx context.Context, delivery string) error {
	page, err := a.Client().Entries(ctx, client.Query{Q: fmt.Sprintf("kind:attempt delivery:%q", delivery)})
	if err != nil {
		return err
	}
	if len(page.Entries) == 0 {
		return nil
	}
	a.Out.Line("\n%s", a.Out.Paint(print.Quiet, "attempts of this delivery"))
	for i := range page.Entries {
		e := &page.Entries[i]
		a.Out.Line("  %d  %s  entry %d%s", e.Attempt, e.Time.Format(time.RFC3339), e.Seq, a.Out.Marks(e))
	}
	if next := page.Entries[len(page.Entries)-1].NextAttempt; !next.IsZero() {
		a.Out.Line("  next at %s", next.Format(time.RFC3339))
	}
	return nil
}
