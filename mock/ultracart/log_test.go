package ultracart_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"tacklebox/receiver/api"
)

func replaceAll(s, old, now string) string { return strings.ReplaceAll(s, old, now) }

func contains(s, part string) bool { return strings.Contains(s, part) }

func TestTheLogTellsEveryAttempt(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.sb.Reply("orders", `{"reply":[{"status":500,"body":""},{"status":200,"headers":{"Content-Type":"text/plain","X-Two":"2"},"body":"thanks"}]}`)
	oid := c.subscribe("orders", `{"authentication_type":"basic","basic_username":"tack","basic_password":"box"}`, "order_create")
	c.fire(api.Firing{Type: "order_create"})
	c.settled(1)
	c.sb.Advance(time.Minute)
	list := c.ok("GET", webhooks+"/"+oid+"/logs", "")
	ids := list.get("webhook_log_summaries.#.request_id").Array()
	if len(ids) != 2 {
		t.Fatalf("%s", list.body)
	}
	want := fmt.Sprintf(`{"webhook_log_summaries":[{"request_id":%q,"delivery_dts":"2026-05-18T12:11:24-04:00","success":true},{"request_id":%q,"delivery_dts":"2026-05-18T12:10:24-04:00"}],`+
		`"success":true,"metadata":{"result_set":{"count":2,"offset":0,"limit":100,"next_offset":0,"total_records":2},"payload_name":"webhook_log_summaries"}}`, ids[0].String(), ids[1].String())
	if diff := cmp.Diff(want, list.body); diff != "" {
		t.Error(diff)
	}
	if !regexp.MustCompile(`^[0-9A-F]{14}019E3BDA53A880011$`).MatchString(ids[1].String()) {
		t.Errorf("request_id %s", ids[1])
	}
	sent := compact(t, fixture(t, "samples/extra/order_create.unexpanded.json"))
	host := strings.TrimPrefix(c.sb.URL, "http://")
	want = fmt.Sprintf(`{"webhook_log":{"webhook_oid":1001,"request_id":%q,"delivery_dts":"2026-05-18T12:11:24-04:00","uri":"%s/in/orders","request":%s,"request_headers":[`+
		`{"name":"Host","value":%q},{"name":"Content-Type","value":"application/json; charset=UTF-8"},{"name":"User-Agent","value":"UltraCart"},{"name":"Authorization","value":"Basic dGFjazpib3g="},{"name":"Content-Length","value":"%d"}],`+
		`"response":"thanks","response_headers":HEADERS,"status_code":200,"duration":0,"queue_delay":60000,"success":true},"success":true,"metadata":{"payload_name":"webhook_log"}}`,
		ids[0].String(), c.sb.URL, asJSON(sent), host, len(sent))
	got := c.ok("GET", webhooks+"/"+oid+"/logs/"+ids[0].String(), "")
	headers := got.get("webhook_log.response_headers")
	for _, h := range []string{`{"name":"Content-Type","value":"text/plain"}`, `{"name":"X-Two","value":"2"}`} {
		if !contains(headers.Raw, h) {
			t.Errorf("%s is not in %s", h, headers.Raw)
		}
	}
	if diff := cmp.Diff(want, replaceAll(got.body, headers.Raw, "HEADERS")); diff != "" {
		t.Error(diff)
	}
	failed := c.ok("GET", webhooks+"/"+oid+"/logs/"+ids[1].String(), "").get("webhook_log")
	if failed.Get("success").Exists() || failed.Get("status_code").Int() != 500 || failed.Get("response").Raw != `""` || failed.Get("queue_delay").Raw != "0" {
		t.Errorf("the failed one: %s", failed.Raw)
	}
}

