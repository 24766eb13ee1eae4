package prioticket_test

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
	"time"

	"tacklebox/mock/prioticket"
)

const webhooksScope = "https://www.prioticketapis.com/auth/distributor/webhooks"

type errorCase struct {
	Status  int
	Error   string
	Model   string
	Raised  any
	Headers map[string]string
}

// documentedError finds the specification's row for a status and code.
func documentedError(t *testing.T, status int, code string) errorCase {
	t.Helper()
	var all struct{ Errors []errorCase }
	readJSON(t, "testdata/errors.json", &all)
	for _, e := range all.Errors {
		if e.Status == status && e.Error == code {
			return e
		}
	}
	t.Fatalf("no error %d %s is listed", status, code)
	return errorCase{}
}

// refused checks an answer against the specification's row and its schema.
func refused(t *testing.T, what string, g got, status int, code string) {
	t.Helper()
	want := documentedError(t, status, code)
	if g.status != status || g.get(t, "error") != code {
		t.Errorf("%s: %d %s, want %d %s", what, g.status, g.body, status, code)
		return
	}
	cat := catalogue(t)
	file := map[string]string{"error": "objects/error.schema.json", "oauth": "objects/oauth-error.schema.json"}[want.Model]
	fits(t, schema(t, cat, file), what, []byte(g.body))
	for name, value := range want.Headers {
		if name != "Allow" && g.header.Get(name) != value {
			t.Errorf("%s: %s is %q, want %q", what, name, g.header.Get(name), value)
		}
	}
	if ct := g.header.Get("Content-Type"); ct != "application/json" {
		t.Errorf("%s: Content-Type %q", what, ct)
	}
}

func basic(id, secret string) string {
	return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))
}

// login gets a token for a client.
func (r *rig) login(id string) string {
	r.t.Helper()
	g := r.call("POST", "/oauth2/token", `{"grant_type":"client_credentials"}`, basic(id, "s"))
	if g.status != 200 {
		r.t.Fatalf("token: %d %s", g.status, g.body)
	}
	return g.get(r.t, "access_token")
}

func TestTheTokenCallTakesCredentialsInEveryForm(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	form := "Content-Type: application/x-www-form-urlencoded"
	none := "Authorization:"
	for name, c := range map[string]struct {
		body    string
		headers []string
	}{
		"JSON and Basic":       {`{"grant_type":"client_credentials"}`, []string{basic("ann", "x")}},
		"null scope":           {`{"grant_type":"client_credentials","scope":null}`, []string{basic("ann", "x")}},
		"empty scope":          {`{"grant_type":"client_credentials","scope":""}`, []string{basic("ann", "x")}},
		"charset":              {`{"grant_type":"client_credentials"}`, []string{basic("ann", "x"), "Content-Type: application/json; charset=utf-8"}},
		"form and Basic":       {`grant_type=client_credentials`, []string{basic("ann", "x"), form}},
		"JSON called a form":   {`{"grant_type":"client_credentials"}`, []string{basic("ann", "x"), form}},
		"form without a type":  {`grant_type=client_credentials`, []string{basic("ann", "x")}},
		"Basic and no body":    {``, []string{basic("ann", "x")}},
		"lower case scheme":    {``, []string{"Authorization: basic YW5uOng="}},
		"Basic without pad":    {``, []string{"Authorization: Basic YW5uOng"}},
		"secret with colons":   {``, []string{basic("ann", "x:y:z")}},
		"credentials in JSON":  {`{"grant_type":"client_credentials","client_id":"ann","client_secret":"x"}`, []string{none}},
		"credentials in form":  {`grant_type=client_credentials&client_id=ann&client_secret=x`, []string{none, form}},
		"an API key beside it": {`{"grant_type":"client_credentials"}`, []string{basic("ann", "x")}},
	} {
		g := r.call("POST", "/oauth2/token?key=abc", c.body, c.headers...)
		if g.status != 200 || g.get(t, "token_type") != "Bearer" || g.get(t, "expires_in") != "3600" || g.get(t, "scope") != webhooksScope {
			t.Errorf("%s: %d %s", name, g.status, g.body)
			continue
		}
		fits(t, schema(t, catalogue(t), "objects/token.schema.json"), name, []byte(g.body))
		if g.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: Cache-Control %q", name, g.header.Get("Cache-Control"))
		}
		if token := g.get(t, "access_token"); strings.Count(token, ".") != 2 || r.as(token).call("GET", "/webhooks", "").status != 200 {
			t.Errorf("%s: the token %q does not open the API", name, token)
		}
	}
	for _, e := range r.Entries("kind:call path:*/webhooks") {
		if e.Account != "ann" {
			t.Errorf("account %q, want ann", e.Account)
		}
	}
}

