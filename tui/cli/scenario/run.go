package scenario

import (
	"context"
	"fmt"
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
	var cases []report.Case
	var failure error
	for i, st := range s.steps {
		result := report.Case{Name: fmt.Sprintf("%d %s", i+1, st.title()), Class: s.Name, Skipped: failure != nil}
		if failure == nil {
			started := time.Now()
			failure = p.step(ctx, st)
			result.Seconds = time.Since(started).Seconds()
			if failure != nil {
				result.Failure = exit.Explain(failure).Error()
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

func (st step) title() string {
	if st.name != "" {
		return st.name
	}
	return st.kind
}
