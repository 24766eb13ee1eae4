package provider

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"tacklebox/receiver/journal"
)

// Encode writes one of our own values as compact JSON: text stays as it is,
// without the escapes that web pages need, and foreign JSON inside keeps its
// spelling. A value that cannot be encoded is a mistake of ours and panics.
func Encode(v any) json.RawMessage {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(fmt.Sprintf("encoding %T: %v", v, err))
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// Sound reports whether foreign bytes are JSON that may be looked into: UTF-8,
// valid, and nested no deeper than 512 levels.
func Sound(b []byte) bool {
	return utf8.Valid(b) && json.Valid(b) && journal.Shallow(b)
}
