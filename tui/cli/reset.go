package cli

import (
	"github.com/spf13/cobra"

	"tacklebox/tui/cli/command"
)

func resetCommand(a *App) *cobra.Command {
	var entries bool
	cmd := &cobra.Command{
		Use:   "reset",
		Short: "Forget entries, subscriptions, settings, inbox settings and faults",
		Args:  command.Args(),
	}
	cmd.Flags().BoolVar(&entries, "entries", false, "forget the entries only")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		forget, what := a.Client().Reset, "everything"
		if entries {
			forget, what = a.Client().DeleteEntries, "entries"
		}
		if err := forget(cmd.Context()); err != nil {
			return err
		}
		if a.JSON {
			return a.Out.JSON(map[string]string{"forgot": what})
		}
		a.Out.Line("forgot %s", what)
		return nil
	}
	return cmd
}
