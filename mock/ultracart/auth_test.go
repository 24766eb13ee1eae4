package ultracart_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

func TestCredentialsNameTheAccount(t *testing.T) {
	t.Parallel()
	c := start(t)
	type vector struct {
		Headers map[string]string
		Account *string
	}
	for _, v := range vectors[[]vector](t, "credentials") {
		h := map[string]string{"x-ultracart-simple-key": ""}
		for name, value := range v.Headers {
			if http.CanonicalHeaderKey(name) == "X-Ultracart-Simple-Key" {
				delete(h, "x-ultracart-simple-key")
			}
			h[name] = value
		}
		r := c.do("GET", webhooks, "", h)
		calls := c.sb.Entries("kind:call")
		last := calls[len(calls)-1]
		switch {
		case v.Account == nil && r.status != 401:
			t.Errorf("%v: %d, want 401", v.Headers, r.status)
		case v.Account != nil && (r.status != 200 || last.Account != *v.Account):
			t.Errorf("%v: %d for account %q, want 200 for %q", v.Headers, r.status, last.Account, *v.Account)
		}
	}
}

func TestMalformedCredentialsAreRefused(t *testing.T) {
	t.Parallel()
	c := start(t)
	for name, h := range map[string]map[string]string{
		"space within":   {"x-ultracart-simple-key": "a b"},
		"tab within":     {"x-ultracart-simple-key": "a\tb"},
		"not UTF-8":      {"x-ultracart-simple-key": "a\xffb"},
		"too long":       {"x-ultracart-simple-key": strings.Repeat("k", 1025)},
		"two tokens":     {"x-ultracart-simple-key": "", "Authorization": "Bearer a b"},
		"other scheme":   {"x-ultracart-simple-key": "", "Authorization": "Digest abc"},
		"scheme only":    {"x-ultracart-simple-key": "", "Authorization": "Bearer"},
		"Basic only":     {"x-ultracart-simple-key": "", "Authorization": "basic"},
		"nothing at all": {"x-ultracart-simple-key": ""},
	} {
		if r := c.do("GET", webhooks, "", h); r.status != 401 {
			t.Errorf("%s: %d, want 401", name, r.status)
		}
	}
	long := strings.Repeat("k", 1024)
	if r := c.do("GET", webhooks, "", map[string]string{"x-ultracart-simple-key": long}); r.status != 200 {
		t.Errorf("1,024 bytes: %d, want 200", r.status)
	}
}

func TestTheVersionHeaderIsWanted(t *testing.T) {
	t.Parallel()
	c := start(t)
	version := func(v string) reply {
		return c.do("GET", webhooks, "", map[string]string{"X-UltraCart-Api-Version": v})
	}
	for value, want := range map[string]int{"2017-03-01": 200, "  2017-03-01 ": 200, "": 400, " ": 400, "2018-01-01": 400, "latest": 400} {
		if r := version(value); r.status != want {
			t.Errorf("version %q: %d, want %d", value, r.status, want)
		}
	}
	c.set("version_header", "optional")
	if r := version(""); r.status != 200 {
		t.Errorf("optional and absent: %d, want 200", r.status)
	}
	if r := version("2018-01-01"); r.status != 400 {
		t.Errorf("optional and unknown: %d, want 400", r.status)
	}
}

func TestAllowedAndRevokedCredentials(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.set("credentials", []string{"good", "gone"})
	c.set("revoked", []string{"gone"})
	for key, want := range map[string]int{"good": 200, "gone": 410, "other": 401} {
		if r := c.as(key).call("GET", webhooks, ""); r.status != want {
			t.Errorf("%s: %d %s, want %d", key, r.status, r.body, want)
		}
	}
	if r := c.as("gone").do("GET", "/nowhere", "", map[string]string{"X-UltraCart-Api-Version": ""}); r.status != 410 {
		t.Errorf("revoked comes before version and path: %d, want 410", r.status)
	}
}