func TestTheScopeAskedForIsEchoed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	scope := "https://www.prioticketapis.com/auth/distributor/booking " + webhooksScope
	g := r.call("POST", "/oauth2/token", `{"grant_type":"client_credentials","scope":"`+scope+`"}`, basic("ann", "x"))
	if got := g.get(t, "scope"); got != scope {
		t.Errorf("scope %q, want %q", got, scope)
	}
	if g := r.as(g.get(t, "access_token")).call("GET", "/webhooks", ""); g.status != 200 {
		t.Errorf("one scope of two is not enough: %s", g.body)
	}
}

func TestTheTokenCallRefuses(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ok, good, none := `{"grant_type":"client_credentials"}`, basic("ann", "x"), "Authorization:"
	for name, c := range map[string]struct {
		query, body string
		headers     []string
		code        string
	}{
		"no grant":               {"", `{}`, []string{good}, "invalid_request"},
		"null grant":             {"", `{"grant_type":null}`, []string{good}, "invalid_request"},
		"numeric grant":          {"", `{"grant_type":1}`, []string{good}, "invalid_request"},
		"broken JSON":            {"", `{"grant_type":`, []string{good}, "invalid_request"},
		"an array":               {"", `[]`, []string{good, "Content-Type: application/json"}, "invalid_request"},
		"form called JSON":       {"", `grant_type=client_credentials`, []string{good, "Content-Type: application/json"}, "invalid_request"},
		"blank body":             {"", " ", []string{good}, "invalid_request"},
		"grant twice":            {"", `grant_type=client_credentials&grant_type=client_credentials`, []string{good}, "invalid_request"},
		"bad escape":             {"", `grant_type=%zz`, []string{good}, "invalid_request"},
		"other grant":            {"", `{"grant_type":"password"}`, []string{good}, "unsupported_grant_type"},
		"foreign scope":          {"", `{"grant_type":"client_credentials","scope":"read"}`, []string{good}, "invalid_scope"},
		"one foreign scope":      {"", `{"grant_type":"client_credentials","scope":"` + webhooksScope + ` read"}`, []string{good}, "invalid_scope"},
		"both ways":              {"", `{"grant_type":"client_credentials","client_id":"ann","client_secret":"x"}`, []string{good}, "invalid_request"},
		"credentials in query":   {"?client_id=ann&client_secret=x", ok, []string{none}, "invalid_request"},
		"secret in query":        {"?client_secret=x", ok, []string{good}, "invalid_request"},
		"none":                   {"", ok, []string{none}, "invalid_client"},
		"none and no body":       {"", "", []string{none}, "invalid_client"},
		"id alone":               {"", `{"grant_type":"client_credentials","client_id":"ann"}`, []string{none}, "invalid_client"},
		"Bearer":                 {"", ok, []string{"Authorization: Bearer abc"}, "invalid_client"},
		"not base64":             {"", ok, []string{"Authorization: Basic ***"}, "invalid_client"},
		"no colon":               {"", ok, []string{"Authorization: Basic YW5u"}, "invalid_client"},
		"no secret":              {"", ok, []string{basic("ann", "")}, "invalid_client"},
		"no id":                  {"", ok, []string{basic("", "x")}, "invalid_client"},
		"id with a line break":   {"", ok, []string{basic("an\nn", "x")}, "invalid_client"},
		"id that is not UTF-8":   {"", ok, []string{basic("an\xff", "x")}, "invalid_client"},
		"unreadable and no auth": {"", `{`, []string{none}, "invalid_request"},
	} {
		status := 400
		if c.code == "invalid_client" {
			status = 401
		}
		refused(t, name, r.call("POST", "/oauth2/token"+c.query, c.body, c.headers...), status, c.code)
	}
	refused(t, "method", r.call("GET", "/oauth2/token", ""), 405, "METHOD_NOT_ALLOWED")
	refused(t, "accept", r.call("POST", "/oauth2/token", ok, good, "Accept: text/html"), 406, "NOT_ACCEPTABLE")
	large := r.call("POST", "/oauth2/token", ok+strings.Repeat(" ", 1<<20), good)
	refused(t, "too large", large, 400, "invalid_request")
}

