package tui

import (
	"encoding/json"
	"strings"
)

// jsonLine is one line of a JSON document, laid out with one member or item a
// line.
type jsonLine struct {
	depth int
	spans spans
	close int // the line that closes what this one opens; 0: it opens nothing
}

const (
	maxDepth    = 512     // deeper documents are shown as they are
	maxJSON     = 1 << 21 // bytes that are laid out
	mostLines   = 5000    // of one document
	longestText = 2000    // bytes of one string
)

// layoutJSON lays a document out. ok is false when it is not JSON, or too large
// or too deep to be shown so. cut: there are more lines than the ones returned.
func layoutJSON(doc []byte) (lines []jsonLine, cut, ok bool) {
	if len(doc) > maxJSON || !shallow(doc) || !json.Valid(doc) {
		return nil, false, false
	}
	p := printer{doc: doc, lines: make([]jsonLine, 0, 64)}
	for p.step() {
		if len(p.lines) >= mostLines {
			return p.lines, true, true
		}
	}
	p.flush()
	return p.lines, false, true
}

// shallow reports whether brackets outside of strings nest less than maxDepth
// deep.
func shallow(doc []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(doc); i++ {
		switch c := doc[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return false
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return true
}

// printer walks a valid document without recursion.
type printer struct {
	doc   []byte
	at    int
	lines []jsonLine
	now   spans
	open  []int // the lines of what is open
	value bool  // what comes is the value of a member
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
		p.flush()
		top := p.open[len(p.open)-1]
		p.open = p.open[:len(p.open)-1]
		p.now = p.now.add(plain, string(c))
		p.lines[top].close = len(p.lines)
		p.at++
	case ',':
		p.now = p.now.add(plain, ",")
		p.flush()
		p.at++
	case ':':
		p.now = p.now.add(plain, ": ")
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

func (p *printer) opening(c byte) {
	p.value = false
	p.at++
	p.space()
	if next := p.doc[p.at]; next == c+2 { // } and ] stand two behind { and [
		p.now = p.now.add(plain, string(c)+string(next))
		p.at++
		return
	}
	p.now = p.now.add(plain, string(c))
	line := len(p.lines)
	p.flush()
	p.open = append(p.open, line)
}

func (p *printer) quoted() {
	from := p.at
	for p.at++; p.doc[p.at] != '"'; p.at++ {
		if p.doc[p.at] == '\\' {
			p.at++
		}
	}
	p.at++
	token := string(p.doc[from:min(p.at, from+longestText+1)])
	st := text
	if !p.value && p.inObject() {
		st = name
	}
	p.now = p.now.add(st, clean(token, longestText))
	if rest := p.at - from - longestText; rest > 0 {
		p.now = p.now.add(dim, " +"+itoa(rest)+" bytes")
	}
	p.value = false
}

// inObject reports whether what is open is an object: its line ends in a brace.
func (p *printer) inObject() bool {
	if len(p.open) == 0 {
		return false
	}
	s := p.lines[p.open[len(p.open)-1]].spans
	return s[len(s)-1].text == "{"
}

func (p *printer) literal(c byte) {
	from := p.at
	for p.at < len(p.doc) && strings.IndexByte(" \t\r\n,:]}", p.doc[p.at]) < 0 {
		p.at++
	}
	st := number
	if c >= 'a' {
		st = word
	}
	p.now = p.now.add(st, clean(string(p.doc[from:p.at]), longestText))
	p.value = false
}

func (p *printer) flush() {
	if len(p.now) > 0 {
		p.lines = append(p.lines, jsonLine{depth: len(p.open), spans: p.now})
		p.now = nil
	}
}
