package tui

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"charm.land/lipgloss/v2"

	"tacklebox/tui/safe"
)

// span is a piece of a line in one style. Its text has been through clean.
type span struct {
	text  string
	style style
}

// spans are one line of the screen.
type spans []span

func say(s style, text string) spans { return spans{{text, s}} }

func (s spans) add(st style, text string) spans { return append(s, span{text, st}) }

// text is the line without its styles.
func (s spans) String() string {
	var b strings.Builder
	for _, p := range s {
		b.WriteString(p.text)
	}
	return b.String()
}

// clean makes foreign text drawable on one line: nothing in it is a control or
// turns the direction (safe.Line), nothing is hidden, and every cell's width is
// the sum of its characters' widths, so that all terminals agree on it. At most
// limit bytes of s are looked at.
func clean(s string, limit int) string {
	s, cut := clip(s, limit)
	s = visible(safe.Line(s))
	if cut {
		s += "…"
	}
	return s
}

// clip returns at most limit bytes of s, whole characters.
func clip(s string, limit int) (string, bool) {
	if len(s) <= limit {
		return s, false
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit], true
}

// mostMarks is how many combining marks one cell may carry: scripts need two,
// a pile of them draws over the neighbours.
const mostMarks = 3

// visible drops the selectors and joiners that change the width of their
// neighbours, shows characters that hide, and unpiles marks.
func visible(s string) string {
	if ascii(s) {
		return s
	}
	var b strings.Builder
	marks := 0
	for _, r := range s {
		switch {
		case r == 0x200d || r >= 0xfe00 && r <= 0xfe0f || r >= 0xe0100 && r <= 0xe01ef:
			continue
		case hidden(r):
			b.WriteString(escapeRune(r))
			marks = 0
			continue
		case unicode.In(r, unicode.Mn, unicode.Me):
			if marks++; marks > mostMarks {
				continue
			}
		default:
			marks = 0
		}
		b.WriteRune(r)
	}
	return b.String()
}

// hidden reports format characters and other controls without a picture. The
// soft hyphen and the zero-width space are drawn differently everywhere.
func hidden(r rune) bool {
	return r > 0x7f && (unicode.In(r, unicode.Cf, unicode.Cs, unicode.Co, unicode.Zl, unicode.Zp) || r >= 0x1160 && r <= 0x11ff || r == 0x3164 || r == 0xffa0 || r == 0x115f)
}

func escapeRune(r rune) string {
	const digits = "0123456789abcdef"
	out := []byte(`\u{`)
	for shift := 20; shift >= 0; shift -= 4 {
		if d := r >> shift; d > 0 || shift < 16 {
			out = append(out, digits[d&15])
		}
	}
	return string(append(out, '}'))
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// widthOf is the number of cells of clean text.
func widthOf(s string) int {
	if ascii(s) {
		return len(s)
	}
	n := 0
	for _, r := range s {
		n += cells(r)
	}
	return n
}

func cells(r rune) int {
	if r < 0x300 {
		return 1
	}
	return lipgloss.Width(string(r))
}

// cut returns as much of clean text as fits into width cells, ending in … when
// it is not all, and the cells it takes.
func cut(s string, width int) (string, int) {
	if width <= 0 {
		return "", 0
	}
	if ascii(s) {
		if len(s) <= width {
			return s, len(s)
		}
		return s[:width-1] + "…", width
	}
	used, fits := 0, 0 // fits: bytes of s that leave room for …
	room := 0
	for i, r := range s {
		w := cells(r)
		if used+w > width {
			return s[:fits] + "…", room + 1
		}
		used += w
		if used < width {
			fits, room = i+utf8.RuneLen(r), used
		}
	}
	return s, used
}

// pad fills or cuts clean text to exactly width cells.
func pad(s string, width int) string {
	s, n := cut(s, width)
	return s + strings.Repeat(" ", width-n)
}

// padLeft is pad for numbers.
func padLeft(s string, width int) string {
	s, n := cut(s, width)
	return strings.Repeat(" ", width-n) + s
}

// wrap breaks a line into lines of at most width cells, at most most of them.
// Later lines are indented.
func wrap(s spans, width, indent, most int) []spans {
	if width < 1 {
		return nil
	}
	if indent > width/2 {
		indent = width / 2
	}
	var lines []spans
	var now spans
	used := 0
	for _, p := range s {
		rest := p.text
		for rest != "" {
			head, n := take(rest, width-used)
			if head == "" && used <= indent && len(now) <= 1 {
				head, n = "?", 1 // a wide character in a one-cell column
				_, size := utf8.DecodeRuneInString(rest)
				rest = "x" + rest[size:]
			}
			now, rest = now.add(p.style, head), rest[min(len(head), len(rest)):]
			if used += n; rest == "" {
				break
			}
			if lines = append(lines, now); len(lines) == most {
				last := len(lines) - 1
				lines[last] = append(lines[last][:len(lines[last]):len(lines[last])], span{"…", dim})
				return lines
			}
			now, used = spans{{strings.Repeat(" ", indent), plain}}, indent
		}
	}
	return append(lines, now)
}

// take returns the longest head of s that fits into width cells.
func take(s string, width int) (string, int) {
	used := 0
	for i, r := range s {
		w := cells(r)
		if used+w > width {
			return s[:i], used
		}
		used += w
	}
	return s, used
}
