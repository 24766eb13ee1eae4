package lagerkoll_test

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"tacklebox/receiver/api"
)

var guidForm = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

func TestCreateAndList(t *testing.T) {
	t.Parallel()
	b := start(t, setup{})
	var made []webhook
	for range 3 {
		made = append(made, b.create("", shop...))
	}
	for i, h := range made {
		if h.ID != made[0].ID+int64(i) || h.ID < 1000 || h.ID > 9999+2 {
			t.Errorf("id %d after %d", h.ID, made[0].ID)
		}
		if !guidForm.MatchString(h.GUID) || h.URL != b.url+"/lagerkoll/v1/webhooks/"+h.GUID {
			t.Errorf("guid %s, url %s", h.GUID, h.URL)
		}
	}
	if got := b.api("GET", "/shop-sync", "", shop...).webhooks(t); fmt.Sprint(got) != fmt.Sprint(made) {
		t.Errorf("listed %v\ncreated %v", got, made)
	}
	if got := b.api("GET", "/other", "", shop...); got.body != `{"webhooks":[]}` {
		t.Errorf("a feature without any: %s", got.body)
	}
	b.api("DELETE", fmt.Sprint("/", made[2].ID), "", shop...)
	if next := b.create("", shop...); next.ID != made[2].ID+1 {
		t.Errorf("id %d was given again", next.ID)
	}
}

func TestSeveralAtOnce(t *testing.T) {
	t.Parallel()
	b := start(t, setup{})
	b.set("", `{"create_reply":"object","features":["a","b"]}`)
	body := `{"webhooks":[{"featureId":"a","featureMethod":"1"},{"featureId":"b","featureMethod":"2"}]}`
	if got := b.api("POST", "/?enable_for_group=true", body, shop...).webhooks(t); len(got) != 2 || got[0].Feature != "a" || got[1].Method != "2" {
		t.Errorf("made %v", got)
	}
	none := strings.Replace(body, `"featureId":"b"`, `"featureId":"z"`, 1)
	if got := b.api("POST", "/", none, shop...); got.status != 404 || !strings.Contains(got.body, "902101") {
		t.Errorf("unknown feature: %d %s", got.status, got.body)
	}
	if got := b.api("GET", "/a", "", shop...).webhooks(t); len(got) != 1 {
		t.Errorf("all or none: %d", len(got))
	}
}

func TestPathValues(t *testing.T) {
	t.Parallel()
	b := start(t, setup{})
	for _, feature := range []string{"a/b", "a+b", "a b", "å?#", "..", "%41"} {
		body := fmt.Sprintf(`{"featureId":%q,"featureMethod":"m"}`, feature)
		b.api("POST", "", body, shop...).webhooks(t)
		escaped := strings.ReplaceAll(url.PathEscape(feature), "..", "%2E%2E")
		if got := b.api("GET", "/"+escaped+"/", "", shop...).webhooks(t); len(got) != 1 || got[0].Feature != feature {
			t.Errorf("%q: %v", feature, got)
		}
	}
}

// TestScope checks who may see, execute and delete a webhook.
func TestScope(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, query string
		caller      []string
		stores      string
		want        bool
	}{
		{"its own store", "", shop, "{}", true},
		{"another store", "", machine("key", "186009"), "{}", false},
		{"another store of the group", "?enable_for_group=true", machine("key", "186009"), "{}", true},
		{"true in any case", "?enable_for_group=TrUe", machine("key", "186009"), "{}", true},
		{"1 is not true", "?enable_for_group=1", machine("key", "186009"), "{}", false},
		{"the first counts", "?enable_for_group=false&enable_for_group=true", machine("key", "186009"), "{}", false},
		{"the same group", "?enable_for_group=true", machine("key", "2"), `{"186008":5,"2":5}`, true},
		{"another group", "?enable_for_group=true", machine("key", "2"), `{"186008":5,"2":6}`, false},
		{"a store that is not listed", "?enable_for_group=true", machine("key", "3"), `{"186008":192005,"2":6}`, true},
		{"another account", "?enable_for_group=true", machine("other", "186008"), "{}", false},
		{"a person", "?enable_for_group=true", []string{"store", "186008", "user_id", "key", "user_token", "t"}, "{}", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := start(t, setup{})
			b.set("", `{"stores":`+tc.stores+`}`)
			h := b.create(tc.query, shop...)
			if got := b.api("GET", "/shop-sync", "", tc.caller...).webhooks(t); len(got) == 1 != tc.want {
				t.Errorf("listed: %v", got)
			}
			for _, call := range []answer{
				b.api("POST", "/"+strings.ToUpper(h.GUID), "", tc.caller...),
				b.api("DELETE", fmt.Sprint("/", h.ID), "", tc.caller...),
			} {
				if call.status == 200 != tc.want || call.status == 404 == tc.want {
					t.Errorf("%d %s", call.status, call.body)
				}
			}
			if got := b.api("GET", "/shop-sync", "", shop...).webhooks(t); len(got) == 0 != tc.want {
				t.Errorf("left: %v", got)
			}
		})
	}
}

