package mock

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"tacklebox/mock/provider"
	"tacklebox/mock/signing"
	"tacklebox/receiver/api"
)

// TestFaultsAndRetries: what arrives, and what the entries say, when a fault
// befalls the first attempts.
func TestFaultsAndRetries(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault    api.Fault
		came     string
		attempts string // number, fault's kind, ok or not
	}{
		"cut body":        {api.Fault{Kind: "cut_body"}, "0123456789", "1 cut_body bad, 2  ok"},
		"reset":           {api.Fault{Kind: "reset", Times: 2}, "0123456789", "1 reset bad, 2 reset bad, 3  ok"},
		"reset for good":  {api.Fault{Kind: "reset", Times: 9}, "", "1 reset bad, 2 reset bad, 3 reset bad"},
		"drop":            {api.Fault{Kind: "drop"}, "", "1 drop ok"},
		"duplicate":       {api.Fault{Kind: "duplicate"}, "0123456789, 0123456789", "1 duplicate ok, 1  ok"},
		"duplicate twice": {api.Fault{Kind: "duplicate", Times: 2}, "0123456789, 0123456789", "1 duplicate ok, 1  ok"},
		"delay":           {api.Fault{Kind: "delay", For: "2h"}, "0123456789", "1 delay ok"},
		"slow":            {api.Fault{Kind: "slow", For: "1ms"}, "0123456789", "1 slow ok"},
		"giant":           {api.Fault{Kind: "giant_body", Bytes: 12}, "0123456789  ", "1 giant_body ok"},
		"never":           {api.Fault{Kind: "drop", Probability: new(float64)}, "0123456789", "1  ok"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			var whole []string
			r.sink.reply(func(_ int, _, body string) int {
				if len(body) >= 10 {
					whole = append(whole, body)
				}
				return 200
			})
			r.subscribe("ann", "s")
			r.fireWith("0123456789", c.fault)
			r.advance(24 * time.Hour)
			if got := strings.Join(whole, ", "); got != c.came {
				t.Errorf("whole came %q, want %q", got, c.came)
			}
			var told []string
			for _, a := range r.entries("kind:attempt") {
				kind, _, _ := strings.Cut(a.Fault, ":")
				end := "ok"
				if a.Error != "" {
					end = "bad"
				}
				told = append(told, fmt.Sprintf("%d %s %s", a.Attempt, kind, end))
			}
			if got := strings.Join(told, ", "); got != c.attempts {
				t.Errorf("the entries say %q, want %q", got, c.attempts)
			}
		})
	}
}

// TestSeveralFaultsAtOnce all do their part.
func TestSeveralFaultsAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.subscribe("ann", "s")
	r.fireWith("0123456789", api.Fault{Kind: "delay", For: "1m"}, api.Fault{Kind: "wrong_method"}, api.Fault{Kind: "wrong_content_type"}, api.Fault{Kind: "duplicate"})
	r.advance(time.Hour)
	got := r.entries("kind:attempt")
	if len(got) != 2 || got[0].Time.Sub(rigStart) != time.Minute {
		t.Fatalf("%d attempts, the first at %s", len(got), got[0].Time)
	}
	for _, a := range got {
		if a.Request.Method != "PUT" || a.Request.Headers.Get("Content-Type") != "text/plain" {
			t.Errorf("sent %s %v", a.Request.Method, a.Request.Headers)
		}
	}
	for _, want := range []string{"delay: ", "wrong_method: PUT in place of POST", "wrong_content_type: ", "; "} {
		if !strings.Contains(got[1].Fault, want) {
			t.Errorf("the entry says %q, want %q in it", got[1].Fault, want)
		}
	}
}

// TestASigningFaultThatIsNotPossibleNow says so, and the others do their part.
func TestASigningFaultThatIsNotPossibleNow(t *testing.T) {
	t.Parallel()
	none := func(*provider.World, *provider.Account) []provider.Secret { return nil }
	r := newRig(t, func(p *provider.Provider, _ *Config) {
		p.Signing = &provider.Signing{Scheme: signing.Named("github"), Retired: none,
			Secrets: func(*provider.World, *provider.Account) []provider.Secret { return []provider.Secret{{Value: "k"}} }}
	})
	r.subscribe("ann", "s")
	r.fireWith("a", api.Fault{Kind: "old_key"}, api.Fault{Kind: "bad_signature"})
	r.idle()
	got := r.entries("kind:attempt")[0]
	want := "old_key: not possible: there was no other key; bad_signature: the signature or credential is wrong"
	v := signing.Named("github").Judge(rigStart, "k", got.Request.Headers.HTTP(), got.Request.Body)
	if got.Fault != want || v.State != signing.Invalid {
		t.Errorf("the entry says %q and is judged %+v, want %q", got.Fault, v, want)
	}
}

// TestRulesOutliveTheEngine with their filters.
func TestRulesOutliveTheEngine(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	if err := r.e.SetFaults(json.RawMessage(`["drop",{"kind":"wrong_method","q":"account:ann","times":1},{"preset":"at-least-once"}]`)); err != nil {
		t.Fatal(err)
	}
	r.again()
	list := r.e.faults.Rules.List()
	want := `[{"kind":"drop"},{"kind":"wrong_method","q":"account:ann","times":1},{"kind":"duplicate","probability":0.3}]`
	if got := string(provider.Encode(list)); got != want {
		t.Errorf("in force are %s, want %s", got, want)
	}
}

// TestAConfigurationsFaultsNameThePlaceOfAMistake.
func TestAConfigurationsFaultsNameThePlaceOfAMistake(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	for doc, want := range map[string]string{
		`{}`:                       "faults: wants a list",
		`["drop",{"kind":"drip"}]`: "faults.1: no fault",
		`[{"kind":"drop","x":1}]`:  "faults.0.x: ",
		`["drop","drop",7]`:        "faults.2: ",
	} {
		err := r.e.SetFaults(json.RawMessage(doc))
		if got := fmt.Sprintf("%s: %v", strings.Join(api.Path(err), "."), err); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %v, want %s", doc, got, want)
		}
	}
}

func TestHeadersOfAnOutgoingRequest(t *testing.T) {
	t.Parallel()
	out := &provider.Outgoing{Header: []provider.Field{{Name: "x-a", Value: "1"}, {Name: "X-B", Value: "2"}, {Name: "X-A", Value: "3"}}}
	out.Set("X-A", "9")
	out.Set("New", "n")
	out.Drop("x-b")
	out.Drop("none")
	equal(t, "headers", out.Header, []provider.Field{{Name: "x-a", Value: "9"}, {Name: "X-A", Value: "3"}, {Name: "New", Value: "n"}})
	if out.Get("X-a") != "9" || out.Get("none") != "" {
		t.Errorf("X-a is %q", out.Get("X-a"))
	}
}
