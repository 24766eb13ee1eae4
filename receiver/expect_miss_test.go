package receiver

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/query"
)

// busyJournal has a delivery that went wrong twice and then right.
func busyJournal(g *rig) {
	attempt := func(n, status int, fault, failure string) {
		e := &journal.Entry{
			Time: clockStart.Add(time.Duration(n) * time.Minute), Kind: journal.Attempt, Provider: "shoptet", Account: "acc", Type: "order:create",
			EventID: "ev-1", DeliveryID: "del-1", Attempt: n, Fault: fault, Error: failure, Took: 20 * time.Millisecond,
			Request: &journal.Message{Method: "POST", URL: "http://127.0.0.1:9/webhooks", Headers: journal.HeaderOf(http.Header{"Content-Type": {"application/json"}}), Body: []byte(`{"event":"order:create","eventInstance":"2026000123"}`), Size: 52},
		}
		if status > 0 {
			e.Response = &journal.Message{Status: status}
		}
		g.log.Append(e)
	}
	g.log.Append(&journal.Entry{Time: clockStart, Kind: journal.Event, Provider: "shoptet", Type: "order:create", EventID: "ev-1"})
	attempt(1, 0, "reset", "connection reset by peer")
	attempt(2, 500, "", "")
	attempt(3, 200, "", "")
	e := sampleEntry(`{"event":"order:create"}`)
	e.Signature = &journal.Signature{State: "invalid", Reason: "wrong secret"}
	g.log.Append(e)
}

// TestNearMissGoldens: what a person reads when an expectation is not met. The
// goldens hold every question and its answer.
func TestNearMissGoldens(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	busyJournal(g)
	var text strings.Builder
	for _, ask := range []string{
		`{"q":"kind:capture signature:valid"}`,
		`{"q":"kind:attempt status:204 attempt:3"}`,
		`{"q":"kind:attempt status:200","count":2}`,
		`{"q":"kind:attempt status:5xx","at_most":true,"count":0}`,
		`{"q":"type:order:update"}`,
		`{"q":"provider:shoptet body.eventInstance=2026000124"}`,
		`{"q":"(status:200 OR status:204) has:fault","after":3}`,
		`{"q":"kind:attempt","count":1,"after":4}`,
		`{"q":"kind:call"}`,
		`{"q":"has:error fault:drop"}`,
		`{"ordered":["kind:event","status:500","status:404"]}`,
		`{"ordered":["kind:capture","kind:event"]}`,
		`{"q":"provider:shoptet","ordered":["attempt:1","inbox:orders"]}`,
		`{"q":"kind:attempt -has:error \"order:paid\"","after":2}`,
		`{"q":"took:>1s kind:attempt"}`,
		`{"q":"","count":9}`,
		`{"q":"kind:call","after":99}`,
	} {
		ask = strings.Replace(ask, "{", `{"within":"1ms",`, 1)
		a := g.do("POST", "/_/expect", ask).want(t, 417)
		var out map[string]any
		if err := json.Unmarshal([]byte(a.body), &out); err != nil {
			t.Fatal(err)
		}
		delete(out, "waited_ms")
		pretty, _ := json.MarshalIndent(out, "", "  ")
		fmt.Fprintf(&text, "ask %s\n%s\n\n", ask, unescapedJSON(pretty))
	}
	golden(t, "near_misses.txt", text.String())
}

// unescapedJSON takes back what encoding/json escapes for HTML.
func unescapedJSON(raw []byte) string {
	return strings.NewReplacer(`\u003e`, ">", `\u003c`, "<", `\u0026`, "&").Replace(string(raw))
}

// TestNearMissReasonsAreTrue: each reason of a near miss is about the entry that
// it names, and an entry that meets the filter is never called a miss.
func TestNearMissReasonsAreTrue(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	busyJournal(g)
	for _, q := range []string{"kind:capture status:404", "attempt:2 status:200", "type:order:create has:fault has:response", "-provider:shoptet inbox:x", "seq:2..3 status:404"} {
		a := g.do("POST", "/_/expect", `{"q":"`+q+`","count":5,"within":"1ms"}`).want(t, 417)
		r := a.expected(t)
		f, err := query.Parse(q, nil)
		if err != nil {
			t.Fatal(err)
		}
		e := g.entry(r.Nearest.Seq)
		if f.Match(e) {
			t.Errorf("%s: entry %d meets it", q, e.Seq)
		}
		if got, want := strings.Join(r.Nearest.Reasons, "; "), strings.Join(f.Explain(e), "; "); got != want || got == "" {
			t.Errorf("%s: %s, wanted %s", q, got, want)
		}
		fewest := len(r.Nearest.Reasons)
		for seq := uint64(1); seq <= 5; seq++ {
			if n := len(f.Explain(g.entry(seq))); n > 0 && n < fewest {
				t.Errorf("%s: entry %d fails %d parts, and %d was named, which fails %d", q, seq, n, e.Seq, fewest)
			}
		}
	}
}
