package dsco_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"tacklebox/mock/sandbox"
	"tacklebox/receiver/api"
)

// outcome is what one event came to for each webhook, by its place of creation:
// "" fired, "-" not mentioned, else why not.
func outcome(ids []string, ev api.FiredEvent) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = "-"
		for _, d := range ev.Deliveries {
			if d.Subscription == id {
				out[i] = ""
			}
		}
		for _, s := range ev.Skipped {
			if s.Subscription == id {
				out[i] = s.Reason
			}
		}
	}
	return out
}

// The whole truth table through real firings, with the quantity before from the
// context and from the memory, by both rules.
func TestQuantityTable(t *testing.T) {
	t.Parallel()
	type fires struct{ QuantityChangeOnly, QuantityStateChangeOnly bool }
	var table struct {
		Quantity struct {
			Rows []struct {
				Previous       *int
				Quantity       int
				Seed, Overview fires
			}
		}
	}
	testdata(t, "vectors.json", &table)
	r := start(t)
	var ids []string
	for _, option := range []string{"description", "quantityChangeOnly", "quantityStateChangeOnly"} {
		hook := map[string]any{"event": "INVENTORY_UPDATED", option: true}
		if option == "description" {
			hook[option] = "any change"
		}
		ids = append(ids, r.create(me, hook))
	}
	sku := 0
	for _, rule := range []string{"seed", "overview"} {
		r.Settings("dsco", "", map[string]any{"quantity_rule": rule})
		for _, row := range table.Quantity.Rows {
			want := []string{"", "quantity_unchanged", "quantity_state_unchanged"}
			f := row.Seed
			if rule == "overview" {
				f = row.Overview
			}
			if f.QuantityChangeOnly {
				want[1] = ""
			}
			if f.QuantityStateChangeOnly {
				want[2] = ""
			}
			sku++
			set := map[string]string{"payload.sku": fmt.Sprintf(`"S-%d"`, sku), "payload.quantityAvailable": itoa(row.Quantity)}
			about := fmt.Sprintf("%s: %v → %d", rule, encode(t, row.Previous), row.Quantity)
			same(t, about+" by context", outcome(ids, r.fire("INVENTORY_UPDATED", set, map[string]string{"previousQuantity": encode(t, row.Previous)})), want)
			sku++
			set["payload.sku"] = fmt.Sprintf(`"S-%d"`, sku)
			if row.Previous != nil {
				before := map[string]string{"payload.sku": set["payload.sku"], "payload.quantityAvailable": itoa(*row.Previous)}
				r.fire("INVENTORY_UPDATED", before, nil)
			}
			same(t, about+" by memory", outcome(ids, r.fire("INVENTORY_UPDATED", set, nil)), want)
		}
	}
}

func TestTheQuantityMemory(t *testing.T) {
	t.Parallel()
	r := start(t)
	only := map[string]any{"event": "INVENTORY_UPDATED", "quantityChangeOnly": true}
	a := r.create("retailer-1-a", only)
	b := r.create("retailer-2-b", only)
	fired, same1 := "", "quantity_unchanged"
	for i, step := range []struct {
		f    api.Firing
		want []string // of a and b
	}{
		{quantity("4"), []string{fired, fired}},                                                    // first seen, by all
		{quantity("4"), []string{same1, same1}},                                                    //
		{by("retailer-1-a", quantity("5")), []string{fired, "-"}},                                  // noted for a alone
		{quantity("5"), []string{same1, fired}},                                                    //
		{to(r.Inbox("x"), quantity("9")), []string{"-", "-"}},                                      // `to` neither reads nor writes
		{quantity("5"), []string{same1, same1}},                                                    //
		{context("previousQuantity", "1", quantity("6")), []string{fired, fired}},                  // noted too
		{quantity("6"), []string{same1, same1}},                                                    //
		{context("accountId", "12311", quantity("6")), []string{fired, fired}},                     // another account's item: first seen
		{context("accountId", "12311", quantity("6")), []string{same1, same1}},                     //
		{quantity("6.5"), []string{same1, same1}},                                                  // no whole number: unchanged, not noted
		{quantity(`"7"`), []string{same1, same1}},                                                  //
		{unset("payload.sku", quantity("8")), []string{same1, same1}},                              //
		{body(`"nonsense"`), []string{same1, same1}},                                               //
		{body(`{"payload":{"sku":"MUG-12-SLATE","quantityAvailable":8}}`), []string{fired, fired}}, // conditions read a body given whole
		{quantity("8"), []string{same1, same1}},                                                    //
		{by("nobody-yet", quantity("3")), []string{"-", "-"}},                                      // noted for an account that comes later
	} {
		got := r.Fire(step.f).Events[0]
		same(t, fmt.Sprintf("step %d", i), outcome([]string{a, b}, got), step.want)
	}
	c := r.create("nobody-yet", only)
	same(t, "later account", outcome([]string{c}, r.Fire(by("nobody-yet", quantity("3"))).Events[0]), []string{same1})
	d := r.create("retailer-3-d", only)
	same(t, "a fire for all", outcome([]string{d}, r.Fire(quantity("8")).Events[0]), []string{same1})
	r.send(request(t, "POST", r.URL+"/_/reset", "", ""))
	e := r.create("retailer-1-a", only)
	same(t, "after a reset", outcome([]string{e}, r.Fire(quantity("8")).Events[0]), []string{fired})
}

