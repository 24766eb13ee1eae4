package scenario

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tacklebox/receiver/client"
	"tacklebox/tui/cli/exit"
	"tacklebox/tui/cli/report"
)

// Run plays the steps of one scenario and tells each as soon as it is done. It
// stops at the first that fails; the rest are skipped.
func Run(ctx context.Context, c *client.Client, s *Scenario, to string, tell func(report.Case) error) ([]report.Case, error) {
	p, err := newPlay(ctx, c, s, to)
	if err != nil {
		return nil, err
	}
	defer p.stopAll()
	var cases []report.Case
	var failure error
	for i, st := range s.steps {
		result := report.Case{Name: fmt.Sprintf("%d %s", i+1, st.title()), Class: s.Name, Skipped: failure != nil}
		if !s.Served {
			result.File, result.Line = s.file, st.line
		}
		if failure == nil {
			started := time.Now()
			failure = p.attempt(ctx, st)
			result.Seconds = time.Since(started).Seconds()
			if failure != nil {
				result.Failure = exit.Explain(failure).Error()
			}
			if p.found != nil {
				result.Found = p.found
			}
		}
		if err := tell(result); err != nil {
			return cases, err
		}
		cases = append(cases, result)
	}
	if failure != nil {
		return cases, exit.Failed(exit.Code(failure))
	}
	return cases, nil
}

// attempt plays one step and says what it takes to understand why it failed.
func (p *play) attempt(ctx context.Context, st step) error {
	alive, cancel := p.whileAlive(ctx)
	defer cancel()
	err := p.step(alive, st)
	if err == nil {
		return p.dead(0)
	}
	if ctx.Err() != nil {
		return err
	}
	return p.explain(p.placed(st, err))
}

// placed names the line of a step that cannot be played as it is written.
func (p *play) placed(st step, err error) error {
	if exit.Code(err) != exit.Usage || strings.HasPrefix(err.Error(), p.scenario.file+":") {
		return err
	}
	return exit.Usagef("%s:%d: %w", p.scenario.file, st.line, err)
}

func (st step) title() string {
	if st.name != "" {
		return st.name
	}
	return st.kind
}
