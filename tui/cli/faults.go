package cli

import (
	"strconv"

	"github.com/spf13/cobra"

	"tacklebox/receiver/client"
)

func (a *App) faultsCommand() *cobra.Command {
	var fault client.Fault
	var clear bool
	cmd := &cobra.Command{
		Use:   "faults [KIND]",
		Short: "List what deliveries suffer on purpose, add a fault, or end them",
		Example: `  tacklebox faults duplicate --q provider:shoptet --probability 0.1
  tacklebox faults --clear`,
		Args: args("[KIND]"),
	}
	cmd.Flags().StringVar(&fault.Q, "q", "", "only deliveries that this `FILTER` matches")
	cmd.Flags().Float64Var(&fault.Probability, "probability", 0, "how often, `0..1` (default always)")
	cmd.Flags().IntVar(&fault.Times, "times", 0, "end after `N` (default never)")
	cmd.Flags().BoolVar(&clear, "clear", false, "end the faults in force first")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if fault.Probability < 0 || fault.Probability > 1 {
			return usagef("--probability %v: want 0 to 1", fault.Probability)
		}
		if _, err := query([]string{fault.Q}); err != nil {
			return err
		}
		list, err := a.client().Faults(cmd.Context())
		if err != nil {
			return err
		}
		if clear {
			list = nil
		}
		if len(args) == 1 {
			fault.Kind = args[0]
			list = append(list, fault)
		}
		if clear || len(args) == 1 {
			if err := a.client().PutFaults(cmd.Context(), list); err != nil {
				return err
			}
		}
		return a.printFaults(list)
	}
	return cmd
}

func (a *App) printFaults(list []client.Fault) error {
	if a.json {
		if list == nil {
			list = []client.Fault{}
		}
		return a.out.json(list)
	}
	if len(list) == 0 {
		a.out.line("no faults")
		return nil
	}
	rows := [][]string{{"KIND", "PROBABILITY", "TIMES", "FILTER"}}
	for _, f := range list {
		rows = append(rows, []string{f.Kind, often(f.Probability), times(f.Times), f.Q})
	}
	a.out.table(rows)
	return nil
}

func often(p float64) string {
	if p == 0 {
		return "always"
	}
	return strconv.FormatFloat(p, 'g', -1, 64)
}

func times(n int) string {
	if n == 0 {
		return "∞"
	}
	return strconv.Itoa(n)
}
