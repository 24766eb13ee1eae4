package receiver

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/query"
)

// problem is a refusal of the control API. On the wire it is
// {"error":{"code","message","hint","position"}}; position is there only when
// a place in the input can be pointed at, in bytes from its start.
type problem struct {
	status   int
	Code     string `json:"code"`
	Message  string `json:"message"`
	Hint     string `json:"hint,omitempty"`
	Position *int   `json:"position,omitempty"`
}

func (p *problem) Error() string {
	if p.Hint == "" {
		return p.Message
	}
	return p.Message + " (" + p.Hint + ")"
}

func refuse(status int, code, hint, format string, args ...any) *problem {
	return &problem{status: status, Code: code, Hint: hint, Message: fmt.Sprintf(format, args...)}
}

func badRequest(hint, format string, args ...any) *problem {
	return refuse(http.StatusBadRequest, "bad_request", hint, format, args...)
}

// apiFunc serves one call of the control API. An error it returns is answered
// by problemOf, the one place where errors become statuses.
type apiFunc func(w http.ResponseWriter, r *http.Request) error

func (serve apiFunc) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := serve(w, r); err != nil {
		writeProblem(w, problemOf(err))
	}
}

func problemOf(err error) *problem {
	var p *problem
	var syntax *query.SyntaxError
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &syntax):
		return badFilter(syntax)
	case errors.Is(err, journal.ErrUnknown):
		return refuse(http.StatusNotFound, "unknown_entry", "", "%v", err)
	case errors.Is(err, journal.ErrTrimmed):
		return refuse(http.StatusGone, "entry_gone", "", "%v", err)
	case errors.Is(err, journal.ErrClosed):
		return refuse(http.StatusServiceUnavailable, "closed", "the sandbox is shutting down", "%v", err)
	}
	return refuse(http.StatusInternalServerError, "internal", "", "%v", err)
}

// badFilter draws the query with a caret under the place where it stops making
// sense, as the filter language promises (section 5 of the contract).
func badFilter(e *query.SyntaxError) *problem {
	p := refuse(http.StatusBadRequest, "bad_filter", "", "filter: %s", e.Msg)
	pos := min(max(e.Pos, 0), len(e.Query))
	p.Position = &pos
	shown := strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' ' // the caret must stay under its place
		}
		return r
	}, e.Query)
	p.Hint = shown + "\n" + strings.Repeat(" ", len([]rune(e.Query[:pos]))) + "^"
	if e.Hint != "" {
		p.Hint += " " + e.Hint
	}
	return p
}

func writeProblem(w http.ResponseWriter, p *problem) {
	writeJSON(w, p.status, map[string]*problem{"error": p})
}

// writeJSON answers with v. A write that fails means that the asker is gone.
func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(`{"error":{"code":"internal","message":"the answer cannot be written as JSON"}}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n'))
}

// byMethod serves a path of ours; another method is refused in our own words,
// which the mux alone would not do.
func byMethod(methods map[string]apiFunc) http.Handler {
	allow := strings.Join(slices.Sorted(maps.Keys(methods)), ", ")
	return apiFunc(func(w http.ResponseWriter, r *http.Request) error {
		method := r.Method
		if method == http.MethodHead {
			method = http.MethodGet
		}
		if serve := methods[method]; serve != nil {
			return serve(w, r)
		}
		w.Header().Set("Allow", allow)
		return refuse(http.StatusMethodNotAllowed, "method_not_allowed", "allowed: "+allow, "%s is not allowed here", r.Method)
	})
}
