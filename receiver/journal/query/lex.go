package query

import "strings"

// text is one term as it stands in the query, quotes resolved. at maps bytes
// of s to places in the query; bytes that stood in quotes are plain text that
// no operator is looked for in.
type text struct {
	s      string
	at     []int
	quoted []bool
}

// sub is the part of t from byte i on.
func (t text) sub(i int) text { return text{t.s[i:], t.at[i:], t.quoted[i:]} }

// head is the part of t before byte i.
func (t text) head(i int) text { return text{t.s[:i], t.at[:i+1], t.quoted[:i]} }

// pos is the place in the query of byte i; behind the last byte it is the end.
func (t text) pos(i int) int { return t.at[min(i, len(t.at)-1)] }

// index finds the first unquoted byte of chars outside brackets, -1 if there is none.
func (t text) index(chars string) int {
	depth := 0
	for i := 0; i < len(t.s); i++ {
		c := t.s[i]
		switch {
		case t.quoted[i]:
		case c == '(' || c == '[' || c == '{':
			depth++
		case c == ')' || c == ']' || c == '}':
			depth--
		case depth <= 0 && strings.IndexByte(chars, c) >= 0:
			return i
		}
	}
	return -1
}

// lexer takes one term off the query.
type lexer struct {
	*parser
	b     strings.Builder
	t     text
	open  []int // places of parentheses that belong to the term
	holds bool  // the term is one that may have them: a gjson path, a regular expression
}

// text takes one term: up to white space or a parenthesis. Inside of
// parentheses that belong to the term, as in body.items.#(sku=="A B").n and
// header.Accept~(json|xml), quotes stay what they are: there they are a path's.
func (p *parser) text() (text, error) {
	rest := p.query[p.pos:]
	l := lexer{parser: p, holds: strings.HasPrefix(rest, "body.") || strings.HasPrefix(rest, "header.")}
	for !p.end() && !l.stops(p.query[p.pos]) {
		if p.query[p.pos] != '"' {
			l.put(false)
			continue
		}
		if err := l.quote(); err != nil {
			return l.t, err
		}
	}
	if n := len(l.open); n > 0 {
		return l.t, p.errAt(l.open[n-1], "close it with )", "opening parenthesis without a closing one")
	}
	l.t.s = l.b.String()
	l.t.at = append(l.t.at, p.pos)
	return l.t, nil
}

// stops reports whether the term ends before c, which stands in no quotes.
func (l *lexer) stops(c byte) bool {
	switch {
	case c == '(' && l.holds:
		l.open = append(l.open, l.pos)
	case c == ')' && len(l.open) > 0:
		l.open = l.open[:len(l.open)-1]
	case c == '(' || c == ')':
		return true
	case isSpace(c):
		return len(l.open) == 0
	}
	return false
}

func (l *lexer) put(quoted bool) {
	l.b.WriteByte(l.query[l.pos])
	l.t.at = append(l.t.at, l.pos)
	l.t.quoted = append(l.t.quoted, quoted)
	l.pos++
}

// drop takes a byte that only quotes; in parentheses it stays.
func (l *lexer) drop() {
	if len(l.open) > 0 {
		l.put(true)
	} else {
		l.pos++
	}
}

// quote takes a quoted part; \" and \\ stand for themselves in it.
func (l *lexer) quote() error {
	from := l.pos
	for l.drop(); !l.end(); {
		switch c := l.query[l.pos]; {
		case c == '"':
			l.drop()
			return nil
		case c == '\\' && l.pos+1 < len(l.query) && strings.IndexByte(`"\`, l.query[l.pos+1]) >= 0:
			l.drop()
		}
		l.put(true)
	}
	return l.errAt(from, `close it with "`, "quote without end")
}
