package shoptet_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The life of a webhook in bytes, in both profiles.
func TestAWebhooksLife2024(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.want("POST", "/api/webhooks", `{"data":[{"event":"order:create","url":"https://a.example/x?y=ž"},{"event":"stock:movement","url":"http://[::1]:9/s"}]}`, 201,
		`{"data":{"webhooks":[{"id":10001,"event":"order:create","url":"https:\/\/a.example\/x?y=\u017e","created":"2024-12-02T12:00:00+0100","updated":null},`+
			`{"id":10002,"event":"stock:movement","url":"http:\/\/[::1]:9\/s","created":"2024-12-02T12:00:00+0100","updated":null}]},"errors":null}`)
	b.advance(90 * time.Minute)
	b.want("PATCH", "/api/webhooks/10002", `{"data":{"url":"http://[::1]:9/s"}}`, 200, `{"data":null,"errors":null}`)
	b.want("GET", "/api/webhooks/10002", "", 200,
		`{"data":{"webhook":{"id":10002,"event":"stock:movement","url":"http:\/\/[::1]:9\/s","created":"2024-12-02T12:00:00+0100","updated":"2024-12-02T13:30:00+0100"}},"errors":null}`)
	b.want("DELETE", "/api/webhooks/10001", "", 200, `{"data":null,"errors":null}`)
	b.want("GET", "/api/webhooks?itemsPerPage=1", "", 200,
		`{"data":{"webhooks":[{"id":10002,"event":"stock:movement","url":"http:\/\/[::1]:9\/s","created":"2024-12-02T12:00:00+0100","updated":"2024-12-02T13:30:00+0100"}],`+
			`"paginator":{"totalCount":1,"page":1,"pageCount":1,"itemsOnPage":1,"itemsPerPage":1}},"errors":null}`)
	b.want("POST", "/api/webhooks", `{"data":[]}`, 201, `{"data":{"webhooks":[]},"errors":null}`)
}

