package mock

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tacklebox/mock/provider"
	"tacklebox/receiver/api"
)

// TestOrderUnderRetries: what the receiver gets, in order, when some bodies are
// refused the first times. Without Hold the others overtake, with Hold nobody
// does.
func TestOrderUnderRetries(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		hold    bool
		refused map[string]int // body → how often
		want    string
		states  string
	}{
		{"nothing fails", false, nil, "a b c", "delivered delivered delivered"},
		{"one is overtaken", false, map[string]int{"a": 1}, "a b c a", "delivered delivered delivered"},
		{"one is given up", false, map[string]int{"b": 9}, "a b c b b", "delivered failed delivered"},
		{"two come back in due order", false, map[string]int{"a": 2, "b": 1}, "a b c a b a", "delivered delivered delivered"},
		{"held in place", true, map[string]int{"a": 1}, "a a b c", "delivered delivered delivered"},
		{"held in the middle", true, map[string]int{"b": 2}, "a b b b c", "delivered delivered delivered"},
		{"given up, then the rest", true, map[string]int{"a": 9}, "a a a b c", "failed delivered delivered"},
		{"each is held once", true, map[string]int{"a": 1, "b": 1, "c": 1}, "a a b b c c", "delivered delivered delivered"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(p *provider.Provider, _ *Config) {
				p.Policy = func(*provider.World, string) provider.Policy { return plainPolicy(c.hold) }
			})
			seen := map[string]int{}
			r.sink.reply(func(_ int, _, body string) int {
				if seen[body]++; seen[body] <= c.refused[body] {
					return 503
				}
				return 204
			})
			r.subscribe("ann", "s")
			r.fire("a", "b", "c")
			r.advance(24 * time.Hour)
			got := strings.ReplaceAll(strings.Join(r.sink.requests(), " "), "/s ", "")
			if got != c.want {
				t.Errorf("came %s, want %s", got, c.want)
			}
			if got := r.states("ann"); got != c.states {
				t.Errorf("deliveries are %s, want %s", got, c.states)
			}
		})
	}
}

// TestFailuresInARow are counted by subscription and end with a success.
func TestFailuresInARow(t *testing.T) {
	t.Parallel()
	r := newRig(t, holding)
	r.sink.answer(500, 500, 200, 500)
	r.subscribe("ann", "s")
	r.fire("a", "b")
	for i, c := range []struct {
		after    time.Duration
		failures int
		next     time.Time
	}{
		{0, 1, rigStart.Add(time.Minute)},
		{time.Minute, 2, rigStart.Add(61 * time.Minute)},
		{time.Hour, 1, rigStart.Add(62 * time.Minute)}, // a arrives, b fails
		{time.Minute, 0, time.Time{}},
	} {
		r.advance(c.after)
		if s := r.sub("ann", "s"); s.Failures != c.failures || !s.Next.Equal(c.next) {
			t.Errorf("step %d: %d failures, next %s; want %d, %s", i, s.Failures, s.Next, c.failures, c.next)
		}
	}
}

// TestSubscriptionsDoNotWaitForEachOther: one that is held holds itself alone.
func TestSubscriptionsDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	r := newRig(t, holding)
	r.sink.reply(func(_ int, path, _ string) int {
		if path == "/bad" {
			return 500
		}
		return 200
	})
	r.subscribe("ann", "bad")
	r.subscribe("ann", "good")
	r.subscribe("bob", "other")
	r.fire("1", "2")
	r.idle()
	got := r.sink.requests()
	slices.Sort(got)
	equal(t, "requests", got, []string{"/bad 1", "/good 1", "/good 2", "/other 1", "/other 2"})
	r.do(func(w *provider.World) {
		if n := w.Pending("ann", "bad"); n != 2 {
			t.Errorf("%d events wait for the held one, want 2", n)
		}
		if n := w.Pending("ann", "good"); n != 0 {
			t.Errorf("%d events wait for the good one, want 0", n)
		}
	})
}

// joining lets up to three events share a delivery: their bodies, joined.
func joining(p *provider.Provider, cfg *Config) {
	holding(p, cfg)
	p.Join = func(_ *provider.World, d *provider.Delivery, payload []byte) bool {
		return len(d.Payloads) < 3 && string(payload) != "alone"
	}
	p.Body = func(_ *provider.World, d *provider.Delivery) ([]byte, error) {
		var parts []string
		for _, b := range d.Payloads {
			parts = append(parts, string(b))
		}
		return []byte(strings.Join(parts, "+")), nil
	}
}

