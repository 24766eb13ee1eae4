package fault

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"tacklebox/receiver/api"
)

// TestPresetsHoldWhatIsPossible: each is made of faults that can be parsed, with
// the preset's filter, and leaves out what a provider cannot show.
func TestPresetsHoldWhatIsPossible(t *testing.T) {
	t.Parallel()
	signs := &Signer{Title: "Signs", Faults: []string{"bad_signature"}}
	for name, content := range presets() {
		for _, p := range []*Signer{nil, {Title: "Signs nothing"}, signs} {
			var want []string
			for _, f := range content {
				if p == nil || !ofSigning(f.Kind) || slices.Contains(p.Faults, f.Kind) {
					want = append(want, f.Kind)
				}
			}
			list, err := Parse([]api.Fault{{Preset: name, Q: "type:made"}}, nil, func(string) *Signer { return p })
			if len(want) == 0 {
				if err == nil {
					t.Errorf("%s: nothing of it is possible, and nothing is said", name)
				}
				continue
			}
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
			if !slices.Equal(got, want) {
				t.Errorf("%s holds %v, want %v", name, got, want)
			}
		}
	}
}

// TestFaultsThatMakeNoSense.
func TestFaultsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	plain := func(string) *Signer { return &Signer{Title: "Plain"} }
	p := func(f float64) *float64 { return &f }
	for name, c := range map[string]struct {
		fault api.Fault
		want  string
	}{
		"below nothing":   {api.Fault{Kind: "drop", Probability: p(-0.1)}, "between 0 and 1"},
		"above certain":   {api.Fault{Kind: "drop", Probability: p(1.1)}, "between 0 and 1"},
		"times":           {api.Fault{Kind: "drop", Times: -1}, "not negative"},
		"bytes":           {api.Fault{Kind: "giant_body", Bytes: -1}, "not negative"},
		"too many bytes":  {api.Fault{Kind: "giant_body", Bytes: mostGiant + 1}, "at most 67108864"},
		"for":             {api.Fault{Kind: "delay", For: "-1s"}, "is not a duration"},
		"unknown signing": {api.Fault{Kind: "old_key", Q: "provider:plain"}, "Plain cannot show old_key"},
		"no kind":         {api.Fault{}, `no fault ""`},
		"a near preset":   {api.Fault{Preset: "lossi"}, "known are at-least-once"},
		"the filter":      {api.Fault{Kind: "drop", Q: "("}, "q: "},
	} {
		_, err := Parse([]api.Fault{c.fault}, nil, plain)
		var refused *api.Error
		if !errors.As(err, &refused) || refused.Status != 422 || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	if _, err := Parse([]api.Fault{{Kind: "drop", Probability: p(0)}, {Kind: "drop", Probability: p(1)}, {Kind: "giant_body", Bytes: mostGiant}}, nil, plain); err != nil {
		t.Errorf("the bounds themselves: %v", err)
	}
}

// TestHowOftenAFaultStrikes: as a rule and in a firing.
func TestHowOftenAFaultStrikes(t *testing.T) {
	t.Parallel()
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
		r := Rule{Fault: api.Fault{Kind: "drop", Times: c.times, Probability: c.probability}, left: c.times}
		draw := rand.New(rand.NewPCG(1, 2)).Float64
		n := 0
		for range 400 {
			if r.happens(draw, c.once) {
				n++
			}
		}
		if n < c.least || n > c.most {
			t.Errorf("%s: %d of 400, want %d to %d", name, n, c.least, c.most)
		}
	}
}

// TestEveryFaultIsTold: what help and completion list is what there is.
func TestEveryFaultIsTold(t *testing.T) {
	t.Parallel()
	var told, presets []string
	for _, k := range append(api.FaultKinds(), api.SignatureFaults()...) {
		told = append(told, k.Name)
	}
	if has := names(nil); !slices.Equal(told, has) {
		t.Errorf("kinds are told as %v, there are %v", told, has)
	}
	for _, k := range api.FaultPresets() {
		presets = append(presets, k.Name)
	}
	slices.Sort(presets)
	if has := Presets(); !slices.Equal(presets, has) {
		t.Errorf("presets are told as %v, there are %v", presets, has)
	}
}

// TestRegularExpressionsTogether: each is bounded, and so are those of all rules of
// a call.
func TestRegularExpressionsTogether(t *testing.T) {
	t.Parallel()
	rules := func(n int) (list []api.Fault) {
		for range n {
			list = append(list, api.Fault{Kind: "timeout", Q: "body.x~" + strings.Repeat("a", 4000)})
		}
		return list
	}
	anybody := func(string) *Signer { return nil }
	if _, err := Parse(rules(16), nil, anybody); err != nil {
		t.Errorf("16 expressions of 4,000 bytes: %v", err)
	}
	if _, err := Parse(rules(17), nil, anybody); err == nil || !strings.Contains(err.Error(), "too long together") {
		t.Errorf("17 expressions of 4,000 bytes: %v", err)
	}
}
