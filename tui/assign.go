package tui

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
)

// flat is a document as paths and the values that stand there.
type flat struct {
	paths  []string // in the order of the document where that is known
	values map[string]json.RawMessage
	doc    json.RawMessage
}

const mostPaths = 500

// flatten lists the paths of a sample, as gjson writes them.
func flatten(doc json.RawMessage) flat {
	f := flat{values: map[string]json.RawMessage{}, doc: doc}
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
	a, err := api.ParseSet(line)
	if err != nil {
		return fmt.Errorf("set %w (-path leaves it out)", err)
	}
	if req.Set == nil {
		req.Set = map[string]json.RawMessage{}
	}
	v, err := a.In(f.doc)
	if err != nil {
		return fmt.Errorf("set %s: %w", a.Path, err)
	}
	req.Set[a.Path] = v
	return nil
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