func TestBothSpellingsOfAClientAreOneAccount(t *testing.T) {
	t.Parallel()
	var v struct {
		Token []struct{ Header, Account string } `json:"token_request_authorization"`
	}
	readJSON(t, "testdata/vectors.json", &v)
	if len(v.Token) == 0 {
		t.Fatal("no vectors")
	}
	r := newRig(t)
	for _, c := range v.Token {
		g := r.call("POST", "/oauth2/token", `{"grant_type":"client_credentials"}`, "Authorization: "+c.Header)
		token := g.get(t, "access_token")
		list := r.as(token).call("GET", "/webhooks?items_per_page=1", "")
		if list.status != 200 {
			t.Fatalf("%s: %d %s", c.Header, list.status, list.body)
		}
		calls := r.Entries("kind:call")
		if got := calls[len(calls)-1].Account; got != c.Account {
			t.Errorf("%s is the account %q, want %q", c.Header, got, c.Account)
		}
	}
}

func TestTheBearerTokenDecides(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	wrongScope := r.call("POST", "/oauth2/token", `{"grant_type":"client_credentials","scope":"https://www.prioticketapis.com/auth/other"}`, basic("ann", "x")).get(t, "access_token")
	for name, c := range map[string]struct {
		query, auth string
		status      int
		code        string
	}{
		"absent":             {"", "", 400, "INVALID_REQUEST"},
		"Basic":              {"", "Basic YTpi", 400, "INVALID_REQUEST"},
		"a naked word":       {"", "abcdef", 400, "INVALID_REQUEST"},
		"in the query alone": {"?access_token=abc", "", 400, "INVALID_REQUEST"},
		"in the query too":   {"?access_token=abc", "Bearer abc", 400, "INVALID_REQUEST"},
		"nothing behind":     {"", "Bearer", 401, "INVALID_TOKEN"},
		"a blank within":     {"", "Bearer a b", 401, "INVALID_TOKEN"},
		"odd characters":     {"", "Bearer a,b", 401, "INVALID_TOKEN"},
		"other letters":      {"", "Bearer größe", 401, "INVALID_TOKEN"},
		"too narrow":         {"", "Bearer " + wrongScope, 403, "INSUFFICIENT_SCOPE"},
		"any token":          {"", "Bearer abc-123.~+/=", 200, ""},
		"lower case scheme":  {"", "bearer abc", 200, ""},
		"upper case scheme":  {"", "BEARER abc", 200, ""},
		"two blanks":         {"", "Bearer  abc", 200, ""},
		"an API key beside":  {"?key=xyz", "Bearer abc", 200, ""},
		"a changed token":    {"", "Bearer " + wrongScope + "x", 200, ""},
	} {
		g := r.call("GET", "/webhooks"+c.query, "", "Authorization: "+c.auth)
		if c.code != "" {
			refused(t, name, g, c.status, c.code)
		} else if g.status != c.status {
			t.Errorf("%s: %d %s, want %d", name, g.status, g.body, c.status)
		}
	}
}

func TestMissingAuthStatusIsASwitch(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.Settings("prioticket", "", map[string]any{"missing_auth_status": 401})
	g := r.call("GET", "/webhooks", "", "Authorization:")
	if g.status != 401 || g.header.Get("WWW-Authenticate") != `Bearer realm="Prio"` {
		t.Errorf("%d %q %s", g.status, g.header.Get("WWW-Authenticate"), g.body)
	}
}

func TestIssuedTokensEndAfterAnHourOfProviderTime(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	first, second := r.login("ann"), r.login("ann")
	if first == second {
		t.Error("two calls gave the same token")
	}
	r.Advance(time.Hour - time.Second)
	for _, token := range []string{first, second} {
		if g := r.as(token).call("GET", "/webhooks", ""); g.status != 200 {
			t.Errorf("after 59:59: %d %s", g.status, g.body)
		}
	}
	r.Advance(time.Second)
	refused(t, "an hour old", r.as(first).call("GET", "/webhooks", ""), 401, "INVALID_TOKEN")
	if g := r.call("GET", "/webhooks", ""); g.status != 200 {
		t.Errorf("a token of no issue ended: %s", g.body)
	}
}

