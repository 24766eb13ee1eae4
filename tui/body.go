package tui

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// bodyMode is how bodies are shown.
type bodyMode int

const (
	pretty bodyMode = iota // laid out and folded where it is JSON, else raw
	raw                    // as it came, wrapped
	hexes                  // bytes
	bodyModes
)

func (m bodyMode) String() string { return [...]string{"pretty", "raw", "hex"}[m] }

// mostBody is how many bytes the raw and hex views show. The rest is counted,
// never left out without a word.
const mostBody = 64 << 10

// body is a captured body and its layout, which is made once.
type body struct {
	bytes []byte
	lines []jsonLine
	json  bool
	cut   bool
}

func newBody(b []byte) *body {
	v := &body{bytes: b}
	v.lines, v.cut, v.json = layoutJSON(b)
	return v
}

// docLine is one line of the detail pane. fold names what a key on it opens and
// closes, "" when there is nothing.
type docLine struct {
	spans  spans
	fold   string
	folded bool
}

// show lists the body's lines for a pane of the width. id begins the names of
// its folds.
func (b *body) show(mode bodyMode, width int, id string, folded map[string]bool) []docLine {
	switch {
	case len(b.bytes) == 0:
		return []docLine{{spans: say(dim, "no body")}}
	case mode == hexes:
		return b.hex(width)
	case mode == pretty && b.json:
		return b.tree(width, id, folded)
	case mode == pretty && !printable(b.bytes):
		return b.hex(width)
	}
	return b.raw(width)
}

// printable reports whether bytes read as text.
func printable(b []byte) bool {
	b = b[:min(len(b), 4096)]
	odd := 0
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 && len(b)-i > utf8.UTFMax || r < ' ' && !strings.ContainsRune("\t\r\n\x1b", r) {
			odd++
		}
		i += n
	}
	return odd*10 <= len(b)
}

func (b *body) tree(width int, id string, folded map[string]bool) []docLine {
	var out []docLine
	for i := 0; i < len(b.lines); i++ {
		l := b.lines[i]
		indent := min(2*l.depth, width/2)
		line := append(spans{{strings.Repeat(" ", indent), plain}}, l.spans...)
		fold := ""
		if l.close > 0 {
			fold = id + ":" + itoa(i)
		}
		if fold != "" && folded[fold] {
			line = append(line.add(dim, " … "), b.lines[l.close].spans...).add(dim, "  "+count(l.close-i-1, "line"))
			i = l.close
		}
		for j, part := range wrap(line, width, indent+2, 8) {
			d := docLine{spans: part}
			if j == 0 {
				d.fold, d.folded = fold, fold != "" && folded[fold]
			}
			out = append(out, d)
		}
	}
	if b.cut {
		out = append(out, docLine{spans: say(warn, "… more lines: v shows it raw, x exports it")})
	}
	return out
}

func (b *body) raw(width int) []docLine {
	var out []docLine
	shown := b.bytes[:min(len(b.bytes), mostBody)]
	for part := range bytes.SplitSeq(shown, []byte("\n")) {
		part = bytes.TrimSuffix(part, []byte("\r"))
		s := clean(strings.ReplaceAll(string(part), "\t", "    "), mostBody)
		for _, l := range wrap(say(plain, s), width, 0, mostBody) {
			out = append(out, docLine{spans: l})
		}
	}
	return b.rest(out)
}

func (b *body) hex(width int) []docLine {
	const digits = "0123456789abcdef"
	per := 16
	for per > 2 && 8+per*4 > width {
		per /= 2
	}
	var out []docLine
	shown := b.bytes[:min(len(b.bytes), mostBody)]
	for at := 0; at < len(shown); at += per {
		var left, right strings.Builder
		for i := at; i < at+per; i++ {
			if i >= len(shown) {
				left.WriteString("   ")
				continue
			}
			c := shown[i]
			left.Write([]byte{digits[c>>4], digits[c&15], ' '})
			if c < ' ' || c > '~' {
				c = '.'
			}
			right.WriteByte(c)
		}
		out = append(out, docLine{spans: say(dim, hex6(at)+" ").add(plain, left.String()).add(text, right.String())})
	}
	return b.rest(out)
}

func (b *body) rest(out []docLine) []docLine {
	if n := len(b.bytes) - mostBody; n > 0 {
		out = append(out, docLine{spans: say(warn, "… "+bytesText(int64(n))+" more: x exports it, y copies it")})
	}
	return out
}

func hex6(n int) string {
	const digits = "0123456789abcdef"
	out := make([]byte, 6)
	for i := 5; i >= 0; i-- {
		out[i], n = digits[n&15], n>>4
	}
	return string(out)
}
