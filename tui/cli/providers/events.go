package providers

import (
	"context"

	"github.com/spf13/cobra"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/tui/cli/command"
	"tacklebox/tui/cli/exit"
	"tacklebox/tui/cli/print"
)

// eventsRun is what the command does with the app.
type eventsRun struct{ *command.App }

func EventsCommand(a *command.App) *cobra.Command {
	return &cobra.Command{
		Use:   "events PROVIDER [TYPE]",
		Short: "List a provider's event types, or show the sample of one",
		Args:  command.Args("PROVIDER", "[TYPE]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			detail, err := provider(cmd.Context(), a.Client(), args[0])
			if err != nil {
				return err
			}
			if len(args) == 2 {
				return eventsRun{a}.eventType(detail, args[1])
			}
			return eventsRun{a}.eventTypes(detail)
		},
	}
}

// provider returns a provider; a mistyped name is answered with the nearest.
func provider(ctx context.Context, c *client.Client, name string) (*api.ProviderDetail, error) {
	detail, err := c.Provider(ctx, name)
	if err == nil {
		return detail, nil
	}
	if refused, ok := command.AsRefusal(err); ok && refused.Hint == "" {
		if list, listErr := c.Providers(ctx); listErr == nil {
			names := make([]string, len(list))
			for i, p := range list {
				names[i] = p.Name
			}
			return nil, command.Refusal(err, name, names)
		}
	}
	return nil, err
}

func (a eventsRun) eventTypes(detail *api.ProviderDetail) error {
	if a.JSON {
		for _, e := range detail.Events {
			if err := a.Out.JSON(e); err != nil {
				return err
			}
		}
		return nil
	}
	rows := [][]string{{"TYPE", "EVIDENCE", "ABOUT"}}
	for _, e := range detail.Events {
		rows = append(rows, []string{e.Type, e.Evidence, e.About})
	}
	a.Out.Table(rows)
	return nil
}

func (a eventsRun) eventType(detail *api.ProviderDetail, name string) error {
	found := findType(detail, name)
	if found == nil {
		return exit.Usagef("%s has no event type %q%s", detail.Name, name, exit.DidYouMean(name, typeNames(detail)))
	}
	if a.JSON {
		return a.Out.JSON(found)
	}
	a.Out.Line("%s  %s", a.Out.Paint(print.Bold, found.Type), a.Out.Paint(print.Quiet, found.Evidence))
	if found.About != "" {
		a.Out.Text(found.About)
	}
	a.Out.Text(print.Pretty(found.Sample))
	return nil
}

func findType(detail *api.ProviderDetail, name string) *api.EventType {
	for i := range detail.Events {
		if detail.Events[i].Type == name {
			return &detail.Events[i]
		}
	}
	return nil
}

func typeNames(detail *api.ProviderDetail) []string {
	names := make([]string, len(detail.Events))
	for i, e := range detail.Events {
		names[i] = e.Type
	}
	return names
}
