package body

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"image"
	_ "image/gif"  // their sizes
	_ "image/jpeg" // are told
	_ "image/png"  // in words
	"io"
	"mime/multipart"
	"net/url"
	"regexp"
	"strings"

	"tacklebox/receiver/api"
	"tacklebox/tui/ui"
)

const mostParts = 500 // rows of a table

var pair = regexp.MustCompile(`^[A-Za-z0-9_.\[\]%+-]+=[^\s]*$`)

func looksLikeForm(text []byte) bool {
	return len(text) < 1<<20 && bytes.ContainsRune(text, '=') && pair.Match(text)
}

// form is a table of the fields in the order they were sent.
func (b *Body) form(width int) []Line {
	var out []Line
	parts := strings.Split(string(b.Bytes), "&")
	for _, part := range parts[:min(len(parts), mostParts)] {
		name, value, _ := strings.Cut(part, "=")
		out = append(out, row(unescaped(name), unescaped(value), width)...)
	}
	return out
}

func unescaped(s string) string {
	if v, err := url.QueryUnescape(s); err == nil {
		return v
	}
	return s
}

// row is a name and its value, which is JSON often enough to be laid out.
func row(name, value string, width int) []Line {
	label := ui.Clean(name, 80)
	out := []Line{}
	inner := []byte(value)
	if nodes, _, ok := layoutJSON(inner); ok && len(nodes) > 1 {
		out = append(out, Line{Line: ui.Say(ui.Accent, label), Path: name})
		held := &Body{Bytes: inner, nodes: nodes}
		for _, l := range held.tree(max(width-2, 1), "", nil) {
			l.Line, l.Fold = append(ui.Say(ui.Plain, "  "), l.Line...), ""
			out = append(out, l)
		}
		return out
	}
	held := &Body{Bytes: inner}
	for _, l := range ui.Wrap(ui.Say(ui.Accent, ui.Pad(label, min(max(ui.Width(label), 16), max(width/3, 1)))).Add(ui.Plain, " "+ui.Text(value)), width, min(18, width/2), 12) {
		out = append(out, Line{Line: l, Path: name, body: held, to: len(inner)})
	}
	return out
}

// multipart lists the parts: fields with their values, files with name and size.
func (b *Body) multipart(width int) []Line {
	var out []Line
	r := multipart.NewReader(bytes.NewReader(b.Bytes), b.params["boundary"])
	for range mostParts {
		part, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			return append(out, plain(ui.Wrap(ui.Say(ui.Bad, "✗ the multipart breaks here: "+ui.Clean(err.Error(), 200)), width, 2, 3)...)...)
		}
		content, err := io.ReadAll(part)
		name := part.FormName()
		if name == "" {
			name = "part"
		}
		switch {
		case part.FileName() != "" || !printable(content):
			about := ui.Cell(part.FileName()) + "  " + ui.Cell(part.Header.Get("Content-Type")) + "  " + ui.Grouped(uint64(len(content))) + " bytes"
			out = append(out, plain(ui.Wrap(ui.Say(ui.Accent, ui.Pad(ui.Clean(name, 80), 16)).Add(ui.Info, " "+strings.TrimSpace(about)), width, 2, 4)...)...)
		default:
			out = append(out, row(name, string(content), width)...)
		}
		if err != nil {
			return append(out, plain(ui.Wrap(ui.Say(ui.Bad, "✗ the part is not whole: "+ui.Clean(err.Error(), 200)), width, 2, 3)...)...)
		}
	}
	return out
}

func wellFormed(doc []byte) bool {
	d := xml.NewDecoder(bytes.NewReader(doc[:min(len(doc), maxJSON)]))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	for n := 0; ; n++ {
		_, err := d.RawToken()
		if err != nil {
			return errors.Is(err, io.EOF) && n > 1
		}
		if n > mostLines {
			return true
		}
	}
}

