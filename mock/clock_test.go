package mock

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tacklebox/mock/clock"
	"tacklebox/mock/provider"
	"tacklebox/receiver/api"
)

// TestAdvanceStopsAtEveryDueMoment: what is done at each is done at that time,
// and what it plans on the way is done too.
func TestAdvanceStopsAtEveryDueMoment(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	refused := map[string]int{"once": 1, "twice": 2, "always": 9}
	seen := map[string]int{}
	r.sink.reply(func(_ int, _, body string) int {
		if seen[body]++; seen[body] <= refused[body] {
			return 500
		}
		return 200
	})
	r.subscribe("ann", "s")
	r.fire("once", "twice", "always")
	r.advance(30 * time.Second)
	r.fire("never")
	r.advance(48 * time.Hour)
	var got []string
	for _, a := range r.entries("kind:attempt") {
		got = append(got, fmt.Sprintf("%s@%s", a.Request.Body, a.Time.Sub(rigStart)))
	}
	equal(t, "attempts", got, []string{"once@0s", "twice@0s", "always@0s", "never@30s",
		"once@1m0s", "twice@1m0s", "always@1m0s", "twice@1h1m0s", "always@1h1m0s"})
	if got := r.e.Now().Sub(rigStart); got != 48*time.Hour+30*time.Second {
		t.Errorf("the clock stands at %s", got)
	}
}

// TestThousandsFallDueInOrder: a retry for each of thousands of deliveries, at
// moments of their own that the schedule gets in another order.
func TestThousandsFallDueInOrder(t *testing.T) {
	t.Parallel()
	n := 2000
	if testing.Short() {
		n = 300
	}
	r := newRig(t, func(p *provider.Provider, _ *Config) {
		p.Policy = func(*provider.World, string) provider.Policy {
			return provider.Policy{Next: func(d *provider.Delivery, tries int, ended time.Time) (time.Time, bool) {
				var i int
				_, _ = fmt.Sscan(string(d.Body), &i)
				return ended.Add(time.Duration(i*1009%n+1) * time.Second), tries == 1
			}}
		}
	})
	seen := map[string]bool{}
	r.sink.reply(func(_ int, _, body string) int {
		if seen[body] {
			return 200
		}
		seen[body] = true
		return 500
	})
	r.subscribe("ann", "s")
	for i := range n {
		r.fire(fmt.Sprint(i))
	}
	r.advance(time.Duration(n) * time.Second)
	attempts := r.entries("kind:attempt")
	if len(attempts) != 2*n {
		t.Fatalf("%d attempts, want %d", len(attempts), 2*n)
	}
	for i, a := range attempts[n:] {
		if want := rigStart.Add(time.Duration(i+1) * time.Second); !a.Time.Equal(want) || a.Attempt != 2 {
			t.Fatalf("retry %d was attempt %d at %s, want %s", i, a.Attempt, a.Time, want)
		}
	}
}

// TestMovingTheClock through the control API's order.
func TestMovingTheClock(t *testing.T) {
	t.Parallel()
	const late = "2026-03-01T14:00:00Z"
	for _, c := range []struct {
		advance, to string
		want        time.Duration // where the clock stands; -1: refused
		says        string
	}{
		{"90m", "", 90 * time.Minute, ""},
		{"0s", "", 0, ""},
		{"", "next", time.Minute, ""},
		{"", late, 2 * time.Hour, ""},
		{"", "2026-03-01T15:00:00+01:00", 2 * time.Hour, ""},
		{"", "", -1, "say either advance or to"},
		{"1h", "next", -1, "say either advance or to"},
		{"-1h", "", -1, `"-1h" is not a duration`},
		{"soon", "", -1, `"soon" is not a duration`},
		{"", "tomorrow", -1, `"tomorrow" is not an instant`},
		{"", "2026-03-01T11:59:59Z", -1, "the clock does not go back"},
		{strings.Repeat("9", 1000), "", -1, "…"},
	} {
		t.Run(api.Clip(c.advance+c.to), func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			r.do(func(w *provider.World) { w.Schedule(rigStart.Add(time.Minute), "tick", nil) })
			err := r.e.move(context.Background(), api.ClockMove{Advance: c.advance, To: c.to})
			switch {
			case c.want < 0:
				var p *api.Error
				if !errors.As(err, &p) || p.Status != 422 || !strings.Contains(p.Message, c.says) || !r.e.Now().Equal(rigStart) {
					t.Errorf("got %v at %s, want %s", err, r.e.Now(), c.says)
				}
			case err != nil || r.e.Now().Sub(rigStart) != c.want:
				t.Errorf("it stands at %s, %v; want %s", r.e.Now().Sub(rigStart), err, c.want)
			}
		})
	}
}

