package describe

import (
	"encoding/json"
	"fmt"
	"strings"

	"tacklebox/fixtures"
	"tacklebox/mock/provider"
)

const definitions = "#/$defs/"

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
	var doc struct {
		Defs map[string]json.RawMessage `json:"$defs"`
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, fmt.Errorf("schema %s of %s: %w", file, d.provider.Name, err)
	}
	const payload = "payload" // name of a file that is one schema
	if pointer == "" {
		pointer = "/$defs/" + payload
		doc.Defs = map[string]json.RawMessage{payload: raw}
	}
	root := map[string]any{"$ref": "#" + pointer}
	if d.provider.Envelope != nil {
		root = d.provider.Envelope(ev.Type, root)
	}
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["$defs"] = reachable(doc.Defs, provider.Encode(root))
	return provider.Encode(root), nil
}

// reachable picks the definitions that a schema refers to, directly or not.
func reachable(defs map[string]json.RawMessage, from json.RawMessage) map[string]json.RawMessage {
	found := map[string]json.RawMessage{}
	for todo := []json.RawMessage{from}; len(todo) > 0; {
		next := todo[0]
		todo = todo[1:]
		for _, ref := range references(next) {
			name, _, _ := strings.Cut(strings.TrimPrefix(ref, definitions), "/")
			if _, seen := found[name]; !seen && defs[name] != nil {
				found[name] = defs[name]
				todo = append(todo, defs[name])
			}
		}
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
