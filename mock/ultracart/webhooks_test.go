package ultracart_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"
)

func fixtureVectors(t *testing.T) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// golden is a recorded form of an answer with this sandbox's address and the
// values that are drawn.
func golden(t *testing.T, c *client, name string, change map[string]any) string {
	t.Helper()
	doc := compact(t, []byte(strings.ReplaceAll(string(fixture(t, name)), "http://127.0.0.1:4780", c.sb.URL)))
	for path, v := range change {
		var err error
		if doc, err = sjson.Set(doc, path, v); err != nil {
			t.Fatal(err)
		}
	}
	return doc
}

const login = `{"webhook_url":"%s","authentication_type":"basic","event_categories":[{"event_category":"user","events":[{"event_name":"user_login","subscribed":true}]}]}`

func TestInsertAnswersAsTheSamplesDo(t *testing.T) {
	t.Parallel()
	c := start(t)
	r := c.ok("POST", webhooks, fmt.Sprintf(login, c.sb.Inbox("orders")))
	user, word := r.get("webhook.basic_username").String(), r.get("webhook.basic_password").String()
	drawn := map[string]any{"webhook.basic_username": user, "webhook.basic_password": word}
	if diff := cmp.Diff(golden(t, c, "samples/api/insertWebhook.200.json", drawn), r.body); diff != "" {
		t.Error(diff)
	}
	list := c.ok("GET", webhooks+"?_limit=1", "")
	c.subscribe("zzz", "")
	drawn = map[string]any{"webhooks.0.basic_username": user, "webhooks.0.basic_password": word}
	if diff := cmp.Diff(golden(t, c, "samples/api/getWebhooks.200.first-page.json", drawn), c.ok("GET", webhooks+"?_limit=1", "").body); diff != "" {
		t.Error(diff)
	}
	if list.get("metadata.result_set.more").Exists() {
		t.Error("more is written on the last page")
	}
	if diff := cmp.Diff(golden(t, c, "samples/api/getWebhooks.200.last-page.json", nil), c.as("nobody").ok("GET", webhooks, "").body); diff != "" {
		t.Error(diff)
	}
}

func TestPlaceholdersListEverything(t *testing.T) {
	t.Parallel()
	c := start(t)
	for _, truth := range vectors[[]string](t, "booleans.true") {
		r := c.ok("POST", webhooks+"?_placeholders="+truth, fmt.Sprintf(login, c.sb.Inbox("orders")))
		if n, m := r.get("webhook.event_categories.#").Int(), r.get("webhook.event_categories.#.events|@flatten|#").Int(); n != 10 || m != 43 {
			t.Errorf("_placeholders=%s: %d categories with %d events, want 10 with 43", truth, n, m)
		}
		want := golden(t, c, "samples/api/insertWebhook.200.placeholders-extract.json", nil)
		got := r.get(`webhook.event_categories.#(event_category=="user")`).Raw
		if diff := cmp.Diff(gjson.Get(want, "webhook.event_categories.0").Raw, got); diff != "" {
			t.Error(diff)
		}
	}
	for _, untruth := range append(vectors[[]string](t, "booleans.false"), "TRUE%20") {
		r := c.ok("GET", webhooks+"?_placeholders="+untruth, "")
		if n := r.get("webhooks.0.event_categories.#").Int(); n != 1 {
			t.Errorf("_placeholders=%q: %d categories, want 1", untruth, n)
		}
	}
}

func TestCategoriesAndEventsStandInOrderOfName(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.subscribe("box", "", "user_update", "order_ship", "order_create", "checkout_cart_abandon")
	r := c.ok("GET", webhooks+"?_placeholders=1", "")
	var names []string
	for _, n := range r.get("webhooks.0.event_categories.#.event_category").Array() {
		names = append(names, n.String())
	}
	if !slices.IsSorted(names) {
		t.Errorf("categories %v", names)
	}
	if oids := r.get("webhooks.0.event_categories.#.events|@flatten|#.webhook_event_oid").Raw; !strings.HasPrefix(oids, "[1,2,3,4,5,6,7,8,9,10,11,12,13,") || !strings.HasSuffix(oids, "41,42,43]") {
		t.Errorf("webhook_event_oid %s", oids)
	}
	if got := c.ok("GET", webhooks, "").get("webhooks.0.event_categories.#.event_category").Raw; got != `["checkout","order","user"]` {
		t.Errorf("categories with a subscribed event: %s", got)
	}
}

