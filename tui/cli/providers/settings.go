package providers

import (
	"encoding/json"
	"strings"

	"github.com/spf13/cobra"

	"tacklebox/receiver/api"
	"tacklebox/tui/cli/command"
	"tacklebox/tui/cli/exit"
)

func SettingsCommand(a *command.App) *cobra.Command {
	var account string
	cmd := &cobra.Command{
		Use:   "settings PROVIDER [KEY=VALUE…]",
		Short: "Show what can be switched for a provider, or switch it",
		Long: `Show a provider's settings, or change those that are named. A value that is JSON
counts as such, any other as text; null takes a setting back.`,
		Example: "  tacklebox settings shoptet attempts=5 retry_every=1m\n  tacklebox settings shoptet attempts=null --account 123456-p-1-token",
		Args:    command.Args("PROVIDER", "[KEY=VALUE…]"),
	}
	cmd.Flags().StringVar(&account, "account", "", "for `ACCOUNT` alone")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		change, err := assignments(args[1:])
		if err != nil {
			return err
		}
		var settings api.Settings
		if len(change) == 0 {
			settings, err = a.Client().Settings(cmd.Context(), args[0], account)
		} else {
			settings, err = a.Client().PutSettings(cmd.Context(), args[0], account, change)
		}
		if err != nil {
			return err
		}
		if a.JSON {
			return a.Out.JSON(settings)
		}
		a.Out.Table(settingRows(settings, ""))
		return nil
	}
	return cmd
}

// assignments reads KEY=VALUE arguments.
func assignments(args []string) (api.Settings, error) {
	change := api.Settings{}
	for _, arg := range args {
		name, value, ok := strings.Cut(arg, "=")
		if !ok || name == "" {
			return nil, exit.Usagef("settings: %q is no KEY=VALUE", arg)
		}
		raw := json.RawMessage(value)
		if !json.Valid(raw) {
			text, err := json.Marshal(value)
			if err != nil {
				return nil, err
			}
			raw = text
		}
		change[name] = raw
	}
	return change, nil
}
