package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// edits to a payload, as the command line spells them.
type edit struct {
	set   []string // path=value, path:=json
	unset []string
}

// values turns --set into typed values: the sample says whether 5 is a number
// or a text.
func (e edit) values(sample []byte) (map[string]any, error) {
	if len(e.set) == 0 {
		return nil, nil
	}
	out := map[string]any{}
	for _, s := range e.set {
		path, value, raw, err := assignment(s)
		if err != nil {
			return nil, err
		}
		if out[path], err = typed(sample, path, value, raw); err != nil {
			return nil, usagef("--set %s: %w", s, err)
		}
	}
	return out, nil
}

// assignment splits path=value, or path:=json. An = inside a query like
// items.#(id=5).name belongs to the path.
func assignment(s string) (path, value string, raw bool, err error) {
	depth := 0
	for i, r := range s {
		switch r {
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		case '=':
			if depth > 0 {
				continue
			}
			path = strings.TrimSuffix(s[:i], ":")
			if path == "" {
				return "", "", false, usagef("--set %s: the path is missing", s)
			}
			return path, s[i+1:], path != s[:i], nil
		}
	}
	return "", "", false, usagef("--set %s: want PATH=VALUE, or PATH:=JSON", s)
}

// typed reads value as the JSON type that the sample has at path. A path that
// the sample does not have is the server's to judge, with its own list of paths.
func typed(sample []byte, path, value string, raw bool) (any, error) {
	if raw {
		if !json.Valid([]byte(value)) {
			return nil, fmt.Errorf("%q is not JSON", value)
		}
		return json.RawMessage(value), nil
	}
	if !boundedJSON(sample) {
		return value, nil
	}
	at := gjson.GetBytes(sample, path)
	switch {
	case at.Type == gjson.Number:
		return number(value)
	case at.IsBool():
		return boolean(value)
	case at.IsObject() || at.IsArray():
		if !json.Valid([]byte(value)) {
			return nil, fmt.Errorf("an object or a list stands there: %q is not JSON", value)
		}
		return json.RawMessage(value), nil
	}
	return value, nil
}

func number(value string) (any, error) {
	if _, err := strconv.ParseFloat(value, 64); err != nil || !json.Valid([]byte(value)) {
		return nil, fmt.Errorf("a number stands there: to send %q all the same, write :=%s", value, quoteJSON(value))
	}
	return json.Number(value), nil
}

func boolean(value string) (any, error) {
	if value != "true" && value != "false" {
		return nil, fmt.Errorf("true or false stands there: to send %q all the same, write :=%s", value, quoteJSON(value))
	}
	return value == "true", nil
}

func quoteJSON(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(text)
}

// facts reads --context: a value that is JSON is taken as such.
func facts(pairs []string) (map[string]any, error) {
	if len(pairs) == 0 {
		return nil, nil
	}
	out := map[string]any{}
	for _, s := range pairs {
		key, value, ok := strings.Cut(s, "=")
		if !ok || key == "" {
			return nil, usagef("--context %s: want KEY=VALUE", s)
		}
		if json.Valid([]byte(value)) {
			out[key] = json.RawMessage(value)
		} else {
			out[key] = value
		}
	}
	return out, nil
}

// document reads JSON that the command line gives as @file, as - for standard
// input, or as it is.
func (a *App) document(flag, value string) (json.RawMessage, error) {
	if value == "" {
		return nil, nil
	}
	text, err := a.read(value)
	if err != nil {
		return nil, usagef("--%s: %w", flag, err)
	}
	if !json.Valid(text) {
		return nil, usagef("--%s %s: not JSON%s", flag, value, placeOf(text))
	}
	return text, nil
}

// payload reads --body. Text that is not JSON is sent byte for byte, which the
// control API takes as a JSON string; text that sets out to be JSON and is not
// is a mistake.
func (a *App) payload(value string) (json.RawMessage, error) {
	if value == "" {
		return nil, nil
	}
	text, err := a.read(value)
	if err != nil {
		return nil, usagef("--body: %w", err)
	}
	if json.Valid(text) {
		return text, nil
	}
	if start := bytes.TrimSpace(text); len(start) > 0 && (start[0] == '{' || start[0] == '[') {
		return nil, usagef("--body %s: not JSON%s", value, placeOf(text))
	}
	return json.RawMessage(quoteJSON(string(text))), nil
}

// quoted makes JSON of words that may be JSON already.
func quoted(words []string) (out []json.RawMessage) {
	for _, w := range words {
		if json.Valid([]byte(w)) {
			out = append(out, json.RawMessage(w))
		} else {
			out = append(out, json.RawMessage(quoteJSON(w)))
		}
	}
	return out
}

// maxInput bounds what a command reads from a file or standard input.
const maxInput = 64 << 20

func (a *App) read(value string) ([]byte, error) {
	var from io.Reader
	switch {
	case value == "-":
		from = a.Stdin
	case strings.HasPrefix(value, "@"):
		f, err := os.Open(value[1:])
		if err != nil {
			return nil, err
		}
		defer f.Close()
		from = f
	default:
		return []byte(value), nil
	}
	text, err := io.ReadAll(io.LimitReader(from, maxInput+1))
	if err == nil && len(text) > maxInput {
		err = fmt.Errorf("larger than %d MiB", maxInput>>20)
	}
	return text, err
}

func placeOf(text []byte) string {
	var v any
	err := json.Unmarshal(text, &v)
	if syntax, ok := err.(*json.SyntaxError); ok {
		line := 1 + bytes.Count(text[:min(int(syntax.Offset), len(text))], []byte("\n"))
		return fmt.Sprintf(": line %d: %v", line, syntax)
	}
	return ""
}
