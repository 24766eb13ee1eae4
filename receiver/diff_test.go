package receiver

import (
	"bytes"
	"compress/gzip"
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

// TestDiffOfAReplay: what was edited is never passed over as a thing that differs
// between any two events.
func TestDiffOfAReplay(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	add := func(event, delivery, subscription, body string) {
		e := sampleEntry(body)
		e.EventID, e.DeliveryID, e.Subscription = event, delivery, subscription
		if err := g.log.Append(e).Wait(); err != nil {
			t.Fatal(err)
		}
	}
	add("ev", "d1", "s1", `{"id":1,"created_at":1}`) // 1
	add("ev", "d2", "", `{"id":2,"created_at":1}`)   // 2: replayed with another id
	add("ev", "d1", "s1", `{"id":1,"created_at":2}`) // 3: a retry that stamps its time
	add("ev", "d3", "s2", `{"id":9,"created_at":1}`) // 4: to another subscription
	add("", "", "", `{"id":1}`)                      // 5: of a foreign sender
	add("replay:5", "d4", "", `{"id":7}`)            // 6: that one, edited
	add("replay:5", "d5", "", `{"id":1}`)            // 7: that one, as it was
	for query, same := range map[string]bool{"a=1&b=2": false, "a=2&b=1": false, "a=1&b=3": true, "a=1&b=4": true, "a=5&b=6": false, "a=5&b=7": true} {
		var d api.Difference
		if err := json.Unmarshal([]byte(g.do("GET", "/_/entries/diff?"+query, "").want(t, 200).body), &d); err != nil || d.Same != same {
			t.Errorf("%s: same %v, want %v (%v)", query, d.Same, same, err)
		}
	}
}

// TestDiffReadsWhatBodiesMean: compressed and plain, with a mark and without.
func TestDiffReadsWhatBodiesMean(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write([]byte(`{"a":1}`))
	_ = w.Close()
	compressed := sampleEntry(packed.String())
	compressed.Request.Headers.Add("Content-Encoding", "gzip")
	for _, e := range []*journal.Entry{compressed, sampleEntry(`{"a":2}`), sampleEntry("\ufeff" + `{"a":1}`)} {
		if err := g.log.Append(e).Wait(); err != nil {
			t.Fatal(err)
		}
	}
	g.do("GET", "/_/entries/diff?a=1&b=2", "").want(t, 200, `"changes":[{"path":"a","a":1,"b":2}]`)
	g.do("GET", "/_/entries/diff?a=1&b=3", "").want(t, 200, `"kind":"same"`)
}
