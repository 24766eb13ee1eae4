package shoptet

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
	"tacklebox/mock/shoptet/phpjson"
)

const (
	tokenLife    = 1800 * time.Second // of a short token (documented)
	mostTokens   = 5                  // valid ones of one installation (documented)
	codeLength   = 255                // of an authorization code, at most (documented)
	longToken    = 255                // characters of the OAuth token (documented)
	tokenSegment = "-a-123-"          // behind the shop's number; the 123 is a decision
	contactEmail = "obchod@severka.example"
)

// The errors of the OAuth server: JSON with error, which the official SDK reads;
// descriptions are a decision.
var (
	bearerInvalid     = kit.Refuse(401, "invalid_token", "Bearer token is missing or not valid")
	scopeWrong        = kit.Refuse(400, "invalid_scope", "Scope is not supported")
	codeUsed          = kit.Refuse(400, "invalid_grant", "The authorization code was used before or is not valid")
	tokensExhausted   = kit.Refuse(429, "maximum_tokens_reached", "")
	addonSuspended    = kit.Refuse(403, "addon_suspended", "")
	addonNotInstalled = kit.Refuse(403, "addon_not_installed", "")
	oauthNotFound     = kit.Refuse(404, "not_found", "")
)

// oauthReply has no envelope (documented); the Content-Type is a decision.
func oauthReply(status int, body any) provider.Reply {
	return provider.Reply{Status: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: phpjson.Encode(body)}
}

// tokenAnswer holds documented members; trial is observed: a client fails
// without it.
type tokenAnswer struct {
	AccessToken  string `json:"access_token"`
	ExpiresIn    *int   `json:"expires_in"` // null: it does not expire (documented)
	TokenType    string `json:"token_type"`
	Scope        string `json:"scope"`
	EshopID      int64  `json:"eshopId"`
	EshopURL     string `json:"eshopUrl"`
	ContactEmail string `json:"contactEmail"`
	Trial        bool   `json:"trial"`
}

// exchangeCode turns the code of an installation into the long token. Any code
// is good once: the mock does not call the install URL itself (decision).
func exchangeCode(r *request) (any, error) {
	w, fields := r.World, tokenFields(r.Call)
	if err := checkExchange(w, fields); err != nil {
		return nil, err
	}
	w.Put("code/"+fields["code"], true)
	token := w.Text("oauth-token", provider.LowerAndNums, longToken)
	w.Account(token).Put("installed", true)
	r.Call.Account = token
	return oauthReply(http.StatusOK, tokenAnswer{AccessToken: token, TokenType: "Bearer", Scope: "api", EshopID: eshopID(w, token),
		EshopURL: w.BaseURL() + "/", ContactEmail: contactEmail}), nil
}

// installed reports that the OAuth server issued an account's long token.
func installed(w *provider.World, account string) bool {
	a, known := w.Known(account)
	var yes bool
	return known && a.Get("installed", &yes) && yes
}

// checkExchange judges a request for the long token: everything must be there,
// and a code is good once.
func checkExchange(w *provider.World, fields map[string]string) error {
	for _, name := range []string{"client_id", "code", "grant_type", "redirect_uri", "scope"} {
		if fields[name] == "" {
			return kit.Refuse(400, "invalid_request", `Parameter "%s" is missing`, name)
		}
	}
	var used bool
	switch code := fields["code"]; {
	case fields["grant_type"] != "authorization_code":
		return kit.Refuse(400, "unsupported_grant_type", `Grant type "%s" is not supported`, fields["grant_type"])
	case fields["scope"] != "api":
		return scopeWrong
	case len([]rune(code)) > codeLength || w.Get("code/"+code, &used):
		return codeUsed
	}
	return nil
}

// tokenFields reads a token request: JSON and forms are both documented (two
// official samples), multipart is inferred from an older one. A body that cannot
// be read has no fields.
func tokenFields(c *provider.Call) map[string]string {
	media, params, _ := mime.ParseMediaType(c.Header.Get("Content-Type"))
	switch {
	case media == "multipart/form-data":
		return multipartFields(c.Body, params["boundary"])
	case strings.HasSuffix(media, "json") || bytes.HasPrefix(bytes.TrimSpace(c.Body), []byte("{")):
		return jsonFields(c.Body)
	}
	form, _ := url.ParseQuery(string(c.Body))
	fields := map[string]string{}
	for name, values := range form {
		fields[name] = values[len(values)-1] // as PHP does
	}
	return fields
}

// jsonFields reads texts and numbers of a JSON object; other values are no
// fields.
func jsonFields(body []byte) map[string]string {
	var members map[string]any
	if !provider.Sound(body) {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	if dec.Decode(&members) != nil {
		return nil
	}
	fields := map[string]string{}
	for name, v := range members {
		switch v := v.(type) {
		case string:
			fields[name] = v
		case json.Number:
			fields[name] = v.String()
		}
	}
	return fields
}

// multipartFields reads the parts of a form, bounded in number and length.
func multipartFields(body []byte, boundary string) map[string]string {
	const mostParts, longest = 64, 4096
	fields := map[string]string{}
	if boundary == "" {
		return fields
	}
	parts := multipart.NewReader(bytes.NewReader(body), boundary)
	for range mostParts {
		part, err := parts.NextPart()
		if err != nil {
			return fields
		}
		value, err := io.ReadAll(io.LimitReader(part, longest))
		if err != nil {
			return fields
		}
		fields[part.FormName()] = string(value)
	}
	return fields
}

// getAccessToken issues a short token; each call makes a new one, at most five
// are valid at a time (documented).
func getAccessToken(r *request) (any, error) {
	w, account := r.World, bearer(r.Call.Header)
	if !wellFormed(account) || !listed(w, account, account) {
		return nil, bearerInvalid
	}
	r.Call.Account = account
	if err := oauthFault(w, account); err != nil {
		return nil, err
	}
	a := w.Account(account)
	valid := validTokens(w, a)
	if len(valid) >= mostTokens {
		return nil, tokensExhausted
	}
	token := itoa(eshopID(w, account)) + tokenSegment + w.Text("access-token", provider.LowerAndNums, 32)
	w.Put("token/"+token, accessToken{Account: account, Expires: w.Now().Add(tokenLife)})
	a.Put("tokens", append(valid, token))
	return oauthReply(http.StatusOK, struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int    `json:"expires_in"`
	}{token, int(tokenLife / time.Second)}), nil
}

// validTokens lists the account's short tokens that have not expired.
func validTokens(w *provider.World, a *provider.Account) []string {
	var tokens []string
	a.Get("tokens", &tokens)
	return slices.DeleteFunc(tokens, func(token string) bool {
		t, ok := issuedToken(w, token)
		return !ok || !w.Now().Before(t.Expires)
	})
}
