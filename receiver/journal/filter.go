package journal

import "time"

// Filter is a parsed query of the filter language. A nil Filter matches every
// entry.
type Filter struct{ now func() time.Time }

// ParseFilter parses q. now is the clock that since: is measured on (nil: the
// wall clock). An empty q is the filter that matches everything. An error is a
// *SyntaxError that points at the place.
func ParseFilter(q string, now func() time.Time) (*Filter, error) { return &Filter{now: now}, nil }

// SyntaxError says where a query stops making sense.
type SyntaxError struct {
	Query string
	Pos   int // byte offset into Query
	Msg   string
	Hint  string // what is allowed there, or the nearest known word
}

func (e *SyntaxError) Error() string { return e.Msg }

// Match reports whether e satisfies the filter.
func (f *Filter) Match(e *Entry) bool { return true }
