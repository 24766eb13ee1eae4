package cli

import (
	"context"
	"errors"
	"os"
	"path"
	"strings"

	"github.com/spf13/cobra"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/tui/cli/command"
	"tacklebox/tui/cli/exit"
	"tacklebox/tui/cli/print"
	"tacklebox/tui/cli/report"
	"tacklebox/tui/cli/scenario"
)

// scenarioRun is what the command does with the app.
type scenarioRun struct{ *App }

func scenarioCommand(a *App) *cobra.Command {
	var to, junit string
	var list, schema bool
	cmd := &cobra.Command{
		Use:   "scenario FILE|NAME…",
		Short: "Play scenarios: fire, call, move the clock, and expect",
		Long: `Play scenarios, each a YAML file or the name of an embedded one. A scenario stops
at its first step that fails. Where no sandbox is running, one in memory with a
manual clock is used.`,
		Example: "  tacklebox scenario --list\n  tacklebox scenario retry.yaml --to http://localhost:3000/callback --junit report.xml",
		Args:    command.Args("[FILE|NAME…]"),
	}
	cmd.Flags().StringVar(&to, "to", "", "`URL` that ${to} stands for (default: an inbox of the sandbox)")
	cmd.Flags().StringVar(&junit, "junit", "", "write a JUnit report to `FILE`")
	cmd.Flags().BoolVar(&list, "list", false, "list the embedded scenarios")
	cmd.Flags().BoolVar(&schema, "schema", false, "print the JSON Schema of a scenario, for editors")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if !list && !schema && len(args) == 0 {
			return exit.Usagef("FILE or NAME is missing; 'tacklebox scenario --list' lists the embedded ones")
		}
		return a.WithLocal(cmd.Context(), func(c *client.Client, _ bool) error {
			if schema {
				return scenarioRun{a}.schema(cmd.Context(), c)
			}
			if list {
				return scenarioRun{a}.listScenarios(cmd.Context(), c)
			}
			return scenarioRun{a}.scenarios(cmd.Context(), c, args, to, junit)
		})
	}
	return cmd
}

func (a scenarioRun) listScenarios(ctx context.Context, c *client.Client) error {
	list, err := c.Scenarios(ctx)
	if err != nil {
		return err
	}
	return command.Listing(a.App, list, "", []string{"NAME", "ABOUT"}, func(s api.Scenario) []string {
		return []string{s.Name, s.About}
	})
}

// schema prints what editors complete and check scenarios with.
func (a scenarioRun) schema(ctx context.Context, c *client.Client) error {
	text, err := c.ScenarioSchema(ctx)
	if err != nil {
		return err
	}
	if a.JSON {
		return a.Out.RawJSON(text)
	}
	a.Out.Text(print.Pretty(text))
	return nil
}

// scenarios plays all of them; the exit code is that of the first that failed.
func (a scenarioRun) scenarios(ctx context.Context, c *client.Client, names []string, to, junit string) error {
	var all []*scenario.Scenario
	for _, name := range names {
		s, err := a.loadScenario(ctx, c, name)
		if err != nil {
			return errors.Join(err, a.Actions().Tell("tacklebox scenario", []report.Case{report.Misread(err)}))
		}
		all = append(all, s)
	}
	var cases []report.Case
	var first error
	for _, s := range all {
		played, err := scenario.Run(ctx, c, s, to, func(c report.Case) error { return a.reportStep(s, c) })
		cases = append(cases, played...)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if first == nil {
			first = err
		}
	}
	if err := a.Report(junit, "tacklebox scenario", cases); err != nil {
		return err
	}
	return first
}

// loadScenario takes a file that is there, else an embedded scenario.
func (a scenarioRun) loadScenario(ctx context.Context, c *client.Client, name string) (*scenario.Scenario, error) {
	text, err := os.ReadFile(name)
	if err == nil {
		return scenario.Parse(name, text)
	}
	if !errors.Is(err, os.ErrNotExist) || strings.ContainsAny(name, "\\.") || strings.HasPrefix(name, "/") {
		return nil, exit.Usagef("scenario: %w", err)
	}
	list, err := c.Scenarios(ctx)
	if err != nil {
		return nil, err
	}
	var names, called []string
	texts := map[string]string{}
	for _, s := range list {
		names, texts[s.Name] = append(names, s.Name), s.Text
		if s.Name == name || path.Base(s.Name) == name {
			called = append(called, s.Name)
		}
	}
	if _, exact := texts[name]; exact {
		called = []string{name}
	}
	switch len(called) {
	case 0:
	case 1: // without its provider it is clear as well
		return embeddedScenario(called[0], texts[called[0]])
	default:
		return nil, exit.Usagef("several scenarios are called %q: %s", name, strings.Join(called, ", "))
	}
	return nil, exit.Usagef("no file and no embedded scenario %q%s", name, exit.DidYouMean(name, names))
}

// embeddedScenario reads one that the sandbox has; unless it says otherwise it is
// called what it was asked for as, provider included.
func embeddedScenario(name, text string) (*scenario.Scenario, error) {
	s, err := scenario.Parse(name+".yaml", []byte(text))
	if err == nil && s.Starts() {
		return nil, exit.Usagef("%s.yaml: run: a scenario that a sandbox serves starts no programs here; save it as a file of yours first", name)
	}
	if err != nil {
		return nil, err
	}
	if s.Name == path.Base(name) {
		s.Name = name
	}
	s.Served = true
	return s, nil
}

// reportStep prints a step as soon as it is done.
func (a scenarioRun) reportStep(s *scenario.Scenario, c report.Case) error {
	state := "ok"
	switch {
	case c.Failure != "":
		state = "failed"
	case c.Skipped:
		state = "skipped"
	}
	if a.JSON {
		line := map[string]any{"scenario": s.Name, "step": c.Name, "state": state, "seconds": c.Seconds}
		if c.Failure != "" {
			line["failure"] = c.Failure
		}
		if c.Failure != "" && c.File != "" {
			line["file"], line["line"] = c.File, c.Line
		}
		if c.Found != nil {
			line["found"] = c.Found
		}
		return errors.Join(a.Out.JSON(line), a.Out.Flush())
	}
	a.Out.Line("%-7s %s: %s", a.Out.Paint(print.Verdict(state == "ok"), state), s.Name, c.Name)
	if c.Failure != "" {
		a.Out.Text("        " + strings.ReplaceAll(c.Failure, "\n", "\n        "))
	}
	return a.Out.Flush()
}
