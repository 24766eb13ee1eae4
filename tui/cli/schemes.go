package cli

import (
	"github.com/spf13/cobra"

	"tacklebox/receiver/client"
)

func schemesCommand(a *App) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "schemes",
		Short: "List the ways of signing that are known by name",
		Long: `List what 'verify', 'sign', an inbox's verify and a provider file know by name,
each with the vendor's document that it follows. No running sandbox is needed.`,
		Args: args(),
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return a.withLocal(cmd.Context(), func(c *client.Client, _ bool) error {
			list, err := c.Schemes(cmd.Context())
			if err != nil {
				return err
			}
			if a.json {
				return a.out.JSON(list)
			}
			rows := [][]string{{"NAME", "RULE", "EVIDENCE", "DOCUMENT"}}
			for _, s := range list {
				rows = append(rows, []string{s.Name, s.Rule, s.Evidence, s.Document})
			}
			a.out.Table(rows)
			return nil
		})
	}
	return cmd
}
