package lagerkoll

import (
	"bytes"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"tacklebox/mock/provider"
)

// format is a media type that the API speaks.
type format string

// The sent header is exactly this (decision).
const (
	asJSON format = "application/json"
	asXML  format = "application/xml"
)

// reply makes an answer with a body in the format.
func (f format) reply(status int, body []byte) provider.Reply {
	return provider.Reply{Status: status, Header: http.Header{"Content-Type": {string(f)}}, Body: body}
}

// negotiate chooses between what a call offers by the Accept header: quality
// values hold, the most specific range decides, a tie means the first offer.
// No header, or an empty one, accepts anything (inferred). ok is false when
// nothing fits; the first offer is returned then, for the error's body.
func negotiate(h http.Header, offers []format) (f format, ok bool) {
	accept := strings.Join(h.Values("Accept"), ",")
	if strings.TrimSpace(accept) == "" {
		return offers[0], true
	}
	best := 0.0
	f = offers[0]
	for _, o := range offers {
		if q := quality(accept, o); q > best {
			best, f = q, o
		}
	}
	return f, best > 0
}

// quality is how much an Accept header wants a format, 0 for not at all.
func quality(accept string, f format) (q float64) {
	specific := -1
	for part := range strings.SplitSeq(accept, ",") {
		name, params, _ := strings.Cut(part, ";")
		if at := fits(strings.ToLower(strings.TrimSpace(name)), f); at > specific {
			specific, q = at, weight(params)
		}
	}
	return q
}

// fits grades a media range: -1 does not include the format, 2 names it. A bare
// star is what old Java clients send for any type.
func fits(name string, f format) int {
	switch name {
	case string(f):
		return 2
	case "application/*":
		return 1
	case "*/*", "*":
		return 0
	}
	return -1
}

// weight reads the q parameter; one that cannot be read counts as 1.
func weight(params string) float64 {
	for p := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(p, "=")
		if !strings.EqualFold(strings.TrimSpace(name), "q") {
			continue
		}
		q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil || !(q >= 0 && q <= 1) {
			return 1
		}
		return q
	}
	return 1
}

// contentType returns the media type of the body, in lower case and without
// parameters; "" when none was sent.
func contentType(h http.Header) string {
	value := h.Get("Content-Type")
	if name, _, err := mime.ParseMediaType(value); err == nil {
		return name
	}
	name, _, _ := strings.Cut(value, ";")
	return strings.ToLower(strings.TrimSpace(name))
}

// sniff is the format of a body that came without a Content-Type (decision).
func sniff(body []byte) (format, bool) {
	rest := bytes.TrimLeft(body, " \t\r\n")
	switch {
	case bytes.HasPrefix(rest, []byte("{")):
		return asJSON, true
	case bytes.HasPrefix(rest, []byte("<")):
		return asXML, true
	}
	return "", false
}

// text returns the body without a byte order mark; false when it is not UTF-8
// (documented: page, all data is UTF-8) or could not be read.
func text(c *provider.Call) ([]byte, bool) {
	return bytes.TrimPrefix(c.Body, []byte("\ufeff")), c.BodyErr == nil && utf8.Valid(c.Body)
}

// element is one XML element with text.
type element struct{ name, text string }

func elements(list ...element) string {
	var b strings.Builder
	for _, e := range list {
		b.WriteString(tag(e.name, escape(e.text)))
	}
	return b.String()
}

func tag(name, inside string) string { return "<" + name + ">" + inside + "</" + name + ">" }

// document puts the declaration in front, as Java's binding writes it (inferred).
func document(root string) []byte {
	return []byte(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + root)
}

// escape writes text for XML; what XML cannot hold becomes U+FFFD.
func escape(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return utf8.RuneError
		}
		return r
	}, s)
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#xD;").Replace(s)
}
