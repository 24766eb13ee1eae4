package describe

import (
	"encoding/json"
	"fmt"
	"strings"

	"tacklebox/fixtures"
	"tacklebox/mock/provider"
)

const definitions = "#/$defs/"

// definitionFile is a file of schemas, read once for all event types in it.
type definitionFile struct {
	defs map[string]json.RawMessage
	refs map[string][]string // that a definition refers to, once looked at
}

// shownSchema is the schema of an event's callback body, nil when there is none.
// It is made once: the fixtures do not change.
func (d *Description) shownSchema(ev *fixtures.Event) json.RawMessage {
	if schema, made := d.schemas[ev.Type]; made {
		return schema
	}
	schema, err := d.schemaOf(ev)
	if err != nil || !json.Valid(schema) {
		schema = nil // a broken override; the contract check warns of it
	}
	if d.schemas == nil {
		d.schemas = map[string]json.RawMessage{}
	}
	d.schemas[ev.Type] = schema
	return schema
}

// schemaOf makes one document that needs no other: of a file that holds many
// definitions, those that are referred to.
func (d *Description) schemaOf(ev *fixtures.Event) (json.RawMessage, error) {
	if ev.Schema == "" {
		return nil, nil
	}
	file, pointer, _ := strings.Cut(ev.Schema, "#")
	raw, err := d.world.Catalogue().File(file)
	if err != nil || pointer == "" && d.provider.Envelope == nil {
		return raw, err
	}
	const payload = "payload" // name of a file that is one schema
	if pointer == "" {
		pointer, raw = "/$defs/"+payload, provider.Encode(map[string]any{"$defs": map[string]json.RawMessage{payload: raw}})
	}
	doc, err := d.definitionsOf(file, raw)
	if err != nil {
		return nil, err
	}
	root := map[string]any{"$ref": "#" + pointer}
	if d.provider.Envelope != nil {
		root = d.provider.Envelope(ev.Type, root)
	}
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["$defs"] = doc.reachable(provider.Encode(root))
	return provider.Encode(root), nil
}

// definitionsOf reads a file of schemas, the first time it is asked for.
func (d *Description) definitionsOf(file string, raw json.RawMessage) (*definitionFile, error) {
	if known := d.definitions[file]; known != nil {
		return known, nil
	}
	var doc struct {
		Defs map[string]json.RawMessage `json:"$defs"`
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, fmt.Errorf("schema %s of %s: %w", file, d.provider.Name, err)
	}
	if d.definitions == nil {
		d.definitions = map[string]*definitionFile{}
	}
	d.definitions[file] = &definitionFile{doc.Defs, map[string][]string{}}
	return d.definitions[file], nil
}

// reachable picks the definitions that a schema refers to, directly or not.
func (f *definitionFile) reachable(from json.RawMessage) map[string]json.RawMessage {
	found := map[string]json.RawMessage{}
	for todo := references(from); len(todo) > 0; {
		name, _, _ := strings.Cut(strings.TrimPrefix(todo[0], definitions), "/")
		todo = todo[1:]
		if _, seen := found[name]; seen || f.defs[name] == nil {
			continue
		}
		found[name] = f.defs[name]
		if _, known := f.refs[name]; !known {
			f.refs[name] = references(f.defs[name])
		}
		todo = append(todo, f.refs[name]...)
	}
	return found
}

// references lists every $ref of a schema that points among the definitions.
func references(schema json.RawMessage) (list []string) {
	var doc any
	_ = json.Unmarshal(schema, &doc) // part of a document that was read before
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok && strings.HasPrefix(ref, definitions) {
				list = append(list, ref)
			}
			for _, m := range v {
				walk(m)
			}
		case []any:
			for _, m := range v {
				walk(m)
			}
		}
	}
	walk(doc)
	return list
}
