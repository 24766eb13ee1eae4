package lagerkoll_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// defaults are the settings as nobody has touched them.
const defaults = `{"profile":"v1","callback_url":"","execute_callback":true,"execute_auth":"required","execute_reply":{"status":200,"body":{}},
"create_reply":"list","stores":{},"features":[],"rate_limit":200,"rate_window":"60s","retry":[],"timeout":"10s"}`

func decoded(t *testing.T, text string) (m map[string]any) {
	t.Helper()
	must(t, json.Unmarshal([]byte(text), &m))
	return m
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	b := start(t, setup{})
	got := b.call("GET", "/_/providers/lagerkoll/settings", "")
	if diff := cmp.Diff(decoded(t, defaults), decoded(t, got.body)); got.status != 200 || diff != "" {
		t.Errorf("%d %s", got.status, diff)
	}
	own := b.call("GET", "/_/providers/lagerkoll/settings?account=never-seen", "")
	if diff := cmp.Diff(decoded(t, defaults), decoded(t, own.body)); diff != "" {
		t.Errorf("an account that was never seen: %s", diff)
	}
}

// TestLayers takes the places of a setting away one by one.
func TestLayers(t *testing.T) {
	t.Parallel()
	b := start(t, setup{config: `{"rate_limit":4,"accounts":{"a":{"rate_limit":2}}}`})
	b.set("", `{"rate_limit":3}`)
	b.set("a", `{"rate_limit":1,"retry":["5s"]}`)
	limit := func(account string) any {
		return decoded(t, b.call("GET", "/_/providers/lagerkoll/settings?account="+account, "").body)["rate_limit"]
	}
	for _, want := range []struct{ a, z float64 }{{1, 3}, {2, 3}, {2, 4}} {
		if limit("a") != want.a || limit("z") != want.z {
			t.Errorf("a %v, z %v, want %v", limit("a"), limit("z"), want)
		}
		if want.a == 1 {
			b.set("a", `{"rate_limit":null}`)
		} else {
			b.set("", `{"rate_limit":null}`)
		}
	}
}

func TestRefusedSettings(t *testing.T) {
	t.Parallel()
	b := start(t, setup{})
	for _, tc := range []struct{ account, doc, want string }{
		{"", `{"callback_ulr":"http://127.0.0.1/"}`, "callback_url"},
		{"", `{"rate_limit":7,"callback_url":"ftp://127.0.0.1/"}`, "callback_url"},
		{"", `{"rate_limit":7,"callback_url":7}`, "callback_url"},
		{"", `{"callback_url":"http://169.254.169.254/latest/meta-data"}`, "never called"},
		{"a", `{"callback_url":"http://[fe80::1]/"}`, "never called"},
		{"a", `{"callback_url":"https://8.8.8.8/cb"}`, "--allow-host 8.8.8.8"},
		{"", `{"callback_url":"//127.0.0.1/"}`, "not an absolute"},
		{"", `{"execute_callback":"yes"}`, "boolean"},
		{"", `{"execute_auth":"never"}`, "required, optional"},
		{"a", `{"execute_auth":"optional"}`, "all accounts"},
		{"a", `{"credentials":["a"]}`, "all accounts"},
		{"", `{"execute_reply":{"status":99}}`, "between 200 and 599"},
		{"", `{"execute_reply":{"code":200}}`, "code"},
		{"", `{"execute_reply":7}`, "number"},
		{"", `{"create_reply":"both"}`, "list, object"},
		{"", `{"stores":{"186008":"x"}}`, "stores"},
		{"", `{"stores":{"18 6":1}}`, "store id"},
		{"", `{"stores":{"1":-1}}`, "group"},
		{"", `{"stores":[]}`, "stores"},
		{"", `{"features":"a"}`, "list"},
		{"", `{"rate_limit":-1}`, "0 or more"},
		{"", `{"rate_limit":1.5}`, "integer"},
		{"", `{"rate_window":"0s"}`, "longer"},
		{"", `{"rate_window":0}`, "longer"},
		{"", `{"timeout":"-1s"}`, "negative"},
		{"", `{"timeout":"soon"}`, "duration"},
		{"", `{"retry":["1m","soon"]}`, "durations"},
		{"", `{"retry":"1m"}`, "durations"},
		{"", `{"credentials":[{"store":"1"}]}`, "item 0"},
		{"", `{"credentials":["a",{"user_id":"u"}]}`, "item 1"},
		{"", `{"credentials":[{"api_key":"a","user_id":"u","user_token":"t"}]}`, "item 0"},
		{"", `{"credentials":[{"key":"a"}]}`, "key"},
		{"", `{"credentials":{}}`, "credentials"},
		{"", `{"profile":"v2"}`, "v1"},
	} {
		got := b.settings(tc.account, tc.doc)
		if got.status != 422 || !strings.Contains(got.body, tc.want) || !strings.HasPrefix(got.body, `{"error":{"code":`) {
			t.Errorf("%s: %d %s, want %q", tc.doc, got.status, got.body, tc.want)
		}
	}
	got := b.call("GET", "/_/providers/lagerkoll/settings", "")
	if diff := cmp.Diff(decoded(t, defaults), decoded(t, got.body)); diff != "" {
		t.Errorf("a refused document changed something: %s", diff)
	}
}

func TestAcceptedSettings(t *testing.T) {
	t.Parallel()
	b := start(t, setup{})
	for _, doc := range []string{
		`{"callback_url":"http://127.0.0.1:9/x?y=z"}`, `{"callback_url":""}`, `{"callback_url":null}`, `{"callback_url":"http://somewhere.test/"}`,
		`{"rate_window":90,"timeout":"1m30s","retry":["1m",5,"30m"]}`, `{"stores":{"186008":192005,"main":7}}`, `{"features":[]}`,
		`{"credentials":["a",{"api_key":"b"},{"api_key":"c","store":"1"},{"user_id":"u","user_token":"t","store":"2"}]}`, `{"execute_reply":{"status":200,"body":null}}`,
	} {
		if got := b.settings("", doc); got.status != 200 || strings.Contains(got.body, "credentials") {
			t.Errorf("%s: %d %s", doc, got.status, got.body)
		}
	}
}

func TestAccountsOwnCreateReply(t *testing.T) {
	t.Parallel()
	b := start(t, setup{config: `{"accounts":{"key":{"create_reply":"object"}}}`})
	if got := b.api("POST", "/", jsonBody, shop...); !strings.HasPrefix(got.body, `{"featureMethod":`) {
		t.Errorf("own: %s", got.body)
	}
	if got := b.api("POST", "/", jsonBody, machine("other", "1")...); !strings.HasPrefix(got.body, `{"webhooks":[`) {
		t.Errorf("common: %s", got.body)
	}
}
