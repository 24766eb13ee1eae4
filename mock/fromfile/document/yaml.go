package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Bounds of a YAML file: what its aliases may grow to, and how much of it is read
// at all, for reading it takes sixty times its size.
const (
	maxNodes = 2_000_000
	MaxYAML  = 16 << 20
)

// fromYAML writes a YAML text as JSON, members in their order, and remembers
// the lines they stood on.
func fromYAML(name string, raw []byte) (*Document, error) {
	if len(raw) > MaxYAML {
		return nil, &Error{Name: name, Text: fmt.Sprintf("is larger than %d MiB, the most that is read of YAML: JSON may have %d", MaxYAML>>20, MaxBytes>>20)}
	}
	if at := deepFlow(raw); at >= 0 {
		return nil, &Error{Name: name, Line: lineOf(raw, at), Text: "is nested deeper than " + strconv.Itoa(MaxDepth)}
	}
	var root yaml.Node
	if err := yaml.Unmarshal(raw, &root); err != nil {
		return nil, YAMLError(name, err)
	}
	if len(root.Content) == 0 {
		return nil, &Error{Name: name, Text: "is empty"}
	}
	w := yamlWriter{name: name}
	if err := w.write(root.Content[0], 0); err != nil {
		return nil, err
	}
	return &Document{Name: name, text: w.out.String(), lines: w.lines}, nil
}

// deepFlow finds brackets that nest too deep anywhere in a YAML text, and lists
// that open each other on one line: the library recurses once for each. A quote
// need not end, so none is looked at.
func deepFlow(raw []byte) int {
	depth, dashes := 0, 0
	for i, c := range raw {
		switch c {
		case '{', '[':
			depth++
		case '}', ']':
			depth = max(0, depth-1)
		case '-':
			dashes++
		case ' ':
		default:
			dashes = 0
		}
		if max(depth, dashes) > 8*MaxDepth {
			return i
		}
	}
	return -1
}

// YAMLError gives an error of the library the form file:line: text.
func YAMLError(name string, err error) error {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	var typed *yaml.TypeError
	if errors.As(err, &typed) && len(typed.Errors) > 0 {
		text = typed.Errors[0]
	}
	if m := regexp.MustCompile(`^line (\d+): `).FindStringSubmatch(text); m != nil {
		number, _ := strconv.Atoi(m[1])
		return &Error{Name: name, Line: number, Text: "is not YAML: " + text[len(m[0]):]}
	}
	return &Error{Name: name, Text: "is not YAML: " + text}
}

type yamlWriter struct {
	name  string
	out   bytes.Buffer
	lines []line
	count int
}

func (w *yamlWriter) fail(n *yaml.Node, text string) error {
	return &Error{Name: w.name, Line: n.Line, Text: text}
}

func (w *yamlWriter) write(n *yaml.Node, depth int) error {
	if w.count++; w.count > maxNodes || w.out.Len() > MaxBytes {
		return w.fail(n, "is too large once its aliases are written out")
	}
	if depth > MaxDepth {
		return w.fail(n, "is nested deeper than "+strconv.Itoa(MaxDepth))
	}
	w.lines = append(w.lines, line{w.out.Len(), n.Line})
	switch n.Kind {
	case yaml.AliasNode:
		return w.write(n.Alias, depth+1)
	case yaml.MappingNode:
		return w.object(n, depth)
	case yaml.SequenceNode:
		return w.list(n, depth)
	}
	return w.scalar(n)
}

func (w *yamlWriter) object(n *yaml.Node, depth int) error {
	w.out.WriteByte('{')
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode {
			return w.fail(key, "a key must be a text")
		}
		if seen[key.Value] {
			return w.fail(key, "the key "+strconv.Quote(key.Value)+" stands here twice")
		}
		seen[key.Value] = true
		if i > 0 {
			w.out.WriteByte(',')
		}
		w.text(key.Value)
		w.out.WriteByte(':')
		if err := w.write(n.Content[i+1], depth+1); err != nil {
			return err
		}
	}
	w.out.WriteByte('}')
	return nil
}

func (w *yamlWriter) list(n *yaml.Node, depth int) error {
	w.out.WriteByte('[')
	for i, item := range n.Content {
		if i > 0 {
			w.out.WriteByte(',')
		}
		if err := w.write(item, depth+1); err != nil {
			return err
		}
	}
	w.out.WriteByte(']')
	return nil
}

func (w *yamlWriter) text(s string) {
	enc := json.NewEncoder(&w.out)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a buffer takes everything
	w.out.Truncate(w.out.Len() - 1)
}

// scalar writes null, a truth value, a number or a text. A moment is a text: JSON
// has none.
func (w *yamlWriter) scalar(n *yaml.Node) error {
	var v any
	switch n.ShortTag() {
	case "!!null", "!!bool":
		if err := n.Decode(&v); err != nil {
			return YAMLError(w.name, err)
		}
	case "!!int", "!!float":
		if json.Valid([]byte(n.Value)) {
			w.out.WriteString(n.Value)
			return nil
		}
		if err := n.Decode(&v); err != nil {
			return YAMLError(w.name, err)
		}
		if f, ok := v.(float64); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
			return w.fail(n, n.Value+" is no number of JSON")
		}
	default:
		w.text(n.Value)
		return nil
	}
	b, err := json.Marshal(v)
	w.out.Write(b)
	return err
}
