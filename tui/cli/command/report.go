package command

import (
	"tacklebox/tui/cli/report"
)

// Actions is the job of GitHub that we run in, if any.
func (a *App) Actions() report.Actions { return report.InActions(a.Getenv, a.Stderr) }

// Report tells CI what checks have found: in a JUnit file when one is asked for,
// and in the job's own ways.
func (a *App) Report(junit, name string, cases []report.Case) error {
	if junit != "" {
		if err := report.WriteJUnit(junit, name, cases); err != nil {
			return err
		}
	}
	return a.Actions().Tell(name, cases)
}
