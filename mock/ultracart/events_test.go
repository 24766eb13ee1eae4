package ultracart_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"tacklebox/fixtures"
	"tacklebox/mock/provider"
	"tacklebox/mock/sandbox"
	"tacklebox/receiver/api"
)

type raw = map[string]json.RawMessage

func catalogue(t *testing.T) *fixtures.Provider {
	t.Helper()
	all, err := fixtures.Load("")
	if err != nil {
		t.Fatal(err)
	}
	p, err := all.Provider("ultracart")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestEveryEventTypeIsSentAsItsSample(t *testing.T) {
	t.Parallel()
	c := start(t)
	var events []map[string]any
	p := catalogue(t)
	for _, e := range p.Events {
		events = append(events, map[string]any{"event_name": e.Type, "expansion": gjson.GetBytes(e.Raw, "sample_expansion").String()})
	}
	c.insert("all", "", events)
	for i, e := range p.Events {
		c.fire(api.Firing{Type: e.Type})
		got := c.captures("all", i+1)[i]
		sample, err := p.Sample(e.Type)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(compact(t, sample), string(got.Request.Body)); diff != "" {
			t.Errorf("%s: %s", e.Type, diff)
		}
		if got.Contract == nil || !got.Contract.OK || got.Type != e.Type {
			t.Errorf("%s: captured as %s, contract %+v", e.Type, got.Type, got.Contract)
		}
		if s := string(got.Request.Body); strings.Contains(s, "null") || strings.Contains(s, ":false") {
			t.Errorf("%s holds null or false", e.Type)
		}
	}
}

func TestWithoutExpansionOnlyTheBaseIsSent(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.subscribe("box", "", "order_create")
	c.fire(api.Firing{Type: "order_create"})
	if diff := cmp.Diff(compact(t, fixture(t, "samples/extra/order_create.unexpanded.json")), string(c.captures("box", 1)[0].Request.Body)); diff != "" {
		t.Error(diff)
	}
}

func TestEverySubscriptionHasItsOwnExpansion(t *testing.T) {
	t.Parallel()
	c := start(t)
	for _, x := range []string{"", "billing", "item, summary ,nonsense"} {
		c.insert("box", "", []map[string]any{{"event_name": "order_create", "expansion": x}})
	}
	c.fire(api.Firing{Type: "order_create"})
	seen := map[string]bool{}
	for _, e := range c.captures("box", 3) {
		seen[e.Subscription+" "+gjson.GetBytes(e.Request.Body, "events.0.order_create.@keys").Raw] = true
	}
	base := `"merchant_id","order_id","current_stage","creation_dts","language_iso_code"`
	want := map[string]bool{"1001 [" + base + "]": true, "1002 [" + base + `,"billing"]`: true, "1003 [" + base + `,"summary","items"]`: true}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Error(diff)
	}
}

func TestWhoGetsAnEvent(t *testing.T) {
	t.Parallel()
	c := start(t)
	rule := func(text string) []map[string]any {
		return []map[string]any{{"event_name": "order_create", "event_ruler": text}}
	}
	yes := c.insert("yes", "", rule(`{"order_id":[{"suffix":"1"}]}`))
	c.insert("no", "", rule(`{"order_id":[{"suffix":"2"}]}`))
	c.insert("unseen", "", rule(`{"billing":{"email":[{"exists":true}]}}`)) // not expanded, so not there
	c.insert("blank", "", rule(" "))
	c.insert("off", `{"disabled":true}`, rule(`{"order_id":["x"]}`))
	c.subscribe("other", "", "order_ship")
	foreign := c.as("other")
	foreign.subscribe("foreign", "", "order_create")
	fired := c.fire(api.Firing{Type: "order_create", Account: c.key}).Events[0]
	var got []string
	for _, d := range fired.Deliveries {
		got = append(got, d.Subscription)
	}
	if diff := cmp.Diff([]string{yes, "1004"}, got); diff != "" {
		t.Errorf("deliveries: %s", diff)
	}
	want := []provider.Skip{{Subscription: "1002", Reason: "event ruler"}, {Subscription: "1003", Reason: "event ruler"},
		{Subscription: "1005", Reason: "disabled"}, {Subscription: "1006", Reason: "not subscribed"}}
	if diff := cmp.Diff(want, fired.Skipped); diff != "" {
		t.Errorf("skipped: %s", diff)
	}
	everyone := c.fire(api.Firing{Type: "order_create"}).Events[0]
	if len(everyone.Deliveries) != 3 || len(everyone.Skipped) != 4 {
		t.Errorf("without an account: %+v", everyone)
	}
	// The second event of the account is about order …02 for the rules too.
	if second := c.fire(api.Firing{Type: "order_create", Account: c.key}).Events[0]; second.Deliveries[0].Subscription != "1002" {
		t.Errorf("second order: %+v", second)
	}
}

