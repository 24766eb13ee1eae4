package cli

import (
	"runtime"

	"github.com/spf13/cobra"
)

func versionCommand(a *App) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  args(),
		RunE: func(*cobra.Command, []string) error {
			platform := runtime.GOOS + "/" + runtime.GOARCH
			if a.json {
				return a.out.JSON(map[string]string{"version": a.Version, "go": runtime.Version(), "platform": platform})
			}
			a.out.Line("tacklebox %s %s %s", a.Version, runtime.Version(), platform)
			return nil
		},
	}
}
