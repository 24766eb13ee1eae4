// Package body shows what a message carried by what it is: JSON to fold, forms and
// multipart as tables, XML laid out, lines of JSON, text in its charset, images and
// binaries by name, size and hash, and anything as bytes. What is packed is unpacked.
package body

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	decoded "tacklebox/receiver/journal/body"
	"tacklebox/tui/ui"
)

// View is a way to show a body.
type View string

// The views. A body offers those that fit, the fitting one first.
const (
	JSON      View = "JSON"
	NDJSON    View = "NDJSON"
	Form      View = "form"
	Multipart View = "multipart"
	XML       View = "XML"
	Image     View = "image"
	Binary    View = "binary"
	Text      View = "text"
	Hex       View = "hex"
)

// mostShown is how many bytes the text and hex views show. The rest is counted,
// never left out without a word.
const mostShown = 64 << 10

// Body is a captured body. Its layout is made once.
type Body struct {
	Bytes   []byte // unpacked, as text in UTF-8
	Packed  string // what it was packed with, "" nothing
	Charset string // "" UTF-8
	Problem string // what was found wrong: with the packing, with the JSON
	raw     []byte
	typ     string // media type, said or found out
	params  map[string]string
	views   []View
	nodes   []node
	lines   [][]node // of NDJSON
	cut     bool
}

// Line is one line of a shown document.
type Line struct {
	Line   ui.Line
	Fold   string // what a key on it opens and closes, "" nothing
	Folded bool
	Path   string // of the value that the line is about
	body   *Body
	from   int
	to     int
}