func TestAListOfCredentialsShutsOutEverybodyElse(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	before := r.login("eve")
	r.Settings("prioticket", "", map[string]any{"credentials": []string{"ann:secret", "tok-1"}})
	refused(t, "wrong secret", r.call("POST", "/oauth2/token", "", basic("ann", "other")), 401, "invalid_client")
	refused(t, "unknown client", r.call("POST", "/oauth2/token", "", basic("bob", "secret")), 401, "invalid_client")
	refused(t, "unknown token", r.as("tok-2").call("GET", "/webhooks", ""), 401, "INVALID_TOKEN")
	refused(t, "client as token", r.as("ann").call("GET", "/webhooks", ""), 401, "INVALID_TOKEN")
	refused(t, "token from before the list", r.as(before).call("GET", "/webhooks", ""), 401, "INVALID_TOKEN")
	token := r.call("POST", "/oauth2/token", "", basic("ann", "secret")).get(t, "access_token")
	for _, ok := range []string{token, "tok-1"} {
		if g := r.as(ok).call("GET", "/webhooks", ""); g.status != 200 {
			t.Errorf("%s: %d %s", ok, g.status, g.body)
		}
	}
}

func TestTheProvidersOwnHostsNeedNoPrefix(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	hosts := append([]string{"prioticket.localhost", "distributor-api.prioticket.com:4780"}, prioticket.New().Hosts...)
	for _, host := range hosts {
		g := r.at(r.URL+"/v3.8/distributor/webhooks", "GET", "", "Authorization: Bearer a", "Host: "+host)
		if g.status != 200 || g.get(t, "data.kind") != "webhook" {
			t.Errorf("%s: %d %s", host, g.status, g.body)
		}
	}
	if len(hosts) != 6 {
		t.Errorf("%d hosts", len(hosts))
	}
}

func TestPathsAreExact(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for path, allow := range map[string]string{
		"/webhooks/": "", "//webhooks": "", "/Webhooks": "", "/webhook": "", "": "", "/": "", "/webhooks/12345678/x": "", "/../webhooks": "",
		"/webhooks": "GET, POST", "/notifications": "GET, POST", "/webhooks/12345678": "DELETE", "/oauth2/token": "POST",
	} {
		base, _ := url.Parse(r.Provider("prioticket"))
		base.Opaque = base.Path + path
		for _, method := range []string{"PUT", "PATCH", "OPTIONS", "PROPFIND"} {
			g := r.at(base.Scheme+"://"+base.Host+base.Path+path, method, "", "Authorization: Bearer a")
			if allow == "" {
				refused(t, method+" "+path, g, 404, "NOT_FOUND")
			} else if refused(t, method+" "+path, g, 405, "METHOD_NOT_ALLOWED"); g.header.Get("Allow") != allow {
				t.Errorf("%s %s: Allow %q, want %q", method, path, g.header.Get("Allow"), allow)
			}
		}
	}
	if g := r.call("HEAD", "/webhooks", ""); g.status != 405 || g.body != "" {
		t.Errorf("HEAD: %d %q", g.status, g.body)
	}
	refused(t, "path before method and Accept", r.call("PUT", "/x", "", "Accept: text/html", "Authorization:"), 404, "NOT_FOUND")
	refused(t, "method before Accept", r.call("PUT", "/webhooks", "", "Accept: text/html", "Authorization:"), 405, "METHOD_NOT_ALLOWED")
	refused(t, "Accept before authorisation", r.call("GET", "/webhooks?page=0", "", "Accept: text/html", "Authorization:"), 406, "NOT_ACCEPTABLE")
	refused(t, "authorisation before query", r.call("GET", "/webhooks?page=0", "", "Authorization: Bearer"), 401, "INVALID_TOKEN")
}

func TestEveryAnswerHasAReferenceOfItsOwn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	seen := map[string]bool{}
	for range 20 {
		seen[r.call("GET", "/nowhere", "").get(t, "error_reference")] = true
	}
	if len(seen) != 20 {
		t.Errorf("%d references for 20 answers", len(seen))
	}
}
