package catalogue

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"tacklebox/mock/fromfile/document"
	"tacklebox/mock/kit/kittest"
)

func openAPI(t testing.TB, name, text string) (*Catalogue, error) {
	t.Helper()
	d, err := document.Parse(name, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return OpenAPI(d, "")
}

// fits holds a sample against the event's own schema.
func fits(t testing.TB, e *Event) {
	t.Helper()
	text, _ := e.Schema()
	schema, err := Compile(text)
	if err != nil {
		t.Errorf("%s: %v\n%s", e.Type, err, text)
		return
	}
	payload, notes := e.Sample()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(payload))
	if err == nil {
		err = schema.Validate(v)
	}
	if err != nil {
		t.Errorf("%s: %v %q\n%.500s", e.Type, err, notes, payload)
	}
}

const acme = `openapi: 3.1.0
info: {title: Acme, version: "1"}
webhooks:
  order.created:
    post:
      summary: An order was placed
      tags: [orders]
      requestBody:
        content:
          text/plain: {schema: {type: string}}
          application/json:
            schema: {$ref: '#/components/schemas/Order'}
  order.paid:
    post:
      description: |

        Money arrived.
        More text.
      requestBody:
        content:
          application/json:
            schema: {$ref: '#/components/schemas/Order'}
            example: {id: 7, state: paid}
  order.lost: {$ref: '#/components/pathItems/Lost'}
  ping: {get: {}}
  broken: {$ref: '#/nowhere'}
components:
  pathItems:
    Lost:
      put:
        requestBody: {$ref: '#/components/requestBodies/Lost'}
  requestBodies:
    Lost:
      content:
        application/vnd.acme+json:
          schema: {type: [object, 'null'], properties: {why: {type: string}}, required: [why]}
          examples:
            elsewhere: {externalValue: 'https://acme.test/x.json'}
            first: {$ref: '#/components/examples/First'}
  examples:
    First: {value: {why: rain}}
  schemas:
    Order:
      type: object
      required: [id, state]
      properties:
        id: {type: integer}
        state: {enum: [new, paid]}
        next: {$ref: '#/components/schemas/Order'}
`

func TestOpenAPI(t *testing.T) {
	t.Parallel()
	c, err := openAPI(t, "acme.yaml", acme)
	if err != nil {
		t.Fatal(err)
	}
	type row struct{ typ, group, about, evidence, sample string }
	want := []row{
		{"order.created", "orders", "An order was placed", FromSchema, ""},
		{"order.paid", "order", "Money arrived.", FromExample, `{"id":7,"state":"paid"}`},
		{"order.lost", "order", "", FromExample, `{"why":"rain"}`},
		{"ping", "ping", "", FromSchema, `{}`},
	}
	if len(c.Events) != len(want) {
		t.Fatalf("%d events", len(c.Events))
	}
	for i, e := range c.Events {
		payload, _ := e.Sample()
		got := row{e.Type, e.Group, e.About, e.Evidence, string(payload)}
		if want[i].sample == "" {
			got.sample = ""
		}
		if got != want[i] {
			t.Errorf("got %+v, want %+v", got, want[i])
		}
		if e.HasSchema() {
			fits(t, e)
		}
	}
	notes := strings.Join(c.Notes, "\n")
	for _, n := range []string{"acme.yaml:25: ping: no body is described", `broken: left out: acme.yaml:26: $ref "#/nowhere" leads nowhere`} {
		if !strings.Contains(notes, n) {
			t.Errorf("no note %q in %s", n, notes)
		}
	}
	if got := c.Event("order.created").Place(); got != "acme.yaml:6" {
		t.Errorf("described at %s", got)
	}
	if c.Summary() != "4 event types, 2 with an example, 2 with a generated sample" {
		t.Error(c.Summary())
	}
}

func TestSeedsChooseTheSample(t *testing.T) {
	t.Parallel()
	samples := map[string]bool{}
	for seed := range uint64(5) {
		c, err := openAPI(t, "acme.yaml", acme)
		if err != nil {
			t.Fatal(err)
		}
		c.Seed(seed)
		payload, _ := c.Event("order.created").Sample()
		samples[string(payload)] = true
	}
	if len(samples) < 3 {
		t.Errorf("5 seeds give %d samples", len(samples))
	}
}

