package shoptet_test

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

const (
	tokenPath  = "/action/ApiOAuthServer/token"
	accessPath = "/action/ApiOAuthServer/getAccessToken"
)

// The token request in every form that clients send.
func TestExchangeForms(t *testing.T) {
	t.Parallel()
	var form bytes.Buffer
	parts := multipart.NewWriter(&form)
	values := url.Values{}
	for k, v := range map[string]string{"client_id": "c", "client_secret": "s", "code": "x", "grant_type": "authorization_code", "redirect_uri": "https://a.example", "scope": "api"} {
		_ = parts.WriteField(k, v)
		values.Set(k, v)
	}
	_ = parts.Close()
	for name, c := range map[string]struct{ media, body string }{
		"JSON":              {"application/json", exchangeBody(nil)},
		"JSON undeclared":   {"", " " + exchangeBody(nil)},
		"JSON with numbers": {"application/json; charset=utf-8", strings.Replace(exchangeBody(nil), `"client_id":"c"`, `"client_id":12`, 1)},
		"form":              {"application/x-www-form-urlencoded", values.Encode()},
		"multipart":         {parts.FormDataContentType(), form.String()},
	} {
		b := newBench(t)
		got := b.do(call{method: "POST", path: tokenPath, body: c.body, header: map[string]string{"Content-Type": c.media}})
		want := regexp.MustCompile(`^\{"access_token":"[0-9a-z]{255}","expires_in":null,"token_type":"Bearer","scope":"api","eshopId":222651,"eshopUrl":"http:\\/\\/mock.test\\/shoptet\\/","contactEmail":"obchod@severka.example","trial":false\}$`)
		if got.status != 200 || !want.MatchString(got.body) || got.header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
		if err := satisfies(schema(t, "objects/oauth.schema.json#/$defs/response.token"), got.body); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestExchangeRefusals(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, c := range []struct{ media, body, says string }{
		{"application/json", "", `"client_id\" is missing`},
		{"application/json", "{", `"client_id\" is missing`},
		{"application/json", `{"client_id":["c"]}`, `"client_id\" is missing`},
		{"multipart/form-data", "x", `"client_id\" is missing`},
		{"multipart/form-data; boundary=x", "--x\r\nbroken", `"client_id\" is missing`},
		{"application/x-www-form-urlencoded", "client_id=c", `"code\" is missing`},
		{"application/json", exchangeBody(map[string]string{"grant_type": ""}), `"grant_type\" is missing`},
		{"application/json", exchangeBody(map[string]string{"redirect_uri": ""}), `"redirect_uri\" is missing`},
		{"application/json", exchangeBody(map[string]string{"grant_type": "a/b"}), `Grant type \"a\/b\" is not supported`},
		{"application/json", exchangeBody(map[string]string{"code": strings.Repeat("ž", 256)}), "invalid_grant"},
		{"application/json", strings.Repeat(" ", 9<<20), `"client_id\" is missing`},
	} {
		got := b.do(call{method: "POST", path: tokenPath, body: c.body, header: map[string]string{"Content-Type": c.media}})
		if got.status != 400 || !strings.Contains(got.body, c.says) {
			t.Errorf("%s %.80s: %d %s", c.media, c.body, got.status, got.body)
		}
	}
	if got := b.do(tokenCall(exchangeBody(map[string]string{"code": strings.Repeat("ž", 255)}))); got.status != 200 {
		t.Errorf("a code of 255 characters: %d %s", got.status, got.body)
	}
}

// From the code to a webhook that outlives its short token.
func TestAnInstallation(t *testing.T) {
	t.Parallel()
	b := newBench(t, withSettings(`{"credentials":["listed"],"eshop_id":4711}`))
	got := b.do(tokenCall(exchangeBody(nil)))
	var long struct {
		AccessToken string `json:"access_token"`
		EshopID     int
	}
	b.parse(got.body, &long)
	if long.EshopID != 4711 {
		t.Errorf("eshopId %d", long.EshopID)
	}
	short := b.shortToken(long.AccessToken)
	if !regexp.MustCompile(`^4711-a-123-[0-9a-z]{32}$`).MatchString(short) {
		t.Errorf("short token %s", short)
	}
	b.register(short, callbackURL, "order:create")
	b.advance(1799 * time.Second)
	if got := b.do(call{path: "/api/webhooks", token: short}); got.status != 200 {
		t.Errorf("a second before its end: %d %s", got.status, got.body)
	}
	b.advance(time.Second)
	if got := b.do(call{path: "/api/webhooks", token: short}); got.status != 401 || !strings.Contains(got.body, "expired-token") {
		t.Errorf("at its end: %d %s", got.status, got.body)
	}
	if got := b.do(call{path: "/api/webhooks", token: b.shortToken(long.AccessToken)}); !strings.Contains(got.body, `"totalCount":1`) {
		t.Errorf("the next token: %s", got.body)
	}
	if got := b.do(call{path: accessPath, header: map[string]string{"Authorization": "Bearer unlisted"}}); got.status != 401 {
		t.Errorf("an unlisted long token: %d", got.status)
	}
	if got := b.do(call{path: "/api/webhooks", token: long.AccessToken}); got.status != 200 {
		t.Errorf("the long token itself is a credential: %d", got.status)
	}
}

func TestShortTokens(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	want := regexp.MustCompile(`^\{"access_token":"315185-a-123-[0-9a-z]{32}","expires_in":1800\}$`)
	seen := map[string]bool{}
	for _, c := range []call{
		{method: "GET", path: accessPath},
		{method: "POST", path: accessPath, header: map[string]string{"Content-Length": "0"}},
		{method: "POST", path: accessPath, body: "ignored"},
		{method: "GET", path: accessPath},
		{method: "GET", path: accessPath},
	} {
		c.header = map[string]string{"Authorization": "bearer  " + tokenB}
		got := b.do(c)
		if got.status != 200 || !want.MatchString(got.body) || seen[got.body] {
			t.Errorf("%s: %d %s", c.method, got.status, got.body)
		}
		seen[got.body] = true
		if err := satisfies(schema(t, "objects/oauth.schema.json#/$defs/response.getAccessToken"), got.body); err != nil {
			t.Error(err)
		}
	}
	sixth := call{path: accessPath, header: map[string]string{"Authorization": "Bearer " + tokenB}}
	if got := b.do(sixth); got.status != 429 || got.body != `{"error":"maximum_tokens_reached"}` {
		t.Errorf("the sixth: %d %s", got.status, got.body)
	}
	b.shortToken("another-installation")
	b.advance(1800 * time.Second)
	if got := b.do(sixth); got.status != 200 {
		t.Errorf("after they expired: %d %s", got.status, got.body)
	}
}

// The OAuth dialect has no envelope and none of the API's headers.
func TestOAuthAnswersAreBare(t *testing.T) {
	t.Parallel()
	b := newBench(t, in2026)
	for _, c := range []call{{path: accessPath}, {path: "/action/x"}, tokenCall("")} {
		got := b.do(c)
		var doc map[string]json.RawMessage
		b.parse(got.body, &doc)
		if doc["error"] == nil || doc["data"] != nil || got.header["X-Request-Id"] != nil || got.header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %v %s", c.path, got.header, got.body)
		}
	}
}