func TestWhatIsCheckedFirst(t *testing.T) {
	t.Parallel()
	c := start(t)
	none := map[string]string{"x-ultracart-simple-key": "", "X-UltraCart-Api-Version": ""}
	for name, v := range map[string]struct {
		method, path, body string
		headers            map[string]string
		want               int
	}{
		"credentials before version":   {"GET", webhooks, "", none, 401},
		"credentials before path":      {"GET", "/nowhere", "", none, 401},
		"version before path":          {"GET", "/nowhere", "", map[string]string{"X-UltraCart-Api-Version": ""}, 400},
		"version before method":        {"PATCH", webhooks, "", map[string]string{"X-UltraCart-Api-Version": ""}, 400},
		"path before body":             {"POST", "/nowhere", "{", nil, 404},
		"method before body":           {"PATCH", webhooks, "{", nil, 405},
		"another case of the path":     {"GET", "/webhook/Webhooks", "", nil, 404},
		"a slash at the end":           {"GET", webhooks + "/", "", nil, 404},
		"two slashes":                  {"GET", "/webhook//webhooks", "", nil, 404},
		"OAuth is not served":          {"POST", "/oauth/token", "", nil, 404},
		"one webhook cannot be read":   {"GET", webhooks + "/1001", "", nil, 405},
		"HEAD is not known":            {"HEAD", webhooks, "", nil, 405},
		"OPTIONS is not known":         {"OPTIONS", webhooks, "", nil, 405},
		"below the prefix, not of it":  {"GET", "/../../ultracart/elsewhere", "", nil, 404},
		"a method on an unknown thing": {"DELETE", webhooks + "/1/2/3", "", nil, 404},
	} {
		if r := c.do(v.method, v.path, v.body, v.headers); r.status != v.want {
			t.Errorf("%s: %d %s, want %d", name, r.status, r.body, v.want)
		}
	}
	if allow := c.call("PATCH", webhooks, "").header.Get("Allow"); allow != "GET, POST, DELETE" {
		t.Errorf("Allow %q", allow)
	}
	if allow := c.call("POST", webhooks+"/1001", "").header.Get("Allow"); allow != "PUT, DELETE" {
		t.Errorf("Allow %q", allow)
	}
}

func TestEveryAnswerCarriesItsHeaders(t *testing.T) {
	t.Parallel()
	c := start(t)
	oid := c.subscribe("box", "", "order_create")
	id := regexp.MustCompile(`^[0-9A-F]{14}019E3BDA53A880011$`)
	if p := gjson.Get(string(fixtureVectors(t)), "request_id.example.tail").String(); p != "019E3BDA53A880011" {
		t.Fatalf("the vector's tail is %q", p)
	}
	seen := map[string]bool{}
	for _, v := range []struct {
		method, path string
		status       int
		coding, kind string
	}{
		{"GET", webhooks, 200, "chunked", "application/json; charset=UTF-8"},
		{"GET", webhooks + "?_limit=0", 400, "chunked", "application/json; charset=UTF-8"},
		{"DELETE", webhooks + "/" + oid, 204, "", ""},
	} {
		r := c.call(v.method, v.path, "")
		got := r.header.Get("X-UltraCart-Request-Id")
		if r.status != v.status || !id.MatchString(got) || seen[got] {
			t.Errorf("%s %s: %d with request id %q", v.method, v.path, r.status, got)
		}
		seen[got] = true
		if coding := strings.Join(r.resp.TransferEncoding, ","); coding != v.coding || r.header.Get("Content-Type") != v.kind {
			t.Errorf("%s %s: coding %q, type %q", v.method, v.path, coding, r.header.Get("Content-Type"))
		}
		if r.header.Get("Date") != "Mon, 18 May 2026 16:10:24 GMT" {
			t.Errorf("Date %q is not that of the provider's clock", r.header.Get("Date"))
		}
		if length := r.header.Get("Content-Length"); (v.status == 204) != (length == "0") {
			t.Errorf("%s %s: Content-Length %q", v.method, v.path, length)
		}
		if (r.status == 400) != r.resp.Close {
			t.Errorf("%s %s: Connection: close is %v", v.method, v.path, r.resp.Close)
		}
	}
}

func TestRateLimits(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.set("rate_limit", "documented")
	for range 1000 {
		if r := c.call("GET", webhooks, ""); r.status != 200 {
			t.Fatalf("within the limit: %d %s", r.status, r.body)
		}
	}
	r := c.call("GET", webhooks, "")
	if r.status != 429 || r.header.Get("Retry-After") != "4" || r.get("error.user_message").String() != "rate of 1000 per 3600 second(s) exceeded." {
		t.Errorf("beyond the limit: %d, Retry-After %q, %s", r.status, r.header.Get("Retry-After"), r.body)
	}
	if r := c.as("other").call("GET", webhooks, ""); r.status != 200 {
		t.Errorf("another account: %d, want 200", r.status)
	}
	c.sb.Advance(4e9)
	if r := c.call("GET", webhooks, ""); r.status != 200 {
		t.Errorf("after Retry-After: %d, want 200", r.status)
	}
}

func TestRealHostsReachTheMock(t *testing.T) {
	t.Parallel()
	c := start(t)
	for _, host := range []string{"secure.ultracart.com", "ultracart.localhost", "SECURE.ultracart.com:443"} {
		req, err := http.NewRequest("GET", c.sb.URL+"/rest/v2"+webhooks, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		req.Header.Set("x-ultracart-simple-key", "k")
		req.Header.Set("X-UltraCart-Api-Version", "2017-03-01")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != 200 {
			t.Errorf("Host %s: %d, want 200", host, resp.StatusCode)
		}
	}
}
