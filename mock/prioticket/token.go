package prioticket

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"

	"tacklebox/mock/provider"
)

// claims is what an access token says about itself, so that it needs no storage
// and outlives a restart (decision).
type claims struct {
	ID      string `json:"jti"` // several tokens of one client are valid at once (documented 3.8)
	Client  string `json:"client_id"`
	Scope   string `json:"scope"`
	Issued  int64  `json:"iat"`
	Expires int64  `json:"exp"`
}

const (
	tokenLife  = 3600 // seconds, documented 3.8
	tokenParts = 3
	tokenHead  = `{"alg":"HS256","typ":"JWT"}`
)

// sealToken writes a token: head, claims and a keyed digest of both, each in
// base64url.
func sealToken(w *provider.World, c claims) string {
	text := base64.RawURLEncoding.EncodeToString([]byte(tokenHead)) + "." + base64.RawURLEncoding.EncodeToString(provider.Encode(c))
	return text + "." + base64.RawURLEncoding.EncodeToString(digest(w, text))
}

// digest is the keyed digest of a token; the key is this instance's own and the
// same after a restart.
func digest(w *provider.World, text string) []byte {
	m := hmac.New(sha256.New, w.Secret("token"))
	m.Write([]byte(text))
	return m.Sum(nil)
}

// openToken reads a token that this instance issued; false for every other text.
func openToken(w *provider.World, token string) (c claims, ours bool) {
	parts := strings.Split(token, ".")
	if len(parts) != tokenParts {
		return c, false
	}
	sum, err := base64.RawURLEncoding.Strict().DecodeString(parts[2])
	if err != nil || !hmac.Equal(sum, digest(w, parts[0]+"."+parts[1])) {
		return c, false
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(raw, &c) != nil {
		return claims{}, false
	}
	return c, true
}
