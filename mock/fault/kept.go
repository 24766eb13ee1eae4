package fault

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"tacklebox/mock/provider"
	"tacklebox/receiver/api"
)

// Kept is the rules in force with where they are kept.
type Kept struct {
	Rules    InForce
	Now      func() time.Time
	Provider func(name string) *provider.Provider // nil when there is none
	Save     func(json.RawMessage) error
	Warn     func(string)
}

// SetDocument replaces the faults in force by the document that PUT /_/faults
// takes. It is how a configuration file sets them: an error says the place.
func (k *Kept) SetDocument(doc json.RawMessage) error {
	var list []json.RawMessage
	if json.Unmarshal(doc, &list) != nil {
		return api.At(api.Refuse("bad_fault", "", "wants a list, like [{kind: delay, probability: 0.1}]"), "faults")
	}
	all := make([]api.Fault, len(list))
	for i, raw := range list {
		err := api.Decode(raw, &all[i])
		if err == nil {
			_, err = k.parse(all[i : i+1])
		}
		if err != nil {
			return api.At(err, "faults", strconv.Itoa(i))
		}
	}
	return k.Set(all)
}

func (k *Kept) parse(in []api.Fault) ([]*Rule, error) {
	return Parse(in, k.Now, k.signerOf)
}

// Set replaces the faults in force. When that cannot be kept, the old ones
// stay.
func (k *Kept) Set(in []api.Fault) error {
	rules, err := k.parse(in)
	if err != nil {
		return err
	}
	before := k.Rules.Rules()
	k.Rules.Replace(rules)
	if err := k.Save(provider.Encode(k.Rules.List())); err != nil {
		k.Rules.Replace(before)
		return err
	}
	return nil
}

// Restore puts the saved rules in force. One that cannot be read any more is
// put aside with a warning: it must not keep the sandbox from starting.
func (k *Kept) Restore(saved json.RawMessage) {
	var list []json.RawMessage
	if err := json.Unmarshal(saved, &list); err != nil {
		k.Warn(fmt.Sprintf("the saved faults cannot be read and are put aside: %v", err))
		return
	}
	var rules []*Rule
	for _, one := range list {
		var f api.Fault
		err := json.Unmarshal(one, &f)
		var parsed []*Rule
		if err == nil {
			parsed, err = k.parse([]api.Fault{f})
		}
		if err != nil {
			k.Warn(fmt.Sprintf("a saved fault is put aside: %s: %v", api.Clip(string(one)), err))
			continue
		}
		rules = append(rules, parsed...)
	}
	k.Rules.Replace(rules)
}

// signerOf returns who signs what a rule's filter names, nil when that may be
// anybody.
func (k *Kept) signerOf(q string) *Signer {
	for term := range strings.FieldsSeq(q) {
		if name, ok := strings.CutPrefix(term, "provider:"); ok && k.Provider(name) != nil {
			return SignerOf(k.Provider(name))
		}
	}
	return nil
}
