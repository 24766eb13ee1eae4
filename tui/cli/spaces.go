package cli

import (
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"tacklebox/receiver/api"
	"tacklebox/tui/cli/command"
	"tacklebox/tui/cli/exit"
)

func spacesCommand(a *App) *cobra.Command {
	var o struct {
		clock, start, ttl, token string
		seed                     string
		keep                     int
		end                      bool
	}
	cmd := &cobra.Command{
		Use:   "spaces [NAME]",
		Short: "List the sandboxes of this process, make one, or end one",
		Long: `List the spaces: many sandboxes of one process, each with entries, accounts, settings
and a clock of its own, behind /~NAME. With a name, make that space or show what it
is. Every command works in one with --space NAME.`,
		Example: "  tacklebox spaces job-17 --clock manual --ttl 1h\n  tacklebox spaces job-17 --end",
		Args:    command.Args("[NAME]"),
	}
	flags := cmd.Flags()
	flags.StringVar(&o.clock, "clock", "", "real, manual or auto (`MODE`)")
	flags.StringVar(&o.start, "start", "", "first instant of a manual or auto clock (`TIME`)")
	flags.StringVar(&o.seed, "seed", "", "same ids, keys and samples (`N`)")
	flags.IntVar(&o.keep, "keep", 0, "entries that stay (`N`)")
	flags.StringVar(&o.ttl, "ttl", "", "it ends when it was not used for so long (`D`)")
	flags.StringVar(&o.token, "own-token", "", "opens its control API, beside the process's (`T`)")
	flags.BoolVar(&o.end, "end", false, "end the space and forget all it kept")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		run := spacesRun{a}
		switch {
		case len(args) == 0 && (o.end || flags.NFlag() > 0 && !onlyGlobal(cmd)):
			return exit.Usagef("spaces: NAME is missing")
		case len(args) == 0:
			return run.list(cmd)
		case o.end:
			return run.end(cmd, args[0])
		}
		options := api.SpaceOptions{Clock: given(o.clock), TTL: given(o.ttl), Token: given(o.token)}
		if o.keep != 0 {
			options.Keep = &o.keep
		}
		if o.seed != "" {
			n, err := strconv.ParseUint(o.seed, 10, 64)
			if err != nil {
				return exit.Usagef("--seed %q is no whole number", o.seed)
			}
			options.Seed = &n
		}
		if o.start != "" {
			at, err := time.Parse(time.RFC3339, o.start)
			if err != nil {
				return exit.Usagef("--start %q: want a time like 2026-01-31T12:00:00Z", o.start)
			}
			options.Start = &at
		}
		return run.make(cmd, args[0], options)
	}
	return cmd
}

// onlyGlobal reports that no flag of the command itself was given.
func onlyGlobal(cmd *cobra.Command) bool {
	for _, name := range []string{"clock", "start", "seed", "keep", "ttl", "own-token", "end"} {
		if cmd.Flags().Changed(name) {
			return false
		}
	}
	return true
}

func given(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

type spacesRun struct{ *App }

func (a spacesRun) list(cmd *cobra.Command) error {
	list, err := a.Client().Spaces(cmd.Context())
	if err != nil {
		return err
	}
	return a.print(list)
}

func (a spacesRun) make(cmd *cobra.Command, name string, options api.SpaceOptions) error {
	space, err := a.Client().PutSpace(cmd.Context(), name, options)
	if err != nil {
		return err
	}
	return a.print([]api.Space{*space})
}

func (a spacesRun) end(cmd *cobra.Command, name string) error {
	if err := a.Client().DeleteSpace(cmd.Context(), name); err != nil {
		return err
	}
	if a.JSON {
		return a.Out.JSON(map[string]string{"ended": name})
	}
	a.Out.Line("ended %s", name)
	return nil
}

func (a spacesRun) print(list []api.Space) error {
	return command.Listing(a.App, list, "there are no spaces; the first request below /~NAME/ makes one", []string{"NAME", "ENTRIES", "CLOCK", "NOW", "LAST USED", "TTL", "URL"}, func(s api.Space) []string {
		return []string{s.Name, strconv.FormatUint(s.Entries, 10), s.Clock, s.Now.Format(time.RFC3339), s.LastUsed.Format(time.RFC3339), s.TTL, s.URL}
	})
}