func TestARuleSeesWhatTheFiringChanged(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.insert("box", "", []map[string]any{{"event_name": "order_create", "expansion": "summary", "event_ruler": `{"summary":{"total":{"value":[{"numeric":[">",100]}]}}}`}})
	if fired := c.fire(api.Firing{Type: "order_create"}).Events[0]; len(fired.Deliveries) != 0 {
		t.Errorf("71.92 is taken for more than 100: %+v", fired)
	}
	if fired := c.fire(api.Firing{Type: "order_create", Set: raw{"summary.total.value": []byte("100.5")}}).Events[0]; len(fired.Deliveries) != 1 {
		t.Errorf("100.5 is not taken for more than 100: %+v", fired)
	}
	if fired := c.fire(api.Firing{Type: "order_create", Body: []byte(`"{not JSON"`)}).Events[0]; len(fired.Deliveries) != 0 {
		t.Errorf("a rule matches what is no JSON: %+v", fired)
	}
}

func TestOverridesBeginAtThePayload(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.insert("box", "", []map[string]any{{"event_name": "order_create", "expansion": "billing"}})
	for i, v := range []struct {
		firing api.Firing
		path   string
		want   string
	}{
		{api.Firing{Set: raw{"order_id": []byte(`"X-1"`)}}, "order_id", `"X-1"`},
		{api.Firing{Set: raw{"billing.email": []byte(`"a@b.test"`)}}, "billing.email", `"a@b.test"`},
		{api.Firing{Unset: []string{"billing.email"}}, "billing.email", ""},
		{api.Firing{Merge: []byte(`{"current_stage":"Hold","billing":{"city":null}}`)}, "current_stage", `"Hold"`},
		{api.Firing{Set: raw{"shipping.city": []byte(`"Rome"`)}}, "shipping", ""},                   // cut: not expanded
		{api.Firing{Set: raw{"exchange_rate": []byte(`1.50`)}}, "exchange_rate", `1.50`},            // no expansion names it
		{api.Firing{Set: raw{"billing.email": []byte(`null`)}}, "billing.email", ""},                // no null anywhere
		{api.Firing{Set: raw{"billing.company": []byte(`"\u003c<é"`)}}, "billing.company", `"<<é"`}, // nothing escaped in vain
		{api.Firing{Set: raw{"refund_dts": []byte(`"2026-05-19T00:00:00-04:00"`)}}, "refund_dts", `"2026-05-19T00:00:00-04:00"`},
		{api.Firing{Body: []byte(`{ "anything": [null, false], "billing": {}, "shipping": 1 }`)}, "@this", `{"anything":[null,false],"billing":{},"shipping":1}`},
	} {
		v.firing.Type = "order_create"
		c.fire(v.firing)
		body := c.captures("box", i+1)[i].Request.Body
		if got := gjson.GetBytes(body, "events.0.order_create").Get(v.path).Raw; got != v.want {
			t.Errorf("%s is %s, want %s", v.path, got, v.want)
		}
	}
	p := catalogue(t)
	known, err := p.Paths("order_create")
	if err != nil {
		t.Fatal(err)
	}
	if known.Has("events.0.order_create.order_id") || !known.Has("items.7.quantity") {
		t.Error("overrides must begin at the payload")
	}
}

func TestContextKeysAreRefused(t *testing.T) {
	t.Parallel()
	c := start(t)
	_, err := c.sb.Sandbox().Engine().Fire(context.Background(), api.Firing{Provider: "ultracart", Type: "order_create", Context: raw{"x": []byte("1")}})
	if err == nil || !strings.Contains(err.Error(), "no context key") {
		t.Errorf("%v", err)
	}
}

