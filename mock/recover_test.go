package mock

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"tacklebox/mock/clock"
	"tacklebox/mock/provider"
	"tacklebox/mock/state"
	"tacklebox/receiver/api"
	"tacklebox/receiver/journal/memory"
)

// fireWith lets "made" happen with a text for a body and faults of its own.
func (r *rig) fireWith(body string, faults ...api.Fault) {
	r.t.Helper()
	if _, err := r.e.Fire(context.Background(), api.Firing{Provider: "plain", Type: "made", Body: provider.Encode(body), Faults: faults}); err != nil {
		r.t.Fatal(err)
	}
}

// TestFaultsRetriesAndARestart: what a fault did to the first attempt does not
// change what the restarted engine does next.
func TestFaultsRetriesAndARestart(t *testing.T) {
	t.Parallel()
	for kind, c := range map[string]struct {
		answer   int
		want     string // everything that arrived by the end
		failures int    // after the first attempt, also after the restart
		states   string
	}{
		"drop":               {500, "", 0, "delivered"},
		"duplicate":          {500, "/s whole, /s whole, /s whole", 1, "delivered"},
		"empty_body":         {500, "/s , /s whole", 1, "delivered"},
		"redirect":           {500, "/s , /s whole", 1, "delivered"},
		"giant_body":         {500, "/s whole...., /s whole", 1, "delivered"},
		"wrong_method":       {500, "/s whole, /s whole", 1, "delivered"},
		"wrong_content_type": {500, "/s whole, /s whole", 1, "delivered"},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			r.sink.reply(func(_ int, _, _ string) int { return c.answer })
			r.subscribe("ann", "s")
			r.fireWith("whole", api.Fault{Kind: kind, Bytes: 9})
			r.idle()
			for _, when := range []string{"before", "after"} {
				if s := r.sub("ann", "s"); s.Failures != c.failures {
					t.Errorf("%s the restart: %d failures, want %d", when, s.Failures, c.failures)
				}
				r.again()
			}
			r.sink.answer()
			r.advance(time.Minute)
			got := strings.ReplaceAll(strings.Join(r.sink.requests(), ", "), "whole    ", "whole....")
			if got != c.want {
				t.Errorf("came %q, want %q", got, c.want)
			}
			if got := r.states("ann"); got != c.states {
				t.Errorf("the delivery is %s, want %s", got, c.states)
			}
		})
	}
}

// TestAPausedSubscriptionGoesOnAfterForgive, with everything that waited for it,
// also over a restart.
func TestAPausedSubscriptionGoesOnAfterForgive(t *testing.T) {
	t.Parallel()
	for _, hold := range []bool{false, true} {
		for _, restart := range []bool{false, true} {
			t.Run(fmt.Sprintf("hold %v restart %v", hold, restart), func(t *testing.T) {
				t.Parallel()
				r := newRig(t, func(p *provider.Provider, _ *Config) {
					p.Policy = func(*provider.World, string) provider.Policy { return plainPolicy(hold) }
					p.Attempted = func(w *provider.World, d *provider.Delivery, a *provider.Attempt) {
						if s := w.Account(d.Account).Sub(d.Subscription); !a.OK && len(d.Attempts) == 1 {
							w.Account(d.Account).Pause(s)
						}
					}
				})
				r.sink.answer(500)
				r.subscribe("ann", "s")
				r.fire("a")
				r.idle()
				r.fire("b")
				if restart {
					r.again()
				}
				r.advance(24 * time.Hour)
				equal(t, "while paused", r.sink.requests(), []string{"/s a"})
				r.do(func(w *provider.World) {
					a := w.Account("ann")
					if next := r.w.nextAttempt(a, a.Sub("s")); !next.IsZero() {
						t.Errorf("a paused subscription has its next attempt at %s", next)
					}
					a.Forgive(a.Sub("s"))
				})
				if s := r.sub("ann", "s"); s.Failures != 0 {
					t.Errorf("%d failures after it was forgiven", s.Failures)
				}
				r.advance(2 * time.Hour)
				if got := strings.Join(r.sink.requests()[1:], ", "); got != "/s a, /s b" && got != "/s b, /s a" {
					t.Errorf("after it was forgiven came %s", got)
				}
				if got := r.states("ann"); got != "delivered delivered" {
					t.Errorf("the deliveries are %s", got)
				}
			})
		}
	}
}