func quantity(n string) api.Firing {
	return api.Firing{Provider: "dsco", Type: "INVENTORY_UPDATED", Set: raws(map[string]string{"payload.quantityAvailable": n})}
}

func by(account string, f api.Firing) api.Firing { f.Account = account; return f }

func to(url string, f api.Firing) api.Firing { f.To = url; return f }

func unset(path string, f api.Firing) api.Firing { f.Unset = []string{path}; return f }

func context(key, value string, f api.Firing) api.Firing {
	f.Context = raws(map[string]string{key: value})
	return f
}

func body(b string) api.Firing {
	return api.Firing{Provider: "dsco", Type: "INVENTORY_UPDATED", Body: json.RawMessage(b)}
}

// Events of one firing are judged one after the other.
func TestACountIsManyEvents(t *testing.T) {
	t.Parallel()
	r := start(t)
	id := r.create(me, map[string]any{"event": "INVENTORY_UPDATED", "quantityChangeOnly": true})
	f := quantity("3")
	f.Count = 3
	var got []string
	for _, ev := range r.Fire(f).Events {
		got = append(got, outcome([]string{id}, ev)...)
	}
	same(t, "events", got, []string{"", "quantity_unchanged", "quantity_unchanged"})
}

func TestWhoGetsAnEvent(t *testing.T) {
	t.Parallel()
	r := start(t, sandbox.WithConfig(func(c *sandbox.Config) {
		c.Providers = map[string]map[string]json.RawMessage{"dsco": {"accounts": json.RawMessage(`{"closed":{"id":500,"type":"Retailer","partners":[7]}}`)}}
	}))
	const inv = "INVENTORY_UPDATED"
	hooks := []struct {
		account string
		hook    map[string]any
	}{
		{me, map[string]any{"event": "ORDER_CREATED"}},
		{me, map[string]any{"event": inv, "enabled": false, "webhookAccountId": 7}},
		{me, map[string]any{"event": inv}},
		{me, map[string]any{"event": inv, "webhookAccountId": 7, "catalogIds": []string{"a", "b"}}},
		{me, map[string]any{"event": inv, "webhookAccountId": 7, "assortmentIds": []string{"a"}, "quantityChangeOnly": true}},
		{me, map[string]any{"event": inv, "applyToPartners": true}},
		{"closed", map[string]any{"event": inv, "applyToPartners": true, "webhookAccountId": 500}},
		{me, map[string]any{"event": inv, "webhookAccountId": 7, "catalogIds": []string{}, "quantityStateChangeOnly": true}},
	}
	var ids []string
	for _, h := range hooks {
		ids = append(ids, r.create(h.account, h.hook))
	}
	for _, c := range []struct {
		about   string
		context map[string]string
		want    []string
	}{
		{"nothing said", nil, []string{"-", "disabled", "", "", "", "", "", ""}},
		{"a partner of both", map[string]string{"accountId": "7"}, []string{"-", "disabled", "other_account", "", "", "", "", ""}},
		{"a partner of one", map[string]string{"accountId": "8"}, []string{"-", "disabled", "other_account", "other_account", "other_account", "", "other_account", "other_account"}},
		{"one's own", map[string]string{"accountId": "12311"}, []string{"-", "disabled", "", "other_account", "other_account", "", "other_account", "other_account"}},
		{"the closed one's own", map[string]string{"accountId": "500"}, []string{"-", "disabled", "other_account", "other_account", "other_account", "", "", "other_account"}},
		{"in a catalog", map[string]string{"accountId": "7", "catalogIds": `["b","c"]`}, []string{"-", "disabled", "other_account", "", "quantity_unchanged", "", "", "quantity_state_unchanged"}},
		{"in another", map[string]string{"catalogIds": `["c"]`}, []string{"-", "disabled", "", "not_in_catalog", "quantity_unchanged", "", "", "quantity_state_unchanged"}},
		{"in none", map[string]string{"catalogIds": `[]`, "assortmentIds": `[]`}, []string{"-", "disabled", "", "not_in_catalog", "not_in_assortment", "", "", "quantity_state_unchanged"}},
	} {
		same(t, c.about, outcome(ids, r.fire(inv, nil, c.context)), c.want)
	}
	same(t, "inventory options have no effect on an order", outcome([]string{r.create(me, map[string]any{"event": "ORDER_UPDATED", "quantityChangeOnly": true, "catalogIds": []string{"a"}})},
		r.fire("ORDER_UPDATED", nil, nil)), []string{""})
	if got := r.Fire(api.Firing{Provider: "dsco", Type: inv, Account: "nobody"}).Events[0]; len(got.Deliveries)+len(got.Skipped) != 0 || got.Deliveries == nil {
		t.Errorf("an account that nobody used: %+v", got)
	}
}

