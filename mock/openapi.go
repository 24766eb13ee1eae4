package mock

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path"
	"strings"

	"tacklebox/fixtures"
	"tacklebox/receiver/api"
)

// openAPI describes what the mock serves: the provider's own document
// (openapi.json of its fixtures) with this instance as its server, and every
// event type of the catalogue under webhooks.
func (w *service) openAPI() (map[string]any, error) {
	raw, err := w.world.Catalogue().File("openapi.json")
	if err != nil {
		return nil, err
	}
	doc := map[string]any{}
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, fmt.Errorf("openapi.json of %s: %w", w.provider.Name, err)
	}
	doc["servers"] = []any{map[string]any{"url": w.world.Home()}}
	components := member(doc, "components")
	schemas := member(components, "schemas")
	webhooks := map[string]any{}
	for i := range w.world.Catalogue().Events {
		ev := &w.world.Catalogue().Events[i]
		if w.checkType("", ev.Type) != nil {
			continue
		}
		schema, err := w.callbackSchema(ev, schemas)
		if err != nil {
			return nil, err
		}
		webhooks[ev.Type] = map[string]any{"post": callbackOperation(ev, schema)}
	}
	doc["webhooks"] = webhooks
	w.versionOf(doc)
	dropUnused(doc)
	return doc, nil
}

// versionOf puts the version that the profile in force stands for into the
// description: `x-versions` of its info lists those that are not the ordinary one.
func (w *service) versionOf(doc map[string]any) {
	info := member(doc, "info")
	versions, _ := info["x-versions"].(map[string]any)
	delete(info, "x-versions")
	if version, ok := versions[w.world.Option("", "profile").Text()]; ok {
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
func (w *service) callbackSchema(ev *fixtures.Event, schemas map[string]any) (map[string]any, error) {
	if ev.Schema == "" {
		return map[string]any{}, nil
	}
	file, pointer, _ := strings.Cut(ev.Schema, "#")
	name := "callback." + strings.TrimSuffix(strings.TrimSuffix(path.Base(file), ".json"), ".schema")
	if schemas[name] == nil {
		raw, err := w.world.Catalogue().File(file)
		if err != nil {
			return nil, err
		}
		var doc map[string]any
		if err := json.Unmarshal(raw, &doc); err != nil {
			return nil, fmt.Errorf("schema %s of %s: %w", file, w.provider.Name, err)
		}
		addSchema(schemas, name, doc)
	}
	schema := map[string]any{"$ref": componentOf(name, "#"+pointer)}
	if w.provider.Envelope != nil {
		schema = w.provider.Envelope(ev.Type, schema)
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

// OpenAPI describes a mock API: GET /_/providers/{provider}/openapi.json.
func (c Control) OpenAPI(_ context.Context, r *http.Request) (api.Answer, error) {
	w, err := c.named(r)
	if err != nil {
		return api.Answer{}, err
	}
	var doc map[string]any
	var broken error
	err = w.do(func() { doc, broken = w.openAPI() })
	return api.OK(doc), errors.Join(broken, err)
}
