package providers

import (
	"github.com/spf13/cobra"

	"tacklebox/receiver/api"
	"tacklebox/tui/cli/command"
)

func SecretsCommand(a *command.App) *cobra.Command {
	var account string
	cmd := &cobra.Command{
		Use:   "secrets [PROVIDER]",
		Short: "List the signing keys and callback credentials in force",
		Args:  command.Args("[PROVIDER]"),
	}
	cmd.Flags().StringVar(&account, "account", "", "only those of `ACCOUNT`")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		provider := ""
		if len(args) == 1 {
			provider = args[0]
		}
		list, err := a.Client().Secrets(cmd.Context(), provider, account)
		if err != nil {
			return err
		}
		return command.Listing(a, list, "", []string{"PROVIDER", "ACCOUNT", "SUBSCRIPTION", "NAME", "VALUE"}, func(s api.Secret) []string {
			return []string{s.Provider, s.Account, s.Subscription, s.Name, s.Value}
		})
	}
	return cmd
}
