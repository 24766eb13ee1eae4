package kit

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Fields are the members of a JSON object, in order of their first appearance;
// of two with one name the last counts, as real readers have it.
type Fields struct {
	Names  []string
	values map[string]json.RawMessage
}

// ReadFields reads one JSON object and nothing behind it; false for every other
// text and for what is not UTF-8.
func ReadFields(raw []byte) (f Fields, ok bool) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || raw[0] != '{' || !utf8.Valid(raw) || !json.Valid(raw) {
		return Fields{}, false
	}
	f.values = map[string]json.RawMessage{}
	dec := json.NewDecoder(bytes.NewReader(raw))
	_, _ = dec.Token() // the bracket; the text is valid
	for dec.More() {
		key, _ := dec.Token()
		name, _ := key.(string)
		var value json.RawMessage
		if dec.Decode(&value) != nil {
			return Fields{}, false
		}
		if _, twice := f.values[name]; !twice {
			f.Names = append(f.Names, name)
		}
		f.values[name] = value
	}
	return f, true
}

// Raw returns a member's JSON text, nil when there is none.
func (f Fields) Raw(name string) json.RawMessage { return f.values[name] }

// Given reports that a member is there and not null.
func (f Fields) Given(name string) bool {
	raw := f.values[name]
	return len(raw) > 0 && string(raw) != "null"
}

// Unknown returns the first member that is none of the known ones; null members
// count as absent.
func (f Fields) Unknown(known ...string) (name string, found bool) {
	i := slices.IndexFunc(f.Names, func(n string) bool { return f.Given(n) && !slices.Contains(known, n) })
	if i < 0 {
		return "", false
	}
	return f.Names[i], true
}

// Text reads a JSON string.
func Text(raw json.RawMessage) (s string, ok bool) {
	return s, len(raw) > 0 && raw[0] == '"' && json.Unmarshal(raw, &s) == nil
}

// Whole reads a JSON number without fraction or exponent.
func Whole(raw json.RawMessage) (n int64, ok bool) {
	n, err := strconv.ParseInt(string(raw), 10, 64)
	return n, err == nil && raw[0] != '+'
}

// Truth reads a JSON boolean.
func Truth(raw json.RawMessage) (yes, ok bool) {
	return string(raw) == "true", string(raw) == "true" || string(raw) == "false"
}

// Items reads a JSON array.
func Items(raw json.RawMessage) (list []json.RawMessage, ok bool) {
	return list, json.Unmarshal(raw, &list) == nil && list != nil
}

// Texts reads a JSON array of strings.
func Texts(raw json.RawMessage) ([]string, bool) {
	items, ok := Items(raw)
	if !ok {
		return nil, false
	}
	list := make([]string, len(items))
	for i, item := range items {
		if list[i], ok = Text(item); !ok {
			return nil, false
		}
	}
	return list, true
}
