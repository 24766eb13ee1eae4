package ultracart

import (
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tacklebox/mock/provider"
)

// apiVersion is the only version that the API has (documented).
const apiVersion = "2017-03-01"

const longestCredential = 1024 // bytes; decision

// credential returns the text that names the account: the simple key, or else
// the OAuth token (README section 2). Two official SDKs are sloppy and must
// work all the same (documented): TypeScript sends its token without a scheme,
// Ruby an empty bearer beside its key and a space behind it.
func credential(h http.Header) (string, bool) {
	if key := strings.TrimSpace(h.Get("x-ultracart-simple-key")); key != "" {
		return key, wellFormed(key)
	}
	token := bearer(strings.TrimSpace(h.Get("Authorization")))
	return token, wellFormed(token)
}

// bearer returns the token of an Authorization value, "" when it has none.
func bearer(value string) string {
	scheme, rest, two := strings.Cut(value, " ")
	switch {
	case strings.EqualFold(scheme, "bearer"):
		return strings.TrimSpace(rest)
	case two, strings.EqualFold(scheme, "basic"):
		return "" // another scheme
	}
	return value
}

// wellFormed refuses what no key or token looks like: white space within,
// control characters, excessive length (decision).
func wellFormed(s string) bool {
	return s != "" && len(s) <= longestCredential && utf8.ValidString(s) &&
		!strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
}

// admit finds the account of a call or refuses it: credentials come before the
// version, both before anything else (decision).
func admit(w *provider.World, c *provider.Call) (*provider.Account, *failure) {
	name, ok := credential(c.Header)
	if !ok {
		return nil, unauthorized()
	}
	if allowed := w.Option("", optCredentials).List(); len(allowed) > 0 && !slices.Contains(allowed, name) {
		return nil, unauthorized()
	}
	a := w.Account(name)
	c.Account = name
	if slices.Contains(w.Option("", optRevoked).List(), name) {
		return nil, revoked()
	}
	if f := checkVersion(w, c); f != nil {
		return nil, f
	}
	return a, meter(w, a)
}

// checkVersion wants the header that every SDK sends (documented that a call
// without it fails, inferred that the status is 400).
func checkVersion(w *provider.World, c *provider.Call) *failure {
	value := strings.TrimSpace(c.Header.Get("X-UltraCart-Api-Version"))
	switch {
	case value == apiVersion:
		return nil
	case value != "":
		return bad("X-UltraCart-Api-Version '%s' is not supported.", value)
	case w.Option(c.Account, optVersionHeader).Text() == "optional":
		return nil
	}
	return bad("X-UltraCart-Api-Version header is required.")
}
