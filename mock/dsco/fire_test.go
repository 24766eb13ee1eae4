package dsco_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/tidwall/gjson"

	"tacklebox/receiver/api"
)

// schemaOf compiles the schema of an event type's callbacks.
func schemaOf(t *testing.T, typ string) *jsonschema.Schema {
	t.Helper()
	p := folder(t)
	ev, _ := p.Event(typ)
	file, pointer, _ := strings.Cut(ev.Schema, "#")
	raw, err := p.File(file)
	must(t, err)
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	must(t, err)
	c := jsonschema.NewCompiler()
	must(t, c.AddResource("mem:///"+file, doc))
	s, err := c.Compile("mem:///" + file + "#" + pointer)
	must(t, err)
	return s
}

func valid(t *testing.T, s *jsonschema.Schema, body string) {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
	must(t, err)
	if err := s.Validate(v); err != nil {
		t.Errorf("%s\n%v", body, err)
	}
}

// Every sample of the catalogue, also the further ones of a type, satisfies its
// schema.
func TestSamplesSatisfyTheirSchemas(t *testing.T) {
	t.Parallel()
	p := folder(t)
	if len(p.Events) != 6 {
		t.Errorf("%d event types, want 6", len(p.Events))
	}
	for _, ev := range p.Events {
		var own struct{ Samples []string }
		must(t, json.Unmarshal(ev.Raw, &own))
		for _, file := range own.Samples {
			raw, err := p.File(file)
			must(t, err)
			valid(t, schemaOf(t, ev.Type), string(raw))
		}
	}
}

// Every type fires; its callback has the four members in order, satisfies its
// schema and is compact.
func TestEveryTypeFires(t *testing.T) {
	t.Parallel()
	for _, ev := range folder(t).Events {
		t.Run(ev.Type, func(t *testing.T) {
			t.Parallel()
			r := start(t)
			id := r.create(me, map[string]any{"event": ev.Type, "description": "x"})
			for _, typ := range []string{"ORDER_CREATED", "ORDER_UPDATED", "INVENTORY_UPDATED", "INVOICE_CREATED", "INVOICE_UPDATED", "ORDER_LINE_ITEM_STATUS_UPDATED"} {
				if typ != ev.Type {
					if got := r.fire(typ, nil, nil); len(got.Deliveries)+len(got.Skipped) != 0 {
						t.Errorf("%s concerns a webhook for %s: %+v", typ, ev.Type, got)
					}
				}
			}
			got := r.fire(ev.Type, nil, nil)
			if len(got.Deliveries) != 1 || got.Deliveries[0].Subscription != id || got.Deliveries[0].URL != r.Inbox("box") {
				t.Fatalf("%+v", got)
			}
			body := r.captured("box", 1)[0]
			valid(t, schemaOf(t, ev.Type), body)
			head := `{"webhookUuid":"` + id + `","event":"` + ev.Type + `","eventDate":"2014-01-01T10:30:00.000Z","payload":{`
			if !strings.HasPrefix(body, head) || strings.Contains(body, "null") || strings.Contains(body, "\n") {
				t.Errorf("%s", body)
			}
		})
	}
}

// Numbers and members stay as in the sample, dates keep their distances to
// eventDate.
func TestAnInventoryByteForByte(t *testing.T) {
	t.Parallel()
	r := start(t)
	id := r.create(me, map[string]any{"event": "INVENTORY_UPDATED"})
	r.fire("INVENTORY_UPDATED", nil, nil)
	const payload = `{"sku":"MUG-12-SLATE","upc":"012345678905","partnerSku":"100482","quantityAvailable":42,"title":"Stoneware mug 12 oz, slate","cost":7.25,"status":"in-stock","dscoItemId":8276,"dscoProductId":5114,"brand":"Acme Tableware"}`
	same(t, "body", r.captured("box", 1)[0], `{"webhookUuid":"`+id+`","event":"INVENTORY_UPDATED","eventDate":"2014-01-01T10:30:00.000Z","payload":`+payload+`}`)
	r.Expect(t, "kind:attempt", 1)
	record := r.history(me, "").WebhookHistory[0]
	same(t, "hash", record.Hash, "4BA338BCD4260D389CE0111ED2EA30DA17B3893F")
}

