package journal

// MaxDepth is how deep brackets may nest in JSON that is looked into: what reads
// it by path recurses.
const MaxDepth = 512

// Shallow reports whether no bracket of valid JSON is nested deeper than 512
// levels.
func Shallow(body []byte) bool {
	depth, text := 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case text:
		case c == '{' || c == '[':
			if depth++; depth > MaxDepth {
				return false
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return true
}
