package describe

import (
	"regexp"
	"strings"
)

// The components of a description, as generators of clients want them: every
// schema is an entry of its own, none has definitions inside, and nothing is there
// that nothing names.

const schemaPrefix = "#/components/schemas/"

// addSchema adds a JSON Schema and each of its definitions to the components.
func addSchema(schemas map[string]any, name string, doc map[string]any) {
	defs, _ := doc["$defs"].(map[string]any)
	for _, own := range []string{"$schema", "$id", "$defs", "$comment"} {
		delete(doc, own)
	}
	schemas[name] = fit(doc, name)
	for def, schema := range defs {
		schemas[componentName(name, def)] = fit(schema, name)
	}
}

var notInNames = regexp.MustCompile(`[^A-Za-z0-9._-]`)

func componentName(name, def string) string {
	return name + "." + notInNames.ReplaceAllString(def, "_")
}

// componentOf is the place of a schema's local reference among the components.
func componentOf(name, ref string) string {
	inside, isDef := strings.CutPrefix(ref, "#/$defs/")
	if !isDef {
		return schemaPrefix + name + strings.TrimPrefix(ref, "#")
	}
	def, rest, deeper := strings.Cut(inside, "/")
	if deeper {
		rest = "/" + rest
	}
	return schemaPrefix + componentName(name, def) + rest
}

// fit moves the local references of a schema to their components and takes out
// alternatives that only say which members are required: beside properties they
// become unions of nothing in every generator. The contract check reads the file
// itself and still holds them.
func fit(v any, name string) any {
	switch v := v.(type) {
	case map[string]any:
		for key, inside := range v {
			ref, text := inside.(string)
			switch {
			case text && key == "$ref" && strings.HasPrefix(ref, "#"):
				v[key] = componentOf(name, ref)
			case onlyRequired(key, inside):
				delete(v, key)
			default:
				v[key] = fit(inside, name)
			}
		}
	case []any:
		for i := range v {
			v[i] = fit(v[i], name)
		}
	}
	return v
}

// onlyRequired reports whether a member is alternatives of nothing but required.
func onlyRequired(key string, v any) bool {
	list, ok := v.([]any)
	if !ok || len(list) == 0 || key != "anyOf" && key != "oneOf" {
		return false
	}
	for _, one := range list {
		schema, isObject := one.(map[string]any)
		if !isObject || len(schema) != 1 || schema["required"] == nil {
			return false
		}
	}
	return true
}

// dropUnused takes the components out of a description that no path, no callback
// and no other component names.
func dropUnused(doc map[string]any) {
	components := member(doc, "components")
	used := map[string]bool{}
	var look func(v any)
	look = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, inside := range v {
				look(inside)
			}
		case []any:
			for _, inside := range v {
				look(inside)
			}
		case []string:
		case string:
			ref, isRef := strings.CutPrefix(v, "#/components/")
			kind, name, _ := strings.Cut(ref, "/")
			name, _, _ = strings.Cut(name, "/")
			if isRef && !used[kind+"/"+name] {
				used[kind+"/"+name] = true
				look(member(components, kind)[name])
			}
		}
	}
	look(doc["paths"])
	look(doc["webhooks"])
	for kind, entries := range components {
		list, _ := entries.(map[string]any)
		for name := range list {
			if kind != "securitySchemes" && !used[kind+"/"+name] {
				delete(list, name)
			}
		}
		if len(list) == 0 {
			delete(components, kind)
		}
	}
}