func TestOtherPlacesOfEvents(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"x-webhooks": {`{"openapi":"3.0.3","webhooks":{},"x-webhooks":{"a":{"post":{"requestBody":{"content":{"application/json":{"schema":{"type":"string","nullable":true}}}}}}}}`, "a"},
		"callbacks": {`{"openapi":"3.0.0","paths":{
			"/x":{"parameters":[],"post":{"operationId":"makeX","callbacks":{"done":{"{$request.body#/url}":{"post":{"summary":"s","requestBody":{"content":{"application/json":{"schema":{"type":"integer"}}}}}},"x-note":{}}}}},
			"/same":{"post":{"operationId":"again","callbacks":{"done":{"{$request.body#/url}":{"post":{"summary":"s","requestBody":{"content":{"application/json":{"schema":{"type":"integer"}}}}}}}}}},
			"/y":{"post":{"operationId":"makeY","callbacks":{"done":{"{$request.body#/url}":{"post":{"summary":"other"}}},"shared":{"$ref":"#/components/callbacks/late"}}}}},
			"components":{"callbacks":{"late":{"{$url}":{"post":{}}}}}}`, "done makeY.done shared late"},
	} {
		cat, err := openAPI(t, name+".json", c.text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var types []string
		for _, e := range cat.Events {
			types = append(types, e.Type)
		}
		if got := strings.Join(types, " "); got != c.want {
			t.Errorf("%s: %s, want %s %q", name, got, c.want, cat.Notes)
		}
	}
}

