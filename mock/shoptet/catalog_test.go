package shoptet_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"tacklebox/fixtures"
	"tacklebox/mock/shoptet"
)

// row is the columns of the catalogue that tests need.
type row struct {
	Type, Kind, Sample, Schema string
	Profiles                   []string
	Registrable                bool
	Instance                   struct{ JSON, Fresh, Follows, Pattern string }
}

var fixtureSet = sync.OnceValue(func() *fixtures.Provider {
	catalog, err := fixtures.Load("")
	if err != nil {
		panic(err)
	}
	p, err := catalog.Provider("shoptet")
	if err != nil {
		panic(err)
	}
	return p
})

func catalogEvents() []row {
	var list []row
	for _, e := range fixtureSet().Events {
		var r row
		if err := json.Unmarshal(e.Raw, &r); err != nil {
			panic(err)
		}
		list = append(list, r)
	}
	return list
}

// schema compiles a schema of the fixtures, with a pointer into it.
func schema(t *testing.T, ref string) *jsonschema.Schema {
	t.Helper()
	file, pointer, _ := strings.Cut(ref, "#")
	raw, err := fixtureSet().File(file)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("file:///"+file, doc); err != nil {
		t.Fatal(err)
	}
	s, err := compiler.Compile("file:///" + file + "#" + pointer)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func satisfies(s *jsonschema.Schema, body string) error {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
	if err != nil {
		return fmt.Errorf("%w in %s", err, body)
	}
	return s.Validate(doc)
}

func TestTheCatalogueIsWhole(t *testing.T) {
	t.Parallel()
	p := fixtureSet()
	in := map[string]int{}
	schemas := map[string]*jsonschema.Schema{"2024-12": schema(t, "objects/callback.2024-12.schema.json"), "2026-08": schema(t, "objects/callback.2026-08.schema.json")}
	for _, e := range catalogEvents() {
		for _, profile := range e.Profiles {
			in[profile]++
			sample, err := p.Sample(e.Type)
			if err != nil {
				t.Fatal(err)
			}
			if err := satisfies(schemas[profile], string(sample)); err != nil {
				t.Errorf("sample of %s in %s: %v", e.Type, profile, err)
			}
		}
		if e.Schema == "" {
			t.Errorf("%s has no schema", e.Type)
		}
	}
	if in["2024-12"] != 56 || in["2026-08"] != 111 {
		t.Errorf("events by profile %v, want 56 and 111", in)
	}
}

// Every assumption has its evidence, and names a setting that exists.
func TestAssumptions(t *testing.T) {
	t.Parallel()
	var options []string
	for _, o := range shoptet.New().Options {
		options = append(options, o.Name)
		if o.About == "" {
			t.Errorf("setting %s says nothing about itself", o.Name)
		}
	}
	list := fixtureSet().Assumptions
	if len(list) < 40 {
		t.Errorf("only %d assumptions", len(list))
	}
	for _, a := range list {
		if !slices.Contains([]string{"observed", "inferred", "decision"}, a.Evidence) || a.Text == "" || a.Topic == "" {
			t.Errorf("assumption %+v", a)
		}
		if a.Switch != "" && !slices.Contains(options, a.Switch) {
			t.Errorf("%s: no setting %q", a.Topic, a.Switch)
		}
	}
	var rules struct {
		Switches []struct{ Name string }
	}
	testdata(t, "rules.json", &rules)
	if len(rules.Switches) < 20 {
		t.Errorf("only %d switches in the table", len(rules.Switches))
	}
	for _, s := range rules.Switches {
		if !slices.Contains(options, s.Name) {
			t.Errorf("no setting %q", s.Name)
		}
	}
}