func TestNoAnswerAtAll(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.sb.Reply("box", `{"reply":[{"fault":"reset"}]}`)
	oid := c.subscribe("box", "", "user_login")
	c.fire(api.Firing{Type: "user_login"})
	c.settled(1)
	id := c.ok("GET", webhooks+"/"+oid+"/logs", "").get("webhook_log_summaries.0.request_id").String()
	log := c.ok("GET", webhooks+"/"+oid+"/logs/"+id, "").get("webhook_log")
	if log.Get("status_code").Exists() || log.Get("response").Exists() || log.Get("response_headers").Raw != "[]" || log.Get("success").Exists() || log.Get("request").String() == "" {
		t.Errorf("%s", log.Raw)
	}
	c.set("emit_false", true)
	if log := c.ok("GET", webhooks+"/"+oid+"/logs/"+id, "").get("webhook_log"); log.Get("success").Raw != "false" {
		t.Errorf("with emit_false: %s", log.Raw)
	}
}

func TestLogsShowTheFirst100000Characters(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.sb.Reply("box", `{"reply":[{"status":200,"body":"`+strings.Repeat("ü", 100_001)+`"}]}`)
	oid := c.subscribe("box", "", "user_login")
	c.fire(api.Firing{Type: "user_login", Set: raw{"full_name": asJSON(strings.Repeat("é", 200_000))}})
	c.settled(1)
	id := c.ok("GET", webhooks+"/"+oid+"/logs", "").get("webhook_log_summaries.0.request_id").String()
	log := c.ok("GET", webhooks+"/"+oid+"/logs/"+id, "").get("webhook_log")
	if n, m := len([]rune(log.Get("request").String())), len([]rune(log.Get("response").String())); n != 100_000 || m != 100_000 {
		t.Errorf("%d characters of the request, %d of the response", n, m)
	}
}

func TestLogsOfOthers(t *testing.T) {
	t.Parallel()
	c := start(t)
	oid, second := c.subscribe("box", "", "user_login"), c.subscribe("box", "", "order_ship")
	c.fire(api.Firing{Type: "user_login"})
	c.settled(1)
	id := c.ok("GET", webhooks+"/"+oid+"/logs", "").get("webhook_log_summaries.0.request_id").String()
	if n := c.ok("GET", webhooks+"/"+second+"/logs", "").get("webhook_log_summaries").Raw; n != "[]" {
		t.Errorf("the other webhook's log: %s", n)
	}
	for _, path := range []string{"/" + second + "/logs/" + id, "/" + oid + "/logs/" + strings.ToLower(id), "/" + oid + "/logs/no%20such%2Fid", "/" + oid + "/logs/" + id[1:]} {
		r := c.call("GET", webhooks+path, "")
		if r.status != 400 || r.get("error.user_message").String() != "Server side object 'webhook_log' could not be updated.  It does not exist." {
			t.Errorf("%s: %d %s", path, r.status, r.body)
		}
	}
	other := c.as("other")
	foreign := other.subscribe("box", "", "item_create")
	if r := other.call("GET", webhooks+"/"+foreign+"/logs/"+id, ""); r.status != 400 {
		t.Errorf("through another account's webhook of the same number: %d", r.status)
	}
	c.call("DELETE", webhooks+"/"+oid, "")
	if r := c.call("GET", webhooks+"/"+oid+"/logs/"+id, ""); r.status != 400 || !contains(r.body, "'webhook'") {
		t.Errorf("after the deletion: %d %s", r.status, r.body)
	}
}

func TestLogsArePagedNewestFirst(t *testing.T) {
	t.Parallel()
	c := start(t)
	oid := c.subscribe("box", "", "user_login")
	for i := range 5 {
		c.fire(api.Firing{Type: "user_login"})
		c.settled(i + 1)
		c.sb.Advance(time.Second)
	}
	r := c.ok("GET", webhooks+"/"+oid+"/logs?_limit=2&_offset=1", "")
	if got := r.get("webhook_log_summaries.#.delivery_dts").Raw; got != `["2026-05-18T12:10:27-04:00","2026-05-18T12:10:26-04:00"]` {
		t.Errorf("%s", got)
	}
	if got := r.get("metadata.result_set").Raw; got != `{"count":2,"offset":1,"limit":2,"more":true,"next_offset":3,"total_records":5}` {
		t.Errorf("%s", got)
	}
}