// subscribed lists the event names that are sent.
func subscribed(r reply) string {
	var names []string
	for _, e := range r.get("webhook.event_categories.#.events|@flatten").Array() {
		if e.Get("subscribed").Bool() {
			names = append(names, e.Get("event_name").String())
		}
	}
	return strings.Join(names, " ")
}

func TestWhichEventsABodySubscribes(t *testing.T) {
	t.Parallel()
	c := start(t)
	for name, v := range map[string]struct{ categories, want string }{
		"nothing":                        {`[]`, ""},
		"null":                           {`null`, ""},
		"said":                           {`[{"event_category":"order","events":[{"event_name":"order_ship","subscribed":true},{"event_name":"order_create","subscribed":false}]}]`, "order_ship"},
		"unsaid, by hand":                {`[{"event_category":"order","events":[{"event_name":"order_ship"}]}]`, "order_ship"},
		"unsaid, read from the API":      {`[{"event_category":"order","events":[{"event_name":"order_ship","webhook_event_oid":30}]}]`, ""},
		"null counts as unsaid":          {`[{"event_category":"order","events":[{"event_name":"order_ship","subscribed":null,"webhook_event_oid":null}]}]`, "order_ship"},
		"a whole category":               {`[{"event_category":"user","subscribed":true}]`, "user_create user_delete user_login user_update"},
		"a whole category, empty list":   {`[{"event_category":"user","subscribed":true,"events":[]}]`, "user_create user_delete user_login user_update"},
		"a category with some events":    {`[{"event_category":"user","subscribed":true,"events":[{"event_name":"user_login"}]}]`, "user_login"},
		"a category and nothing":         {`[{"event_category":"user"}]`, ""},
		"no category":                    {`[{"events":[{"event_name":"user_login"},{"event_name":"order_create"}]}]`, "order_create user_login"},
		"twice, the last one wins":       {`[{"events":[{"event_name":"user_login"},{"event_name":"user_login","subscribed":false}]}]`, ""},
		"twice, the other way":           {`[{"events":[{"event_name":"user_login","subscribed":false}]},{"event_category":"user","events":[{"event_name":"user_login"}]}]`, "user_login"},
		"misleading names of categories": {`[{"event_category":"storefront","events":[{"event_name":"screen_recording"}]},{"event_category":"checkout","subscribed":true}]`, "checkout_cart_abandon checkout_cart_send_return_email screen_recording"},
	} {
		r := c.ok("POST", webhooks, `{"webhook_url":"http://x.example/a","event_categories":`+v.categories+`}`)
		if got := subscribed(r); got != v.want {
			t.Errorf("%s: %q, want %q", name, got, v.want)
		}
	}
}

func TestAListPutBackUnchangedSubscribesTheSame(t *testing.T) {
	t.Parallel()
	c := start(t)
	for _, query := range []string{"?_placeholders=true", ""} {
		oid := c.insert("box", `{"maximum_events":25,"merchant_comments":"mine","compress_events":true,"authentication_type":"basic","basic_username":"tack"}`, []map[string]any{
			{"event_name": "order_create", "expansion": "billing,item", "comments": "a & b < c"},
			{"event_name": "user_login"}, {"event_name": "user_create", "subscribed": false, "comments": "kept"},
			{"event_name": "item_update", "event_ruler": `{"merchant_item_id":["BONE"]}`},
		})
		read := func() string {
			return c.ok("GET", webhooks+"?_placeholders=1", "").get("webhooks.#(webhook_oid==" + oid + ")").Raw
		}
		was := read()
		body := c.ok("GET", webhooks+query, "").get("webhooks.#(webhook_oid==" + oid + ")").Raw
		c.ok("PUT", webhooks+"/"+oid, body)
		if query == "" { // entries that are not listed are lost with the rest
			was, _ = sjson.Delete(was, `event_categories.8.events.0.comments`)
		}
		if diff := cmp.Diff(was, read()); diff != "" {
			t.Errorf("read with %q and put back: %s", query, diff)
		}
	}
}