func TestObjectsCountUpForEachTypeAndAccount(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.subscribe("box", "", "order_create", "order_ship", "order_refund")
	ids := func(n int) string {
		var all []string
		for _, e := range c.captures("box", n) {
			for _, ev := range gjson.GetBytes(e.Request.Body, "events").Array() {
				ev.ForEach(func(k, v gjson.Result) bool {
					all = append(all, k.String()+" "+strings.TrimLeft(v.Get("order_id").String(), "DEMO-0"))
					return true
				})
			}
		}
		return strings.Join(all, ", ")
	}
	for i, typ := range []string{"order_create", "order_ship", "order_refund"} {
		c.fire(api.Firing{Type: typ})
		c.captures("box", i+1)
	}
	c.fire(api.Firing{Type: "order_create", Count: 2})
	c.captures("box", 4)
	c.fire(api.Firing{Type: "order_create", Account: c.key})
	want := "order_create 9100001, order_ship 9100001, order_refund 9100001, order_create 9100002, order_create 9100003, order_create 9100001"
	if got := ids(5); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestTheMerchantStandsInPayloads(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.set("merchant_id", "SHOP")
	c.insert("box", "", []map[string]any{{"event_name": "auto_order_rebill", "expansion": "original_order,rebill_orders"}})
	c.fire(api.Firing{Type: "auto_order_rebill"})
	body := string(c.captures("box", 1)[0].Request.Body)
	if n := strings.Count(body, `"merchant_id":"SHOP"`); n != 3 || strings.Contains(body, `"merchant_id":"DEMO"`) {
		t.Errorf("%d times in %s", n, body)
	}
}

func TestFalseIsWrittenInCallbacksWhenAskedFor(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.set("emit_false", true)
	c.insert("box", "", []map[string]any{{"event_name": "order_create", "expansion": "payment"}})
	c.fire(api.Firing{Type: "order_create", Set: raw{"payment.test_order": []byte("false")}})
	e := c.captures("box", 1)[0]
	if got := gjson.GetBytes(e.Request.Body, "events.0.order_create.payment.test_order").Raw; got != "false" || !e.Contract.OK {
		t.Errorf("test_order %s, contract %+v", got, e.Contract)
	}
}

func TestDirectFiringSendsTheWholeSample(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.fire(api.Firing{Type: "order_create", To: c.sb.Inbox("direct") + "/deep?q=1"})
	e := c.captures("direct", 1)[0]
	if diff := cmp.Diff(compact(t, fixture(t, "samples/order_create.json")), string(e.Request.Body)); diff != "" {
		t.Error(diff)
	}
	if e.Request.Headers.Get("Authorization") != "" || !strings.HasSuffix(e.Request.URL, "/deep?q=1") {
		t.Errorf("%s %v", e.Request.URL, e.Request.Headers)
	}
}

func TestADirectFiringDoesNotWaitForAnother(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.sb.Reply("direct", `{"reply":[{"status":500}]}`)
	for i := range 3 {
		c.fire(api.Firing{Type: "user_login", To: c.sb.Inbox("direct")})
		c.captures("direct", i+1)
	}
}

func TestABrokenSampleIsAnsweredInTheDialect(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "ultracart", "samples", "user_login.json")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(`[]`), 0o600); err != nil {
		t.Fatal(err)
	}
	c := start(t, sandbox.WithConfig(func(cfg *sandbox.Config) { cfg.Fixtures = dir }))
	r := c.call("POST", webhooks, `{"webhook_url":"http://x.example/"}`)
	if r.status != 500 || r.header.Get("UC-REST-ERROR") != "A server side error occurred." || r.get("error.developer_message").String() != "A server side error occurred." {
		t.Errorf("%d %v %s", r.status, r.header, r.body)
	}
	if err := os.WriteFile(file, []byte(`{"login":"solo"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	c = start(t, sandbox.WithConfig(func(cfg *sandbox.Config) { cfg.Fixtures = dir }))
	c.subscribe("box", "", "user_login")
	c.fire(api.Firing{Type: "user_login"})
	if got := string(c.captures("box", 1)[0].Request.Body); got != `{"events":[{"user_login":{"login":"solo"}}]}` {
		t.Errorf("a sample that is the payload alone: %s", got)
	}
}

func TestTheWholeDescriptionOfTheProvider(t *testing.T) {
	t.Parallel()
	c := start(t)
	r := c.control("GET", "/_/providers/ultracart", "")
	if n := r.get("events.#").Int(); n != 43 || r.get("base_url").String() != c.sb.URL+"/ultracart/rest/v2" {
		t.Errorf("%d events at %s", n, r.get("base_url"))
	}
	if r.get("assumptions.#").Int() < 50 {
		t.Errorf("assumptions: %s", r.get("assumptions"))
	}
	r = c.control("GET", "/_/providers/ultracart/settings", "")
	want := `{"body":"envelope","delete_by_url":200,"disable_after":24,"emit_false":false,"max_limit":200,"merchant_id":"DEMO","rate_limit":"off","reflow_objects":3,` +
		`"reflow_unsubscribed":"refuse","require_https":false,"retry_delays":[60,120,240,480,960,1920,3600],"strict":true,"update":"replace","version_header":"required"}`
	if diff := cmp.Diff(want, strings.TrimSpace(r.body)); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{`{"body":"list"}`, `{"delete_by_url":202}`, `{"max_limit":0}`, `{"retry_delays":[]}`, `{"disable_after":-1}`, `{"reflow_objects":-1}`, `{"nonsense":1}`, `{"emit_false":"no"}`} {
		if r := c.control("PUT", "/_/providers/ultracart/settings", bad); r.status != 422 {
			t.Errorf("%s: %s", bad, fmt.Sprint(r.status, r.body))
		}
	}
}
