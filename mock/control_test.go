package mock

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tacklebox/mock/provider"
	"tacklebox/receiver/api"
)

// control asks the events half of the control API.
func (r *rig) control(method, path, body string) (int, string) {
	r.t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/", api.Mux(r.e.Control().Routes(), http.NotFoundHandler()))
	rec := httptest.NewRecorder()
	mux.ServeHTTP(rec, httptest.NewRequest(method, path, strings.NewReader(body)))
	if got := rec.Header().Get("Content-Type"); got != "application/json" {
		r.t.Errorf("%s %s answers as %q", method, path, got)
	}
	return rec.Code, strings.TrimSuffix(rec.Body.String(), "\n")
}

// rich has options, context keys, secrets and two profiles.
func rich(p *provider.Provider, _ *Config) {
	p.Home, p.Homes = "/v1", map[string]string{"old": "/v0"}
	p.Options = []provider.Option{
		{Name: "profile", Kind: provider.TextOption, Values: []string{"new", "old"}, Default: `"new"`},
		{Name: "token", Kind: provider.TextOption, Default: `"secret"`, Hidden: true},
		{Name: "limit", Kind: provider.IntOption, Common: true, About: "calls in a minute"},
	}
	p.Context = []provider.Context{{Name: "owner", About: "whose it is", Types: []string{"made"}, Check: func(raw []byte) error {
		if string(raw) != `"ann"` {
			return errors.New("is nobody")
		}
		return nil
	}}, {Name: "any"}}
	p.Signing = &provider.Signing{Secrets: func(_ *provider.World, a *provider.Account) []provider.Secret {
		return []provider.Secret{{Name: "key", Value: "of " + a.Name}, {Name: "own", Value: "<&>", Subscription: "s"}}
	}}
	p.Offers = func(w *provider.World, _, typ string) (string, bool) {
		return "only in the old profile", typ == "made" || w.Option("", "profile").Text() == "old"
	}
}