func TestDefaultsAndBounds(t *testing.T) {
	t.Parallel()
	c := start(t)
	r := c.ok("POST", webhooks, `{"webhook_url":"http://x.example/a"}`)
	want := `{"webhook_oid":1001,"merchant_id":"DEMO","webhook_url":"http://x.example/a","authentication_type":"none","api_version":"2017-03-01",` +
		`"maximum_events":10,"maximum_size":921600,"consecutive_failures":0,"pending":0,"event_categories":[]}`
	if got := r.get("webhook").Raw; got != want {
		t.Errorf("defaults %s", got)
	}
	r = c.ok("POST", webhooks, `{"webhook_url":"http://x.example/a\/b?q=1&r=<2>","maximum_events":3,"maximum_size":5242880,"nonsense":{"a":[1]},"webhook_oid":"x","pending":99,"consecutive_failures":[],
		"merchant_id":5,"iam_access_key":"AK","iam_secret_key":"SK","merchant_comments":"ünï","basic_username":"kept","disabled":false,"compress_events":null}`)
	want = `{"webhook_oid":1002,"merchant_id":"DEMO","webhook_url":"http://x.example/a/b?q=1&r=<2>","authentication_type":"none","basic_username":"kept","iam_access_key":"AK","iam_secret_key":"SK",` +
		`"api_version":"2017-03-01","maximum_events":10,"maximum_size":5242880,"consecutive_failures":0,"pending":0,"event_categories":[],"merchant_comments":"ünï"}`
	if got := r.get("webhook").Raw; got != want {
		t.Errorf("stored as given: %s", got)
	}
	if oid := c.as("other").ok("POST", webhooks, `{"webhook_url":"http://x.example/a"}`).get("webhook.webhook_oid").Int(); oid != 1001 {
		t.Errorf("first webhook of another account is %d, want 1001", oid)
	}
	c.set("merchant_id", "SHOP")
	if got := c.webhook("1001").Get("merchant_id").String(); got != "SHOP" {
		t.Errorf("merchant_id %q, want SHOP", got)
	}
}

func TestMissingBasicCredentialsAreMade(t *testing.T) {
	t.Parallel()
	c := start(t)
	insert := func(members string) gjson.Result {
		return c.ok("POST", webhooks, `{"webhook_url":"http://x.example/a","authentication_type":"basic"`+members+`}`).get("webhook")
	}
	both := insert("")
	if u, p := both.Get("basic_username").String(), both.Get("basic_password").String(); len(u) != 17 || u[0] != 'u' || len(p) != 33 || p[0] != 'p' {
		t.Errorf("made %q and %q", u, p)
	}
	one := insert(`,"basic_username":"tack","basic_password":""`)
	if u, p := one.Get("basic_username").String(), one.Get("basic_password").String(); u != "tack" || len(p) != 33 {
		t.Errorf("with a user name given: %q and %q", u, p)
	}
	path := webhooks + "/" + both.Get("webhook_oid").Raw
	again := c.ok("PUT", path, `{"webhook_url":"http://x.example/a","authentication_type":"basic"}`).get("webhook")
	if again.Get("basic_password").String() == both.Get("basic_password").String() {
		t.Error("an update without credentials kept the old ones; it replaces")
	}
	c.set("update", "merge")
	kept := c.ok("PUT", path, `{"authentication_type":"basic"}`).get("webhook")
	if kept.Get("basic_password").String() != again.Get("basic_password").String() {
		t.Error("a merging update made new credentials")
	}
	if none := insert(`,"authentication_type":"none"`); none.Get("basic_username").Exists() {
		t.Errorf("credentials without basic: %s", none.Raw)
	}
}

