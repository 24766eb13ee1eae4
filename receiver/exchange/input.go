package exchange

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"tacklebox/receiver/api"
)

// object is a JSON object whose members are all known by name. place says
// where it stands ("reply[1]"; empty at the top) for messages.
type object struct {
	place   string
	members map[string]json.RawMessage
}

// parseObject refuses anything but an object of the known members: a misspelt
// setting that is silently ignored costs an afternoon.
func parseObject(raw []byte, place string, known ...string) (object, error) {
	o := object{place: place}
	if err := json.Unmarshal(raw, &o.members); err != nil {
		return o, malformed(raw, place, err)
	}
	if o.members == nil {
		return o, api.BadRequest("an object with: "+strings.Join(known, ", "), "%s is not an object", o.name(""))
	}
	for name := range o.members {
		if !slices.Contains(known, name) {
			return o, api.Failed(http.StatusBadRequest, "unknown_field", "known: "+strings.Join(known, ", "), "%s is not a known field", o.name(name))
		}
	}
	return o, nil
}

func malformed(raw []byte, place string, err error) error {
	var syntax *json.SyntaxError
	var shape *json.UnmarshalTypeError
	switch {
	case len(bytes.TrimSpace(raw)) == 0:
		return api.BadRequest("send a JSON object", "the body is empty")
	case errors.As(err, &syntax):
		at := int(syntax.Offset)
		p := api.Failed(http.StatusBadRequest, api.CodeBadJSON, "", "not JSON at byte %d: %v", at, err)
		p.Position = &at
		return p
	case errors.As(err, &shape):
		return api.BadRequest("", "%s is not an object", object{place: place}.name(""))
	}
	return api.BadRequest("", "not JSON: %v", err)
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

// into decodes one member when it is there; want says what it must be.
func (o object) into(member string, v any, want string) error {
	if !o.has(member) {
		return nil
	}
	if err := json.Unmarshal(o.members[member], v); err != nil {
		return api.BadRequest("", "%s must be %s", o.name(member), want)
	}
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
