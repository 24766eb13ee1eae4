package dsco

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// encode renders our own values as compact JSON, with & < > as they are.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(fmt.Sprintf("encoding %T: %v", v, err))
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

const maxDepth = 512 // brackets within brackets; what reads JSON here recurses

// sound reports whether foreign bytes are JSON that can be looked into.
func sound(b []byte) bool {
	return utf8.Valid(b) && json.Valid(b) && depth(b) <= maxDepth
}

// depth counts how deep the brackets of valid JSON go.
func depth(b []byte) (most int) {
	now, text := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case text:
		case c == '{' || c == '[':
			now++
			most = max(most, now)
		case c == '}' || c == ']':
			now--
		}
	}
	return most
}

// plain undoes the escapes that JSON encoders for web pages make of & < >.
func plain(b []byte) []byte {
	if !bytes.Contains(b, []byte(`\u00`)) {
		return b
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' || i+1 >= len(b) {
			out = append(out, b[i])
			continue
		}
		if i+6 <= len(b) {
			if c := webEscapes[string(bytes.ToLower(b[i:i+6]))]; c != 0 {
				out = append(out, c)
				i += 5
				continue
			}
		}
		out = append(out, b[i], b[i+1])
		i++
	}
	return out
}

var webEscapes = map[string]byte{`\u0026`: '&', `\u003c`: '<', `\u003e`: '>'}
