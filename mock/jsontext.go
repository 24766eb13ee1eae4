package mock

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"
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

// maxDepth is how deep brackets may nest: what reads JSON by path recurses.
const maxDepth = 512

// Sound reports whether foreign bytes are JSON that may be looked into: UTF-8,
// valid, and nested no deeper than 512 levels.
func Sound(b []byte) bool {
	return utf8.Valid(b) && json.Valid(b) && !deeper(b, maxDepth)
}

// deeper reports whether the brackets of valid JSON go deeper than most.
func deeper(raw []byte, most int) bool {
	now, text := 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case text:
		case c == '{' || c == '[':
			if now++; now > most {
				return true
			}
		case c == '}' || c == ']':
			now--
		}
	}
	return false
}
