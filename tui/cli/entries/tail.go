package entries

import (
	"errors"

	"github.com/spf13/cobra"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/tui/cli/command"
)

// tailRun is what the command does with the app.
type tailRun struct{ *command.App }

func TailCommand(a *command.App) *cobra.Command {
	var after uint64
	var limit int
	cmd := &cobra.Command{
		Use:   "tail [q]",
		Short: "Print entries as they come",
		Long: `Print every entry that the filter matches, as it comes, until interrupted. A
lost connection is taken up again behind the last entry that was printed.`,
		Example: `  tacklebox tail
  tacklebox tail 'kind:capture inbox:orders' --json | jq .request.body
  tacklebox tail 'kind:attempt status:>=400' --after 0`,
		Args: command.Args("[q…]"),
	}
	cmd.Flags().Uint64Var(&after, "after", 0, "start behind the entry `SEQ` (0: with the oldest kept) instead of now")
	cmd.Flags().IntVar(&limit, "limit", 0, "stop after `N` entries")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		o := client.StreamOptions{}
		if cmd.Flags().Changed("after") {
			o.After = &after
		}
		q, err := command.Query(args)
		if err != nil {
			return err
		}
		err = a.Client().Stream(cmd.Context(), q, o, tailRun{a}.tailer(limit))
		if errors.Is(err, errEnough) {
			return nil
		}
		return err
	}
	return cmd
}

// errEnough ends a stream on purpose.
var errEnough = errors.New("enough")

func (a tailRun) tailer(limit int) func(client.Event) error {
	count, lost := 0, false
	return func(e client.Event) error {
		switch {
		case e.Entry != nil:
			if err := errors.Join(a.Out.Entry(e.Entry, a.JSON), a.Out.Flush()); err != nil {
				return err
			}
			if count++; count == limit {
				return errEnough
			}
		case e.Gap != nil:
			return a.gap(*e.Gap)
		case e.State == client.Lost && !lost:
			lost = true
			a.Say("connection lost (%v); trying again", e.Err)
		case e.State == client.Connected && lost:
			lost = false
			a.Say("connected again")
		case e.State == client.Restarted:
			a.Say("the sandbox started anew; reading from its beginning")
		}
		return nil
	}
}

// gap is part of the output: who counts lines must see that some are missing.
func (a tailRun) gap(g api.Gap) error {
	if a.JSON {
		return errors.Join(a.Out.JSON(map[string]api.Gap{"gap": g}), a.Out.Flush())
	}
	a.Out.Line("        entries %d to %d are no longer kept", g.From, g.To)
	return a.Out.Flush()
}
