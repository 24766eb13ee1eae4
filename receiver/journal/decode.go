package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// UnmarshalJSON reads what AppendJSON writes. Unknown members are skipped, null
// is empty; an error names the place.
func (e *Entry) UnmarshalJSON(data []byte) error {
	if !json.Valid(data) {
		return errors.New("entry: not valid JSON")
	}
	fresh := Entry{}
	r := reader{s: string(data)}
	r.entry(&fresh)
	if r.err != nil {
		return fmt.Errorf("entry: %w", r.err)
	}
	*e = fresh
	return nil
}

// decodeHead reads a stored head into e. The strings of e are parts of head.
func decodeHead(e *Entry, head string) error {
	r := reader{s: head, lossless: true}
	r.entry(e)
	if r.err != nil {
		return fmt.Errorf("head: %w", r.err)
	}
	return nil
}

// reader pulls JSON values out of a string without copying what needs no
// unescaping. It never recurses, and after its first error it reads nothing.
type reader struct {
	s        string
	i        int
	err      error
	lossless bool
	slab     []string // backing of header value slices
}

func (r *reader) fail(what string) {
	if r.err == nil {
		r.err = fmt.Errorf("byte %d: %s", r.i, what)
	}
}

func (r *reader) space() {
	for r.i < len(r.s) && (r.s[r.i] == ' ' || r.s[r.i] == '\n' || r.s[r.i] == '\r' || r.s[r.i] == '\t') {
		r.i++
	}
}

// peek returns the next byte that is not white space, 0 at the end or after an error.
func (r *reader) peek() byte {
	if r.err != nil {
		return 0
	}
	r.space()
	if r.i >= len(r.s) {
		return 0
	}
	return r.s[r.i]
}

func (r *reader) take(c byte) bool {
	if r.peek() != c || c == 0 {
		r.fail("expected " + strconv.QuoteRune(rune(c)))
		return false
	}
	r.i++
	return true
}

// null takes a null if one is next.
func (r *reader) null() bool {
	if r.peek() == 'n' && strings.HasPrefix(r.s[r.i:], "null") {
		r.i += len("null")
		return true
	}
	return false
}

// open starts an object or a list; false for null and for anything else.
func (r *reader) open(c byte) bool { return !r.null() && r.take(c) }

// more reports whether another member follows; first is true for the first one.
func (r *reader) more(end byte, first *bool) bool {
	if r.peek() == end {
		r.i++
		return false
	}
	if !*first && !r.take(',') {
		return false
	}
	*first = false
	return r.err == nil
}

func (r *reader) key() string {
	k := r.rawStr()
	r.take(':')
	return k
}

func (r *reader) str() string {
	if r.null() {
		return ""
	}
	return r.rawStr()
}

func (r *reader) rawStr() string {
	if !r.take('"') {
		return ""
	}
	rest := r.s[r.i:]
	end := strings.IndexByte(rest, '"')
	if end < 0 {
		r.fail("string without end")
		return ""
	}
	if strings.IndexByte(rest[:end], '\\') < 0 {
		r.i += end + 1
		return rest[:end]
	}
	return r.unescape()
}

