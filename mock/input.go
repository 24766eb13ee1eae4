package mock

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
)

const maxControlBody = 32 << 20

// readBody decodes a request's body strictly: unknown members, trailing text and
// wrong types are refused with the place.
func readBody(r *http.Request, v any) error {
	b, err := io.ReadAll(io.LimitReader(r.Body, maxControlBody+1))
	if err != nil {
		return &Problem{Status: 400, Code: "bad_request", Message: "reading the body: " + err.Error()}
	}
	if len(b) > maxControlBody {
		return &Problem{Status: 413, Code: "too_large", Message: fmt.Sprintf("the body is larger than %d bytes", maxControlBody)}
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return badJSON(err, v)
	}
	if _, err := dec.Token(); err != io.EOF {
		return &Problem{Status: 400, Code: "bad_json", Message: fmt.Sprintf("text after the JSON document at byte %d", dec.InputOffset())}
	}
	return nil
}

// badJSON words what encoding/json says of a document that was read into v, in
// words of JSON and not of Go.
func badJSON(err error, v any) error {
	var known *Problem
	var syntax *json.SyntaxError
	var wrong *json.UnmarshalTypeError
	p := &Problem{Status: 400, Code: "bad_json"}
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &syntax):
		p.Message = fmt.Sprintf("the body is not JSON: %v at byte %d", err, syntax.Offset)
	case errors.As(err, &wrong):
		p.Message = wrongForm(wrong)
	case errors.Is(err, io.ErrUnexpectedEOF):
		p.Message = "the body is not JSON: it ends too early"
	case errors.Is(err, io.EOF):
		p.Message = "the body is empty; send a JSON object"
	default:
		p.Message = strings.TrimPrefix(err.Error(), "json: ")
		if names := members(v); len(names) > 0 {
			p.Hint = "known are " + strings.Join(names, ", ")
		}
	}
	return p
}

func wrongForm(wrong *json.UnmarshalTypeError) string {
	name, _, _ := strings.Cut(wrong.Value, " ")
	field := wrong.Field
	if field == "" {
		field = "the body"
	}
	return fmt.Sprintf("%s: %s where %s is wanted", field, map[string]string{"string": "a text", "number": "a number", "bool": "true or false",
		"array": "a list", "object": "an object"}[name], formOf(wrong.Type))
}

// formOf is what a Go type is written as in JSON.
func formOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Map, reflect.Struct:
		return "an object"
	case reflect.Pointer:
		return formOf(t.Elem())
	}
	return "a whole number"
}

// members lists the names that a document read into v may have at its top.
func members(v any) (names []string) {
	t := reflect.TypeOf(v).Elem()
	if t.Kind() != reflect.Struct {
		return nil
	}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.IsExported() && name != "" && name != "-" {
			names = append(names, name)
		}
	}
	return names
}

// parameters are the query parameters that the calls of the events half know.
func parameters(path string) []string {
	switch {
	case strings.HasSuffix(path, "/settings"), strings.HasPrefix(path, "/_/subscriptions/"):
		return []string{"account"}
	case path == "/_/subscriptions", path == "/_/secrets":
		return []string{"provider", "account"}
	}
	return nil
}

// knownQuery refuses a parameter that would have no effect: a mistyped account
// would otherwise show, or change, what is common to all. token is the guard's.
func knownQuery(r *http.Request) error {
	known := parameters(r.URL.Path)
	for _, name := range sortedKeys(r.URL.Query()) {
		if name == "token" || slices.Contains(known, name) {
			continue
		}
		hint := "there are none here"
		if len(known) > 0 {
			hint = "known are " + strings.Join(known, ", ")
		}
		return &Problem{Status: 400, Code: "unknown_parameter", Message: fmt.Sprintf("%q is not a known parameter", clip(name)), Hint: hint}
	}
	return nil
}