func TestReflow(t *testing.T) {
	t.Parallel()
	c := start(t)
	oid := c.insert("box", "", []map[string]any{{"event_name": "item_update", "expansion": "identifiers"},
		{"event_name": "order_create", "event_ruler": `{"order_id":[{"anything-but":{"suffix":"2"}}]}`}})
	c.insert("other", "", []map[string]any{{"event_name": "item_update"}})
	r := c.ok("POST", webhooks+"/"+oid+"/reflow/item_update", "")
	if diff := cmp.Diff(compact(t, fixture(t, "samples/api/resendEvent.200.json")), r.body); diff != "" {
		t.Error(diff)
	}
	events := gjson.GetBytes(c.captures("box", 1)[0].Request.Body, "events")
	if got := events.Get("#.item_update.merchant_item_id").Raw; got != `["BONE","BONE-2","BONE-3"]` {
		t.Errorf("stock %s", got)
	}
	if got := events.Get("#.item_update.identifiers.barcode").Raw; got != `["000000000017","000000000017","000000000017"]` {
		t.Errorf("expanded %s", got)
	}
	c.ok("POST", webhooks+"/"+oid+"/reflow/order_create", "")
	if got := gjson.GetBytes(c.captures("box", 2)[1].Request.Body, "events.#.order_create.order_id").Raw; got != `["DEMO-0009100001","DEMO-0009100003"]` {
		t.Errorf("by the rule %s", got)
	}
	c.fire(api.Firing{Type: "item_update", Account: c.key}) // a reflow does not count
	if got := gjson.GetBytes(c.captures("box", 3)[2].Request.Body, "events.0.item_update.merchant_item_id").String(); got != "BONE" {
		t.Errorf("the next item is %s", got)
	}
	c.set("reflow_objects", 12)
	c.ok("POST", webhooks+"/"+oid+"/reflow/item_update", "")
	if got := sizes(c.captures("box", 5)[3:]); got != "10 2" {
		t.Errorf("twelve objects in %s", got)
	}
	if n := len(c.captures("other", 1)); n != 1 {
		t.Errorf("the other webhook got %d POSTs, want the fired one", n)
	}
	c.set("reflow_objects", 0)
	c.ok("POST", webhooks+"/"+oid+"/reflow/item_update", "")
}

func TestReflowIsRefused(t *testing.T) {
	t.Parallel()
	c := start(t)
	oid := c.subscribe("box", "", "order_create", "order_ship")
	off := c.subscribe("off", `{"disabled":true}`, "order_create")
	for path, want := range map[string]string{
		"/" + oid + "/reflow/order_ship":   "Event 'order_ship' does not support reflow.",
		"/" + oid + "/reflow/no%2Fsuch":    "Event 'no/such' does not support reflow.",
		"/" + oid + "/reflow/item_update":  "Webhook 1001 does not receive event 'item_update'.",
		"/" + off + "/reflow/order_create": "Webhook 1002 does not receive event 'order_create'.",
		"/9999/reflow/order_create":        "Server side object 'webhook' could not be updated.  It does not exist.",
		"/x/reflow/order_create":           "Server side object 'webhook' could not be updated.  It does not exist.",
	} {
		if r := c.call("POST", webhooks+path, ""); r.status != 400 || r.get("error.user_message").String() != want {
			t.Errorf("%s: %d %s", path, r.status, r.body)
		}
	}
	c.set("reflow_unsubscribed", "send")
	c.ok("POST", webhooks+"/"+oid+"/reflow/item_update", "")
	if got := gjson.GetBytes(c.captures("box", 1)[0].Request.Body, "events.#").Int(); got != 3 {
		t.Errorf("%d events, want 3", got)
	}
	c.ok("POST", webhooks+"/"+off+"/reflow/order_create", "")
	if w := c.webhook(off); w.Get("pending").Int() != 3 || len(c.sb.Entries("kind:capture inbox:off")) != 0 {
		t.Errorf("disabled: %s", w.Raw)
	}
}
