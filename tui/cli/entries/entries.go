// Package entries is the commands about what happened: list, show, follow, compare
// and expect entries, and carry them to and from files.
package entries

import (
	"context"

	"github.com/spf13/cobra"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/tui/cli/command"
	"tacklebox/tui/cli/flags"
)

// pageSize is how many entries one call asks for when all are wanted.
const pageSize = 1000

// entriesRun is what the command does with the app.
type entriesRun struct{ *command.App }

func EntriesCommand(a *command.App) *cobra.Command {
	var q client.Query
	var all, remove bool
	cmd := &cobra.Command{
		Use:   "entries [q]",
		Short: "List what happened",
		Long:  `List the entries that the filter matches: the newest 100, oldest first, unless told otherwise.`,
		Example: `  tacklebox entries kind:attempt provider:shoptet status:'>=400'
  tacklebox entries --all --json | jq -s length`,
		Args: command.Args("[q…]"),
	}
	cmd.Flags().Uint64Var(&q.After, "after", 0, "only behind the entry `SEQ`")
	cmd.Flags().Uint64Var(&q.Before, "before", 0, "only before the entry `SEQ`")
	cmd.Flags().IntVar(&q.Limit, "limit", 0, "at most `N` (default 100)")
	cmd.Flags().Var(flags.NewChoice(&q.Order, "", "asc", "desc"), "order", "asc or desc (default asc)")
	cmd.Flags().BoolVar(&all, "all", false, "every one that is kept, oldest first")
	cmd.Flags().BoolVar(&remove, "delete", false, "forget those that the filter matches; without a filter, all")
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		if q.Q, err = command.Query(args); err != nil {
			return err
		}
		if remove {
			return (entriesRun{a}).forget(cmd.Context(), q.Q)
		}
		if all {
			return entriesRun{a}.allEntries(cmd.Context(), q)
		}
		page, err := a.Client().Entries(cmd.Context(), q)
		if err != nil {
			return err
		}
		return entriesRun{a}.printEntries(page)
	}
	return cmd
}

func (a entriesRun) printEntries(page *api.Page) error {
	if len(page.Entries) == 0 && !a.JSON {
		a.Say("nothing matches, of %d entries", page.LastSeq+1-min(page.OldestSeq, page.LastSeq+1))
	}
	for i := range page.Entries {
		if err := a.Out.Entry(&page.Entries[i], a.JSON); err != nil {
			return err
		}
	}
	return nil
}

// allEntries walks the journal by cursor, page by page.
func (a entriesRun) allEntries(ctx context.Context, q client.Query) error {
	q.Limit, q.Order = pageSize, "asc"
	for {
		page, err := a.Client().Entries(ctx, q)
		if err != nil {
			return err
		}
		if len(page.Entries) == 0 {
			return nil
		}
		if err := a.printEntries(page); err != nil {
			return err
		}
		q.After = page.Entries[len(page.Entries)-1].Seq
	}
}

// forget deletes entries; their numbers are not given again.
func (a entriesRun) forget(ctx context.Context, q string) error {
	if err := a.Client().ForgetEntries(ctx, q); err != nil {
		return err
	}
	what := "every entry"
	if q != "" {
		what = "the entries that match " + q
	}
	if a.JSON {
		return a.Out.JSON(map[string]string{"forgot": what})
	}
	a.Out.Line("forgot %s", what)
	return nil
}
