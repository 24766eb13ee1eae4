package cli

import (
	"strconv"

	"github.com/spf13/cobra"
)

func (a *App) providersCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "providers",
		Short: "List the providers and where their mock APIs answer",
		Args:  args(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			providers, err := a.client().Providers(cmd.Context())
			if err != nil {
				return err
			}
			if a.json {
				return a.out.json(providers)
			}
			rows := [][]string{{"NAME", "TITLE", "EVENTS", "PROFILE", "BASE URL"}}
			for _, p := range providers {
				rows = append(rows, []string{p.Name, p.Title, strconv.Itoa(p.Events), p.Profile, p.BaseURL})
			}
			a.out.table(rows)
			return nil
		},
	}
}
