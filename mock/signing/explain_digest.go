package signing

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
)

// reading is one way to understand a text as a signature.
type reading struct {
	raw       []byte
	algorithm digestAlgorithm
	cut       bool     // shorter or longer than any digest
	length    int      // in bytes, before it was cut
	notes     []string // how it differs from what the scheme writes; none: it is as it should be
}

// digestReader finds what may be a scheme's signature in a text.
type digestReader struct{ *Scheme }

const (
	leastDigest = 8 // bytes; a shorter text proves nothing
	mostValue   = 16 << 10
	mostDigests = 64
)

// digestsIn reads a header in every way that could be meant. Each reading says
// what is odd about it.
func (s digestReader) digestsIn(h http.Header, name string) (list []reading) {
	for i, value := range h.Values(name) {
		if len(value) > mostValue {
			continue
		}
		var notes []string
		if i > 0 {
			notes = append(notes, fmt.Sprintf("it stands in another %s header than the first: send one", name))
		}
		for _, member := range s.splits(value) {
			list = append(list, s.readings(member, notes)...)
		}
	}
	return list[:min(len(list), mostDigests)]
}

// splits are the members of a value and, where it has none of the scheme's
// separators or too many, the whole.
func (s digestReader) splits(value string) []string {
	list := s.members(value)
	if s.Separator != "" && len(list) > 1 {
		list = append(list, value)
	}
	for _, separator := range []string{",", " ", ";"} {
		if parts := strings.Split(value, separator); separator != s.Separator && len(parts) > 1 {
			list = append(list, parts...)
		}
	}
	return list
}

// readings takes blanks, quotes and the prefix off a member and decodes the rest.
func (s digestReader) readings(member string, notes []string) []reading {
	with := func(note string) { notes = append(notes[:len(notes):len(notes)], note) }
	if trimmed := strings.TrimSpace(member); trimmed != member {
		member = trimmed
		with("there are blanks around it")
	}
	if trimmed := strings.Trim(member, `"'`); trimmed != member {
		member = trimmed
		with("there are quotes around it")
	}
	if rest, ok := strings.CutPrefix(member, s.Prefix); ok && s.Prefix != "" {
		return s.decodings(rest, notes)
	}
	var list []reading
	if s.Prefix != "" {
		list = s.decodings(member, append(notes[:len(notes):len(notes)], "the prefix "+s.Prefix+" is missing before the digest"))
	} else {
		list = s.decodings(member, notes)
	}
	if i := strings.IndexAny(member, "=,: "); i > 0 && i <= len("hmac-sha512") {
		why := fmt.Sprintf("there is a prefix before the digest, %q: none belongs there", member[:i+1])
		if s.Prefix != "" {
			why = fmt.Sprintf("the prefix is %q where %q belongs", member[:i+1], s.Prefix)
		}
		list = append(list, s.decodings(strings.TrimSpace(member[i+1:]), append(notes[:len(notes):len(notes)], why))...)
	}
	return list
}

// decoding is one way to write bytes as text.
type decoding struct {
	encoding string // of a Scheme; "": of none
	title    string
	decode   func(string) ([]byte, error)
}

func decodings() []decoding {
	return []decoding{
		{Hex, "lower-case hex", decodeLowerHex},
		{Base64, "base64", base64.StdEncoding.Strict().DecodeString},
		{"", "upper-case hex", hex.DecodeString},
		{"", "base64 without padding", base64.RawStdEncoding.DecodeString},
		{"", "base64url", base64.URLEncoding.DecodeString},
		{"", "base64url without padding", base64.RawURLEncoding.DecodeString},
		{"", "base64 of the hex digits", decodeTwice(base64.StdEncoding.DecodeString, hex.DecodeString)},
		{"", "hex of the base64 letters", decodeTwice(hex.DecodeString, base64.StdEncoding.DecodeString)},
	}
}

func decodeLowerHex(s string) ([]byte, error) {
	if strings.ToLower(s) != s {
		return nil, hex.InvalidByteError('A')
	}
	return hex.DecodeString(s)
}

func decodeTwice(outer, inner func(string) ([]byte, error)) func(string) ([]byte, error) {
	return func(s string) ([]byte, error) {
		text, err := outer(s)
		if err != nil {
			return nil, err
		}
		return inner(string(text))
	}
}

// decodings are the digests that a text without its prefix can stand for.
func (s digestReader) decodings(text string, notes []string) (list []reading) {
	seen := [][]byte{}
	for _, d := range decodings() {
		raw, err := d.decode(text)
		if err != nil || len(raw) < leastDigest || containsBytes(seen, raw) {
			continue
		}
		seen = append(seen, raw)
		own := notes[:len(notes):len(notes)]
		if d.encoding != s.Encoding {
			own = append(own, fmt.Sprintf("the digest is written as %s: %s belongs there", d.title, encodingTitle(s.Encoding)))
		}
		list = append(list, s.sized(raw, own))
	}
	return list
}

// sized finds the algorithm by the length of a digest.
func (s digestReader) sized(raw []byte, notes []string) reading {
	want := s.algorithm()
	for _, a := range algorithms() {
		if len(raw) != a.size {
			continue
		}
		if a.name != want.name {
			notes = append(notes, "it was made with "+a.title+" instead of "+want.title)
		}
		return reading{raw: raw, algorithm: a, notes: notes}
	}
	if len(raw) < want.size {
		notes = append(notes, fmt.Sprintf("only the first %d of %d bytes of the digest are there", len(raw), want.size))
	} else {
		notes = append(notes, fmt.Sprintf("there are %d bytes behind the digest", len(raw)-want.size))
	}
	return reading{raw: raw[:min(len(raw), want.size)], algorithm: want, cut: true, length: len(raw), notes: notes}
}

func containsBytes(list [][]byte, b []byte) bool {
	for _, have := range list {
		if bytes.Equal(have, b) {
			return true
		}
	}
	return false
}
