package prioticket

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"tacklebox/mock/provider"
)

// object is a JSON object of a request. Member names are case-sensitive
// (documented 3.5) and null is an absent member: optional parameters are nullable
// (documented 3.5).
type object map[string]json.RawMessage

func (o object) has(name string) bool { return len(o[name]) > 0 && string(o[name]) != "null" }

// input reads a request and collects what is wrong with it: all problems are
// reported together, each beginning with the place (plural documented 3.5,
// wording decision).
type input struct{ problems []string }

func (in *input) wrong(path, format string, args ...any) {
	in.problems = append(in.problems, path+": "+fmt.Sprintf(format, args...))
}

// envelope reads {"api_version","data":{"kind":kind, kind:{…}}} and returns the
// inner object; nil when there is none to look at.
func (in *input) envelope(c *provider.Call, kind string) object {
	var body object
	switch {
	case c.TooLarge:
		in.wrong("body", "larger than 1 MiB")
	case c.BodyErr != nil:
		in.wrong("body", "could not be read to its end")
	case len(c.Body) == 0:
		in.wrong("body", "missing")
	case !utf8.Valid(c.Body) || json.Unmarshal(c.Body, &body) != nil || body == nil:
		in.wrong("body", "not a JSON object")
	}
	if body == nil {
		return nil
	}
	in.text(body, "", "api_version") // read-only: any text will do (inferred)
	data := in.object(body, "", "data")
	if data == nil {
		return nil
	}
	if got, ok := in.text(data, "data.", "kind"); ok && got != kind {
		in.wrong("data.kind", "wants %q", kind)
	} else if !data.has("kind") {
		in.wrong("data.kind", "required")
	}
	return in.object(data, "data.", kind)
}

// object reads a required object.
func (in *input) object(of object, at, name string) object {
	if !of.has(name) {
		in.wrong(at+name, "required")
		return nil
	}
	var o object
	if json.Unmarshal(of[name], &o) != nil || o == nil {
		in.wrong(at+name, "wants an object")
		return nil
	}
	return o
}

// text reads an optional text.
func (in *input) text(of object, at, name string) (s string, ok bool) {
	if !of.has(name) {
		return "", false
	}
	if json.Unmarshal(of[name], &s) != nil {
		in.wrong(at+name, "wants a string")
		return "", false
	}
	return s, true
}
