package sample

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"tacklebox/mock/fromfile/document"
)

// judge compiles a schema with the library that the contract is checked with.
func judge(t testing.TB, schema string) func([]byte) bool {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema:///x", doc); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("schema:///x")
	if err != nil {
		t.Fatalf("%s: %v", schema, err)
	}
	return func(b []byte) bool {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		return err == nil && compiled.Validate(v) == nil
	}
}

func make1(t testing.TB, schema string, seed uint64, check func([]byte) bool) Sample {
	t.Helper()
	d, err := document.Parse("x.json", []byte(schema))
	if err != nil {
		t.Fatal(err)
	}
	return Make(document.NewSet(d), d.Root(), seed, check)
}

var valid = []string{
	`{"type":"string"}`, `{"type":"integer"}`, `{"type":"number"}`, `{"type":"boolean"}`, `{"type":"null"}`, `{"type":"array"}`, `{"type":"object"}`, `{}`,
	`{"type":["null","string"]}`,
	`{"const":{"a":[1]}}`,
	`{"enum":["a","b","c"]}`,
	`{"enum":["a","b","c"],"allOf":[{"enum":["c","d"]}]}`,
	`{"type":"integer","minimum":5,"maximum":5}`,
	`{"type":"integer","exclusiveMinimum":5,"exclusiveMaximum":7}`,
	`{"type":"number","exclusiveMinimum":0,"exclusiveMaximum":0.001}`,
	`{"type":"integer","minimum":-100,"maximum":-90,"multipleOf":7}`,
	`{"type":"integer","allOf":[{"multipleOf":4},{"multipleOf":6}],"minimum":13}`,
	`{"type":"number","multipleOf":0.25,"minimum":3.1,"maximum":3.4}`,
	`{"type":"integer","minimum":1e15}`,
	`{"type":"string","minLength":50,"maxLength":51}`,
	`{"type":"string","maxLength":3}`, `{"type":"string","maxLength":0}`,
	`{"type":"string","pattern":"^[A-Z]{3}-\\d{4}$"}`,
	`{"type":"string","pattern":"^(?:foo|ba[rz])+$","minLength":12}`,
	`{"type":"string","pattern":"[0-9a-f]{8}"}`,
	`{"type":"string","pattern":"^.*$","minLength":30}`,
	`{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}},"required":["b","c"],"additionalProperties":{"type":"boolean"}}`,
	`{"type":"object","additionalProperties":{"type":"integer"},"minProperties":3}`,
	`{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}`,
	`{"allOf":[{"properties":{"a":{"type":"string"}},"required":["a"]},{"properties":{"a":{"minLength":20},"b":{"const":2}},"required":["b"]}]}`,
	`{"oneOf":[{"type":"null"},{"type":"string","format":"uuid"}]}`,
	`{"oneOf":[{"properties":{"kind":{"const":"a"}},"required":["kind"]},{"properties":{"kind":{"const":"b"}},"required":["kind","size"]}],"type":"object"}`,
	`{"oneOf":[{"type":"integer","minimum":10},{"type":"number","minimum":10}]}`, // only a fraction fits one alone
	`{"anyOf":[{"required":["x"]},{"required":["y"]}],"properties":{"x":{"type":"integer"},"y":{"type":"string"}}}`,
	`{"type":"array","items":{"type":"integer"},"minItems":4,"maxItems":5}`,
	`{"type":"array","items":{"enum":["a","b","c","d"]},"minItems":3,"uniqueItems":true}`,
	`{"type":"array","prefixItems":[{"type":"string"},{"const":7}],"items":false,"minItems":2}`,
	`{"type":"array","contains":{"const":"here"},"items":{"type":"string"}}`,
	`{"type":"array","maxItems":0,"items":{"type":"string"}}`,
	`{"$ref":"#/$defs/node","$defs":{"node":{"type":"object","properties":{"name":{"type":"string"},"next":{"$ref":"#/$defs/node"},"kids":{"type":"array","items":{"$ref":"#/$defs/node"}}},"required":["name","kids"]}}}`,
	`{"$ref":"#/$defs/e","$defs":{"e":{"oneOf":[{"$ref":"#/$defs/sum"},{"$ref":"#/$defs/leaf"}]},"sum":{"type":"object","properties":{"left":{"$ref":"#/$defs/e"},"right":{"$ref":"#/$defs/e"}},"required":["left","right"]},"leaf":{"type":"integer"}}}`,
	`{"$ref":"#/$defs/a","$defs":{"a":{"allOf":[{"$ref":"#/$defs/b"},{"$ref":"#/$defs/c"}]},"b":{"allOf":[{"$ref":"#/$defs/d"}]},"c":{"allOf":[{"$ref":"#/$defs/d"}],"required":["z"]},"d":{"type":"object","properties":{"z":{"type":"string"}}}}}`,
	`{"type":"object","properties":{"n":{"type":"integer","maximum":9,"example":12}},"required":["n"]}`, // a wrong example
	`{"type":"object","properties":{"a":true},"required":["a"]}`,
	`{"not":{"type":"string"},"type":["string","integer"]}`,
}