func TestAWebhooksLife2026(t *testing.T) {
	t.Parallel()
	b := newBench(t, in2026)
	got := b.do(withToken(post(`{"data":[{"event":"product:create","url":"https://a.example","sendPayload":"full"},{"event":"order:paid","url":"https://a.example","sendPayload":null}]}`)))
	id := got.header.Get("X-Request-Id")
	want := `{"data":{"webhooks":[{"id":10001,"event":"product:create","url":"https:\/\/a.example","created":"2024-12-02T12:00:00+0100","updated":null,"sendPayload":"full"},` +
		`{"id":10002,"event":"order:paid","url":"https:\/\/a.example","created":"2024-12-02T12:00:00+0100","updated":null,"sendPayload":null}]},"errors":null,"metadata":{"requestId":"` + id + `"}}`
	if got.status != 201 || got.body != want {
		t.Errorf("got %d %s\nwant %s", got.status, got.body, want)
	}
	if !regexp.MustCompile(`^01938706-f380-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(id) {
		t.Errorf("request id %s is no UUID of version 7 of this moment", id)
	}
	if got := got.header.Get("X-Ratelimit-Bucket-Filling"); got != "0/200" {
		t.Errorf("bucket %q", got)
	}
	for _, step := range [][2]string{
		{`{"data":{"sendPayload":null}}`, `"url":"https:\/\/a.example","created":"2024-12-02T12:00:00+0100","updated":"2024-12-02T12:00:00+0100","sendPayload":null`},
		{`{"data":{"sendPayload":"full","url":"http://b.example"}}`, `"url":"http:\/\/b.example","created":"2024-12-02T12:00:00+0100","updated":"2024-12-02T12:00:00+0100","sendPayload":"full"`},
	} {
		if got := b.do(call{method: "PATCH", path: "/api/webhooks/10001", token: tokenA, body: step[0]}); got.status != 200 {
			t.Errorf("%s: %d %s", step[0], got.status, got.body)
		}
		if got := b.do(withToken(call{path: "/api/webhooks/10001"})); !strings.Contains(got.body, step[1]) {
			t.Errorf("after %s: %s", step[0], got.body)
		}
	}
}

// Header names are written exactly so: the official SDK compares with case.
func TestHeaderSpelling(t *testing.T) {
	t.Parallel()
	b := newBench(t, withSettings(`{"profile":"2026-08","api_fault":"rate"}`))
	head := b.raw("GET /shoptet/api/webhooks HTTP/1.1\r\nHost: x\r\nshoptet-ACCESS-token: " + tokenA + "\r\nConnection: close\r\n\r\n")
	for _, name := range []string{"X-Request-ID: ", "X-RateLimit-Bucket-Filling: 200/200", "Retry-After: "} {
		if !strings.Contains(head, "\r\n"+name) {
			t.Errorf("no %q in\n%s", name, head)
		}
	}
}

// The conflict pairs, both ways round, registered before and in one call.
func TestConflicts(t *testing.T) {
	t.Parallel()
	pairs := [][2]string{{"order:update", "order:cancel"}, {"customer:update", "customer:disableOrders"}, {"customer:update", "customer:enableOrders"}}
	for _, p := range pairs {
		for _, pair := range [][2]string{p, {p[1], p[0]}} {
			b := newBench(t)
			want := fmt.Sprintf(`{"data":null,"errors":[{"errorCode":"webhook-conflict","message":"Webhook for event \"%s\" cannot be registered together with event \"%s\".","instance":"%s"}]}`, pair[1], pair[0], pair[1])
			b.want("POST", "/api/webhooks", fmt.Sprintf(`{"data":[{"event":"order:create","url":%q},{"event":%q,"url":%q},{"event":%q,"url":%q}]}`, callbackURL, pair[0], callbackURL, pair[1], callbackURL), 409, want)
			if got := b.do(withToken(call{path: "/api/webhooks"})); !strings.Contains(got.body, `"totalCount":0`) {
				t.Errorf("a refused call stored something: %s", got.body)
			}
			b.register(tokenA, callbackURL, pair[0])
			b.want("POST", "/api/webhooks", one(pair[1], callbackURL), 409, want)
			if ids := b.register(tokenB, callbackURL, pair[1]); len(ids) != 1 {
				t.Error("another account is not concerned")
			}
		}
	}
	b := newBench(t)
	b.register(tokenA, callbackURL, "customer:disableOrders", "customer:enableOrders")
}

func TestPartialSuccess(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.register(tokenA, callbackURL, "order:create")
	got := b.do(withToken(post(`{"data":[{"event":"order:create","url":"https://b.example"},{"event":"order:delete","url":"https://b.example"},{"event":"order:delete","url":"https://c.example"},{"event":"order:paid","url":"https://b.example"}]}`)))
	want := `{"data":{"webhooks":[{"id":10002,"event":"order:delete","url":"https:\/\/b.example","created":"2024-12-02T12:00:00+0100","updated":null}]},"errors":[` +
		`{"errorCode":"webhook-exists","message":"Webhook already exists for this event","instance":"order:create"},` +
		`{"errorCode":"webhook-exists","message":"Webhook already exists for this event","instance":"order:delete"},` +
		`{"errorCode":"invalid-request-data","message":` + php("Does not have a value in the enumeration "+enumeration("2024-12")) + `,"instance":"data[3].event"}]}`
	if got.status != 201 || got.body != want {
		t.Errorf("got %d %s\nwant %s", got.status, got.body, want)
	}
	if got := b.do(withToken(call{path: "/api/webhooks/10001"})); !strings.Contains(got.body, `"url":"https:\/\/app.example\/a"`) {
		t.Errorf("the first URL changed: %s", got.body)
	}
}

func TestSwitchesOfRegistering(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		settings, body string
		status         int
	}{
		{`{}`, one("order:create", "http://localhost:1234/x"), 201},
		{`{"url_ports":"documented"}`, one("order:create", "http://localhost:1234/x"), 422},
		{`{"url_ports":"documented"}`, one("order:create", "http://localhost:8443/x"), 201},
		{`{"url_ports":"documented"}`, one("order:create", "https://localhost/x"), 201},
		{`{}`, one("no:such", callbackURL), 422},
		{`{}`, one("product:create", callbackURL), 422},
		{`{"unknown_events":"accept"}`, one("no:such", callbackURL), 201},
		{`{"unknown_events":"accept"}`, one("addon:suspend", callbackURL), 201},
		{`{}`, one("order:create", "https://a.example/"+strings.Repeat("a", 1982)), 201},
		{`{}`, one("order:create", "https://a.example/"+strings.Repeat("ž", 1982)), 201},
		{`{}`, one("order:create", "https://a.example/"+strings.Repeat("ž", 1983)), 422},
		{`{}`, one("order:create", "HTTPS://user:pass@a.example"), 201},
		{`{}`, one("order:create", "https:///x"), 422},
		{`{}`, one("order:create", "https://a.example:99999/"), 422},
		{`{}`, one("order:create", "ftp://a.example"), 422},
		{`{}`, `{"data":[{"event":"order:create","url":"https://a.example/\u0001"}]}`, 422},
		{`{}`, one("order:create", "https://a.example/a b"), 201},
		{`{}`, one("", callbackURL), 422},
	} {
		b := newBench(t, withSettings(c.settings))
		if got := b.do(withToken(post(c.body))); got.status != c.status {
			t.Errorf("%s %.120s: %d %.200s, want %d", c.settings, c.body, got.status, got.body, c.status)
		}
	}
}

func TestStrictContentType(t *testing.T) {
	t.Parallel()
	for profile, told := range map[string]string{"2024-12": "application/vnd.shoptet.v1.0", "2026-08": "application/json"} {
		b := newBench(t, withSettings(`{"strict_content_type":true,"profile":"`+profile+`"}`))
		for media, status := range map[string]int{told: 201, told + "; charset=utf-8": 201, "text/plain": 422, "": 422, "application/x-www-form-urlencoded": 422} {
			got := b.do(call{method: "POST", path: "/api/webhooks", token: tokenA, body: `{"data":[]}`, header: map[string]string{"Content-Type": media}})
			if got.status != status {
				t.Errorf("%s %q: %d %s", profile, media, got.status, got.body)
			}
		}
		if got := b.do(withToken(call{method: "POST", path: "/api/webhooks/renew-signature-key"})); got.status != 200 {
			t.Errorf("renewing has no body to declare: %d", got.status)
		}
	}
	lax := newBench(t)
	for _, media := range []string{"", "text/plain", "application/json", "application/vnd.shoptet.v1.0+json"} {
		if got := lax.do(call{method: "POST", path: "/api/webhooks", token: tokenA, body: `{"data":[]}`, header: map[string]string{"Content-Type": media}}); got.status != 201 {
			t.Errorf("%q: %d", media, got.status)
		}
	}
}

// Ids and keys of one account mean nothing to another.
func TestAccountsAreIsolated(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.register(tokenA, callbackURL, "order:create", "job:finished")
	other := b.register(tokenB, callbackURL, "order:create")
	if other[0] <= a[1] {
		t.Errorf("ids %v then %v do not rise", a, other)
	}
	for _, method := range []string{"GET", "DELETE"} {
		if got := b.do(call{method: method, path: fmt.Sprintf("/api/webhooks/%d", a[0]), token: tokenB}); got.status != 404 {
			t.Errorf("%s of another's webhook: %d", method, got.status)
		}
	}
	if got := b.do(call{method: "PATCH", path: fmt.Sprintf("/api/webhooks/%d", a[0]), token: tokenB, body: `{"data":{"url":"http://b.example"}}`}); got.status != 404 {
		t.Errorf("PATCH of another's webhook: %d", got.status)
	}
	if b.renew(tokenA) == b.renew(tokenB) {
		t.Error("two accounts have one key")
	}
	job := b.startJob("/api/orders/snapshot")
	if got := b.do(call{path: "/api/system/jobs/" + job, token: tokenB}); got.status != 404 {
		t.Errorf("another's job: %d", got.status)
	}
	if got := b.do(call{path: "/api/system/jobs", token: tokenB}); !strings.Contains(got.body, `"totalCount":0`) {
		t.Errorf("another's jobs: %s", got.body)
	}
	if got := b.do(call{path: "/api/webhooks", header: map[string]string{"Shoptet-Private-API-Token": tokenB}}); !strings.Contains(got.body, `"totalCount":1`) {
		t.Errorf("the header of Premium shops: %s", got.body)
	}
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	const strict = "222651-p-12345-aaaaaaaaaaaaaaaaaaaaaaaa"
	for _, c := range []struct {
		settings string
		header   map[string]string
		status   int
		says     string
	}{
		{`{}`, map[string]string{"Authorization": "Bearer " + tokenA}, 401, "missing-access-token"},
		{`{}`, map[string]string{"Shoptet-Access-Token": ""}, 401, "missing-access-token"},
		{`{}`, map[string]string{"Shoptet-Access-Token": "", "Shoptet-Private-API-Token": "x"}, 200, ""},
		{`{}`, map[string]string{"Shoptet-Access-Token": "ž"}, 401, "invalid-token"},
		{`{}`, map[string]string{"Shoptet-Access-Token": strings.Repeat("a", 255)}, 200, ""},
		{`{}`, map[string]string{"Shoptet-Access-Token": strings.Repeat("a", 256)}, 401, "invalid-token"},
		{`{}`, map[string]string{"Shoptet-Access-Token": "a-_.~+/=:Z9"}, 200, ""},
		{`{"strict_tokens":true}`, map[string]string{"Shoptet-Access-Token": "short"}, 401, "invalid-token"},
		{`{"strict_tokens":true}`, map[string]string{"Shoptet-Access-Token": strict}, 200, ""},
		{`{"strict_tokens":true}`, map[string]string{"Shoptet-Access-Token": strict[:37]}, 401, "invalid-token"},
		{`{"strict_tokens":true}`, map[string]string{"Shoptet-Access-Token": strict + strings.Repeat("a", 22)}, 401, "invalid-token"},
		{`{"credentials":["one"]}`, map[string]string{"Shoptet-Access-Token": "one"}, 200, ""},
		{`{"credentials":["one"]}`, map[string]string{"Shoptet-Access-Token": "two"}, 401, "invalid-token"},
	} {
		got := newBench(t, withSettings(c.settings)).do(call{path: "/api/webhooks", header: c.header})
		if got.status != c.status || !strings.Contains(got.body, c.says) {
			t.Errorf("%s %v: %d %s", c.settings, c.header, got.status, got.body)
		}
	}
}

func TestUnknownPathsAndMethods(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, c := range []struct{ method, path, instance string }{
		{"GET", "/api/webhooks/", `\/api\/webhooks\/`}, {"GET", "/api//webhooks", `\/api\/\/webhooks`}, {"GET", "/", `\/`},
		{"GET", "/api/orders/2024001287", `\/api\/orders\/2024001287`}, {"OPTIONS", "/api/webhooks", `\/api\/webhooks`},
		{"POST", "/api/webhooks/notifications", `\/api\/webhooks\/notifications`}, {"PATCH", "/api/webhooks/notifications", `\/api\/webhooks\/notifications`},
		{"GET", "/api/webhooks/renew-signature-key", `\/api\/webhooks\/renew-signature-key`}, {"POST", "/api/webhooks/1", `\/api\/webhooks\/1`},
		{"GET", "/api-results/x-y.json", `\/api-results\/x-y.json`}, {"GET", "/api/%c5%be?x=1", `\/api\/%c5%be`},
	} {
		for _, token := range []string{"", tokenA} {
			got := b.do(call{method: c.method, path: c.path, token: token})
			want := `{"data":null,"errors":[{"errorCode":"endpoint-not-found","message":"Endpoint \"` + c.method + ` ` + c.instance + `\" not found.","instance":"` + c.instance + `"}]}`
			if got.status != 404 || got.body != want {
				t.Errorf("%s %s: %d %s\nwant %s", c.method, c.path, got.status, got.body, want)
			}
		}
	}
	head := b.do(call{method: "HEAD", path: "/api/webhooks", token: tokenA})
	if head.status != 404 || head.body != "" {
		t.Errorf("HEAD: %d %q", head.status, head.body)
	}
	for _, path := range []string{"/action/", "/action/ApiOAuthServer", "/action/ApiOAuthServer/token/"} {
		if got := b.do(call{path: path}); got.status != 404 || got.body != `{"error":"not_found"}` {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
}

// A request whose Host is Shoptet's own is served without the prefix.
func TestHostsStandForThePrefix(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for host, status := range map[string]int{"api.myshoptet.com": 200, "partner.myshoptet.com:443": 200, "shoptet.localhost": 200, "myshoptet.com": 404, "api.myshoptet.com.example": 404} {
		req, err := http.NewRequest("GET", b.url+"/api/webhooks", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		req.Header.Set("Shoptet-Access-Token", tokenA)
		if got := b.send(req); got.status != status {
			t.Errorf("%s: %d %s", host, got.status, got.body)
		}
	}
}

func TestShopAndEndpoints(t *testing.T) {
	t.Parallel()
	for profile, extra := range map[string]string{"2024-12": `"oss":false}`, "2026-08": `"oss":false,"stockControlDisabled":false,"wholesaleSplitActive":false}`} {
		b := newBench(t, withSettings(`{"profile":"`+profile+`","eshop_id":77}`))
		got := b.do(call{path: "/api/eshop?include=orderStatuses", token: tokenB})
		if got.status != 200 || !strings.HasPrefix(got.body, `{"data":{"contactInformation":{"eshopId":315185,"eshopName":"Severka","eshopCategory":"Oble\u010den\u00ed","url":"https:\/\/severka.example"`) || !strings.Contains(got.body, extra) {
			t.Errorf("%s: %d %s", profile, got.status, got.body)
		}
		if got := b.do(call{path: "/api/eshop", token: "plain"}); !strings.Contains(got.body, `"eshopId":77,`) {
			t.Errorf("a token without a number: %s", got.body)
		}
	}
}

// The rows of system/endpoints have the types that the official SDK decodes.
func TestEndpointRows(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, c := range []struct {
		query  string
		status int
		want   string
		rows   int
	}{
		{"", 200, `{"endpoint":"webhooks","description":"Webhooks","group":{"id":1,"description":"Webhooks"},"access":"both","action":null}`, 7},
		{"?status=approved", 200, `{"endpoint":"orders","description":"Orders","group":{"id":4,"description":"Orders"},"access":"read","action":null}`, 7},
		{"?status=pending", 200, `{"data":{"endpoints":[]},"errors":null}`, 0},
		{"?status=both", 400, `"errorCode":"invalid-parameter"`, 0},
	} {
		got := b.do(call{path: "/api/system/endpoints" + c.query, token: tokenB})
		if got.status != c.status || !strings.Contains(got.body, c.want) || strings.Count(got.body, `"endpoint":`) != c.rows {
			t.Errorf("%s: %d %s", c.query, got.status, got.body)
		}
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	var events []string
	for _, e := range catalogEvents() {
		if e.Kind == "single" && !strings.Contains(e.Type, "order:cancel") && !strings.HasPrefix(e.Type, "customer:") && len(e.Profiles) == 2 {
			events = append(events, e.Type)
		}
	}
	events = events[:41]
	for _, c := range []struct {
		profile, query string
		status         int
		want           string
	}{
		{"2024-12", "", 200, `"page":1,"pageCount":3,"itemsOnPage":20,"itemsPerPage":20}`},
		{"2024-12", "page=3", 200, `"page":3,"pageCount":3,"itemsOnPage":1,"itemsPerPage":20}`},
		{"2024-12", "itemsPerPage=500", 200, `"page":1,"pageCount":3,"itemsOnPage":20,"itemsPerPage":20}`},
		{"2024-12", "itemsPerPage=7&page=6", 200, `"page":6,"pageCount":6,"itemsOnPage":6,"itemsPerPage":7}`},
		{"2026-08", "", 200, `"page":1,"pageCount":3,"itemsOnPage":20,"itemsPerPage":20}`},
		{"2026-08", "itemsPerPage=500", 200, `"page":1,"pageCount":1,"itemsOnPage":41,"itemsPerPage":500}`},
		{"2026-08", "itemsPerPage=99999999999999999999", 200, `"page":1,"pageCount":1,"itemsOnPage":41,"itemsPerPage":500}`},
		{"2024-12", "page=4", 404, `Page with number \"4\" not found, max page is 3.","instance":"4"`},
		{"2024-12", "page=99999999999999999999", 404, `Page with number \"99999999999999999999\" not found, max page is 3.`},
		{"2024-12", "page=9&page=1", 200, `"page":1,"pageCount":3`},
		{"2024-12", "page=0", 400, `Invalid \"page\" parameter. `},
		{"2024-12", "page=", 400, `"instance":"page"`},
		{"2024-12", "page=-1", 400, `"instance":"page"`},
		{"2024-12", "page=1.0", 400, `"instance":"page"`},
		{"2024-12", "itemsPerPage=x", 400, `"errorCode":"invalid-parameter","message":"Invalid \"itemsPerPage\" parameter. `},
		{"2024-12", "page=x&itemsPerPage=0", 400, `"instance":"page"},{"errorCode":"invalid-parameter"`},
		{"2024-12", "language=cs&nonsense=%zz", 200, `"totalCount":41`},
	} {
		b := newBench(t, withSettings(`{"profile":"`+c.profile+`"}`))
		b.register(tokenA, callbackURL, events...)
		if got := b.do(withToken(call{path: "/api/webhooks?" + c.query})); got.status != c.status || !strings.Contains(got.body, c.want) {
			t.Errorf("%s %s: %d %s", c.profile, c.query, got.status, got.body)
		}
	}
	b := newBench(t, withSettings(`{"page_overflow":"empty"}`))
	b.want("GET", "/api/webhooks?page=4", "", 200, `{"data":{"webhooks":[],"paginator":{"totalCount":0,"page":4,"pageCount":1,"itemsOnPage":0,"itemsPerPage":20}},"errors":null}`)
}