// TestWaitingEventsShareADelivery: what comes while the subscription is held is
// put together as far as the provider lets it.
func TestWaitingEventsShareADelivery(t *testing.T) {
	t.Parallel()
	r := newRig(t, joining)
	r.sink.answer(500)
	r.subscribe("ann", "s")
	ids := r.fire("first")
	r.idle()
	ids = append(ids, r.fire("b", "c", "d", "e", "alone", "f", "g")...)
	r.do(func(w *provider.World) {
		if n := w.Pending("ann", "s"); n != 8 {
			t.Errorf("%d events wait, want 8", n)
		}
	})
	r.advance(time.Hour)
	equal(t, "requests", r.sink.requests(), []string{"/s first", "/s first", "/s b+c+d", "/s e", "/s alone+f+g"})
	var told []string
	for _, a := range r.entries("kind:attempt") {
		told = append(told, string(a.Detail))
	}
	want := []string{"", "", fmt.Sprintf(`{"event_ids":["%s","%s","%s"]}`, ids[1], ids[2], ids[3]), "",
		fmt.Sprintf(`{"event_ids":["%s","%s","%s"]}`, ids[5], ids[6], ids[7])}
	equal(t, "events of the attempts", told, want)
	for i, id := range ids[1:4] {
		if n := len(r.entries("kind:attempt event:" + id)); n != 1 {
			t.Errorf("event %d of a batch is found in %d attempts, want 1", i+1, n)
		}
	}
}

// TestABatchIsMadeAgainAfterARestart from the events in the journal.
func TestABatchIsMadeAgainAfterARestart(t *testing.T) {
	t.Parallel()
	r := newRig(t, joining)
	r.sink.answer(500)
	r.subscribe("ann", "s")
	r.fire("first")
	r.idle()
	r.fire("b", "c")
	r.again()
	r.fire("d")
	r.advance(time.Hour)
	equal(t, "requests", r.sink.requests(), []string{"/s first", "/s first", "/s b+c+d"})
}

// TestAFaultOfItsOwnKeepsAnEventAlone: it must not befall the events it would be
// joined with.
func TestAFaultOfItsOwnKeepsAnEventAlone(t *testing.T) {
	t.Parallel()
	r := newRig(t, joining)
	r.sink.answer(500)
	r.subscribe("ann", "s")
	r.fire("first")
	r.idle()
	r.fire("b")
	if _, err := r.e.Fire(context.Background(), api.Firing{Provider: "plain", Type: "made", Body: provider.Encode("c"), Faults: []api.Fault{{Kind: "wrong_method"}}}); err != nil {
		t.Fatal(err)
	}
	r.advance(time.Hour)
	equal(t, "requests", r.sink.requests(), []string{"/s first", "/s first", "/s b", "/s c"})
	if n := len(r.entries("kind:attempt method:PUT")); n != 1 {
		t.Errorf("%d attempts with the fault, want 1", n)
	}
}

// TestATargetThatIsDoneIsNotSent but is a delivery all the same, also after a
// restart.
func TestATargetThatIsDoneIsNotSent(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(p *provider.Provider, _ *Config) {
		p.Targets = func(*provider.World, *provider.Event) ([]provider.Target, []provider.Skip) {
			return []provider.Target{{Account: "ann", Subscription: "mail", URL: "mailto:ann", ID: "D1", Data: []byte(`{"to":"ann"}`), Done: true}}, []provider.Skip{{Subscription: "off", Reason: "disabled"}}
		}
	})
	fired, err := r.e.Fire(context.Background(), api.Firing{Provider: "plain", Type: "made"})
	if err != nil {
		t.Fatal(err)
	}
	one := fired.Events[0]
	if len(one.Deliveries) != 1 || one.Deliveries[0] != (api.Delivery{ID: "D1", Subscription: "mail", URL: "mailto:ann"}) || len(one.Skipped) != 1 {
		t.Errorf("fired %+v", one)
	}
	for _, when := range []string{"before", "after"} {
		r.advance(time.Hour)
		r.do(func(w *provider.World) {
			list := w.Deliveries("ann")
			if len(list) != 1 || list[0].State != provider.Delivered || len(list[0].Attempts) != 0 || string(list[0].Data) != `{"to":"ann"}` {
				t.Errorf("%s the restart: %+v", when, list)
			}
		})
		r.again()
	}
	if n := len(r.entries("kind:attempt")); n != 0 {
		t.Errorf("%d attempts, want none", n)
	}
}

