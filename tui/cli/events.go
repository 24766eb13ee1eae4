package cli

import (
	"context"

	"github.com/spf13/cobra"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/tui/cli/exit"
	"tacklebox/tui/cli/print"
)

// eventsRun is what the command does with the app.
type eventsRun struct{ *App }

func eventsCommand(a *App) *cobra.Command {
	return &cobra.Command{
		Use:   "events PROVIDER [TYPE]",
		Short: "List a provider's event types, or show the sample of one",
		Args:  args("PROVIDER", "[TYPE]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			detail, err := a.provider(cmd.Context(), a.client(), args[0])
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
func (a *App) provider(ctx context.Context, c *client.Client, name string) (*api.ProviderDetail, error) {
	detail, err := c.Provider(ctx, name)
	if err == nil {
		return detail, nil
	}
	if refused, ok := asRefusal(err); ok && refused.Hint == "" {
		if list, listErr := c.Providers(ctx); listErr == nil {
			names := make([]string, len(list))
			for i, p := range list {
				names[i] = p.Name
			}
			return nil, refusal(err, name, names)
		}
	}
	return nil, err
}

func (a eventsRun) eventTypes(detail *api.ProviderDetail) error {
	if a.json {
		for _, e := range detail.Events {
			if err := a.out.JSON(e); err != nil {
				return err
			}
		}
		return nil
	}
	rows := [][]string{{"TYPE", "EVIDENCE", "ABOUT"}}
	for _, e := range detail.Events {
		rows = append(rows, []string{e.Type, e.Evidence, e.About})
	}
	a.out.Table(rows)
	return nil
}

func (a eventsRun) eventType(detail *api.ProviderDetail, name string) error {
	found := findType(detail, name)
	if found == nil {
		return exit.Usagef("%s has no event type %q%s", detail.Name, name, exit.DidYouMean(name, typeNames(detail)))
	}
	if a.json {
		return a.out.JSON(found)
	}
	a.out.Line("%s  %s", a.out.Paint(print.Bold, found.Type), a.out.Paint(print.Quiet, found.Evidence))
	if found.About != "" {
		a.out.Text(found.About)
	}
	a.out.Text(print.Pretty(found.Sample))
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