// TestForgivenFailuresStayForgiven over a restart, and later ones count.
func TestForgivenFailuresStayForgiven(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.sink.answer(500, 500, 500, 500)
	r.subscribe("ann", "s")
	r.fire("a", "b")
	r.idle()
	r.do(func(w *provider.World) { w.Account("ann").Forgive(w.Account("ann").Sub("s")) })
	r.again()
	if s := r.sub("ann", "s"); s.Failures != 0 {
		t.Errorf("%d failures after the restart, want none", s.Failures)
	}
	r.advance(time.Minute)
	r.again()
	if s := r.sub("ann", "s"); s.Failures != 2 {
		t.Errorf("%d failures, want the two after it was forgiven", s.Failures)
	}
}

// TestASubscriptionDeletedWhileSomethingWaits: nothing goes to it any more,
// whatever it waited for.
func TestASubscriptionDeletedWhileSomethingWaits(t *testing.T) {
	t.Parallel()
	for _, hold := range []bool{false, true} {
		for _, restart := range []bool{false, true} {
			t.Run(fmt.Sprintf("hold %v restart %v", hold, restart), func(t *testing.T) {
				t.Parallel()
				r := newRig(t, func(p *provider.Provider, _ *Config) {
					p.Policy = func(*provider.World, string) provider.Policy { return plainPolicy(hold) }
				})
				r.sink.reply(func(_ int, path, _ string) int {
					if path == "/s" {
						return 500 // whichever of the two queues is quicker
					}
					return 200
				})
				r.subscribe("ann", "s")
				r.subscribe("bob", "other")
				r.fire("a", "b")
				r.idle()
				came := len(r.sink.requests())
				r.do(func(w *provider.World) { w.Account("ann").Remove("s") })
				if restart {
					r.again()
				}
				r.sink.answer()
				r.advance(24 * time.Hour)
				for _, g := range r.sink.requests()[came:] {
					if strings.HasPrefix(g, "/s ") {
						t.Errorf("%s came after the subscription was deleted", g)
					}
				}
				if got := r.states("bob"); got != "delivered delivered" {
					t.Errorf("the other account's deliveries are %s", got)
				}
				if got := r.states("ann"); strings.Contains(got, "waiting") || !strings.Contains(got, "dropped") {
					t.Errorf("its deliveries are %s", got)
				}
				if at, any := r.e.Next(); any {
					t.Errorf("something is due at %s", at)
				}
			})
		}
	}
}

// TestASubscriptionDeletedInFlight: the attempt is finished and recorded, and
// plans nothing.
func TestASubscriptionDeletedInFlight(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	arrived, answer := make(chan string), make(chan int)
	r.sink.reply(func(_ int, _, body string) int { arrived <- body; return <-answer })
	r.subscribe("ann", "s")
	r.fire("a", "b")
	<-arrived
	r.do(func(w *provider.World) { w.Account("ann").Remove("s") })
	answer <- 500
	got := r.waitFor(1, "kind:attempt")
	r.advance(24 * time.Hour)
	if got[0].Response.Status != 500 || !got[0].NextAttempt.IsZero() || len(r.entries("kind:attempt")) != 1 {
		t.Errorf("attempts: %d, the first %+v", len(r.entries("kind:attempt")), got[0])
	}
	if got := r.states("ann"); got != "dropped dropped" {
		t.Errorf("the deliveries are %s", got)
	}
}

