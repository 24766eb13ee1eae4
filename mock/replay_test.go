package mock

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"tacklebox/mock/provider"
	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
)

// recorded appends an entry and returns its number.
func (r *rig) recorded(e *journal.Entry) uint64 {
	r.t.Helper()
	receipt := r.e.log.append(e)
	if err := receipt.Wait(); err != nil {
		r.t.Fatal(err)
	}
	return receipt.Seq
}

// TestReplayOrdersThatMakeNoSense.
func TestReplayOrdersThatMakeNoSense(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	bare := r.recorded(&journal.Entry{Kind: journal.Event, Provider: "plain"})
	cut := r.recorded(&journal.Entry{Kind: journal.Capture, Request: &journal.Message{Method: "POST", URL: "/in/x", Body: []byte("ab"), Size: 9, Truncated: true}})
	text := r.recorded(&journal.Entry{Kind: journal.Capture, Request: &journal.Message{Method: "POST", URL: "/in/x", Body: []byte("not JSON"), Size: 8}})
	call := r.recorded(&journal.Entry{Kind: journal.Call, Provider: "plain", Request: &journal.Message{Method: "POST", URL: "/plain/x", Body: []byte("{}"), Size: 2}})
	event := r.recorded(&journal.Entry{Kind: journal.Event, Provider: "plain", Request: &journal.Message{Body: []byte("{}"), Size: 2}})
	for name, c := range map[string]struct {
		seq    uint64
		order  api.ReplayRequest
		status int
		want   string
	}{
		"no request":      {bare, api.ReplayRequest{To: r.sink.URL}, 422, "holds no request"},
		"cut":             {cut, api.ReplayRequest{To: r.sink.URL}, 422, "kept only 2 of 9 bytes"},
		"edit of text":    {text, api.ReplayRequest{To: r.sink.URL, Set: rawMap("a", "1")}, 422, "not JSON"},
		"unset of text":   {text, api.ReplayRequest{To: r.sink.URL, Unset: []string{"a"}}, 422, "not JSON"},
		"call resigned":   {call, api.ReplayRequest{To: r.sink.URL, Resign: true}, 422, "was not sent by a provider"},
		"new id for text": {text, api.ReplayRequest{To: r.sink.URL, NewID: true}, 422, "was not sent by a provider"},
		"nowhere to go":   {event, api.ReplayRequest{}, 422, "cannot be sent to"},
		"no URL":          {event, api.ReplayRequest{To: "sink"}, 422, "cannot be sent to"},
		"no host":         {event, api.ReplayRequest{To: "http:///x"}, 422, "cannot be sent to"},
		"unknown":         {999, api.ReplayRequest{To: r.sink.URL}, 404, "no entry 999"},
	} {
		_, err := r.e.Replay(context.Background(), c.seq, c.order)
		if err == nil || api.Of(err).Status != c.status || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %d %s", name, err, c.status, c.want)
		}
	}
	if r.idle(); len(r.sink.requests()) != 0 {
		t.Errorf("something was sent: %v", r.sink.requests())
	}
}

