package mock

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"tacklebox/mock/provider"
	"time"

	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/query"
)

// Fault is something that goes wrong with a delivery on purpose: a rule in force
// (PUT /_/faults) or part of one firing, where a plain text is its kind.
type Fault struct {
	Kind        string   `json:"kind,omitempty"`
	Preset      string   `json:"preset,omitempty"`      // a named list of faults in place of a kind
	Q           string   `json:"q,omitempty"`           // which attempts; empty: all
	Probability *float64 `json:"probability,omitempty"` // 0 to 1; absent: always
	Times       int      `json:"times,omitempty"`       // how often; 0: without end as a rule, once in a firing
	For         string   `json:"for,omitempty"`         // how long delay and slow take: "30s"
	Bytes       int      `json:"bytes,omitempty"`       // how long a giant_body is

	filter *query.Filter
	left   int
	span   time.Duration
}

// faultKind is one way to go wrong.
type faultKind struct {
	name, about string
	// early decides about the delivery before anything is made of it; true: no
	// attempt now.
	early func(w *service, l *lane, d *delivery, f *Fault) bool
	// bend changes the finished request and says what it did.
	bend     func(w *service, d *delivery, out *provider.Outgoing, f *Fault) string
	reshapes bool // the body that is sent is not the delivery's
	// wire breaks the exchange.
	wire breakage
}

// breakage is what is done to an exchange on the connection.
type breakage int

const (
	sound       breakage = iota
	dripped              // the body comes a few bytes at a time
	cutBody              // half of the body, then the end of the connection
	resetMidway          // half of the body, then a reset
	leftAlone            // the sender gives up before the answer
	lost                 // nothing is sent; the provider believes it arrived
	doubled              // sent a second time at once
)

const (
	ordinaryDelay = 30 * time.Second
	ordinaryDrip  = 2 * time.Second
	giantBody     = 10 << 20
	mostGiant     = 64 << 20
)

// kinds is the table of delivery faults; the signing ones are the provider's.
func kinds() []faultKind {
	return []faultKind{
		{name: "duplicate", about: "the same request is sent twice", wire: doubled},
		{name: "reorder", about: "the delivery lets the next one go first", early: reorder},
		{name: "drop", about: "nothing is sent and the provider believes it arrived", wire: lost},
		{name: "delay", about: "the attempt waits on the provider's clock (for, 30s)", early: delay},
		{name: "slow", about: "the body drips in (for, 2s of wall time)", wire: dripped},
		{name: "cut_body", about: "half of the body, then the connection ends", wire: cutBody},
		{name: "reset", about: "half of the body, then the connection is reset", wire: resetMidway},
		{name: "timeout", about: "the sender hangs up before the answer", wire: leftAlone},
		{name: "wrong_content_type", about: "Content-Type: text/plain", bend: wrongContentType},
		{name: "redirect", about: "a GET without a body, as a redirect on the way makes of a POST", bend: redirected, reshapes: true},
		{name: "wrong_method", about: "PUT in place of the provider's method", bend: wrongMethod},
		{name: "empty_body", about: "no body; headers and signature as for the whole one", bend: emptyBody, reshapes: true},
		{name: "giant_body", about: "the body is padded with white space (bytes, 10 MiB) and signed so", bend: giant, reshapes: true},
	}
}

var signatureFaults = map[string]string{
	"bad_signature":     "the signature or credential is wrong",
	"missing_signature": "the signature or credential is left out",
	"stale_signature":   "the signature is of a time long ago",
	"old_key":           "signed with the key before the last rotation",
}

// presets are named lists of rules.
func presets() map[string][]Fault {
	some := func(p float64) *float64 { return &p }
	return map[string][]Fault{
		"flaky-network":   {{Kind: "reset", Probability: some(0.1)}, {Kind: "cut_body", Probability: some(0.05)}, {Kind: "timeout", Probability: some(0.05)}, {Kind: "slow", Probability: some(0.1)}},
		"at-least-once":   {{Kind: "duplicate", Probability: some(0.3)}},
		"out-of-order":    {{Kind: "reorder", Probability: some(0.3)}, {Kind: "delay", Probability: some(0.1), For: "10s"}},
		"lossy":           {{Kind: "drop", Probability: some(0.1)}},
		"bad-signatures":  {{Kind: "bad_signature", Probability: some(0.2)}, {Kind: "missing_signature", Probability: some(0.1)}},
		"malformed":       {{Kind: "empty_body", Probability: some(0.1)}, {Kind: "wrong_content_type", Probability: some(0.1)}, {Kind: "giant_body", Probability: some(0.02)}},
		"everything-once": everythingOnce(),
	}
}

func everythingOnce() []Fault {
	var all []Fault
	for _, k := range kinds() {
		all = append(all, Fault{Kind: k.name, Times: 1})
	}
	return all
}

// UnmarshalJSON takes a fault as an object or as the text of its kind or preset.
func (f *Fault) UnmarshalJSON(b []byte) error {
	var name string
	if json.Unmarshal(b, &name) == nil {
		*f = Fault{Kind: name}
		if presets()[name] != nil {
			*f = Fault{Preset: name}
		}
		return nil
	}
	type plain Fault
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode((*plain)(f)); err != nil {
		return badJSON(err, f)
	}
	return nil
}