// TestTimersOutliveTheEngine and ring once, in due order, with their data.
func TestTimersOutliveTheEngine(t *testing.T) {
	t.Parallel()
	var rang []string
	r := newRig(t, func(p *provider.Provider, _ *Config) {
		p.Due = func(w *provider.World, name string, data []byte) {
			rang = append(rang, fmt.Sprintf("%s %s %s", name, data, w.Now().Sub(rigStart)))
			if name == "chain" {
				w.Schedule(w.Now().Add(time.Minute), "link", nil)
			}
			if name == "break" {
				panic("in a timer")
			}
		}
	})
	r.do(func(w *provider.World) {
		w.Schedule(rigStart.Add(3*time.Hour), "late", map[string]int{"n": 3})
		w.Schedule(rigStart.Add(time.Hour), "early", "x")
		w.Schedule(rigStart.Add(time.Hour), "early", "x") // twice the same are two
		w.Schedule(rigStart.Add(2*time.Hour), "chain", 1)
		w.Schedule(rigStart.Add(2*time.Hour), "break", 2)
	})
	r.advance(30 * time.Minute)
	r.again()
	r.advance(30 * time.Minute)
	r.again()
	r.advance(9 * time.Hour)
	r.again()
	r.advance(9 * time.Hour)
	equal(t, "what rang", rang, []string{`early "x" 1h0m0s`, `early "x" 1h0m0s`, `chain 1 2h0m0s`, `break 2 2h0m0s`, `link null 2h1m0s`, `late {"n":3} 3h0m0s`})
	if !strings.Contains(r.warnings(), "in a timer") {
		t.Errorf("warned of %q", r.warnings())
	}
}

// TestATimerMayFire: what it lets happen is delivered like any other event.
func TestATimerMayFire(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(p *provider.Provider, _ *Config) {
		p.Due = func(w *provider.World, name string, _ []byte) {
			if _, err := w.Fire(provider.Firing{Type: name}); err != nil {
				w.Memo()["refused"] = err.Error()
			}
		}
	})
	r.subscribe("ann", "s")
	r.do(func(w *provider.World) {
		w.Schedule(rigStart.Add(time.Minute), "lost", nil)
		w.Schedule(rigStart.Add(time.Hour), "none", nil)
	})
	r.advance(2 * time.Hour)
	equal(t, "requests", r.sink.requests(), []string{`/s {"id":2,"name":"bolt"}`})
	if e := r.entries("kind:event")[0]; !e.Time.Equal(rigStart.Add(time.Minute)) {
		t.Errorf("the event happened at %s", e.Time)
	}
	r.do(func(w *provider.World) {
		if got := fmt.Sprint(w.Memo()["refused"]); !strings.Contains(got, `no event type "none"`) {
			t.Errorf("refused with %s", got)
		}
	})
}

// TestWhatWasNotedIsNotedAgain when a crash lost it: the journal tells the
// events that the saved state does not know.
func TestWhatWasNotedIsNotedAgain(t *testing.T) {
	t.Parallel()
	noting := func(p *provider.Provider, _ *Config) {
		p.Note = func(w *provider.World, ev *provider.Event) {
			var n int
			w.Get("noted", &n)
			w.Put("noted", n+1)
		}
	}
	r := newRig(t, noting)
	r.do(func(w *provider.World) { w.Put("kept", true) }) // the state on disk is of before the events
	before, _ := r.state.Load("provider/plain")
	r.fire("a", "b", "c")
	if _, err := r.e.Fire(context.Background(), api.Firing{Provider: "plain", Type: "made", To: r.sink.URL}); err != nil {
		t.Fatal(err)
	}
	r.idle()
	if err := r.e.Close(); err != nil {
		t.Fatal(err)
	}
	after, _ := r.state.Load("provider/plain")
	for name, section := range map[string]json.RawMessage{"after a crash": before, "after a stop": after} {
		if err := r.state.Save("provider/plain", section); err != nil {
			t.Fatal(err)
		}
		r.open()
		r.do(func(w *provider.World) {
			var n int
			if w.Get("noted", &n); n != 3 {
				t.Errorf("%s %d events are noted, want 3", name, n)
			}
		})
		r.e.Quiesce(0)
	}
}

