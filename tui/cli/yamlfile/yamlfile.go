// Package yamlfile reads the YAML that people write for us, strictly: a key that
// means nothing, a value of another form and a key that stands twice are refused
// with file and line. Configuration, scenarios and providers from files use it.
package yamlfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"tacklebox/tui/cli/exit"
)

// Document parses one YAML document and returns its top mapping, nil when the
// file is empty.
func Document(name string, text []byte) (*yaml.Node, error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var doc, more yaml.Node
	if err := decoder.Decode(&doc); err != nil {
		if len(bytes.TrimSpace(text)) == 0 || err.Error() == "EOF" {
			return nil, nil
		}
		return nil, exit.Usagef("%s", yamlProblem(name, err))
	}
	if decoder.Decode(&more) == nil {
		return nil, exit.Usagef("%s:%d: a second document: one is allowed", name, more.Line)
	}
	root := doc.Content[0]
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" {
		return nil, nil
	}
	if root.Kind != yaml.MappingNode {
		return nil, exit.Usagef("%s:%d: want keys and values", name, root.Line)
	}
	return root, nil
}

// yamlProblem names the file and the line as everywhere: FILE:LINE: what. The
// parser says no line where it means the first.
func yamlProblem(name string, err error) string {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, ok := strings.CutPrefix(text, "line "); ok {
		if line, what, ok := strings.Cut(rest, ": "); ok {
			return name + ":" + line + ": " + what
		}
	}
	if strings.HasPrefix(text, "unknown anchor") {
		return name + ": " + text
	}
	return name + ":1: " + text
}

// EachKey calls f for each pair of a mapping whose key is allowed; another key,
// or one that stands twice, is an error that names the place.
func EachKey(name string, mapping *yaml.Node, allowed []string, f func(string, *yaml.Node) error) error {
	if mapping.Kind != yaml.MappingNode {
		return exit.Usagef("%s:%d: want keys and values: %s", name, mapping.Line, strings.Join(allowed, ", "))
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		key := mapping.Content[i]
		if !slices.Contains(allowed, key.Value) {
			return exit.Usagef("%s:%d: unknown key %q%s; allowed: %s", name, key.Line, key.Value, exit.DidYouMean(key.Value, allowed), strings.Join(allowed, ", "))
		}
		if seen[key.Value] {
			return exit.Usagef("%s:%d: %s stands twice", name, key.Line, key.Value)
		}
		seen[key.Value] = true
		if err := f(key.Value, mapping.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

// Into converts a YAML value to JSON and decodes that, strictly, so that both
// notations of the same settings mean the same.
func Into(name string, value *yaml.Node, out any) error {
	plain, err := plainValue(value, 0)
	if err != nil {
		return exit.Usagef("%s:%w", name, err)
	}
	text, err := json.Marshal(plain)
	if err != nil {
		return exit.Usagef("%s:%d: %w", name, value.Line, err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(out); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			return wrongForm(name, value, wrong)
		}
		return exit.Usagef("%s:%d: %s", name, value.Line, strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}

// wrongForm names the key whose value has another form than is wanted, and its
// line as far as the path to it leads.
func wrongForm(name string, value *yaml.Node, wrong *json.UnmarshalTypeError) error {
	at, field := value, ""
	if wrong.Field != "" {
		field = wrong.Field + ": "
	}
	for key := range strings.SplitSeq(wrong.Field, ".") {
		for i := 0; at.Kind == yaml.MappingNode && i+1 < len(at.Content); i += 2 {
			if at.Content[i].Value == key {
				at = at.Content[i+1]
				break
			}
		}
	}
	return exit.Usagef("%s:%d: %swant %s, not %s", name, at.Line, field, formOf(wrong.Type), wrong.Value)
}

// formOf is what a Go type is written as in YAML.
func formOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Map, reflect.Struct:
		return "keys and values"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Pointer:
		return formOf(t.Elem())
	}
	return "a whole number"
}

// maxYAMLDepth is far beyond what a person writes; deeper input is an attack or
// an accident.
const maxYAMLDepth = 64

// plainValue turns a node into what encoding/json writes. A time stays the text
// that was written, since JSON has no times.
func plainValue(n *yaml.Node, depth int) (any, error) {
	if depth > maxYAMLDepth {
		return nil, fmt.Errorf("%d: nested too deep", n.Line)
	}
	switch n.Kind {
	case yaml.SequenceNode:
		return plainList(n, depth)
	case yaml.MappingNode:
		return plainMap(n, depth)
	case yaml.AliasNode:
		return nil, fmt.Errorf("%d: aliases are not supported: write the value out", n.Line)
	}
	if n.Tag == "!!timestamp" || n.Tag == "!!binary" {
		return n.Value, nil
	}
	var v any
	if err := n.Decode(&v); err != nil {
		return nil, fmt.Errorf("%d: %w", n.Line, err)
	}
	return v, nil
}

func plainList(n *yaml.Node, depth int) (any, error) {
	list := make([]any, 0, len(n.Content))
	for _, c := range n.Content {
		v, err := plainValue(c, depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

func plainMap(n *yaml.Node, depth int) (any, error) {
	m := map[string]any{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode || key.Tag == "!!merge" {
			return nil, fmt.Errorf("%d: want a plain key", key.Line)
		}
		if _, twice := m[key.Value]; twice {
			return nil, fmt.Errorf("%d: %s stands twice", key.Line, key.Value)
		}
		v, err := plainValue(n.Content[i+1], depth+1)
		if err != nil {
			return nil, err
		}
		m[key.Value] = v
	}
	return m, nil
}
