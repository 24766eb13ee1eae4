package sandbox

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"tacklebox/receiver/api"
)

// getOpenAPI answers the description of the control API, made from the routes
// that serve it.
func (s *Space) getOpenAPI(context.Context, *http.Request) (api.Answer, error) {
	return api.OK(describe(s.routes(), s.cfg.Version, s.URL())), nil
}

type object = map[string]any

// describe writes routes as OpenAPI 3.1.
func describe(routes []api.Route, version, server string) object {
	schemas := &schemas{named: object{}}
	paths := map[string]object{}
	for _, r := range routes {
		path := strings.TrimSuffix(r.Path, "{$}")
		if paths[path] == nil {
			paths[path] = object{}
		}
		paths[path][strings.ToLower(r.Method)] = operation(r, schemas)
	}
	errorSchema := schemas.of(reflect.TypeFor[api.ErrorBody]())
	return object{
		"openapi": "3.1.0",
		"info": object{"title": "tacklebox control API", "version": version, "description": "Everything below /_/ of one sandbox. A parameter or member that a call does not know is refused with 400.",
			"license": object{"name": "MIT", "identifier": "MIT"}},
		"servers":  []object{{"url": server}},
		"security": []object{{}, {"token": []string{}}},
		"paths":    paths,
		"components": object{
			"schemas":         schemas.named,
			"securitySchemes": object{"token": object{"type": "http", "scheme": "bearer", "description": "--token"}},
			"responses":       object{"Error": object{"description": "What is wrong, and what to do.", "content": object{"application/json": object{"schema": errorSchema}}}},
		},
	}
}

func operation(r api.Route, s *schemas) object {
	status := r.Status
	if status == 0 {
		status = http.StatusOK
	}
	answer := object{"description": http.StatusText(status)}
	if r.Out != nil {
		answer["content"] = object{"application/json": object{"schema": s.of(reflect.TypeOf(r.Out))}}
	}
	op := object{"operationId": operationID(r), "summary": r.About, "responses": object{strconv.Itoa(status): answer, "default": object{"$ref": "#/components/responses/Error"}}}
	var parameters []object
	for _, segment := range strings.Split(r.Path, "/") {
		if name, ok := strings.CutPrefix(segment, "{"); ok && name != "$}" {
			parameters = append(parameters, object{"name": strings.TrimSuffix(name, "}"), "in": "path", "required": true, "schema": object{"type": "string"}})
		}
	}
	for _, name := range r.Query {
		parameters = append(parameters, object{"name": name, "in": "query", "schema": object{"type": "string"}})
	}
	if parameters != nil {
		op["parameters"] = parameters
	}
	if r.In != nil {
		op["requestBody"] = object{"content": object{"application/json": object{"schema": s.of(reflect.TypeOf(r.In))}}}
	}
	return op
}

// operationID is the method and the path in one word: getEntriesSeqBody.
func operationID(r api.Route) string {
	words := strings.FieldsFunc(strings.TrimPrefix(r.Path, "/_"), func(c rune) bool { return strings.ContainsRune("/{}$._", c) })
	id := strings.ToLower(r.Method)
	if len(words) == 0 {
		words = []string{"index"}
	}
	for _, w := range words {
		id += strings.ToUpper(w[:1]) + w[1:]
	}
	return id
}

// schemas turns Go types of the wire into JSON Schemas, each struct once.
type schemas struct{ named object }

var timeType = reflect.TypeFor[time.Time]()

func (s *schemas) of(t reflect.Type) object {
	switch {
	case t == timeType:
		return object{"type": "string", "format": "date-time"}
	case t == reflect.TypeFor[json.RawMessage]():
		return object{}
	case t == reflect.TypeFor[api.Texts]():
		return object{"oneOf": []object{{"type": "string"}, {"type": "array", "items": object{"type": "string"}}}}
	case t == reflect.TypeFor[api.Entry](), t == reflect.TypeFor[api.Message]():
		return s.wire(t)
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.of(t.Elem())
	case reflect.Slice, reflect.Array:
		return object{"type": "array", "items": s.of(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.Struct:
		return s.object(t)
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Float32, reflect.Float64:
		return object{"type": "number"}
	case reflect.Interface:
		return object{}
	}
	return object{"type": "integer"}
}

// object describes a struct by its tags. A member that may be left out is not
// required.
func (s *schemas) object(t reflect.Type) object {
	ref := object{"$ref": "#/components/schemas/" + t.Name()}
	if t.Name() != "" && s.named[t.Name()] != nil {
		return ref
	}
	properties, schema := object{}, object{"type": "object"}
	if t.Name() != "" {
		s.named[t.Name()] = schema // before its members: they may come back to it
	}
	required := []string{}
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || f.Anonymous || name == "-" || name == "" {
			continue
		}
		properties[name] = s.of(f.Type)
		if !strings.Contains(options, "omit") {
			required = append(required, name)
		}
	}
	schema["properties"] = properties
	if len(required) > 0 {
		schema["required"] = required
	}
	if t.Name() == "" {
		return schema
	}
	return ref
}

// wire describes the journal's types, which write themselves (contract, section 4).
func (s *schemas) wire(t reflect.Type) object {
	text, number, whole := object{"type": "string"}, object{"type": "number"}, object{"type": "integer"}
	ref := object{"$ref": "#/components/schemas/" + t.Name()}
	if s.named[t.Name()] != nil {
		return ref
	}
	half := object{"method": text, "url": text, "proto": text, "status": whole, "headers": object{"type": "object", "additionalProperties": object{"type": "array", "items": text}},
		"body": text, "body_base64": text, "size": whole, "sha256": text, "truncated": object{"type": "boolean"}, "remote": text}
	s.named["Message"] = object{"type": "object", "properties": half}
	message := object{"$ref": "#/components/schemas/Message"}
	if t != reflect.TypeFor[api.Entry]() {
		return message
	}
	s.named["Entry"] = object{"type": "object", "required": []string{"seq", "time", "kind"}, "properties": object{
		"seq": whole, "time": object{"type": "string", "format": "date-time"}, "kind": object{"type": "string", "enum": []string{"call", "event", "attempt", "capture"}},
		"provider": text, "account": text, "type": text, "inbox": text, "event_id": text, "delivery_id": text, "attempt": whole, "subscription": text,
		"request": message, "response": message, "error": text, "took_ms": number, "fault": text, "next_attempt": object{"type": "string", "format": "date-time"},
		"signature": s.of(reflect.TypeFor[api.Signature]()), "contract": s.of(reflect.TypeFor[api.Contract]()), "capture_seq": whole, "detail": object{},
	}}
	return ref
}