func TestUpdateReplacesOrMerges(t *testing.T) {
	t.Parallel()
	full := `{"maximum_events":20,"compress_events":true,"merchant_comments":"mine","disabled":true}`
	for mode, want := range map[string]string{
		"replace": `{"webhook_oid":1001,"merchant_id":"DEMO","webhook_url":"http://x.example/new","authentication_type":"none","api_version":"2017-03-01","maximum_events":10,"maximum_size":77,"consecutive_failures":0,"pending":0,"event_categories":[]}`,
		"merge":   `{"webhook_oid":1001,"merchant_id":"DEMO","webhook_url":"http://x.example/new","authentication_type":"none","api_version":"2017-03-01","maximum_events":20,"maximum_size":77,"compress_events":true,"disabled":true,"consecutive_failures":0,"pending":0,"event_categories":["user"],"merchant_comments":"mine"}`,
	} {
		c := start(t)
		c.set("update", mode)
		oid := c.subscribe("box", full, "user_login")
		got := c.ok("PUT", webhooks+"/"+oid, `{"webhook_oid":7,"webhook_url":"http://x.example/new","maximum_size":77}`).get("webhook").Raw
		if len(gjson.Get(got, "event_categories").Array()) > 0 {
			got, _ = sjson.Set(got, "event_categories", []string{gjson.Get(got, "event_categories.0.event_category").String()})
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", mode, diff)
		}
	}
	c := start(t)
	c.set("update", "merge")
	oid := c.subscribe("box", "", "user_login", "order_ship")
	r := c.ok("PUT", webhooks+"/"+oid, `{"event_categories":[{"events":[{"event_name":"order_ship","subscribed":false},{"event_name":"item_create"}]}]}`)
	if got := subscribed(r); got != "item_create user_login" {
		t.Errorf("merged events %q", got)
	}
}

func TestDeletion(t *testing.T) {
	t.Parallel()
	c := start(t)
	first, second := c.subscribe("same", "", "user_login"), c.subscribe("same", "", "order_ship")
	other := c.as("other").subscribe("same", "")
	body := `{"webhook_url":"` + c.sb.Inbox("same") + `","webhook_oid":` + second + `}`
	was := c.webhook(first).Raw
	if r := c.ok("DELETE", webhooks, body); r.body != `{"webhook":`+was+`,"success":true,"metadata":{"payload_name":"webhook"}}` {
		t.Errorf("deleted by URL: %s", r.body)
	}
	c.set("delete_by_url", 204)
	if r := c.call("DELETE", webhooks, body); r.status != 204 || r.body != "" {
		t.Errorf("switched to 204: %d %q", r.status, r.body)
	}
	if r := c.call("DELETE", webhooks, body); r.status != 400 {
		t.Errorf("nothing left: %d, want 400", r.status)
	}
	if r := c.as("other").call("DELETE", webhooks+"/"+other, `{"ignored":`); r.status != 204 || r.body != "" {
		t.Errorf("another account's own: %d %q", r.status, r.body)
	}
	if third := c.subscribe("same", ""); third != "1003" {
		t.Errorf("the next number is %s, want 1003: numbers are not used again", third)
	}
}

