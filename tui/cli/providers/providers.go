// Package providers is the commands about providers and what they send: their events,
// settings, subscriptions, keys and faults, firing and replaying, signing and
// verifying.
package providers

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tacklebox/receiver/api"
	"tacklebox/tui/cli/command"
	"tacklebox/tui/cli/print"
)

// providersRun is what the command does with the app.
type providersRun struct{ *command.App }

func ProvidersCommand(a *command.App) *cobra.Command {
	return &cobra.Command{
		Use:   "providers [NAME]",
		Short: "List the providers, or what one can be told, what it assumes and how it signs",
		Args:  command.Args("[NAME]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				return providersRun{a}.providerDetail(cmd.Context(), args[0])
			}
			providers, err := a.Client().Providers(cmd.Context())
			if err != nil {
				return err
			}
			return command.Listing(a, providers, "", []string{"NAME", "TITLE", "EVENTS", "PROFILE", "BASE URL"}, func(p api.Provider) []string {
				return []string{p.Name, p.Title, strconv.Itoa(p.Events), p.Profile, p.BaseURL}
			})
		},
	}
}

func (a providersRun) providerDetail(ctx context.Context, name string) error {
	detail, err := provider(ctx, a.Client(), name)
	if err != nil {
		return err
	}
	if a.JSON {
		return a.Out.JSON(detail)
	}
	settings, err := a.Client().Settings(ctx, name, "")
	if err != nil {
		return err
	}
	a.Out.Line("%s  %s", a.Out.Paint(print.Bold, detail.Title), detail.BaseURL)
	a.Out.Table([][]string{{"  profile", detail.Profile}, {"  events", fmt.Sprintf("%d, see 'tacklebox events %s'", len(detail.Events), name)}})
	a.section("settings", settingRows(settings, "  "))
	a.section("context of fire", factRows(detail.Context))
	a.section("assumptions", assumptionRows(detail.Assumptions))
	if detail.Signing != "" {
		a.Out.Line("\n%s", a.Out.Paint(print.Bold, "how it signs"))
		a.Out.Text(detail.Signing)
	}
	return nil
}

func (a providersRun) section(title string, rows [][]string) {
	if len(rows) > 0 {
		a.Out.Line("\n%s", a.Out.Paint(print.Bold, title))
		a.Out.Table(rows)
	}
}

func settingRows(settings api.Settings, indent string) (rows [][]string) {
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		rows = append(rows, []string{indent + key, string(settings[key])})
	}
	return rows
}

func factRows(facts []api.ContextKey) (rows [][]string) {
	for _, f := range facts {
		about := f.About
		if len(f.Types) > 0 {
			about += " (" + strings.Join(f.Types, ", ") + ")"
		}
		rows = append(rows, []string{"  " + f.Name, about})
	}
	return rows
}

func assumptionRows(list []api.Assumption) (rows [][]string) {
	for _, as := range list {
		text := as.Text
		if as.Switch != "" {
			text += " (setting " + as.Switch + ")"
		}
		rows = append(rows, []string{"  " + as.Topic, as.Evidence, text})
	}
	return rows
}
