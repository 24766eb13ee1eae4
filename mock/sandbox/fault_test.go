package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"tacklebox/mock/signing"
	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
)

// TestEachFaultSaysWhatItDid fires one event with one fault and looks at what
// the receiver got and what the attempt's entry says.
func TestEachFaultSaysWhatItDid(t *testing.T) {
	t.Parallel()
	whole := `{"id":1,"name":"nut","parts":[{"size":3}]}`
	for kind, c := range map[string]struct {
		captures int
		check    func(capture, attempt *journal.Entry) error
	}{
		"duplicate": {2, func(c, _ *journal.Entry) error { return same("body", string(c.Request.Body), whole) }},
		"slow":      {1, func(c, _ *journal.Entry) error { return same("body", string(c.Request.Body), whole) }},
		"wrong_content_type": {1, func(c, _ *journal.Entry) error {
			return same("type", c.Request.Headers.Get("Content-Type"), "text/plain")
		}},
		"redirect":     {1, func(c, _ *journal.Entry) error { return same("method", c.Request.Method, "GET") }},
		"wrong_method": {1, func(c, _ *journal.Entry) error { return same("method", c.Request.Method, "PUT") }},
		"empty_body":   {1, func(c, _ *journal.Entry) error { return same("size", fmt.Sprint(c.Request.Size), "0") }},
		"giant_body":   {1, func(c, _ *journal.Entry) error { return same("size", fmt.Sprint(c.Request.Size), "1048576") }},
		"cut_body": {1, func(c, a *journal.Entry) error {
			return same("retry planned", fmt.Sprint(!a.NextAttempt.IsZero()), "true")
		}},
		"reset": {1, func(c, a *journal.Entry) error {
			return same("retry planned", fmt.Sprint(!a.NextAttempt.IsZero()), "true")
		}},
		"timeout": {1, func(c, a *journal.Entry) error {
			return same("retry planned", fmt.Sprint(!a.NextAttempt.IsZero()), "true")
		}},
		"drop": {0, func(_, a *journal.Entry) error {
			return same("retry planned", fmt.Sprint(!a.NextAttempt.IsZero()), "false")
		}},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			r := Start(t, withTiny)
			subscribe(t, r, "ann", "box", "thing.made")
			fault := api.Fault{Kind: kind}
			switch kind {
			case "slow":
				fault.For = "40ms"
			case "giant_body":
				fault.Bytes = mebibyte
			}
			r.Fire(api.Firing{Type: "thing.made", Provider: "tiny", Faults: []api.Fault{fault}})
			attempt := r.Expect(t, "kind:attempt has:fault", 1)[0]
			if !strings.Contains(attempt.Fault, kind) {
				t.Errorf("the attempt says %q, want it to name %s", attempt.Fault, kind)
			}
			capture := &journal.Entry{}
			if c.captures > 0 {
				capture = r.Expect(t, "kind:capture", c.captures)[0]
			}
			if err := c.check(capture, attempt); err != nil {
				t.Error(err)
			}
		})
	}
}

func same(what, got, want string) error {
	if got != want {
		return fmt.Errorf("%s is %q, want %q", what, got, want)
	}
	return nil
}

func TestDelayedDeliveryWaitsOnTheClock(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny)
	subscribe(t, r, "ann", "box", "thing.made")
	r.Fire(api.Firing{Type: "thing.made", Provider: "tiny", Faults: []api.Fault{{Kind: "delay", For: "1h"}}})
	r.Advance(59 * time.Minute)
	if n := len(r.Entries("kind:attempt")); n != 0 {
		t.Errorf("%d attempts before the hour is over, want 0", n)
	}
	r.Advance(time.Minute)
	if n := len(r.Entries("kind:attempt has:fault status:200")); n != 1 {
		t.Errorf("%d attempts after the hour, want 1", n)
	}
}

func TestRulesStrikeByFilterAndTimes(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny)
	subscribe(t, r, "ann", "box", "thing.made", "thing.lost")
	if status, body := r.call("PUT", "/_/faults", []byte(`[{"q":"type:thing.lost","kind":"wrong_method","times":2}]`)); status != http.StatusOK {
		t.Fatal(body)
	}
	for range 3 {
		r.Fire(api.Firing{Type: "thing.lost", Provider: "tiny"})
		r.Fire(api.Firing{Type: "thing.made", Provider: "tiny"})
	}
	r.Expect(t, "kind:attempt", 6)
	if n := len(r.Entries("kind:attempt has:fault")); n != 2 {
		t.Errorf("%d attempts show the fault, want 2", n)
	}
	if n := len(r.Entries("kind:attempt has:fault type:thing.made")); n != 0 {
		t.Errorf("the fault struck %d attempts of another type", n)
	}
}

func TestReorderingALoneDeliveryIsNoFault(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny)
	subscribe(t, r, "ann", "box", "thing.made")
	r.Fire(api.Firing{Type: "thing.made", Provider: "tiny", Faults: []api.Fault{{Kind: "reorder"}}})
	if e := r.Expect(t, "kind:attempt", 1)[0]; e.Fault != "" {
		t.Errorf("the attempt says %q, but nothing was reordered", e.Fault)
	}
}

