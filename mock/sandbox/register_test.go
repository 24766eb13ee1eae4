package sandbox

import (
	"encoding/json"
	"strings"
	"testing"

	"tacklebox/mock/provider"
	"tacklebox/receiver/api"
)

// enrolled subscribes through the control API and returns the rows.
func enrolled(t *testing.T, r *Running, body string) []json.RawMessage {
	t.Helper()
	status, answer := r.call("POST", "/_/subscriptions", []byte(body))
	var rows []json.RawMessage
	if err := json.Unmarshal([]byte(strings.TrimPrefix(answer, "201 ")), &rows); status != 201 || err != nil {
		t.Fatalf("%s: %s", body, answer)
	}
	return rows
}

func registrationOf(name, account, url string, types ...string) string {
	return string(provider.Encode(map[string]any{"provider": name, "account": account, "url": url, "types": types}))
}

// TestRegister subscribes at every mock API that has subscriptions, and what
// happens then arrives. The rows are those that the list has.
func TestRegister(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		provider, account string
		types             []string
		rows, calls       int
		settings          map[string]any
		path              string
	}{
		{"shoptet", "222651-a-shop", []string{"order:create", "order:update"}, 2, 1, nil, "/shoptet/api/webhooks"},
		{"ultracart", "key", []string{"order_create", "item_update"}, 1, 1, nil, "/ultracart/rest/v2/webhook/webhooks"},
		{"prioticket", "token", []string{"PRODUCT_CREATE", "PRODUCT_UPDATE"}, 1, 1, nil, "/prioticket/v3.8/distributor/webhooks"},
		{"prioticket", "token", []string{"PRODUCT_CREATE"}, 1, 1, map[string]any{"profile": "v3.5"}, "/prioticket/v3.5/distributor/webhooks"},
		{"dsco", "acme", []string{"ORDER_CREATED", "ORDER_UPDATED"}, 2, 2, nil, "/dsco/api/v2/webhook"},
		{"dsco", "supplier-7", []string{"ORDER_CREATED"}, 1, 1, map[string]any{"partners": []int{8}}, "/dsco/api/v2/webhook"},
	} {
		t.Run(c.provider+" "+c.account, func(t *testing.T) {
			t.Parallel()
			r := Start(t)
			if c.settings != nil {
				r.Settings(c.provider, "", c.settings)
			}
			rows := enrolled(t, r, registrationOf(c.provider, c.account, r.Inbox("box"), c.types...))
			if len(rows) != c.rows {
				t.Errorf("%d rows, want %d: %s", len(rows), c.rows, rows)
			}
			if _, list := r.call("GET", "/_/subscriptions", nil); strings.TrimSpace(list) != "200 "+string(provider.Encode(rows)) {
				t.Errorf("the list is %s, the answer was %s", list, rows)
			}
			calls := r.Entries("kind:call provider:" + c.provider)
			if len(calls) != c.calls || calls[0].Request.URL != c.path || calls[0].Response.Status > 299 || calls[0].Account != c.account {
				t.Errorf("%d calls, the first %+v", len(calls), calls)
			}
			r.Fire(api.Firing{Provider: c.provider, Type: c.types[0]})
			r.Expect(t, "kind:capture inbox:box", 1)
		})
	}
}

// TestRegisterRefusals: what the control API refuses makes no call, what the mock
// API refuses is in the journal and told with its words.
func TestRegisterRefusals(t *testing.T) {
	t.Parallel()
	r := Start(t)
	for _, c := range []struct {
		body   string
		status int
		want   string
		calls  int
	}{
		{registrationOf("shoptt", "a", "http://127.0.0.1/", "order:create"), 422, `"code":"unknown_provider","message":"no provider \"shoptt\"","hint":"did you mean \"shoptet\"?`, 0},
		{registrationOf("shoptet", "a", "http://127.0.0.1/", "order:creat"), 422, `"code":"unknown_type","message":"shoptet has no event type \"order:creat\"","hint":"did you mean \"order:create\"?"`, 0},
		{registrationOf("shoptet", "a", "http://127.0.0.1/"), 422, `"code":"no_types","message":"types is empty","hint":"GET /_/providers/shoptet lists its event types"`, 0},
		{registrationOf("shoptet", "a\n", "http://127.0.0.1/", "order:create"), 422, `"code":"bad_account"`, 0},
		{registrationOf("lagerkoll", "a", "http://127.0.0.1/", "x"), 422, `"code":"no_subscriptions","message":"lagerkoll has no subscriptions","hint":"set callback_url: PUT /_/providers/lagerkoll/settings`, 0},
		{`{"provider":"shoptet","uri":"x"}`, 400, `"message":"\"uri\" is not a known field","hint":"did you mean \"url\"? known are provider, account, url, types"`, 0},
		{`{"provider":"shoptet","types":"order:create"}`, 400, `types: a text where a list is wanted`, 0},
		{registrationOf("shoptet", "", "http://127.0.0.1/", "order:create"), 422, `"code":"refused","message":"shoptet answered 401: {\"data\":null`, 1},
		{registrationOf("prioticket", "a", "nowhere", "PRODUCT_CREATE"), 422, `"code":"refused","message":"prioticket answered 400: {`, 2},
		{registrationOf("ultracart", "a", "nowhere", "order_create"), 422, `"code":"refused","message":"ultracart answered 400: {`, 3},
		{registrationOf("dsco", "a b", "http://127.0.0.1/", "ORDER_CREATED"), 422, `"code":"refused","message":"dsco answered 401: {`, 4},
		{registrationOf("dsco", "a", "http://127.0.0.1/"+strings.Repeat("x", 2<<20), "ORDER_CREATED"), 422, `"code":"refused","message":"dsco answered 4`, 5},
	} {
		if status, answer := r.call("POST", "/_/subscriptions", []byte(c.body)); status != c.status || !strings.Contains(answer, c.want) {
			t.Errorf("%.200s: %s\nwant %d with %s", c.body, answer, c.status, c.want)
		}
		if n := len(r.Entries("kind:call")); n != c.calls {
			t.Errorf("%.200s: %d calls, want %d", c.body, n, c.calls)
		}
	}
	if _, list := r.call("GET", "/_/subscriptions", nil); list != "200 []\n" {
		t.Errorf("subscribed are %s", list)
	}
}

// TestRegisterInPart: the calls before the refused one keep what they made.
func TestRegisterInPart(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny, func(c *Config) {
		serve, n := c.providers[0].Serve, 0
		c.providers[0].Serve = func(w *provider.World, call *provider.Call) provider.Reply {
			if n++; n == 2 {
				return provider.Reply{Status: 409, Body: []byte(" enough\n")}
			}
			return serve(w, call)
		}
	})
	body := registrationOf("tiny", "ann", r.Inbox("box"), "thing.made", "thing.lost")
	want := `422 {"error":{"code":"refused","message":"tiny answered 409: enough","hint":"made before it: 1; the journal has the call: kind:call provider:tiny"}}` + "\n"
	if _, answer := r.call("POST", "/_/subscriptions", []byte(body)); answer != want {
		t.Errorf("%s, want %s", answer, want)
	}
	if rows := enrolled(t, r, body); len(rows) != 2 {
		t.Errorf("once again: %s", rows)
	}
	r.Fire(api.Firing{Provider: "tiny", Type: "thing.made"})
	r.Expect(t, "kind:capture inbox:box account:ann signature:valid", 2)
}
