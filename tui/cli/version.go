package cli

import (
	"runtime"

	"github.com/spf13/cobra"

	"tacklebox/tui/cli/command"
)

func versionCommand(a *App) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  command.Args(),
		RunE: func(*cobra.Command, []string) error {
			platform := runtime.GOOS + "/" + runtime.GOARCH
			if a.JSON {
				return a.Out.JSON(map[string]string{"version": a.Version, "go": runtime.Version(), "platform": platform})
			}
			a.Out.Line("tacklebox %s %s %s", a.Version, runtime.Version(), platform)
			return nil
		},
	}
}