func TestFalseIsWrittenWhenAskedFor(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.set("emit_false", true)
	c.subscribe("box", "", "user_login")
	got := c.ok("GET", webhooks, "").body
	for _, want := range []string{`"compress_events":false,"disabled":false,`, `"any_subscribed":true,"subscribed":false}`,
		`"subscribed":true,"supports_reflow":false,"deprecated_flag":false,"discontinued_flag":false}`, `"more":false,`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
	if r := c.call("DELETE", webhooks+"/9", ""); !strings.HasSuffix(r.body, `},"success":false,"metadata":{}}`) {
		t.Errorf("refusal %s", r.body)
	}
}

func TestHTTPSCanBeRequired(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.set("require_https", true)
	for body, want := range map[string]int{
		`{"webhook_url":"http://x.example/","event_categories":[{"event_category":"item","subscribed":true}]}`:  200,
		`{"webhook_url":"http://x.example/","event_categories":[{"event_category":"order","subscribed":true}]}`: 400,
		`{"webhook_url":"HTTPS://x.example/","event_categories":[{"event_category":"user","subscribed":true}]}`: 200,
		`{"webhook_url":"http://x.example/"}`: 200,
	} {
		if r := c.call("POST", webhooks, body); r.status != want {
			t.Errorf("%s: %d %s, want %d", body, r.status, r.body, want)
		}
	}
}

func TestAccountsDoNotMeet(t *testing.T) {
	t.Parallel()
	c := start(t)
	oid := c.subscribe("box", "", "order_create")
	other := c.as("other")
	for _, call := range [][2]string{{"PUT", ""}, {"DELETE", ""}, {"GET", "/logs"}, {"GET", "/logs/x"}, {"POST", "/reflow/order_create"}} {
		if r := other.call(call[0], webhooks+"/"+oid+call[1], `{"webhook_url":"http://x.example"}`); r.status != 400 {
			t.Errorf("%s of another's webhook: %d, want 400", call, r.status)
		}
	}
	if n := other.ok("GET", webhooks, "").get("webhooks.#").Int(); n != 0 {
		t.Errorf("another account sees %d webhooks", n)
	}
}

// The bodies and headers of the official SDKs, as seen on the wire.
func TestRealClientsWork(t *testing.T) {
	t.Parallel()
	c := start(t)
	oid := c.subscribe("box", "", "order_create")
	for name, v := range map[string]struct {
		method, path, body string
		headers            map[string]string
	}{
		"JavaScript: both credentials, close": {"GET", webhooks + "?_limit=100&_offset=0&_placeholders=true", "", map[string]string{"Authorization": "Bearer x", "Connection": "close"}},
		"TypeScript: bare token":              {"GET", webhooks, "", map[string]string{"x-ultracart-simple-key": "", "Authorization": "uc-test-key-1", "Accept": "*/*"}},
		"Python: lower-case charset, spaces":  {"PUT", webhooks + "/" + oid + "?_placeholders=True", `{ "webhook_url" : "http://x.example/" }`, map[string]string{"Content-Type": "application/json; charset=utf-8"}},
		"PHP: escaped slashes, 1":             {"PUT", webhooks + "/" + oid + "?_placeholders=1", `{"webhook_url":"http:\/\/x.example\/"}`, nil},
		"PHP: Content-Type on GET":            {"GET", webhooks, "", map[string]string{"Content-Type": "application/json"}},
		"Ruby: empty bearer, trailing space":  {"GET", webhooks, "", map[string]string{"x-ultracart-simple-key": "uc-test-key-1 ", "Authorization": "Bearer ", "Content-Type": "application/json"}},
		"Ruby: Content-Type on an empty POST": {"POST", webhooks + "/" + oid + "/reflow/item_update", "", map[string]string{"Content-Type": "application/json"}},
		"no Content-Type at all":              {"POST", webhooks, `{"webhook_url":"http://x.example/"}`, map[string]string{"Content-Type": ""}},
		"another Content-Type":                {"POST", webhooks, `{"webhook_url":"http://x.example/"}`, map[string]string{"Content-Type": "text/plain"}},
		"unknown and doubled parameters":      {"GET", webhooks + "?_limit=1&_limit=0&foo=bar&%zz", "", nil},
		"Expect: 100-continue":                {"POST", webhooks, `{"webhook_url":"http://x.example/"}`, map[string]string{"Expect": "100-continue"}},
	} {
		if name[:4] == "Ruby" && v.method == "POST" {
			c.ok("PUT", webhooks+"/"+oid, `{"webhook_url":"http://x.example/","event_categories":[{"event_category":"item","subscribed":true}]}`)
		}
		if r := c.do(v.method, v.path, v.body, v.headers); r.status != 200 {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
}

func TestChunkedRequestsAreRead(t *testing.T) {
	t.Parallel()
	c := start(t)
	req, err := http.NewRequest("POST", c.sb.Provider("ultracart")+webhooks, io.MultiReader(strings.NewReader(`{"webhook_url":`), strings.NewReader(`"http://x.example/"}`)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer tok")
	req.Header.Set("X-UltraCart-Api-Version", "2017-03-01")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != 200 {
		t.Errorf("chunked: %s", resp.Status)
	}
}
