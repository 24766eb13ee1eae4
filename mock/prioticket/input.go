package prioticket

import (
	"fmt"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

// input reads a request and collects what is wrong with it. Member names are
// case-sensitive and null is an absent member (documented 3.5). All problems are
// reported together, each beginning with the place (plural documented 3.5,
// wording decision).
type input struct{ problems []string }

// wrong notes a problem at a place of the request.
func (in *input) wrong(path, format string, args ...any) {
	in.problems = append(in.problems, path+": "+fmt.Sprintf(format, args...))
}

// envelope reads {"api_version","data":{"kind":kind, kind:{…}}} and returns the
// inner object; nil when there is none to look at.
func (in *input) envelope(c *provider.Call, kind string) *kit.Fields {
	var body kit.Fields
	ok := false
	switch {
	case c.TooLarge:
		in.wrong("body", "larger than 1 MiB")
	case c.BodyErr != nil:
		in.wrong("body", "could not be read to its end")
	case len(c.Body) == 0:
		in.wrong("body", "missing")
	default:
		if body, ok = kit.ReadFields(c.Body); !ok {
			in.wrong("body", "not a JSON object")
		}
	}
	if !ok {
		return nil
	}
	in.text(&body, "", "api_version") // read-only: any text will do (inferred)
	data := in.object(&body, "", "data")
	if data == nil {
		return nil
	}
	if got, ok := in.text(data, "data.", "kind"); ok && got != kind {
		in.wrong("data.kind", "wants %q", kind)
	} else if !data.Given("kind") {
		in.wrong("data.kind", "required")
	}
	return in.object(data, "data.", kind)
}

// object reads a required object.
func (in *input) object(of *kit.Fields, at, name string) *kit.Fields {
	if !of.Given(name) {
		in.wrong(at+name, "required")
		return nil
	}
	o, ok := kit.ReadFields(of.Raw(name))
	if !ok {
		in.wrong(at+name, "wants an object")
		return nil
	}
	return &o
}

// text reads an optional text.
func (in *input) text(of *kit.Fields, at, name string) (s string, ok bool) {
	if !of.Given(name) {
		return "", false
	}
	if s, ok = kit.Text(of.Raw(name)); !ok {
		in.wrong(at+name, "wants a string")
	}
	return s, ok
}