// TestControlAnswers: the whole body of each answer.
func TestControlAnswers(t *testing.T) {
	t.Parallel()
	r := newRig(t, rich)
	r.sink.answer(500)
	r.subscribe("ann", "s")
	r.do(func(w *provider.World) { w.Account("bob") })
	r.fire("a")
	r.idle()
	for _, c := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"GET", "/_/providers", "", 200, `[{"name":"plain","title":"Plain","base_url":"http://sandbox.test/plain/v1","events":1,"profile":"new"}]`},
		{"GET", "/_/providers/plain", "", 200, `{"name":"plain","title":"Plain","base_url":"http://sandbox.test/plain/v1","profile":"new","events":[{"type":"made","about":"made","evidence":"decision","sample":{"id":1,"name":"nut"},"schema":null}],"assumptions":[],"context":[{"name":"owner","about":"whose it is","types":["made"]},{"name":"any","about":"","types":null}],"faults":[],"signing":"Plain signs nothing.","elsewhere":[{"type":"lost","about":"lost","hint":"only in the old profile"}]}`},
		{"GET", "/_/providers/plane", "", 404, `{"error":{"code":"unknown_provider","message":"no provider \"plane\"","hint":"did you mean \"plain\"? known are plain"}}`},
		{"GET", "/_/providers/plain/settings", "", 200, `{"limit":null,"profile":"new"}`},
		{"PUT", "/_/providers/plain/settings?account=ann", `{"profile":"old"}`, 200, `{"limit":null,"profile":"old"}`},
		{"GET", "/_/providers/plain/settings?account=bob", "", 200, `{"limit":null,"profile":"new"}`},
		{"PUT", "/_/providers/plain/settings?account=ann", `{"limit":3}`, 422, `{"error":{"code":"bad_setting","message":"limit is the same for all accounts","hint":"set it without an account"}}`},
		{"PUT", "/_/providers/plain/settings", `{"limit":3,"profile":"odd"}`, 422, `{"error":{"code":"bad_setting","message":"profile: wants a text: \"odd\" is not one of new, old"}}`},
		{"PUT", "/_/providers/plain/settings", `{"limit":"3"}`, 422, `{"error":{"code":"bad_setting","message":"limit: wants an integer","hint":"calls in a minute"}}`},
		{"PUT", "/_/providers/plain/settings", `{"accounts":{"bob":{"profile":"old"}},"limit":3}`, 200, `{"limit":3,"profile":"new"}`},
		{"GET", "/_/providers/plain/settings?account=bob", "", 200, `{"limit":3,"profile":"old"}`},
		{"PUT", "/_/providers/plain/settings", `{"accounts":[]}`, 422, `{"error":{"code":"bad_setting","message":"accounts: wants an object of accounts with their settings"}}`},
		{"PUT", "/_/providers/plain/settings", `{"limit":null}`, 200, `{"limit":null,"profile":"new"}`},
		{"PUT", "/_/providers/none/settings", `{}`, 404, `{"error":{"code":"unknown_provider","message":"no provider \"none\"","hint":"known are plain"}}`},
		{"POST", "/_/events", `{"provider":"plain","type":"lost"}`, 422, `{"error":{"code":"unknown_type","message":"plain has no event type \"lost\" here","hint":"only in the old profile"}}`},
		{"POST", "/_/events", `{"provider":"plain","type":"made","context":{"owner":"eve"}}`, 422, `{"error":{"code":"bad_context","message":"context owner: is nobody","hint":"whose it is"}}`},
		{"GET", "/_/subscriptions", "", 200, `[{"provider":"plain","account":"ann","id":"s","url":"` + r.sink.URL + `/s","types":["made","lost"],"enabled":true,"failures":1,"next_attempt":"2026-03-01T12:01:00Z"}]`},
		{"GET", "/_/subscriptions?account=bob", "", 200, `[]`},
		{"GET", "/_/subscriptions?provider=plan", "", 422, `{"error":{"code":"unknown_provider","message":"no provider \"plan\"","hint":"did you mean \"plain\"? known are plain"}}`},
		{"GET", "/_/secrets?provider=plain&account=ann", "", 200, `[{"provider":"plain","account":"ann","name":"key","value":"of ann"},{"provider":"plain","account":"ann","name":"own","value":"<&>","subscription":"s"}]`},
		{"GET", "/_/clock", "", 200, `{"now":"2026-03-01T12:00:00Z","mode":"manual","next":"2026-03-01T12:01:00Z"}`},
		{"POST", "/_/clock", `{"to":"next"}`, 200, `{"now":"2026-03-01T12:01:00Z","mode":"manual"}`},
		{"POST", "/_/clock", `{"to":5}`, 400, `{"error":{"code":"bad_json","message":"to: a number where a text is wanted"}}`},
		{"GET", "/_/faults", "", 200, `[]`},
		{"PUT", "/_/faults", `["drop",{"preset":"lossy"}]`, 200, `[{"kind":"drop"},{"kind":"drop","probability":0.1}]`},
		{"PUT", "/_/faults", `["drop",{"kind":"none"}]`, 422, `{"error":{"code":"unknown_fault","message":"no fault \"none\"","hint":"possible are duplicate, reorder, drop, delay, slow, cut_body, reset, timeout, wrong_content_type, redirect, wrong_method, empty_body, giant_body, bad_signature, missing_signature, old_key, stale_signature"}}`},
		{"GET", "/_/faults", "", 200, `[{"kind":"drop"},{"kind":"drop","probability":0.1}]`},
		{"PUT", "/_/faults", `[]`, 200, `[]`},
	} {
		if status, got := r.control(c.method, c.path, c.body); status != c.status || got != c.want {
			t.Errorf("%s %s %s: %d\n%s, want %d\n%s", c.method, c.path, c.body, status, got, c.status, c.want)
		}
	}
}

// TestNextAttempts: the earliest of what is planned to a subscription.
func TestNextAttempts(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.sink.answer(500, 500, 500)
	r.subscribe("ann", "s")
	r.fire("a")
	r.idle()
	r.advance(30 * time.Second)
	r.fire("b")
	for _, want := range []time.Duration{time.Minute, 90 * time.Second, 61 * time.Minute, -1} {
		r.idle()
		var next time.Time
		r.do(func(w *provider.World) { next = r.w.nextAttempt(w.Account("ann"), w.Account("ann").Sub("s")) })
		if want < 0 && !next.IsZero() || want >= 0 && next.Sub(rigStart) != want {
			t.Fatalf("the next attempt is at %s, want %s", next, want)
		}
		if at, any := r.e.Next(); any {
			r.advance(at.Sub(r.e.Now()))
		}
	}
}

// TestTheFaultsOfOneRequestAreBoundedTogether: their regular expressions must not
// be 64 KiB each. Those in force before stay.
func TestTheFaultsOfOneRequestAreBoundedTogether(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	one := `{"kind":"drop","q":"body.x~` + strings.Repeat("a", 4000) + `"}`
	for _, c := range []struct{ rules, status, inForce int }{{16, 200, 16}, {17, 422, 16}, {50, 422, 16}} {
		status, body := r.control("PUT", "/_/faults", "["+strings.Repeat(one+",", c.rules-1)+one+"]")
		if refused := strings.Contains(body, "too long together"); status != c.status || refused != (c.status == 422) {
			t.Errorf("%d rules: %d %.200s", c.rules, status, body)
		}
		if got := len(r.e.faults.Rules.List()); got != c.inForce {
			t.Errorf("after %d rules %d are in force, want %d", c.rules, got, c.inForce)
		}
	}
}
