package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"tacklebox/receiver/api"
	"tacklebox/tui/cli/exit"
)

// edits to a payload, as the command line spells them.
type edit struct {
	set   []string // path=value, path:=json
	unset []string
}

// values turns --set into typed values: the sample says whether 5 is a number
// or a text.
func (e edit) values(sample []byte) (map[string]json.RawMessage, error) {
	if len(e.set) == 0 {
		return nil, nil
	}
	out := map[string]json.RawMessage{}
	for _, s := range e.set {
		a, err := api.ParseSet(s)
		if err != nil {
			return nil, exit.Usagef("--set %w", err)
		}
		if out[a.Path], err = a.In(sample); err != nil {
			return nil, exit.Usagef("--set %s: %w", s, err)
		}
	}
	return out, nil
}

// facts reads --context: a value that is JSON is taken as such.
func facts(pairs []string) (map[string]json.RawMessage, error) {
	if len(pairs) == 0 {
		return nil, nil
	}
	out := map[string]json.RawMessage{}
	for _, s := range pairs {
		key, value, ok := strings.Cut(s, "=")
		if !ok || key == "" {
			return nil, exit.Usagef("--context %s: want KEY=VALUE", s)
		}
		if out[key] = json.RawMessage(value); !json.Valid(out[key]) {
			out[key] = api.Raw(value)
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
		return nil, exit.Usagef("--%s: %w", flag, err)
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if !json.Valid(text) {
		return nil, exit.Usagef("--%s %s: not JSON%s", flag, value, placeOf(text))
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
		return nil, exit.Usagef("--body: %w", err)
	}
	if json.Valid(text) {
		return text, nil
	}
	if start := bytes.TrimSpace(text); len(start) > 0 && (start[0] == '{' || start[0] == '[') {
		return nil, exit.Usagef("--body %s: not JSON%s", value, placeOf(text))
	}
	return api.Raw(string(text)), nil
}

// faults reads --fault: a kind or a preset, or a fault as JSON.
func faults(words []string) (out []api.Fault, err error) {
	for _, w := range words {
		f := api.Fault{Kind: w}
		if json.Valid([]byte(w)) {
			if err := api.Decode([]byte(w), &f); err != nil {
				return nil, exit.Usagef("--fault %s: %w", w, err)
			}
		}
		out = append(out, f)
	}
	return out, nil
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
