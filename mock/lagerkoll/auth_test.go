package lagerkoll_test

import (
	"slices"
	"strings"
	"testing"
)

func TestCredentials(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("k", 512)
	for _, tc := range []struct {
		name    string
		headers []string
		account string // "": refused
	}{
		{"machine", []string{"store", "1", "api_key", "k"}, "k"},
		{"person", []string{"store", "1", "user_id", "u", "user_token", "t"}, "user:u"},
		{"both: the key decides", []string{"store", "1", "api_key", "k", "user_id", "u", "user_token", "t"}, "k"},
		{"all four, some empty", []string{"store", "1", "api_key", "", "user_id", "u", "user_token", "t"}, "user:u"},
		{"all four, others empty", []string{"store", "1", "api_key", "k", "user_id", "", "user_token", ""}, "k"},
		{"any case", []string{"STORE", "1", "Api_Key", "k"}, "k"},
		{"longest", []string{"store", strings.Repeat("1", 64), "api_key", long}, long},
		{"nothing", nil, ""},
		{"no store", []string{"api_key", "k"}, ""},
		{"empty store", []string{"store", "", "api_key", "k"}, ""},
		{"store alone", []string{"store", "1"}, ""},
		{"person without token", []string{"store", "1", "user_id", "u"}, ""},
		{"person without id", []string{"store", "1", "user_token", "t"}, ""},
		{"hyphens", []string{"store", "1", "api-key", "k"}, ""},
		{"bearer", []string{"store", "1", "Authorization", "Bearer k"}, ""},
		{"cookie", []string{"store", "1", "Cookie", "api_key=k"}, ""},
		{"space inside", []string{"store", "1", "api_key", "k k"}, ""},
		{"not ASCII", []string{"store", "1", "api_key", "kö"}, ""},
		{"store too long", []string{"store", strings.Repeat("1", 65), "api_key", "k"}, ""},
		{"key too long", []string{"store", "1", "api_key", long + "k"}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := start(t, setup{})
			got := b.api("GET", "/f?api_key=k&store=1", "", tc.headers...)
			calls := b.entries("kind:call")
			if len(calls) != 1 || calls[0].Account != tc.account || (got.status == 200) != (tc.account != "") || got.status != 200 && got.status != 401 {
				t.Errorf("%d for account %q", got.status, calls[0].Account)
			}
		})
	}
}

func TestListedCredentials(t *testing.T) {
	t.Parallel()
	b := start(t, setup{config: `{"credentials":["any",{"api_key":"one","store":"7"},{"user_id":"u","user_token":"t"},{"user_id":"v","user_token":"t","store":"8"}]}`})
	person := func(id, token, store string) []string {
		return []string{"store", store, "user_id", id, "user_token", token}
	}
	for _, tc := range []struct {
		headers []string
		ok      bool
	}{
		{machine("any", "1"), true}, {machine("one", "7"), true}, {machine("one", "8"), false}, {machine("two", "7"), false}, {machine("u", "7"), false},
		{person("u", "t", "1"), true}, {person("u", "x", "1"), false}, {person("v", "t", "8"), true}, {person("v", "t", "9"), false}, {person("any", "t", "1"), false},
		{append(machine("two", "1"), "user_id", "u", "user_token", "t"), false},
	} {
		if got := b.api("GET", "/f", "", tc.headers...); (got.status == 200) != tc.ok {
			t.Errorf("%v: %d", tc.headers, got.status)
		}
	}
	b.set("", `{"credentials":[]}`)
	if got := b.api("GET", "/f", "", machine("any", "1")...); got.status != 401 {
		t.Errorf("an empty list lets in: %d", got.status)
	}
	b.set("", `{"credentials":null}`)
	if got := b.api("GET", "/f", "", machine("one", "7")...); got.status != 200 {
		t.Errorf("the configuration's list is forgotten: %d", got.status)
	}
}

// TestOrderOfChecks gives each call one more reason to be refused than the next.
func TestOrderOfChecks(t *testing.T) {
	t.Parallel()
	b := start(t, setup{})
	b.set("", `{"features":["f"]}`)
	b.set("full", `{"rate_limit":1}`)
	b.api("GET", "/f", "", machine("full", "1")...)
	bad := []string{"Accept", "text/html", "Content-Type", "text/plain"}
	with := func(lists ...[]string) []string { return slices.Concat(lists...) }
	for i, tc := range []struct {
		method, path, body string
		headers            []string
		status             int
	}{
		{"PUT", "/a/b", "{", bad, 404},
		{"PUT", "/a", "{", bad, 401},
		{"PUT", "/a", "{", with(bad, machine("full", "1")), 429},
		{"PUT", "/a", "{", with(bad, shop), 405},
		{"PUT", "", "{", with(bad, shop), 405},
		{"POST", "/", "{", with(bad, shop), 406},
		{"POST", "/", strings.Repeat("x", 1<<20+1), with(shop, []string{"Content-Type", "text/plain"}), 415},
		{"POST", "/", strings.Repeat("x", 1<<20+1), shop, 413},
		{"POST", "/", `{"featureId":"x"`, shop, 400},
		{"POST", "/", `{"featureId":"x"}`, shop, 400},
		{"POST", "/", `{"featureId":"x","featureMethod":"m"}`, shop, 404},
		{"POST", "/", `{"featureId":"f","featureMethod":"m"}`, shop, 200},
	} {
		if got := b.api(tc.method, tc.path, tc.body, tc.headers...); got.status != tc.status {
			t.Errorf("%d: %d, want %d", i, got.status, tc.status)
		}
	}
}