func (r *reader) unescape() string {
	var b []byte
	for {
		n := strings.IndexAny(r.s[r.i:], `"\`)
		if n < 0 {
			r.fail("string without end")
			return ""
		}
		b = append(b, r.s[r.i:r.i+n]...)
		r.i += n + 1
		if r.s[r.i-1] == '"' {
			return string(b)
		}
		if r.i >= len(r.s) {
			r.fail("escape without end")
			return ""
		}
		c := r.s[r.i]
		r.i++
		if c == 'u' {
			b = r.unicode(b)
			continue
		}
		k := strings.IndexByte(`"\/bfnrt`, c)
		if k < 0 {
			r.fail("unknown escape")
			return ""
		}
		b = append(b, "\"\\/\b\f\n\r\t"[k])
	}
}

// unicode reads what stands behind \u.
func (r *reader) unicode(b []byte) []byte {
	u := r.hex4()
	if !utf16.IsSurrogate(u) {
		return utf8.AppendRune(b, u)
	}
	if r.lossless && u >= 0xdc80 && u <= 0xdcff {
		return append(b, byte(u))
	}
	if strings.HasPrefix(r.s[r.i:], `\u`) {
		back := r.i
		r.i += 2
		if pair := utf16.DecodeRune(u, r.hex4()); pair != utf8.RuneError {
			return utf8.AppendRune(b, pair)
		}
		r.i = back
	}
	return utf8.AppendRune(b, utf8.RuneError)
}

func (r *reader) hex4() rune {
	if r.i+4 > len(r.s) {
		r.fail("escape without end")
		return utf8.RuneError
	}
	n, err := strconv.ParseUint(r.s[r.i:r.i+4], 16, 16)
	if err != nil {
		r.fail("escape without hexadecimal digits")
		return utf8.RuneError
	}
	r.i += 4
	return rune(n)
}

// number takes the text of a number, "" for null.
func (r *reader) number() string {
	if r.null() {
		return ""
	}
	r.space()
	from := r.i
	for r.i < len(r.s) && strings.IndexByte("+-.0123456789eE", r.s[r.i]) >= 0 {
		r.i++
	}
	if from == r.i {
		r.fail("expected a number")
	}
	return r.s[from:r.i]
}

func (r *reader) int() int64 {
	text := r.number()
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		r.fail("expected a whole number")
	}
	return n
}

func (r *reader) uint() uint64 {
	text := r.number()
	if text == "" {
		return 0
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		r.fail("expected a whole number of zero or more")
	}
	return n
}

func (r *reader) bool() bool {
	if r.null() {
		return false
	}
	if r.peek() == 't' && strings.HasPrefix(r.s[r.i:], "true") {
		r.i += len("true")
		return true
	}
	if r.peek() == 'f' && strings.HasPrefix(r.s[r.i:], "false") {
		r.i += len("false")
		return false
	}
	r.fail("expected true or false")
	return false
}

func (r *reader) time() time.Time {
	text := r.str()
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		r.fail("expected an RFC 3339 time")
	}
	return t
}

// millis reads milliseconds, exactly when they are written without exponent.
func (r *reader) millis() time.Duration {
	text := r.number()
	if text == "" {
		return 0
	}
	whole, frac, _ := strings.Cut(text, ".")
	if len(frac) > 6 {
		frac = frac[:6]
	}
	if n, err := strconv.ParseInt(whole+frac+"000000"[len(frac):], 10, 64); err == nil && strings.TrimLeft(whole, "-") != "" {
		return time.Duration(n)
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f < -9e12 || f > 9e12 {
		r.fail("expected milliseconds")
		return 0
	}
	return time.Duration(f * float64(time.Millisecond))
}

// raw takes one value of any kind as it is written.
func (r *reader) raw() string {
	r.space()
	from := r.i
	depth := 0
	for r.err == nil {
		switch r.peek() {
		case '"':
			r.rawStr()
		case '{', '[':
			depth++
			r.i++
			continue
		case '}', ']':
			depth--
			r.i++
		case ',', ':':
			r.i++
			continue
		case 0:
			r.fail("value without end")
			return ""
		default:
			r.word()
		}
		if depth <= 0 {
			return r.s[from:r.i]
		}
	}
	return ""
}

func (r *reader) word() {
	from := r.i
	for r.i < len(r.s) && strings.IndexByte(" \t\r\n,:{}[]\"", r.s[r.i]) < 0 {
		r.i++
	}
	if from == r.i {
		r.fail("expected a value")
	}
}

func (r *reader) strings() []string {
	if !r.open('[') {
		return nil
	}
	var list []string
	for first := true; r.more(']', &first); {
		list = append(list, r.str())
	}
	return list
}

func (r *reader) headers() http.Header {
	if !r.open('{') {
		return nil
	}
	h := http.Header{}
	for first := true; r.more('}', &first); {
		name := r.key()
		h[name] = r.headerValues()
	}
	return h
}

// headerValues cuts the value slices of all headers out of one slab.
func (r *reader) headerValues() []string {
	if !r.open('[') {
		return nil
	}
	if cap(r.slab)-len(r.slab) < 4 {
		r.slab = make([]string, 0, 32)
	}
	from := len(r.slab)
	for first := true; r.more(']', &first); {
		r.slab = append(r.slab, r.str())
	}
	return r.slab[from:len(r.slab):len(r.slab)]
}
