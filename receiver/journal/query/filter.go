package query

import (
	"fmt"
	"strings"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/record"
	"time"
	"unicode"
)

// Filter is a parsed query of the filter language. A nil Filter matches every
// entry. A Filter is safe for concurrent use.
//
//	query = terms that all hold · "a OR b" · -term · ( … )
//	term  = key:value · header.NAME=value · body.PATH=value · word
//
// Quotes keep spaces anywhere in a term. The keys are those of Keys. Words are
// found in the request line ("POST /in/a HTTP/1.1"), in header lines ("Name:
// value") and in bodies, of request and response, whatever their case: ASCII
// letters compare without case, others as typed, lowered, raised or titled.
type Filter struct {
	query string
	root  node // nil: matches everything
}

// ParseFilter parses q. now is the clock that since: is measured on, each time
// an entry is matched (nil: the wall clock). An empty q is the filter that
// matches everything. An error is a *SyntaxError that points at the place.
func Parse(q string, now func() time.Time) (*Filter, error) { return new(Budget).Parse(q, now) }

// Parse is Parse for one of several filters, whose regular expressions count
// together.
func (b *Budget) Parse(q string, now func() time.Time) (*Filter, error) {
	if now == nil {
		now = time.Now
	}
	p := parser{query: q, now: now, budget: b}
	root, err := p.parse()
	if err != nil {
		return nil, err
	}
	return &Filter{query: q, root: root}, nil
}

// Match reports whether e satisfies the filter.
func (f *Filter) Match(e *journal.Entry) bool { return f == nil || f.root == nil || f.root.match(e) }

// String returns the query as it was given.
func (f *Filter) String() string {
	if f == nil {
		return ""
	}
	return f.query
}

// NeedsBody reports whether Match looks at bodies.
func (f *Filter) NeedsBody() bool { return f != nil && f.root != nil && f.root.needsBody() }

// Explain says in one short sentence for each top-level term that fails why it
// does ("status is 500, wanted 200"). It is empty when e matches.
func (f *Filter) Explain(e *journal.Entry) []string {
	if f == nil || f.root == nil {
		return nil
	}
	terms := []node{f.root}
	if all, ok := f.root.(allOf); ok {
		terms = all
	}
	var reasons []string
	for _, term := range terms {
		if !term.match(e) {
			reasons = append(reasons, term.why(e))
		}
	}
	return reasons
}

// byIndex judges by what the index knows.
func (f *Filter) ByIndex(seq uint64, m *record.Meta) record.Verdict {
	if f == nil || f.root == nil {
		return record.Yes
	}
	return f.root.byIndex(seq, m)
}

// byBytes reports whether a record may match, judged by its raw bytes.
func (f *Filter) ByBytes(frame []byte) bool {
	if f == nil || f.root == nil {
		return true
	}
	return f.root.byBytes(frame) != record.No
}

// SyntaxError says where a query stops making sense.
type SyntaxError struct {
	Query string
	Pos   int // byte offset into Query
	Msg   string
	Hint  string // what is allowed there, or the nearest known word
}

func (e *SyntaxError) Error() string {
	text := fmt.Sprintf("filter: %s at character %d", e.Msg, e.column()+1)
	if e.Hint != "" {
		text += " (" + e.Hint + ")"
	}
	return text
}

// column is the number of characters before the place.
func (e *SyntaxError) column() int {
	return len([]rune(e.Query[:min(max(e.Pos, 0), len(e.Query))]))
}

// Caret draws the query with a caret below the place, for a terminal: what a
// terminal would act on is drawn as a replacement character.
func (e *SyntaxError) Caret() string {
	return strings.Map(drawable, e.Query) + "\n" + strings.Repeat(" ", e.column()) + "^"
}

// drawable replaces control and format characters (C0, C1, NUL, bidi controls,
// line separators), one for one so that the caret stays under its place.
func drawable(r rune) rune {
	if r != ' ' && !unicode.IsPrint(r) {
		return unicode.ReplacementChar
	}
	return r
}
