package desk

import (
	"bytes"
	"encoding/json"
	"strconv"

	"tacklebox/receiver/api"
)

// Indented lays JSON out for an editor; anything else stays as it is.
func Indented(doc []byte) []byte {
	var b bytes.Buffer
	if !api.Shallow(doc) || json.Indent(&b, doc, "", "  ") != nil {
		return doc
	}
	return append(b.Bytes(), '\n')
}

// AsJSON is JSON as it is, and anything else as a JSON text.
func AsJSON(b []byte) json.RawMessage {
	if json.Valid(b) {
		return b
	}
	return api.Raw(string(b))
}

// PlainText is a value as it is typed behind path=.
func PlainText(v json.RawMessage) string {
	var s string
	if json.Unmarshal(v, &s) == nil {
		return s
	}
	return string(v)
}

// ReadCount reads 3x, and 3 as well.
func ReadCount(value string) (int, error) {
	if n, err := strconv.Atoi(value); err == nil && n > 0 {
		return n, nil
	}
	return api.ParseCount(value)
}

// Decode reads JSON, and passes over members that it does not know.
func Decode(doc []byte, v any) error { return json.Unmarshal(doc, v) }

// accountField asks for an account in every form.
const AccountField = "account"

// helloInbox is where the first event comes back to.
const HelloInbox = "hello"

// CanMoveClock reports a clock that is not the wall's.
func CanMoveClock(m *Model) bool { return m.Status.Clock.Mode != "real" }
