package ultracart

import (
	"net/http"
	"slices"
	"strings"

	"tacklebox/mock/kit"
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
	if token, ok := kit.Bearer(value); ok {
		return strings.TrimSpace(token)
	}
	scheme, _, two := strings.Cut(value, " ")
	if two || strings.EqualFold(scheme, "basic") {
		return "" // another scheme
	}
	return value
}

// wellFormed refuses what no key or token looks like: white space within,
// control characters, excessive length (decision).
func wellFormed(s string) bool { return kit.Printable(s, longestCredential) }

// authenticate finds the account of a call: credentials come before the version,
// both before anything else (decision).
func authenticate(q *request) error {
	name, ok := credential(q.Call.Header)
	if !ok || !kit.Listed(q.World, optCredentials, name) {
		return unauthorized()
	}
	q.Call.Account = name
	q.a, q.emitFalse = q.Account(), q.Option(optEmitFalse).Bool()
	if slices.Contains(q.World.Option("", optRevoked).List(), name) {
		return revoked()
	}
	return nil
}

// checkVersion wants the header that every SDK sends (documented that a call
// without it fails, inferred that the status is 400).
func checkVersion(q *request) error {
	value := strings.TrimSpace(q.Call.Header.Get("X-UltraCart-Api-Version"))
	switch {
	case value == apiVersion:
		return nil
	case value != "":
		return bad("X-UltraCart-Api-Version '%s' is not supported.", value)
	case q.text(optVersionHeader) == "optional":
		return nil
	}
	return bad("X-UltraCart-Api-Version header is required.")
}