// xml lays a document out with one element a line; what breaks is said.
func (b *Body) xml(width int) []Line {
	d := xml.NewDecoder(bytes.NewReader(b.Bytes))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	var out []Line
	depth := 0
	var open *ui.Line // an element that holds text only so far
	put := func(l ui.Line) {
		indent := min(2*depth, width/2)
		out = append(out, plain(ui.Wrap(append(ui.Say(ui.Plain, strings.Repeat(" ", indent)), l...), width, indent+2, 12)...)...)
	}
	end := func() {
		if open != nil {
			put(*open)
			depth++
			open = nil
		}
	}
	for len(out) < mostLines {
		token, err := d.RawToken()
		if err != nil {
			end()
			if !errors.Is(err, io.EOF) {
				put(ui.Say(ui.Bad, "✗ XML breaks here: "+ui.Clean(err.Error(), 200)))
			}
			return out
		}
		switch t := token.(type) {
		case xml.StartElement:
			end()
			l := tag(t)
			open = &l
		case xml.EndElement:
			name := ui.Cell(qualified(t.Name))
			if open != nil {
				l := open.Add(ui.Dim, "</"+name+">")
				open = nil
				put(l)
				continue
			}
			depth = max(depth-1, 0)
			put(ui.Say(ui.Dim, "</"+name+">"))
		case xml.CharData:
			text := strings.TrimSpace(string(t))
			switch {
			case text == "":
			case open != nil:
				l := open.Add(ui.Plain, ui.Text(text))
				open = &l
			default:
				put(ui.Say(ui.Plain, ui.Text(text)))
			}
		default:
			if _, comment := t.(xml.Comment); comment {
				end()
			}
			put(aside(t))
		}
	}
	return append(out, plain(ui.Say(ui.Warn, "… more lines: v shows it as text, x exports it"))...)
}

// aside draws what is neither an element nor text.
func aside(t xml.Token) ui.Line {
	switch t := t.(type) {
	case xml.ProcInst:
		return ui.Say(ui.Dim, "<?"+ui.Cell(t.Target)+" "+ui.Cell(string(t.Inst))+"?>")
	case xml.Comment:
		return ui.Say(ui.Dim, "<!--"+ui.Text(string(t))+"-->")
	case xml.Directive:
		return ui.Say(ui.Dim, "<!"+ui.Text(string(t))+">")
	}
	return nil
}

func qualified(n xml.Name) string {
	if n.Space != "" {
		return n.Space + ":" + n.Local
	}
	return n.Local
}

func tag(t xml.StartElement) ui.Line {
	l := ui.Say(ui.Dim, "<").Add(ui.Accent, ui.Cell(qualified(t.Name)))
	for _, a := range t.Attr {
		l = l.Add(ui.Info, " "+ui.Cell(qualified(a.Name))).Add(ui.Plain, `="`+ui.Text(a.Value)+`"`)
	}
	return l.Add(ui.Dim, ">")
}

// findLines recognises JSON documents one a line, as streams and exports have them.
func (b *Body) findLines(text []byte) bool {
	if len(text) > maxJSON || bytes.IndexByte(text, '\n') < 0 || text[0] != '{' && text[0] != '[' {
		return false
	}
	for l := range bytes.SplitSeq(text, []byte("\n")) {
		l = bytes.TrimSpace(l)
		if len(l) > 0 && !(api.Shallow(l) && json.Valid(l)) {
			return false
		}
	}
	return true
}

// records shows each line of NDJSON folded into one line, and laid out when open.
func (b *Body) records(width int, id string, folded map[string]bool) []Line {
	var out []Line
	at, n := 0, 0
	for l := range bytes.SplitSeq(b.Bytes, []byte("\n")) {
		from := at
		at += len(l) + 1
		if l = bytes.TrimSpace(l); len(l) == 0 {
			continue
		}
		if n++; n > mostParts {
			return append(out, plain(ui.Say(ui.Warn, "… more lines: v shows them as text"))...)
		}
		head := Line{Fold: id + ":line" + ui.Itoa(n), body: b, from: from, to: from + len(l)}
		head.Folded = !folded[head.Fold] // closed at first
		mark := "▾ "
		if head.Folded {
			mark = "▸ "
		}
		text, _ := ui.Cut(ui.Text(string(l)), max(width-8, 1))
		head.Line = ui.Say(ui.Dim, ui.PadLeft(ui.Itoa(n), 4)+" "+mark).Add(ui.Plain, text)
		out = append(out, head)
		if head.Folded {
			continue
		}
		if nodes, _, ok := layoutJSON(l); ok {
			held := &Body{Bytes: l, nodes: nodes}
			for _, d := range held.tree(max(width-6, 1), head.Fold, folded) {
				d.Line = append(ui.Say(ui.Plain, "      "), d.Line...)
				out = append(out, d)
			}
		}
	}
	return out
}

// picture is the size of an image in pixels.
func picture(b []byte) string {
	c, kind, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil {
		return ""
	}
	return kind + ", " + ui.Itoa(c.Width) + " × " + ui.Itoa(c.Height)
}
