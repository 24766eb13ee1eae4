package print

import (
	"bytes"
	"encoding/json"

	"tacklebox/receiver/api"
)

// Walkable reports whether text is JSON that may be walked by path.
func Walkable(text []byte) bool { return json.Valid(text) && api.Shallow(text) }

func indentJSON(text []byte) (string, error) {
	var b bytes.Buffer
	if !Walkable(text) {
		return string(text), nil
	}
	err := json.Indent(&b, text, "", "  ")
	return b.String(), err
}

// Pretty indents what is JSON and returns the rest as it is.
func Pretty(text []byte) string {
	if !json.Valid(text) {
		return string(text)
	}
	indented, err := indentJSON(text)
	if err != nil {
		return string(text)
	}
	return indented
}
