package dsco

import (
	"encoding/json"
	"errors"
	"slices"

	"github.com/tidwall/gjson"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

// contextKeys say whose data changed and what was before (decision; what follows
// from them is documented).
func contextKeys() []provider.Context {
	inventory := []string{inventoryUpdated}
	return []provider.Context{
		{Name: "accountId", About: "number of the account whose data changed; left out, it fits every webhook", Check: func(raw []byte) error { return checkNumber(raw) }},
		{Name: "catalogIds", About: "list of the catalogs the item is in; left out, it fits every webhook", Types: inventory, Check: checkTexts},
		{Name: "assortmentIds", About: "list of the assortments the item is in; left out, it fits every webhook", Types: inventory, Check: checkTexts},
		{Name: "previousQuantity", About: "quantity before, null when the item is seen for the first time; left out, what this mock remembers",
			Types: inventory, Check: checkQuantity},
	}
}

// checkTexts refuses a context value that is no list of texts.
func checkTexts(raw []byte) error {
	if _, ok := kit.Texts(raw); !ok {
		return errors.New("wants a list of texts")
	}
	return nil
}

// checkQuantity refuses a context value that is neither a whole number nor null.
func checkQuantity(raw []byte) error {
	if _, ok := kit.Whole(raw); !ok && string(raw) != "null" {
		return errors.New("wants a whole number, or null")
	}
	return nil
}

// facts is what is settled about one occurrence before anybody gets it.
type facts struct {
	EventUUID string `json:"event_uuid,omitempty"`
	Note      int64  `json:"note,omitempty"` // rises with every noted quantity; 0: nothing to note
	SKU       string `json:"sku,omitempty"`
	Quantity  int64  `json:"quantity,omitempty"`
}

// factsOf reads back what prepare settled.
func factsOf(ev *provider.Event) (f facts) {
	_ = json.Unmarshal(ev.Data, &f) // this package's own; none is the zero value
	return f
}

// prepare draws the occurrence's own id, where the payload has one, and reads
// which quantity it brings.
func prepare(w *provider.World, ev *provider.Event) error {
	var f facts
	body, err := base(w, ev, provider.Target{Direct: true})
	if err != nil {
		return err
	}
	if gjson.GetBytes(body, "payload.eventUuid").Exists() {
		f.EventUUID = w.UUID("event")
	}
	if ev.Type == inventoryUpdated && ev.To == "" {
		if err := f.readQuantity(w, ev); err != nil {
			return err
		}
	}
	ev.Data = provider.Encode(f)
	return nil
}

// readQuantity notes sku and quantity of the finished body. One without both
// keeps the memory and counts as unchanged (decision).
func (f *facts) readQuantity(w *provider.World, ev *provider.Event) error {
	body, err := payload(w, ev, provider.Target{Direct: true})
	if err != nil {
		return err
	}
	if !provider.Sound(body) {
		return nil
	}
	sku := gjson.GetBytes(body, "payload.sku")
	quantity, ok := kit.Whole([]byte(gjson.GetBytes(body, "payload.quantityAvailable").Raw))
	if ok && sku.Type == gjson.String && sku.Str != "" {
		f.Note, f.SKU, f.Quantity = w.Next("note", 1), sku.Str, quantity
	}
	return nil
}

// targets decides which webhooks fire, in order of their creation.
func targets(w *provider.World, ev *provider.Event) (to []provider.Target, skips []provider.Skip) {
	for _, c := range candidates(w, ev) {
		if reason := c.judge(w, ev); reason != "" {
			skips = append(skips, provider.Skip{Subscription: c.sub.ID, Reason: reason})
		} else {
			to = append(to, provider.Target{Account: c.account, Subscription: c.sub.ID, URL: c.sub.URL})
		}
	}
	return to, skips
}

// candidate is a webhook of the event's type.
type candidate struct {
	account string
	sub     *provider.Sub
	webhook webhook
}

// candidates lists the webhooks of the addressed accounts that ask for the
// event's type, in order of their creation over all accounts.
func candidates(w *provider.World, ev *provider.Event) []candidate {
	var all []candidate
	for _, a := range w.Addressed(ev) {
		for _, s := range a.Subs() {
			if s.Wants(ev.Type) {
				all = append(all, candidate{a.Name, s, stored(s)})
			}
		}
	}
	slices.SortFunc(all, func(a, b candidate) int { return int(a.webhook.N - b.webhook.N) })
	return all
}

// judge returns why a webhook does not fire, "" when it does.
func (c candidate) judge(w *provider.World, ev *provider.Event) string {
	switch {
	case !c.sub.Enabled: // documented: ignored when not enabled
		return "disabled"
	case !c.concerns(w, ev):
		return "other_account"
	case ev.Type != inventoryUpdated:
		return ""
	case !among(c.webhook.CatalogIDs, ev.Context["catalogIds"]):
		return "not_in_catalog"
	case !among(c.webhook.AssortmentIDs, ev.Context["assortmentIds"]):
		return "not_in_assortment"
	}
	return c.judgeQuantity(w, ev)
}

// concerns reports whether the changed data is that of webhookAccountId, or with
// applyToPartners that of a partner (documented; that the own data stays in is a
// decision).
func (c candidate) concerns(w *provider.World, ev *provider.Event) bool {
	id, given := number(ev.Context["accountId"])
	return !given || id == c.webhook.Account || isTrue(c.webhook.ApplyToPartners) && who(w, c.account).trades(id)
}

// among reports whether wanted ids and those of a firing share one; either side
// not given fits (documented for the webhook's).
func among(wanted *[]string, given json.RawMessage) bool {
	has, known := kit.Texts(given)
	if len(listed(wanted)) == 0 || !known {
		return true
	}
	return slices.ContainsFunc(*wanted, func(id string) bool { return slices.Contains(has, id) })
}
