package providers

import (
	"github.com/spf13/cobra"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/tui/cli/command"
)

func SchemesCommand(a *command.App) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "schemes",
		Short: "List the ways of signing that are known by name",
		Long: `List what 'verify', 'sign', an inbox's verify and a provider file know by name,
each with the vendor's document that it follows. No running sandbox is needed.`,
		Args: command.Args(),
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return a.WithLocal(cmd.Context(), func(c *client.Client, _ bool) error {
			list, err := c.Schemes(cmd.Context())
			if err != nil {
				return err
			}
			return command.Listing(a, list, "", []string{"NAME", "RULE", "EVIDENCE", "DOCUMENT"}, func(s api.Scheme) []string {
				return []string{s.Name, s.Rule, s.Evidence, s.Document}
			})
		})
	}
	return cmd
}
