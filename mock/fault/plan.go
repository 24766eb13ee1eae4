package fault

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"tacklebox/mock/provider"
	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
)

// InForce is the rules that hold for every delivery (PUT /_/faults).
type InForce struct {
	mu    sync.Mutex
	rules []*Rule
}

// Replace puts other rules in force.
func (f *InForce) Replace(rules []*Rule) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules = rules
}

// Empty reports that no rule is in force.
func (f *InForce) Empty() bool { return len(f.Rules()) == 0 }

// Rules returns the rules in force.
func (f *InForce) Rules() []*Rule {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.rules
}

// List returns the rules in force as they were given.
func (f *InForce) List() []api.Fault {
	list := []api.Fault{}
	for _, r := range f.Rules() {
		list = append(list, r.Fault)
	}
	return list
}

// Attempt is what deciding needs to know of the attempt about to be made.
type Attempt struct {
	Own    []*Rule               // of the firing
	Entry  func() *journal.Entry // the attempt as rules' filters see it; asked for when a rule is in force
	Signer *Signer
	Draw   func() float64 // from 0 to 1
}

// Decide says what befalls an attempt: by its own rules, then by those in force.
// It is called once for an attempt, also when that is put off.
func (f *InForce) Decide(a Attempt) *Plan {
	p := &Plan{}
	for _, r := range a.Own {
		if r.happens(a.Draw, true) {
			p.rules = append(p.rules, r)
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.rules) == 0 {
		return p
	}
	entry := a.Entry()
	for _, r := range f.rules {
		possible := !ofSigning(r.Kind) || slices.Contains(a.Signer.Faults, r.Kind)
		if possible && r.filter.Match(entry) && r.happens(a.Draw, false) {
			p.rules = append(p.rules, r)
		}
	}
	return p
}

// Plan is what the faults of one attempt come to, in the order in which it is
// carried out: Postponed, Change, then Twice, Lost and Write on the connection.
type Plan struct {
	rules []*Rule
	wire  breakage
	span  time.Duration // of a slow body
	twice bool
	said  []string // what was done, for the entry
}

// Postponed reports that the attempt has to wait: for a while on the provider's
// clock, behind: or until the next delivery went first. The first rule that
// postpones decides; the others are only said.
func (p *Plan) Postponed() (wait time.Duration, behind, ok bool) {
	for _, r := range p.rules {
		if k := kindOf(r.Kind); k != nil && k.postpones {
			return r.span, r.Kind == "reorder", true
		}
	}
	return 0, false, false
}

// Making is the request of an attempt and how another is made.
type Making struct {
	Out   *provider.Outgoing
	Body  []byte                                           // of the delivery
	Again func(body []byte) (*provider.Outgoing, error)    // the request with another body, signed
	Forge func(fault string, out *provider.Outgoing) error // a signature fault
}

// StayFirst takes a reordering out of the plan: no other delivery came.
func (p *Plan) StayFirst() {
	p.rules = slices.DeleteFunc(p.rules, func(r *Rule) bool { return r.Kind == "reorder" })
}

// Change applies the plan to the finished request.
func (p *Plan) Change(m *Making) {
	for _, r := range p.rules {
		k := kindOf(r.Kind)
		switch {
		case k == nil:
			said := about(api.SignatureFaults(), r.Kind)
			if err := m.Forge(r.Kind, m.Out); err != nil {
				said = "not possible: " + err.Error()
			}
			p.say(r.Kind, said)
		case k.change != nil:
			p.say(r.Kind, k.change(r, m))
		case k.wire == doubled:
			p.twice = true
		default:
			if k.wire != whole {
				p.wire, p.span = k.wire, r.span
			}
			p.say(r.Kind, about(api.FaultKinds(), k.name))
		}
	}
}

func (p *Plan) say(kind, what string) { p.said = append(p.said, kind+": "+what) }

// String is what was done, as the attempt's entry says it.
func (p *Plan) String() string {
	if p == nil {
		return ""
	}
	return strings.Join(p.said, "; ")
}

// Breaks reports that the exchange does not go its ordinary way.
func (p *Plan) Breaks() bool { return p != nil && p.wire != whole }

// Lost reports that nothing is sent and the provider believes it arrived.
func (p *Plan) Lost() bool { return p != nil && p.wire == lost }

// Twice reports that the request is sent once more; the plan then says so.
func (p *Plan) Twice() bool { return p != nil && p.twice }

// Again is the plan of the second request.
func (p *Plan) Again() *Plan {
	again := *p
	again.said = append(slices.Clone(p.said), "duplicate: the same request once more")
	return &again
}

func wrongContentType(_ *Rule, m *Making) string {
	m.Out.Set("Content-Type", "text/plain")
	return "Content-Type is text/plain"
}

func redirected(_ *Rule, m *Making) string {
	was := m.Out.Method
	m.Out.Method, m.Out.Body = "GET", nil
	m.Out.Drop("Content-Type")
	return "a GET without a body in place of the " + was
}

func wrongMethod(_ *Rule, m *Making) string {
	was := m.Out.Method
	m.Out.Method = "PUT"
	return "PUT in place of " + was
}

func emptyBody(_ *Rule, m *Making) string {
	was := len(m.Out.Body)
	m.Out.Body = nil
	return fmt.Sprintf("%d bytes of body left out", was)
}

// giant pads the body with white space, which JSON allows, and lets the provider
// sign it so.
func giant(r *Rule, m *Making) string {
	size := r.Bytes
	if size == 0 {
		size = giantBody
	}
	padded := append(bytes.Clone(m.Body), bytes.Repeat([]byte(" "), max(size-len(m.Body), 0))...)
	if again, err := m.Again(padded); err == nil {
		*m.Out = *again
	} else {
		m.Out.Body = padded
	}
	return fmt.Sprintf("padded to %d bytes", len(padded))
}
