package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tacklebox/receiver/journal"
)

// MaxBody bounds the JSON body of every call.
const MaxBody = 32 << 20

// MaxDepth is how deep brackets may nest in a document that comes from outside:
// what reads it by path recurses.
const MaxDepth = journal.MaxDepth

// Shallow reports whether no bracket of valid JSON is nested deeper than MaxDepth.
func Shallow(raw []byte) bool { return journal.Shallow(raw) }

// ReadJSON reads a request's body strictly into v, a pointer. Unknown and equal
// members, text after the document and values of another type are refused with
// the place.
func ReadJSON(r *http.Request, v any) error {
	raw, err := ReadBody(r)
	if err != nil {
		return err
	}
	return Decode(raw, v)
}

// ReadOptional is ReadJSON for a call that may have no body at all.
func ReadOptional(r *http.Request, v any) error {
	raw, err := ReadBody(r)
	if err != nil || len(bytes.TrimSpace(raw)) == 0 {
		return err
	}
	return Decode(raw, v)
}

// ReadBody reads a body of at most MaxBody bytes.
func ReadBody(r *http.Request) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, MaxBody+1))
	var refused *Error
	if errors.As(err, &refused) {
		return nil, err
	}
	if err != nil {
		return nil, BadRequest("", "the body broke off: %v", err)
	}
	if len(raw) > MaxBody {
		return nil, Failed(http.StatusRequestEntityTooLarge, CodeTooLarge, "", "the body is larger than %d bytes", MaxBody)
	}
	return raw, nil
}

// Decode reads a document as ReadJSON does.
func Decode(raw []byte, v any) error {
	if len(bytes.TrimSpace(raw)) == 0 {
		return Failed(http.StatusBadRequest, CodeBadJSON, "send a JSON document", "the body is empty")
	}
	if err := syntax(raw); err != nil {
		return err
	}
	if string(bytes.TrimSpace(raw)) == "null" {
		return Failed(http.StatusBadRequest, CodeBadJSON, "send a JSON document", "the body is null")
	}
	if !Shallow(raw) {
		return Failed(http.StatusBadRequest, CodeBadJSON, "", "the body nests deeper than %d levels", MaxDepth)
	}
	if err := check(raw, v); err != nil {
		return err
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return badValue(err)
	}
	return nil
}

// syntax says what is wrong with JSON and where.
func syntax(raw []byte) error {
	if !utf8.Valid(raw) {
		return malformed(invalidAt(raw), "the body is not UTF-8")
	}
	if json.Valid(raw) {
		return nil
	}
	var any json.RawMessage
	err := json.Unmarshal(raw, &any)
	var wrong *json.SyntaxError
	if !errors.As(err, &wrong) {
		return err
	}
	if strings.Contains(err.Error(), "after top-level value") {
		return malformed(int(wrong.Offset)-1, "text after the JSON document")
	}
	if wrong.Offset >= int64(len(raw)) {
		return malformed(len(raw), "the body is not JSON: it ends too early")
	}
	return malformed(int(wrong.Offset), "the body is not JSON: "+err.Error())
}

func invalidAt(raw []byte) int {
	at := 0
	for at < len(raw) {
		r, size := utf8.DecodeRune(raw[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	return at
}

func malformed(at int, message string) *Error {
	e := Failed(http.StatusBadRequest, CodeBadJSON, "", "%s at byte %d", message, at)
	e.Position = &at
	return e
}

// badValue words what a type's own reading says of its value.
func badValue(err error) error {
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	return Failed(http.StatusBadRequest, CodeBadJSON, "", "%s", strings.TrimPrefix(err.Error(), "json: "))
}

// KnownQuery refuses query parameters that would have no effect, that stand twice
// or that cannot be read: a mistyped one would otherwise show, or delete, what was
// not meant. token is the guard's.
func KnownQuery(r *http.Request, names ...string) error {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return BadRequest("", "the query cannot be read: %v", err)
	}
	for name, values := range query {
		switch {
		case name == "token":
		case !slices.Contains(names, name):
			return Failed(http.StatusBadRequest, CodeUnknownParameter, Suggest(name, names), "%q is not a known parameter", Clip(name))
		case len(values) > 1:
			return BadRequest("", "%s stands %d times", name, len(values))
		}
	}
	return nil
}

// QueryNumber reads a whole number of the query; ok is false when it is absent.
func QueryNumber(query url.Values, name string) (n uint64, ok bool, err error) {
	text := query.Get(name)
	if text == "" {
		return 0, false, nil
	}
	if n, err = strconv.ParseUint(text, 10, 64); err != nil {
		return 0, false, BadRequest("", "%s must be a whole number, not %q", name, Clip(text))
	}
	return n, true, nil
}

// Clip shortens foreign text for a message.
func Clip(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	end := most
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return fmt.Sprintf("%s…", s[:end])
}
