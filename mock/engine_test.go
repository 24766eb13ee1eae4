package mock

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"tacklebox/mock/clock"
	"tacklebox/mock/provider"
	"tacklebox/mock/state"
	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/memory"
)

// gated makes the sink wait: each request is told of, and answered when told to.
func gated(r *rig) (arrived chan string, answer chan int) {
	arrived, answer = make(chan string, 16), make(chan int, 16)
	r.sink.reply(func(_ int, path, body string) int {
		arrived <- path + " " + body
		return <-answer
	})
	return arrived, answer
}

// TestQuiesceLetsAnAttemptEnd: what is on its way is recorded, what is not yet
// begun goes on after the next start.
func TestQuiesceLetsAnAttemptEnd(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	arrived, answer := gated(r)
	r.subscribe("ann", "s")
	r.fire("a", "b")
	<-arrived
	ended := make(chan struct{})
	go func() { r.e.Quiesce(10 * time.Second); close(ended) }()
	for r.e.started.Load() { // until it has begun to stop
		if r.e.ctx.Err() != nil {
			t.Fatal("it did not wait")
		}
		runtime.Gosched()
	}
	answer <- 202
	<-ended
	got := r.entries("kind:attempt")
	if len(got) != 1 || got[0].Response == nil || got[0].Response.Status != 202 {
		t.Fatalf("%d attempts are recorded: %v", len(got), got)
	}
	answer <- 200
	r.again()
	r.waitFor(2, "kind:attempt")
	equal(t, "requests", r.sink.requests(), []string{"/s a", "/s b"})
}

// TestQuiesceCutsOffWhatDoesNotEnd: it is not recorded and made again later.
func TestQuiesceCutsOffWhatDoesNotEnd(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	arrived, answer := gated(r)
	r.subscribe("ann", "s")
	r.fire("a")
	<-arrived
	r.e.Quiesce(0)
	if n := len(r.entries("kind:attempt")); n != 0 {
		t.Errorf("%d attempts are recorded, want none", n)
	}
	answer <- 200
	answer <- 200
	r.again()
	if got := r.waitFor(1, "kind:attempt")[0]; got.Attempt != 1 || got.Response.Status != 200 {
		t.Errorf("recorded %+v", got)
	}
	equal(t, "requests", r.sink.requests(), []string{"/s a", "/s a"})
}

// TestNothingLeavesBeforeStart, and starting twice is the same as once.
func TestNothingLeavesBeforeStart(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.subscribe("ann", "s")
	r.e.Quiesce(time.Second)
	clock, err := clock.New(clock.Manual, rigStart)
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(Config{Journal: r.store, State: r.state, Clock: clock, Catalog: plainCatalog(), Providers: []*provider.Provider{plainProvider()}, BaseURL: r.e.cfg.BaseURL})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if _, err := e.Fire(context.Background(), api.Firing{Provider: "plain", Type: "made"}); err != nil {
		t.Fatal(err)
	}
	if err := e.way.wait(context.Background()); err != nil || len(r.sink.requests()) != 0 {
		t.Errorf("before the start came %v (%v)", r.sink.requests(), err)
	}
	e.Start()
	e.Start()
	if err := e.Advance(context.Background(), rigStart.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	equal(t, "after the start", r.sink.requests(), []string{`/s {"id":1,"name":"nut"}`})
}

// TestResetForgetsWhatIsInFlight: what comes of it is not recorded, whether an
// event caused it or a replay.
func TestResetForgetsWhatIsInFlight(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"event", "replay"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			r.subscribe("ann", "s")
			r.fire("a")
			event := r.waitFor(1, "kind:event")[0]
			r.idle()
			arrived, answer := gated(r)
			if kind == "event" {
				r.fire("b", "c")
			} else if _, err := r.e.Replay(context.Background(), event.Seq, api.ReplayRequest{To: r.sink.URL + "/again"}); err != nil {
				t.Fatal(err)
			}
			<-arrived
			if err := r.e.Reset(); err != nil {
				t.Fatal(err)
			}
			answer <- 500
			r.advance(24 * time.Hour)
			if n := len(r.entries("kind:attempt")); n != 1 {
				t.Errorf("%d attempts are recorded, want the one before the reset", n)
			}
			if at, any := r.e.Next(); any {
				t.Errorf("something is due at %s", at)
			}
		})
	}
}

