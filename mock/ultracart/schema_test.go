package ultracart

import (
	"bytes"
	"os"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"tacklebox/fixtures"
)

// schemaBook keeps compiled schemas by the place they stand.
type schemaBook map[string]*jsonschema.Schema

func (b schemaBook) of(t testing.TB, p *fixtures.Provider, typ string) *jsonschema.Schema {
	t.Helper()
	e, ok := p.Event(typ)
	if !ok {
		t.Fatalf("no event type %s", typ)
	}
	if b[e.Schema] == nil {
		s, err := jsonschema.NewCompiler().Compile("../../fixtures/ultracart/" + e.Schema)
		if err != nil {
			t.Fatal(err)
		}
		b[e.Schema] = s
	}
	return b[e.Schema]
}

func validate(s *jsonschema.Schema, doc []byte) error {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	if err != nil {
		return err
	}
	return s.Validate(v)
}

func TestFullObjectsSatisfyTheirSchemas(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Order", "AutoOrder", "Cart", "Customer", "Item"} {
		s, err := jsonschema.NewCompiler().Compile("../../fixtures/ultracart/objects/payloads.schema.json#/$defs/" + name)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := os.ReadFile("../../fixtures/ultracart/objects/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(s, doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheOtherFormsOfABodyAreUnwrapped(t *testing.T) {
	t.Parallel()
	plain := `{"events":[{"a":{}}]}`
	packed, err := compress([]byte(`[{"a":{}}]`))
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]string{
		plain:                         plain,
		`[{"a":{}}]`:                  plain,
		`{"events":"` + packed + `"}`: plain,
		`"` + packed + `"`:            plain,
		`{"events":"!"}`:              "",
		`"aGVsbG8="`:                  "",
		`{"other":1}`:                 `{"other":1}`,
		`{`:                           `{`,
		`7`:                           `7`,
	} {
		if got := string(unwrap([]byte(in))); got != want {
			t.Errorf("%s is unwrapped to %q, want %q", in, got, want)
		}
	}
}

func FuzzUnwrap(f *testing.F) {
	f.Add([]byte(`{"events":"H4sIAAAAAAAA/wEAAP//AAAAAAAAAAA="}`))
	f.Add([]byte(`[{"a":1}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if once := unwrap(body); len(once) > 0 && len(once) > mostUnpacked+len(body)+20 {
			t.Errorf("%d bytes of %d", len(once), len(body))
		}
	})
}
