package mock

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tacklebox/mock/provider"
	"tacklebox/mock/signing"
	"tacklebox/receiver/api"
)

// breakers make one function of a provider panic.
func breakers() map[string]func(p *provider.Provider) {
	const boom = "boom"
	return map[string]func(p *provider.Provider){
		"Serve": func(p *provider.Provider) {
			p.Serve = func(*provider.World, *provider.Call) provider.Reply { panic(boom) }
		},
		"Register": func(p *provider.Provider) {
			p.Register = func(*provider.World, string, string, []string) []*provider.Call { panic(boom) }
		},
		"Offers": func(p *provider.Provider) {
			p.Offers = func(*provider.World, string, string) (string, bool) { panic(boom) }
		},
		"Prepare": func(p *provider.Provider) { p.Prepare = func(*provider.World, *provider.Event) error { panic(boom) } },
		"Targets": func(p *provider.Provider) {
			p.Targets = func(*provider.World, *provider.Event) ([]provider.Target, []provider.Skip) { panic(boom) }
		},
		"Note": func(p *provider.Provider) { p.Note = func(*provider.World, *provider.Event) { panic(boom) } },
		"Payload": func(p *provider.Provider) {
			p.Payload = func(*provider.World, *provider.Event, provider.Target) ([]byte, error) { panic(boom) }
		},
		"Join": func(p *provider.Provider) {
			p.Join = func(*provider.World, *provider.Delivery, []byte) bool { panic(boom) }
		},
		"Body": func(p *provider.Provider) {
			p.Body = func(*provider.World, *provider.Delivery) ([]byte, error) { panic(boom) }
		},
		"Unwrap": func(p *provider.Provider) { p.Unwrap = func([]byte) []byte { panic(boom) } },
		"Request": func(p *provider.Provider) {
			p.Request = func(*provider.World, *provider.Delivery) (*provider.Outgoing, error) { panic(boom) }
		},
		"Policy": func(p *provider.Provider) { p.Policy = func(*provider.World, string) provider.Policy { panic(boom) } },
		"Attempted": func(p *provider.Provider) {
			p.Attempted = func(*provider.World, *provider.Delivery, *provider.Attempt) { panic(boom) }
		},
		"Switched": func(p *provider.Provider) {
			p.Switched = func(*provider.World, *provider.Account, *provider.Sub) { panic(boom) }
		},
		"Due":   func(p *provider.Provider) { p.Due = func(*provider.World, string, []byte) { panic(boom) } },
		"Renew": func(p *provider.Provider) { p.Renew = func(*provider.World, []byte) []byte { panic(boom) } },
		"Spell": func(p *provider.Provider) { p.Spell = func([]byte) []byte { panic(boom) } },
		"Secrets": func(p *provider.Provider) {
			p.Signing = &provider.Signing{Scheme: signing.Named("github"), Secrets: func(*provider.World, *provider.Account) []provider.Secret { panic(boom) }}
		},
		"Broken": func(p *provider.Provider) {
			p.Serve = func(*provider.World, *provider.Call) provider.Reply { panic(boom) }
			p.Broken = func(*provider.World, *provider.Call, int) provider.Reply { panic(boom) }
		},
	}
}

// TestPanics: whatever function of a provider panics, every call is answered, the
// panic is warned of, no lock stays held, and another start works.
func TestPanics(t *testing.T) {
	t.Parallel()
	for name, breakIt := range breakers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			broken := false
			r := newRig(t, func(p *provider.Provider, _ *Config) {
				p.Signing = &provider.Signing{Scheme: signing.Named("github"), Secrets: func(*provider.World, *provider.Account) []provider.Secret { return nil }}
				if broken {
					breakIt(p)
				}
			})
			r.subscribe("ann", "s")
			r.fire("before")
			r.idle()
			broken = true
			r.again()
			r.everything()
			r.again()
			r.everything()
			if name != "Unwrap" && !strings.Contains(r.warnings(), "boom") {
				t.Errorf("nobody was warned: %q", r.warnings())
			}
		})
	}
}