// TestWhatAReplaySends of a recorded request.
func TestWhatAReplaySends(t *testing.T) {
	t.Parallel()
	entry := func() *journal.Entry {
		return &journal.Entry{Kind: journal.Capture, Provider: "plain", Account: "ann", Type: "made", EventID: "E1", Subscription: "s", Request: &journal.Message{
			Method: "PATCH", URL: "/in/x?q=1", Body: []byte(`{"a": 1, "b":[2]}`), Size: 17,
			Headers: journal.HeaderOf(http.Header{"x-Own": {"1", "2"}, "Host": {"h"}, "content-length": {"17"}, "Connection": {"close"}, "Te": {"x"}, "Transfer-Encoding": {"chunked"}})}}
	}
	for name, c := range map[string]struct {
		order   api.ReplayRequest
		method  string
		path    string
		body    string
		headers http.Header
	}{
		"as it was":       {api.ReplayRequest{}, "PATCH", "/to", `{"a": 1, "b":[2]}`, http.Header{"x-Own": {"1", "2"}}},
		"with a change":   {api.ReplayRequest{Set: rawMap("a", "5"), Unset: []string{"b"}}, "PATCH", "/to", `{"a": 5}`, http.Header{"x-Own": {"1", "2"}}},
		"another body":    {api.ReplayRequest{Body: []byte(`"raw text"`)}, "PATCH", "/to", "raw text", http.Header{"x-Own": {"1", "2"}}},
		"a JSON body":     {api.ReplayRequest{Body: []byte(`{ "z" : 1 }`)}, "PATCH", "/to", `{"z":1}`, http.Header{"x-Own": {"1", "2"}}},
		"signed anew":     {api.ReplayRequest{Resign: true}, "POST", "/to", `{"a": 1, "b":[2]}`, http.Header{"Content-Type": {"text/plain"}}},
		"with a new id":   {api.ReplayRequest{NewID: true}, "PATCH", "/to", `{"a": 1, "b":[2]}#new`, http.Header{"x-Own": {"1", "2"}}},
		"edited and anew": {api.ReplayRequest{Set: rawMap("a", "5"), Resign: true, NewID: true}, "POST", "/to", `<{"a": 5, "b":[2]}#new>`, http.Header{"Content-Type": {"text/plain"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(p *provider.Provider, _ *Config) {
				p.Renew = func(_ *provider.World, body []byte) []byte { return append(bytes.Clone(body), "#new"...) }
				if name == "edited and anew" {
					p.Spell = func(body []byte) []byte { return append(append([]byte("<"), body...), '>') }
				}
			})
			r.sink.answer(500)
			seq := r.recorded(entry())
			c.order.To = r.sink.URL + "/to"
			fired, err := r.e.Replay(context.Background(), seq, c.order)
			if err != nil {
				t.Fatal(err)
			}
			r.advance(48 * time.Hour)
			list := r.entries("kind:attempt")
			if len(list) != 1 {
				t.Fatalf("%d attempts: a replay is tried once", len(list))
			}
			a := list[0]
			if a.Request.Method != c.method || string(a.Request.Body) != c.body || a.Request.URL != r.sink.URL+c.path {
				t.Errorf("sent %s %s %s", a.Request.Method, a.Request.URL, a.Request.Body)
			}
			if string(provider.Encode(a.Request.Headers)) != string(provider.Encode(c.headers)) {
				t.Errorf("with %v, want %v", a.Request.Headers, c.headers)
			}
			one := fired.Events[0]
			if a.EventID != "E1" || a.Type != "made" || a.Account != "ann" || a.Subscription != "s" || one.ID != "E1" || a.DeliveryID != one.Deliveries[0].ID || !a.NextAttempt.IsZero() {
				t.Errorf("the attempt is %+v of %+v", a, one)
			}
			r.do(func(w *provider.World) {
				if len(w.Deliveries("ann")) != 0 {
					t.Error("a replay is in the account's log")
				}
			})
		})
	}
}

// TestReplaysAndFaults: rules in force befall replays as well.
func TestReplaysAndFaults(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	seq := r.recorded(&journal.Entry{Kind: journal.Capture, Request: &journal.Message{URL: "/in/x", Body: []byte("body"), Size: 4}})
	if err := r.e.faults.Set([]api.Fault{{Kind: "duplicate", Times: 1}, {Kind: "delay", For: "1m", Times: 1}}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := r.e.Replay(context.Background(), seq, api.ReplayRequest{To: r.sink.URL + "/to"}); err != nil {
			t.Fatal(err)
		}
		r.idle()
	}
	r.advance(time.Hour)
	var at []string
	for _, a := range r.entries("kind:attempt") {
		at = append(at, a.Time.Sub(rigStart).String()+" "+a.Request.Method+" "+a.Provider)
	}
	equal(t, "attempts", at, []string{"0s POST ", "1m0s POST ", "1m0s POST "})
}

// TestAReplayWithoutAnAddressGoesWhereItWas: a capture to its inbox here.
func TestAReplayWithoutAnAddressGoesWhereItWas(t *testing.T) {
	t.Parallel()
	var sinkURL string
	r := newRig(t, func(_ *provider.Provider, cfg *Config) { cfg.BaseURL = func() string { return sinkURL } })
	sinkURL = r.sink.URL
	for _, url := range []string{"/in/x?a=1", r.sink.URL + "/abs"} {
		seq := r.recorded(&journal.Entry{Kind: journal.Capture, Request: &journal.Message{Method: "POST", URL: url, Body: []byte("b"), Size: 1}})
		fired, err := r.e.Replay(context.Background(), seq, api.ReplayRequest{Body: json.RawMessage("null")})
		if err != nil || !strings.HasPrefix(fired.Events[0].ID, "replay:") {
			t.Errorf("%s: %+v, %v", url, fired, err)
		}
		r.idle()
	}
	equal(t, "requests", r.sink.requests(), []string{"/in/x?a=1 b", "/abs b"})
}
