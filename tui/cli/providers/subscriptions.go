package providers

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tacklebox/receiver/api"
	"tacklebox/tui/cli/command"
	"tacklebox/tui/cli/print"
)

// subscriptionsRun is what the commands do with the app.
type subscriptionsRun struct{ *command.App }

func SubscriptionsCommand(a *command.App) *cobra.Command {
	var account string
	cmd := &cobra.Command{
		Use:   "subscriptions [PROVIDER]",
		Short: "List what is subscribed at the mock APIs",
		Args:  command.Args("[PROVIDER]"),
	}
	cmd.Flags().StringVar(&account, "account", "", "only those of `ACCOUNT`")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		list, err := a.Client().Subscriptions(cmd.Context(), command.First(args), account)
		if err != nil {
			return err
		}
		return subscriptionsRun{a}.print(list)
	}
	return cmd
}

func SubscribeCommand(a *command.App) *cobra.Command {
	var account string
	cmd := &cobra.Command{
		Use:   "subscribe PROVIDER URL TYPE…",
		Short: "Subscribe a URL to event types, as a client of the mock API would",
		Long: `Subscribe a URL to event types through the mock API itself: the same requests that
a client with the account's credential sends, judged the same way.`,
		Example: "  tacklebox subscribe shoptet http://localhost:3000/hooks order:create --account 123456-p-1-token",
		Args:    command.Args("PROVIDER", "URL", "TYPE…"),
	}
	cmd.Flags().StringVar(&account, "account", defaultAccount, "the credential of the mock API, `ACCOUNT`")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		list, err := a.Client().Subscribe(cmd.Context(), api.NewSubscription{Provider: args[0], URL: args[1], Types: args[2:], Account: account})
		if err != nil {
			return err
		}
		return subscriptionsRun{a}.print(list)
	}
	return cmd
}

// defaultAccount is the credential of `subscribe` that names none: any mock API
// takes it.
const defaultAccount = "222651-p-1-tacklebox"

func (a subscriptionsRun) print(list []api.Subscription) error {
	return command.Listing(a.App, list, "nothing is subscribed", []string{"PROVIDER", "TYPES", "URL", "ID", "ACCOUNT", "STATE"}, func(s api.Subscription) []string {
		return []string{s.Provider, strings.Join(s.Types, " "), s.URL, s.ID, s.Account, stateOf(s)}
	})
}

// stateOf is what became of a subscription, in a few words.
func stateOf(s api.Subscription) string {
	switch {
	case !s.Enabled:
		return "off"
	case !s.NextAttempt.IsZero():
		return "retries " + s.NextAttempt.Format(time.RFC3339)
	case s.Failures > 0:
		return "failed " + counted(s.Failures)
	}
	return "on"
}

func counted(n int) string {
	if n == 1 {
		return "once"
	}
	return api.FormatCount(n)
}

func RetryCommand(a *command.App) *cobra.Command {
	return &cobra.Command{
		Use:     "retry ID",
		Short:   "Make the next attempt of a delivery now, whatever the clock",
		Example: "  tacklebox retry dlv_w0yh9cky36pbxhxh",
		Args:    command.Args("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := a.Client().RetryDelivery(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if a.JSON {
				return a.Out.JSON(d)
			}
			a.Out.Line("%s is tried again", d.ID)
			a.Out.Line("  → %s", a.Out.Paint(print.Quiet, d.URL))
			return nil
		},
	}
}
