package api

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Assignment is one change of a payload as people write it: path=value, or
// path:=json where the value is JSON.
type Assignment struct {
	Path  string
	Value string
	JSON  bool
}

// ParseSet reads path=value or path:=json, for `fire --set`, the screen's form and
// replays alike. An = in brackets, or behind a backslash, belongs to the path.
func ParseSet(text string) (a Assignment, err error) {
	var path strings.Builder
	depth, plain := 0, 0 // plain: where the text behind the last backslash pair begins
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text):
			i++
			if text[i] != '=' {
				path.WriteByte(c)
			}
			path.WriteByte(text[i])
			plain = i + 1
			continue
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			depth--
		case c == '=' && depth <= 0:
			a.JSON = i > plain && text[i-1] == ':'
			a.Path, a.Value = path.String(), text[i+1:]
			if a.JSON {
				a.Path = strings.TrimSuffix(a.Path, ":")
			}
			if a.Path == "" {
				return Assignment{}, fmt.Errorf("%s: the path is missing", text)
			}
			return a, nil
		}
		path.WriteByte(text[i])
	}
	return Assignment{}, fmt.Errorf("%s: want PATH=VALUE, or PATH:=JSON", text)
}

// FormatSet writes an assignment so that ParseSet reads the same.
func FormatSet(a Assignment) string {
	var out strings.Builder
	depth := 0
	for i := 0; i < len(a.Path); i++ {
		switch c := a.Path[i]; {
		case c == '\\' && i+1 < len(a.Path):
			out.WriteByte(c)
			i++
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			depth--
		case c == '=' && depth <= 0, c == ':' && i == len(a.Path)-1 && !a.JSON:
			out.WriteByte('\\')
		}
		out.WriteByte(a.Path[i])
	}
	if a.JSON {
		out.WriteByte(':')
	}
	return out.String() + "=" + a.Value
}

// In is the assignment's value as JSON. Where a sample has a number, a truth value,
// an object or a list at the path, the text is read as such; else it is a text. A
// path that the sample does not have is the server's to judge.
func (a Assignment) In(sample json.RawMessage) (json.RawMessage, error) {
	if a.JSON {
		if !json.Valid([]byte(a.Value)) {
			return nil, fmt.Errorf("%q is not JSON", a.Value)
		}
		return json.RawMessage(a.Value), nil
	}
	there, _ := ValueAt(sample, a.Path)
	switch form := jsonForm(there); form {
	case "a number":
		if _, err := strconv.ParseFloat(a.Value, 64); err == nil && json.Valid([]byte(a.Value)) {
			return json.RawMessage(a.Value), nil
		}
		return nil, a.another(form)
	case "true or false":
		if a.Value == "true" || a.Value == "false" {
			return json.RawMessage(a.Value), nil
		}
		return nil, a.another(form)
	case "an object", "a list":
		raw := json.RawMessage(strings.TrimSpace(a.Value))
		switch {
		case !json.Valid(raw):
			return nil, fmt.Errorf("%s stands there: %q is not JSON", form, a.Value)
		case raw[0] != '{' && raw[0] != '[':
			return nil, fmt.Errorf("%s stands there: to send %s all the same, write :=%s", form, a.Value, a.Value)
		}
		return raw, nil
	}
	return Raw(a.Value), nil
}

func (a Assignment) another(form string) error {
	return fmt.Errorf("%s stands there: to send %q all the same, write :=%s", form, a.Value, Raw(a.Value))
}

// jsonForm names what a JSON value is, "" for none or null.
func jsonForm(raw json.RawMessage) string {
	if len(raw) == 0 {
		return ""
	}
	switch raw[0] {
	case '"':
		return "a text"
	case 't', 'f':
		return "true or false"
	case '{':
		return "an object"
	case '[':
		return "a list"
	case 'n':
		return ""
	}
	return "a number"
}
