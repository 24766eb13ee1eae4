package kit

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Error refuses a call before the provider words it: one Go value for every
// dialect, which uses the parts that it has a place for.
type Error struct {
	Status   int
	Code     string      // the provider's own code or type
	Message  string      // what is said
	Detail   string      // the second text, for developers, of dialects that have one
	Field    string      // the place that is wrong: "data[0].url"
	Problems []string    // everything that is wrong, where one answer tells it all
	Header   http.Header // further headers of the answer
}

// Refuse makes an error whose message is formatted.
func Refuse(status int, code, format string, args ...any) *Error {
	return &Error{Status: status, Code: code, Message: fmt.Sprintf(format, args...)}
}

// Error says what was refused, for the journal and for tests.
func (e *Error) Error() string { return strings.TrimPrefix(e.Code+": "+e.Message, ": ") }

// With returns the same error with headers: name, value, name, value. Names are
// sent as they are spelled.
func (e *Error) With(pairs ...string) *Error {
	same := *e
	same.Header = e.Header.Clone()
	if same.Header == nil {
		same.Header = http.Header{}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		same.Header[pairs[i]] = []string{pairs[i+1]}
	}
	return &same
}

// As returns the refusal that an error is, or other when it is none: then
// something of the mock itself failed.
func As(err error, other *Error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return other
}

// NotKept is what is said, with 507, while the journal of the sandbox cannot be
// written: the call was understood, but nothing may come of what is not kept.
const NotKept = "The sandbox cannot keep this call: its journal cannot be written."

// Errors are several refusals of one call.
type Errors []*Error

// Error tells them all.
func (list Errors) Error() string {
	texts := make([]string, len(list))
	for i, e := range list {
		texts[i] = e.Error()
	}
	return strings.Join(texts, "; ")
}

// Header makes a header of name, value, name, value; names are sent as they are
// spelled.
func Header(pairs ...string) http.Header { return (&Error{}).With(pairs...).Header }

// Clip shortens foreign text for a message, to whole characters.
func Clip(s string) string {
	const most = 80
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}