// TestNextWithNothingDue leaves the clock where it is.
func TestNextWithNothingDue(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	if err := r.e.move(context.Background(), api.ClockMove{To: "next"}); err != nil || !r.e.Now().Equal(rigStart) {
		t.Errorf("it stands at %s, %v", r.e.Now(), err)
	}
	if info, err := r.e.Control().Clock(context.Background(), nil); err != nil || info.Body != any(api.Clock{Now: rigStart, Mode: clock.Manual}) {
		t.Errorf("the clock is %v, %v", info, err)
	}
}

// TestTheWallClockIsNotMoved, and lets things fall due by itself.
func TestTheWallClockIsNotMoved(t *testing.T) {
	t.Parallel()
	rang := make(chan string, 1)
	r := newRig(t, func(p *provider.Provider, cfg *Config) {
		cfg.Clock, _ = clock.New(clock.Real, time.Time{})
		p.Due = func(_ *provider.World, name string, _ []byte) { rang <- name }
	})
	var p *api.Error
	if err := r.e.Advance(context.Background(), rigStart); !errors.As(err, &p) || p.Status != 409 || p.Code != "real_clock" {
		t.Errorf("got %v", err)
	}
	r.do(func(w *provider.World) { w.Schedule(w.Now().Add(5*time.Millisecond), "tick", nil) })
	if got := <-rang; got != "tick" {
		t.Errorf("%s rang", got)
	}
	r.do(func(w *provider.World) {
		if w.Took(&provider.Attempt{Took: time.Second}) != time.Second {
			t.Error("an attempt takes its time on a wall clock")
		}
	})
}

// TestAnAutoClockJumps to one due moment after the other once nothing is in
// flight, however it is asked.
func TestAnAutoClockJumps(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(_ *provider.Provider, cfg *Config) { cfg.Clock, _ = clock.New(clock.Auto, rigStart) })
	arrived, answer := gated(r)
	r.subscribe("ann", "s")
	r.subscribe("ann", "slow")
	r.fire("a")
	<-arrived
	<-arrived
	answer <- 500
	r.waitFor(1, "kind:attempt")
	if !r.e.Now().Equal(rigStart) {
		t.Errorf("it jumped to %s although an attempt was in flight", r.e.Now())
	}
	for range 5 {
		answer <- 500
	}
	attempts := r.waitFor(6, "kind:attempt")
	if last := attempts[5]; !last.NextAttempt.IsZero() || last.Time.Sub(rigStart) != 61*time.Minute {
		t.Errorf("the last attempt was at %s", last.Time)
	}
}

// TestAdvanceGivesUpWithItsCaller: whoever asked may go; the clock is not hung.
func TestAdvanceGivesUpWithItsCaller(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	arrived, answer := gated(r)
	r.subscribe("ann", "s")
	r.fire("a")
	<-arrived
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := r.e.Advance(ctx, rigStart.Add(time.Hour)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if !r.e.Now().Equal(rigStart) {
		t.Errorf("the clock moved to %s", r.e.Now())
	}
	answer <- 200
	r.advance(time.Hour)
	if got := r.states("ann"); got != "delivered" {
		t.Errorf("the delivery is %s", got)
	}
}

// TestTheClockIsWhereItWasAfterARestart, unless its mode is another.
func TestTheClockIsWhereItWasAfterARestart(t *testing.T) {
	t.Parallel()
	mode := clock.Manual
	r := newRig(t, func(_ *provider.Provider, cfg *Config) { cfg.Clock, _ = clock.New(mode, rigStart) })
	r.advance(5 * time.Hour)
	r.again()
	if got := r.e.Now().Sub(rigStart); got != 5*time.Hour {
		t.Errorf("it stands at %s, want five hours", got)
	}
	mode = clock.Auto
	r.again()
	if got := r.e.Now().Sub(rigStart); got != 0 {
		t.Errorf("in another mode it stands at %s, want its own first instant", got)
	}
}
