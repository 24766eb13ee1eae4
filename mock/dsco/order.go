package dsco

import (
	"bytes"
	"encoding/json"
	"io"
	"time"

	"tacklebox/mock/provider"
)

// order is what a create or update asks for.
type order struct {
	webhook
	event   string
	url     string
	enabled bool
}

// apply writes the order into a subscription.
func (o *order) apply(s *provider.Sub, now time.Time) {
	s.URL, s.Types, s.Enabled, s.Updated = o.url, []string{o.event}, o.enabled, now
	s.Store(o.webhook)
}

// form is the members of a JSON object that have a value: null counts as absent
// (documented as "may be left blank" for one attribute, elsewhere a decision) and
// of two members with one name the last counts (decision).
type form struct {
	names  []string // in order of appearance
	values map[string]json.RawMessage
}

// readForm reads one JSON object and nothing after it.
func readForm(b []byte) (form, bool) {
	f := form{values: map[string]json.RawMessage{}}
	if !provider.Sound(b) {
		return f, false
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return f, false
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return f, false
		}
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return f, false
		}
		f.put(key.(string), raw)
	}
	if _, err := dec.Token(); err != nil {
		return f, false
	}
	_, err := dec.Token()
	return f, err == io.EOF
}

func (f *form) put(name string, raw json.RawMessage) {
	f.names = append(f.names, name)
	if string(raw) == "null" {
		delete(f.values, name)
	} else {
		f.values[name] = raw
	}
}

// unknown returns the first member, in order of appearance, that is none of the
// known ones. Names are case-sensitive (documented type, inferred use).
func (f *form) unknown(known func(string) bool) (string, bool) {
	for _, n := range f.names {
		if _, has := f.values[n]; has && !known(n) {
			return n, true
		}
	}
	return "", false
}

// readOrder reads the body of a create (uuid "") or update and reports the first
// problem in this order: JSON, unknown members, required ones, types and values,
// the rules across attributes (decision).
func readOrder(w *provider.World, c *provider.Call, uuid string) (*order, error) {
	f, ok := readForm(c.Body)
	if !ok || c.BodyErr != nil {
		return nil, refuse(invalidJSON, "The request body must be one JSON object.")
	}
	if n, found := f.unknown(func(n string) bool { return attributeOf(n) != nil }); found {
		return nil, refuse(unrecognizedProperty, "The attribute %q is not known to a Webhook.", shorten(n))
	}
	for _, a := range attributes {
		if _, has := f.values[a.name]; a.required && !has {
			return nil, refuse(propertyRequired, "The attribute %s is required.", a.name)
		}
	}
	r := &reading{order: &order{}, uuid: uuid, me: who(w, c.Account), keys: headerKeys(w, c.Account),
		anyOwner: w.Option(c.Account, optOwner).Text() == anyOwner}
	r.order.Owner = r.me.id
	for _, a := range attributes {
		if raw, has := f.values[a.name]; has {
			if err := a.read(r, raw); err != nil {
				return nil, err
			}
		}
	}
	return r.order, r.order.check(r.me, w.Option(c.Account, optInventoryOnly).Text() == reject)
}

// check holds the rules that speak of more than one attribute, in the order they
// are reported (documented rules; which type answers each is inferred). A false
// option is fine anywhere, as in the documentation's example.
func (o *order) check(me party, strict bool) error {
	if isTrue(o.QuantityStateChangeOnly) && isTrue(o.QuantityChangeOnly) {
		return refuse(propertyMayNotBeSet, "quantityStateChangeOnly and quantityChangeOnly may not both be true.")
	}
	if isTrue(o.ApplyToPartners) {
		if err := o.checkPartners(me); err != nil {
			return err
		}
	}
	if len(listed(o.CatalogIDs)) > 0 && len(listed(o.AssortmentIDs)) > 0 {
		return refuse(propertyMayNotBeSet, "assortmentIds may not be set together with catalogIds.")
	}
	if strict && o.event != inventoryUpdated {
		return o.checkInventoryOnly()
	}
	return nil
}

// checkPartners holds what applyToPartners asks for (documented).
func (o *order) checkPartners(me party) error {
	switch {
	case o.event != inventoryUpdated:
		return refuse(propertyMayNotBeSet, "applyToPartners is only valid when event is %s.", inventoryUpdated)
	case me.kind != retailer:
		return refuse(propertyMayNotBeSet, "applyToPartners may only be set by an account of type %s.", retailer)
	case o.Account != me.id:
		return refuse(attributeValueInvalid, "webhookAccountId must be your own account %d when applyToPartners is true.", me.id)
	case len(listed(o.CatalogIDs)) > 0:
		return refuse(propertyMayNotBeSet, "catalogIds may not be set when applyToPartners is true.")
	case len(listed(o.AssortmentIDs)) > 0:
		return refuse(propertyMayNotBeSet, "assortmentIds may not be set when applyToPartners is true.")
	}
	return nil
}

// checkInventoryOnly refuses options that have no effect on this event, when the
// settings ask for it; by default they are kept (inferred: the documentation
// words them as conditions, unlike applyToPartners).
func (o *order) checkInventoryOnly() error {
	for _, opt := range []struct {
		name string
		set  bool
	}{
		{"quantityStateChangeOnly", isTrue(o.QuantityStateChangeOnly)},
		{"quantityChangeOnly", isTrue(o.QuantityChangeOnly)},
		{"catalogIds", len(listed(o.CatalogIDs)) > 0},
		{"assortmentIds", len(listed(o.AssortmentIDs)) > 0},
	} {
		if opt.set {
			return refuse(propertyMayNotBeSet, "%s may only be set when event is %s.", opt.name, inventoryUpdated)
		}
	}
	return nil
}
