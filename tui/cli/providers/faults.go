package providers

import (
	"strconv"

	"github.com/spf13/cobra"

	"tacklebox/receiver/api"
	"tacklebox/tui/cli/command"
)

// faultsRun is what the command does with the app.
type faultsRun struct{ *command.App }

func FaultsCommand(a *command.App) *cobra.Command {
	var fault api.Fault
	var probability float64
	var clear bool
	cmd := &cobra.Command{
		Use:   "faults [KIND]",
		Short: "List what deliveries suffer on purpose, add a fault, or end them",
		Long: `List the delivery faults in force, or add one.

Kinds:
` + command.Listed(api.FaultKinds()) + `
Of what a provider signs:
` + command.Listed(api.SignatureFaults()) + `
Presets, in place of a kind or with --preset:
` + command.Listed(api.FaultPresets()) + `
'tacklebox help filter' explains the filter of --q.`,
		Example: `  tacklebox faults duplicate --q provider:shoptet --probability 0.1
  tacklebox faults delay --for 10m --times 1
  tacklebox faults --clear`,
		Args: command.Args("[KIND]"),
	}
	f := cmd.Flags()
	f.StringVar(&fault.Q, "q", "", "only attempts that this `FILTER` matches")
	f.Float64Var(&probability, "probability", 1, "how often, `0..1`")
	f.IntVar(&fault.Times, "times", 0, "end after `N` (default never)")
	f.StringVar(&fault.For, "for", "", "how long delay and slow take (`D`)")
	f.IntVar(&fault.Bytes, "bytes", 0, "how long a giant_body is (`N`)")
	f.StringVar(&fault.Preset, "preset", "", "a named list of faults (`NAME`) instead of a kind")
	f.BoolVar(&clear, "clear", false, "end the faults in force first")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if cmd.Flags().Changed("probability") {
			fault.Probability = &probability
		}
		if _, err := command.Query([]string{fault.Q}); err != nil {
			return err
		}
		list, err := a.Client().Faults(cmd.Context())
		if err != nil {
			return err
		}
		change := clear || len(args) == 1 || fault.Preset != ""
		if clear {
			list = nil
		}
		if len(args) == 1 || fault.Preset != "" {
			fault.Kind = command.First(args)
			list = append(list, fault)
		}
		if !change {
			return faultsRun{a}.printFaults(list)
		}
		if err := a.Client().PutFaults(cmd.Context(), list); err != nil {
			return err
		}
		if list, err = a.Client().Faults(cmd.Context()); err != nil {
			return err
		}
		return faultsRun{a}.printFaults(list)
	}
	return cmd
}

func (a faultsRun) printFaults(list []api.Fault) error {
	return command.Listing(a.App, list, "no faults", []string{"KIND", "PROBABILITY", "TIMES", "FOR", "FILTER"}, func(f api.Fault) []string {
		return []string{f.Kind + f.Preset, often(f.Probability), times(f.Times), f.For, f.Q}
	})
}

func often(p *float64) string {
	if p == nil {
		return "always"
	}
	return strconv.FormatFloat(*p, 'g', -1, 64)
}

func times(n int) string {
	if n == 0 {
		return "∞"
	}
	return strconv.Itoa(n)
}