func TestDatesMoveWithTheEvent(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.create(me, map[string]any{"event": "INVOICE_CREATED"})
	r.fire("INVOICE_CREATED", map[string]string{"payload.terms.netDueDate": `"2030-01-01T00:00:00+0000"`}, nil)
	body := r.captured("box", 1)[0]
	for path, want := range map[string]string{
		"eventDate": "2014-01-01T10:30:00.000Z", "payload.invoiceDate": "2014-01-01T10:29:57.000Z",
		"payload.ship.date": "2014-01-01T09:44:57.000Z", "payload.lineItems.1.shipDate": "2014-01-01T09:44:57.000Z",
		"payload.terms.netDueDate": "2030-01-01T00:00:00+0000",
	} {
		same(t, path, gjson.Get(body, path).Str, want)
	}
}

func TestTwoWebhooksGetTwoBodiesOfOneEvent(t *testing.T) {
	t.Parallel()
	r := start(t)
	ids := []string{}
	for _, account := range []string{"retailer-1-a", "retailer-2-b", "retailer-1-a"} { // creation order, across accounts
		ids = append(ids, r.create(account, map[string]any{"event": "ORDER_LINE_ITEM_STATUS_UPDATED", "callbackUrl": r.Inbox(account)}))
	}
	got := r.fire("ORDER_LINE_ITEM_STATUS_UPDATED", nil, nil)
	var order []string
	for _, d := range got.Deliveries {
		order = append(order, d.Subscription)
	}
	same(t, "deliveries", order, ids)
	bodies := append(r.captured("retailer-1-a", 2), r.captured("retailer-2-b", 1)...)
	uuids, events := map[string]bool{}, map[string]bool{}
	for _, b := range bodies {
		uuids[gjson.Get(b, "webhookUuid").Str] = true
		events[gjson.Get(b, "payload.eventUuid").Str] = true
	}
	if len(uuids) != 3 || len(events) != 1 || events["c3b0a1de-7f1e-4a0b-8a55-0e8f3f6f9b10"] {
		t.Errorf("webhookUuids %v, eventUuids %v", uuids, events)
	}
	r.fire("ORDER_LINE_ITEM_STATUS_UPDATED", map[string]string{"webhookUuid": `"w"`, "payload.eventUuid": `"e"`}, nil)
	for _, b := range r.captured("retailer-1-a", 4)[2:] {
		if !strings.HasPrefix(b, `{"webhookUuid":"w",`) || gjson.Get(b, "payload.eventUuid").Str != "e" {
			t.Errorf("what was set is not sent: %s", b)
		}
	}
	r.fire("ORDER_LINE_ITEM_STATUS_UPDATED", nil, nil)
	if last := gjson.Get(r.captured("retailer-2-b", 3)[2], "payload.eventUuid").Str; events[last] || last == "e" {
		t.Errorf("two events have one eventUuid %s", last)
	}
}

func TestCancelledLinesHaveTheirOwnSample(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.create(me, map[string]any{"event": "ORDER_LINE_ITEM_STATUS_UPDATED"})
	const typ = "ORDER_LINE_ITEM_STATUS_UPDATED"
	r.fire(typ, map[string]string{"payload.status": `"CANCELLED"`}, nil)
	r.Fire(api.Firing{Provider: "dsco", Type: typ, Merge: json.RawMessage(`{"payload":{"status":"CANCELLED"}}`)})
	r.fire(typ, map[string]string{"payload.status": `"CANCELLED"`, "payload.trackingNumber": `"T"`}, nil)
	for i, b := range r.captured("box", 3) {
		valid(t, schemaOf(t, typ), b)
		tracking := gjson.Get(b, "payload.trackingNumber")
		if gjson.Get(b, "payload.status").Str != "CANCELLED" || gjson.Get(b, "payload.lineItems.#").Int() != 1 || tracking.Exists() != (i == 2) {
			t.Errorf("%d: %s", i, b)
		}
	}
}

