package lagerkoll

import (
	"bytes"
	"mime"
	"net/http"
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

// elements writes elements one after the other, their texts escaped.
func elements(list ...element) string {
	var b strings.Builder
	for _, e := range list {
		b.WriteString(tag(e.name, escape(e.text)))
	}
	return b.String()
}

// tag writes one element around what is inside.
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
