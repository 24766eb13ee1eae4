package mock

import (
	"fmt"
	"sync"
	"time"
)

// Modes of the clock.
const (
	RealClock   = "real"   // wall time
	ManualClock = "manual" // moves only when told
	AutoClock   = "auto"   // jumps to the next due moment when nothing is in flight
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

// NewClock makes a clock. start is the first instant of a manual or auto clock;
// zero is now.
func NewClock(mode string, start time.Time) (*Clock, error) {
	switch mode {
	case "":
		mode = RealClock
	case RealClock, ManualClock, AutoClock:
	default:
		return nil, fmt.Errorf("clock %q: want real, manual or auto", mode)
	}
	if start.IsZero() {
		start = time.Now()
	}
	return &Clock{mode: mode, start: start, now: start}, nil
}

// Now returns the time on the clock.
func (c *Clock) Now() time.Time {
	if c.mode == RealClock {
		return time.Now()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(c.step)
	return c.now
}

// set moves a manual or auto clock; it never goes back.
func (c *Clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.After(c.now) {
		c.now = t
	}
}

// restart puts the clock to an instant, also an earlier one.
func (c *Clock) restart(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

// stopwatch measures wall time, for durations that a person sees.
func stopwatch() func() time.Duration {
	began := time.Now()
	return func() time.Duration { return time.Since(began) }
}

// deadline is the wall time after d, for sockets.
func deadline(d time.Duration) time.Time { return time.Now().Add(d) }
