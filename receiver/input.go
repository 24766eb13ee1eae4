package receiver

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
	"time"
)

// maxInput bounds a JSON body of the control API.
const maxInput = 4 << 20

// object is a JSON object whose members are all known by name. place says
// where it stands ("reply[1]"; empty at the top) for messages.
type object struct {
	place   string
	members map[string]json.RawMessage
}

// readObject reads the body of r as one strict object.
func readObject(r *http.Request, known ...string) (object, error) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxInput+1))
	if err != nil {
		return object{}, badRequest("", "the body broke off: %v", err)
	}
	if len(raw) > maxInput {
		return object{}, refuse(http.StatusRequestEntityTooLarge, "too_large", "", "the body is larger than %d bytes", maxInput)
	}
	return parseObject(raw, "", known...)
}

// parseObject refuses anything but an object of the known members: a misspelt
// setting that is silently ignored costs an afternoon.
func parseObject(raw []byte, place string, known ...string) (object, error) {
	o := object{place: place}
	if err := json.Unmarshal(raw, &o.members); err != nil {
		return o, malformed(raw, place, err)
	}
	if o.members == nil {
		return o, badRequest("an object with: "+strings.Join(known, ", "), "%s is not an object", o.name(""))
	}
	for name := range o.members {
		if !slices.Contains(known, name) {
			return o, refuse(http.StatusBadRequest, "unknown_field", "known: "+strings.Join(known, ", "), "%s is not a known field", o.name(name))
		}
	}
	return o, nil
}

func malformed(raw []byte, place string, err error) error {
	var syntax *json.SyntaxError
	var shape *json.UnmarshalTypeError
	switch {
	case len(bytes.TrimSpace(raw)) == 0:
		return badRequest("send a JSON object", "the body is empty")
	case errors.As(err, &syntax):
		at := int(syntax.Offset)
		p := refuse(http.StatusBadRequest, "malformed_json", "", "not JSON at byte %d: %v", at, err)
		p.Position = &at
		return p
	case errors.As(err, &shape):
		return badRequest("", "%s is not an object", object{place: place}.name(""))
	}
	return badRequest("", "not JSON: %v", err)
}

// name spells a member for a message.
func (o object) name(member string) string {
	switch {
	case member == "" && o.place == "":
		return "the body"
	case member == "":
		return o.place
	case o.place == "":
		return strconv.Quote(member)
	}
	return fmt.Sprintf("%q", o.place+"."+member)
}

func (o object) has(member string) bool {
	raw, ok := o.members[member]
	return ok && string(raw) != "null"
}

// Place says where in the settings of an inbox an error of SetInbox is: "reply",
// "1", "status". What is said of a member begins with its name (see name).
func Place(err error) []string {
	var p *problem
	if !errors.As(err, &p) {
		return nil
	}
	quoted, _ := strconv.QuotedPrefix(p.Message)
	name, _ := strconv.Unquote(quoted)
	return strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune(".[]", r) })
}

// into decodes one member when it is there; want says what it must be.
func (o object) into(member string, v any, want string) error {
	if !o.has(member) {
		return nil
	}
	if err := json.Unmarshal(o.members[member], v); err != nil {
		return badRequest("", "%s must be %s", o.name(member), want)
	}
	return nil
}

// integer reads a whole number between low and high.
func (o object) integer(member string, v *int, low, high int) error {
	if !o.has(member) {
		return nil
	}
	want := fmt.Sprintf("a whole number from %d to %d", low, high)
	if err := o.into(member, v, want); err != nil {
		return err
	}
	if *v < low || *v > high {
		return badRequest("", "%s must be %s, not %d", o.name(member), want, *v)
	}
	return nil
}

// duration reads "250ms", at most limit.
func (o object) duration(member string, v *time.Duration, limit time.Duration) error {
	var text string
	want := `a duration like "250ms" or "5s"`
	if err := o.into(member, &text, want); err != nil || text == "" {
		return err
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d > limit {
		return badRequest("", "%s must be %s of at most %v, not %q", o.name(member), want, limit, text)
	}
	*v = d
	return nil
}

// first is the first of errs that is one: the reads of an object's members are
// listed, and the first that fails is answered.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// queryNumber reads a number of the query string; ok is false when it is absent.
func queryNumber(q url.Values, name string) (n uint64, ok bool, err error) {
	text := q.Get(name)
	if text == "" {
		return 0, false, nil
	}
	n, err = strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, false, badRequest("", "%s must be a whole number, not %q", name, text)
	}
	return n, true, nil
}

// knownQuery refuses parameters that would have no effect. token is the
// guard's.
func knownQuery(q url.Values, known ...string) error {
	for name := range q {
		if name != "token" && !slices.Contains(known, name) {
			return refuse(http.StatusBadRequest, "unknown_parameter", "known: "+strings.Join(known, ", "), "%q is not a known parameter", name)
		}
	}
	return nil
}