// TestCountersNeverGiveANumberTwice, not even when the state is older than the
// journal.
func TestCountersNeverGiveANumberTwice(t *testing.T) {
	t.Parallel()
	var drawn []int64
	r := newRig(t, func(p *provider.Provider, _ *Config) {
		p.Prepare = func(w *provider.World, ev *provider.Event) error {
			drawn = append(drawn, w.Next("order", 100))
			return nil
		}
	})
	old, _ := r.state.Load("provider/plain")
	r.fire("a", "b")
	if err := r.e.Close(); err != nil {
		t.Fatal(err)
	}
	if err := r.state.Save("provider/plain", old); err != nil {
		t.Fatal(err)
	}
	r.open()
	r.fire("c")
	equal(t, "numbers", drawn, []int64{100, 101, 102})
}

// TestASavedFaultThatCannotBeReadIsPutAside, with a warning: it must not keep the
// sandbox from starting.
func TestASavedFaultThatCannotBeReadIsPutAside(t *testing.T) {
	t.Parallel()
	for doc, left := range map[string]int{`{}`: 0, `[7,{"kind":"drop"}]`: 1, `[{"kind":"drop","q":"("},{"kind":"reset"}]`: 1, `[{"kind":"gone"}]`: 0} {
		r := newRig(t, nil)
		if err := r.state.Save("faults", json.RawMessage(doc)); err != nil {
			t.Fatal(err)
		}
		r.again()
		if got := len(r.e.faults.Rules.List()); got != left || !strings.Contains(r.warnings(), "put aside") {
			t.Errorf("%s: %d are in force, want %d; warned: %s", doc, got, left, r.warnings())
		}
	}
}

// TestAStateOfAnotherKindIsRefused with the section that is wrong.
func TestAStateOfAnotherKindIsRefused(t *testing.T) {
	t.Parallel()
	for section, c := range map[string]struct{ doc, want string }{
		"clock":          {`[]`, "state: clock"},
		"provider/plain": {`7`, "state: plain"},
	} {
		t.Run(section, func(t *testing.T) {
			t.Parallel()
			state, err := state.Open("")
			if err != nil {
				t.Fatal(err)
			}
			if err := state.Save(section, json.RawMessage(c.doc)); err != nil {
				t.Fatal(err)
			}
			clock, err := clock.New(clock.Manual, rigStart)
			if err != nil {
				t.Fatal(err)
			}
			_, err = New(Config{Journal: memory.New(memory.Limit{}), State: state, Clock: clock, Catalog: plainCatalog(),
				Providers: []*provider.Provider{plainProvider()}, BaseURL: func() string { return "" }})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want it to name %s", err, c.want)
			}
		})
	}
}

// TestAnEventThatCannotBeMadeAgain after a restart is given up with a warning.
func TestAnEventThatCannotBeMadeAgain(t *testing.T) {
	t.Parallel()
	broken := false
	r := newRig(t, func(p *provider.Provider, _ *Config) {
		holding(p, nil)
		p.Payload = func(_ *provider.World, ev *provider.Event, _ provider.Target) ([]byte, error) {
			if broken {
				return nil, fmt.Errorf("its template is gone")
			}
			return []byte("x"), nil
		}
	})
	r.sink.answer(500)
	r.subscribe("ann", "s")
	r.fire("a", "b")
	r.idle()
	broken = true
	r.again()
	if got := r.states("ann"); got != "waiting failed" {
		t.Errorf("the deliveries are %s", got)
	}
	if !strings.Contains(r.warnings(), "cannot be made again: its template is gone") {
		t.Errorf("warned of %q", r.warnings())
	}
}
