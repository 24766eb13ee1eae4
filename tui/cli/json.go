package cli

import (
	"bytes"
	"encoding/json"

	"tacklebox/receiver/api"
)

// boundedJSON reports whether text is JSON that may be walked by path.
func boundedJSON(text []byte) bool { return json.Valid(text) && api.Shallow(text) }

func indentJSON(text []byte) (string, error) {
	var b bytes.Buffer
	if !boundedJSON(text) {
		return string(text), nil
	}
	err := json.Indent(&b, text, "", "  ")
	return b.String(), err
}
