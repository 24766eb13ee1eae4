package tui

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tacklebox/receiver/client"
)

// flat is a document as paths and the values that stand there.
type flat struct {
	paths  []string // in the order of the document where that is known
	values map[string]json.RawMessage
}

const mostPaths = 500

// flatten lists the paths of a sample, as gjson writes them.
func flatten(doc json.RawMessage) flat {
	f := flat{values: map[string]json.RawMessage{}}
	if shallow(doc) && json.Valid(doc) {
		f.walk("", doc)
	}
	return f
}

// walk descends at most maxDepth deep: shallow has seen to it.
func (f *flat) walk(path string, doc json.RawMessage) {
	if len(f.paths) >= mostPaths {
		return
	}
	var members map[string]json.RawMessage
	var items []json.RawMessage
	switch {
	case json.Unmarshal(doc, &members) == nil && len(members) > 0:
		names := make([]string, 0, len(members))
		for n := range members {
			names = append(names, n)
		}
		slices.SortFunc(names, func(a, b string) int { return bytes.Index(doc, memberKey(a)) - bytes.Index(doc, memberKey(b)) })
		for _, n := range names {
			f.walk(join(path, strings.NewReplacer(".", `\.`, "*", `\*`, "?", `\?`).Replace(n)), members[n])
		}
	case json.Unmarshal(doc, &items) == nil && len(items) > 0:
		for i, v := range items {
			f.walk(join(path, strconv.Itoa(i)), v)
		}
	case path != "":
		f.paths = append(f.paths, path)
		f.values[path] = doc
	}
}

func memberKey(name string) []byte { return append(quoted([]byte(name)), ':') }

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// assign reads path=value, path:=json or -path into a firing. The value has the
// type that stands in the sample.
func (f flat) assign(req *client.FireRequest, line string) error {
	if gone, ok := strings.CutPrefix(line, "-"); ok && !strings.Contains(gone, "=") {
		req.Unset = append(req.Unset, gone)
		return nil
	}
	path, value, ok := strings.Cut(line, "=")
	path, asJSON := strings.CutSuffix(path, ":")
	if !ok || path == "" {
		return fmt.Errorf("set %q: want path=value, path:=json or -path", line)
	}
	if req.Set == nil {
		req.Set = map[string]any{}
	}
	v, err := f.typed(path, value, asJSON)
	if err != nil {
		return fmt.Errorf("set %s: %w", path, err)
	}
	req.Set[path] = v
	return nil
}

func (f flat) typed(path, value string, asJSON bool) (any, error) {
	there, known := f.values[path]
	isText := !known || there[0] == '"' || string(there) == "null"
	if isText && !asJSON {
		return value, nil
	}
	if !json.Valid([]byte(value)) || !asJSON && value[0] != there[0] && kindOf(value) != kindOf(string(there)) {
		return nil, fmt.Errorf("%s stands there, %q is none: write :=%s to send it as text", kindOf(string(there)), value, quoted([]byte(value)))
	}
	return json.RawMessage(value), nil
}

// kindOf names the type of a JSON value.
func kindOf(v string) string {
	switch {
	case v == "":
		return "JSON"
	case v == "true" || v == "false":
		return "true or false"
	case v[0] == '{':
		return "an object"
	case v[0] == '[':
		return "a list"
	case v[0] == '"':
		return "a text"
	}
	return "a number"
}

// plainText is a value as it is typed behind path=.
func plainText(v json.RawMessage) string {
	var s string
	if json.Unmarshal(v, &s) == nil {
		return s
	}
	return string(v)
}

// quoted makes a JSON string of bytes.
func quoted(b []byte) json.RawMessage {
	doc, err := json.Marshal(string(b))
	if err != nil {
		return json.RawMessage(`""`)
	}
	return doc
}

// indented lays JSON out for an editor; anything else stays as it is.
func indented(doc []byte) []byte {
	var b bytes.Buffer
	if !shallow(doc) || json.Indent(&b, doc, "", "  ") != nil {
		return doc
	}
	return append(b.Bytes(), '\n')
}
