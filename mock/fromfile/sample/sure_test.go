package sample

import (
	"bytes"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"tacklebox/mock/fromfile/document"
)

// judged makes a sample and says whether the judge was asked.
func judged(t testing.TB, schema string, seed uint64) (s Sample, asked bool) {
	t.Helper()
	d, err := document.Parse("x.json", []byte(schema))
	if err != nil {
		t.Skip(err)
	}
	s = Make(document.NewSet(d), d.Root(), seed, func([]byte) bool {
		asked = true
		return true
	})
	return s, asked
}

// fits compiles a schema and judges a value; ok is false for a schema that is none.
func fits(schema string, value []byte) (fit, ok bool) {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(schema))
	if err != nil {
		return false, false
	}
	c := jsonschema.NewCompiler()
	if c.AddResource("schema:///x", doc) != nil {
		return false, false
	}
	compiled, err := c.Compile("schema:///x")
	if err != nil {
		return false, false
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(value))
	return err == nil && compiled.Validate(v) == nil, true
}

// What nobody was asked about fits all the same.
func TestWhatIsSureFits(t *testing.T) {
	t.Parallel()
	for _, schema := range append(suspicious, valid...) {
		for seed := range uint64(20) {
			s, asked := judged(t, schema, seed)
			if fit, ok := fits(schema, s.JSON); s.OK && !asked && ok && !fit {
				t.Errorf("%s: %s is sure and does not fit", schema, s.JSON)
				break
			}
		}
	}
}

// suspicious schemas look as if a value were right and let a simple maker err.
var suspicious = []string{
	`{"allOf":[{"additionalProperties":false},{"properties":{"a":{"type":"string"}}}]}`,
	`{"allOf":[{"properties":{"b":{}},"additionalProperties":false},{"properties":{"a":{"type":"string"}}}]}`,
	`{"allOf":[{"additionalProperties":{"type":"integer"}},{"properties":{"a":{"type":"string"}},"required":["a"]}]}`,
	`{"properties":{"a":{}},"required":["z"],"additionalProperties":false}`,
	`{"oneOf":[{"type":"integer"},{"type":"number"}]}`,
	`{"oneOf":[{"type":"object","properties":{"a":{"type":"string"}}},{"type":"object","properties":{"b":{"type":"string"}}}]}`,
	`{"oneOf":[{"enum":[1,2]},{"enum":[1.0,3]}]}`,
	`{"oneOf":[{"const":{"a":1}},{"enum":[{"a":1.0}]}]}`,
	`{"type":"number","exclusiveMinimum":3,"maximum":4}`,
	`{"type":"integer","minimum":3,"enum":[1]}`,
	`{"type":"string","pattern":"^a$","enum":["b"]}`,
	`{"type":"string","pattern":"^a+$","example":"b"}`,
	`{"type":"object","default":{"a":1},"properties":{"a":{"type":"string"}}}`,
	`{"allOf":[{"pattern":"^a+$"},{"pattern":"^a{20}$"}],"type":"string"}`,
	`{"type":"array","items":{"type":"string"},"maxItems":1,"contains":{"const":"x"}}`,
	`{"type":"object","maxProperties":1,"properties":{"a":{},"b":{}}}`,
	`{"type":"object","properties":{"a":{"type":"string"}},"patternProperties":{"^a$":{"type":"integer"}}}`,
	`{"type":"object","properties":{"a":{"type":"string"}},"dependentRequired":{"a":["q"]}}`,
}

// What large descriptions are made of needs no judge: a listing compiles nothing.
func TestOrdinarySchemasAreSure(t *testing.T) {
	t.Parallel()
	for _, schema := range []string{
		`{"type":"object","required":["id","name"],"properties":{"id":{"type":"integer","minimum":1},"name":{"type":"string","maxLength":9},"u":{"type":["string","null"],"format":"uri"}},"additionalProperties":false}`,
		`{"oneOf":[{"type":"null"},{"type":"object","properties":{"key":{"type":"string"}},"required":["key"],"additionalProperties":false}]}`,
		`{"oneOf":[{"type":"integer"},{"type":"string","format":"date-time"}]}`,
		`{"oneOf":[{"type":"object","required":["kind"],"properties":{"kind":{"const":"a"}}},{"type":"object","required":["kind"],"properties":{"kind":{"enum":["b","c"]}}}]}`,
		`{"oneOf":[{"type":"object","required":["a"],"properties":{"a":{"type":"boolean"}},"additionalProperties":false},{"$ref":"#/$defs/b"}],"$defs":{"b":{"type":"object","required":["b"],"properties":{"b":{"type":"string"}}}}}`,
		`{"anyOf":[{"type":"string","enum":["x","y"]},{"type":"null"}]}`,
		`{"allOf":[{"type":"object","properties":{"a":{"type":"string","example":"s"}}},{"type":"object","properties":{"b":{"type":"array","items":{"type":"number"}}}}]}`,
		`{"type":"object","additionalProperties":{"type":"integer"}}`,
	} {
		for seed := range uint64(5) {
			if s, asked := judged(t, schema, seed); !s.OK || asked {
				t.Errorf("%s: %s is not sure", schema, s.JSON)
			}
		}
	}
}

func TestAccepts(t *testing.T) {
	t.Parallel()
	for schema, want := range map[string][2]bool{
		`{"type":"string","description":"d","x-order":1}`: {true, true},
		`{"type":["null","string"],"enum":[null,"a"]}`:    {true, true},
		`{"enum":["b"]}`:                  {false, true},
		`{"const":"b"}`:                   {false, true},
		`{"type":"integer"}`:              {false, true},
		`{"type":"string","minLength":1}`: {true, false},
		`{"$ref":"#"}`:                    {true, false},
	} {
		d, err := document.Parse("x.json", []byte(schema))
		if err != nil {
			t.Fatal(err)
		}
		if yes, sure := Accepts(d.Root(), "a"); yes != want[0] || sure != want[1] {
			t.Errorf("%s: %v %v", schema, yes, sure)
		}
	}
}

// FuzzSure: whatever a schema says, what is sure of it fits.
func FuzzSure(f *testing.F) {
	for _, schema := range append(suspicious, valid...) {
		f.Add(schema, uint64(1))
	}
	f.Fuzz(func(t *testing.T, schema string, seed uint64) {
		if strings.Contains(schema, "nullable") || strings.Contains(schema, "xclusive") || strings.Contains(schema, "$id") || strings.Contains(schema, "$schema") {
			t.Skip("says something else in OpenAPI 3.0 or in another draft")
		}
		s, asked := judged(t, schema, seed)
		if fit, ok := fits(schema, s.JSON); s.OK && !asked && ok && !fit {
			t.Fatalf("%s: %s is sure and does not fit", schema, s.JSON)
		}
	})
}
