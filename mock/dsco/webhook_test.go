package dsco_test

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"tacklebox/mock/sandbox"
)

// request makes one by hand, with a bearer token unless it is "".
func request(t *testing.T, method, url, account, body string) *http.Request {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	must(t, err)
	if account != "" {
		req.Header.Set("Authorization", "bearer "+account)
	}
	return req
}

const example = `{"webhookUuid":"b5599fc5-053e-46ef-8f98-1e979bd1b5fe","owningAccountId":12311,"webhookAccountId":92171,` +
	`"description":"a < b & c","event":"ORDER_CREATED","callbackUrl":"https://my.callback.url?type=ordercreated","enabled":true,` +
	`"applyToPartners":false,"quantityStateChangeOnly":false,"catalogIds":[],"customHttpHeaders":[{"value":"v","name":"X-a"}],` +
	`"createDate":"2014-01-01T10:30:00+00:00","lastUpdate":"2014-01-01T10:30:00+00:00"}`

// Members stand in the documented order, whatever the order they came in, and
// what was not sent is left out.
func TestTheWholeLifeOfAWebhook(t *testing.T) {
	t.Parallel()
	r := start(t)
	same(t, "hello", r.call("GET", "/hello", me, "").Body, `{"hello":"World!"}`)
	same(t, "nothing yet", r.call("GET", "/webhook", me, "").Body, `[]`)
	created := r.call("POST", "/webhook", me, example)
	id := created.Body[len(`{"webhookUuid":"`):][:36]
	want := strings.NewReplacer("b5599fc5-053e-46ef-8f98-1e979bd1b5fe", id, `{"value":"v","name":"X-a"}`, `{"name":"X-a","value":"v"}`,
		"10:30:00+00:00", "10:30:00.000Z").Replace(example)
	same(t, "created", created.Body, want)
	r.Advance(90*time.Second + 5*time.Millisecond)
	for _, path := range []string{"/webhook/" + id, "/webhook/" + strings.ToUpper(id), "/webhook/" + id + "/"} {
		same(t, path, r.call("GET", path, me, "").Body, want)
	}
	for _, path := range []string{"/webhook", "/webhook/", "/webhook/all", "/webhook?unknown=1"} {
		same(t, path, r.call("GET", path, me, "").Body, "["+want+"]")
	}
	put := r.call("PUT", "/webhook/"+id, me, `{"webhookAccountId":7,"event":"INVOICE_CREATED","callbackUrl":"http://h","enabled":false,"description":""}`)
	same(t, "replaced", put.Body, `{"webhookUuid":"`+id+`","owningAccountId":12311,"webhookAccountId":7,"description":"","event":"INVOICE_CREATED",`+
		`"callbackUrl":"http://h","enabled":false,"createDate":"2014-01-01T10:30:00.000Z","lastUpdate":"2014-01-01T10:31:30.005Z"}`)
	r.refused(r.call("PUT", "/webhook/"+id, me, example), 400, "AttributeValueInvalid", "webhookUuid")
	posted := r.call("POST", "/webhook/"+id, me, strings.Replace(want, id, strings.ToUpper(id), 1))
	same(t, "posted", posted.Body, strings.Replace(want, `"lastUpdate":"2014-01-01T10:30:00.000Z"`, `"lastUpdate":"2014-01-01T10:31:30.005Z"`, 1))
	same(t, "deleted", r.call("DELETE", "/webhook/"+id, me, "").Body, `{"success":true}`)
	for _, method := range []string{"GET", "PUT", "POST", "DELETE"} {
		r.refused(r.call(method, "/webhook/"+id, me, example), 400, "WebhookNotFound", id)
	}
}

func TestAccountsDoNotMeet(t *testing.T) {
	t.Parallel()
	r := start(t)
	mine := r.create("retailer-12311-a", map[string]any{"callbackUrl": r.Inbox("mine")})
	r.create("retailer-12311-b", map[string]any{"callbackUrl": r.Inbox("theirs")})
	for _, method := range []string{"GET", "PUT", "DELETE"} {
		r.refused(r.call(method, "/webhook/"+mine, "retailer-12311-b", example), 400, "WebhookNotFound", mine)
	}
	r.fire("ORDER_CREATED", nil, nil)
	r.Expect(t, "kind:attempt", 2)
	for account, inbox := range map[string]string{"retailer-12311-a": "mine", "retailer-12311-b": "theirs"} {
		page := r.history(account, "")
		if len(page.WebhookHistory) != 1 || page.WebhookHistory[0].CallbackURL != r.Inbox(inbox) {
			t.Errorf("history of %s: %+v", account, page)
		}
	}
}

