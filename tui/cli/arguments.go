package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"tacklebox/tui/cli/exit"
)

// args requires the named arguments: "NAME" once, "[name]" at most once,
// "NAME…" once or more, "[name…]" any number.
func args(names ...string) cobra.PositionalArgs {
	least, most := 0, 0
	for _, n := range names {
		if !strings.HasPrefix(n, "[") {
			least++
		}
		most++
		if strings.Contains(n, "…") {
			most = 1 << 30
		}
	}
	return func(cmd *cobra.Command, got []string) error {
		if len(got) < least {
			return exit.Usagef("%s is missing\nUsage: %s", names[len(got)], cmd.UseLine())
		}
		if len(got) > most {
			return exit.Usagef("unexpected argument %q\nUsage: %s", got[most], cmd.UseLine())
		}
		return nil
	}
}