// everything asks for all that a provider can be asked for, and for the metrics at
// the end: they need every lock.
func (r *rig) everything() {
	r.t.Helper()
	for _, c := range []struct{ method, path, body string }{
		{"GET", "/_/providers", ""}, {"GET", "/_/providers/plain", ""}, {"GET", "/_/secrets", ""}, {"GET", "/_/subscriptions", ""},
		{"POST", "/_/events", `{"provider":"plain","type":"made","count":2}`},
		{"POST", "/_/events", `{"provider":"plain","type":"made","faults":["bad_signature","giant_body"],"to":"` + r.sink.URL + `/x"}`},
		{"POST", "/_/subscriptions", `{"provider":"plain","account":"ann","url":"http://localhost/","types":["made"]}`},
		{"PUT", "/_/subscriptions/plain/s", `{"enabled":false}`}, {"PUT", "/_/subscriptions/plain/s", `{"enabled":true}`},
		{"POST", "/_/verify", `{"provider":"plain","account":"ann","headers":{},"body":"{}"}`},
		{"POST", "/_/entries/2/replay", `{"to":"` + r.sink.URL + `/x","resign":true,"new_id":true,"body":{"id":1},"set":{"id":2}}`},
	} {
		if status, answer := r.control(c.method, c.path, c.body); status == 0 {
			r.t.Errorf("%s %s: %s", c.method, c.path, answer)
		}
	}
	rec := httptest.NewRecorder()
	r.e.ServeProvider("plain", "/", rec, httptest.NewRequest("POST", "/plain/", nil))
	if rec.Code == 0 {
		r.t.Error("a call was not answered")
	}
	_ = r.e.Check("plain", "made", []byte(`{}`))
	_ = r.e.Judge().Own("plain", "ann", "s", signing.Question{Header: http.Header{}})
	r.do(func(w *provider.World) { w.Schedule(w.Now().Add(time.Minute), "tick", nil) })
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := r.e.Advance(ctx, r.e.Now().Add(time.Hour)); err != nil {
		r.t.Errorf("the clock: %v", err)
	}
	r.e.WriteMetrics(rec)
}

// TestRandomRequests: whatever is sent to the control API is answered, and no
// answer is an internal error.
func TestRandomRequests(t *testing.T) {
	t.Parallel()
	r := newRig(t, rich)
	r.subscribe("ann", "s")
	draw := rand.New(rand.NewPCG(7, 7))
	pick := func(list ...string) string { return list[draw.IntN(len(list))] }
	value := func() string {
		return pick("null", "true", "-1", "1e400", `""`, `"made"`, `"plain"`, "[]", "{}", `[null]`, `{"a":1}`, `"`+strings.Repeat("a.", 600)+`"`, `"\u0000"`, "99999999999999999999", `["drop"]`)
	}
	for range 1500 {
		var members []string
		for range draw.IntN(5) {
			members = append(members, fmt.Sprintf("%q:%s", pick("provider", "type", "set", "unset", "merge", "body", "to", "account", "context", "count", "faults", "url", "types", "enabled", "advance", "kind", "secret", "headers"), value()))
		}
		doc := pick("{"+strings.Join(members, ",")+"}", `{"provider":"plain","type":"made","set":{"id":`+value()+`},"merge":`+value()+`}`, `{"provider":"plain","type":"made","set":`+value()+`,"unset":`+value()+`}`, "["+value()+"]", value(), "")
		method := pick("GET", "POST", "PUT", "DELETE")
		path := pick("/_/events", "/_/faults", "/_/clock", "/_/verify", "/_/subscriptions", "/_/subscriptions/plain/s", "/_/providers/plain/settings", "/_/entries/1/replay", "/_/deliveries/x/retry")
		if status, answer := r.control(method, path, doc); status >= 500 && status != http.StatusInsufficientStorage {
			t.Fatalf("%s %s %s: %d %s", method, path, doc, status, answer)
		}
	}
}

