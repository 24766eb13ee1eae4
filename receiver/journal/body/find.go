package body

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math/bits"
	"strconv"
)

// Bounds of what is looked into.
const (
	mostDepth  = 512
	mostValues = 1 << 16
)

// Find returns the texts of the values at the path in a JSON document, in one
// pass: of a list its elements, of null "". Of equal keys the last one counts, as
// for every real reader. A document that is no JSON has none.
func (p Path) Find(doc []byte) []string {
	s := scanner{b: doc}
	if !s.value(0, p.steps, true) || s.skip() < len(doc) {
		return nil
	}
	var texts []string
	for _, raw := range s.found {
		if raw[0] != '[' {
			texts = append(texts, text(raw))
			continue
		}
		each := scanner{b: raw, each: true}
		each.value(0, nil, false)
		for _, element := range each.found {
			texts = append(texts, text(element))
		}
	}
	return texts[:min(len(texts), mostValues)]
}

// MayHold reports whether one of the values at the path can satisfy holds, judged
// by what stands behind the last name of the path wherever that is: where it says
// no, Find need not read the document.
func (p Path) MayHold(doc []byte, holds func(string) bool) bool {
	if p.name == nil || bytes.Contains(doc, []byte(`\u`)) { // so a name may be spelled
		return true
	}
	for at := 0; ; {
		i := bytes.Index(doc[at:], p.name)
		if i < 0 {
			return false
		}
		at += i + len(p.name)
		s := scanner{b: doc, i: at}
		if !s.take(':') {
			continue // a value
		}
		from := s.skip()
		if !p.ends || from == len(doc) || doc[from] == '{' || doc[from] == '[' || !s.value(0, nil, false) || holds(text(doc[from:s.i])) {
			return true
		}
	}
}

// text is a value as text.
func text(raw []byte) string {
	switch raw[0] {
	case '"':
		if n := len(raw); bytes.IndexByte(raw, '\\') < 0 && n > 1 {
			return string(raw[1 : n-1])
		}
		var s string
		_ = json.Unmarshal(raw, &s) // the scanner has checked it
		return s
	case 'n':
		return ""
	}
	return string(raw)
}

// scanner reads JSON once, from left to right, checks it, and keeps the values at
// a path.
type scanner struct {
	b     []byte
	i     int
	found [][]byte
	each  bool // keeps the elements of the outermost list instead
	slash bool // in the string read last
}

func (s *scanner) skip() int {
	for s.i < len(s.b) && s.b[s.i] <= ' ' && (s.b[s.i] == ' ' || s.b[s.i] == '\n' || s.b[s.i] == '\r' || s.b[s.i] == '\t') {
		s.i++
	}
	return s.i
}

// value reads one value; false ends everything. on says that it lies on the path
// so far, and steps is what is left of it.
func (s *scanner) value(depth int, steps []step, on bool) bool {
	from := s.skip()
	if from >= len(s.b) || depth > mostDepth {
		return false
	}
	ok := false
	switch c := s.b[from]; c {
	case '{':
		ok = s.object(depth, steps, on && len(steps) > 0)
	case '[':
		ok = s.list(depth, steps, on && len(steps) > 0)
	case '"':
		_, ok = s.str()
	default:
		ok = s.word()
	}
	if ok && on && len(steps) == 0 {
		s.keep(s.b[from:s.i])
	}
	return ok
}

func (s *scanner) keep(raw []byte) {
	if len(s.found) < mostValues {
		s.found = append(s.found, raw)
	}
}

func (s *scanner) object(depth int, steps []step, on bool) bool {
	mark := len(s.found)
	s.i++
	for first := true; ; first = false {
		if s.skip() >= len(s.b) {
			return false
		}
		if s.b[s.i] == '}' {
			s.i++
			return true
		}
		if !first && !s.take(',') {
			return false
		}
		s.skip()
		key, ok := s.str()
		if !ok || !s.take(':') {
			return false
		}
		here := on && steps[0].is(key, s.slash)
		if here {
			s.found = s.found[:mark] // an equal key before does not count
		}
		if !s.value(depth+1, rest(steps, here), here) {
			return false
		}
	}
}

func rest(steps []step, here bool) []step {
	if here {
		return steps[1:]
	}
	return nil
}