func TestNoSuchWebhook(t *testing.T) {
	t.Parallel()
	b := start(t, setup{})
	h := b.create("", shop...)
	gone := b.create("", shop...)
	b.api("DELETE", fmt.Sprint("/", gone.ID), "", shop...)
	for _, tc := range [][2]string{
		{"DELETE", "/" + h.GUID}, {"DELETE", fmt.Sprint("/", gone.ID)}, {"DELETE", "/0"}, {"DELETE", fmt.Sprint("/+", h.ID)}, {"DELETE", "/-1"},
		{"DELETE", "/99999999999999999999"}, {"POST", "/" + gone.GUID}, {"POST", fmt.Sprint("/", h.ID)}, {"POST", "/x"},
	} {
		if got := b.api(tc[0], tc[1], "", shop...); got.status != 404 || !strings.Contains(got.body, `"errorCode":902101`) {
			t.Errorf("%s %s: %d %s", tc[0], tc[1], got.status, got.body)
		}
	}
}

func TestExecute(t *testing.T) {
	t.Parallel()
	in := newInbox(t)
	b := start(t, setup{})
	b.set("key", `{"callback_url":"`+in.URL+`","stores":{"77":8}}`)
	h := b.create("?enable_for_group=true", shop...)
	b.set("key", `{"stores":{"77":192005}}`)
	got := b.api("POST", "/"+h.GUID, ` [1, 2.0] `, machine("key", "77")...)
	b.settle()
	if got.status != 200 || got.body != "{}" {
		t.Fatalf("%d %s", got.status, got.body)
	}
	calls := b.entries("kind:call type:feature.executed")
	if len(calls) != 1 || calls[0].EventID == "" || calls[0].Account != "key" || string(calls[0].Request.Body) != ` [1, 2.0] ` {
		t.Fatalf("calls %+v", calls)
	}
	all := b.entries("event:" + calls[0].EventID)
	if len(all) != 3 {
		t.Errorf("%d entries of the event, want its call, itself and its attempt", len(all))
	}
	want := fmt.Sprintf(`{"type":"feature","action":"executed","featureId":"shop-sync","featureMethod":"importOrders","webhookId":%d,"guid":"%s","storeId":77,"storeGroupId":192005,"timestamp":%d}`,
		h.ID, h.GUID, begin.UnixMilli())
	if captures := in.captures(); len(captures) != 1 || captures[0].body != want {
		t.Errorf("captured %v\nwant %s", captures, want)
	}
	validate(t, compile(t, folder(t), "objects/callback.feature.schema.json"), want)
}

func TestExecuteOfAStoreThatIsNoNumber(t *testing.T) {
	t.Parallel()
	in := newInbox(t)
	b := start(t, setup{config: `{"callback_url":"` + in.URL + `"}`})
	odd := machine("key", "main-store")
	h := b.create("", odd...)
	b.api("POST", "/"+h.GUID, "", odd...)
	b.settle()
	if got := in.captures(); len(got) != 1 || !strings.Contains(got[0].body, `"storeId":186008,"storeGroupId":192005`) {
		t.Errorf("%v", got)
	}
	for _, e := range b.entries("kind:call") {
		if e.Contract == nil || e.Contract.OK || len(e.Contract.Violations) != 1 {
			t.Errorf("the store is not noted: %+v", e.Contract)
		}
	}
}

func TestOddGroupSwitchIsNoted(t *testing.T) {
	t.Parallel()
	b := start(t, setup{})
	for query, want := range map[string]bool{"?enable_for_group=yes": true, "?enable_for_group=": true, "?enable_for_group=FALSE": false, "?unknown=1": false} {
		b.create(query, shop...)
		calls := b.entries("kind:call")
		last := calls[len(calls)-1]
		if noted := last.Contract != nil; noted != want {
			t.Errorf("%s: %+v", query, last.Contract)
		}
	}
}

