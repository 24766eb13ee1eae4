// Package clock is the time of the provider side, real or moved by hand, and the
// schedule of what falls due on it.
package clock

import (
	"fmt"
	"sync"
	"time"
)

// Modes of the clock.
const (
	Real   = "real"   // wall time
	Manual = "manual" // moves only when told
	Auto   = "auto"   // jumps to the next due moment when nothing is in flight
)

// Clock is the time of the whole provider side. This file is the only place
// below mock that looks at the wall clock.
type Clock struct {
	mode  string
	start time.Time

	mu   sync.Mutex
	now  time.Time
	step time.Duration // see Tick
}

// Tick lets a manual or auto clock move by a step whenever somebody looks at it,
// as a real one does: a test then shows where two looks are taken for one.
func (c *Clock) Tick(step time.Duration) { c.step = step }

// New makes a clock. start is the first instant of a manual or auto clock;
// zero is now.
func New(mode string, start time.Time) (*Clock, error) {
	switch mode {
	case "":
		mode = Real
	case Real, Manual, Auto:
	default:
		return nil, fmt.Errorf("clock %q: want real, manual or auto", mode)
	}
	if start.IsZero() {
		start = time.Now()
	}
	return &Clock{mode: mode, start: start, now: start}, nil
}

// Mode tells which of the modes it has.
func (c *Clock) Mode() string { return c.mode }

// Start is the first instant of a manual or auto clock.
func (c *Clock) Start() time.Time { return c.start }

// Now returns the time on the clock.
func (c *Clock) Now() time.Time {
	if c.mode == Real {
		return time.Now()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(c.step)
	return c.now
}

// Set moves a manual or auto clock; it never goes back.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.After(c.now) {
		c.now = t
	}
}

// Restart puts the clock to an instant, also an earlier one.
func (c *Clock) Restart(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

// Stopwatch measures wall time, for durations that a person sees.
func Stopwatch() func() time.Duration {
	began := time.Now()
	return func() time.Duration { return time.Since(began) }
}

// Deadline is the wall time after d, for sockets.
func Deadline(d time.Duration) time.Time { return time.Now().Add(d) }
