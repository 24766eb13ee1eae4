package body

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"tacklebox/receiver/api"
	"tacklebox/tui/ui"
)

// node is one line of a JSON document, laid out with one member or item a line.
type node struct {
	depth    int
	line     ui.Line
	path     string
	from, to int // its value in the document
	close    int // the line that closes what this one opens; 0: it opens nothing
	items    int // how many members or items it holds
}

const (
	maxJSON   = 1 << 21 // bytes that are laid out
	mostLines = 5000    // of one document
)

// layoutJSON lays a document out. ok is false when it is not JSON, or too large
// or too deep to be shown so. cut: there are more lines than the ones returned.
func layoutJSON(doc []byte) (nodes []node, cut, ok bool) {
	if len(doc) > maxJSON || !api.Shallow(doc) || !json.Valid(doc) {
		return nil, false, false
	}
	p := printer{doc: doc, nodes: make([]node, 0, 64)}
	for p.step() {
		if len(p.nodes) >= mostLines {
			p.end(len(doc))
			return p.nodes, true, true
		}
	}
	p.flush()
	return p.nodes, false, true
}

// breaks says where a text that looks like JSON stops being it.
func breaks(doc []byte) string {
	if len(doc) > maxJSON || !api.Shallow(doc) {
		return ""
	}
	var v json.RawMessage
	err := json.Unmarshal(doc, &v)
	syntax, ok := err.(*json.SyntaxError)
	if !ok {
		return ""
	}
	at := min(int(syntax.Offset), len(doc))
	line, column := 1, 1
	for _, c := range doc[:max(at-1, 0)] {
		if column++; c == '\n' {
			line, column = line+1, 1
		}
	}
	return fmt.Sprintf("JSON breaks at line %d, column %d (byte %s): %s", line, column, ui.Grouped(uint64(at)), ui.Clean(syntax.Error(), 200))
}

// level is what is open: an object or a list, and how far it was read.
type level struct {
	line   int // that opened it
	path   string
	index  int
	object bool
}

// printer walks a valid document without recursion.
type printer struct {
	doc   []byte
	at    int
	nodes []node
	now   ui.Line
	item  node // what the current line is about
	open  []level
	value bool // what comes is the value of a member
}

// step prints one token; false at the end.
func (p *printer) step() bool {
	p.space()
	if p.at >= len(p.doc) {
		return false
	}
	switch c := p.doc[p.at]; c {
	case '{', '[':
		p.opening(c)
	case '}', ']':
		p.closing(c)
	case ',':
		p.now = p.now.Add(ui.Dim, ",")
		p.flush()
		p.at++
		p.open[len(p.open)-1].index++
	case ':':
		p.now = p.now.Add(ui.Dim, ": ")
		p.value = true
		p.at++
	case '"':
		p.quoted()
	default:
		p.literal(c)
	}
	return true
}

func (p *printer) space() {
	for p.at < len(p.doc) && strings.IndexByte(" \t\r\n", p.doc[p.at]) >= 0 {
		p.at++
	}
}

// begins says of which value the line is: one of a list has its index as its name.
func (p *printer) begins() {
	if top := len(p.open) - 1; top >= 0 && !p.open[top].object {
		p.item.path = join(p.open[top].path, strconv.Itoa(p.open[top].index))
	}
	p.item.from = p.at
}

func (p *printer) opening(c byte) {
	p.begins()
	p.value = false
	p.at++
	p.space()
	if next := p.doc[p.at]; next == c+2 { // } and ] stand two behind { and [
		p.now = p.now.Add(ui.Plain, string(c)+string(next))
		p.at++
		p.item.to = p.at
		return
	}
	p.now = p.now.Add(ui.Plain, string(c))
	line, path := len(p.nodes), p.item.path
	p.flush()
	p.open = append(p.open, level{line: line, path: path, object: c == '{'})
}