// TestADelayedFaultStrikesOnce: putting an attempt off does not use up a rule twice.
func TestADelayedFaultStrikesOnce(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny)
	subscribe(t, r, "ann", "box", "thing.made")
	r.call("PUT", "/_/faults", []byte(`[{"kind":"delay","for":"1m","times":2}]`))
	for range 3 {
		r.Fire(api.Firing{Type: "thing.made", Provider: "tiny"})
	}
	r.Expect(t, "kind:attempt -has:fault", 1)
	r.Advance(time.Minute)
	if n := len(r.Entries("kind:attempt has:fault")); n != 2 {
		t.Errorf("%d attempts were delayed, want 2", n)
	}
}

func TestReorderedDeliveriesAllArrive(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny)
	subscribe(t, r, "ann", "box", "thing.made")
	r.call("PUT", "/_/faults", []byte(`[{"kind":"reorder","times":1}]`))
	fired := r.Fire(api.Firing{Type: "thing.made", Provider: "tiny", Count: 3})
	got := r.Expect(t, "kind:capture", 3)
	want := []string{fired.Events[1].ID, fired.Events[0].ID, fired.Events[2].ID}
	for i, e := range got {
		if e.EventID != want[i] {
			t.Errorf("capture %d is of %s, want %s", i, e.EventID, want[i])
		}
	}
}

func TestImpossibleFaultsAreRefused(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny)
	for name, c := range map[string]struct{ body, want string }{
		"unknown":      {`[{"kind":"explode"}]`, "no fault"},
		"near":         {`[{"kind":"dupplicate"}]`, `did you mean \"duplicate\"?`},
		"impossible":   {`[{"q":"provider:tiny","kind":"old_key"}]`, "Tiny cannot show old_key"},
		"probability":  {`[{"kind":"drop","probability":2}]`, "not between 0 and 1"},
		"filter":       {`[{"kind":"drop","q":"kind:"}]`, "bad_filter"},
		"unknown name": {`[{"kind":"drop","prob":1}]`, "is not a known field"},
		"preset":       {`[{"preset":"none-such"}]`, "known are"},
		"duration":     {`[{"kind":"delay","for":"soon"}]`, "not a duration"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, body := r.call("PUT", "/_/faults", []byte(c.body))
			if status < 400 || status > 499 || !strings.Contains(body, c.want) {
				t.Errorf("answer %s, want a 4xx with %s", body, c.want)
			}
		})
	}
}

// TestReplayOfAForeignRequest: what no provider here sent is nobody's when it is
// sent again, and is judged as the inbox says.
func TestReplayOfAForeignRequest(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny)
	r.Reply("judged", `{"verify":{"provider":"tiny","secret":"s"}}`)
	if status, _ := r.call("POST", "/in/x", []byte(`{"id":1}`)); status != http.StatusOK {
		t.Fatal(status)
	}
	for inbox, verdict := range map[string]string{"again": "", "judged": "missing"} {
		if status, answer := r.call("POST", "/_/entries/1/replay", fmt.Appendf(nil, `{"to":%q}`, r.Inbox(inbox))); status != http.StatusAccepted {
			t.Fatal(answer)
		}
		got := r.Expect(t, "kind:capture inbox:"+inbox, 1)[0]
		sent := r.Expect(t, fmt.Sprintf("kind:attempt path:*/in/%s", inbox), 1)[0]
		state := ""
		if got.Signature != nil {
			state = string(got.Signature.State)
		}
		if sent.Provider != "" || sent.Account != "" || got.Account != "" || state != verdict || sent.CaptureSeq != got.Seq {
			t.Errorf("%s: sent by %q %q, captured from %q with verdict %q, want nobody and %q", inbox, sent.Provider, sent.Account, got.Provider, state, verdict)
		}
	}
}

func TestReplayIsByteForByteOrEditedAndSignedAnew(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny)
	subscribe(t, r, "ann", "box", "thing.made")
	r.Fire(api.Firing{Type: "thing.made", Provider: "tiny"})
	first := r.Expect(t, "kind:capture", 1)[0]
	replay := func(body string) *journal.Entry {
		n := len(r.Entries("kind:capture"))
		if status, answer := r.call("POST", fmt.Sprintf("/_/entries/%d/replay", first.Seq), []byte(body)); status != http.StatusAccepted {
			t.Fatalf("replay %s: %s", body, answer)
		}
		return r.Expect(t, "kind:capture", n+1)[n]
	}
	if again := replay(`{}`); string(again.Request.Body) != string(first.Request.Body) || again.Signature.State != signing.Valid {
		t.Errorf("replayed %s with signature %v", again.Request.Body, again.Signature)
	}
	if edited := replay(`{"set":{"name":"cog"}}`); edited.Signature.State != signing.Invalid {
		t.Errorf("an edited body under the old signature is %v, want invalid", edited.Signature)
	}
	signed := replay(`{"set":{"name":"cog"},"resign":true,"to":"` + r.Inbox("other") + `"}`)
	var body struct{ Name string }
	if err := json.Unmarshal(signed.Request.Body, &body); err != nil || body.Name != "cog" || signed.Signature.State != signing.Valid || signed.Inbox != "other" {
		t.Errorf("signed anew: %s %v in %s", signed.Request.Body, signed.Signature, signed.Inbox)
	}
}
