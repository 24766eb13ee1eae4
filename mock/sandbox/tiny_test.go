package sandbox

import (
	"encoding/json"
	"net/http"
	"testing/fstest"
	"time"

	"tacklebox/fixtures"
	"tacklebox/mock/provider"
	"tacklebox/mock/signing"
)

// tiny is a sixth provider: what a new one costs, and what the engine is tested
// with. One call registers a subscription; callbacks carry a digest keyed by the
// account's name.
func tiny() (*fixtures.Catalog, *provider.Provider) {
	cat := fixtures.New(fstest.MapFS{
		"tiny/catalog.json": {Data: []byte(`{"title":"Tiny","assumptions":[{"topic":"all of it","text":"made up","evidence":"decision"}],"events":[
			{"type":"thing.made","group":"thing","about":"A thing was made","evidence":"decision","sample":"samples/thing.made.json","schema":"objects/thing.json"},
			{"type":"thing.lost","group":"thing","about":"A thing was lost","evidence":"decision","sample":"samples/thing.lost.json","schema":"objects/thing.json"}]}`)},
		"tiny/samples/thing.made.json": {Data: []byte(`{"id":1,"name":"nut","parts":[{"size":3}]}`)},
		"tiny/samples/thing.lost.json": {Data: []byte(`{"id":2,"name":"bolt","parts":[]}`)},
		"tiny/objects/thing.json": {Data: []byte(`{"type":"object","required":["id","name"],"properties":{"id":{"type":"integer"},"name":{"type":"string"},
			"colour":{"type":"string"},"parts":{"type":"array","items":{"type":"object","properties":{"size":{"type":"integer"}}}}}}`)},
		"tiny/openapi.json": {Data: []byte(`{"openapi":"3.1.0","info":{"title":"Tiny","version":"1"},"paths":{"/subs":{"post":{"responses":{"201":{"description":"made"}}}}}}`)},
	})
	p := &provider.Provider{
		Name: "tiny", Title: "Tiny", Hosts: []string{"api.tiny.example"},
		Options: []provider.Option{{Name: "retry", Kind: provider.DurationsOption, Default: `["1m","5m"]`, About: "waits between attempts"},
			{Name: "hold", Kind: provider.BoolOption, Default: "false"}},
		API: provider.API{Home: "/v1", Serve: tinyServe, Register: func(_ *provider.World, account, url string, types []string) (calls []*provider.Call) {
			for _, typ := range types { // a subscription has one type
				calls = append(calls, provider.NewCall("POST", "/v1/subs", map[string]any{"URL": url, "Types": []string{typ}}, "X-Key", account))
			}
			return calls
		}},
		Request: tinyRequest,
		Policy:  tinyPolicy,
		Signing: &provider.Signing{Scheme: tinyScheme(), Secrets: func(_ *provider.World, a *provider.Account) []provider.Secret {
			return []provider.Secret{{Name: "key", Value: a.Name}}
		}},
	}
	p.Operations = []provider.Operation{{ID: "subscribe", Method: "POST", Path: "/v1/subs", Serve: tinySubscribe}}
	return cat, p
}

func tinyServe(w *provider.World, c *provider.Call) provider.Reply {
	c.Account = c.Header.Get("X-Key")
	if c.Account == "" {
		return provider.Reply{Status: http.StatusUnauthorized}
	}
	if op, _ := provider.Find(w.Operations(), c); op != nil {
		return op.Serve(w, c)
	}
	if c.Path == "/v1/self" { // what it calls itself
		return provider.Reply{Status: http.StatusOK, Body: []byte(w.BaseURL())}
	}
	return provider.Reply{Status: http.StatusNotFound}
}

func tinySubscribe(w *provider.World, c *provider.Call) provider.Reply {
	var s provider.Sub
	if err := json.Unmarshal(c.Body, &s); err != nil {
		return provider.Reply{Status: http.StatusBadRequest, Body: []byte(err.Error())}
	}
	s.ID, s.Enabled, s.Created = w.UUID("sub"), true, w.Now()
	w.Account(c.Account).Add(&s)
	return provider.Reply{Status: http.StatusCreated, Body: []byte(s.ID)}
}

func tinyScheme() *signing.Scheme {
	return &signing.Scheme{Title: "Tiny", Header: "X-Digest", Algorithm: "sha256", Key: signing.KeyText, Encoding: signing.Hex, Signed: "{body}"}
}

func tinySign(key string, body []byte) string {
	signature, _ := tinyScheme().Sign(key, "", "", body)
	return signature
}

func tinyRequest(_ *provider.World, d *provider.Delivery) (*provider.Outgoing, error) {
	return &provider.Outgoing{Method: "POST", URL: d.URL, Body: d.Body,
		Header: []provider.Field{{Name: "content-type", Value: "application/json"}, {Name: "X-Digest", Value: tinySign(d.Account, d.Body)}}}, nil
}

func tinyPolicy(w *provider.World, account string) provider.Policy {
	waits := w.Option(account, "retry").Durations()
	return provider.Policy{Timeout: time.Second, Hold: w.Option(account, "hold").Bool(),
		Next: func(_ *provider.Delivery, n int, ended time.Time) (time.Time, bool) {
			if n > len(waits) {
				return time.Time{}, false
			}
			return ended.Add(waits[n-1]), true
		}}
}

// withTiny runs the tiny provider in place of the five.
func withTiny(c *Config) {
	cat, p := tiny()
	c.catalog, c.providers = cat, []*provider.Provider{p}
}