// TestOrdersWithoutEnd are refused at once: paths too deep, indices too high, more
// than may wait.
func TestOrdersWithoutEnd(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(_ *provider.Provider, cfg *Config) { cfg.Budget = NewBudget(1 << 20) })
	r.sink.answer(500)
	r.subscribe("ann", "s")
	r.fire("x")
	r.idle()
	deep := strings.Repeat("a.", 5_000_000) + "a"
	body := `"` + strings.Repeat("x", 20_000) + `"`
	for name, c := range map[string]struct {
		order  api.Firing
		status int
	}{
		"deep set":   {api.Firing{Set: rawMap(deep, "1")}, 422},
		"deep unset": {api.Firing{Unset: []string{deep}}, 422},
		"too much":   {api.Firing{Body: []byte(body), Count: 100_000}, 429},
	} {
		c.order.Provider, c.order.Type = "plain", "made"
		if _, err := r.e.Fire(context.Background(), c.order); err == nil || api.Of(err).Status != c.status {
			t.Errorf("%s: %.200v, want a %d", name, err, c.status)
		}
	}
	for name, order := range map[string]api.ReplayRequest{
		"index":      {Set: rawMap("a.9999999999", "1")},
		"high index": {Set: rawMap("list.7", "1"), Body: []byte(`{"list":[1]}`)},
		"no list":    {Set: rawMap("list.1", "1"), Body: []byte(`{}`)},
		"deep":       {Set: rawMap(deep, "1")},
		"deep unset": {Unset: []string{deep}},
	} {
		order.To = r.sink.URL + "/r"
		if order.Body == nil {
			order.Body = []byte(`{}`)
		}
		if _, err := r.e.Replay(context.Background(), 1, order); err == nil || api.Of(err).Status != 422 {
			t.Errorf("replay %s: %.200v, want a 422", name, err)
		}
	}
	if _, err := r.e.Replay(context.Background(), 1, api.ReplayRequest{To: r.sink.URL + "/r", Body: []byte(`{"list":[1]}`), Set: rawMap("list.1", "2")}); err != nil {
		t.Errorf("the next index: %v", err)
	}
}

// TestABigFiringLetsOthersIn: it is made in slices.
func TestABigFiringLetsOthersIn(t *testing.T) {
	t.Parallel()
	var at []int
	made := 0
	r := newRig(t, func(p *provider.Provider, _ *Config) {
		p.Prepare = func(*provider.World, *provider.Event) error { made++; return nil }
		p.Serve = func(*provider.World, *provider.Call) provider.Reply {
			at = append(at, made)
			return provider.Reply{Status: 200}
		}
	})
	const count = 40 * slice
	done := make(chan error, 1)
	go func() {
		_, err := r.e.Fire(context.Background(), api.Firing{Provider: "plain", Type: "made", Count: count})
		done <- err
	}()
	for busy := true; busy; {
		r.e.ServeProvider("plain", "/", httptest.NewRecorder(), httptest.NewRequest("GET", "/plain/", nil))
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			busy = false
		default:
		}
	}
	between := false
	for _, n := range at {
		between = between || n > 0 && n < count
	}
	if !between || made != count {
		t.Errorf("%d events were made; calls were answered at %v of them", made, at)
	}
}

// TestACallerThatLeavesStopsAFiring: what has not happened does not.
func TestACallerThatLeavesStopsAFiring(t *testing.T) {
	t.Parallel()
	made := 0
	ctx, leave := context.WithCancel(context.Background())
	r := newRig(t, func(p *provider.Provider, _ *Config) {
		p.Prepare = func(*provider.World, *provider.Event) error {
			if made++; made == slice/2 {
				leave()
			}
			return nil
		}
	})
	if _, err := r.e.Fire(ctx, api.Firing{Provider: "plain", Type: "made", Count: 10 * slice}); err == nil || made != slice {
		t.Errorf("%v, and %d events were made, want one slice of %d", err, made, slice)
	}
}
