package prioticket_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"tacklebox/fixtures"
	"tacklebox/mock/kit/kittest"
	"tacklebox/mock/prioticket"
)

func catalogue(t *testing.T) *fixtures.Provider { return kittest.Fixtures(t, "prioticket") }

// schema compiles a file of the fixtures, "file" or "file#/pointer".
func schema(t *testing.T, cat *fixtures.Provider, ref string) *jsonschema.Schema {
	return kittest.Schema(t, cat, ref)
}

func fits(t *testing.T, s *jsonschema.Schema, what string, body []byte) {
	t.Helper()
	kittest.Fits(t, s, what, string(body))
}

func TestEverySampleFitsItsSchema(t *testing.T) {
	t.Parallel()
	cat := catalogue(t)
	if len(cat.Events) != 21 {
		t.Errorf("%d event types, want 21", len(cat.Events))
	}
	callback := schema(t, cat, "objects/callback.schema.json")
	for _, ev := range cat.Events {
		b, err := cat.Sample(ev.Type)
		if err != nil || ev.Schema != "objects/callback.schema.json" {
			t.Errorf("%s: schema %q, sample %v", ev.Type, ev.Schema, err)
			continue
		}
		fits(t, callback, ev.Type, b)
		if !bytes.Contains(b, []byte(`"notification_event": "`+ev.Type+`"`)) {
			t.Errorf("the sample of %s names another event", ev.Type)
		}
	}
	b, err := cat.File("samples/_payload_off.json")
	if err != nil {
		t.Fatal(err)
	}
	fits(t, callback, "_payload_off", b)
}

func TestSamplesHoldNothingThatAReceiverChokesOn(t *testing.T) {
	t.Parallel()
	cat := catalogue(t)
	for _, ev := range cat.Events {
		b, err := cat.Sample(ev.Type)
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"error", ": null", `: ""`, "Z\""} {
			if bytes.Contains(bytes.ToLower(b), []byte(strings.ToLower(bad))) {
				t.Errorf("the sample of %s holds %q", ev.Type, bad)
			}
		}
	}
}

func TestTheSchemasListTheTypesOfTheCatalogue(t *testing.T) {
	t.Parallel()
	cat := catalogue(t)
	var types []string
	for _, ev := range cat.Events {
		types = append(types, ev.Type)
	}
	slices.Sort(types)
	for file, path := range map[string][]string{
		"objects/callback.schema.json":             {"$defs", "notification", "properties", "notification_event", "enum"},
		"objects/webhook-request.schema.json":      {"$defs", "webhook", "properties", "webhook_events", "items", "enum"},
		"objects/notification-request.schema.json": {"$defs", "notification", "properties", "notification_event", "enum"},
		"openapi.json": {"components", "schemas", "EventType", "enum"},
	} {
		raw, err := cat.File(file)
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if err := json.Unmarshal(raw, &v); err != nil {
			t.Fatal(err)
		}
		for _, name := range path {
			v = v.(map[string]any)[name]
		}
		var got []string
		for _, s := range v.([]any) {
			got = append(got, s.(string))
		}
		if slices.Sort(got); !slices.Equal(got, types) {
			t.Errorf("%s lists %v, want %v", file, got, types)
		}
	}
}

func TestEverySwitchIsToldAmongTheAssumptions(t *testing.T) {
	t.Parallel()
	cat, told := catalogue(t), map[string]bool{}
	options := map[string]bool{}
	for _, o := range prioticket.New().Options {
		options[o.Name] = true
	}
	for _, a := range cat.Assumptions {
		if a.Topic == "" || a.Text == "" || !slices.Contains([]string{"observed", "inferred", "decision"}, a.Evidence) {
			t.Errorf("assumption %+v is not whole", a)
		}
		if a.Switch != "" && !options[a.Switch] {
			t.Errorf("assumption %q names the switch %q, which is none", a.Text, a.Switch)
		}
		told[a.Switch] = true
	}
	for name := range options {
		if !told[name] {
			t.Errorf("no assumption tells of the switch %s", name)
		}
	}
}
