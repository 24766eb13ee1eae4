// Package phpjson writes JSON as PHP's json_encode does, the form in which Shoptet
// answers and signs.
package phpjson

import (
	"encoding/json"
	"unicode/utf16"
	"unicode/utf8"

	"tacklebox/mock/provider"
)

// Encode writes a value as PHP's json_encode would: compact, "/" as "\/",
// everything beyond ASCII as \uXXXX (the slashes are documented in examples, the
// rest is inferred: the official SDK decodes a body, encodes it again and
// expects the same signature).
func Encode(v any) []byte { return Recode(provider.Encode(v)) }

// Recode rewrites a valid JSON text in that form; numbers stay as they are
// written, members keep their order.
func Recode(raw []byte) []byte {
	out := make([]byte, 0, len(raw)+len(raw)/8)
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; c {
		case ' ', '\t', '\r', '\n':
		case '"':
			end := stringEnd(raw, i)
			if plain(raw[i+1 : max(i+1, end-1)]) {
				out = append(out, raw[i:end]...)
				i = end - 1
				continue
			}
			var s string
			if json.Unmarshal(raw[i:end], &s) != nil {
				return append(out, raw[i:]...) // not JSON: nothing to improve
			}
			out = AppendText(out, s)
			i = end - 1
		default:
			out = append(out, c)
		}
	}
	return out
}

// plain reports that the inside of a literal is spelled alike everywhere.
func plain(inside []byte) bool {
	for _, c := range inside {
		if c == '\\' || c == '/' || c < ' ' || c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// stringEnd returns the index behind the string that begins at i.
func stringEnd(raw []byte, i int) int {
	for j := i + 1; j < len(raw); j++ {
		switch raw[j] {
		case '\\':
			j++
		case '"':
			return j + 1
		}
	}
	return len(raw)
}

const hexDigits = "0123456789abcdef"

// AppendText writes a string literal. DEL and <, >, &, ' stay unchanged.
func AppendText(out []byte, s string) []byte {
	out = append(out, '"')
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			out = appendASCII(out, c)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		if hi, lo := utf16.EncodeRune(r); hi != utf8.RuneError {
			out = appendUnit(appendUnit(out, hi), lo)
		} else {
			out = appendUnit(out, r)
		}
	}
	return append(out, '"')
}

// appendASCII writes one byte of a string as PHP does: short escapes where JSON
// has them.
func appendASCII(out []byte, c byte) []byte {
	switch c {
	case '"', '\\', '/':
		return append(out, '\\', c)
	case '\b':
		return append(out, '\\', 'b')
	case '\f':
		return append(out, '\\', 'f')
	case '\n':
		return append(out, '\\', 'n')
	case '\r':
		return append(out, '\\', 'r')
	case '\t':
		return append(out, '\\', 't')
	}
	if c < ' ' {
		return appendUnit(out, rune(c))
	}
	return append(out, c)
}

// appendUnit writes a UTF-16 unit as \\uXXXX, in lower case.
func appendUnit(out []byte, r rune) []byte {
	return append(out, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}
