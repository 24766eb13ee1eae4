// Package respell writes a JSON body again as other serialisers would: with other
// blanks, keys in another order, other escapes, numbers written anew. Most
// signatures that do not fit belong to such a body. The texts and numbers of the
// body stay as they were written wherever nothing is to be changed.
package respell

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"tacklebox/receiver/journal"
)

// mostBytes is the largest body that is parsed and written again.
const mostBytes = 1 << 20

// spelling is a way of writing the same JSON. Empty fields leave things as they
// are.
type spelling struct {
	layout  string // one of layouts
	sorted  bool
	slash   string // escaped or plain
	unicode string // escaped, upper (with upper-case digits) or plain
	html    string // escaped or plain
	numbers string // short (7.50 as 7.5) or cents (7.5 as 7.50)
	end     string // a line end behind it
}

// layouts are the ways to put blanks between the members: opening of a line,
// indentation, what stands behind a comma and a colon.
type layout struct {
	name, title  string
	indent       string
	comma, colon string
	newLines     bool
}

func layouts() []layout {
	return []layout{
		{name: "compact", title: "written compactly", comma: ",", colon: ":"},
		{name: "spaced", title: "with a blank behind each comma and colon, as Python writes it", comma: ", ", colon: ": "},
		{name: "two", title: "indented by 2 blanks", indent: "  ", comma: ",", colon: ": ", newLines: true},
		{name: "four", title: "indented by 4 blanks", indent: "    ", comma: ",", colon: ": ", newLines: true},
		{name: "tab", title: "indented by tabs", indent: "\t", comma: ",", colon: ": ", newLines: true},
	}
}

func layoutNamed(name string) (layout, bool) {
	for _, l := range layouts() {
		if l.name == name {
			return l, true
		}
	}
	return layout{}, false
}

// String says what a spelling changes.
func (sp spelling) String() string {
	var parts []string
	if l, ok := layoutNamed(sp.layout); ok {
		parts = append(parts, l.title)
	}
	if sp.sorted {
		parts = append(parts, "with its keys sorted")
	}
	for _, p := range []struct{ value, escaped, upper, plain string }{
		{sp.slash, `with / written as \/, as PHP does`, "", `with \/ written as /`},
		{sp.unicode, `with letters beyond ASCII written as \uXXXX`, `with letters beyond ASCII written as \uXXXX in upper case`, `with \uXXXX written as UTF-8`},
		{sp.html, `with <, > and & written as \u003c, \u003e and \u0026, as Go does`, "", `with \u003c, \u003e and \u0026 written as <, > and &`},
	} {
		switch p.value {
		case "escaped":
			parts = append(parts, p.escaped)
		case "upper":
			parts = append(parts, p.upper)
		case "plain":
			parts = append(parts, p.plain)
		}
	}
	switch sp.numbers {
	case "short":
		parts = append(parts, "with its numbers written anew, 7.50 as 7.5")
	case "cents":
		parts = append(parts, "with two digits behind the point of its numbers, 7.5 as 7.50")
	}
	if sp.end != "" {
		parts = append(parts, "with a line end behind it")
	}
	return strings.Join(parts, ", ")
}

// Body is a body written again, and how.
type Body struct {
	How  string // as in "the body indented by tabs": what stands behind the body
	Text []byte // nil where it cannot be written so
}

// One writes a JSON body again with one thing changed at a time; none when it is
// no JSON or too large.
func One(body []byte) (list []Body) {
	if len(body) > mostBytes {
		return nil
	}
	doc := parseJSON(body)
	if doc == nil {
		return nil
	}
	var ways []spelling
	for _, l := range layouts() {
		ways = append(ways, spelling{layout: l.name})
	}
	ways = append(ways, spelling{sorted: true}, spelling{slash: "plain"}, spelling{slash: "escaped"}, spelling{unicode: "plain"},
		spelling{unicode: "escaped"}, spelling{unicode: "upper"}, spelling{html: "plain"}, spelling{html: "escaped"},
		spelling{numbers: "short"}, spelling{numbers: "cents"})
	for _, way := range ways {
		list = append(list, Body{way.String(), doc.write(way)})
	}
	return list
}

