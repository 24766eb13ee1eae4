package shoptet

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"tacklebox/mock/shoptet/apierror"
)

// filters reads the query parameters that narrow a list; they combine with AND
// (inferred).
type filters struct {
	query url.Values
	bad   []*apiError
}

// filters opens the query of a list call.
func (r *request) filters() *filters { return &filters{query: r.Call.Query()} }

// text reads any text.
func (f *filters) text(name string) string {
	s, _ := param(f.query, name)
	return s
}

// oneOf reads one of the listed words.
func (f *filters) oneOf(name string, words ...string) string {
	s, given := param(f.query, name)
	if given && !slices.Contains(words, s) {
		f.bad = append(f.bad, apierror.ParameterInvalid(name, "It must be one of "+strings.Join(words, ", ")+"."))
	}
	return s
}

// truth reads true or false (documented), 1 or 0 (decision); nil when absent.
func (f *filters) truth(name string) *bool {
	s, given := param(f.query, name)
	if !given {
		return nil
	}
	yes := s == "true" || s == "1"
	if !yes && s != "false" && s != "0" {
		f.bad = append(f.bad, apierror.ParameterInvalid(name, "It must be true or false."))
	}
	return &yes
}

// moment reads a date and time with its offset; zero when absent.
func (f *filters) moment(name string) time.Time {
	s, given := param(f.query, name)
	if !given {
		return time.Time{}
	}
	t, ok := parseMoment(s)
	if !ok {
		f.bad = append(f.bad, apierror.ParameterInvalid(name, "It must be a date and time with an offset, such as 2018-05-28T14:17:00%2B02:00."))
	}
	return t
}

// span is a stretch of time, both ends included (decision); a zero end is open.
type span struct{ from, to time.Time }

// holds compares whole seconds, which is what a caller can see of an instant.
func (s span) holds(t time.Time) bool {
	if s.from.IsZero() && s.to.IsZero() {
		return true
	}
	if t.IsZero() {
		return false
	}
	t = t.Truncate(time.Second)
	return (s.from.IsZero() || !t.Before(s.from)) && (s.to.IsZero() || !t.After(s.to))
}
