package ultracart

import (
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"tacklebox/fixtures"
	"tacklebox/mock/ultracart/jsontree"
)

func loaded(t testing.TB) (*catalogue, *fixtures.Provider) {
	t.Helper()
	all, err := fixtures.Load("")
	if err != nil {
		t.Fatal(err)
	}
	p, err := all.Provider("ultracart")
	if err != nil {
		t.Fatal(err)
	}
	cat, err := readCatalogue(p)
	if err != nil {
		t.Fatal(err)
	}
	return cat, p
}

func names(n *jsontree.Node) string {
	var all []string
	for _, m := range n.Members {
		all = append(all, m.Name)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func listed(list gjson.Result) string {
	var all []string
	for _, v := range list.Array() {
		all = append(all, v.String())
	}
	return strings.Join(all, " ")
}

func TestExpansionsOfTheVectors(t *testing.T) {
	t.Parallel()
	cat, _ := loaded(t)
	for _, v := range vectorList(t, "expansion") {
		typ := cat.events[v.Get("type").String()]
		want := requested(v.Get("expansion").String())
		n := typ.sample.Clone()
		typ.category.fill(n, want)
		typ.category.cut(n, want)
		if got := names(n); got != listed(v.Get("keys")) {
			t.Errorf("%s with %q: %s", typ.name, v.Get("expansion"), got)
		}
		for part, keys := range v.Get("inner").Map() {
			if got := names(n.Get(part)); got != listed(keys) {
				t.Errorf("%s with %q: %s has %s", typ.name, v.Get("expansion"), part, got)
			}
		}
	}
}

func TestEveryExpansionCanBeAskedForAlone(t *testing.T) {
	t.Parallel()
	cat, _ := loaded(t)
	for _, c := range cat.categories {
		for _, typ := range c.events {
			schema := payloadSchema(t, typ.category.payload)
			for _, x := range c.expansions {
				want := requested(x.Name)
				n := typ.sample.Clone()
				c.fill(n, want)
				c.cut(n, want)
				if err := validate(schema, n.Bytes()); err != nil {
					t.Errorf("%s with %s: %v", typ.name, x.Name, err)
				}
				for _, other := range c.expansions {
					if !want[other.Name] && reaches(n, other.path) {
						t.Errorf("%s with %s still has %s", typ.name, x.Name, other.Path)
					}
				}
			}
		}
	}
}

// reaches reports whether anything stands at a path.
func reaches(n *jsontree.Node, path []step) bool {
	v := n.Get(path[0].name)
	if v == nil || len(path) == 1 {
		return v != nil
	}
	if !path[0].list {
		return reaches(v, path[1:])
	}
	return slices.ContainsFunc(v.Items, func(it *jsontree.Node) bool { return reaches(it, path[1:]) })
}

func TestCutTakesEmptiedObjectsAlong(t *testing.T) {
	t.Parallel()
	c := &category{expansions: []expansion{{Name: "a.b", Path: "s.a.b", path: steps("s.a.b")}, {Name: "l", Path: "l[].x", path: steps("l[].x")}}}
	n, err := jsontree.Parse([]byte(`{"s":{"a":{"b":{"c":1}}},"l":[{"x":1,"y":2},{"x":3},4],"keep":{}}`))
	if err != nil {
		t.Fatal(err)
	}
	c.cut(n, nil)
	if got := string(n.Bytes()); got != `{"l":[{"y":2},{},4],"keep":{}}` {
		t.Errorf("cut to %s", got)
	}
}

func TestTheCatalogueIsWhole(t *testing.T) {
	t.Parallel()
	cat, p := loaded(t)
	if len(cat.categories) != 10 || len(cat.events) != 43 {
		t.Errorf("%d categories with %d events, want 10 with 43", len(cat.categories), len(cat.events))
	}
	counts := map[string]int{}
	for _, c := range cat.categories {
		counts[c.name] = len(c.expansions)
	}
	for name, want := range map[string]int{"order": 27, "auto_order": 56, "item": 46, "customer": 15, "checkout": 26, "fulfillment": 27, "chargeback": 0, "storefront": 0, "user": 0, "workflow_task": 0} {
		if counts[name] != want {
			t.Errorf("%s has %d expansions, want %d", name, counts[name], want)
		}
	}
	if len(p.Assumptions) == 0 {
		t.Error("no assumptions are listed")
	}
	settings, unnamed := map[string]bool{}, map[string]bool{}
	for _, o := range options() {
		settings[o.Name], unnamed[o.Name] = true, true
	}
	for _, a := range p.Assumptions {
		if a.Topic == "" || a.Text == "" || a.Evidence != "inferred" && a.Evidence != "decision" || a.Switch != "" && !settings[a.Switch] {
			t.Errorf("assumption %+v", a)
		}
		delete(unnamed, a.Switch)
	}
	for name := range unnamed {
		t.Errorf("no assumption names the setting %s", name)
	}
}

func TestSamplesSatisfyTheirSchemasWithoutNullAndFalse(t *testing.T) {
	t.Parallel()
	cat, p := loaded(t)
	for _, typ := range cat.events {
		if err := validate(payloadSchema(t, typ.category.payload), typ.sample.Bytes()); err != nil {
			t.Errorf("%s: %v", typ.name, err)
		}
		was := string(typ.sample.Bytes())
		n := typ.sample.Clone()
		cat.finish(n, typ.category, false)
		if got := string(n.Bytes()); got != was {
			t.Errorf("%s holds null or false: %s", typ.name, was)
		}
		for _, id := range typ.ids {
			if typ.sample.Get(id) == nil {
				t.Errorf("%s has no %s", typ.name, id)
			}
		}
		raw, err := p.Sample(typ.name)
		if err != nil {
			t.Fatal(err)
		}
		e, _ := p.Event(typ.name)
		if want := "objects/payloads.schema.json#/$defs/" + typ.category.payload; e.Schema != want {
			t.Errorf("%s: schema %s, want %s", typ.name, e.Schema, want)
		}
		if !gjson.GetBytes(raw, e.Root).IsObject() {
			t.Errorf("%s: nothing stands at %s of its sample", typ.name, e.Root)
		}
	}
}

func TestFalseCanBeWritten(t *testing.T) {
	t.Parallel()
	cat, _ := loaded(t)
	for _, typ := range cat.events {
		n := typ.sample.Clone()
		cat.finish(n, typ.category, true)
		if err := validate(payloadSchema(t, typ.category.payload), n.Bytes()); err != nil {
			t.Errorf("%s: %v", typ.name, err)
		}
	}
	n := cat.events["order_create"].sample.Clone()
	cat.finish(n, cat.category("order"), true)
	payment := gjson.GetBytes(n.Bytes(), "payment").Raw
	for _, want := range []string{`"test_order":true`, `"hold_for_fraud_review":false`} {
		if !strings.Contains(payment, want) {
			t.Errorf("%s is not in %s", want, payment)
		}
	}
}

func TestObjectsAreNumberedWhereverTheirIdStands(t *testing.T) {
	t.Parallel()
	cat, _ := loaded(t)
	for typ, want := range map[string]map[string]string{
		"order_create":      {"order_id": "DEMO-0009100002", "auto_order.original_order_id": "DEMO-0009100002", "customer_profile.customer_profile_oid": "9001"},
		"item_update":       {"merchant_item_id": "BONE-2", "merchant_item_oid": "502", "shipping.distribution_centers.0.sku": "BONE-2", "shipping.cases.0.case_merchant_item_id": "BONE-CASE"},
		"auto_order_rebill": {"auto_order_oid": "4002", "auto_order_code": "AOEXAMPLE2", "original_order_id": "DEMO-0009100001"},
		"user_login":        {"user_id": "13", "login": "demo-2", "login_histories.0.login": "demo-2"},
		"screen_recording":  {"screen_recording_uuid": "0d9f6f0e-0000-4000-8000-000000000002", "order_id": "DEMO-0009100001"},
	} {
		e := cat.events[typ]
		doc := e.numbered(e.sample.Clone(), 2).Bytes()
		for path, v := range want {
			if got := gjson.GetBytes(doc, path).String(); got != v {
				t.Errorf("%s: %s is %q, want %q", typ, path, got, v)
			}
		}
		if again := e.numbered(e.sample.Clone(), 1).Bytes(); string(again) != string(e.sample.Bytes()) {
			t.Errorf("%s: object 1 is not the sample", typ)
		}
	}
}
