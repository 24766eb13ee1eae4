package sandbox

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Every event type shows a schema that needs no other document, and its sample
// fits it: what a client can read of a provider is enough to check callbacks.
func TestEverySampleFitsTheSchemaThatIsShownWithIt(t *testing.T) {
	t.Parallel()
	r := Start(t)
	for _, p := range providers() {
		name := p.Name
		t.Run(name, func(t *testing.T) {
			_, answer := r.call("GET", "/_/providers/"+name, nil)
			body := strings.TrimPrefix(answer, "200 ")
			var info struct {
				Events []struct {
					Type           string
					Sample, Schema json.RawMessage
				}
			}
			if err := json.Unmarshal([]byte(body), &info); err != nil || len(info.Events) == 0 {
				t.Fatalf("%d events: %v", len(info.Events), err)
			}
			compiled := map[string]*jsonschema.Schema{}
			for _, e := range info.Events {
				schema := compiled[string(e.Schema)]
				if schema == nil {
					schema = compileAlone(t, e.Schema)
					compiled[string(e.Schema)] = schema
				}
				sample, err := jsonschema.UnmarshalJSON(bytes.NewReader(e.Sample))
				if err != nil {
					t.Fatalf("%s: sample: %v", e.Type, err)
				}
				if err := schema.Validate(sample); err != nil {
					t.Errorf("%s: %v", e.Type, err)
				}
			}
		})
	}
}

// compileAlone compiles a schema without access to any other.
func compileAlone(t *testing.T, raw json.RawMessage) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("schema %.80s: %v", raw, err)
	}
	if doc == nil {
		t.Fatal("an event type shows no schema")
	}
	c := jsonschema.NewCompiler()
	c.UseLoader(jsonschema.SchemeURLLoader{})
	if err := c.AddResource("alone:///schema", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("alone:///schema")
	if err != nil {
		t.Fatalf("schema %.80s: %v", raw, err)
	}
	return s
}
