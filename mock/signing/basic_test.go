package signing

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
)

func TestCredentialsAreJudged(t *testing.T) {
	t.Parallel()
	const encoded = "bXVzZXVtOmxhbXAtNDI=" // museum:lamp-42
	for _, c := range []struct {
		scheme, secret, value string
		valid                 bool
	}{
		{"ultracart", "museum:lamp-42", "Basic " + encoded, true},
		{"ultracart", "museum:lamp-42", "basic " + encoded, true},
		{"ultracart", "museum:lamp-42", "BASIC  " + encoded + " ", true},
		{"ultracart", "museum:lamp-42", "Bearer " + encoded, false},
		{"ultracart", "museum:lamp-42", encoded, false},
		{"ultracart", "museum:lamp-42", "Basic museum:lamp-42", false},
		{"ultracart", "shop:p:wärter", "Basic c2hvcDpwOnfDpHJ0ZXI=", true},
		{"prioticket", encoded, "Basic " + encoded, true},
		{"prioticket", "museum:lamp-42", "Basic " + encoded, true},
		{"prioticket", "museum:lamp-42", "Basic museum:lamp-42", true},
		{"prioticket", "museum:lamp-42", "basic " + encoded, false},
		{"prioticket", "opaque", "Basic opaque", true},
		{"prioticket", "opaque", "Basic b3BhcXVl", false},
	} {
		v := testSchemes()[c.scheme].Judge(instant, c.secret, headers("Authorization", c.value), nil)
		if (v.State == Valid) != c.valid || v.State == Missing {
			t.Errorf("%s: %q for %q is judged %+v", c.scheme, c.value, c.secret, v)
		}
	}
}

func TestCredentialsAreExplained(t *testing.T) {
	t.Parallel()
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	basic := func(s string) http.Header { return headers("Authorization", "Basic "+b64(s)) }
	for name, c := range map[string]struct {
		scheme, secret string
		header         http.Header
		words          string
	}{
		"line end":         {"ultracart", "a:b", basic("a:b\n"), "a line end behind the secret was encoded too"},
		"CRLF":             {"prioticket", "a:b", basic("a:b\r\n"), "a CRLF behind the secret"},
		"blank":            {"ultracart", "a:b", basic("a:b "), "a blank behind the secret"},
		"given with blank": {"ultracart", "a:b\n", basic("a:b"), "the secret given here has blanks"},
		"not encoded":      {"ultracart", "a:b", headers("Authorization", "Basic a:b"), "is not encoded"},
		"twice":            {"ultracart", "a:b", headers("Authorization", "Basic "+b64(b64("a:b"))), "base64 twice"},
		"encoded secret":   {"ultracart", b64("a:b"), basic("a:b"), "encoded already: give user:password"},
		"whole header":     {"ultracart", "Basic " + b64("a:b"), basic("a:b"), "is the whole header"},
		"no padding":       {"ultracart", "a:b1", headers("Authorization", "Basic "+strings.TrimRight(b64("a:b1"), "=")), "the = at the end"},
		"base64url":        {"ultracart", "a:~~~???", headers("Authorization", "Basic "+base64.URLEncoding.EncodeToString([]byte("a:~~~???"))), "it is base64url"},
		"Latin-1":          {"ultracart", "ä:b", basic("\xe4:b"), "Latin-1"},
		"percent":          {"prioticket", "a@b:c", basic("a%40b:c"), "percent-encoded"},
		"swapped":          {"ultracart", "a:b", basic("b:a"), "swapped"},
		"as user":          {"ultracart", "token", basic("token:"), "used as user name"},
		"as password":      {"ultracart", "token", basic(":token"), "used as password"},
		"no word":          {"ultracart", "a:b", headers("Authorization", b64("a:b")), "the word Basic is missing"},
		"other word":       {"prioticket", "opaque", headers("Authorization", "Bearer opaque"), `begins with "Bearer": it should be Basic`},
		"word's case":      {"prioticket", "opaque", headers("Authorization", "basic opaque"), `is spelled "basic"`},
		"blanks":           {"prioticket", "opaque", headers("Authorization", "Basic  opaque"), "blanks too many"},
		"two headers":      {"ultracart", "a:b", headers("Authorization", "Basic "+b64("a:b"), "Authorization", "x"), "there are 2 Authorization headers"},
		"elsewhere":        {"ultracart", "a:b", headers("X-Authorization", "Basic "+b64("a:b")), "stands in X-Authorization: it belongs into Authorization"},
		"user right":       {"ultracart", "a:b", basic("a:c"), "the user name is right, the password is another"},
		"password right":   {"ultracart", "a:b", basic("c:b"), `the password is right, the user name is another: "c"`},
		"both wrong":       {"prioticket", "a:b", basic("c:d"), "user name and password are others"},
		"no colon":         {"ultracart", "a:b", basic("cd"), "no colon"},
		"no base64":        {"ultracart", "a:b", headers("Authorization", "Basic !!"), "not base64"},
		"opaque":           {"prioticket", "opaque", headers("Authorization", "Basic other"), "another than the one given"},
		"two mistakes":     {"ultracart", "a:b", headers("Authorization", "Bearer "+b64("a:b\n")), `"Bearer": it should be Basic; and a line end`},
		"other and wrong":  {"ultracart", "a:b", headers("Authorization", "Bearer 123"), "and the credential is another one"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := testSchemes()[c.scheme].Explain(Question{Now: instant, Secret: c.secret, Header: c.header})
			if v.State == Valid || !strings.Contains(v.Reason, c.words) || len(v.Tried) == 0 {
				t.Errorf("%+v, want %q", v, c.words)
			}
		})
	}
}
