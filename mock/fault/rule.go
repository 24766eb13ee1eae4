// Package fault holds what can go wrong with a delivery on purpose: the kinds,
// the presets, the rules in force, and the one Plan that they come to for an
// attempt. It knows requests and connections, not queues or providers.
package fault

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tacklebox/mock/provider"
	"tacklebox/receiver/api"
	"tacklebox/receiver/journal/query"
)

// Rule is a fault that was checked, with what is left of its times.
type Rule struct {
	api.Fault

	filter *query.Filter
	left   int // -1: used up
	span   time.Duration
}

const (
	ordinaryDelay = 30 * time.Second
	ordinarySlow  = 2 * time.Second
	reorderWait   = time.Second // of wall time
	giantBody     = 10 << 20
	mostGiant     = 64 << 20
)

// Signer is who signs the callbacks that a rule is about: the signature faults
// that its scheme can show.
type Signer struct {
	Title  string
	Faults []string
}

// SignerOf is a provider as faults see it.
func SignerOf(p *provider.Provider) *Signer {
	s := &Signer{Title: p.Title}
	if p.Signing != nil && p.Signing.Scheme != nil {
		s.Faults = p.Signing.Scheme.Faults(p.Signing.Retired != nil)
	}
	return s
}

// Parse checks faults and puts presets' contents in their place. of tells who
// signs what a rule's filter matches, nil when that may be anybody; what a signer
// cannot show is left out of a preset and refused otherwise. The regular
// expressions of all filters are bounded together (query.Budget).
func Parse(in []api.Fault, now func() time.Time, of func(q string) *Signer) ([]*Rule, error) {
	var out []*Rule
	var budget query.Budget
	for _, f := range in {
		signer := of(f.Q)
		list, err := expand(f, signer)
		if err != nil {
			return nil, err
		}
		for _, one := range list {
			r, err := parse(one, &budget, now, signer)
			if err != nil {
				return nil, err
			}
			out = append(out, r)
		}
	}
	return out, nil
}

// expand returns what a preset holds, or the fault alone. A kind may be the name
// of a preset.
func expand(f api.Fault, signer *Signer) ([]api.Fault, error) {
	if f.Preset == "" && presets()[f.Kind] != nil {
		f.Preset, f.Kind = f.Kind, ""
	}
	if f.Preset == "" {
		return []api.Fault{f}, nil
	}
	content := presets()[f.Preset]
	if content == nil {
		return nil, api.Unknown("unknown_preset", f.Preset, Presets(), "no fault preset %q", api.Clip(f.Preset))
	}
	var list []api.Fault
	for _, one := range content {
		if signer != nil && ofSigning(one.Kind) && !slices.Contains(signer.Faults, one.Kind) {
			continue
		}
		one.Q = f.Q
		list = append(list, one)
	}
	if len(list) == 0 {
		return content[:1], nil // its refusal says why
	}
	return list, nil
}

func parse(f api.Fault, budget *query.Budget, now func() time.Time, signer *Signer) (*Rule, error) {
	filter, err := budget.Parse(f.Q, now)
	if err != nil {
		return nil, api.Refuse(api.CodeBadFilter, "", "q: %v", err)
	}
	if names := names(signer); !slices.Contains(names, f.Kind) {
		return nil, impossible(f.Kind, names, signer)
	}
	if f.Probability != nil && !(*f.Probability >= 0 && *f.Probability <= 1) {
		return nil, api.Refuse("bad_fault", "", "probability %v is not between 0 and 1", *f.Probability)
	}
	if f.Times < 0 || f.Bytes < 0 || f.Bytes > mostGiant {
		return nil, api.Refuse("bad_fault", "", "times and bytes are not negative, bytes at most %d", mostGiant)
	}
	r := &Rule{Fault: f, filter: filter, left: f.Times}
	r.span = map[string]time.Duration{"delay": ordinaryDelay, "slow": ordinarySlow, "reorder": reorderWait}[f.Kind]
	if f.For != "" {
		if r.span, err = time.ParseDuration(f.For); err != nil || r.span < 0 {
			return nil, api.Refuse("bad_fault", "a duration is written 500ms, 30s or 2h", "for: %q is not a duration", api.Clip(f.For))
		}
	}
	return r, nil
}

func impossible(kind string, names []string, signer *Signer) error {
	hint := "possible are " + strings.Join(names, ", ")
	if near := api.Nearest(kind, names); near != "" {
		hint = fmt.Sprintf("did you mean %q? %s", near, hint)
	}
	if signer != nil && ofSigning(kind) {
		return api.Refuse("impossible_fault", hint, "%s cannot show %s", signer.Title, kind)
	}
	return api.Refuse(api.CodeUnknownFault, hint, "no fault %q", api.Clip(kind))
}

// Copies gives each delivery rules of its own to count.
func Copies(rules []*Rule) []*Rule {
	var own []*Rule
	for _, r := range rules {
		c := *r
		own = append(own, &c)
	}
	return own
}

// happens decides whether the rule strikes now and counts it. once: without Times
// it strikes a single time, as in a firing. draw gives a number from 0 to 1.
func (r *Rule) happens(draw func() float64, once bool) bool {
	limited := once || r.Times > 0
	if limited && r.left < 0 {
		return false
	}
	if r.Probability != nil && draw() >= *r.Probability {
		return false
	}
	if limited {
		r.left--
		if r.left <= 0 {
			r.left = -1
		}
	}
	return true
}
