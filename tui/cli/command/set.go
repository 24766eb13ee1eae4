package command

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

// Edit is changes to a payload, as the command line spells them.
type Edit struct {
	Set   []string // path=value, path:=json
	Unset []string
}

// Values turns --set into typed values: the sample says whether 5 is a number
// or a text.
func (e Edit) Values(sample []byte) (map[string]json.RawMessage, error) {
	if len(e.Set) == 0 {
		return nil, nil
	}
	out := map[string]json.RawMessage{}
	for _, s := range e.Set {
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

// Facts reads --context: a value that is JSON is taken as such.
func Facts(pairs []string) (map[string]json.RawMessage, error) {
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

// Document reads JSON that the command line gives as @file, as - for standard
// input, or as it is.
func (a *App) Document(flag, value string) (json.RawMessage, error) {
	if value == "" {
		return nil, nil
	}
	text, err := a.Read(value)
	if err != nil {
		return nil, exit.Usagef("--%s: %w", flag, err)
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if !json.Valid(text) {
		return nil, exit.Usagef("--%s %s: not JSON%s", flag, value, PlaceOf(text))
	}
	return text, nil
}

// Payload reads --body. Text that is not JSON is sent byte for byte, which the
// control API takes as a JSON string; text that sets out to be JSON and is not
// is a mistake.
func (a *App) Payload(value string) (json.RawMessage, error) {
	if value == "" {
		return nil, nil
	}
	text, err := a.Read(value)
	if err != nil {
		return nil, exit.Usagef("--body: %w", err)
	}
	if json.Valid(text) {
		return text, nil
	}
	if start := bytes.TrimSpace(text); len(start) > 0 && (start[0] == '{' || start[0] == '[') {
		return nil, exit.Usagef("--body %s: not JSON%s", value, PlaceOf(text))
	}
	return api.Raw(string(text)), nil
}

// Faults reads --fault: a kind or a preset, or a fault as JSON.
func Faults(words []string) (out []api.Fault, err error) {
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

// MaxInput bounds what a command reads from a file or standard input.
const MaxInput = 64 << 20

func (a *App) Read(value string) ([]byte, error) {
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
	text, err := io.ReadAll(io.LimitReader(from, MaxInput+1))
	if err == nil && len(text) > MaxInput {
		err = fmt.Errorf("larger than %d MiB", MaxInput>>20)
	}
	return text, err
}

func PlaceOf(text []byte) string {
	var v any
	err := json.Unmarshal(text, &v)
	if syntax, ok := err.(*json.SyntaxError); ok {
		line := 1 + bytes.Count(text[:min(int(syntax.Offset), len(text))], []byte("\n"))
		return fmt.Sprintf(": line %d: %v", line, syntax)
	}
	return ""
}
