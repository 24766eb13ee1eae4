package cli

import (
	"time"

	"github.com/spf13/cobra"

	"tacklebox/receiver/api"
	"tacklebox/tui/cli/command"
	"tacklebox/tui/cli/exit"
	"tacklebox/tui/cli/print"
)

// clockRun is what the command does with the app.
type clockRun struct{ *App }

func clockCommand(a *App) *cobra.Command {
	return &cobra.Command{
		Use:   "clock [advance D | next | to TIME]",
		Short: "Show or move the provider side's clock",
		Long: `Show the provider side's clock, or move a manual one: by a duration, to the next
due attempt, or to a time. The answer comes when everything that fell due has
been attempted.`,
		Example: "  tacklebox clock advance 24h\n  tacklebox clock next",
		Args:    command.Args("[advance|next|to]", "[D|TIME]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			move, err := clockMove(args)
			if err != nil {
				return err
			}
			var clock *api.Clock
			if move == nil {
				clock, err = a.Client().Clock(cmd.Context())
			} else {
				clock, err = a.Client().MoveClock(cmd.Context(), *move)
			}
			if err != nil {
				return err
			}
			return clockRun{a}.printClock(clock)
		},
	}
}

// clockMove reads the arguments; nil means to look only.
func clockMove(args []string) (*api.ClockMove, error) {
	if len(args) == 0 {
		return nil, nil
	}
	verb, value := args[0], ""
	if len(args) == 2 {
		value = args[1]
	}
	switch {
	case verb == "next" && value == "", verb == "advance" && value == "next":
		return &api.ClockMove{To: "next"}, nil
	case verb == "advance" && value != "":
		if d, err := time.ParseDuration(value); err != nil || d < 0 {
			return nil, exit.Usagef("clock advance %q: want a duration like 90s, 15m or 24h", value)
		}
		return &api.ClockMove{Advance: value}, nil
	case verb == "to" && value != "":
		if _, err := time.Parse(time.RFC3339, value); err != nil {
			return nil, exit.Usagef("clock to %q: want a time like 2026-01-31T12:00:00Z", value)
		}
		return &api.ClockMove{To: value}, nil
	case verb == "advance" || verb == "to":
		return nil, exit.Usagef("clock %s: how far? Like 'clock advance 15m' or 'clock to 2026-01-31T12:00:00Z'", verb)
	}
	return nil, exit.Usagef("clock %q: want advance, next or to%s", verb, exit.DidYouMean(verb, []string{"advance", "next", "to"}))
}

func (a clockRun) printClock(c *api.Clock) error {
	if a.JSON {
		return a.Out.JSON(c)
	}
	a.Out.Line("%s  %s", c.Now.Format(time.RFC3339Nano), a.Out.Paint(print.Quiet, c.Mode))
	if !c.Next.IsZero() {
		a.Out.Line("next attempt %s, in %s", c.Next.Format(time.RFC3339), c.Next.Sub(c.Now).Round(time.Millisecond).String())
	}
	return nil
}
