package fault

import (
	"maps"
	"slices"
	"strings"

	"tacklebox/receiver/api"
)

// kind is one way to go wrong. One of its members says where it strikes.
type kind struct {
	name      string                                 // of api.FaultKinds, which says what it is
	postpones bool                                   // the attempt, on the provider's clock
	change    func(r *Rule, m *Making) (said string) // the finished request
	reshapes  bool                                   // the body that is sent is not the delivery's
	wire      breakage                               // the exchange
}

// breakage is what is done to an exchange on the connection.
type breakage int

const (
	whole       breakage = iota
	slowly               // the body comes a few bytes at a time
	cutBody              // half of the body, then the end of the connection
	resetMidway          // half of the body, then a reset
	leftAlone            // the sender gives up before the answer
	lost                 // nothing is sent; the provider believes it arrived
	doubled              // sent a second time at once
)

// kinds is the table of faults; the signature ones beside it are the scheme's.
func kinds() []kind {
	return []kind{
		{name: "duplicate", wire: doubled},
		{name: "reorder", postpones: true},
		{name: "drop", wire: lost},
		{name: "delay", postpones: true},
		{name: "slow", wire: slowly},
		{name: "cut_body", wire: cutBody},
		{name: "reset", wire: resetMidway},
		{name: "timeout", wire: leftAlone},
		{name: "wrong_content_type", change: wrongContentType},
		{name: "redirect", change: redirected, reshapes: true},
		{name: "wrong_method", change: wrongMethod},
		{name: "empty_body", change: emptyBody, reshapes: true},
		{name: "giant_body", change: giant, reshapes: true},
	}
}

// about is what is said of a fault, "" when the table has no such name.
func about(list []api.FaultKind, name string) string {
	if i := slices.IndexFunc(list, func(k api.FaultKind) bool { return k.Name == name }); i >= 0 {
		return list[i].About
	}
	return ""
}

// ofSigning reports that a fault is one of what a provider signs.
func ofSigning(name string) bool { return about(api.SignatureFaults(), name) != "" }

func kindOf(name string) *kind {
	all := kinds()
	if i := slices.IndexFunc(all, func(k kind) bool { return k.name == name }); i >= 0 {
		return &all[i]
	}
	return nil
}

func names(signer *Signer) []string {
	var list []string
	for _, k := range kinds() {
		list = append(list, k.name)
	}
	if signer != nil {
		return append(list, signer.Faults...)
	}
	for _, k := range api.SignatureFaults() {
		list = append(list, k.Name)
	}
	return list
}

// Presets lists the names of the presets.
func Presets() []string { return slices.Sorted(maps.Keys(presets())) }

// presets are named lists of faults.
func presets() map[string][]api.Fault {
	some := func(p float64) *float64 { return &p }
	return map[string][]api.Fault{
		"flaky-network":   {{Kind: "reset", Probability: some(0.1)}, {Kind: "cut_body", Probability: some(0.05)}, {Kind: "timeout", Probability: some(0.05)}, {Kind: "slow", Probability: some(0.1)}},
		"at-least-once":   {{Kind: "duplicate", Probability: some(0.3)}},
		"out-of-order":    {{Kind: "reorder", Probability: some(0.3)}, {Kind: "delay", Probability: some(0.1), For: "10s"}},
		"lossy":           {{Kind: "drop", Probability: some(0.1)}},
		"bad-signatures":  {{Kind: "bad_signature", Probability: some(0.2)}, {Kind: "missing_signature", Probability: some(0.1)}},
		"malformed":       {{Kind: "empty_body", Probability: some(0.1)}, {Kind: "wrong_content_type", Probability: some(0.1)}, {Kind: "giant_body", Probability: some(0.02)}},
		"everything-once": everythingOnce(),
	}
}

func everythingOnce() []api.Fault {
	var all []api.Fault
	for _, k := range kinds() {
		all = append(all, api.Fault{Kind: k.name, Times: 1})
	}
	return all
}

// Reshaped reports that the body of an attempt, by what its entry says of faults,
// is not the delivery's.
func Reshaped(said string) bool {
	for part := range strings.SplitSeq(said, "; ") {
		name, _, _ := strings.Cut(part, ":")
		if k := kindOf(name); k != nil && k.reshapes {
			return true
		}
	}
	return false
}
