package prioticket

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"tacklebox/mock/provider"
)

// Codes of the token call (documented, RFC 6749).
const (
	invalidRequest   = "invalid_request"
	invalidClient    = "invalid_client"
	unsupportedGrant = "unsupported_grant_type"
	invalidScope     = "invalid_scope"

	scopeRoot     = "https://www.prioticketapis.com/"
	scopeWebhooks = scopeRoot + "auth/distributor/webhooks"
	grant         = "client_credentials"
)

// tokenBody is the answer of the token call (documented 3.8).
type tokenBody struct {
	Token   string `json:"access_token"`
	Type    string `json:"token_type"`
	Expires int    `json:"expires_in"`
	Scope   string `json:"scope"`
}

// fault is a refusal of the token call; the zero value is none.
type fault struct{ code, description string }

// createToken gives a token for client credentials.
func createToken(w *provider.World, c *provider.Call) provider.Reply {
	form, bad := readTokenForm(c)
	client, f := clientOf(c, form, bad)
	if f.code == "" && !allowed(w, func(entry string) bool { return entry == client.id+":"+client.secret }) {
		f = fault{invalidClient, "The client is unknown or its secret is wrong."}
	}
	if f.code == "" {
		c.Account = client.id
		f = bad
	}
	if f.code == "" {
		f = checkGrant(form)
	}
	switch {
	case f.code != "":
		return refuseToken(f.code, f.description)
	case blocked(w, "client "+client.id):
		return refuse(w, errTooMany)
	}
	return issue(w, client.id, form["scope"])
}

func issue(w *provider.World, client, scope string) provider.Reply {
	if strings.TrimSpace(scope) == "" {
		scope = scopeWebhooks // nothing asked (decision)
	}
	now := w.Now().Unix()
	token := sealToken(w, claims{ID: w.UUID("token"), Client: client, Scope: scope, Issued: now, Expires: now + tokenLife})
	reply := answer(http.StatusOK, tokenBody{token, "Bearer", tokenLife, scope})
	reply.Header.Set("Cache-Control", "no-store") // RFC 6749 (inferred)
	return reply
}

// checkGrant judges grant_type and scope. form nil is an entirely empty body: a
// public client sends it with Basic and gets its token (observed).
func checkGrant(form map[string]string) fault {
	if form == nil {
		return fault{}
	}
	switch kind, given := form["grant_type"]; {
	case !given:
		return fault{invalidRequest, "grant_type is missing."}
	case kind != grant:
		return fault{unsupportedGrant, "Only client_credentials is supported."}
	}
	for _, s := range strings.Fields(form["scope"]) {
		if !strings.HasPrefix(s, scopeRoot) {
			return fault{invalidScope, "The scope " + s + " is unknown."}
		}
	}
	return fault{}
}

type client struct{ id, secret string }

// clientOf finds the credentials: in the Basic header (documented 3.8) or in the
// body (documented 3.5), never in both and never in the query (documented 3.5).
func clientOf(c *provider.Call, form map[string]string, bad fault) (client, fault) {
	q := c.Query()
	if q.Has("client_id") || q.Has("client_secret") {
		return client{}, fault{invalidRequest, "Client credentials do not belong in the query."}
	}
	lines := c.Header.Values("Authorization")
	id, inBody := form["client_id"]
	secret, secretInBody := form["client_secret"]
	inBody = inBody || secretInBody
	switch {
	case len(lines) > 1 || len(lines) == 1 && inBody:
		return client{}, fault{invalidRequest, "Client credentials are given more than once."}
	case len(lines) == 1:
		if found, ok := basicClient(lines[0]); ok {
			return found, fault{}
		}
		return client{}, fault{invalidClient, "The Authorization header holds no client credentials."}
	case bad.code != "":
		return client{}, bad
	case !nameable(id) || secret == "":
		return client{}, fault{invalidClient, "Client credentials are missing."}
	}
	return client{id, secret}, fault{}
}

// basicClient reads a Basic header. Id and secret may be percent-encoded inside
// (RFC 6749; documented 3.5 says clients differ): decoded when that works, so
// that both spellings are one account. A plus sign stays one, it is common in
// addresses (decision).
func basicClient(line string) (client, bool) {
	scheme, text, _ := strings.Cut(line, " ")
	if !strings.EqualFold(scheme, "Basic") {
		return client{}, false
	}
	raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(strings.TrimSpace(text), "="))
	id, secret, pair := strings.Cut(string(raw), ":")
	if err != nil || !pair {
		return client{}, false
	}
	found := client{unescaped(id), unescaped(secret)}
	return found, nameable(found.id) && found.secret != ""
}

func unescaped(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}

// nameable reports whether an id can name an account: not empty, UTF-8 and
// without control characters.
func nameable(id string) bool {
	return id != "" && utf8.ValidString(id) && !strings.ContainsFunc(id, unicode.IsControl)
}

// readTokenForm reads the body of the token call, JSON (documented 3.8) or form
// (inferred: people are told to use ordinary OAuth libraries). What begins like
// an object is JSON whatever its Content-Type says. nil: an entirely empty body.
func readTokenForm(c *provider.Call) (map[string]string, fault) {
	unreadable := fault{invalidRequest, "The body cannot be read."}
	switch {
	case c.TooLarge || c.BodyErr != nil:
		return nil, unreadable
	case len(c.Body) == 0:
		return nil, fault{}
	}
	var form map[string]string
	ok := false
	text := strings.TrimSpace(string(c.Body))
	if strings.HasPrefix(text, "{") || strings.Contains(strings.ToLower(c.Header.Get("Content-Type")), "json") {
		form, ok = jsonForm(c.Body)
	} else {
		form, ok = urlForm(text)
	}
	if !ok {
		return nil, unreadable
	}
	return form, fault{}
}

// jsonForm reads an object of texts; null members are absent ones (documented
// 3.5).
func jsonForm(body []byte) (map[string]string, bool) {
	var members map[string]*json.RawMessage
	if !utf8.Valid(body) || json.Unmarshal(body, &members) != nil || members == nil {
		return nil, false
	}
	form := map[string]string{}
	for _, name := range []string{"grant_type", "scope", "client_id", "client_secret"} {
		if members[name] == nil {
			continue
		}
		var text string
		if json.Unmarshal(*members[name], &text) != nil {
			return nil, false
		}
		form[name] = text
	}
	return form, true
}

// urlForm reads name=value pairs, each at most once (RFC 6749).
func urlForm(text string) (map[string]string, bool) {
	values, err := url.ParseQuery(text)
	if err != nil || !utf8.ValidString(text) {
		return nil, false
	}
	form := map[string]string{}
	for name, list := range values {
		if len(list) > 1 {
			return nil, false
		}
		form[name] = list[0]
	}
	return form, true
}
