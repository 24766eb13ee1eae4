package ultracart

import (
	"bytes"
	"os"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// payloadSchema compiles the schema of a payload object; what objects share is
// compiled once for all tests.
func payloadSchema(t testing.TB, name string) *jsonschema.Schema {
	t.Helper()
	book := payloadSchemas()
	book.Lock()
	defer book.Unlock()
	s, err := book.compiler.Compile("../../fixtures/ultracart/objects/payloads.schema.json#/$defs/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

type schemaBook struct {
	sync.Mutex
	compiler *jsonschema.Compiler
}

var payloadSchemas = sync.OnceValue(func() *schemaBook { return &schemaBook{compiler: jsonschema.NewCompiler()} })

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
		doc, err := os.ReadFile("../../fixtures/ultracart/objects/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(payloadSchema(t, name), doc); err != nil {
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
