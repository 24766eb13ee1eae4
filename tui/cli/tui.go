package cli

import (
	"github.com/spf13/cobra"

	"tacklebox/receiver/client"
	"tacklebox/tui/cli/command"
	"tacklebox/tui/cli/exit"
)

func tuiCommand(a *App) *cobra.Command {
	var attach, theme string
	cmd := &cobra.Command{
		Use:   "tui",
		Short: "Open the full-screen program on a running sandbox",
		Args:  command.Args(),
	}
	cmd.Flags().StringVar(&attach, "attach", "", "address `URL` of the sandbox (like --url)")
	cmd.Flags().StringVar(&theme, "theme", a.Getenv("TACKLEBOX_THEME"), "colours: dark, light, auto or a `FILE` with colors")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if a.TUI == nil {
			return exit.Usagef("this build has no full-screen program: 'tacklebox tail' prints entries as they come")
		}
		if !a.Terminal {
			return exit.Usagef("the full-screen program needs a terminal: 'tacklebox tail' prints entries as they come")
		}
		if attach != "" {
			a.URL = attach
		}
		c := a.Client()
		if err := c.Ready(cmd.Context()); err != nil {
			return err
		}
		return a.TUI(cmd.Context(), client.New(c.URL(), a.Token()), TUIOptions{Attached: true, Theme: theme, Version: a.Version})
	}
	return cmd
}
