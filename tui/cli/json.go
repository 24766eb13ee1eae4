package cli

import (
	"bytes"
	"encoding/json"
)

// maxDepth is the deepest nesting that is looked into: gjson recurses without a
// bound of its own.
const maxDepth = 512

// boundedJSON reports whether text is JSON that gjson may walk.
func boundedJSON(text []byte) bool {
	depth, deepest, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
			deepest = max(deepest, depth)
		case c == '}' || c == ']':
			depth--
		}
	}
	return deepest <= maxDepth && json.Valid(text)
}

func indentJSON(text []byte) (string, error) {
	var b bytes.Buffer
	if !boundedJSON(text) {
		return string(text), nil
	}
	err := json.Indent(&b, text, "", "  ")
	return b.String(), err
}