func faultNames(p *provider.Provider) []string {
	var names []string
	for _, k := range kinds() {
		names = append(names, k.name)
	}
	if p != nil {
		return append(names, p.Faults...)
	}
	return append(names, sortedKeys(signatureFaults)...)
}

// parseFaults checks faults and puts presets' contents in their place. p limits
// them to what is possible for one provider; nil: for any.
func (e *Engine) parseFaults(in []Fault, p *provider.Provider) ([]*Fault, error) {
	var out []*Fault
	for _, f := range in {
		list := []Fault{f}
		if f.Preset != "" {
			list = presets()[f.Preset]
			if list == nil {
				names := sortedKeys(presets())
				return nil, provider.Refuse("unknown_preset", "known are "+strings.Join(names, ", "), "no fault preset %q", clip(f.Preset))
			}
		}
		for _, one := range list {
			if f.Preset != "" {
				one.Q = f.Q
				if p != nil && signatureFaults[one.Kind] != "" && !slices.Contains(p.Faults, one.Kind) {
					continue
				}
			}
			if err := e.checkFault(&one, p); err != nil {
				return nil, err
			}
			out = append(out, &one)
		}
	}
	return out, nil
}

func (e *Engine) checkFault(f *Fault, p *provider.Provider) (err error) {
	if f.filter, err = query.Parse(f.Q, e.clock.Now); err != nil {
		return provider.Refuse("bad_filter", "", "q: %v", err)
	}
	if p == nil {
		p = e.namedProvider(f.Q)
	}
	if names := faultNames(p); !slices.Contains(names, f.Kind) {
		return impossible(f.Kind, names, p)
	}
	if f.Probability != nil && !(*f.Probability >= 0 && *f.Probability <= 1) {
		return provider.Refuse("bad_fault", "", "probability %v is not between 0 and 1", *f.Probability)
	}
	if f.Times < 0 || f.Bytes < 0 || f.Bytes > mostGiant {
		return provider.Refuse("bad_fault", "", "times and bytes are not negative, bytes at most %d", mostGiant)
	}
	f.left = f.Times
	f.span = map[string]time.Duration{"delay": ordinaryDelay, "slow": ordinaryDrip}[f.Kind]
	if f.For != "" {
		if f.span, err = time.ParseDuration(f.For); err != nil || f.span < 0 {
			return provider.Refuse("bad_fault", "a duration is written 500ms, 30s or 2h", "for: %q is not a duration", clip(f.For))
		}
	}
	return nil
}

func impossible(kind string, names []string, p *provider.Provider) error {
	hint := "possible are " + strings.Join(names, ", ")
	if near := api.Nearest(kind, names); near != "" {
		hint = fmt.Sprintf("did you mean %q? %s", near, hint)
	}
	if p != nil && signatureFaults[kind] != "" {
		return provider.Refuse("impossible_fault", hint, "%s cannot show %s", p.Title, kind)
	}
	return provider.Refuse("unknown_fault", hint, "no fault %q", clip(kind))
}

// namedProvider returns the provider that a rule's filter names, if one.
func (e *Engine) namedProvider(q string) *provider.Provider {
	for _, term := range strings.Fields(q) {
		if name, ok := strings.CutPrefix(term, "provider:"); ok && e.services[name] != nil {
			return e.services[name].provider
		}
	}
	return nil
}

// applying returns the faults that befall the next attempt of a delivery.
func (w *service) applying(d *delivery) []*Fault {
	var hit []*Fault
	for _, f := range d.faults {
		if f.strike(w, true) {
			hit = append(hit, f)
		}
	}
	probe := &journal.Entry{Kind: journal.Attempt, Provider: w.provider.Name, Account: d.Account, Type: d.Type, EventID: d.EventIDs[0],
		DeliveryID: d.ID, Subscription: d.Subscription, Attempt: len(d.Attempts) + 1, Detail: d.detail(), Request: &journal.Message{Method: "POST", URL: d.URL, Body: d.Body}}
	w.engine.faultMu.Lock()
	defer w.engine.faultMu.Unlock()
	for _, f := range w.engine.faults {
		if signatureFaults[f.Kind] != "" && !slices.Contains(w.provider.Faults, f.Kind) || !f.filter.Match(probe) {
			continue
		}
		if f.strike(w, false) {
			hit = append(hit, f)
		}
	}
	return hit
}

// strike decides whether the fault happens now and counts it.
func (f *Fault) strike(w *service, once bool) bool {
	limited := once || f.Times > 0
	if limited && f.left < 0 {
		return false
	}
	if f.Probability != nil && w.world.Rand("fault").Float64() >= *f.Probability {
		return false
	}
	if limited {
		f.left--
		if f.left <= 0 {
			f.left = -1
		}
	}
	return true
}

func kindOf(name string) *faultKind {
	for _, k := range kinds() {
		if k.name == name {
			return &k
		}
	}
	return nil
}

// reshaped reports that the body of an attempt, by what its entry says of faults,
// is not the delivery's.
func reshaped(said string) bool {
	for part := range strings.SplitSeq(said, "; ") {
		name, _, _ := strings.Cut(part, ":")
		if k := kindOf(name); k != nil && k.reshapes {
			return true
		}
	}
	return false
}