func (s *scanner) list(depth int, steps []step, on bool) bool {
	s.i++
	n, hit := 0, false
	for ; ; n++ {
		if s.skip() >= len(s.b) {
			return false
		}
		if s.b[s.i] == ']' {
			s.i++
			break
		}
		if n > 0 && !s.take(',') {
			return false
		}
		from := s.skip()
		here := on && steps[0].holdsAt(n) && !(steps[0].every && len(steps) == 1)
		if !s.value(depth+1, rest(steps, here), here) {
			return false
		}
		if s.each && depth == 0 {
			s.keep(s.b[from:s.i])
		}
		if on && steps[0].where != nil && !(hit && steps[0].first) && steps[0].where.holds(s.b[from:s.i]) {
			hit = true
			again := scanner{b: s.b[from:s.i]}
			again.value(depth+1, steps[1:], true)
			s.found = append(s.found, again.found...)
		}
	}
	if on && steps[0].every && len(steps) == 1 {
		s.keep(strconv.AppendInt(nil, int64(n), 10))
	}
	return true
}

// is compares a step with a key as it stands, in its quotes; escaped says that it
// is spelled with backslashes.
func (st *step) is(key []byte, escaped bool) bool {
	if st.where != nil {
		return false
	}
	if !escaped {
		return string(key[1:len(key)-1]) == st.name
	}
	return text(key) == st.name
}

func (st *step) holdsAt(n int) bool { return st.every || st.index == n && st.where == nil }

func (s *scanner) take(c byte) bool {
	if s.skip() >= len(s.b) || s.b[s.i] != c {
		return false
	}
	s.i++
	return true
}

// str reads a string and returns it in its quotes.
func (s *scanner) str() ([]byte, bool) {
	if s.i >= len(s.b) || s.b[s.i] != '"' {
		return nil, false
	}
	from := s.i
	s.slash = false
	for s.i++; s.i < len(s.b); s.i++ {
		s.i += plain(s.b[s.i:])
		if s.i == len(s.b) {
			break
		}
		switch c := s.b[s.i]; {
		case c == '"':
			s.i++
			return s.b[from:s.i], true
		case c < ' ':
			return nil, false
		case !s.escape():
			return nil, false
		}
	}
	return nil, false
}

// plain counts the bytes up to one that means something in a string: a quote, a
// backslash, a control character. It looks at eight at once, by the carry that
// taking one away leaves in the high bit; most bytes of a body are in strings.
func plain(b []byte) int {
	const each, high = 0x0101010101010101, 0x8080808080808080
	n := 0
	for ; n+8 <= len(b); n += 8 {
		x := binary.LittleEndian.Uint64(b[n:])
		quote, slash := x^each*'"', x^each*'\\'
		if hit := ((x-each*' ')&^x | (quote-each)&^quote | (slash-each)&^slash) & high; hit != 0 {
			return n + bits.TrailingZeros64(hit)/8
		}
	}
	for n < len(b) && b[n] >= ' ' && b[n] != '"' && b[n] != '\\' {
		n++
	}
	return n
}

// escape checks what stands behind a backslash.
func (s *scanner) escape() bool {
	s.slash = true
	if s.i++; s.i >= len(s.b) {
		return false
	}
	if s.b[s.i] != 'u' {
		return bytes.IndexByte([]byte(`"\/bfnrt`), s.b[s.i]) >= 0
	}
	if s.i+4 >= len(s.b) {
		return false
	}
	for _, c := range s.b[s.i+1 : s.i+5] {
		if !(c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f') {
			return false
		}
	}
	s.i += 4
	return true
}

// word reads a number, true, false or null.
func (s *scanner) word() bool {
	from := s.i
	for s.i < len(s.b) && (s.b[s.i] > ' ' && s.b[s.i] != ',' && s.b[s.i] != '}' && s.b[s.i] != ']' && s.b[s.i] != ':') {
		s.i++
	}
	switch w := s.b[from:s.i]; string(w) {
	case "true", "false", "null":
		return true
	default:
		return isNumber(w)
	}
}

// isNumber holds w to the grammar of JSON.
func isNumber(w []byte) bool {
	w = bytes.TrimPrefix(w, []byte("-"))
	whole, w := digits(w)
	if whole == nil || len(whole) > 1 && whole[0] == '0' {
		return false
	}
	if len(w) > 0 && w[0] == '.' {
		var fraction []byte
		if fraction, w = digits(w[1:]); fraction == nil {
			return false
		}
	}
	if len(w) > 0 && w[0]|0x20 == 'e' {
		if w = w[1:]; len(w) > 0 && (w[0] == '+' || w[0] == '-') {
			w = w[1:]
		}
		var power []byte
		if power, w = digits(w); power == nil {
			return false
		}
	}
	return len(w) == 0
}

// digits cuts the leading digits off w, nil when there are none.
func digits(w []byte) (some, rest []byte) {
	n := 0
	for n < len(w) && w[n] >= '0' && w[n] <= '9' {
		n++
	}
	if n == 0 {
		return nil, w
	}
	return w[:n], w[n:]
}
