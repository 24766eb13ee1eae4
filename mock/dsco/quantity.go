package dsco

import (
	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

// noted is what the mock remembers of one item's quantity.
type noted struct {
	N        int64 `json:"n"` // of two notes the later counts
	Quantity int64 `json:"quantity"`
}

// noteKey names the place of a note: the addressed account ("" for all), the
// account whose data it is ("" for none named) and the item.
func noteKey(account string, ev *provider.Event, sku string) string {
	return "quantity " + string(provider.Encode([]string{account, string(ev.Context["accountId"]), sku}))
}

// note remembers the quantity that an event brought, whoever got it (decision).
// Told of the same event again it changes nothing: its number is not later.
func note(w *provider.World, ev *provider.Event) {
	f := factsOf(ev)
	if f.Note == 0 {
		return
	}
	key := noteKey(ev.Account, ev, f.SKU)
	var last noted
	if w.Get(key, &last) && last.N >= f.Note {
		return
	}
	w.Put(key, noted{f.Note, f.Quantity})
}

// before returns the quantity that an account knew before the event: what the
// firing says, else the latest note of firings for this account or for all. first
// means it was never seen.
func before(w *provider.World, ev *provider.Event, account, sku string) (quantity int64, first bool) {
	if raw, ok := ev.Context["previousQuantity"]; ok {
		n, known := kit.Whole(raw)
		return n, !known
	}
	var own, common noted
	_ = w.Get(noteKey(account, ev, sku), &own)
	_ = w.Get(noteKey("", ev, sku), &common)
	if common.N > own.N {
		own = common
	}
	return own.Quantity, own.N == 0
}

// judgeQuantity holds the two options about quantities; with neither the webhook
// fires on any change (documented).
func (c candidate) judgeQuantity(w *provider.World, ev *provider.Event) string {
	change, state := isTrue(c.webhook.QuantityChangeOnly), isTrue(c.webhook.QuantityStateChangeOnly)
	if !change && !state {
		return ""
	}
	f := factsOf(ev)
	was, first := before(w, ev, c.account, f.SKU)
	rule := quantityRules[w.Option(c.account, optQuantityRule).Text()]
	switch {
	case change && (f.Note == 0 || !rule.change(was, f.Quantity, first)):
		return "quantity_unchanged"
	case state && (f.Note == 0 || !rule.state(was, f.Quantity, first)):
		return "quantity_state_unchanged"
	}
	return ""
}

type quantityRule struct {
	change, state func(was, now int64, first bool) bool
}

// Two of Dsco's pages differ (both documented). The Webhook object's, the
// default, says "from less than 1 to more than 1 or from greater than 0 to less
// than 1 or … seen for the first time", so to the letter 0 → 1 is no change of
// state. The overview counts 0 → above 0, above 0 → 0 and a 0 that stays 0, and
// does not name the first time.
var quantityRules = map[string]quantityRule{
	ruleSeed: {
		change: func(was, now int64, first bool) bool { return first || was != now },
		state:  func(was, now int64, first bool) bool { return first || was < 1 && now > 1 || was > 0 && now < 1 },
	},
	ruleOverview: {
		change: func(was, now int64, first bool) bool { return !first && was != now },
		state: func(was, now int64, first bool) bool {
			return !first && (was < 1 && now > 0 || was > 0 && now < 1 || was == 0 && now == 0)
		},
	},
}