// Account settings beat what a token says; a Supplier by settings is one.
func TestAccountsOfTheSettings(t *testing.T) {
	t.Parallel()
	r := start(t, sandbox.WithConfig(func(c *sandbox.Config) {
		c.Providers = map[string]map[string]json.RawMessage{"dsco": {"accounts": json.RawMessage(
			`{"retailer-1-x":{"id":77,"type":"Supplier"},"plain":{"type":"Supplier"},"told":{"id":9}}`)}}
	}))
	for account, want := range map[string]float64{"retailer-1-x": 77, "plain": 92171, "told": 9, "supplier-5": 5, "anything": 12311} {
		hook := `{"webhookAccountId":1,"event":"ORDER_CREATED","callbackUrl":"http://h","enabled":true}`
		same(t, account, r.ok("POST", "/webhook", account, hook)["owningAccountId"], want)
	}
	apply := `{"webhookAccountId":77,"event":"INVENTORY_UPDATED","callbackUrl":"http://h","enabled":true,"applyToPartners":true}`
	r.refused(r.call("POST", "/webhook", "retailer-1-x", apply), 400, "PropertyMayNotBeSet", "Retailer")
	r.Settings("dsco", "retailer-1-x", map[string]any{"type": "Retailer"})
	r.ok("POST", "/webhook", "retailer-1-x", `{"webhookAccountId":77,"event":"INVENTORY_UPDATED","callbackUrl":"http://h","enabled":true,"applyToPartners":true}`)
	r.Settings("dsco", "", map[string]any{"accounts": map[string]any{"later": map[string]any{"id": 31, "type": "Supplier", "partners": []int{1}}}})
	same(t, "by control call", r.ok("POST", "/webhook", "later", `{"webhookAccountId":1,"event":"ORDER_CREATED","callbackUrl":"http://h","enabled":true}`)["owningAccountId"], 31.0)
	for _, bad := range []string{`{"id":0}`, `{"id":1.5}`, `{"type":"Shop"}`, `{"partners":[1,"2"]}`, `{"partners":1}`, `{"history_page_size":0}`,
		`{"http_header_keys":["a"]}`, `{"http_header_keys":["a","a"]}`, `{"timeout":"0s"}`, `{"timeout":0}`, `{"user_agent":"a\r\nb: c"}`, `{"rate_limit":-1}`, `{"colour":1}`} {
		got := r.send(request(t, "PUT", r.URL+"/_/providers/dsco/settings?account=told", "", bad))
		if got.Status != 422 {
			t.Errorf("%s: %d %s", bad, got.Status, got.Body)
		}
	}
}
