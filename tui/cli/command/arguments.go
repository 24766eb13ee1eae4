package command

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tacklebox/tui/cli/exit"
)

// Args requires the named arguments: "NAME" once, "[name]" at most once,
// "NAME…" once or more, "[name…]" any number.
func Args(names ...string) cobra.PositionalArgs {
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

// Sequence reads the number of an entry.
func Sequence(s string) (uint64, error) {
	seq, err := strconv.ParseUint(s, 10, 64)
	if err != nil || seq == 0 {
		return 0, exit.Usagef("%q is not the number of an entry: 'tacklebox entries' lists them", s)
	}
	return seq, nil
}

// First is the only argument, "" without one.
func First(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}
