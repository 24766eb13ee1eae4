package mock

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"tacklebox/mock/provider"
	"testing"
	"time"
)

// TestAFaultIsReadAsTextOrObject.
func TestAFaultIsReadAsTextOrObject(t *testing.T) {
	t.Parallel()
	half := 0.5
	for doc, want := range map[string]Fault{
		`"drop"`:          {Kind: "drop"},
		`"flaky-network"`: {Preset: "flaky-network"},
		`"nonsense"`:      {Kind: "nonsense"}, // refused later, with what is possible
		`{"kind":"delay","for":"3s","times":2,"probability":0.5,"q":"type:x"}`: {Kind: "delay", For: "3s", Times: 2, Probability: &half, Q: "type:x"},
		`{"preset":"lossy","bytes":7}`:                                         {Preset: "lossy", Bytes: 7},
	} {
		var got Fault
		if err := json.Unmarshal([]byte(doc), &got); err != nil {
			t.Errorf("%s: %v", doc, err)
		} else if a, b := string(provider.Encode(got)), string(provider.Encode(want)); a != b {
			t.Errorf("%s is %s, want %s", doc, a, b)
		}
	}
	for doc, want := range map[string]string{
		`{"kynd":"drop"}`: "known are kind, preset, q, probability, times, for, bytes",
		`{"times":"2"}`:   "times: a text where a whole number is wanted",
		`7`:               "a number where an object is wanted",
		`[]`:              "a list where an object is wanted",
	} {
		var got Fault
		if err := json.Unmarshal([]byte(doc), &got); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", doc, err, want)
		}
	}
}

// TestPresetsHoldWhatIsPossible: each is made of faults that can be parsed, with
// the preset's filter, and leaves out what a provider cannot show.
func TestPresetsHoldWhatIsPossible(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	signs := &provider.Provider{Name: "signs", Faults: []string{"bad_signature"}}
	for name, content := range presets() {
		for _, p := range []*provider.Provider{nil, r.p, signs} {
			var want []string
			for _, f := range content {
				if p == nil || signatureFaults[f.Kind] == "" || slices.Contains(p.Faults, f.Kind) {
					want = append(want, f.Kind)
				}
			}
			list, err := r.e.parseFaults([]Fault{{Preset: name, Q: "type:made"}}, p)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			var got []string
			for _, f := range list {
				got = append(got, f.Kind)
				if f.Q != "type:made" || f.filter == nil {
					t.Errorf("%s: %s lost the filter", name, f.Kind)
				}
			}
			equal(t, name, got, want)
		}
	}
}

// TestFaultsThatMakeNoSense.
func TestFaultsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	p := func(f float64) *float64 { return &f }
	for name, c := range map[string]struct {
		fault Fault
		want  string
	}{
		"below nothing":   {Fault{Kind: "drop", Probability: p(-0.1)}, "between 0 and 1"},
		"above certain":   {Fault{Kind: "drop", Probability: p(1.1)}, "between 0 and 1"},
		"times":           {Fault{Kind: "drop", Times: -1}, "not negative"},
		"bytes":           {Fault{Kind: "giant_body", Bytes: -1}, "not negative"},
		"too many bytes":  {Fault{Kind: "giant_body", Bytes: mostGiant + 1}, "at most 67108864"},
		"for":             {Fault{Kind: "delay", For: "-1s"}, "is not a duration"},
		"unknown signing": {Fault{Kind: "old_key", Q: "provider:plain"}, "Plain cannot show old_key"},
		"no kind":         {Fault{}, `no fault ""`},
		"a near preset":   {Fault{Preset: "lossi"}, "known are at-least-once"},
		"the filter":      {Fault{Kind: "drop", Q: "("}, "q: "},
	} {
		_, err := r.e.parseFaults([]Fault{c.fault}, nil)
		var refused *Problem
		if !errors.As(err, &refused) || refused.Status != 422 || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	if _, err := r.e.parseFaults([]Fault{{Kind: "drop", Probability: p(0)}, {Kind: "drop", Probability: p(1)}, {Kind: "giant_body", Bytes: mostGiant}}, nil); err != nil {
		t.Errorf("the bounds themselves: %v", err)
	}
}

