package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tacklebox/receiver/api"
	"tacklebox/tui/cli/print"
)

// providersRun is what the command does with the app.
type providersRun struct{ *App }

func providersCommand(a *App) *cobra.Command {
	return &cobra.Command{
		Use:   "providers [NAME]",
		Short: "List the providers, or what one can be told, what it assumes and how it signs",
		Args:  args("[NAME]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				return providersRun{a}.providerDetail(cmd.Context(), args[0])
			}
			providers, err := a.client().Providers(cmd.Context())
			if err != nil {
				return err
			}
			if a.json {
				return a.out.JSON(providers)
			}
			rows := [][]string{{"NAME", "TITLE", "EVENTS", "PROFILE", "BASE URL"}}
			for _, p := range providers {
				rows = append(rows, []string{p.Name, p.Title, strconv.Itoa(p.Events), p.Profile, p.BaseURL})
			}
			a.out.Table(rows)
			return nil
		},
	}
}

func (a providersRun) providerDetail(ctx context.Context, name string) error {
	detail, err := a.provider(ctx, a.client(), name)
	if err != nil {
		return err
	}
	if a.json {
		return a.out.JSON(detail)
	}
	settings, err := a.client().Settings(ctx, name, "")
	if err != nil {
		return err
	}
	a.out.Line("%s  %s", a.out.Paint(print.Bold, detail.Title), detail.BaseURL)
	a.out.Table([][]string{{"  profile", detail.Profile}, {"  events", fmt.Sprintf("%d, see 'tacklebox events %s'", len(detail.Events), name)}})
	a.section("settings", settingRows(settings))
	a.section("context of fire", factRows(detail.Context))
	a.section("assumptions", assumptionRows(detail.Assumptions))
	if detail.Signing != "" {
		a.out.Line("\n%s", a.out.Paint(print.Bold, "how it signs"))
		a.out.Text(detail.Signing)
	}
	return nil
}

func (a providersRun) section(title string, rows [][]string) {
	if len(rows) > 0 {
		a.out.Line("\n%s", a.out.Paint(print.Bold, title))
		a.out.Table(rows)
	}
}

func settingRows(settings api.Settings) (rows [][]string) {
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		rows = append(rows, []string{"  " + key, string(settings[key])})
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
