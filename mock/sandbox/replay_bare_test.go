package sandbox

import (
	"fmt"
	"testing"

	"tacklebox/receiver/api"
)

// TestReplayOfOddBodies: what an inbox of each provider got without a body, or with
// one that no provider sends, is sent again as it was, signed anew or with a new id;
// no provider breaks on it.
func TestReplayOfOddBodies(t *testing.T) {
	t.Parallel()
	r := Start(t)
	for _, p := range answered[[]api.Provider](t, r, "GET", "/_/providers", "") {
		r.call("PUT", "/_/inboxes/"+p.Name, []byte(`{"verify":{"provider":"`+p.Name+`","secret":"s"}}`))
		for _, c := range []struct{ method, body string }{{"GET", ""}, {"POST", ""}, {"DELETE", ""}, {"POST", "no JSON"}, {"POST", "[]"}, {"POST", "{}"}, {"POST", "null"}, {"POST", "7"}, {"POST", `[{"data":null}]`}} {
			r.call(c.method, "/in/"+p.Name, []byte(c.body))
		}
	}
	sent := 0
	for _, e := range r.Entries("kind:capture") {
		for _, order := range []string{`{}`, `{"resign":true}`, `{"new_id":true}`, `{"resign":true,"new_id":true}`, `{"body":""}`} {
			fired := answered[api.Fired](t, r, "POST", fmt.Sprintf("/_/entries/%d/replay", e.Seq), order)
			attempt := r.Expect(t, "kind:attempt delivery:"+fired.Events[0].Deliveries[0].ID)[0]
			if sent++; attempt.Response == nil || attempt.Error != "" {
				t.Errorf("%s %q of %s with %s: %q", e.Request.Method, e.Request.Body, e.Inbox, order, attempt.Error)
			}
		}
	}
	if broken := r.Entries("broke"); sent < 200 || len(broken) != 0 {
		t.Errorf("%d sent, %d broke: %s", sent, len(broken), fmt.Sprint(broken))
	}
}
