package fromfile

import (
	"errors"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"tacklebox/mock/fromfile/spec"
	"tacklebox/mock/signing"
	"tacklebox/receiver/api/nearest"
)

// schemeOf is how a provider signs: the scheme of a name, or one made of parts;
// nil when nothing is signed.
func schemeOf(s *spec.Spec, own map[string]*signing.Scheme) (*signing.Scheme, error) {
	if s.Sign.Scheme == "" && s.Sign.Parts == nil {
		return nil, nil
	}
	if s.Sign.Parts == nil {
		return schemeNamed(s, own)
	}
	b := &schemeReader{spec: s, scheme: &signing.Scheme{Title: s.Title, Algorithm: "sha256", Encoding: signing.Hex, Key: signing.KeyText, Signed: "{body}",
		Evidence: "decision: " + s.Path}}
	b.read()
	return b.scheme, errors.Join(b.mistakes...)
}

// schemeNamed is a scheme that `tacklebox schemes` lists.
func schemeNamed(s *spec.Spec, own map[string]*signing.Scheme) (*signing.Scheme, error) {
	name := s.Sign.Scheme
	named, provider := own[name]
	if !provider {
		named = signing.Named(name)
	}
	switch {
	case provider && named == nil:
		return nil, s.LineErrorf(s.Sign.Line, "sign: %s signs nothing: write sign: none", name)
	case named == nil:
		return nil, s.LineErrorf(s.Sign.Line, "sign %q is no scheme: %s", name, known(name, append(signing.Names(), slices.Sorted(maps.Keys(own))...)))
	}
	mine := *named
	mine.Name, mine.Title = "", s.Title
	return &mine, nil
}

func known(word string, names []string) string {
	text := "known are " + strings.Join(names, ", ")
	if near := nearest.Word(word, names); near != "" {
		text = "did you mean " + near + "? " + text
	}
	return text
}

// schemeReader makes a scheme of the parts that a file gives.
type schemeReader struct {
	spec     *spec.Spec
	scheme   *signing.Scheme
	mistakes []error
}

func (b *schemeReader) wrong(v spec.Value, format string, args ...any) {
	b.mistakes = append(b.mistakes, b.spec.LineErrorf(v.Line, format, args...))
}

// one takes a part that is one of a few words.
func (b *schemeReader) one(name string, to *string, words map[string]string) {
	v, given := b.spec.Sign.Parts[name]
	if !given {
		return
	}
	meant, ok := words[v.Text]
	if !ok {
		var list []string
		for w := range words {
			list = append(list, w)
		}
		slices.Sort(list)
		b.wrong(v, "sign: %s %q is none of them: %s", name, v.Text, known(v.Text, list))
		return
	}
	*to = meant
}

// text takes a part as it is, by a rule: "" where it is fine.
func (b *schemeReader) text(name string, to *string, rule func(string) string) {
	v, given := b.spec.Sign.Parts[name]
	if !given {
		return
	}
	if rule != nil {
		if complaint := rule(v.Text); complaint != "" {
			b.wrong(v, "sign: %s %q %s", name, v.Text, complaint)
			return
		}
	}
	*to = v.Text
}

var headerForm = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")

func headerName(name string) string {
	if !headerForm.MatchString(name) {
		return "is no name of a header"
	}
	return ""
}

// stampName is a header, or a member of the signature's own: "t=".
func stampName(name string) string { return headerName(strings.TrimSuffix(name, "=")) }

func visible(text string) string {
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
		return "holds what no header can"
	}
	return ""
}

var placeholder = regexp.MustCompile(`\{[^{}]*\}`)

func signedRule(text string) string {
	for _, p := range placeholder.FindAllString(text, -1) {
		if !slices.Contains(signing.Placeholders(), p) {
			return "has the placeholder " + p + ": " + known(p, signing.Placeholders())
		}
	}
	if !placeholder.MatchString(text) {
		return "signs nothing of the request: " + known(text, signing.Placeholders())
	}
	return ""
}