// TestResetForgetsTheWorld but what the configuration says.
func TestResetForgetsTheWorld(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(p *provider.Provider, cfg *Config) {
		p.Options = []provider.Option{{Name: "colour", Kind: provider.TextOption, Default: `"red"`}}
		cfg.Settings = map[string]map[string]json.RawMessage{"plain": rawMap("colour", `"blue"`)}
	})
	r.sink.answer(500)
	r.subscribe("ann", "s")
	r.fire("a")
	r.do(func(w *provider.World) {
		w.Put("k", 1)
		w.Memo()["m"] = 1
		w.Schedule(rigStart.Add(time.Hour), "ring", nil)
		if err := r.w.book.Settings().Change("", rawMap("colour", `"green"`)); err != nil {
			t.Error(err)
		}
		if err := r.w.book.Settings().Change("ann", rawMap("colour", `"black"`)); err != nil {
			t.Error(err)
		}
	})
	r.advance(time.Second)
	if err := r.e.faults.Set([]api.Fault{{Kind: "drop"}}); err != nil {
		t.Fatal(err)
	}
	if err := r.e.Reset(); err != nil {
		t.Fatal(err)
	}
	for _, when := range []string{"at once", "after a restart"} {
		r.do(func(w *provider.World) {
			if w.Get("k", new(int)) || len(w.Memo()) > 0 || len(w.Accounts()) > 0 || len(w.Deliveries("ann")) > 0 || len(r.w.timers) > 0 {
				t.Errorf("%s: something is left", when)
			}
			if got := w.Option("ann", "colour").Text(); got != "blue" {
				t.Errorf("%s: colour %s, want that of the configuration", when, got)
			}
		})
		if !r.e.Now().Equal(rigStart) || len(r.e.faults.Rules.List()) > 0 {
			t.Errorf("%s: the clock says %s, %d faults", when, r.e.Now(), len(r.e.faults.Rules.List()))
		}
		if when == "at once" {
			if err := r.store.Clear(); err != nil { // as the composition does
				t.Fatal(err)
			}
			r.again()
		}
	}
}

// TestAProviderThatPanicsWhenItFires is a refusal of that firing alone.
func TestAProviderThatPanicsWhenItFires(t *testing.T) {
	t.Parallel()
	broken := true
	oh := func() {
		if broken {
			panic("oh")
		}
	}
	for name, change := range map[string]func(*provider.Provider){
		"prepare": func(p *provider.Provider) {
			p.Prepare = func(*provider.World, *provider.Event) error { oh(); return nil }
		},
		"payload": func(p *provider.Provider) {
			p.Payload = func(_ *provider.World, ev *provider.Event, _ provider.Target) ([]byte, error) {
				oh()
				return ev.Whole, nil
			}
		},
		"targets": func(p *provider.Provider) {
			p.Targets = func(w *provider.World, ev *provider.Event) ([]provider.Target, []provider.Skip) {
				oh()
				return w.EachSubscription(ev, nil)
			}
		},
		"note": func(p *provider.Provider) { p.Note = func(*provider.World, *provider.Event) { oh() } },
	} {
		t.Run(name, func(t *testing.T) {
			broken = true
			r := newRig(t, func(p *provider.Provider, _ *Config) { change(p) })
			if _, err := r.e.Fire(context.Background(), api.Firing{Provider: "plain", Type: "made"}); err == nil || !strings.Contains(err.Error(), "plain broke: oh") {
				t.Errorf("got %v", err)
			}
			broken = false
			r.subscribe("ann", "s")
			r.fire("a")
			r.idle()
			if got := r.sink.requests(); len(got) != 1 {
				t.Errorf("afterwards came %v", got)
			}
		})
	}
}

// TestTheEngineRefusesAConfigurationOfAnother provider.
func TestTheEngineRefusesAConfigurationOfAnother(t *testing.T) {
	t.Parallel()
	for section, c := range map[string]struct{ doc, want string }{
		"plan":  {`{}`, `providers.plan: no provider "plan" (did you mean "plain"? known are plain)`},
		"plain": {`{"colour":1}`, "providers.plain.colour: plain has no setting"},
	} {
		var doc map[string]json.RawMessage
		if err := json.Unmarshal([]byte(c.doc), &doc); err != nil {
			t.Fatal(err)
		}
		clock, _ := clock.New(clock.Manual, rigStart)
		state, _ := state.Open("")
		_, err := New(Config{Journal: memory.New(memory.Limit{}), State: state, Clock: clock, Catalog: plainCatalog(),
			Providers: []*provider.Provider{plainProvider()}, Settings: map[string]map[string]json.RawMessage{section: doc}, BaseURL: func() string { return "" }})
		if got := fmt.Sprintf("%s: %v", strings.Join(api.Path(err), "."), err); !strings.Contains(got, c.want) {
			t.Errorf("%s: got %v, want %s", section, err, c.want)
		}
	}
}

// TestAJournalThatIsClosedIsAnError of whatever needs it.
func TestAJournalThatIsClosedIsAnError(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	if err := r.store.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.e.Fire(context.Background(), api.Firing{Provider: "plain", Type: "made"}); !errors.Is(err, journal.ErrClosed) {
		t.Errorf("firing says %v", err)
	}
	if _, err := r.e.Replay(context.Background(), 1, api.ReplayRequest{}); err == nil {
		t.Error("a replay succeeded")
	}
}
