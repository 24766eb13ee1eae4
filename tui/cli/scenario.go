package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tacklebox/receiver/client"
)

func (a *App) scenarioCommand() *cobra.Command {
	var to, report string
	var list bool
	cmd := &cobra.Command{
		Use:   "scenario FILE|NAME…",
		Short: "Play scenarios: fire, call, move the clock, and expect",
		Long: `Play scenarios, each a YAML file or the name of an embedded one. A scenario stops
at its first step that fails. Where no sandbox is running, one in memory with a
manual clock is used.`,
		Example: "  tacklebox scenario --list\n  tacklebox scenario retry.yaml --to http://localhost:3000/callback --junit report.xml",
		Args:    args("[FILE|NAME…]"),
	}
	cmd.Flags().StringVar(&to, "to", "", "`URL` that ${to} stands for (default: an inbox of the sandbox)")
	cmd.Flags().StringVar(&report, "junit", "", "write a JUnit report to `FILE`")
	cmd.Flags().BoolVar(&list, "list", false, "list the embedded scenarios")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if !list && len(args) == 0 {
			return usagef("FILE or NAME is missing; 'tacklebox scenario --list' lists the embedded ones")
		}
		return a.withLocal(cmd.Context(), func(c *client.Client, _ bool) error {
			if list {
				return a.listScenarios(cmd.Context(), c)
			}
			return a.scenarios(cmd.Context(), c, args, to, report)
		})
	}
	return cmd
}

func (a *App) listScenarios(ctx context.Context, c *client.Client) error {
	list, err := c.Scenarios(ctx)
	if err != nil {
		return err
	}
	if a.json {
		return a.out.json(list)
	}
	rows := [][]string{{"NAME", "ABOUT"}}
	for _, s := range list {
		rows = append(rows, []string{s.Name, s.About})
	}
	a.out.table(rows)
	return nil
}

// scenarios plays all of them; the exit code is that of the first that failed.
func (a *App) scenarios(ctx context.Context, c *client.Client, names []string, to, report string) error {
	var all []*scenario
	for _, name := range names {
		s, err := a.loadScenario(ctx, c, name)
		if err != nil {
			return err
		}
		all = append(all, s)
	}
	var cases []junitCase
	var first error
	for _, s := range all {
		played, err := a.play(ctx, c, s, to)
		cases = append(cases, played...)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if first == nil {
			first = err
		}
	}
	if report != "" {
		if err := writeJUnit(report, "tacklebox scenario", cases); err != nil {
			return err
		}
	}
	return first
}

// loadScenario takes a file that is there, else an embedded scenario.
func (a *App) loadScenario(ctx context.Context, c *client.Client, name string) (*scenario, error) {
	text, err := os.ReadFile(name)
	if err == nil {
		return parseScenario(name, text)
	}
	if !errors.Is(err, os.ErrNotExist) || strings.ContainsAny(name, "\\.") || strings.HasPrefix(name, "/") {
		return nil, usagef("scenario: %w", err)
	}
	list, err := c.Scenarios(ctx)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, s := range list {
		if s.Name == name {
			return embeddedScenario(name, s.Text)
		}
		names = append(names, s.Name)
	}
	return nil, usagef("no file and no embedded scenario %q%s", name, didYouMean(name, names))
}

// embeddedScenario reads one that the sandbox has; unless it says otherwise it is
// called what it was asked for as, provider included.
func embeddedScenario(name, text string) (*scenario, error) {
	s, err := parseScenario(name+".yaml", []byte(text))
	if err == nil && s.Name == path.Base(name) {
		s.Name = name
	}
	return s, err
}

// play runs the steps of one scenario and reports each.
func (a *App) play(ctx context.Context, c *client.Client, s *scenario, to string) ([]junitCase, error) {
	p, err := newPlay(ctx, c, s, to)
	if err != nil {
		return nil, err
	}
	var cases []junitCase
	var failure error
	for i, st := range s.steps {
		result := junitCase{Name: fmt.Sprintf("%d %s", i+1, title(st)), Class: s.Name, Skipped: failure != nil}
		if failure == nil {
			started := time.Now()
			failure = p.step(ctx, st)
			result.Seconds = time.Since(started).Seconds()
			if failure != nil {
				result.Failure = explain(failure).Error()
			}
		}
		if err := a.reportStep(s, result); err != nil {
			return cases, err
		}
		cases = append(cases, result)
	}
	if failure != nil {
		return cases, failed(exitCode(failure))
	}
	return cases, nil
}

func title(st step) string {
	if st.name != "" {
		return st.name
	}
	return st.kind
}

// reportStep prints a step as soon as it is done.
func (a *App) reportStep(s *scenario, c junitCase) error {
	state := "ok"
	switch {
	case c.Failure != "":
		state = "failed"
	case c.Skipped:
		state = "skipped"
	}
	if a.json {
		line := map[string]any{"scenario": s.Name, "step": c.Name, "state": state, "seconds": c.Seconds}
		if c.Failure != "" {
			line["failure"] = c.Failure
		}
		return errors.Join(a.out.json(line), a.out.flush())
	}
	a.out.line("%-7s %s: %s", a.out.paint(verdictColour(state == "ok"), state), s.Name, c.Name)
	if c.Failure != "" {
		a.out.text("        " + strings.ReplaceAll(c.Failure, "\n", "\n        "))
	}
	return a.out.flush()
}
