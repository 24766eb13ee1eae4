package mock

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tacklebox/mock/clock"
	"tacklebox/mock/fault"
	"tacklebox/mock/provider"
)

func TestFirstAndLastAttempt(t *testing.T) {
	t.Parallel()
	d := &provider.Delivery{Created: rigStart, State: provider.Waiting}
	if d.Last() != nil || !d.First().Equal(rigStart) || d.Settled() {
		t.Errorf("before the first attempt: %v, %s", d.Last(), d.First())
	}
	d.Attempts = []*provider.Attempt{{N: 1, At: rigStart.Add(time.Minute)}, {N: 2, At: rigStart.Add(time.Hour)}}
	if d.Last().N != 2 || !d.First().Equal(rigStart.Add(time.Minute)) {
		t.Errorf("after two: %v, %s", d.Last(), d.First())
	}
}

// TestSettledDeliveriesLetGo of what only attempts needed.
func TestSettledDeliveriesLetGo(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, smallBody, smallBody + 1} {
		s := clock.NewSchedule[due]()
		d := &delivery{Delivery: provider.Delivery{State: provider.Waiting, Next: rigStart, Body: bytes.Repeat([]byte("x"), size), Events: []*provider.Event{{}}, Payloads: [][]byte{nil}},
			rules: []*fault.Rule{{}}}
		d.retract = s.Push(rigStart, due{d: d})
		d.settle(provider.Failed)
		if !d.Settled() || d.State != provider.Failed || !d.Next.IsZero() || d.Events != nil || d.Payloads != nil || d.rules != nil {
			t.Errorf("%d bytes: %+v", size, d)
		}
		if kept := d.Body != nil && len(d.Body) > 0; kept != (size == smallBody) {
			t.Errorf("a body of %d bytes is kept: %v", size, kept)
		}
		if _, any := s.Peek(); any {
			t.Error("its planned attempt is still due")
		}
	}
}

// TestTheLogForgetsTheOldestSettled and nothing that waits.
func TestTheLogForgetsTheOldestSettled(t *testing.T) {
	t.Parallel()
	w := &service{log: map[string]*deliveryLog{}}
	const n = keptDeliveries + keptDeliveries/4
	for i := range n {
		d := &delivery{Delivery: provider.Delivery{ID: fmt.Sprint(i), Account: "ann", State: provider.Delivered}}
		if i%1000 == 0 {
			d.State = provider.Waiting
		}
		w.keep(d)
	}
	if got := len(hooks{w}.Deliveries("ann")); got != n {
		t.Fatalf("%d are kept before there are too many, want %d", got, n)
	}
	w.keep(&delivery{Delivery: provider.Delivery{ID: "newest", Account: "ann", State: provider.Delivered, Direct: false}})
	w.keep(&delivery{Delivery: provider.Delivery{ID: "direct", Account: "ann", State: provider.Delivered, Direct: true}})
	list := hooks{w}.Deliveries("ann")
	if len(list) != keptDeliveries || list[len(list)-1].ID != "newest" || list[0].ID != "0" || list[1].ID != "1000" {
		t.Errorf("%d are kept, from %s, %s to %s", len(list), list[0].ID, list[1].ID, list[len(list)-1].ID)
	}
	if got := (hooks{w}).Deliveries("bob"); got != nil {
		t.Errorf("somebody else has %d", len(got))
	}
}

// TestTheStatusLinesPhraseIsKept when it is not the usual one, over a restart.
func TestTheStatusLinesPhraseIsKept(t *testing.T) {
	t.Parallel()
	for wire, want := range map[string]string{"500 Internal Server Error": "Internal Server Error", "500 Oh Dear": "Oh Dear"} {
		sink := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			c, _, err := http.NewResponseController(rw).Hijack()
			if err != nil {
				panic(err)
			}
			_, _ = io.WriteString(c, "HTTP/1.1 "+wire+"\r\nContent-Length: 0\r\n\r\n")
			_ = c.Close()
		}))
		defer sink.Close()
		r := newRig(t, func(p *provider.Provider, _ *Config) {
			p.Policy = func(*provider.World, string) provider.Policy { return provider.Policy{} }
		})
		r.do(func(w *provider.World) {
			w.Account("ann").Add(&provider.Sub{ID: "s", URL: sink.URL, Types: []string{"made"}, Enabled: true})
		})
		r.fire("a")
		r.waitFor(1, "kind:attempt")
		for _, when := range []string{"before", "after"} {
			r.do(func(w *provider.World) {
				if got := w.Deliveries("ann")[0].Last().Reason; got != want {
					t.Errorf("%s the restart: %q, want %q", when, got, want)
				}
			})
			r.again()
		}
	}
}