// Value is the text of what a line is about: of a JSON text what it means.
func (l Line) Value() string {
	if l.body == nil || l.to <= l.from || l.to > len(l.body.Bytes) {
		return strings.TrimSpace(l.Line.String())
	}
	raw := l.body.Bytes[l.from:l.to]
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

// New finds out what a body is. What the headers say may be wrong or missing.
func New(raw []byte, contentType, encoding string) *Body {
	if encoding == "" && bytes.HasPrefix(raw, []byte{0x1f, 0x8b, 8}) {
		encoding = "gzip" // that nobody spoke of
	}
	v := decoded.Open(contentType, encoding, raw)
	b := &Body{raw: raw, Bytes: v.Bytes, Packed: strings.Join(v.Encodings, ", "), Charset: v.Charset, typ: v.Type}
	if v.Err != nil {
		b.Problem = ui.Clean(v.Err.Error(), 300)
	}
	_, b.params, _ = mime.ParseMediaType(contentType)
	b.views = b.find()
	return b
}

// Views are the ways to show it, the fitting one first.
func (b *Body) Views() []View { return b.views }

// Size is how many bytes there are as sent.
func (b *Body) Size() int { return len(b.raw) }

func (b *Body) find() []View {
	if len(b.Bytes) == 0 {
		return []View{Text}
	}
	text := printable(b.Bytes)
	var out []View
	if first := b.special(text); first != "" {
		out = append(out, first)
	}
	if text {
		return append(out, Text, Hex)
	}
	if len(out) == 0 {
		out = append(out, Binary)
	}
	return append(out, Hex, Text)
}

// special is the view that fits better than text, "" when none does.
func (b *Body) special(text bool) View {
	trimmed := bytes.TrimSpace(b.Bytes)
	nodes, cut, ok := layoutJSON(b.Bytes)
	switch {
	case ok:
		b.nodes, b.cut = nodes, cut
		return JSON
	case b.typ == "application/x-www-form-urlencoded" && text, b.typ == "" && text && looksLikeForm(trimmed):
		return Form
	case strings.HasPrefix(b.typ, "multipart/") && b.params["boundary"] != "":
		return Multipart
	case text && b.findLines(trimmed):
		return NDJSON
	case strings.HasSuffix(b.typ, "json") || text && len(trimmed) > 1 && (trimmed[0] == '{' || trimmed[0] == '['):
		b.Problem = breaks(b.Bytes)
	case strings.HasSuffix(b.typ, "xml") && text, text && bytes.HasPrefix(trimmed, []byte("<")) && wellFormed(trimmed):
		return XML
	}
	if found := http.DetectContentType(b.Bytes); strings.HasPrefix(found, "image/") {
		b.typ = found
		return Image
	} else if !text && b.typ == "" {
		b.typ = found
	}
	return ""
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

// Show lists the body's lines for a pane of the width. id begins the names of its
// folds.
func (b *Body) Show(v View, width int, id string, folded map[string]bool) []Line {
	if len(b.Bytes) == 0 {
		return plain(ui.Say(ui.Dim, "no body"))
	}
	var out []Line
	if b.Packed != "" {
		out = plain(ui.Say(ui.Dim, b.Packed+", "+ui.Bytes(int64(len(b.raw)))+" packed, "+ui.Bytes(int64(len(b.Bytes)))+" shown unpacked"))
	}
	if b.Charset != "" {
		out = append(out, plain(ui.Say(ui.Dim, "read as "+b.Charset))...)
	}
	if b.Problem != "" {
		out = append(out, plain(ui.Wrap(ui.Say(ui.Bad, "✗ "+b.Problem), width, 2, 4)...)...)
	}
	return append(out, b.show(v, width, id, folded)...)
}

func (b *Body) show(v View, width int, id string, folded map[string]bool) []Line {
	switch v {
	case JSON:
		return b.tree(width, id, folded)
	case NDJSON:
		return b.records(width, id, folded)
	case Form:
		return b.form(width)
	case Multipart:
		return b.multipart(width)
	case XML:
		return b.xml(width)
	case Image, Binary:
		return b.named(width)
	case Hex:
		return b.hex(width)
	}
	return b.text(width)
}

func plain(lines ...ui.Line) []Line {
	out := make([]Line, len(lines))
	for i, l := range lines {
		out[i] = Line{Line: l}
	}
	return out
}

func (b *Body) text(width int) []Line {
	var out []Line
	shown := b.Bytes[:min(len(b.Bytes), mostShown)]
	at := 0
	for part := range bytes.SplitSeq(shown, []byte("\n")) {
		from := at
		at += len(part) + 1
		part = bytes.TrimSuffix(part, []byte("\r"))
		s := ui.Clean(strings.ReplaceAll(string(part), "\t", "    "), mostShown)
		for _, l := range ui.WrapHard(ui.Say(ui.Plain, s), width, mostShown) {
			out = append(out, Line{Line: l, body: b, from: from, to: from + len(part)})
		}
	}
	return b.rest(out)
}

func (b *Body) hex(width int) []Line {
	per := 16
	for per > 2 && 8+per*4 > width {
		per /= 2
	}
	var out []Line
	shown := b.raw[:min(len(b.raw), mostShown)]
	for at := 0; at < len(shown); at += per {
		row := shown[at:min(at+per, len(shown))]
		digits := hex.EncodeToString(row)
		var left strings.Builder
		for i := 0; i < len(digits); i += 2 {
			left.WriteString(digits[i:i+2] + " ")
		}
		right := strings.Map(func(r rune) rune {
			if r < ' ' || r > '~' {
				return '.'
			}
			return r
		}, latin(row))
		address := hex.EncodeToString([]byte{byte(at >> 16), byte(at >> 8), byte(at)})
		out = append(out, plain(ui.Say(ui.Dim, address+" ").Add(ui.Plain, ui.Pad(left.String(), 3*per)).Add(ui.Accent, right))...)
	}
	return b.rest(out)
}

// latin makes one character of each byte.
func latin(b []byte) string {
	out := make([]rune, len(b))
	for i, c := range b {
		out[i] = rune(c)
	}
	return string(out)
}

func (b *Body) rest(out []Line) []Line {
	if n := len(b.Bytes) - mostShown; n > 0 {
		out = append(out, plain(ui.Say(ui.Warn, "… "+ui.Bytes(int64(n))+" more: x exports it, y copies it"))...)
	}
	return out
}

// named says what a body is that cannot be read.
func (b *Body) named(width int) []Line {
	typ := b.typ
	if typ == "" {
		typ = "binary"
	}
	sum := sha256.Sum256(b.raw)
	var out []Line
	for _, f := range [][2]string{{"type", ui.Cell(typ)}, {"size", ui.Grouped(uint64(len(b.raw))) + " bytes"}, {"picture", picture(b.Bytes)}, {"sha256", hex.EncodeToString(sum[:])}} {
		if f[1] != "" {
			out = append(out, plain(ui.Wrap(ui.Say(ui.Dim, ui.Pad(f[0], 9)).Add(ui.Plain, f[1]), width, 9, 4)...)...)
		}
	}
	return out
}