func TestLock(t *testing.T) {
	t.Parallel()
	b := newBench(t, withSettings(`{"lock":"on"}`))
	first := b.do(withToken(post(one("order:create", callbackURL))))
	again := b.do(withToken(post(one("order:create", callbackURL))))
	differs := b.do(withToken(post(one("order:delete", callbackURL))))
	other := b.do(call{method: "POST", path: "/api/webhooks", token: tokenB, body: one("order:create", callbackURL)})
	b.advance(time.Second)
	later := b.do(withToken(post(one("order:create", callbackURL))))
	got := []int{first.status, again.status, differs.status, other.status, later.status}
	if want := []int{201, 423, 201, 201, 422}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("statuses %v, want %v", got, want)
	}
}

// The bucket fills by one a call and leaks ten a second, for each account.
func TestBucket(t *testing.T) {
	t.Parallel()
	b := newBench(t, withSettings(`{"profile":"2026-08","rate_limit":"on"}`))
	filling := func(token string) string {
		return b.do(call{path: "/api/eshop", token: token}).header.Get("X-Ratelimit-Bucket-Filling")
	}
	var got []string
	for range 3 {
		got = append(got, filling(tokenA))
	}
	got = append(got, filling(tokenB))
	b.advance(150 * time.Millisecond)
	got = append(got, filling(tokenA))
	b.advance(time.Minute)
	got = append(got, filling(tokenA), filling(""))
	if want := "[1/200 2/200 3/200 1/200 3/200 1/200 0/200]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

// Injected refusals that another switch can cause as well.
func TestInjectedRefusals(t *testing.T) {
	t.Parallel()
	for fault, want := range map[string]string{"locked": `"resource-locked"`, "rate": `"rate-limit-exceeded"`, "addon-not-approved": `"Addon installation is not approved."`} {
		b := newBench(t)
		b.set(tokenA, `{"api_fault":"`+fault+`"}`)
		if got := b.do(withToken(call{path: "/api/eshop"})); got.status < 400 || !strings.Contains(got.body, want) {
			t.Errorf("%s: %d %s", fault, got.status, got.body)
		}
		if got := b.do(call{path: "/api/eshop", token: tokenB}); got.status != 200 {
			t.Errorf("%s befalls another account: %d", fault, got.status)
		}
	}
}