func TestExecuteSwitches(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, settings string
		status         int
		body           string
		events, tries  int
	}{
		{"ordinary", `{}`, 200, "{}", 1, 1},
		{"no callback", `{"execute_callback":false}`, 200, "{}", 0, 0},
		{"no URL", `{"callback_url":""}`, 200, "{}", 1, 0},
		{"another answer", `{"execute_reply":{"status":422,"body":{ "a" : [1.0,"<&>"] }}}`, 422, `{"a":[1.0,"<&>"]}`, 1, 1},
		{"no body", `{"execute_reply":{"status":202}}`, 202, `{}`, 1, 1},
		{"no content", `{"execute_reply":{"status":204,"body":{}}}`, 204, ``, 1, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			in := newInbox(t)
			b := start(t, setup{config: `{"callback_url":"` + in.URL + `"}`})
			h := b.create("", shop...)
			b.set("key", tc.settings)
			got := b.api("POST", "/"+h.GUID, "", shop...)
			b.settle()
			if got.status != tc.status || got.body != tc.body {
				t.Errorf("%d %s", got.status, got.body)
			}
			if events, tries := len(b.entries("kind:event")), len(b.entries("kind:attempt")); events != tc.events || tries != tc.tries {
				t.Errorf("%d events, %d attempts", events, tries)
			}
			if calls := b.entries("kind:call type:feature.executed"); len(calls) != 1 || (calls[0].EventID != "") != (tc.events > 0) {
				t.Errorf("calls: %+v", calls)
			}
		})
	}
}

func TestExecuteBodies(t *testing.T) {
	t.Parallel()
	b := start(t, setup{})
	h := b.create("", shop...)
	for _, tc := range []struct {
		kind, body string
		status     int
	}{
		{"", "", 200}, {"", " \n", 200}, {"", "null", 200}, {"", `"text"`, 200}, {"application/json; charset=utf-8", "{}", 200}, {"", "\ufeff{}", 200},
		{"", "{", 400}, {"", "{}x", 400}, {"", "\xff", 400}, {"", "<a/>", 400}, {"application/xml", "<a/>", 415}, {"text/plain", "", 415},
		{"", `"` + strings.Repeat("x", 1<<20) + `"`, 413},
	} {
		headers := append([]string{}, shop...)
		if tc.kind != "" {
			headers = append(headers, "Content-Type", tc.kind)
		}
		if got := b.api("POST", "/"+h.GUID, tc.body, headers...); got.status != tc.status {
			t.Errorf("%s %.20q: %d, want %d", tc.kind, tc.body, got.status, tc.status)
		}
	}
	if got := b.entries("kind:call type:feature.executed"); len(got) != 6 {
		t.Errorf("%d executions", len(got))
	}
}

func TestOpenExecution(t *testing.T) {
	t.Parallel()
	in := newInbox(t)
	b := start(t, setup{})
	b.set("", `{"execute_auth":"optional","rate_limit":4}`)
	b.set("key", `{"callback_url":"`+in.URL+`"}`)
	h := b.create("", machine("key", "12")...)
	for _, tc := range []struct {
		path    string
		headers []string
		status  int
	}{
		{"/" + h.GUID, nil, 200},
		{"/" + h.GUID, []string{"store", ""}, 200},
		{"/" + h.GUID, []string{"store", "12"}, 401},
		{"/" + h.GUID, []string{"api_key", "key"}, 401},
		{"/" + h.GUID, machine("other", "12"), 404},
		{"/unknown", nil, 404},
		{"/" + h.GUID, []string{"Content-Type", "text/plain"}, 415},
		{"/" + h.GUID, nil, 429},
	} {
		if got := b.api("POST", tc.path, "", tc.headers...); got.status != tc.status {
			t.Errorf("%s %v: %d, want %d", tc.path, tc.headers, got.status, tc.status)
		}
	}
	b.settle()
	if got := in.captures(); len(got) != 2 || !strings.Contains(got[0].body, `"storeId":12,`) {
		t.Errorf("captured %v", got)
	}
	for _, call := range []answer{b.api("GET", "/shop-sync", ""), b.api("DELETE", fmt.Sprint("/", h.ID), ""), b.api("PUT", "/"+h.GUID, "")} {
		if call.status != 401 {
			t.Errorf("another call without credentials: %d", call.status)
		}
	}
	if _, err := b.engine.Fire(context.Background(), api.Firing{Provider: "lagerkoll", Type: "store.created", Account: ""}); err != nil {
		t.Error(err)
	}
}
