package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// orText is a type that a plain text stands for, beside its own form.
type orText interface{ setText(string) }

var (
	ownReader = reflect.TypeFor[json.Unmarshaler]()
	textToo   = reflect.TypeFor[orText]()
)

// check compares a valid document with the type it is to be read into: members
// that the type does not have, equal members, values of another type. It is
// stricter than encoding/json, which takes any case of a name and the last of
// equal ones.
func check(raw []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if err := (&checker{dec}).value(reflect.TypeOf(v).Elem(), nil); err != nil {
		return err
	}
	return nil
}

type checker struct{ dec *json.Decoder }

// value reads the next value of the document, which is to become a t.
func (c *checker) value(t reflect.Type, at []string) *Error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	token, err := c.dec.Token()
	switch {
	case err != nil:
		return c.wrong(at, "cannot be read: %v", err)
	case token == nil: // null leaves out, as everywhere
		return nil
	}
	own := reflect.PointerTo(t).Implements(ownReader)
	_, text := token.(string)
	switch {
	case text && reflect.PointerTo(t).Implements(textToo), own, t.Kind() == reflect.Interface:
		return c.skip(token)
	case token == json.Delim('{') && t.Kind() == reflect.Struct:
		return c.object(t, at)
	case token == json.Delim('{') && t.Kind() == reflect.Map:
		return c.entries(t.Elem(), at)
	case token == json.Delim('[') && (t.Kind() == reflect.Slice || t.Kind() == reflect.Array):
		return c.list(t.Elem(), at)
	}
	return c.plain(token, t, at)
}

// plain compares a text, a number or a truth value, and refuses what is left.
func (c *checker) plain(token json.Token, t reflect.Type, at []string) *Error {
	want := formOf(t)
	switch v := token.(type) {
	case string:
		if t.Kind() == reflect.String {
			return nil
		}
	case bool:
		if t.Kind() == reflect.Bool {
			return nil
		}
	case json.Number:
		if fits(v, t) {
			return nil
		}
		if want == "a whole number" {
			return c.wrong(at, "%s where %s is wanted", v, want)
		}
	}
	return c.wrong(at, "%s where %s is wanted", formOfToken(token), want)
}

// fits reports whether a number can be kept in a t as it is.
func fits(n json.Number, t reflect.Type) bool {
	var err error
	switch {
	case t.Kind() == reflect.Float64, t.Kind() == reflect.Float32:
		_, err = strconv.ParseFloat(n.String(), t.Bits())
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Int64:
		_, err = strconv.ParseInt(n.String(), 10, t.Bits())
	case t.Kind() >= reflect.Uint && t.Kind() <= reflect.Uint64:
		_, err = strconv.ParseUint(n.String(), 10, t.Bits())
	default:
		return false
	}
	return err == nil
}

func (c *checker) object(t reflect.Type, at []string) *Error {
	fields := fieldsOf(t)
	seen := map[string]bool{}
	for c.dec.More() {
		name, err := c.name(at, seen)
		if err != nil {
			return err
		}
		field, known := fields[name]
		if !known {
			names := membersOf(t)
			e := member(append(slices.Clone(at), name), "is not a known field")
			e.Code, e.Hint = CodeUnknownField, Suggest(name, names)
			return e
		}
		if err := c.value(field, append(slices.Clone(at), name)); err != nil {
			return err
		}
	}
	return c.end(at)
}

// entries reads an object whose members may have any name.
func (c *checker) entries(t reflect.Type, at []string) *Error {
	seen := map[string]bool{}
	for c.dec.More() {
		name, err := c.name(at, seen)
		if err != nil {
			return err
		}
		if err := c.value(t, append(slices.Clone(at), name)); err != nil {
			return err
		}
	}
	return c.end(at)
}

func (c *checker) list(t reflect.Type, at []string) *Error {
	for i := 0; c.dec.More(); i++ {
		if err := c.value(t, append(slices.Clone(at), strconv.Itoa(i))); err != nil {
			return err
		}
	}
	return c.end(at)
}

// name reads the name of the next member, which must be new.
func (c *checker) name(at []string, seen map[string]bool) (string, *Error) {
	token, err := c.dec.Token()
	if err != nil {
		return "", c.wrong(at, "cannot be read: %v", err)
	}
	name, _ := token.(string)
	if seen[name] {
		return "", member(append(slices.Clone(at), name), "stands twice")
	}
	seen[name] = true
	return name, nil
}

func (c *checker) end(at []string) *Error {
	if _, err := c.dec.Token(); err != nil {
		return c.wrong(at, "cannot be read: %v", err)
	}
	return nil
}

// skip passes over a value that its type reads itself.
func (c *checker) skip(token json.Token) *Error {
	depth := 0
	for {
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
		var err error
		if token, err = c.dec.Token(); err != nil {
			return c.wrong(nil, "cannot be read: %v", err)
		}
	}
}

// wrong says what is wrong with the value at a place.
func (c *checker) wrong(at []string, format string, args ...any) *Error {
	e := Failed(http.StatusBadRequest, CodeBadJSON, "", format, args...)
	where := "the body"
	if len(at) > 0 {
		where = Clip(spelled(at))
	}
	e.Path, e.Message = at, where+": "+e.Message
	return e
}

// member says what is wrong with a member's being there.
func member(at []string, what string) *Error {
	e := Failed(http.StatusBadRequest, CodeBadJSON, "", "%q %s", Clip(spelled(at)), what)
	e.Path = at
	return e
}

// spelled writes a place: reply[1].status.
func spelled(at []string) string {
	var b strings.Builder
	for i, name := range at {
		if _, err := strconv.Atoi(name); err == nil && i > 0 {
			b.WriteString("[" + name + "]")
			continue
		}
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(name)
	}
	return b.String()
}

// fieldsOf lists the members that a struct is read from, by name.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.IsExported() && name != "" && name != "-" {
			fields[name] = f.Type
		}
	}
	return fields
}

// membersOf lists them in the order of the type.
func membersOf(t reflect.Type) (names []string) {
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.IsExported() && name != "" && name != "-" {
			names = append(names, name)
		}
	}
	return names
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
	}
	return "a whole number"
}

func formOfToken(token json.Token) string {
	switch token.(type) {
	case string:
		return "a text"
	case bool:
		return "true or false"
	case json.Number:
		return "a number"
	}
	if token == json.Delim('[') {
		return "a list"
	}
	return "an object"
}