// TestDropErrorsEndADelivery without an attempt, wherever it stands, and let the
// next one go.
func TestDropErrorsEndADelivery(t *testing.T) {
	t.Parallel()
	for _, hold := range []bool{false, true} {
		t.Run(fmt.Sprint("hold ", hold), func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(p *provider.Provider, _ *Config) {
				p.Policy = func(*provider.World, string) provider.Policy { return plainPolicy(hold) }
				usual := p.Request
				p.Request = func(w *provider.World, d *provider.Delivery) (*provider.Outgoing, error) {
					if string(d.Body) == "b" || len(d.Attempts) > 0 {
						return nil, fmt.Errorf("wrapped: %w", &provider.DropError{Reason: "not wanted"})
					}
					return usual(w, d)
				}
			})
			r.sink.answer(500)
			r.subscribe("ann", "s")
			r.fire("a", "b", "c")
			r.advance(time.Hour)
			equal(t, "requests", r.sink.requests(), []string{"/s a", "/s c"})
			if got := r.states("ann"); got != "dropped dropped delivered" {
				t.Errorf("deliveries are %s", got)
			}
		})
	}
	if got := (&provider.DropError{Reason: "gone"}).Error(); got != "dropped: gone" {
		t.Errorf("the error says %q", got)
	}
}

// TestARequestThatCannotBeMade ends the delivery after one attempt that says why.
func TestARequestThatCannotBeMade(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*provider.Provider)
		want   string
	}{
		"request": {func(p *provider.Provider) {
			p.Request = func(*provider.World, *provider.Delivery) (*provider.Outgoing, error) {
				return nil, fmt.Errorf("no key")
			}
		}, "no key"},
		"body": {func(p *provider.Provider) {
			p.Body = func(*provider.World, *provider.Delivery) ([]byte, error) { return nil, fmt.Errorf("no body") }
		}, "no body"},
		"panic": {func(p *provider.Provider) {
			p.Request = func(*provider.World, *provider.Delivery) (*provider.Outgoing, error) { panic("oh") }
		}, "plain broke: oh"},
		"URL":          {func(p *provider.Provider) { p.Request = outgoingTo("http://[::1") }, "callback URL"},
		"refused":      {func(p *provider.Provider) { p.Request = outgoingTo("http://169.254.169.254/") }, "never called"},
		"public":       {func(p *provider.Provider) { p.Request = outgoingTo("http://8.8.8.8/") }, "--allow-host 8.8.8.8"},
		"policy panic": {func(p *provider.Provider) { p.Policy = func(*provider.World, string) provider.Policy { panic("ah") } }, "plain broke: ah"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(p *provider.Provider, _ *Config) {
				c.change(p)
			})
			r.subscribe("ann", "s")
			r.fire("a")
			got := r.waitFor(1, "kind:attempt")[0]
			if !strings.Contains(got.Error, c.want) || got.Response != nil {
				t.Errorf("the attempt says %q, want %q", got.Error, c.want)
			}
			if len(r.sink.requests()) != 0 {
				t.Error("something was sent")
			}
		})
	}
}

func outgoingTo(url string) func(*provider.World, *provider.Delivery) (*provider.Outgoing, error) {
	return func(_ *provider.World, d *provider.Delivery) (*provider.Outgoing, error) {
		return &provider.Outgoing{Method: "POST", URL: url, Body: d.Body}, nil
	}
}

// TestAPlanThatBreaksGivesUp: a panic of the provider's policy is the end of the
// delivery, not of the process.
func TestAPlanThatBreaksGivesUp(t *testing.T) {
	t.Parallel()
	for name, policy := range map[string]provider.Policy{
		"next":    {Next: func(*provider.Delivery, int, time.Time) (time.Time, bool) { panic("next") }},
		"success": {Success: func(int) bool { panic("success") }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(p *provider.Provider, _ *Config) {
				p.Policy = func(*provider.World, string) provider.Policy { return policy }
			})
			r.sink.answer(500)
			r.subscribe("ann", "s")
			r.fire("a")
			if got := r.waitFor(1, "kind:attempt")[0]; !got.NextAttempt.IsZero() || got.Response.Status != 500 {
				t.Errorf("attempt %+v", got)
			}
			if got := r.states("ann"); got != "failed" {
				t.Errorf("the delivery is %s", got)
			}
			if !strings.Contains(r.warnings(), "plain broke: "+name) {
				t.Errorf("warned of %q", r.warnings())
			}
		})
	}
}
