package mock

import (
	"encoding/json"
	"fmt"
	"strings"

	"tacklebox/fixtures"
)

// schemaFiles are parsed schema files of a provider's fixtures, by name.
type schemaFiles struct {
	cat      *Catalogue
	envelope func(typ string, payload map[string]any) map[string]any // of samples that are whole bodies
	docs     map[string]map[string]any
}

// of returns the schema of an event's sample as one document that needs no
// other: what the file defines beside it comes along as far as it is referred
// to. nil: the event has none.
func (f *schemaFiles) of(ev *fixtures.Event) (json.RawMessage, error) {
	if ev.Schema == "" {
		return nil, nil
	}
	file, pointer, _ := strings.Cut(ev.Schema, "#")
	doc, err := f.doc(file)
	if err != nil || pointer == "" {
		return mustJSON(doc), err
	}
	root := map[string]any{"$ref": "#" + pointer}
	if f.envelope != nil && ev.Root != "" {
		root = f.envelope(ev.Type, root)
	}
	if dialect, ok := doc["$schema"]; ok {
		root["$schema"] = dialect
	}
	defs, _ := doc["$defs"].(map[string]any)
	used := map[string]any{}
	if !reach(root, defs, used) {
		return nil, fmt.Errorf("schema %s refers to a place that is none of its $defs", ev.Schema)
	}
	root["$defs"] = used
	return mustJSON(root), nil
}

func (f *schemaFiles) doc(name string) (map[string]any, error) {
	if doc := f.docs[name]; doc != nil {
		return doc, nil
	}
	raw, err := f.cat.File(name)
	if err != nil {
		return nil, err
	}
	var doc map[string]any
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, fmt.Errorf("schema %s: %w", name, err)
	}
	f.docs[name] = doc
	return doc, nil
}

// reach gathers the definitions that a schema refers to, directly or through
// others; false: it refers to something else.
func reach(v any, defs, used map[string]any) bool {
	found := true
	switch v := v.(type) {
	case map[string]any:
		for k, m := range v {
			if ref, isText := m.(string); isText && k == "$ref" {
				found = follow(ref, defs, used) && found
			} else {
				found = reach(m, defs, used) && found
			}
		}
	case []any:
		for _, m := range v {
			found = reach(m, defs, used) && found
		}
	}
	return found
}

func follow(ref string, defs, used map[string]any) bool {
	rest, ok := strings.CutPrefix(ref, "#/$defs/")
	name, _, _ := strings.Cut(rest, "/")
	def, known := defs[name]
	if !ok || !known {
		return false
	}
	if _, seen := used[name]; seen {
		return true
	}
	used[name] = def
	return reach(def, defs, used)
}
