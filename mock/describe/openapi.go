package describe

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"tacklebox/fixtures"
)

// OpenAPI describes what the mock serves: the provider's own document
// (openapi.json of its fixtures) with this instance as its server, and every
// event type of the catalogue under webhooks.
func (d *Description) OpenAPI() (map[string]any, error) {
	raw, err := d.world.Catalogue().File("openapi.json")
	if err != nil {
		return nil, err
	}
	doc := map[string]any{}
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, fmt.Errorf("openapi.json of %s: %w", d.provider.Name, err)
	}
	doc["servers"] = []any{map[string]any{"url": d.world.Home()}}
	components := member(doc, "components")
	schemas := member(components, "schemas")
	webhooks := map[string]any{}
	for i := range d.world.Catalogue().Events {
		ev := &d.world.Catalogue().Events[i]
		if d.CheckType("", ev.Type) != nil {
			continue
		}
		schema, err := d.callbackSchema(ev, schemas)
		if err != nil {
			return nil, err
		}
		webhooks[ev.Type] = map[string]any{"post": callbackOperation(ev, schema)}
	}
	doc["webhooks"] = webhooks
	d.versionOf(doc)
	dropUnused(doc)
	return doc, nil
}

// versionOf puts the version that the profile in force stands for into the
// description: `x-versions` of its info lists those that are not the ordinary one.
func (d *Description) versionOf(doc map[string]any) {
	info := member(doc, "info")
	versions, _ := info["x-versions"].(map[string]any)
	delete(info, "x-versions")
	if version, ok := versions[d.world.Option("", "profile").Text()]; ok {
		info["version"] = version
	}
}

// callbackOperation describes what a receiver gets; it needs no credential of the
// API.
func callbackOperation(ev *fixtures.Event, schema map[string]any) map[string]any {
	return map[string]any{
		"operationId": "callback_" + ev.Type, "summary": ev.About, "tags": []string{"callbacks"}, "x-evidence": ev.Evidence, "security": []any{},
		"requestBody": map[string]any{"required": true, "content": map[string]any{"application/json": map[string]any{"schema": schema}}},
		"responses":   map[string]any{"200": map[string]any{"description": "Received"}},
	}
}

// callbackSchema adds the file of an event's schema to the components, once, and
// returns the schema of the whole callback body.
func (d *Description) callbackSchema(ev *fixtures.Event, schemas map[string]any) (map[string]any, error) {
	if ev.Schema == "" {
		return map[string]any{}, nil
	}
	file, pointer, _ := strings.Cut(ev.Schema, "#")
	name := "callback." + strings.TrimSuffix(strings.TrimSuffix(path.Base(file), ".json"), ".schema")
	if schemas[name] == nil {
		raw, err := d.world.Catalogue().File(file)
		if err != nil {
			return nil, err
		}
		var doc map[string]any
		if err := json.Unmarshal(raw, &doc); err != nil {
			return nil, fmt.Errorf("schema %s of %s: %w", file, d.provider.Name, err)
		}
		addSchema(schemas, name, doc)
	}
	schema := map[string]any{"$ref": componentOf(name, "#"+pointer)}
	if d.provider.Envelope != nil {
		schema = d.provider.Envelope(ev.Type, schema)
	}
	return schema, nil
}

func member(doc map[string]any, name string) map[string]any {
	m, ok := doc[name].(map[string]any)
	if !ok {
		m = map[string]any{}
		doc[name] = m
	}
	return m
}
