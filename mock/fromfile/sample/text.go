package sample

import (
	"encoding/base64"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

const mostText = 64 << 10

var epoch = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

// text writes a string of the pattern, the format and the lengths.
func (m *maker) text(s *shape) bool {
	if s.minLength > mostText || s.minLength > s.maxLength {
		return false
	}
	for range 8 {
		if value, ok := m.candidate(s); ok {
			m.quote(value)
			return true
		}
	}
	return false
}

func (m *maker) candidate(s *shape) (string, bool) {
	if len(s.patterns) > 0 {
		value, err := m.matching(s.patterns[0], s.minLength)
		if err == nil {
			return value, s.fits(value)
		}
		m.doubt = true
		m.note("%v", err)
	}
	if written := formats[s.format]; written != nil {
		value := written(m)
		return value, s.fits(value)
	}
	return m.words(s), true
}

func (s *shape) fits(value string) bool {
	n := float64(utf8.RuneCountInString(value))
	return n >= s.minLength && n <= s.maxLength
}

var vocabulary = []string{"amber", "birch", "cedar", "delta", "ember", "flint", "grove", "harbor", "indigo", "juniper", "kestrel", "lumen", "maple", "north", "opal", "pebble"}

func (m *maker) word() string { return vocabulary[m.rng.IntN(len(vocabulary))] }

// words is text of an allowed length.
func (m *maker) words(s *shape) string {
	value := m.word()
	for float64(len(value)) < s.minLength {
		value += " " + m.word()
	}
	if float64(len(value)) > s.maxLength {
		value = value[:int(s.maxLength)]
	}
	if strings.HasSuffix(value, " ") {
		value = value[:len(value)-1] + "a"
	}
	return value
}

func (m *maker) moment() time.Time {
	return epoch.Add(time.Duration(m.rng.Int64N(30*24*3600)) * time.Second)
}

func (m *maker) hex(digits int) string {
	var b strings.Builder
	for range digits {
		b.WriteByte("0123456789abcdef"[m.rng.IntN(16)])
	}
	return b.String()
}

func (m *maker) uuid() string {
	return m.hex(8) + "-" + m.hex(4) + "-4" + m.hex(3) + "-8" + m.hex(3) + "-" + m.hex(12)
}

// formats are those of JSON Schema (validation, section 7.3) and of the OpenAPI
// format registry that say what a text looks like.
var formats = map[string]func(m *maker) string{
	"date-time":             func(m *maker) string { return m.moment().Format(time.RFC3339) },
	"date":                  func(m *maker) string { return m.moment().Format(time.DateOnly) },
	"time":                  func(m *maker) string { return m.moment().Format("15:04:05Z") },
	"duration":              func(m *maker) string { return fmt.Sprintf("PT%dM", 1+m.rng.IntN(59)) },
	"email":                 func(m *maker) string { return m.word() + "@example.com" },
	"idn-email":             func(m *maker) string { return m.word() + "@example.com" },
	"hostname":              func(m *maker) string { return m.word() + ".example.com" },
	"idn-hostname":          func(m *maker) string { return m.word() + ".example.com" },
	"ipv4":                  func(m *maker) string { return fmt.Sprintf("192.0.2.%d", 1+m.rng.IntN(254)) },
	"ipv6":                  func(m *maker) string { return "2001:db8::" + m.hex(3) },
	"uri":                   func(m *maker) string { return "https://example.com/" + m.word() },
	"url":                   func(m *maker) string { return "https://example.com/" + m.word() },
	"iri":                   func(m *maker) string { return "https://example.com/" + m.word() },
	"uri-reference":         func(m *maker) string { return "/" + m.word() },
	"iri-reference":         func(m *maker) string { return "/" + m.word() },
	"uri-template":          func(m *maker) string { return "https://example.com/{" + m.word() + "}" },
	"uuid":                  (*maker).uuid,
	"json-pointer":          func(m *maker) string { return "/" + m.word() },
	"relative-json-pointer": func(m *maker) string { return "0/" + m.word() },
	"regex":                 func(m *maker) string { return "^" + m.word() + "$" },
	"byte":                  func(m *maker) string { return base64.StdEncoding.EncodeToString([]byte(m.word())) },
	"base64url":             func(m *maker) string { return base64.RawURLEncoding.EncodeToString([]byte(m.word())) },
	"int32":                 func(m *maker) string { return fmt.Sprint(1 + m.rng.IntN(math.MaxInt16)) },
	"int64":                 func(m *maker) string { return fmt.Sprint(1 + m.rng.IntN(math.MaxInt16)) },
	"decimal":               func(m *maker) string { return fmt.Sprintf("%d.%02d", m.rng.IntN(1000), m.rng.IntN(100)) },
}