func TestMethods(t *testing.T) {
	t.Parallel()
	b := start(t, setup{})
	const one, base = "GET, POST, DELETE", "POST"
	for _, tc := range []struct {
		method, path, allow string
		status              int
	}{
		{"GET", "", base, 405}, {"GET", "/", base, 405}, {"HEAD", "/", base, 405}, {"PUT", "/", base, 405}, {"PATCH", "/", base, 405}, {"DELETE", "/", base, 405},
		{"PUT", "/1", one, 405}, {"PATCH", "/1", one, 405}, {"BREW", "/1", one, 405}, {"HEAD", "/f", "", 200},
		{"OPTIONS", "/", base, 200}, {"OPTIONS", "/1", one, 200}, {"OPTIONS", "/1/2", "", 404},
	} {
		headers := shop
		if tc.method == "OPTIONS" {
			headers = nil // credentials are not needed
		}
		got := b.api(tc.method, tc.path, "", headers...)
		if got.status != tc.status || got.header.Get("Allow") != tc.allow {
			t.Errorf("%s %s: %d, Allow %q", tc.method, tc.path, got.status, got.header.Get("Allow"))
		}
		if (tc.method == "HEAD" || tc.method == "OPTIONS" && tc.status == 200) && got.body != "" {
			t.Errorf("%s %s: body %q", tc.method, tc.path, got.body)
		}
	}
	head := b.api("HEAD", "/f", "", shop...)
	get := b.api("GET", "/f", "", shop...)
	if head.header.Get("Content-Length") != get.header.Get("Content-Length") || head.header.Get("Content-Type") != "application/json" {
		t.Errorf("HEAD %v, GET %v", head.header, get.header)
	}
	for _, e := range b.entries("kind:call method:HEAD") {
		if len(e.Response.Body) > 0 || e.Response.Size > 0 {
			t.Error("the entry of a HEAD call has a body that was not sent")
		}
	}
}

func TestUnknownPaths(t *testing.T) {
	t.Parallel()
	b := start(t, setup{})
	for _, path := range []string{"", "/", "/v1", "/v1/articles", "/v1/webhook", "/v2/webhooks", "/v1/webhooks/1/2", "/webhooks", "/v1/login"} {
		for _, method := range []string{"GET", "POST"} {
			got := b.call(method, "/lagerkoll"+path, "", "Accept", "application/xml")
			if got.status != 404 || got.body != `{"errorCode":900101,"errorMessage":"Not found","errorField":null,"errorData":null}` {
				t.Errorf("%s %s: %d %s", method, path, got.status, got.body)
			}
		}
	}
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	b := start(t, setup{})
	b.set("", `{"rate_limit":3,"rate_window":"10s"}`)
	b.set("free", `{"rate_limit":0}`)
	for range 20 {
		if got := b.api("GET", "/f", "", machine("free", "1")...); got.status != 200 {
			t.Fatalf("no limit: %d", got.status)
		}
	}
	// Counted over all stores, whatever the answer; not counted: 401, unknown paths, OPTIONS.
	for _, tc := range []struct {
		method, path string
		headers      []string
		status       int
	}{
		{"GET", "/f", nil, 401}, {"GET", "/a/b", shop, 404}, {"OPTIONS", "/f", shop, 200},
		{"GET", "/f", shop, 200}, {"PUT", "/f", machine("key", "2"), 405}, {"POST", "/", machine("key", "3"), 400},
		{"GET", "/f", shop, 429}, {"GET", "/f", machine("key", "4"), 429}, {"GET", "/f", machine("other", "4"), 200}, {"GET", "/f", nil, 401},
	} {
		if got := b.api(tc.method, tc.path, "", tc.headers...); got.status != tc.status {
			t.Errorf("%s %s %v: %d, want %d", tc.method, tc.path, tc.headers, got.status, tc.status)
		}
	}
	refused := b.entries("kind:call status:429")
	if len(refused) != 2 || refused[0].Account != "key" {
		t.Errorf("%d refused calls in the journal", len(refused))
	}
}

// TestManyCallersAtOnce holds that exactly so many pass as may.
func TestManyCallersAtOnce(t *testing.T) {
	t.Parallel()
	b := start(t, setup{})
	b.set("", `{"rate_limit":25}`)
	got := make(chan int)
	for range 60 {
		go func() { got <- b.api("GET", "/f", "", shop...).status }()
	}
	count := map[int]int{}
	for range 60 {
		count[<-got]++
	}
	if count[200] != 25 || count[429] != 35 {
		t.Errorf("%v", count)
	}
}

// Store ids are numbers (documented: callback page), so a configuration may name
// them, and keys and users, without quotes.
func TestListedCredentialsMayBeNumbers(t *testing.T) {
	t.Parallel()
	b := start(t, setup{config: `{"credentials":[12345,{"api_key":"one","store":186008},{"user_id":7,"user_token":8}]}`})
	for _, tc := range []struct {
		credentials []string
		status      int
	}{
		{machine("12345", "1"), 200},
		{machine("one", "186008"), 200},
		{machine("one", "186009"), 401},
		{[]string{"store", "1", "user_id", "7", "user_token", "8"}, 200},
		{[]string{"store", "1", "user_id", "7", "user_token", "9"}, 401},
	} {
		if got := b.api("GET", "/x", "", tc.credentials...); got.status != tc.status {
			t.Errorf("%v: %d, want %d", tc.credentials, got.status, tc.status)
		}
	}
	for _, bad := range []string{`[1.5]`, `[-1]`, `[true]`, `[{"api_key":"a","store":1.5}]`} {
		if got := b.settings("", `{"credentials":`+bad+`}`); got.status != 422 {
			t.Errorf("%s: %d", bad, got.status)
		}
	}
}
