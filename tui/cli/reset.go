package cli

import (
	"github.com/spf13/cobra"
)

func resetCommand(a *App) *cobra.Command {
	var entries bool
	cmd := &cobra.Command{
		Use:   "reset",
		Short: "Forget entries, subscriptions, settings, inbox settings and faults",
		Args:  args(),
	}
	cmd.Flags().BoolVar(&entries, "entries", false, "forget the entries only")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		forget, what := a.client().Reset, "everything"
		if entries {
			forget, what = a.client().DeleteEntries, "entries"
		}
		if err := forget(cmd.Context()); err != nil {
			return err
		}
		if a.json {
			return a.out.JSON(map[string]string{"forgot": what})
		}
		a.out.Line("forgot %s", what)
		return nil
	}
	return cmd
}
