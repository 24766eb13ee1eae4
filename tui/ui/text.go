// Package ui is the screen's widgets: lines of styled text, panes with borders and
// titles, a list to search in, a form, a text to scroll, a question, notices. They
// know nothing of webhooks: what a key does comes from who made them, and all text
// that reaches them went through Clean.
package ui

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"tacklebox/tui/safe"
)

// Span is a piece of a line in one style. Its text has been through Clean.
type Span struct {
	Text  string
	Style Style
}

// Line is one line of the screen.
type Line []Span

// Say is a line of one piece.
func Say(s Style, text string) Line { return Line{{text, s}} }

// Add appends a piece.
func (l Line) Add(s Style, text string) Line { return append(l, Span{text, s}) }

// String is the line without its styles.
func (l Line) String() string {
	var b strings.Builder
	for _, p := range l {
		b.WriteString(p.Text)
	}
	return b.String()
}

// Width is the number of cells that the line takes.
func (l Line) Width() int {
	n := 0
	for _, p := range l {
		n += Width(p.Text)
	}
	return n
}

// How much of a foreign text is looked at.
const (
	LongestCell = 200  // bytes in a list
	LongestText = 2000 // bytes in a paragraph
)

// Clean makes foreign text drawable on one line: nothing in it is a control or
// turns the direction (safe.Line), nothing is hidden, and every cell's width is
// the sum of its characters' widths, so that all terminals agree on it. At most
// limit bytes of s are looked at.
func Clean(s string, limit int) string {
	s, cut := Clip(s, limit)
	s = visible(safe.Line(s))
	if cut {
		s += "…"
	}
	return s
}

// Cell is Clean for a list, Text for a paragraph.
func Cell(s string) string { return Clean(s, LongestCell) }

// Text is Clean for a paragraph.
func Text(s string) string { return Clean(s, LongestText) }

// Clip returns at most limit bytes of s, whole characters.
func Clip(s string, limit int) (string, bool) {
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

// Width is the number of cells of clean text: the sum of its characters' widths,
// never the width of a cluster, on which terminals differ.
func Width(s string) int {
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
	switch {
	case r < 0x300, r >= 0x2500 && r < 0x2600: // the lines and blocks of frames
		return 1
	}
	return ansi.StringWidth(string(r))
}

// Cut returns as much of clean text as fits into width cells, ending in … when
// it is not all, and the cells it takes.
func Cut(s string, width int) (string, int) {
	n := Width(s)
	switch {
	case width <= 0:
		return "", 0
	case n <= width:
		return s, n
	}
	head, n := take(s, width-1)
	return head + "…", n + 1
}

// CutLeft keeps the end of a text, after an …: of a path that is what tells.
func CutLeft(s string, width int) string {
	left := Width(s)
	if left <= width || width < 1 {
		s, _ = Cut(s, width)
		return s
	}
	for i, r := range s {
		if left <= width-1 {
			return "…" + s[i:]
		}
		left -= cells(r)
	}
	return "…"
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

// Pad fills or cuts clean text to exactly width cells.
func Pad(s string, width int) string {
	s, n := Cut(s, width)
	return s + strings.Repeat(" ", max(width-n, 0))
}

// PadLeft is Pad for numbers.
func PadLeft(s string, width int) string {
	s, n := Cut(s, width)
	return strings.Repeat(" ", max(width-n, 0)) + s
}
