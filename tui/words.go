package tui

import (
	"bytes"
	"encoding/json"
	"strconv"

	"tacklebox/receiver/api"
)

// indented lays JSON out for an editor; anything else stays as it is.
func indented(doc []byte) []byte {
	var b bytes.Buffer
	if !api.Shallow(doc) || json.Indent(&b, doc, "", "  ") != nil {
		return doc
	}
	return append(b.Bytes(), '\n')
}

// asJSON is JSON as it is, and anything else as a JSON text.
func asJSON(b []byte) json.RawMessage {
	if json.Valid(b) {
		return b
	}
	return api.Raw(string(b))
}

// plainText is a value as it is typed behind path=.
func plainText(v json.RawMessage) string {
	var s string
	if json.Unmarshal(v, &s) == nil {
		return s
	}
	return string(v)
}

// readCount reads 3x, and 3 as well.
func readCount(value string) (int, error) {
	if n, err := strconv.Atoi(value); err == nil && n > 0 {
		return n, nil
	}
	return api.ParseCount(value)
}

func decode(doc []byte, v any) error { return json.Unmarshal(doc, v) }

// accountField asks for an account in every form.
const accountField = "account"

// helloInbox is where the first event comes back to.
const helloInbox = "hello"

// canMoveClock reports a clock that is not the wall's.
func canMoveClock(m *model) bool { return m.status.clock.Mode != "real" }