// All goes through all ways of writing a JSON body, the common serialisers first,
// each text once and without those that were tried already.
func All(body []byte, tried iter.Seq[[]byte]) iter.Seq[Body] {
	return func(yield func(Body) bool) {
		doc := parseJSON(body)
		if doc == nil {
			return
		}
		seen := map[[sha256.Size]byte]bool{}
		for text := range tried {
			seen[sha256.Sum256(text)] = true
		}
		for way := range allSpellings() {
			value := doc.write(way)
			sum := sha256.Sum256(value)
			if value == nil || seen[sum] {
				continue
			}
			seen[sum] = true
			if !yield(Body{way.String(), value}) {
				return
			}
		}
	}
}

func allSpellings() iter.Seq[spelling] {
	return func(yield func(spelling) bool) {
		for _, end := range []string{"", "\n"} {
			for _, l := range []string{"compact", "spaced", "two", "four", "tab", ""} {
				for _, sorted := range []bool{false, true} {
					for i := range 3 * 4 * 3 {
						way := spelling{layout: l, sorted: sorted, end: end, slash: []string{"", "plain", "escaped"}[i%3],
							unicode: []string{"", "plain", "escaped", "upper"}[i/3%4], html: []string{"", "plain", "escaped"}[i/12]}
						if !yield(way) {
							return
						}
					}
				}
			}
		}
	}
}

// node is a JSON value whose texts and numbers are kept as they were written.
type node struct {
	text    string // of a scalar, quotes included
	open    byte   // { or [, 0 for a scalar
	keys    []string
	members []*node
}

// document is a JSON body and how it is laid out.
type document struct {
	body   []byte
	root   *node
	layout string // "": of no layout known here
}

// parseJSON returns nil for what is no JSON or nested too deeply.
func parseJSON(body []byte) *document {
	if !json.Valid(body) || !journal.Shallow(body) {
		return nil
	}
	p := jsonParser{rest: body}
	d := &document{body: body, root: p.value()}
	for _, l := range layouts() {
		if bytes.Equal(d.write(spelling{layout: l.name}), bytes.TrimSpace(body)) {
			d.layout = l.name
			break
		}
	}
	return d
}

// jsonParser reads text that json.Valid has passed.
type jsonParser struct{ rest []byte }

func (p *jsonParser) peek() byte {
	p.rest = bytes.TrimLeft(p.rest, " \t\r\n")
	return p.rest[0]
}

func (p *jsonParser) value() *node {
	c := p.peek()
	if c != '{' && c != '[' {
		return &node{text: p.scalar()}
	}
	n := &node{open: c}
	p.rest = p.rest[1:]
	for {
		switch p.peek() {
		case '}', ']':
			p.rest = p.rest[1:]
			return n
		case ',':
			p.rest = p.rest[1:]
			continue
		}
		if c == '{' {
			p.peek()
			n.keys = append(n.keys, p.scalar())
			p.peek()
			p.rest = p.rest[1:] // the colon
		}
		n.members = append(n.members, p.value())
	}
}

// scalar takes a text, a number or a word.
func (p *jsonParser) scalar() string {
	n := bytes.IndexAny(p.rest, ",]} \t\r\n")
	if p.rest[0] == '"' {
		for n = 1; p.rest[n] != '"'; n++ {
			if p.rest[n] == '\\' {
				n++
			}
		}
		n++
	}
	if n < 0 {
		n = len(p.rest)
	}
	text := string(p.rest[:n])
	p.rest = p.rest[n:]
	return text
}

// write spells the document anew; nil when it cannot be spelled so.
func (d *document) write(way spelling) []byte {
	name := way.layout
	if name == "" {
		name = d.layout
	}
	l, known := layoutNamed(name)
	var out []byte
	switch {
	case known:
		out = d.root.append(nil, way, l, "\n")
	case way.sorted || way.numbers != "":
		return nil // its blanks are of no layout that could be kept
	default:
		out = respellTexts(d.body, way)
	}
	return append(out, way.end...)
}

func (n *node) append(out []byte, way spelling, l layout, line string) []byte {
	if n.open == 0 {
		return way.appendText(out, way.number(n.text))
	}
	order := make([]int, len(n.members))
	for i := range order {
		order[i] = i
	}
	if way.sorted && n.open == '{' {
		slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(plainText(n.keys[a]), plainText(n.keys[b])) })
	}
	out = append(out, n.open)
	for i, m := range order {
		if i > 0 {
			out = append(out, l.comma...)
		}
		if l.newLines {
			out = append(out, line+l.indent...)
		}
		if n.open == '{' {
			out = append(way.appendText(out, n.keys[m]), l.colon...)
		}
		out = n.members[m].append(out, way, l, line+l.indent)
	}
	if l.newLines && len(order) > 0 {
		out = append(out, line...)
	}
	return append(out, n.open+2) // ] and } stand two behind [ and {
}