// TestHowOftenAFaultStrikes: as a rule and in a firing.
func TestHowOftenAFaultStrikes(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	half := 0.5
	for name, c := range map[string]struct {
		times       int
		probability *float64
		once        bool
		least, most int // of 400
	}{
		"a rule without end":    {0, nil, false, 400, 400},
		"a rule of three":       {3, nil, false, 3, 3},
		"once in a firing":      {0, nil, true, 1, 1},
		"twice in a firing":     {2, nil, true, 2, 2},
		"half of the time":      {0, &half, false, 150, 250},
		"half, but at most ten": {10, &half, false, 10, 10},
	} {
		f := Fault{Kind: "drop", Times: c.times, Probability: c.probability, left: c.times}
		n := 0
		r.do(func(w *provider.World) {
			for range 400 {
				if f.strike(r.w, c.once) {
					n++
				}
			}
		})
		if n < c.least || n > c.most {
			t.Errorf("%s: %d of 400, want %d to %d", name, n, c.least, c.most)
		}
	}
}

// TestFaultsAndRetries: what arrives, and what the entries say, when a fault
// befalls the first attempts.
func TestFaultsAndRetries(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault    Fault
		came     string
		attempts string // number, fault's kind, ok or not
	}{
		"cut body":        {Fault{Kind: "cut_body"}, "0123456789", "1 cut_body bad, 2  ok"},
		"reset":           {Fault{Kind: "reset", Times: 2}, "0123456789", "1 reset bad, 2 reset bad, 3  ok"},
		"reset for good":  {Fault{Kind: "reset", Times: 9}, "", "1 reset bad, 2 reset bad, 3 reset bad"},
		"drop":            {Fault{Kind: "drop"}, "", "1 drop ok"},
		"duplicate":       {Fault{Kind: "duplicate"}, "0123456789, 0123456789", "1 duplicate ok, 1  ok"},
		"duplicate twice": {Fault{Kind: "duplicate", Times: 2}, "0123456789, 0123456789", "1 duplicate ok, 1  ok"},
		"delay":           {Fault{Kind: "delay", For: "2h"}, "0123456789", "1 delay ok"},
		"slow":            {Fault{Kind: "slow", For: "1ms"}, "0123456789", "1 slow ok"},
		"giant":           {Fault{Kind: "giant_body", Bytes: 12}, "0123456789  ", "1 giant_body ok"},
		"never":           {Fault{Kind: "drop", Probability: new(float64)}, "0123456789", "1  ok"},
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
	r.fireWith("0123456789", Fault{Kind: "delay", For: "1m"}, Fault{Kind: "wrong_method"}, Fault{Kind: "wrong_content_type"}, Fault{Kind: "duplicate"})
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

// TestASigningFaultThatIsNotPossibleNow says so, and the request is sent as it is.
func TestASigningFaultThatIsNotPossibleNow(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(p *provider.Provider, _ *Config) {
		p.Faults = []string{"old_key", "bad_signature"}
		p.Tamper = func(_ *provider.World, _ *provider.Delivery, fault string, out *provider.Outgoing) error {
			if fault == "old_key" {
				return errors.New("there was no rotation")
			}
			out.Set("X-Signature", "bad")
			return nil
		}
	})
	r.subscribe("ann", "s")
	r.fireWith("a", Fault{Kind: "old_key"}, Fault{Kind: "bad_signature"})
	r.idle()
	got := r.entries("kind:attempt")[0]
	if want := "old_key: not possible: there was no rotation; bad_signature: " + signatureFaults["bad_signature"]; got.Fault != want || got.Request.Headers.Get("X-Signature") != "bad" {
		t.Errorf("the entry says %q with %v, want %q", got.Fault, got.Request.Headers, want)
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
	_, list, err := r.e.getFaults(nil)
	if err != nil {
		t.Fatal(err)
	}
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
		`[{"kind":"drop","x":1}]`:  "faults.0: ",
		`["drop","drop",7]`:        "faults.2: ",
	} {
		var place *SettingError
		if err := r.e.SetFaults(json.RawMessage(doc)); !errors.As(err, &place) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", doc, err, want)
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
