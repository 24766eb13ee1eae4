package prioticket

import (
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"tacklebox/mock/kit"
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

// createToken gives a token for client credentials.
func createToken(r *request) (any, error) {
	form, unreadable := readTokenForm(r.Call)
	client, err := clientOf(r.Call, form, unreadable)
	if err == nil && !allowed(r.World, func(entry string) bool { return entry == client.id+":"+client.secret }) {
		err = oauthError(invalidClient, "The client is unknown or its secret is wrong.")
	}
	if err != nil {
		return nil, err
	}
	r.Call.Account = client.id
	if unreadable != nil {
		return nil, unreadable
	}
	if err := checkGrant(form); err != nil {
		return nil, err
	}
	if blocked(r.World, client.id) {
		return nil, errTooMany
	}
	return issue(r.World, client.id, form["scope"]), nil
}

// issue answers with a new token. Without a scope asked for it is that of
// webhooks, so that the token can be used here.
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
func checkGrant(form map[string]string) error {
	if form == nil {
		return nil
	}
	switch kind, given := form["grant_type"]; {
	case !given:
		return oauthError(invalidRequest, "grant_type is missing.")
	case kind != grant:
		return oauthError(unsupportedGrant, "Only client_credentials is supported.")
	}
	for _, s := range strings.Fields(form["scope"]) {
		if !strings.HasPrefix(s, scopeRoot) {
			return oauthError(invalidScope, "The scope "+s+" is unknown.")
		}
	}
	return nil
}

type client struct{ id, secret string }

// clientOf finds the credentials: in the Basic header (documented 3.8) or in the
// body (documented 3.5), never in both and never in the query (documented 3.5).
func clientOf(c *provider.Call, form map[string]string, unreadable error) (client, error) {
	q := c.Query()
	if q.Has("client_id") || q.Has("client_secret") {
		return client{}, oauthError(invalidRequest, "Client credentials do not belong in the query.")
	}
	lines := c.Header.Values("Authorization")
	id, inBody := form["client_id"]
	secret, secretInBody := form["client_secret"]
	inBody = inBody || secretInBody
	switch {
	case len(lines) > 1 || len(lines) == 1 && inBody:
		return client{}, oauthError(invalidRequest, "Client credentials are given more than once.")
	case len(lines) == 1:
		if found, ok := basicClient(lines[0]); ok {
			return found, nil
		}
		return client{}, oauthError(invalidClient, "The Authorization header holds no client credentials.")
	case unreadable != nil:
		return client{}, unreadable
	case !nameable(id) || secret == "":
		return client{}, oauthError(invalidClient, "Client credentials are missing.")
	}
	return client{id, secret}, nil
}

// basicClient reads a Basic header. Id and secret may be percent-encoded inside
// (RFC 6749; documented 3.5 says clients differ): decoded when that works, so
// that both spellings are one account. A plus sign stays one, it is common in
// addresses (decision).
func basicClient(line string) (client, bool) {
	id, secret, ok := kit.Basic(line)
	found := client{unescaped(id), unescaped(secret)}
	return found, ok && nameable(found.id) && found.secret != ""
}

// unescaped undoes percent escapes, or leaves a text as it is that has none to
// be read.
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
func readTokenForm(c *provider.Call) (map[string]string, error) {
	unreadable := oauthError(invalidRequest, "The body cannot be read.")
	switch {
	case c.TooLarge || c.BodyErr != nil:
		return nil, unreadable
	case len(c.Body) == 0:
		return nil, nil
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
	return form, nil
}

// jsonForm reads an object of texts; null members are absent ones (documented
// 3.5).
func jsonForm(body []byte) (map[string]string, bool) {
	members, ok := kit.ReadFields(body)
	if !ok {
		return nil, false
	}
	form := map[string]string{}
	for _, name := range []string{"grant_type", "scope", "client_id", "client_secret"} {
		if !members.Given(name) {
			continue
		}
		if form[name], ok = kit.Text(members.Raw(name)); !ok {
			return nil, false
		}
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
