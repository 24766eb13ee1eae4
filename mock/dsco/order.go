package dsco

import (
	"time"

	"tacklebox/mock/kit"
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

// readOrder reads the body of a create (uuid "") or update and reports the first
// problem in this order: JSON, unknown members, required ones, types and values,
// the rules across attributes (decision).
func readOrder(r *kit.Request, uuid string) (*order, error) {
	f, ok := readForm(r.Call.Body)
	if !ok || r.Call.BodyErr != nil {
		return nil, refuse(invalidJSON, "The request body must be one JSON object.")
	}
	if n, found := f.Unknown(attributeNames()...); found {
		return nil, refuse(unrecognizedProperty, "The attribute %q is not known to a Webhook.", kit.Clip(n))
	}
	for _, a := range attributes {
		if a.required && !f.Given(a.name) {
			return nil, refuse(propertyRequired, "The attribute %s is required.", a.name)
		}
	}
	in := &reading{order: &order{}, uuid: uuid, me: who(r.World, r.Call.Account), keys: headerKeys(r.World, r.Call.Account),
		anyOwner: r.Option(optOwner).Text() == anyOwner}
	in.order.Owner = in.me.id
	for _, a := range attributes {
		if f.Given(a.name) {
			if err := a.read(in, f.Raw(a.name)); err != nil {
				return nil, err
			}
		}
	}
	return in.order, in.order.check(in.me, r.Option(optInventoryOnly).Text() == reject)
}

// readForm reads one JSON object, whose null members count as absent (documented
// as "may be left blank" for one attribute, elsewhere a decision).
func readForm(raw []byte) (kit.Fields, bool) {
	if !provider.Sound(raw) {
		return kit.Fields{}, false
	}
	return kit.ReadFields(raw)
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