func TestOverrides(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.create(me, map[string]any{"event": "INVENTORY_UPDATED"})
	for i, c := range []struct {
		f    api.Firing
		path string
		want string
	}{
		{api.Firing{Set: raws(map[string]string{"payload.quantityAvailable": "0"})}, "payload.status", `"out-of-stock"`},
		{api.Firing{Set: raws(map[string]string{"payload.quantityAvailable": "-3"})}, "payload.status", `"out-of-stock"`},
		{api.Firing{Set: raws(map[string]string{"payload.quantityAvailable": "1"})}, "payload.status", `"in-stock"`},
		{api.Firing{Merge: json.RawMessage(`{"payload":{"quantityAvailable":0}}`)}, "payload.status", `"out-of-stock"`},
		{api.Firing{Set: raws(map[string]string{"payload.quantityAvailable": "0", "payload.status": `"discontinued"`})}, "payload.status", `"discontinued"`},
		{api.Firing{Set: raws(map[string]string{"payload.quantityAvailable": "0"}), Unset: []string{"payload.status"}}, "payload.status", ``},
		{api.Firing{Set: raws(map[string]string{"payload.quantityAvailable": `"0"`})}, "payload.status", `"in-stock"`},
		{api.Firing{Set: raws(map[string]string{"payload": `{"sku": "A",  "quantityAvailable": 0}`})}, "payload", `{"sku":"A","quantityAvailable":0}`},
		{api.Firing{Set: raws(map[string]string{"payload.title": `"a \u0026 b \u003c c"`})}, "payload.title", `"a & b < c"`},
		{api.Firing{Set: raws(map[string]string{"payload.estimatedAvailabilityDate": `"2014-01-01T10:30:00Z"`})}, "payload.estimatedAvailabilityDate", `"2014-01-01T10:30:00Z"`},
		{api.Firing{Body: json.RawMessage(`{"any": [1, 2.50]}`)}, "@this", `{"any":[1,2.50]}`},
		{api.Firing{Body: json.RawMessage(`{"any": "\u0026 <\u003c \u00e9"}`)}, "@this", `{"any":"\u0026 <\u003c \u00e9"}`},
		{api.Firing{Body: json.RawMessage(`" not\tJSON "`)}, "", " not\tJSON "},
	} {
		c.f.Provider, c.f.Type = "dsco", "INVENTORY_UPDATED"
		r.Fire(c.f)
		got := r.captured("box", i+1)[i]
		if c.path != "" {
			got = gjson.Get(got, c.path).Raw
		}
		same(t, fmt.Sprintf("%+v", c.f), got, c.want)
	}
}

func TestOrdersNotAllowed(t *testing.T) {
	t.Parallel()
	r := start(t)
	for _, c := range []struct{ order, names string }{
		{`{"type":"ORDER_DELETED"}`, "ORDER_CREATED"},
		{`{"type":"ORDER_CREATED","set":{"poNumber":"x"}}`, "payload.poNumber"},
		{`{"type":"ORDER_CREATED","set":{"payload.lineItems.0.quantty":1}}`, "payload.lineItems.0.quantity"},
		{`{"type":"ORDER_CREATED","context":{"acountId":1}}`, "accountId"},
		{`{"type":"ORDER_CREATED","context":{"accountId":"1"}}`, "accountId"},
		{`{"type":"ORDER_CREATED","context":{"previousQuantity":1}}`, "INVENTORY_UPDATED"},
		{`{"type":"INVENTORY_UPDATED","context":{"previousQuantity":1.5}}`, "previousQuantity"},
		{`{"type":"INVENTORY_UPDATED","context":{"catalogIds":"a"}}`, "catalogIds"},
		{`{"type":"INVENTORY_UPDATED","context":{"assortmentIds":[1]}}`, "assortmentIds"},
	} {
		body := strings.Replace(c.order, `{`, `{"provider":"dsco",`, 1)
		got := r.send(request(t, "POST", r.URL+"/_/events", "", body))
		if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, c.names) {
			t.Errorf("%s: %d %s, want 422 that names %s", c.order, got.Status, got.Body, c.names)
		}
	}
}