// The same seed, clock and calls give the same bytes.
func TestTheSameSeedGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	run := func(seed uint64) (all string) {
		r := start(t, sandbox.WithSeed(seed))
		all += r.call("POST", "/webhook", me, example).Body
		r.create(me, map[string]any{"event": "ORDER_LINE_ITEM_STATUS_UPDATED"})
		r.fire("ORDER_LINE_ITEM_STATUS_UPDATED", nil, nil)
		return all + r.captured("box", 1)[0]
	}
	first := run(3)
	same(t, "again", run(3), first)
	if run(4) == first {
		t.Error("another seed gives the same bytes")
	}
}

func TestEverythingSurvivesARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var list, history string
	t.Run("before", func(t *testing.T) {
		r := start(t, sandbox.WithData(dir))
		r.create(me, map[string]any{"event": "INVENTORY_UPDATED", "quantityChangeOnly": true, "callbackUrl": r.URL + "/nowhere"})
		r.create(me, map[string]any{"customHttpHeaders": []any{map[string]any{"name": "x-A", "value": "1"}}})
		r.Settings("dsco", "", map[string]any{"quantity_rule": "overview"})
		r.fire("INVENTORY_UPDATED", map[string]string{"payload.quantityAvailable": "4"}, nil)
		if got := r.fire("INVENTORY_UPDATED", map[string]string{"payload.quantityAvailable": "5"}, nil); len(got.Deliveries) != 1 {
			t.Errorf("%+v", got)
		}
		r.Expect(t, "kind:attempt", 1)
		list = r.call("GET", "/webhook", me, "").Body
		history = r.call("GET", "/webhook/history", me, "").Body
	})
	r := start(t, sandbox.WithData(dir))
	same(t, "webhooks", r.call("GET", "/webhook", me, "").Body, list)
	same(t, "history", r.call("GET", "/webhook/history", me, "").Body, history)
	if got := r.fire("INVENTORY_UPDATED", map[string]string{"payload.quantityAvailable": "5"}, nil); len(got.Deliveries) != 0 {
		t.Errorf("the quantity was forgotten: %+v", got)
	}
	if got := r.fire("INVENTORY_UPDATED", map[string]string{"payload.quantityAvailable": "6"}, nil); len(got.Deliveries) != 1 {
		t.Errorf("the webhook was forgotten: %+v", got)
	}
}

// What was noted after the last save of the state is told again by the journal,
// and what was saved already does not become older by it.
func TestQuantitiesSurviveACrash(t *testing.T) {
	t.Parallel()
	dir, crashed := t.TempDir(), t.TempDir()
	running := start(t, sandbox.WithData(dir))
	stock := func(r *rig, n string) int {
		return len(r.fire("INVENTORY_UPDATED", map[string]string{"payload.quantityAvailable": n}, nil).Deliveries)
	}
	running.create(me, map[string]any{"event": "INVENTORY_UPDATED", "quantityChangeOnly": true})
	stock(running, "4")
	stock(running, "5")
	running.create(me, nil) // saves the state
	stock(running, "6")
	stock(running, "7")
	running.Expect(t, "kind:attempt", 4)
	must(t, os.CopyFS(crashed, os.DirFS(dir)))
	r := start(t, sandbox.WithData(crashed))
	if stock(r, "7") != 0 {
		t.Error("the last quantity was forgotten")
	}
	if stock(r, "6") != 1 {
		t.Error("an older quantity counts")
	}
}

// No control character of a custom header reaches the wire; a tab may stand in one.
func TestControlCharactersInHeaders(t *testing.T) {
	t.Parallel()
	r := start(t)
	for value, status := range map[string]int{"a\tb": 200, "é": 200, "a\x01b": 400, "\x7f": 400, "a\r\nX: y": 400, "\u0085": 400, "\x1b[31m": 400} {
		body := encode(t, map[string]any{"webhookAccountId": 12311, "event": "ORDER_CREATED", "callbackUrl": r.Inbox("box"), "enabled": true,
			"customHttpHeaders": []any{map[string]string{"name": "X-A", "value": value}}})
		if got := r.call("POST", "/webhook", me, body); got.Status != status {
			t.Errorf("%q: %d %s", value, got.Status, got.Body)
		}
	}
}
