package query

import (
	"bytes"
	"slices"
	"strings"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/body"
	"tacklebox/receiver/journal/record"
	"unicode"
)

// word searches the request line, header lines and bodies.
type word struct {
	plain
	text     string
	spelling []finder // in plain text
	stored   []finder // pieces one of which is in every record that has the word
}

func newWord(s string) *word {
	w := &word{text: s}
	for _, spelling := range spellings(s) {
		w.spelling = append(w.spelling, newFinder(spelling))
		w.stored = append(w.stored, newFinder(longestPiece(spelling)))
	}
	return w
}

// spellings are the cases that a word may be found in. ASCII letters need none:
// finders fold them.
func spellings(s string) []string {
	list := []string{s}
	for _, v := range []string{strings.ToLower(s), strings.ToUpper(s), titled(s)} {
		folded := func(have string) bool { return asciiFold(have, v) }
		if !slices.ContainsFunc(list, folded) {
			list = append(list, v)
		}
	}
	return list
}

func titled(s string) string {
	r := []rune(strings.ToLower(s))
	r[0] = unicode.ToTitle(r[0])
	return string(r)
}

// longestPiece is what of a word certainly stands in one piece in a stored
// head, where method, URL, header and value are separate texts.
func longestPiece(s string) string {
	longest := ""
	for _, piece := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ':' }) {
		if len(piece) > len(longest) {
			longest = piece
		}
	}
	return longest
}

func (w *word) match(e *journal.Entry) bool { return w.in(e.Request) || w.in(e.Response) }

func (w *word) in(m *journal.Message) bool {
	if m == nil {
		return false
	}
	return w.inBytes(m.Body) || w.inDecoded(m) || w.inText(m.Method, " ", m.URL, " ", m.Proto) || w.inHeaders(m)
}

// inDecoded looks into what the body says, where that is not what its bytes are.
func (w *word) inDecoded(m *journal.Message) bool {
	v := body.Of(m)
	return (len(v.Encodings) > 0 || v.Charset != "") && w.inBytes(v.Bytes)
}

func (w *word) inHeaders(m *journal.Message) bool {
	for _, f := range m.Headers {
		if w.inText(f.Name, ": ", f.Value) {
			return true
		}
	}
	return false
}

func (w *word) inText(parts ...string) bool {
	var space [256]byte
	line := space[:0]
	for _, p := range parts {
		line = append(line, p...)
	}
	return w.inBytes(line)
}

func (w *word) inBytes(b []byte) bool {
	for i := range w.spelling {
		if w.spelling[i].in(b) {
			return true
		}
	}
	return false
}

func (w *word) byBytes(frame []byte) record.Verdict {
	for i := range w.stored {
		if w.stored[i].in(frame[record.HeaderSize:]) {
			return record.Maybe
		}
	}
	request, response := record.Bodies(frame)
	if marked(request) || marked(response) || body.Foreign(record.HeadOf(frame)) {
		return record.Maybe
	}
	return record.No
}

// marked reports whether b begins with a byte order mark of UTF-16.
func marked(b []byte) bool {
	return len(b) > 1 && (b[0] == 0xff && b[1] == 0xfe || b[0] == 0xfe && b[1] == 0xff)
}

func (w *word) needsBody() bool { return true }

func (w *word) String() string { return plainWord(w.text) }

// plainWord spells a word so that it stays one: kind:call, -5 and OR are words
// only in quotes.
func plainWord(s string) string {
	if strings.HasPrefix(s, "-") || strings.Contains(s, ":") || s == "OR" || s == "AND" ||
		strings.HasPrefix(s, "header.") || strings.HasPrefix(s, "body.") {
		return inQuotes(s)
	}
	return quoted(s)
}

func (w *word) why(*journal.Entry) string {
	return plainWord(w.text) + " is nowhere in request line, headers and body"
}

// finder finds a text without regard to ASCII case: it looks for the rarest
// byte of it with the machine's fastest instruction, and compares around it.
type finder struct {
	text        []byte // lower case
	anchor      int    // index of the byte that is looked for
	small, caps byte   // its two cases
}

func newFinder(s string) finder {
	f := finder{text: []byte(s)}
	for i, c := range f.text {
		f.text[i] = lower(c)
		if rarity(f.text[i]) > rarity(f.text[f.anchor]) {
			f.anchor = i
		}
	}
	if len(s) > 0 {
		f.small = f.text[f.anchor]
		f.caps = upper(f.small)
	}
	return f
}

// rarity orders bytes by how seldom they are in JSON, forms and headers.
func rarity(c byte) int {
	const common = `"e0,1:at2no-is3r/d.lc 4u5p9867mhfb_gyv{}wxk[]jzq`
	if i := strings.IndexByte(common, c); i >= 0 {
		return i
	}
	return len(common)
}

func (f *finder) in(b []byte) bool {
	if len(f.text) == 0 {
		return true
	}
	if len(b) < len(f.text) {
		return false
	}
	at := b[f.anchor : len(b)-len(f.text)+f.anchor+1]
	if f.around(b, at, f.small) {
		return true
	}
	return f.caps != f.small && f.around(b, at, f.caps)
}

// around compares at each place of c in window, which starts at anchor in b.
func (f *finder) around(b, window []byte, c byte) bool {
	for from := 0; ; {
		i := bytes.IndexByte(window[from:], c)
		if i < 0 {
			return false
		}
		from += i
		if asciiFold(b[from:from+len(f.text)], f.text) {
			return true
		}
		from++
	}
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func upper(c byte) byte {
	if c >= 'a' && c <= 'z' {
		return c - ('a' - 'A')
	}
	return c
}

func asciiFold[A, B string | []byte](a A, b B) bool {
	if len(a) != len(b) {
		return false
	}
	for i := 0; i < len(a); i++ {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

// glob matches s with a pattern in which * stands for any text, in linear
// steps of backtracking to the last star only.
func glob(pattern, s string, fold bool) bool {
	same := func(a, b byte) bool { return a == b || fold && lower(a) == lower(b) }
	p, i, star, mark := 0, 0, -1, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, i
			p++
		case p < len(pattern) && same(pattern[p], s[i]):
			p++
			i++
		case star >= 0:
			mark++
			p, i = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
