package receiver

import (
	"encoding/json"
	"testing"

	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
)

func TestDiffOverHTTP(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.add(`{"a":1}`, `{"a":2}`)
	g.log.Append(&journal.Entry{Kind: journal.Event, Time: clockStart})
	var d api.Difference
	if err := json.Unmarshal([]byte(g.do("GET", "/_/entries/diff?a=1&b=2", "").want(t, 200).body), &d); err != nil {
		t.Fatal(err)
	}
	if d.A != 1 || d.B != 2 || len(d.Body.Changes) != 1 || d.Body.Changes[0].Path != "a" {
		t.Errorf("%+v", d)
	}
	g.do("GET", "/_/entries/diff?a=1", "").want(t, 400, "b is missing")
	g.do("GET", "/_/entries/diff?a=1&b=x", "").want(t, 400, "whole number")
	g.do("GET", "/_/entries/diff?a=1&b=9", "").want(t, 404)
	g.do("GET", "/_/entries/diff?a=1&b=3", "").want(t, 422, "no_request")
	g.do("GET", "/_/entries/diff?a=1&b=2&c=3", "").want(t, 400, "known are a, b")
	g.do("POST", "/_/entries/diff", "").want(t, 405)
}
