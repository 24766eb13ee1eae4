package signing

import (
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// credentialOf is the header's value for a secret: user:password, or what stands
// for it already.
func (s *Scheme) credentialOf(secret string) string {
	if s.Encoding == Plain || s.Encoding == AsGiven && !strings.Contains(secret, ":") {
		return s.Prefix + secret
	}
	return s.Prefix + base64.StdEncoding.EncodeToString([]byte(secret))
}

func (s *Scheme) credentialRule() string {
	switch s.Encoding {
	case AsGiven:
		return "the secret as it is, or base64 of user:password"
	case Plain:
		return "the secret as it is"
	}
	return "base64 of user:password, UTF-8"
}

// credential judges requests that carry a credential, where nothing is computed.
type credential struct{ *Scheme }

func (s credential) judge(secret string, h http.Header) Verdict {
	if secret == "" {
		return Verdict{State: None, Reason: s.Title + " signs nothing and no credential is given", Tried: []string{}}
	}
	tried := []string{s.Rule()}
	lines := h.Values(s.Header)
	switch {
	case len(lines) == 0:
		return Verdict{State: Missing, Reason: "there is no " + s.Header + " header", Tried: tried}
	case len(lines) > 1:
		return Verdict{State: Invalid, Reason: fmt.Sprintf("there are %d %s headers: send one", len(lines), s.Header), Tried: tried, Certain: true}
	case s.carries(lines[0], secret):
		return Verdict{State: Valid, Tried: tried, Certain: true}
	}
	return Verdict{State: Invalid, Reason: "the credential is another one", Tried: tried}
}

// carries compares a value with the credential. Before base64 the word Basic has
// no case (RFC 9110, section 11.1); what is taken as it is, is compared whole.
func (s credential) carries(value, secret string) bool {
	if s.Encoding == AsGiven && value == s.Prefix+secret {
		return true
	}
	want := s.credentialOf(secret)
	if n := len(s.Prefix); s.Encoding == Base64 && len(value) >= n && strings.EqualFold(value[:n], s.Prefix) {
		value = s.Prefix + strings.TrimSpace(value[n:])
	}
	return subtle.ConstantTimeCompare([]byte(value), []byte(want)) == 1
}

// form is one way in which a credential may have been written.
type form struct{ label, why, text string }

// forms lists how the secret could have become what stands behind the
// word Basic. The right one is the first.
func (s credential) forms(secret string) []form {
	b64 := base64.StdEncoding.EncodeToString
	right := strings.TrimPrefix(s.credentialOf(secret), s.Prefix)
	forms := []form{
		{"as it should be", "", right},
		{"encoded twice", "the credential was encoded as base64 twice", b64([]byte(right))},
		{"with a line end behind it", "a line end behind the secret was encoded too (echo needs -n)", b64([]byte(secret + "\n"))},
		{"with CRLF behind it", "a CRLF behind the secret was encoded too", b64([]byte(secret + "\r\n"))},
		{"with a blank behind it", "a blank behind the secret was encoded too", b64([]byte(secret + " "))},
		{"without the blanks around it", "the secret given here has blanks or a line end around it: leave them out", b64([]byte(strings.TrimSpace(secret)))},
		{"with the header's first word in it", "the secret given here is the whole header: give user:password", afterWord(secret, s.Prefix)},
		{"base64 without padding", "the = at the end of the base64 is missing", strings.TrimRight(right, "=")},
		{"base64url", "it is base64url: plain base64, with + and /, belongs there", base64.URLEncoding.EncodeToString([]byte(secret))},
		{"Latin-1", "user name or password were encoded as Latin-1: UTF-8 belongs there", b64(latin1([]byte(secret)))},
	}
	user, password, pair := strings.Cut(secret, ":")
	if !pair {
		return append(forms,
			form{"encoded already", "the secret given here is encoded already: give user:password", strings.TrimSpace(secret)},
			form{"with an empty password", "the whole secret was used as user name, with an empty password", b64([]byte(secret + ":"))},
			form{"as password only", "the whole secret was used as password, without a user name", b64([]byte(":" + secret))})
	}
	return append(forms,
		form{"not encoded", "the credential is not encoded: base64 of user:password belongs there", secret},
		form{"percent-encoded", "user name and password were percent-encoded before base64: they belong there as they are", b64([]byte(url.QueryEscape(user) + ":" + url.QueryEscape(password)))},
		form{"user name and password swapped", "user name and password are swapped", b64([]byte(password + ":" + user))})
}

// afterWord cuts the first word off a secret that is a whole header, "" when it
// is none.
func afterWord(secret, word string) string {
	if rest, ok := strings.CutPrefix(secret, word); ok {
		return rest
	}
	return ""
}

// latin1 writes a text in ISO 8859-1, nil when it cannot be.
func latin1(text []byte) []byte {
	if !utf8.Valid(text) {
		return nil
	}
	var out []byte
	for _, r := range string(text) {
		if r > 0xff {
			return nil
		}
		out = append(out, byte(r))
	}
	return out
}

// explain names why a credential is not the expected one.
func (s credential) explain(secret string, h http.Header) Verdict {
	v := s.judge(secret, h)
	if v.State == None || v.Certain {
		return v.told()
	}
	v = v.told()
	if v.State == Missing {
		for _, name := range slices.Sorted(maps.Keys(h)) {
			if s.carries(h.Get(name), secret) {
				return v.fits("the header "+name, fmt.Sprintf("the credential stands in %s: it belongs into %s", name, s.Header))
			}
		}
		if len(h) > 0 {
			v = v.misses("every other header")
		}
		return v
	}
	if s.Encoding == Plain {
		return s.compareTokens(v, secret, h.Get(s.Header))
	}
	return s.compareForms(v, secret, h.Get(s.Header))
}

// compareTokens names how a secret that stands there as it is was changed.
func (s credential) compareTokens(v Verdict, secret, value string) Verdict {
	changes := append(spelledSecrets(), textChange{"the secret as base64", "the secret was encoded as base64: it belongs there as it is", func(s string) string {
		return base64.StdEncoding.EncodeToString([]byte(s))
	}}, textChange{"Bearer before the secret", "the word Bearer stands before the secret: it belongs there alone", func(s string) string { return "Bearer " + s }})
	for _, c := range changes {
		if c.change(secret) == value {
			return v.fits(c.label, c.why)
		}
		v = v.misses(c.label)
	}
	v.Reason = "the secret is another than the one given"
	return v
}

func (s credential) compareForms(v Verdict, secret, value string) Verdict {
	rest, odd := s.part(value)
	seen := map[string]bool{"": true}
	for i, f := range s.forms(secret) {
		if seen[f.text] || i == 0 && odd == "" {
			continue
		}
		seen[f.text] = true
		if rest == f.text {
			return v.fits(f.label, joinWhys(odd, f.why))
		}
		v = v.misses(f.label)
	}
	if odd != "" {
		v.Reason = odd + "; and the credential is another one"
		return v
	}
	v.Reason = s.other(secret, rest)
	return v
}

// part cuts the first word off a value; odd says what is wrong with it.
func (s credential) part(value string) (rest, odd string) {
	word := strings.TrimSpace(s.Prefix)
	first, rest, two := strings.Cut(strings.TrimSpace(value), " ")
	rest = strings.TrimSpace(rest)
	switch {
	case !two:
		return first, "the word " + word + " is missing before the credential"
	case !strings.EqualFold(first, word):
		return rest, fmt.Sprintf("the header begins with %q: it should be %s", clip(first), word)
	case s.Encoding == AsGiven && first != word:
		return rest, fmt.Sprintf("the word %s is spelled %q", word, first)
	case s.Encoding == AsGiven && value != s.Prefix+rest:
		return rest, "there are blanks too many around the credential"
	}
	return rest, ""
}

// other says which half of a credential differs.
func (s credential) other(secret, got string) string {
	text, err := base64.StdEncoding.DecodeString(got)
	user, password, pair := strings.Cut(string(text), ":")
	wantUser, wantPassword, wantPair := strings.Cut(secret, ":")
	switch {
	case s.Encoding == AsGiven && !wantPair:
		return "the credential is another than the one given"
	case err != nil:
		return "the credential is not base64"
	case !pair:
		return "the credential has no colon between user name and password"
	case user == wantUser:
		return "the user name is right, the password is another"
	case password == wantPassword:
		return fmt.Sprintf("the password is right, the user name is another: %q", clip(user))
	}
	return "user name and password are others than the ones given"
}
