package query

import (
	"fmt"
	"strings"
	"time"
)

// maxNesting bounds the parentheses of a query, which are parsed by recursion.
const maxNesting = 100

// maxQuery bounds a query; nobody types 64 KiB.
const maxQuery = 64 << 10

type parser struct {
	query  string
	pos    int
	depth  int
	now    func() time.Time
	budget *Budget
}

func (p *parser) errAt(pos int, hint, format string, args ...any) *SyntaxError {
	return &SyntaxError{Query: p.query, Pos: pos, Msg: fmt.Sprintf(format, args...), Hint: hint}
}

func (p *parser) parse() (node, error) {
	if len(p.query) > maxQuery {
		return nil, p.errAt(maxQuery, "at most 65536 bytes", "query is too long")
	}
	p.space()
	if p.end() {
		return nil, nil
	}
	root, err := p.alternatives()
	if err != nil {
		return nil, err
	}
	if !p.end() {
		return nil, p.errAt(p.pos, `quote it to search for it: ")"`, "closing parenthesis without an opening one")
	}
	return root, nil
}

func (p *parser) end() bool { return p.pos >= len(p.query) }

func (p *parser) space() {
	for !p.end() && isSpace(p.query[p.pos]) {
		p.pos++
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// keyword takes an operator word that stands alone.
func (p *parser) keyword(word string) bool {
	rest, ok := strings.CutPrefix(p.query[p.pos:], word)
	if !ok || rest != "" && !isSpace(rest[0]) && rest[0] != '(' && rest[0] != ')' {
		return false
	}
	p.pos += len(word)
	p.space()
	return true
}

// alternatives = all { "OR" all }
func (p *parser) alternatives() (node, error) {
	var list anyOf
	for {
		n, err := p.all()
		if err != nil {
			return nil, err
		}
		list = append(list, n)
		if p.end() || !p.keyword("OR") {
			break
		}
	}
	if len(list) == 1 {
		return list[0], nil
	}
	return list, nil
}

// all = term { ["AND"] term }
func (p *parser) all() (node, error) {
	var list allOf
	for {
		at := p.pos
		n, err := p.unary()
		if err != nil {
			return nil, err
		}
		if n == nil {
			if len(list) > 0 {
				break
			}
			return nil, p.errAt(at, "a key:value, a word, or quotes around the text to search for", "a term is missing")
		}
		list = append(list, n)
		p.space()
		if !p.end() && p.keyword("AND") && p.atEndOfAll() {
			return nil, p.errAt(p.pos, "a key:value or a word", "a term is missing")
		}
	}
	if len(list) == 1 {
		return list[0], nil
	}
	return list, nil
}

func (p *parser) atEndOfAll() bool {
	if p.end() || p.query[p.pos] == ')' {
		return true
	}
	back := p.pos
	defer func() { p.pos = back }()
	return p.keyword("OR")
}

// unary = "-" unary | "(" alternatives ")" | term; nil where none can start.
func (p *parser) unary() (node, error) {
	if p.atEndOfAll() {
		return nil, nil
	}
	switch c := p.query[p.pos]; {
	case c == '-':
		return p.negation()
	case c == '(':
		return p.group()
	}
	return p.term()
}

func (p *parser) negation() (node, error) {
	at := p.pos
	negative := false
	for !p.end() && p.query[p.pos] == '-' {
		p.pos++
		negative = !negative
	}
	if p.end() || isSpace(p.query[p.pos]) || p.query[p.pos] == ')' {
		return nil, p.errAt(at, `a term right behind it, or "-" in quotes`, "nothing to negate")
	}
	n, err := p.unary()
	if err != nil {
		return nil, err
	}
	if n == nil {
		return nil, p.errAt(at, `a term right behind it, or "-" in quotes`, "nothing to negate")
	}
	if negative {
		n = not{n}
	}
	return n, nil
}

func (p *parser) group() (node, error) {
	at := p.pos
	if p.depth++; p.depth > maxNesting {
		return nil, p.errAt(at, "at most 100 levels", "parentheses are nested too deep")
	}
	p.pos++
	p.space()
	n, err := p.alternatives()
	if err != nil {
		return nil, err
	}
	if p.end() {
		return nil, p.errAt(at, "close it with )", "opening parenthesis without a closing one")
	}
	p.pos++ // alternatives stops only at the end or at a closing parenthesis
	p.depth--
	return n, nil
}