func (p *printer) closing(c byte) {
	p.flush()
	top := p.open[len(p.open)-1]
	p.open = p.open[:len(p.open)-1]
	p.now = p.now.Add(ui.Plain, string(c))
	p.at++
	opened := &p.nodes[top.line]
	opened.close, opened.items, opened.to = len(p.nodes), top.index+1, p.at
	p.item.path, p.item.from, p.item.to = opened.path, opened.from, p.at
}

func (p *printer) end(to int) {
	for _, l := range p.open {
		p.nodes[l.line].to = to
	}
}

func (p *printer) quoted() {
	from := p.at
	for p.at++; p.doc[p.at] != '"'; p.at++ {
		if p.doc[p.at] == '\\' {
			p.at++
		}
	}
	p.at++
	st := ui.Plain
	if top := len(p.open) - 1; !p.value && top >= 0 && p.open[top].object {
		st = ui.Accent
		var name string
		if json.Unmarshal(p.doc[from:p.at], &name) == nil {
			p.item.path = join(p.open[top].path, api.EscapeName(name))
		}
	} else {
		at := p.at
		p.at = from
		p.begins()
		p.at, p.item.to = at, at
	}
	p.now = p.now.Add(st, ui.Text(string(p.doc[from:min(p.at, from+ui.LongestText+1)])))
	if rest := p.at - from - ui.LongestText; rest > 0 {
		p.now = p.now.Add(ui.Dim, " +"+ui.Itoa(rest)+" bytes")
	}
	p.value = false
}

func (p *printer) literal(c byte) {
	p.begins()
	from := p.at
	for p.at < len(p.doc) && strings.IndexByte(" \t\r\n,:]}", p.doc[p.at]) < 0 {
		p.at++
	}
	st := ui.Literal
	if c == 'n' {
		st = ui.Dim
	}
	p.now = p.now.Add(st, ui.Text(string(p.doc[from:p.at])))
	p.value, p.item.to = false, p.at
}

func (p *printer) flush() {
	if len(p.now) > 0 {
		p.item.depth, p.item.line = len(p.open), p.now
		p.nodes = append(p.nodes, p.item)
	}
	p.now, p.item = nil, node{}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// Paths lists where values stand in a JSON document that hold no others, as gjson
// writes them, and the values.
func (b *Body) Paths() (paths []string, values map[string]json.RawMessage) {
	values = map[string]json.RawMessage{}
	for _, n := range b.nodes {
		if n.close == 0 && n.path != "" && n.to > n.from && values[n.path] == nil && len(paths) < mostPaths && !b.closes(n) {
			paths = append(paths, n.path)
			values[n.path] = json.RawMessage(b.Bytes[n.from:n.to])
		}
	}
	return paths, values
}

const mostPaths = 500

// closes reports the line of a closing bracket, which is about what it closes.
func (b *Body) closes(n node) bool {
	c := n.line[0].Text
	return c == "}" || c == "]"
}

// tree draws a laid-out document, what is folded on one line.
func (b *Body) tree(width int, id string, folded map[string]bool) []Line {
	var out []Line
	for i := 0; i < len(b.nodes); i++ {
		n := b.nodes[i]
		indent := min(2*n.depth, width/2)
		d := Line{Path: n.path, body: b, from: n.from, to: n.to}
		mark := "  "
		if n.close > 0 {
			d.Fold = id + ":" + ui.Itoa(i)
			d.Folded, mark = folded[d.Fold], "▾ "
		}
		line := append(ui.Say(ui.Plain, strings.Repeat(" ", indent)).Add(ui.Dim, mark), n.line...)
		if d.Folded {
			line[1].Text = "▸ "
			line = append(line.Add(ui.Dim, " … "), b.nodes[n.close].line...).Add(ui.Dim, "  "+ui.Itoa(n.items))
			i = n.close
		}
		for j, part := range ui.Wrap(line, width, indent+4, 8) {
			if d.Line = part; j > 0 {
				d.Fold, d.Folded = "", false
			}
			out = append(out, d)
		}
	}
	if b.cut {
		out = append(out, Line{Line: ui.Say(ui.Warn, "… more lines: v shows it as text, x exports it")})
	}
	return out
}