func TestDescriptionsThatBreakTheirStandard(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"swagger":"2.0"}`: "x.json:1: is Swagger 2.0: OpenAPI 3.0 and 3.1 are read",
		`{"info":{}}`:       "x.json:1: is no OpenAPI description: it has no member openapi",
		`[]`:                "is no OpenAPI description",
		`{"openapi":"4.0"}`: "is OpenAPI 4.0: 3.0 and 3.1 are read",
		"{\"openapi\":\"3.1.0\",\n\"webhooks\":[]}": "x.json:2: webhooks must be an object",
		`{"openapi":"3.1.0"}`:                       "describes no events",
		`{"openapi":"3.1.0","paths":[1,{"a":2}],"webhooks":{"a":7,"b":{"post":[]}},"components":3}`: "describes no events",
	} {
		if _, err := openAPI(t, "x.json", text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// What a schema says in the words of OpenAPI 3.0, or wrongly, is said so that the
// judge of JSON Schema takes it.
func TestBundle(t *testing.T) {
	t.Parallel()
	const head = `{"$schema":"https://json-schema.org/draft/2020-12/schema"`
	for _, c := range []struct{ schema, want, note string }{
		{`{"type":"string","nullable":true,"enum":["a"]}`, `,"type":["string","null"],"enum":["a",null]}`, ""},
		{`{"minimum":1,"exclusiveMinimum":true,"maximum":9,"exclusiveMaximum":false}`, `,"exclusiveMinimum":1,"maximum":9}`, ""},
		{`{"exclusiveMinimum":1,"exclusiveMaximum":2}`, `,"exclusiveMinimum":1,"exclusiveMaximum":2}`, ""},
		{`{"type":"any","example":1,"x-a":{},"discriminator":{},"required":true,"properties":{"type":{"const":1}}}`, `,"properties":{"type":{"const":1}}}`, "type \"any\" is none of"},
		{`{"items":[{"type":"string"}],"$id":"https://x.test/a","definitions":{"b":{}}}`, `,"prefixItems":[{"type":"string"}]}`, ""},
		{`{"pattern":"(?=x)"}`, `}`, "is not followed"},
		{`{"$ref":"https://evil.test/x"}`, `}`, "nothing is fetched"},
		{`{"not":{"$ref":"#"}}`, `,"not":{"$ref":"#/$defs/root"},"$defs":{"root":{"not":{"$ref":"#/$defs/root"}}}}`, ""},
		{`{"allOf":[{"$ref":"#/x/a b"},{"$ref":"#/y/a b"}],"x":{"a b":{"type":"null"}},"y":{"a b":{"type":"integer"}}}`, `,"allOf":[{"$ref":"#/$defs/a_b"},{"$ref":"#/$defs/a_b-2"}],"$defs":{"a_b":{"type":"null"},"a_b-2":{"type":"integer"}}}`, ""},
		{`false`, `,"not":{}}`, ""},
		{`true`, `}`, ""},
		{`{"anyOf":[],"enum":[],"minLength":-1,"multipleOf":0,"required":["a","a"]}`, `,"enum":[]}`, ""},
	} {
		d, err := document.Parse("x.yaml", []byte(c.schema))
		if err != nil {
			t.Fatal(err)
		}
		got := bundle(document.NewSet(d), d.Root())
		if string(got.text) != head+c.want || !strings.Contains(strings.Join(got.notes, "\n"), c.note) || c.note == "" && len(got.notes) > 0 {
			t.Errorf("%s: %s %q", c.schema, got.text, got.notes)
		}
		if _, err := Compile(got.text); err != nil {
			t.Errorf("%s: %v", got.text, err)
		}
	}
}

func TestFolders(t *testing.T) {
	t.Parallel()
	schemas := kittest.Tree(t, map[string]string{
		"order.created.schema.json": `{"title":"An order","type":"object","properties":{"id":{"$ref":"common/parts.yaml#/$defs/id"}},"required":["id"]}`,
		"refunds/refund.json":       `{"properties":{"type":{"const":"refund.made"}},"required":["type"]}`,
		"common/parts.yaml":         "$defs:\n  id: {type: integer}\n",
		".hidden/x.json":            "{",
		"README.md":                 "not a schema",
	})
	c, err := Schemas(schemas, "type")
	if err != nil {
		t.Fatal(err)
	}
	samples := kittest.Tree(t, map[string]string{
		"order.created.json": "{\n \"id\": 5 }",
		"a/push.json":        `{"a":1}`,
		"b/push.json":        `{"b":1}`,
		"call.txt":           "From=%2B1&To=2",
		"odd/any-name.json":  `{"type":"order.lost"}`,
		"odd/plain.yaml":     "x: 1",
		"noext":              "raw",
		"orders%2Fpaid.json": "{}",
		".gitignore":         "x",
	})
	more, err := Samples(samples, "type")
	if err != nil {
		t.Fatal(err)
	}
	c.Merge(more)
	want := map[string]string{"order.created": `{"id":5}`, "refund.made": `{"type":"refund.made"}`, "parts": "", "a/push": `{"a":1}`, "b/push": `{"b":1}`,
		"call": "From=%2B1&To=2", "order.lost": `{"type":"order.lost"}`, "plain": `{"x":1}`, "noext": "raw", "orders/paid": "{}"}
	for typ, text := range want {
		e := c.Event(typ)
		if e == nil {
			t.Errorf("no event %s", typ)
			continue
		}
		if payload, _ := e.Sample(); text != "" && string(payload) != text {
			t.Errorf("%s: %s", typ, payload)
		}
	}
	if len(c.Events) != len(want) || c.Event("order.created").About != "An order" || !c.Event("order.created").HasSchema() {
		t.Errorf("%d events, %+v", len(c.Events), c.Event("order.created"))
	}
	fits(t, c.Event("order.created"))
}

func TestFoldersThatCannotBeRead(t *testing.T) {
	t.Parallel()
	if _, err := Samples(filepath.Join(t.TempDir(), "none"), ""); err == nil || !strings.Contains(err.Error(), "none: no such file") {
		t.Errorf("%v", err)
	}
	for want, files := range map[string]map[string]string{
		"a.json:2: is not JSON":        {"a.json": "{\n}}"},
		`is event type "x", and so is`: {"a.json": `{"type":"x"}`, "b.json": `{"type":"x"}`},
		"brackets are nested deeper":   {"a.json": strings.Repeat("[", 1000)},
	} {
		if _, err := Samples(kittest.Tree(t, files), "type"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	out := kittest.Tree(t, map[string]string{"secret.json": `{"a":1}`})
	in := kittest.Tree(t, nil)
	if err := os.Symlink(filepath.Join(out, "secret.json"), filepath.Join(in, "link.json")); err != nil {
		t.Skip(err)
	}
	if c, err := Samples(in, ""); err == nil {
		t.Errorf("a link out of the folder was followed: %+v", c.Events)
	}
}

// TestPublished reads a real description when one is at hand.
func TestPublished(t *testing.T) {
	path := os.Getenv("TACKLEBOX_OPENAPI")
	if path == "" {
		t.Skip("TACKLEBOX_OPENAPI names no description")
	}
	doc, err := document.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	c, err := OpenAPI(doc, "")
	if err != nil {
		t.Fatal(err)
	}
	bad, size := 0, 0
	for _, e := range c.Events {
		payload, notes := e.Sample()
		text, _ := e.Schema()
		size += len(text)
		schema, err := Compile(text)
		if err != nil {
			t.Logf("%s: %v", e.Type, err)
			continue
		}
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(payload))
		if err == nil {
			err = schema.Validate(v)
		}
		if err != nil {
			bad++
			t.Logf("%s (%s): %q\n%.600v", e.Type, e.Evidence, notes, err)
		}
	}
	t.Logf("%s; %d samples do not fit; %d bytes of schemas; %q", c.Summary(), bad, size, c.Notes)
}

func FuzzOpenAPI(f *testing.F) {
	f.Add([]byte(acme))
	f.Add([]byte(`{"openapi":"3.0.0","paths":{"/x":{"post":{"callbacks":{"a":{"u":{"post":{"requestBody":{"content":{"a":{"schema":{"allOf":[{"$ref":"#"}]}}}}}}}}}}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := document.Parse("x.yaml", text)
		if err != nil {
			return
		}
		c, err := OpenAPI(d, "")
		if err != nil {
			return
		}
		for _, e := range c.Events[:min(len(c.Events), 3)] {
			payload, _ := e.Sample()
			schema, _ := e.Schema()
			if !json.Valid(payload) || schema != nil && !json.Valid(schema) {
				t.Fatalf("%s: %s %s", e.Type, payload, schema)
			}
		}
	})
}
