package ultracart

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"tacklebox/mock/ultracart/jsontree"
)

// schemas is what payloads.schema.json says of the members of objects: enough to
// know which booleans an object can have.
type schemas map[string]schema

type schema struct {
	Ref        string            `json:"$ref"`
	Type       json.RawMessage   `json:"type"`
	Properties map[string]schema `json:"properties"`
	Items      *schema           `json:"items"`
}

// readSchemas reads the definitions of a schema file.
func readSchemas(raw []byte) (schemas, error) {
	var doc struct {
		Defs schemas `json:"$defs"`
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, fmt.Errorf("payloads.schema.json: %w", err)
	}
	return doc.Defs, nil
}

// follow resolves references between definitions, a bounded number of times.
func (all schemas) follow(s schema) schema {
	for hops := 0; s.Ref != "" && hops < 8; hops++ {
		s = all[strings.TrimPrefix(s.Ref, "#/$defs/")]
	}
	return s
}

// addFalse writes the booleans that an object can have and does not have as
// false, behind its other members in order of name (the setting emit_false).
func (all schemas) addFalse(n *jsontree.Node, s schema) {
	s = all.follow(s)
	switch n.Kind {
	case jsontree.Array:
		if s.Items != nil {
			for _, it := range n.Items {
				all.addFalse(it, *s.Items)
			}
		}
	case jsontree.Object:
		for _, m := range n.Members {
			all.addFalse(m.Value, s.Properties[m.Name])
		}
		for _, name := range all.booleans(s) {
			if n.Get(name) == nil {
				n.Set(name, jsontree.Truth(false))
			}
		}
	}
}

// booleans lists the members of an object that are truth values, by name.
func (all schemas) booleans(s schema) []string {
	var names []string
	for name, p := range s.Properties {
		if string(all.follow(p).Type) == `"boolean"` {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