func (b *schemeReader) read() {
	s := b.scheme
	b.one("algorithm", &s.Algorithm, map[string]string{"sha1": "sha1", "sha256": "sha256", "sha384": "sha384", "sha512": "sha512", "md5": "md5",
		"ed25519": signing.Ed25519, "token": signing.Basic, "basic": signing.Basic})
	b.one("encoding", &s.Encoding, map[string]string{"hex": signing.Hex, "base64": signing.Base64})
	b.one("key", &s.Key, map[string]string{"text": signing.KeyText, "base64": signing.KeyBase64, "hex": signing.KeyHex})
	b.one("timestamp_format", &s.Unit, map[string]string{"seconds": signing.Seconds, "milliseconds": signing.Milliseconds, "rfc3339": signing.RFC3339})
	b.text("header", &s.Header, headerName)
	b.text("key_prefix", &s.KeyPrefix, visible)
	b.text("prefix", &s.Prefix, visible)
	b.text("separator", &s.Separator, visible)
	b.text("signed", &s.Signed, signedRule)
	b.text("id", &s.ID, headerName)
	b.text("timestamp", &s.Timestamp, stampName)
	b.tolerance()
	b.digest()
	b.whole()
}

func (b *schemeReader) tolerance() {
	v, given := b.spec.Sign.Parts["tolerance"]
	if !given {
		return
	}
	d, err := time.ParseDuration(v.Text)
	if err != nil || d < time.Second || d > 365*24*time.Hour {
		b.wrong(v, "sign: tolerance %q is no span of time from 1s on, as in 5m", v.Text)
		return
	}
	b.scheme.Late, b.scheme.Early = d, d
}

func (b *schemeReader) digest() {
	var header, prefix string
	b.text("digest_header", &header, headerName)
	b.text("digest_prefix", &prefix, visible)
	if header != "" {
		b.scheme.Digest = &signing.Digest{Header: header, Prefix: prefix, Algorithm: "sha256", Encoding: b.scheme.Encoding}
	}
}

// idle refuses every part but a few that mean something.
func (b *schemeReader) idle(why string, mean ...string) {
	for _, name := range spec.SignParts() {
		if !slices.Contains(mean, name) {
			b.pointless(name, why)
		}
	}
}

// pointless refuses a part that would change nothing.
func (b *schemeReader) pointless(name, why string) {
	if v, given := b.spec.Sign.Parts[name]; given {
		b.wrong(v, "sign: %s says nothing %s", name, why)
	}
}

// whole checks what the parts say together.
func (b *schemeReader) whole() {
	s := b.scheme
	here := spec.Value{Line: b.spec.Sign.Line}
	if s.Header == "" && b.spec.Sign.Parts["header"].Line == 0 {
		b.wrong(here, "sign: has no header, as in {header: X-Acme-Signature}")
	}
	switch b.spec.Sign.Parts["algorithm"].Text {
	case "token":
		s.Encoding = signing.Plain
		b.idle("with algorithm token: the secret itself is sent", "header", "algorithm", "prefix")
	case "basic":
		s.Encoding, s.Prefix = signing.Base64, "Basic "
		b.idle("with algorithm basic: user and password are sent", "header", "algorithm")
	case "ed25519":
		s.Key = signing.KeyHex
		b.idle("with algorithm ed25519: the secret is a seed as hex", append(spec.SignParts()[:3:3], spec.SignParts()[5:]...)...)
	}
	if s.Timestamp == "" {
		b.pointless("timestamp_format", "without timestamp")
	}
	if s.Digest == nil {
		b.pointless("digest_prefix", "without digest_header")
	}
	if strings.HasSuffix(s.Timestamp, "=") && s.Separator == "" {
		s.Separator = ","
	}
	for _, part := range []struct{ mark, name, is string }{{"{timestamp}", "timestamp", s.Timestamp}, {"{id}", "id", s.ID}} {
		if strings.Contains(s.Signed, part.mark) && part.is == "" && s.Algorithm != signing.Basic {
			b.wrong(here, "sign: %s is signed, and %s does not say which header holds it", part.mark, part.name)
		}
	}
	if s.Late > 0 && s.Timestamp == "" {
		b.wrong(here, "sign: tolerance is about a timestamp, and there is none")
	}
	if strings.Contains(s.Signed, "{digest}") && s.Digest == nil {
		b.wrong(here, "sign: {digest} is signed, and digest_header does not say which header holds it")
	}
	if s.Header != "" && strings.EqualFold(s.Header, http.CanonicalHeaderKey(s.Timestamp)) {
		b.wrong(here, "sign: header and timestamp are the same header: a timestamp inside it is written as t=")
	}
}
