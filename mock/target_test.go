package mock

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tacklebox/mock/provider"
	"tacklebox/mock/signing"
	"tacklebox/receiver/api"
	"tacklebox/receiver/outbound"
)

// TestForbiddenPlacesAreRefusedAtOnce wherever one can be named.
func TestForbiddenPlacesAreRefusedAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(p *provider.Provider, cfg *Config) {
		p.Options = []provider.Option{{Name: "callback_url", Kind: provider.URLOption, Default: `""`}}
		p.Register = func(_ *provider.World, account, url string, types []string) []*provider.Call { panic("not reached") }
		cfg.Outbound = outbound.Rules{Own: func() []string { return []string{"127.0.0.1:4780"} }}
	})
	r.fire("a")
	for place, words := range map[string]string{
		"http://169.254.169.254/latest":   "link-local",
		"http://[fd00:ec2::254]/":         "never called",
		"http://8.8.8.8/":                 "--allow-host 8.8.8.8",
		"http://127.0.0.1:4780/_/reset":   "own control API",
		"http://LOCALHOST:4780/_/reset":   "own control API",
		"http://127.1:4780/~x/_/reset":    "own control API",
		"http://a.localhost:4780/_/reset": "own control API",
	} {
		for _, c := range []struct{ method, path, body string }{
			{"POST", "/_/events", `{"provider":"plain","type":"made","to":%q}`},
			{"POST", "/_/entries/1/replay", `{"to":%q}`},
			{"POST", "/_/subscriptions", `{"provider":"plain","account":"ann","url":%q,"types":["made"]}`},
			{"PUT", "/_/providers/plain/settings", `{"callback_url":%q}`},
		} {
			status, answer := r.control(c.method, c.path, fmt.Sprintf(c.body, place))
			if status != 422 || !strings.Contains(answer, words) {
				t.Errorf("%s %s to %s: %d %s, want a 422 with %s", c.method, c.path, place, status, answer, words)
			}
		}
	}
	// what a client of a mock API registers is judged when it is called
	r.do(func(w *provider.World) {
		w.Account("ann").Add(&provider.Sub{ID: "s", URL: "http://127.0.0.1:4780/_/reset", Types: []string{"made"}, Enabled: true})
	})
	r.fire("b")
	r.idle()
	if a := r.entries("kind:attempt")[0]; !strings.Contains(a.Error, "own control API") {
		t.Errorf("the attempt says %q", a.Error)
	}
}

// TestCredentialsOfAURL are sent as Basic, and never shown.
func TestCredentialsOfAURL(t *testing.T) {
	t.Parallel()
	got := make(chan string, 1)
	sink := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		got <- user + ":" + password + " " + r.RequestURI
	}))
	defer sink.Close()
	r := newRig(t, nil)
	to := strings.Replace(sink.URL, "http://", "http://ann:s%40cret@", 1) + "/x?y=a@b"
	fired, err := r.e.Fire(context.Background(), api.Firing{Provider: "plain", Type: "made", To: to})
	if err != nil {
		t.Fatal(err)
	}
	if s := <-got; s != "ann:s@cret /x?y=a@b" {
		t.Errorf("the receiver got %q", s)
	}
	r.idle()
	if shown := fired.Events[0].Deliveries[0].URL + r.entries("kind:attempt")[0].Request.URL; strings.Contains(shown, "cret") {
		t.Errorf("shown is %q", shown)
	}
}

// TestALoneDeliveryWaitsForAnother when it is to be reordered: the next one goes
// first, though it comes later.
func TestALoneDeliveryWaitsForAnother(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.subscribe("ann", "s")
	r.fireWith("a", api.Fault{Kind: "reorder", For: "1m"})
	r.fire("b")
	r.idle()
	equal(t, "requests", r.sink.requests(), []string{"/s b", "/s a"})
	r.fireWith("c", api.Fault{Kind: "reorder", For: "1ms"})
	r.idle()
	equal(t, "requests", r.sink.requests(), []string{"/s b", "/s a", "/s c"})
	if last := r.entries("kind:attempt")[2]; last.Fault != "" {
		t.Errorf("nothing was reordered, but the entry says %q", last.Fault)
	}
}

// TestAttemptsToOthersHaveAVerdict, as captures here have.
func TestAttemptsToOthersHaveAVerdict(t *testing.T) {
	t.Parallel()
	scheme := signing.Named("github")
	r := newRig(t, func(p *provider.Provider, _ *Config) {
		p.Signing = &provider.Signing{Scheme: scheme, Secrets: func(*provider.World, *provider.Account) []provider.Secret {
			return []provider.Secret{{Name: "key", Value: "k"}}
		}}
		p.Request = func(_ *provider.World, d *provider.Delivery) (*provider.Outgoing, error) {
			proof, err := scheme.Sign("k", "", "", d.Body)
			return &provider.Outgoing{Method: "POST", URL: d.URL, Body: d.Body, Header: []provider.Field{{Name: scheme.Header, Value: proof}}}, err
		}
	})
	r.subscribe("ann", "s")
	r.fire("a")
	r.fireWith("b", api.Fault{Kind: "bad_signature"})
	r.fireWith("c", api.Fault{Kind: "missing_signature"})
	r.idle()
	var states []string
	for _, a := range r.entries("kind:attempt") {
		states = append(states, a.Signature.State)
	}
	equal(t, "verdicts", states, []string{"valid", "invalid", "missing"})
}
