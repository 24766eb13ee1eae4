package entries

import (
	"context"

	"github.com/spf13/cobra"

	"tacklebox/receiver/api"
	"tacklebox/tui/cli/command"
)

// diffRun is what the command does with the app.
type diffRun struct{ *command.App }

func DiffCommand(a *command.App) *cobra.Command {
	return &cobra.Command{
		Use:   "diff SEQ SEQ|sample",
		Short: "Compare the requests of two entries",
		Long: `Compare method, URL, headers and body of two entries. What differs between any two
requests, like times and ids, is shown with its reason. With "sample" in place of the
second entry, the body is compared with the catalogue's sample of its event type.`,
		Args: command.Args("SEQ", "SEQ"),
		RunE: func(cmd *cobra.Command, args []string) error {
			first, err := command.Sequence(args[0])
			if err != nil {
				return err
			}
			d, err := diffRun{a}.difference(cmd.Context(), first, args[1])
			if err != nil {
				return err
			}
			if a.JSON {
				return a.Out.JSON(d)
			}
			a.Out.Diff(d)
			return nil
		},
	}
}

// difference asks for that of two entries, or of one and its type's sample.
func (a diffRun) difference(ctx context.Context, first uint64, other string) (*api.Difference, error) {
	if other == "sample" {
		return a.Client().DiffSample(ctx, first)
	}
	second, err := command.Sequence(other)
	if err != nil {
		return nil, err
	}
	return a.Client().Diff(ctx, first, second)
}
