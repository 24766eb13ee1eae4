package cli

import (
	"context"
	"encoding/json"

	"github.com/spf13/cobra"

	"tacklebox/receiver/client"
)

func (a *App) eventsCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "events PROVIDER [TYPE]",
		Short:             "List a provider's event types, or show the sample of one",
		Args:              args("PROVIDER", "[TYPE]"),
		ValidArgsFunction: a.completeEvent,
		RunE: func(cmd *cobra.Command, args []string) error {
			detail, err := a.provider(cmd.Context(), a.client(), args[0])
			if err != nil {
				return err
			}
			if len(args) == 2 {
				return a.eventType(detail, args[1])
			}
			return a.eventTypes(detail)
		},
	}
}

// provider returns a provider; a mistyped name is answered with the nearest.
func (a *App) provider(ctx context.Context, c *client.Client, name string) (*client.ProviderDetail, error) {
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

func (a *App) eventTypes(detail *client.ProviderDetail) error {
	if a.json {
		for _, e := range detail.Events {
			if err := a.out.json(e); err != nil {
				return err
			}
		}
		return nil
	}
	rows := [][]string{{"TYPE", "EVIDENCE", "ABOUT"}}
	for _, e := range detail.Events {
		rows = append(rows, []string{e.Type, e.Evidence, e.About})
	}
	a.out.table(rows)
	return nil
}

func (a *App) eventType(detail *client.ProviderDetail, name string) error {
	found := findType(detail, name)
	if found == nil {
		return usagef("%s has no event type %q%s", detail.Name, name, didYouMean(name, typeNames(detail)))
	}
	if a.json {
		return a.out.json(found)
	}
	a.out.line("%s  %s", a.out.paint(bold, found.Type), a.out.paint(quiet, found.Evidence))
	if found.About != "" {
		a.out.text(found.About)
	}
	a.out.text(prettyJSON(found.Sample))
	return nil
}

func findType(detail *client.ProviderDetail, name string) *client.EventType {
	for i := range detail.Events {
		if detail.Events[i].Type == name {
			return &detail.Events[i]
		}
	}
	return nil
}

func typeNames(detail *client.ProviderDetail) []string {
	names := make([]string, len(detail.Events))
	for i, e := range detail.Events {
		names[i] = e.Type
	}
	return names
}

// prettyJSON indents what is JSON and returns the rest as it is.
func prettyJSON(text []byte) string {
	if !json.Valid(text) {
		return string(text)
	}
	indented, err := indentJSON(text)
	if err != nil {
		return string(text)
	}
	return indented
}
