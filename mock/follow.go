package mock

import (
	"encoding/json"
	"fmt"

	"tacklebox/mock/clock"
)

// A following engine is one of several on the same journal and state: another one
// leads. It sends and writes nothing; it knows the providers and, by Observe, the
// keys in force, so that what arrives can be judged. Who begins to lead makes an
// engine anew, from the log and the state. The public contract, section 14, says
// what a take-over promises.

// Observe takes what the leading engine has written as a section of the state.
func (e *Engine) Observe(name string, section json.RawMessage) error {
	if name == clockSection {
		return e.observeClock(section)
	}
	for _, w := range e.services {
		if name != w.sectionName() {
			continue
		}
		var in savedService
		if err := json.Unmarshal(section, &in); err != nil {
			return fmt.Errorf("state: %s: %w", name, err)
		}
		w.look(func() { w.book.Rewind(in.Saved) })
	}
	return nil
}

func (e *Engine) observeClock(section json.RawMessage) error {
	var is savedClock
	if err := json.Unmarshal(section, &is); err != nil {
		return fmt.Errorf("state: clock: %w", err)
	}
	if is.Mode == e.clock.Mode() && e.clock.Mode() != clock.Real {
		e.clock.Restart(is.Now)
	}
	return nil
}
