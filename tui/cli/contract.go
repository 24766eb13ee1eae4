package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"tacklebox/receiver/client"
	"tacklebox/tui/cli/command"
	"tacklebox/tui/cli/contract"
	"tacklebox/tui/cli/exit"
	"tacklebox/tui/cli/print"
	"tacklebox/tui/cli/report"
)

// contractRun is what the command does with the app.
type contractRun struct {
	*App
	provider, typ, junit string
}

func contractCommand(a *App) *cobra.Command {
	r := contractRun{App: a}
	cmd := &cobra.Command{
		Use:   "contract FILE|DIR…",
		Short: "Check recorded payloads against a provider's catalogue",
		Long: `Check recorded payloads against a provider's catalogue and report drift: what is
missing, what is not known, what changed its type or has a value that is not allowed,
by path. FILE is a payload as JSON, a HAR file, or entries as 'tacklebox entries
--json' prints them; of a folder all files that end in .json, .har, .jsonl or .ndjson.
Provider and event type are found in the payload, or by the names of folder and file.

Exit code 0: no drift. 1: drift.`,
		Example: `  tacklebox contract testdata/webhooks
  tacklebox contract order.json --provider shoptet --type order:create --junit report.xml`,
		Args: command.Args("FILE|DIR…"),
	}
	cmd.Flags().StringVar(&r.provider, "provider", "", "whose payloads they are (`NAME`)")
	cmd.Flags().StringVar(&r.typ, "type", "", "event type of all of them (`TYPE`)")
	cmd.Flags().StringVar(&r.junit, "junit", "", "write a JUnit report to `FILE`")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		files, err := contract.Files(args)
		if err != nil {
			return err
		}
		return a.WithLocal(cmd.Context(), func(c *client.Client, local bool) error {
			if local || a.Local == nil {
				return r.check(cmd.Context(), c, c, files)
			}
			url, stop, err := a.Local(cmd.Context()) // what is read leaves no trace in the sandbox that runs
			if err != nil {
				return fmt.Errorf("sandbox in memory: %w", err)
			}
			defer stop()
			return r.check(cmd.Context(), c, client.New(url, ""), files)
		})
	}
	return cmd
}

// check holds all files against the catalogue of one sandbox; another one reads
// recordings.
func (r contractRun) check(ctx context.Context, c, reader *client.Client, files []string) error {
	catalogue, err := contract.Load(ctx, c, r.provider)
	if err != nil {
		return err
	}
	var cases []report.Case
	for _, file := range files {
		checked, err := r.file(ctx, catalogue, reader, file)
		if err != nil {
			return err
		}
		cases = append(cases, checked...)
	}
	if err := r.Report(r.junit, "tacklebox contract", cases); err != nil {
		return err
	}
	for _, c := range cases {
		if c.Failure != "" {
			return exit.Failed(exit.Failure)
		}
	}
	return nil
}

// file checks what is in one file. A recording has other requests too: they are
// left out, and how many is said.
func (r contractRun) file(ctx context.Context, catalogue *contract.Catalogue, reader *client.Client, file string) (cases []report.Case, err error) {
	payloads, err := contract.Read(ctx, reader, file)
	if err != nil {
		return nil, err
	}
	var foreign []error
	for _, p := range payloads {
		checked, err := r.judge(catalogue, p)
		if err != nil && (p.Number == 0 || r.typ != "") {
			return nil, err
		}
		if err != nil {
			foreign = append(foreign, err)
		}
		cases = append(cases, checked...)
	}
	if len(foreign) > 0 {
		r.Say("left out %d of %d requests: %v", len(foreign), len(payloads), foreign[0])
	}
	if len(cases) == 0 {
		return nil, exit.Usagef("%s: no request in it is a callback of a known type; give --provider and --type", file)
	}
	return cases, nil
}

// judge checks one payload and prints what came of it. Each path that drifted is a
// case, so that it has a line of its own in the file.
func (r contractRun) judge(catalogue *contract.Catalogue, p *contract.Payload) ([]report.Case, error) {
	if r.provider != "" {
		p.Provider = r.provider
	}
	if r.typ != "" {
		p.Types, p.Told = []string{r.typ}, true
	}
	drift, err := catalogue.Check(p)
	if err != nil {
		return nil, exit.Misused(err)
	}
	what := p.Provider + " " + strings.Join(p.Types, ", ")
	if err := r.tell(p, what, drift); err != nil {
		return nil, err
	}
	cases := []report.Case{}
	for _, d := range drift {
		cases = append(cases, report.Case{Name: what + " " + d.Path, Class: p.String(), Failure: d.String(), File: p.File, Line: p.Line(d.Path)})
	}
	if len(cases) == 0 {
		cases = append(cases, report.Case{Name: what, Class: p.String()})
	}
	return cases, nil
}

func (r contractRun) tell(p *contract.Payload, what string, drift []contract.Drift) error {
	if r.JSON {
		line := map[string]any{"file": p.File, "provider": p.Provider, "types": p.Types, "ok": len(drift) == 0, "drift": drift}
		if drift == nil {
			line["drift"] = []any{}
		}
		if p.Number > 0 {
			line["request"] = p.Number
		}
		return r.Out.JSON(line)
	}
	state := "ok"
	if len(drift) > 0 {
		state = "drift"
	}
	r.Out.Line("%-7s %s: %s", r.Out.Paint(print.Verdict(state == "ok"), state), p, what)
	for _, d := range drift {
		r.Out.Text("        " + d.String())
	}
	return nil
}
