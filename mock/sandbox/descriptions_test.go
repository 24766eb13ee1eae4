package sandbox

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"tacklebox/fixtures"
	"tacklebox/mock/provider"
)

// eachProvider runs a test for every provider there is, in every profile it has.
func eachProvider(t *testing.T, test func(t *testing.T, r *Running, p *provider.Provider, profile string)) {
	t.Helper()
	for _, p := range providers() {
		profiles := []string{p.Profile}
		for _, o := range p.Options {
			if o.Name == "profile" {
				profiles = o.Values
			}
		}
		for _, profile := range profiles {
			t.Run(p.Name+" "+profile, func(t *testing.T) {
				t.Parallel()
				r := Start(t)
				if len(profiles) > 1 {
					r.Settings(p.Name, "", map[string]any{"profile": profile})
				}
				test(t, r, p, profile)
			})
		}
	}
}

// described reads the description that a provider's control page serves.
func described(t *testing.T, r *Running, name string) (text string, doc map[string]any) {
	t.Helper()
	_, answer := r.call("GET", "/_/providers/"+name+"/openapi.json", nil)
	text = strings.TrimPrefix(answer, "200 ")
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatalf("%v: %.200s", err, answer)
	}
	return text, doc
}

func TestEveryDescriptionIsValid(t *testing.T) {
	t.Parallel()
	eachProvider(t, func(t *testing.T, r *Running, p *provider.Provider, _ string) {
		text, _ := described(t, r, p.Name)
		doc, err := openapi3.NewLoader().LoadFromData([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := doc.Validate(t.Context()); err != nil {
			t.Error(err)
		}
		if doc.OpenAPI != "3.1.0" {
			t.Errorf("OpenAPI %s", doc.OpenAPI)
		}
	})
}

// The paths are exactly the operations that are served, and the callbacks the
// event types that can be fired.
func TestEveryDescriptionListsWhatIsServed(t *testing.T) {
	t.Parallel()
	eachProvider(t, func(t *testing.T, r *Running, p *provider.Provider, profile string) {
		_, doc := described(t, r, p.Name)
		var paths, served []string
		for path, item := range doc["paths"].(map[string]any) {
			for method, op := range item.(map[string]any) {
				if method != "parameters" {
					paths = append(paths, op.(map[string]any)["operationId"].(string)+" "+strings.ToUpper(method)+" "+path)
				}
			}
		}
		for _, op := range p.Operations {
			served = append(served, op.ID+" "+op.Method+" "+strings.TrimPrefix(op.Path, p.Home))
		}
		slices.Sort(paths)
		slices.Sort(served)
		if !slices.Equal(paths, served) {
			t.Errorf("described %v\nserved %v", paths, served)
		}
		catalog, err := fixtures.Load("")
		if err != nil {
			t.Fatal(err)
		}
		cat, err := catalog.Provider(p.Name)
		if err != nil {
			t.Fatal(err)
		}
		var types []string
		for _, ev := range cat.Events {
			if profiles := columns(t, ev).Profiles; profiles == nil || slices.Contains(profiles, profile) {
				types = append(types, ev.Type)
			}
		}
		slices.Sort(types)
		if got := slices.Sorted(maps.Keys(doc["webhooks"].(map[string]any))); !slices.Equal(got, types) {
			t.Errorf("callbacks %v\nwant %v", got, types)
		}
	})
}

func columns(t *testing.T, ev fixtures.Event) (own struct{ Profiles []string }) {
	t.Helper()
	if err := json.Unmarshal(ev.Raw, &own); err != nil {
		t.Fatal(err)
	}
	return own
}

// rule is something that generators of clients ask of a description. It returns
// what breaks it at one place, or nothing.
type rule struct {
	name   string
	broken func(at string, key string, v any) string
}

var rules = []rule{
	{"definitions are components", func(at, key string, _ any) string {
		if key == "$defs" {
			return at
		}
		return ""
	}},
	{"alternatives say more than what is required", func(at, key string, v any) string {
		list, ok := v.([]any)
		if !ok || key != "anyOf" && key != "oneOf" && key != "allOf" {
			return ""
		}
		for _, one := range list {
			if m, isObject := one.(map[string]any); !isObject || len(m) != 1 || m["required"] == nil {
				return ""
			}
		}
		return at
	}},
}

func TestEveryDescriptionSuitsGenerators(t *testing.T) {
	t.Parallel()
	eachProvider(t, func(t *testing.T, r *Running, p *provider.Provider, profile string) {
		_, doc := described(t, r, p.Name)
		for _, complaint := range unsuited(doc) {
			t.Error(complaint)
		}
		for name, item := range doc["webhooks"].(map[string]any) {
			op := item.(map[string]any)["post"].(map[string]any)
			if security, is := op["security"].([]any); !is || len(security) != 0 {
				t.Errorf("callback %s: security %v", name, op["security"])
			}
		}
		info := doc["info"].(map[string]any)
		if info["license"] == nil {
			t.Error("no licence")
		}
		if v, _ := info["version"].(string); !strings.HasPrefix(v, strings.TrimPrefix(profile, "v")) && v != profile {
			t.Errorf("version %q in profile %s", v, profile)
		}
		for key := range info {
			if strings.HasPrefix(key, "x-") {
				t.Errorf("info shows %s", key)
			}
		}
	})
}

// TestTheRulesOfDescriptionsCanFail shows that each rule sees what breaks it.
func TestTheRulesOfDescriptionsCanFail(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"components":{"schemas":{"a":{"$defs":{}}}},"paths":{"/":{"$ref":"#/components/schemas/a"}}}`:                             "definitions are components",
		`{"paths":{"/":{"type":"object","anyOf":[{"required":["a"]},{"required":["b"]}]}}}`:                                         "alternatives say more",
		`{"components":{"schemas":{"a":{},"b":{"$ref":"#/components/schemas/b"}}},"paths":{"/":{"$ref":"#/components/schemas/a"}}}`: "schemas/b is not used",
		`{"paths":{"/":{"$ref":"#/components/schemas/a"}}}`:                                                                         "leads nowhere",
	} {
		var doc map[string]any
		if err := json.Unmarshal([]byte(text), &doc); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(unsuited(doc), "\n"); !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// unsuited lists what of a description breaks a rule, leads nowhere or is not used.
func unsuited(doc map[string]any) (complaints []string) {
	refs := map[string]bool{}
	var walk func(at, key string, v any)
	walk = func(at, key string, v any) {
		for _, r := range rules {
			if place := r.broken(at, key, v); place != "" {
				complaints = append(complaints, r.name+": "+place)
			}
		}
		switch v := v.(type) {
		case map[string]any:
			for name, inside := range v {
				walk(at+"/"+name, name, inside)
			}
		case []any:
			for _, inside := range v {
				walk(at, "", inside)
			}
		case string:
			if key == "$ref" && !strings.HasPrefix(v, strings.TrimSuffix(at, "/$ref")) { // not of a component to itself
				refs[v] = true
			}
		}
	}
	walk("#", "", doc)
	for ref := range refs {
		if place(doc, ref) == nil {
			complaints = append(complaints, ref+" leads nowhere")
		}
	}
	components, _ := doc["components"].(map[string]any)
	for kind, entries := range components {
		for name := range entries.(map[string]any) {
			at := "#/components/" + kind + "/" + name
			used := slices.ContainsFunc(slices.Collect(maps.Keys(refs)), func(ref string) bool { return ref == at || strings.HasPrefix(ref, at+"/") })
			if kind != "securitySchemes" && !used {
				complaints = append(complaints, at+" is not used")
			}
		}
	}
	return complaints
}

func place(doc map[string]any, ref string) any {
	var at any = doc
	for part := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		m, _ := at.(map[string]any)
		at = m[strings.NewReplacer("~1", "/", "~0", "~").Replace(part)]
	}
	return at
}

// Every setting says what it does, and every assumption has its evidence and
// names a setting that exists.
func TestEveryAssumptionHasItsEvidence(t *testing.T) {
	t.Parallel()
	catalog, err := fixtures.Load("")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range providers() {
		cat, err := catalog.Provider(p.Name)
		if err != nil || len(cat.Assumptions) == 0 {
			t.Fatalf("%s: %v: %d assumptions", p.Name, err, len(cat.Assumptions))
		}
		var options []string
		for _, o := range p.Options {
			options = append(options, o.Name)
			if o.About == "" {
				t.Errorf("%s: setting %s says nothing about itself", p.Name, o.Name)
			}
		}
		for _, a := range cat.Assumptions {
			known := a.Switch == "" || slices.Contains(options, a.Switch)
			if a.Topic == "" || a.Text == "" || !slices.Contains([]string{"observed", "inferred", "decision"}, a.Evidence) || !known {
				t.Errorf("%s: %+v", p.Name, a)
			}
		}
	}
}
