package fromfile

import (
	"strings"
	"testing"
	"time"

	"tacklebox/mock/fromfile/spec"
	"tacklebox/mock/signing"
)

func signed(t *testing.T, sign string) (*signing.Scheme, error) {
	t.Helper()
	s, err := spec.Parse("a.yaml", []byte("name: acme\nsamples: s\nsign: "+sign+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	return schemeOf(s, map[string]*signing.Scheme{"shoptet": {Title: "Shoptet", Header: "X-Shoptet", Algorithm: "sha1", Key: signing.KeyText, Encoding: signing.Hex, Signed: "{body}"}, "dsco": nil})
}

// Every part of a scheme of one's own, and what comes of it.
func TestSchemesOfParts(t *testing.T) {
	t.Parallel()
	for sign, want := range map[string]string{
		"github":          "X-Hub-Signature-256: sha256=lower-case hex of HMAC-SHA256 over {body}, the secret's text as key",
		"shoptet":         "X-Shoptet: lower-case hex of HMAC-SHA1 over {body}, the secret's text as key",
		"{header: X-Sig}": "X-Sig: lower-case hex of HMAC-SHA256 over {body}, the secret's text as key",
		"{header: X-Sig, algorithm: sha512, encoding: base64, key: hex, key_prefix: k_, prefix: v1=, separator: ';', signed: '{id}|{timestamp}|{body}', id: X-Id, timestamp: t=, timestamp_format: milliseconds, tolerance: 1m}": "X-Sig: v1=base64 of HMAC-SHA512 over {id}|{timestamp}|{body}, the key decoded from hex",
		"{header: X-Sig, signed: '{digest}', digest_header: Digest, digest_prefix: SHA-256=}": "X-Sig: lower-case hex of HMAC-SHA256 over {digest}, the secret's text as key",
		"{header: X-Sig, algorithm: ed25519, signed: '{timestamp}{body}', timestamp: X-At}":   "X-Sig: lower-case hex of Ed25519 over {timestamp}{body}, the public key as hex",
		"{header: X-Token, algorithm: token}":                                                 "X-Token: the secret as it is",
		"{header: Authorization, algorithm: basic}":                                           "Authorization: Basic base64 of user:password, UTF-8",
		"{header: X-Sig, signed: '{method}{url}{form}{uri}'}":                                 "X-Sig: lower-case hex of HMAC-SHA256 over {method}{url}{form}{uri}, the secret's text as key",
	} {
		s, err := signed(t, sign)
		if err != nil {
			t.Errorf("%s: %v", sign, err)
			continue
		}
		if s.Rule() != want || s.Title != "Acme" || s.Name != "" {
			t.Errorf("%s: %s %q, want %s", sign, s.Rule(), s.Title, want)
		}
	}
	s, err := signed(t, "{header: X-Sig, signed: '{timestamp}.{body}', timestamp: t=, tolerance: 90s, timestamp_format: rfc3339}")
	if err != nil || s.Late != 90*time.Second || s.Early != s.Late || s.Separator != "," || s.Unit != signing.RFC3339 {
		t.Errorf("%+v %v", s, err)
	}
	if s, err := signed(t, "none"); s != nil || err != nil {
		t.Errorf("%+v %v", s, err)
	}
}

// Every mistake in the parts names its line and what is allowed.
func TestSchemesThatCannotBe(t *testing.T) {
	t.Parallel()
	for sign, want := range map[string]string{
		"githb":                                                `sign "githb" is no scheme: did you mean github? known are standard-webhooks,`,
		"dsco":                                                 "sign: dsco signs nothing: write sign: none",
		"{algorithm: sha1}":                                    "sign: has no header, as in {header: X-Acme-Signature}",
		"{header: a b}":                                        `sign: header "a b" is no name of a header`,
		"{header: X, encoding: hx}":                            `sign: encoding "hx" is none of them: did you mean hex? known are base64, hex`,
		"{header: X, key: raw}":                                `sign: key "raw" is none of them: known are base64, hex, text`,
		"{header: X, prefix: \"é\"}":                           `sign: prefix "é" holds what no header can`,
		"{header: X, signed: hello}":                           `sign: signed "hello" signs nothing of the request`,
		"{header: X, signed: '{id}.{body}'}":                   "sign: {id} is signed, and id does not say which header holds it",
		"{header: X, signed: '{digest}'}":                      "sign: {digest} is signed, and digest_header does not say",
		"{header: X, tolerance: 5m}":                           "sign: tolerance is about a timestamp, and there is none",
		"{header: X, timestamp: X-T, tolerance: 400d}":         `sign: tolerance "400d" is no span of time`,
		"{header: X, timestamp: x}":                            "sign: header and timestamp are the same header",
		"{header: X, timestamp: X-T, timestamp_format: iso}":   `sign: timestamp_format "iso" is none of them`,
		"{header: X, timestamp_format: seconds}":               "sign: timestamp_format says nothing without timestamp",
		"{header: X, digest_prefix: p}":                        "sign: digest_prefix says nothing without digest_header",
		"{header: X, algorithm: token, key: hex}":              "sign: key says nothing with algorithm token: the secret itself is sent",
		"{header: X, algorithm: basic, signed: '{body}'}":      "sign: signed says nothing with algorithm basic",
		"{header: X, algorithm: ed25519, key_prefix: k}":       "sign: key_prefix says nothing with algorithm ed25519",
		"{header: X, algorithm: sha3, encoding: x, signed: y}": `sign: algorithm "sha3" is none of them`,
	} {
		_, err := signed(t, sign)
		if err == nil || !strings.Contains(err.Error(), "a.yaml:3: "+want) {
			t.Errorf("%s: %v, want %s", sign, err, want)
		}
	}
}
