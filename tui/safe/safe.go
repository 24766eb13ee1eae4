// Package safe makes text that came from outside harmless to print. A captured
// body, a header, a server's error or a file name may hold escape sequences
// that move the cursor, set the clipboard, retitle the window or answer on
// standard input; every such string passes through here before it is written
// to a terminal.
package safe

import (
	"strings"
	"unicode/utf8"
)

// Text returns s with everything a terminal could obey replaced by something to
// see: C0 controls and DEL by their pictures (␛), C1 and bidirectional controls
// by their numbers (\u009b), bytes that are not UTF-8 by theirs (\xff). Line
// feeds and tabs stay. Text of Text is Text.
func Text(s string) string { return replace(s, true) }

// Line is Text for what must stay on one line: line feeds and tabs are replaced
// as well.
func Line(s string) string { return replace(s, false) }

// JSON returns a JSON text, or lines of them, whose value is the same and whose
// bytes are harmless: what Text would replace is written as a \u escape, which
// means the same inside a string, the only place where it can stand.
func JSON(text []byte) []byte {
	if clean(string(text), true) {
		return text
	}
	out := make([]byte, 0, len(text)+16)
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		switch {
		case r == '\r':
			out = append(out, ' ')
		case harmless(r, n, true):
			out = append(out, text[i:i+n]...)
		default:
			out = append(out, escape(r)...)
		}
		i += n
	}
	return out
}

func replace(s string, lines bool) string {
	if clean(s, lines) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case harmless(r, n, lines):
			b.WriteString(s[i : i+n])
		case r == utf8.RuneError && n == 1:
			b.WriteString(`\x` + hex(uint32(s[i]), 2))
		case r < 0x20:
			b.WriteRune(0x2400 + r)
		case r == 0x7f:
			b.WriteRune('␡')
		default:
			b.WriteString(escape(r))
		}
		i += n
	}
	return b.String()
}

// clean finds the ordinary case, plain text, without a copy.
func clean(s string, lines bool) bool {
	for i := 0; i < len(s); {
		if c := s[i]; c >= 0x20 && c < 0x7f {
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if !harmless(r, n, lines) {
			return false
		}
		i += n
	}
	return true
}

func harmless(r rune, size int, lines bool) bool {
	switch {
	case r == '\n' || r == '\t':
		return lines
	case r < 0x20, r >= 0x7f && r <= 0x9f:
		return false
	case r == utf8.RuneError:
		return size > 1 // a real U+FFFD is three bytes
	case r == 0x2028, r == 0x2029: // some terminals break the line here
		return false
	}
	return !bidi(r)
}

// bidi reports the controls that turn the direction of text (Unicode, UAX 9):
// they make a line read as something else than it says.
func bidi(r rune) bool {
	return r == 0x061c || r == 0x200e || r == 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

func escape(r rune) string { return `\u` + hex(uint32(r), 4) }

func hex(n uint32, width int) string {
	const digits = "0123456789abcdef"
	out := make([]byte, width)
	for i := width - 1; i >= 0; i-- {
		out[i], n = digits[n&15], n>>4
	}
	return string(out)
}