// number writes a number anew; anything else stays as it is.
func (sp spelling) number(raw string) string {
	if sp.numbers == "" || strings.IndexAny(raw[:1], "-0123456789") < 0 {
		return raw
	}
	whole, fraction, point := strings.Cut(raw, ".")
	switch {
	case !point || strings.ContainsAny(fraction, "eE"):
		return raw
	case sp.numbers == "cents":
		return whole + "." + fraction + strings.Repeat("0", max(2-len(fraction), 0))
	}
	return strings.TrimSuffix(whole+"."+strings.TrimRight(fraction, "0"), ".")
}

// SameButFor says how two bodies differ that say the same in other ways, "" when
// they say something else.
func SameButFor(a, b []byte) string {
	if len(a) > mostBytes || len(b) > mostBytes {
		return ""
	}
	one, other := parseJSON(a), parseJSON(b)
	if one == nil || other == nil {
		return ""
	}
	way := spelling{layout: "compact"}
	for _, c := range []struct {
		change func()
		why    string
	}{
		{func() {}, "with other blanks"},
		{func() { way.sorted = true }, "with its keys in another order"},
		{func() { way.numbers = "short" }, "with its numbers written anew, like 7.50 as 7.5"},
		{func() { way.slash, way.unicode, way.html = "plain", "plain", "plain" }, "with other escapes in its texts"},
	} {
		if c.change(); bytes.Equal(one.write(way), other.write(way)) {
			return c.why
		}
	}
	return ""
}

func plainText(raw string) (s string) {
	_ = json.Unmarshal([]byte(raw), &s) // a key of valid JSON
	return s
}

// respellTexts changes the texts of a body and nothing between them.
func respellTexts(body []byte, way spelling) (out []byte) {
	for len(body) > 0 {
		i := bytes.IndexByte(body, '"')
		if i < 0 {
			break
		}
		out = append(out, body[:i]...)
		p := jsonParser{rest: body[i:]}
		out = way.appendText(out, p.scalar())
		body = p.rest
	}
	return append(out, body...)
}

// appendText writes a scalar; only texts have anything to spell.
func (sp spelling) appendText(out []byte, raw string) []byte {
	if raw == "" || raw[0] != '"' || sp.slash+sp.unicode+sp.html == "" {
		return append(out, raw...)
	}
	for raw != "" {
		r, size := nextLetter(raw)
		out = sp.appendLetter(out, r, raw[:size])
		raw = raw[size:]
	}
	return out
}

// nextLetter takes one letter, escaped or not, off a JSON text. r is -1 where it
// must be left as it is.
func nextLetter(s string) (r rune, size int) {
	if s[0] != '\\' {
		r, size = utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && size == 1 {
			r = -1
		}
		return r, size
	}
	if s[1] == '/' {
		return '/', 2
	}
	if s[1] != 'u' {
		return -1, 2
	}
	r = hexLetter(s[2:6])
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	if len(s) >= 12 && s[6:8] == `\u` {
		if pair := utf16.DecodeRune(r, hexLetter(s[8:12])); pair != utf8.RuneError {
			return pair, 12
		}
	}
	return -1, 6
}

func hexLetter(digits string) rune {
	n, _ := strconv.ParseUint(digits, 16, 16) // four digits of valid JSON
	return rune(n)
}

func (sp spelling) appendLetter(out []byte, r rune, raw string) []byte {
	how := ""
	switch {
	case r == '/':
		how = sp.slash
	case r == '<' || r == '>' || r == '&' || r == '\u2028' || r == '\u2029':
		how = sp.html
	case r >= utf8.RuneSelf:
		how = sp.unicode
	}
	switch how {
	case "plain":
		return utf8.AppendRune(out, r)
	case "upper":
		return appendEscaped(out, r, `\u%04X`)
	case "escaped":
		if r == '/' {
			return append(out, `\/`...)
		}
		return appendEscaped(out, r, `\u%04x`)
	}
	return append(out, raw...)
}

func appendEscaped(out []byte, r rune, format string) []byte {
	if r > 0xffff {
		high, low := utf16.EncodeRune(r)
		return fmt.Appendf(fmt.Appendf(out, format, high), format, low)
	}
	return fmt.Appendf(out, format, r)
}

// Quoted writes a body as a JSON text, nil when it is none.
func Quoted(body []byte) []byte {
	if !utf8.Valid(body) {
		return nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(string(body)) // a text can always be written
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
