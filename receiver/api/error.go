// Package api is the control API's vocabulary: every type of the wire once, with
// its tags, the error codes, strict reading and answering, and the notations in
// which people write what the wire says (500x2,200 and a.b=1). The server's two
// halves, the client, the commands and the screen all speak it, so that none can
// mean something else than another. CONTRACT sections 3 and 4 describe it.
package api

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"tacklebox/receiver/api/nearest"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/query"
)

// Codes of errors, one for one mistake over the whole API. Those that only one
// call can answer stand at that call.
const (
	CodeBadRequest       = "bad_request"       // 400: a value that makes no sense, whose fault no other code names
	CodeBadJSON          = "bad_json"          // 400: not JSON, or another type than belongs there
	CodeUnknownField     = "unknown_field"     // 400: a member that the call does not know
	CodeUnknownParameter = "unknown_parameter" // 400: a query parameter that the call does not know
	CodeBadFilter        = "bad_filter"        // 400: with the place
	CodeUnauthorized     = "unauthorized"      // 401: the token is missing or another
	CodeNotFound         = "not_found"         // 404: nothing answers at the path
	CodeUnknownProvider  = "unknown_provider"  // 404 in a path, 422 in a body
	CodeUnknownType      = "unknown_type"      // 422
	CodeUnknownPath      = "unknown_path"      // 422: the payload cannot have it
	CodeUnknownSetting   = "unknown_setting"   // 422
	CodeBadSetting       = "bad_setting"       // 422
	CodeUnknownFault     = "unknown_fault"     // 422
	CodeBadURL           = "bad_url"           // 422: no absolute http or https URL
	CodeForbiddenHost    = "forbidden_host"    // 403 for a Host that is not answered to, 422 for an address that is never called
	CodeUnknownEntry     = "unknown_entry"     // 404: never was
	CodeEntryGone        = "entry_gone"        // 410: no longer kept
	CodeUnknownSub       = "unknown_subscription"
	CodeUnknownDelivery  = "unknown_delivery"
	CodeUnknownSpace     = "unknown_space"
	CodeMethodNotAllowed = "method_not_allowed" // 405
	CodeTooLarge         = "too_large"          // 413
	CodeNotMet           = "not_met"            // 417: an expectation
	CodeInternal         = "internal"           // 500
	CodeClosed           = "closed"             // 503: the sandbox is shutting down
)

// Error is a refusal of the control API. On the wire it is
// {"error":{"code","message","hint","position"}}; position is there only when a
// place in the input can be pointed at, in bytes from its start.
type Error struct {
	Status   int      `json:"-"`
	Code     string   `json:"code"` // "" when the answer was not ours
	Message  string   `json:"message"`
	Hint     string   `json:"hint,omitempty"` // what to do, or the nearest valid name
	Position *int     `json:"position,omitempty"`
	Path     []string `json:"-"` // the place in a document: "reply", "1", "status"
}

// ErrorBody is the body of every refusal.
type ErrorBody struct {
	Error *Error `json:"error"`
}

// Error is the sentence, with the hint in brackets.
func (e *Error) Error() string {
	text := e.Message
	if text == "" {
		text = strings.TrimSpace(fmt.Sprintf("the server answered %d %s", e.Status, http.StatusText(e.Status)))
	}
	if e.Hint != "" {
		text += " (" + e.Hint + ")"
	}
	return text
}

// Refuse makes a 422: the request is well formed and cannot be done.
func Refuse(code, hint, format string, args ...any) *Error {
	return Failed(http.StatusUnprocessableEntity, code, hint, format, args...)
}

// Failed makes an Error of any status.
func Failed(status int, code, hint, format string, args ...any) *Error {
	return &Error{Status: status, Code: code, Hint: hint, Message: fmt.Sprintf(format, args...)}
}

// BadRequest makes a 400 of the code bad_request.
func BadRequest(hint, format string, args ...any) *Error {
	return Failed(http.StatusBadRequest, CodeBadRequest, hint, format, args...)
}

// BadMember makes a 400 of the code bad_request for one member of a document; the
// message begins with its name.
func BadMember(member, format string, args ...any) error {
	return At(BadRequest("", member+" "+format, args...), member)
}

// Unknown makes a 422 for a name that is none of the known ones: the hint names
// the nearest and lists all.
func Unknown(code, name string, known []string, format string, args ...any) *Error {
	return Refuse(code, Suggest(name, known), format, args...)
}

// Suggest words a hint: `did you mean "x"? known are x, y`.
func Suggest(name string, known []string) string {
	hint := "there are none here"
	if len(known) > 0 {
		hint = "known are " + strings.Join(known, ", ")
	}
	if near := nearest.Word(name, known); near != "" {
		hint = fmt.Sprintf("did you mean %q? %s", near, hint)
	}
	return hint
}

// Nearest is the known word that a mistyped one most likely meant, "" when none
// is near.
func Nearest(word string, known []string) string { return nearest.Word(word, known) }

// At says where in a document an error is: the given path stands before the one
// it has already. An error that is no *Error keeps its text.
func At(err error, path ...string) error {
	if err == nil {
		return nil
	}
	e := *Of(err)
	e.Path = append(slices.Clone(path), e.Path...)
	return &e
}

// Path is the place of an error in a document, nil when it has none.
func Path(err error) []string {
	var e *Error
	if errors.As(err, &e) {
		return e.Path
	}
	return nil
}

// Of is what an error means to a caller of the API: the one place where errors
// become statuses. What wraps an *Error stands before its message.
func Of(err error) *Error {
	var e *Error
	var syntax *query.SyntaxError
	switch {
	case errors.As(err, &e):
		return e.within(err)
	case errors.As(err, &syntax):
		return badFilter(syntax)
	case errors.Is(err, journal.ErrUnknown):
		return Failed(http.StatusNotFound, CodeUnknownEntry, "", "%v", err)
	case errors.Is(err, journal.ErrTrimmed):
		return Failed(http.StatusGone, CodeEntryGone, "", "%v", err)
	case errors.Is(err, journal.ErrUnavailable):
		return Failed(http.StatusServiceUnavailable, "not_ready", "ask again when GET /_/readyz answers 200", "%v", err)
	case errors.Is(err, journal.ErrNotKept):
		return Failed(http.StatusInsufficientStorage, "not_kept", "make room on the disk that holds --data; deleting entries and reset work meanwhile", "%v", err)
	case errors.Is(err, journal.ErrClosed):
		return Failed(http.StatusServiceUnavailable, CodeClosed, "the sandbox is shutting down", "%v", err)
	}
	return Failed(http.StatusInternalServerError, CodeInternal, "", "%v", err)
}

// within puts what an error was wrapped in before its message: "account bob: …".
func (e *Error) within(whole error) *Error {
	before, wrapped := strings.CutSuffix(whole.Error(), e.Error())
	if !wrapped || before == "" {
		return e
	}
	out := *e
	out.Message = before + e.Message
	return &out
}

// badFilter draws the query with a caret under the place where it stops making
// sense, as the filter language promises (CONTRACT section 5).
func badFilter(s *query.SyntaxError) *Error {
	e := Failed(http.StatusBadRequest, CodeBadFilter, "", "filter: %s", s.Msg)
	pos := min(max(s.Pos, 0), len(s.Query))
	e.Position = &pos
	shown := strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' ' // the caret must stay under its place
		}
		return r
	}, s.Query)
	e.Hint = shown + "\n" + strings.Repeat(" ", len([]rune(s.Query[:pos]))) + "^"
	if s.Hint != "" {
		e.Hint += " " + s.Hint
	}
	return e
}
