package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"testing/fstest"
	"time"

	"tacklebox/fixtures"
	"tacklebox/mock"
)

// tiny is a sixth provider: what a new one costs, and what the engine is tested
// with. One call registers a subscription; callbacks carry a digest keyed by the
// account's name.
func tiny() (*fixtures.Catalog, *mock.Provider) {
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
	p := &mock.Provider{
		Name: "tiny", Title: "Tiny", Hosts: []string{"api.tiny.example"}, Home: "/v1",
		Options: []mock.Option{{Name: "retry", Kind: mock.DurationsOption, Default: `["1m","5m"]`, About: "waits between attempts"},
			{Name: "hold", Kind: mock.BoolOption, Default: "false"}},
		Serve: tinyServe,
		Register: func(_ *mock.World, account, url string, types []string) (calls []*mock.Call) {
			for _, typ := range types { // a subscription has one type
				calls = append(calls, mock.NewCall("POST", "/v1/subs", map[string]any{"URL": url, "Types": []string{typ}}, "X-Key", account))
			}
			return calls
		},
		Request: tinyRequest,
		Policy:  tinyPolicy,
		Secrets: func(_ *mock.World, a *mock.Account) []mock.Secret { return []mock.Secret{{Name: "key", Value: a.Name}} },
		Verify:  tinyVerify,
	}
	p.Operations = []mock.Operation{{ID: "subscribe", Method: "POST", Path: "/v1/subs", Serve: tinySubscribe}}
	return cat, p
}

func tinyServe(w *mock.World, c *mock.Call) mock.Reply {
	c.Account = c.Header.Get("X-Key")
	if c.Account == "" {
		return mock.Reply{Status: http.StatusUnauthorized}
	}
	if op, _ := mock.Find(w.Operations(), c); op != nil {
		return op.Serve(w, c)
	}
	return mock.Reply{Status: http.StatusNotFound}
}

func tinySubscribe(w *mock.World, c *mock.Call) mock.Reply {
	var s mock.Sub
	if err := json.Unmarshal(c.Body, &s); err != nil {
		return mock.Reply{Status: http.StatusBadRequest, Body: []byte(err.Error())}
	}
	s.ID, s.Enabled, s.Created = w.UUID("sub"), true, w.Now()
	w.Account(c.Account).Add(&s)
	return mock.Reply{Status: http.StatusCreated, Body: []byte(s.ID)}
}

func tinySign(key string, body []byte) string {
	sum := sha256.Sum256(append([]byte(key), body...))
	return hex.EncodeToString(sum[:])
}

func tinyRequest(_ *mock.World, d *mock.Delivery) (*mock.Outgoing, error) {
	return &mock.Outgoing{Method: "POST", URL: d.URL, Body: d.Body,
		Header: []mock.Field{{Name: "content-type", Value: "application/json"}, {Name: "X-Digest", Value: tinySign(d.Account, d.Body)}}}, nil
}

func tinyPolicy(w *mock.World, account string) mock.Policy {
	waits := w.Option(account, "retry").Durations()
	return mock.Policy{Timeout: time.Second, Hold: w.Option(account, "hold").Bool(),
		Next: func(_ *mock.Delivery, n int, ended time.Time) (time.Time, bool) {
			if n > len(waits) {
				return time.Time{}, false
			}
			return ended.Add(waits[n-1]), true
		}}
}

func tinyVerify(secret string, h http.Header, body []byte) mock.Verdict {
	switch h.Get("X-Digest") {
	case tinySign(secret, body):
		return mock.Verdict{State: mock.Valid}
	case "":
		return mock.Verdict{State: mock.Missing, Reason: "no X-Digest"}
	}
	return mock.Verdict{State: mock.Invalid, Reason: "another digest"}
}

// withTiny runs the tiny provider in place of the five.
func withTiny(c *Config) {
	cat, p := tiny()
	c.catalog, c.providers = cat, []*mock.Provider{p}
}