// The account whose data changed stands as supplier where the sample has one,
// unless it is the sample's retailer.
func TestTheChangedAccountIsTheSupplier(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.create(me, map[string]any{"webhookAccountId": 7, "event": "ORDER_CREATED"})
	r.create(me, map[string]any{"webhookAccountId": 12311, "event": "ORDER_CREATED"})
	r.create(me, map[string]any{"webhookAccountId": 7, "event": "ORDER_LINE_ITEM_STATUS_UPDATED"})
	r.fire("ORDER_CREATED", nil, map[string]string{"accountId": "7"})
	r.fire("ORDER_CREATED", nil, map[string]string{"accountId": "12311"})
	r.fire("ORDER_CREATED", map[string]string{"payload.dscoSupplierId": "9"}, map[string]string{"accountId": "7"})
	r.fire("ORDER_LINE_ITEM_STATUS_UPDATED", nil, map[string]string{"accountId": "7"})
	var got []string
	for _, b := range r.captured("box", 4) {
		at := "payload"
		if gjson.Get(b, "payload.order").Exists() {
			at = "payload.order"
		}
		got = append(got, gjson.Get(b, at+".dscoSupplierId").Raw+" "+gjson.Get(b, at+".lineItems.#.dscoSupplierId").Raw)
	}
	sameSet(t, "suppliers", got, []string{"7 [7,7]", "92171 [92171,92171]", "9 [7,7]", "7 [7,7]"})
}

// sameSet compares two lists whose order is open: two webhooks do not wait for
// each other.
func sameSet(t *testing.T, about string, got, want []string) {
	t.Helper()
	got, want = slices.Clone(got), slices.Clone(want)
	slices.Sort(got)
	slices.Sort(want)
	same(t, about, got, want)
}

// A Supplier sees partnerSkuMap, a Retailer partnerSku; `to` gets the Retailer's.
func TestSuppliersSeeAnotherShape(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.create(me, map[string]any{"event": "INVENTORY_UPDATED", "callbackUrl": r.Inbox("retailer")})
	r.create(other, map[string]any{"event": "INVENTORY_UPDATED", "callbackUrl": r.Inbox("supplier"), "webhookAccountId": 92171})
	r.fire("INVENTORY_UPDATED", nil, nil)
	r.fire("INVENTORY_UPDATED", map[string]string{"payload.partnerSku": `"mine"`}, nil)
	r.Fire(api.Firing{Provider: "dsco", Type: "INVENTORY_UPDATED", Account: other, To: r.Inbox("direct")})
	for inbox, want := range map[string][]string{
		"retailer": {`"100482" `, `"mine" `}, "direct": {`"100482" `},
		"supplier": {` [{"dscoRetailerId":12311,"partnerSku":"100482"}]`, `"mine" [{"dscoRetailerId":12311,"partnerSku":"100482"}]`},
	} {
		for i, b := range r.captured(inbox, len(want)) {
			valid(t, schemaOf(t, "INVENTORY_UPDATED"), b)
			same(t, inbox, gjson.Get(b, "payload.partnerSku").Raw+" "+gjson.Get(b, "payload.partnerSkuMap").Raw, want[i])
		}
	}
}

// A body that is sent again with new_id is another occurrence.
func TestAReplayCanHaveANewID(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.create(me, map[string]any{"event": "ORDER_LINE_ITEM_STATUS_UPDATED"})
	r.fire("ORDER_LINE_ITEM_STATUS_UPDATED", nil, nil)
	first := r.captured("box", 1)[0]
	seq := r.Expect(t, "kind:attempt", 1)[0].Seq
	r.Advance(time.Hour)
	got := r.send(request(t, "POST", fmt.Sprintf("%s/_/entries/%d/replay", r.URL, seq), "", `{"new_id":true}`))
	if got.Status != http.StatusAccepted {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	again := r.captured("box", 2)[1]
	same(t, "eventDate", gjson.Get(again, "eventDate").Str, "2014-01-01T11:30:00.000Z")
	if id := gjson.Get(again, "payload.eventUuid").Str; id == gjson.Get(first, "payload.eventUuid").Str || len(id) != 36 {
		t.Errorf("eventUuid %s", id)
	}
}
