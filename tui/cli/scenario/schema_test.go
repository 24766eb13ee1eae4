package scenario

import (
	"encoding/json"
	"io/fs"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"tacklebox/tui/cli/contract"
)

const folder = "../../../fixtures/scenarios"

func shipped(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(folder + "/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// against holds a scenario's text against the schema.
func against(t *testing.T, schema *contract.Schema, text []byte) []contract.Drift {
	t.Helper()
	var doc any
	if err := yaml.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return schema.Check(body)
}

// TestTheSchemaKnowsWhatIsShipped, and the page's examples.
func TestTheSchemaKnowsWhatIsShipped(t *testing.T) {
	schema, err := contract.Compile(shipped(t, "schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	examples := map[string][]byte{}
	for i, m := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(shipped(t, "README.md"), -1) {
		examples["README.md "+string(rune('1'+i))] = m[1]
	}
	err = fs.WalkDir(os.DirFS(folder), ".", func(name string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(name, ".yaml") {
			examples[name] = shipped(t, name)
		}
		return err
	})
	if err != nil || len(examples) < 22 {
		t.Fatalf("%d scenarios, %v", len(examples), err)
	}
	of := map[string]int{}
	for name, text := range examples {
		provider, _, _ := strings.Cut(name, "/")
		of[provider]++
		if _, err := Parse(name, text); err != nil {
			t.Error(err)
		}
		if found := against(t, schema, text); len(found) > 0 {
			t.Errorf("%s: %v", name, found)
		}
	}
	for _, provider := range []string{"prioticket", "dsco", "lagerkoll", "shoptet", "ultracart"} {
		if of[provider] < 3 {
			t.Errorf("%s has %d scenarios, want three", provider, of[provider])
		}
	}
}

// TestTheSchemaRefuses what is refused when it is played.
func TestTheSchemaRefuses(t *testing.T) {
	schema, err := contract.Compile(shipped(t, "schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"name: x", "steps: []", "steps: [{name: x}]", "steps: [{reset: true, clock: next}]", "steps: [{fier: {}}]", "steps: [{fire: {provider: p, type: t, coun: 1}}]",
		"steps: [{fire: {provider: p, type: t, count: many}}]", "steps: [{clock: soon}]", "steps: [{clock: {advnce: 1h}}]", "steps: [{faults: drop}]", "steps: [{run: {url: x}}]", "steps: [{assert: {of: both}}]", "vars: {a: [1]}\nsteps: [{reset: true}]"} {
		if len(against(t, schema, []byte(text))) == 0 {
			t.Errorf("%q passes", text)
		}
	}
}

// TestTheSchemaHasEveryKey that a step knows, and no other.
func TestTheSchemaHasEveryKey(t *testing.T) {
	type part struct {
		Properties map[string]part
		OneOf      []part
	}
	var doc struct {
		Defs map[string]part `json:"$defs"`
	}
	if err := json.Unmarshal(shipped(t, "schema.json"), &doc); err != nil {
		t.Fatal(err)
	}
	keys := func(p part) (list []string) {
		for _, p := range append(p.OneOf, p) {
			for name := range p.Properties {
				list = append(list, name)
			}
		}
		slices.Sort(list)
		return list
	}
	steps := doc.Defs["step"].Properties
	if diff := cmp.Diff(slices.Sorted(slices.Values(append(Kinds(), "name"))), keys(doc.Defs["step"])); diff != "" {
		t.Errorf("steps (-played +described):\n%s", diff)
	}
	for kind, form := range stepForms() {
		described := steps[kind]
		form := reflect.TypeOf(form)
		if kind == "faults" {
			described, form = doc.Defs["fault"], form.Elem()
		}
		if form.Kind() != reflect.Struct {
			continue
		}
		if diff := cmp.Diff(slices.Sorted(slices.Values(jsonKeys(form))), keys(described)); diff != "" {
			t.Errorf("%s (-played +described):\n%s", kind, diff)
		}
	}
}
