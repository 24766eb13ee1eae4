package sandbox

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// A program that reads the catalogue can judge every sample by the schema beside
// it, without another request.
func TestEverySampleFitsTheSchemaBesideIt(t *testing.T) {
	t.Parallel()
	r := Start(t)
	for _, p := range decode[[]struct{ Name string }](t, r, "/_/providers") {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			about := decode[struct {
				Events []struct {
					Type           string
					Sample, Schema json.RawMessage
				}
			}](t, r, "/_/providers/"+p.Name)
			for _, ev := range about.Events {
				if string(ev.Schema) == "null" {
					t.Errorf("%s has no schema", ev.Type)
					continue
				}
				schema := standalone(t, ev.Schema)
				sample, err := jsonschema.UnmarshalJSON(bytes.NewReader(ev.Sample))
				if err == nil {
					err = schema.Validate(sample)
				}
				if err != nil {
					t.Errorf("%s: %v", ev.Type, err)
				}
			}
		})
	}
}

// standalone compiles a schema that may load nothing.
func standalone(t *testing.T, raw json.RawMessage) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.UseLoader(jsonschema.SchemeURLLoader{})
	if err := c.AddResource("mem:///schema", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("mem:///schema")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}
