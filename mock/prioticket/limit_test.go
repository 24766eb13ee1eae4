package prioticket

import (
	"testing"
	"time"
)

func TestAMeterForgetsWhatIsAMinuteOld(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	m := &meter{}
	for range mostRefused {
		m.refuse(now)
	}
	if !m.blockedUntil.IsZero() {
		t.Error("blocked at the limit, not above it")
	}
	m.refuse(now.Add(window))
	if !m.blockedUntil.IsZero() || m.refused.Count(now.Add(window), window) != 1 {
		t.Errorf("blocked by what is a minute old: %d counted", m.refused.Count(now.Add(window), window))
	}
	for range mostRefused {
		m.refuse(now.Add(window))
	}
	if want := now.Add(2 * window); !m.blockedUntil.Equal(want) {
		t.Errorf("blocked until %s, want %s", m.blockedUntil, want)
	}
}