// TestWhatTheWorldRemembers, and for how long.
func TestWhatTheWorldRemembers(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	var secret []byte
	r.do(func(w *provider.World) {
		w.Put("common", []int{1})
		w.Put("gone", 1)
		w.Delete("gone")
		a := w.Account("ann")
		a.Put("own", map[string]string{"k": "v"})
		a.Put("gone", 1)
		a.Delete("gone")
		a.Memo["m"], w.Memo()["m"] = 1, 1
		w.Account("ghost") // used, but nothing of it is worth keeping
		s := &provider.Sub{ID: "s", Types: []string{"made"}, Enabled: true, Created: rigStart, Updated: rigStart.Add(time.Hour)}
		s.Store(map[string]int{"n": 5})
		a.Add(s)
		secret = w.Secret("signing")
	})
	r.again()
	r.do(func(w *provider.World) {
		var list []int
		if !w.Get("common", &list) || len(list) != 1 || w.Get("gone", new(int)) {
			t.Errorf("common values: %v", list)
		}
		a, ok := w.Known("ann")
		var own map[string]string
		if !ok || !a.Get("own", &own) || own["k"] != "v" || a.Get("gone", new(int)) || a.Get("own", new(int)) {
			t.Errorf("the account's values: %v, %v", ok, own)
		}
		if _, ok := w.Known("ghost"); ok || len(w.Accounts()) != 1 || len(a.Memo)+len(w.Memo()) != 0 {
			t.Error("something came back that was not to last")
		}
		var data struct{ N int }
		s := a.Sub("s")
		if s == nil || s.Load(&data) != nil || data.N != 5 || !s.Created.Equal(rigStart) || !s.Updated.Equal(rigStart.Add(time.Hour)) || !s.Wants("made") || s.Wants("lost") {
			t.Errorf("the subscription is %+v with %+v", s, data)
		}
		if !bytes.Equal(w.Secret("signing"), secret) || bytes.Equal(w.Secret("other"), secret) || len(secret) != 32 {
			t.Error("a secret is the same for one purpose and for no other")
		}
		if err := (&provider.Sub{ID: "s", Data: []byte("{")}).Load(&data); err == nil || !strings.Contains(err.Error(), "subscription s") {
			t.Errorf("data that cannot be read: %v", err)
		}
		if a, b := w.Fixed("id", "x").Uint64(), w.Fixed("id", "x").Uint64(); a != b || a == w.Fixed("id", "y").Uint64() {
			t.Error("a fixed stream belongs to its name")
		}
		if a, b := w.Rand("id").Uint64(), w.Rand("id").Uint64(); a == b {
			t.Error("two draws gave the same")
		}
		if w.Took(&provider.Attempt{Took: time.Second}) != 0 {
			t.Error("a clock that is moved by hand stands still during an attempt")
		}
	})
}

// TestWhoGetsAnEvent: the ordinary choice, with a judge.
func TestWhoGetsAnEvent(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.do(func(w *provider.World) {
		for _, s := range []struct {
			account, id string
			types       []string
			enabled     bool
		}{{"ann", "a1", []string{"made"}, true}, {"ann", "a2", []string{"made"}, false}, {"ann", "a3", []string{"lost"}, true},
			{"bob", "b1", []string{"lost", "made"}, true}, {"bob", "b2", []string{"made"}, true}, {"bob", "b3", []string{"made"}, true}} {
			w.Account(s.account).Add(&provider.Sub{ID: s.id, URL: "http://h/" + s.id, Types: s.types, Enabled: s.enabled})
		}
		judge := func(_ *provider.Account, s *provider.Sub) string {
			return map[string]string{"b2": "not today", "b3": "-"}[s.ID]
		}
		for account, want := range map[string]string{
			"":       "a1 b1 | a2 disabled, b2 not today",
			"ann":    "a1 | a2 disabled",
			"bob":    "b1 | b2 not today",
			"nobody": " | ",
		} {
			targets, skips := w.EachSubscription(&provider.Event{Type: "made", Account: account}, judge)
			var ids, out []string
			for _, g := range targets {
				ids = append(ids, g.Subscription)
				if g.URL != "http://h/"+g.Subscription || g.Direct || g.Done {
					t.Errorf("a target is %+v", g)
				}
			}
			for _, s := range skips {
				out = append(out, s.Subscription+" "+s.Reason)
			}
			if got := strings.Join(ids, " ") + " | " + strings.Join(out, ", "); got != want {
				t.Errorf("account %q: %s, want %s", account, got, want)
			}
		}
		if _, ok := w.Known("nobody"); ok {
			t.Error("asking made an account")
		}
	})
}
