package dsco

import (
	"bytes"
)

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
