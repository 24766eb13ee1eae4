package api

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
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
	if err := checkValue(gjson.ParseBytes(raw), reflect.TypeOf(v).Elem(), nil); err != nil {
		return err
	}
	return nil
}

// checkValue looks at the value at a place, which is to become a t.
func checkValue(v gjson.Result, t reflect.Type, at []string) *Error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if v.Type == gjson.Null { // null leaves out, as everywhere
		return nil
	}
	own := t.Kind() != reflect.Interface && reflect.PointerTo(t).Implements(ownReader)
	switch {
	case v.Type == gjson.String && reflect.PointerTo(t).Implements(textToo), own, t.Kind() == reflect.Interface:
		return nil
	case v.IsObject() && t.Kind() == reflect.Struct:
		return checkObject(v, t, at)
	case v.IsObject() && t.Kind() == reflect.Map:
		return checkMembers(v, at, func(string) reflect.Type { return t.Elem() })
	case v.IsArray() && (t.Kind() == reflect.Slice || t.Kind() == reflect.Array):
		return checkList(v, t.Elem(), at)
	}
	return checkPlain(v, t, at)
}

// checkPlain compares a text, a number or a truth value, and refuses what is left.
func checkPlain(v gjson.Result, t reflect.Type, at []string) *Error {
	want := formOf(t)
	switch v.Type {
	case gjson.String:
		if t.Kind() == reflect.String {
			return nil
		}
	case gjson.True, gjson.False:
		if t.Kind() == reflect.Bool {
			return nil
		}
	case gjson.Number:
		if fits(v.Raw, t) {
			return nil
		}
		if want == "a whole number" {
			return wrong(at, "%s where %s is wanted", v.Raw, want)
		}
	}
	return wrong(at, "%s where %s is wanted", formOfValue(v), want)
}

// fits reports whether a number can be kept in a t as it is.
func fits(n string, t reflect.Type) bool {
	var err error
	switch {
	case t.Kind() == reflect.Float64, t.Kind() == reflect.Float32:
		_, err = strconv.ParseFloat(n, t.Bits())
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Int64:
		_, err = strconv.ParseInt(n, 10, t.Bits())
	case t.Kind() >= reflect.Uint && t.Kind() <= reflect.Uint64:
		_, err = strconv.ParseUint(n, 10, t.Bits())
	default:
		return false
	}
	return err == nil
}

func checkObject(v gjson.Result, t reflect.Type, at []string) *Error {
	err := checkMembers(v, at, func(name string) reflect.Type { return memberNamed(t, name) })
	if err != nil && err.Code == CodeUnknownField && len(err.Path) == len(at)+1 {
		err.Hint = Suggest(err.Path[len(at)], membersOf(t))
	}
	return err
}

// checkMembers looks at the members of an object, whose names must differ;
// typeOf returns nil where there is no such member.
func checkMembers(v gjson.Result, at []string, typeOf func(name string) reflect.Type) (err *Error) {
	seen := map[string]bool{}
	v.ForEach(func(key, value gjson.Result) bool {
		name := key.String()
		place := append(slices.Clip(at), name)
		if seen[name] {
			err = member(place, "stands twice")
			return false
		}
		seen[name] = true
		if t := typeOf(name); t != nil {
			err = checkValue(value, t, place)
		} else {
			err = member(place, "is not a known field")
			err.Code = CodeUnknownField
		}
		return err == nil
	})
	return err
}

func checkList(v gjson.Result, t reflect.Type, at []string) (err *Error) {
	i := 0
	v.ForEach(func(_, value gjson.Result) bool {
		err = checkValue(value, t, append(slices.Clip(at), strconv.Itoa(i)))
		i++
		return err == nil
	})
	return err
}

// wrong says what is wrong with the value at a place.
func wrong(at []string, format string, args ...any) *Error {
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

// memberNamed is the type of a member that a struct is read from, nil when it has
// none of that name.
func memberNamed(t reflect.Type, name string) reflect.Type {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous && f.Tag == "" && f.Type.Kind() == reflect.Struct {
			if found := memberNamed(f.Type, name); found != nil {
				return found
			}
		} else if memberOf(f) == name && name != "" {
			return f.Type
		}
	}
	return nil
}

// memberOf is the name of a field in JSON, "" when it is none.
func memberOf(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if !f.IsExported() || name == "-" {
		return ""
	}
	return name
}

// membersOf lists the names of the members in the order of the type.
func membersOf(t reflect.Type) (names []string) {
	for _, f := range reflect.VisibleFields(t) {
		if name := memberOf(f); name != "" {
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

func formOfValue(v gjson.Result) string {
	switch v.Type {
	case gjson.String:
		return "a text"
	case gjson.True, gjson.False:
		return "true or false"
	case gjson.Number:
		return "a number"
	}
	if v.IsArray() {
		return "a list"
	}
	return "an object"
}