func TestSamplesFitTheirSchema(t *testing.T) {
	t.Parallel()
	list := valid
	for _, format := range []string{"date-time", "date", "time", "duration", "email", "idn-email", "hostname", "ipv4", "ipv6", "uri", "iri", "uri-reference", "uri-template", "uuid", "json-pointer", "relative-json-pointer", "regex"} {
		list = append(list, fmt.Sprintf(`{"type":"string","format":%q}`, format))
	}
	for _, schema := range list {
		check := judge(t, schema)
		for seed := range uint64(20) {
			s := make1(t, schema, seed, check)
			if !s.OK || !check(s.JSON) || len(s.Notes) > 0 {
				t.Errorf("%s: seed %d: %s %q", schema, seed, s.JSON, s.Notes)
				break
			}
			if again := make1(t, schema, seed, check); !bytes.Equal(again.JSON, s.JSON) {
				t.Errorf("%s: seed %d gives %s and %s", schema, seed, s.JSON, again.JSON)
			}
		}
	}
}

func TestSeedsDiffer(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for seed := range uint64(10) {
		seen[string(make1(t, `{"type":"string","format":"uuid"}`, seed, nil).JSON)] = true
	}
	if len(seen) != 10 {
		t.Errorf("10 seeds give %d samples", len(seen))
	}
}

func TestWhatIsWritten(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ schema, want string }{
		{`{"properties":{"b":{"const":1},"a":{"const":2}}}`, `{"b":1,"a":2}`}, // the order of the description
		{`{"properties":{"a":{"example":"x"},"b":{"examples":["y","z"]},"c":{"default":3}}}`, `{"a":"x","b":"y","c":3}`},
		{`{"type":"string","nullable":true,"enum":["only",null]}`, `"only"`},
		{`{"type":"integer","minimum":1,"exclusiveMinimum":true,"maximum":2}`, `2`}, // OpenAPI 3.0
		{`{"oneOf":[{"$ref":"#/$defs/Cat"},{"$ref":"#/$defs/Dog"}],"discriminator":{"propertyName":"kind"},"$defs":{"Cat":{"type":"object","properties":{"kind":{"type":"string"}}},"Dog":{}}}`, `{"kind":"Cat"}`},
		{`{"oneOf":[{"$ref":"#/$defs/Cat"}],"discriminator":{"propertyName":"kind","mapping":{"feline":"#/$defs/Cat"}},"$defs":{"Cat":{"type":"object","properties":{"kind":{"type":"string"}},"required":["kind"]}}}`, `{"kind":"feline"}`},
		{`{"$ref":"#/$defs/Cat","$defs":{"Pet":{"type":"object","discriminator":{"propertyName":"kind"},"properties":{"kind":{"type":"string"}}},"Cat":{"allOf":[{"$ref":"#/$defs/Pet"},{"properties":{"lives":{"const":9}}}]}}}`, `{"kind":"Cat","lives":9}`},
		{`{"type":"any","properties":{"a":{"type":["file","string"],"const":"x"}}}`, `{"a":"x"}`},                                                                                 // words that are no types say nothing
		{`{"oneOf":[{"$ref":"#/$defs/Cat"}],"discriminator":{"propertyName":"kind"},"$defs":{"Cat":{"type":"object","properties":{"kind":{"enum":["cat"]}}}}}`, `{"kind":"cat"}`}, // the enumeration knows better
	} {
		if s := make1(t, c.schema, 1, nil); string(s.JSON) != c.want {
			t.Errorf("%s: %s, want %s", c.schema, s.JSON, c.want)
		}
	}
}

