package prioticket_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"tacklebox/receiver/api"
)

func sample(members string) string {
	return `{"data":{"kind":"notification","notification":{` + members + `}}}`
}

func TestASampleNotificationIsCalledBackAndLogged(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe("box", `"ORDER_CREATE"`)
	g := r.call("POST", "/notifications", sample(`"notification_event":"ORDER_CREATE","notification_item_id":"99\"1","notification_note":"gift <1>",
		"notification_account_id":"31108","notification_status":"DELIVERY_SUCCESS","notification_id":"x","notification_created":"yesterday","colour":"red"`))
	if _, typed := g.header["Content-Type"]; g.status != 204 || g.body != "" || typed {
		t.Fatalf("%d %q %v", g.status, g.body, g.header)
	}
	e := r.Expect(t, "kind:attempt status:200", 1)[0]
	sent := got{body: string(e.Request.Body)}
	id := sent.get(t, "data.notification.notification_id")
	head := `{"api_version":"3.8.0","data":{"kind":"order","notification":{"notification_id":"` + id + `","notification_status":"DELIVERY_PENDING",` +
		`"notification_event":"ORDER_CREATE","notification_account_id":"31108","notification_item_id":"99\"1","notification_note":"gift <1>",` +
		`"notification_created":"2026-11-14T10:00:00+00:00"},"order":{`
	if !strings.HasPrefix(sent.body, head) {
		t.Errorf("callback %.500s\nwant %s…", sent.body, head)
	}
	for _, path := range []string{"data.order.order_reference", "data.order.order_payments.0.payment_order_reference"} {
		if got := sent.get(t, path); got != `99"1` {
			t.Errorf("%s is %q: resource and notification do not agree", path, got)
		}
	}
	list := r.call("GET", "/notifications", "")
	want := `{"api_version":"3.8.0","data":{"kind":"notification","current_item_count":1,"items_per_page":10,"start_index":1,"total_items":1,"page_index":1,"total_pages":1,` +
		`"items":[{"notification_id":"` + id + `","notification_status":"DELIVERY_SUCCESS","notification_event":"ORDER_CREATE","notification_account_id":"31108",` +
		`"notification_item_id":"99\"1","notification_note":"gift <1>","notification_created":"2026-11-14T10:00:00+00:00"}]}}`
	if list.body != want {
		t.Errorf("log  %s\nwant %s", list.body, want)
	}
	fits(t, schema(t, catalogue(t), "objects/notification-list.schema.json"), "log", []byte(list.body))
	call := r.Entries("kind:call path:*/notifications method:POST")[0]
	if call.EventID != e.EventID || call.Type != "ORDER_CREATE" || call.Account != "ann" {
		t.Errorf("the call does not know its event: %+v", call)
	}
}

func TestSampleNotificationsWithoutASubscriberLeaveNoRecord(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe("box", `"ORDER_CREATE"`)
	r.notify("REDEMPTION", "1")
	if n := r.call("GET", "/notifications", "").get(t, "data.total_items"); n != "0" {
		t.Errorf("%s records", n)
	}
}

func TestSampleNotificationsRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	event, item := `"notification_event":"ORDER_CREATE"`, `"notification_item_id":"1"`
	const at = "data.notification.notification_"
	for name, c := range map[string]struct {
		body   string
		places []string
	}{
		"nothing":         {``, []string{"body"}},
		"other kind":      {webhook(event), []string{"data.kind", "data.notification"}},
		"empty":           {sample(``), []string{at + "event", at + "item_id"}},
		"unlisted event":  {sample(`"notification_event":"ORDER","notification_item_id":"1"`), []string{at + "event"}},
		"event is null":   {sample(`"notification_event":null,"notification_item_id":"1"`), []string{at + "event"}},
		"event is number": {sample(`"notification_event":4,"notification_item_id":"1"`), []string{at + "event"}},
		"empty item":      {sample(event + `,"notification_item_id":""`), []string{at + "item_id"}},
		"numeric item":    {sample(event + `,"notification_item_id":5`), []string{at + "item_id"}},
		"odd status":      {sample(event + `,` + item + `,"notification_status":"SENT"`), []string{at + "status"}},
		"numeric note":    {sample(event + `,` + item + `,"notification_note":1`), []string{at + "note"}},
		"numeric account": {sample(event + `,` + item + `,"notification_account_id":1`), []string{at + "account_id"}},
	} {
		g := r.call("POST", "/notifications", c.body)
		refused(t, name, g, 400, "INVALID_REQUEST")
		if places := placesOf(t, g); !slices.Equal(places, c.places) {
			t.Errorf("%s: problems at %v, want %v", name, places, c.places)
		}
	}
	for _, status := range []string{`null`, `"DELIVERY_PENDING"`, `"DELIVERY_FAILED"`} {
		if g := r.call("POST", "/notifications", sample(event+`,`+item+`,"notification_note":null,"notification_status":`+status)); g.status != 204 {
			t.Errorf("status %s: %d %s", status, g.status, g.body)
		}
	}
}

func TestANoteThatAReceiverWouldChokeOnIsMarked(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.call("POST", "/notifications", sample(`"notification_event":"ORDER_CREATE","notification_item_id":"1","notification_note":"an error"`))
	e := r.Entries("kind:call method:POST")[0]
	if e.Contract == nil || len(e.Contract.Violations) != 1 {
		t.Errorf("contract %+v", e.Contract)
	}
}

func TestTheLogIsNewestFirstAndOfOneRecordAWebhook(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe("one", `"ORDER_CREATE"`)
	gone := r.subscribe("two", `"ORDER_CREATE","REDEMPTION"`)
	r.Fire(api.Firing{Provider: "prioticket", Type: "ORDER_CREATE"})
	r.Expect(t, "kind:attempt", 2)
	r.Fire(api.Firing{Provider: "prioticket", Type: "REDEMPTION", Account: "ann", Set: map[string]json.RawMessage{
		"data.notification.notification_note": []byte(`"at the gate"`), "data.order.order_status": []byte(`"ORDER_REDEEMED"`)}})
	r.Expect(t, "kind:attempt", 3)
	r.call("DELETE", "/webhooks/"+gone, "")
	g := r.call("GET", "/notifications?items_per_page=2", "")
	for path, want := range map[string]string{"total_items": "3", "total_pages": "2", "items.0.notification_event": "REDEMPTION",
		"items.0.notification_note": "at the gate", "items.1.notification_event": "ORDER_CREATE", "items.0.notification_status": "DELIVERY_SUCCESS"} {
		if got := g.get(t, "data."+path); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
	number := g.get(t, "data.items.0.notification_account_id")
	if len(number) != 5 || number != g.get(t, "data.items.1.notification_account_id") {
		t.Errorf("account numbers %q and %q", number, g.get(t, "data.items.1.notification_account_id"))
	}
}

func TestAnEventWithoutAnAccountIsEverybodys(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	bob := r.as("bob")
	r.subscribe("ann", `"ORDER_CREATE"`)
	bob.subscribe("bob", `"ORDER_CREATE"`)
	r.Fire(api.Firing{Provider: "prioticket", Type: "ORDER_CREATE"})
	r.Expect(t, "kind:attempt", 2)
	var numbers []string
	for _, who := range []*rig{r, bob} {
		g := who.call("GET", "/notifications", "")
		if n := g.get(t, "data.total_items"); n != "1" {
			t.Errorf("%s has %s records", who.token, n)
		}
		e := r.Entries("kind:capture inbox:" + who.token)[0]
		logged, sent := g.get(t, "data.items.0.notification_account_id"), got{body: string(e.Request.Body)}.get(t, "data.notification.notification_account_id")
		if logged != sent {
			t.Errorf("%s: account %s in the log, %s in the callback", who.token, logged, sent)
		}
		numbers = append(numbers, sent)
	}
	if numbers[0] == numbers[1] {
		t.Errorf("both accounts have the number %s", numbers[0])
	}
}