// Hostile and contradictory schemas: an answer at once, with a sentence.
func TestWhatCannotBe(t *testing.T) {
	t.Parallel()
	var manyText strings.Builder
	manyText.WriteString(`{"type":"object","properties":{`)
	for i := range 300_000 {
		fmt.Fprintf(&manyText, `"p%d":{"type":"string"},`, i)
	}
	many := manyText.String() + `"p":{}}}`
	tree := `{"$ref":"#/$defs/n0","$defs":{`
	for i := range 40 { // two to the fortieth values
		tree += fmt.Sprintf(`"n%d":{"type":"object","properties":{"l":{"$ref":"#/$defs/n%d"},"r":{"$ref":"#/$defs/n%d"}},"required":["l","r"]},`, i, i+1, i+1)
	}
	tree += `"n40":{"type":"string"}}}`
	choices := `{"allOf":[` + strings.TrimSuffix(strings.Repeat(`{"oneOf":[{"const":1},{"const":2},{"const":3}]},`, 200), ",") + `]}`
	for name, c := range map[string]struct{ schema, note string }{
		"itself":        {`{"$ref":"#"}`, ""},
		"required loop": {`{"$ref":"#/$defs/a","$defs":{"a":{"type":"object","properties":{"a":{"$ref":"#/$defs/a"}},"required":["a"]}}}`, "refers to itself without end"},
		"contradiction": {`{"allOf":[{"type":"string"},{"type":"integer"}]}`, "contradicts itself"},
		"enumerations":  {`{"enum":[1],"allOf":[{"enum":[2]}]}`, "contradicts itself"},
		"false":         {`{"type":"object","properties":{"a":false},"required":["a"]}`, "contradicts itself"},
		"remote":        {`{"$ref":"https://evil.test/schema.json"}`, "nothing is fetched"},
		"nowhere":       {`{"$ref":"#/$defs/none"}`, "leads nowhere"},
		"look-ahead":    {`{"type":"string","pattern":"^(?=a)b"}`, "is not followed"},
		"huge text":     {`{"type":"string","minLength":1e9}`, "contradicts itself"},
		"huge list":     {`{"type":"array","minItems":1e9}`, "contradicts itself"},
		"huge object":   {`{"type":"object","minProperties":1e9}`, "contradicts itself"},
		"many members":  {many, ""},
		"a tree":        {tree, "too large"},
		"choices":       {choices, ""},
		"repetition":    {`{"type":"string","pattern":"^((((a{0,900}){0,900}){0,900}){0,900})$"}`, "is not followed"},
		"odd keywords":  {`{"type":7,"properties":[],"required":"x","allOf":{"a":1},"enum":{},"items":"x","minimum":"y","oneOf":[]}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			s := make1(t, c.schema, 1, nil)
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("took %s", took)
			}
			if !json.Valid(s.JSON) || c.note != "" && !strings.Contains(strings.Join(s.Notes, "\n"), c.note) {
				t.Errorf("%.200s %q, want %q", s.JSON, s.Notes, c.note)
			}
		})
	}
}

func TestACheckThatNeverPasses(t *testing.T) {
	t.Parallel()
	tried := 0
	s := make1(t, `{"type":"string","not":{}}`, 1, func([]byte) bool { tried++; return false })
	if s.OK || tried != attempts || len(s.Notes) != 1 || !strings.Contains(s.Notes[0], "does not fit its own schema") {
		t.Errorf("%+v after %d", s, tried)
	}
}

func FuzzMake(f *testing.F) {
	for _, schema := range valid {
		f.Add(schema, uint64(1))
	}
	f.Fuzz(func(t *testing.T, schema string, seed uint64) {
		d, err := document.Parse("x.json", []byte(schema))
		if err != nil {
			return
		}
		s := Make(document.NewSet(d), d.Root(), seed, nil)
		if !json.Valid(s.JSON) {
			t.Fatalf("%s: not JSON: %q", schema, s.JSON)
		}
		if again := Make(document.NewSet(d), d.Root(), seed, nil); !bytes.Equal(s.JSON, again.JSON) {
			t.Fatalf("%s: %s and %s", schema, s.JSON, again.JSON)
		}
	})
}

// FuzzPattern: whatever a pattern says, a text that is made for it matches it.
func FuzzPattern(f *testing.F) {
	f.Add(`^[A-Z]{3}-\d{4}$`, uint64(1))
	f.Add(`(a|b)*?\x{10FFFF}\bé[^a]`, uint64(2))
	f.Fuzz(func(t *testing.T, pattern string, seed uint64) {
		schema, err := json.Marshal(map[string]any{"type": "string", "pattern": pattern})
		if err != nil {
			return
		}
		d, err := document.Parse("x.json", schema)
		if err != nil {
			return
		}
		if s := Make(document.NewSet(d), d.Root(), seed, nil); !json.Valid(s.JSON) {
			t.Fatalf("%q: %q", pattern, s.JSON)
		}
	})
}
