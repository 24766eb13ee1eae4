package describe

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tacklebox/fixtures"
	"tacklebox/mock/provider"
)

// still is an engine in which nothing happens.
type still struct{ provider.Engine }

func (still) Now() time.Time            { return time.Time{} }
func (still) Rand() provider.SeededRand { return provider.SeededRand{} }
func (still) BaseURL() string           { return "http://sandbox.test/plain" }

var files = fstest.MapFS{
	"plain/catalog.json": {Data: []byte(`{"title":"Plain","events":[
		{"type":"made","about":"made","evidence":"decision","sample":"made.json","schema":"all.schema.json#/$defs/made"},
		{"type":"lost","about":"lost","evidence":"decision","sample":"made.json","schema":"lost.schema.json"},
		{"type":"bare","about":"bare","evidence":"decision","sample":"made.json"},
		{"type":"torn","about":"torn","evidence":"decision","sample":"made.json","schema":"torn.schema.json"}]}`)},
	"plain/made.json": {Data: []byte(`{"id":1}`)},
	"plain/all.schema.json": {Data: []byte(`{"$defs":{"made":{"type":"object","required":["id"],"properties":{"id":{"$ref":"#/$defs/id"}}},
		"id":{"type":"integer"},"other":{"type":"string"}}}`)},
	"plain/lost.schema.json": {Data: []byte(`{"type":"object","required":["gone"]}`)},
	"plain/torn.schema.json": {Data: []byte(`{"$ref":"elsewhere.json"}`)},
	"plain/openapi.json": {Data: []byte(`{"openapi":"3.1.0","info":{"version":"2","x-versions":{"old":"1"}},
		"paths":{"/a":{"$ref":"#/components/schemas/Used"}},"components":{"schemas":{"Used":{},"Unused":{}}}}`)},
}

// describe makes the description of a provider whose profile "old" offers less.
func describe(t *testing.T, change func(*provider.Provider)) (d *Description, book *provider.Book, warned *[]string) {
	t.Helper()
	p := &provider.Provider{Name: "plain", Title: "Plain", API: provider.API{Home: "/v1"}}
	p.Options = []provider.Option{{Name: "profile", Kind: provider.TextOption, Values: []string{"new", "old"}, Default: `"new"`}}
	p.Offers = func(w *provider.World, _, typ string) (string, bool) {
		return "only in the new profile", typ == "made" || w.Option("", "profile").Text() == "new"
	}
	if change != nil {
		change(p)
	}
	cat, err := fixtures.New(files).Provider("plain")
	if err != nil {
		t.Fatal(err)
	}
	warned = &[]string{}
	book = provider.NewBook(p, still{}, func() *provider.Catalogue { return cat }, nil)
	return Of(p, book.World(), func(text string) { *warned = append(*warned, text) }), book, warned
}

func enveloped(p *provider.Provider) {
	p.Envelope = func(_ string, inside map[string]any) map[string]any {
		return map[string]any{"type": "object", "required": []any{"data"}, "properties": map[string]any{"data": inside}}
	}
}

func TestABodyIsHeldAgainstItsSchema(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		change    func(*provider.Provider)
		typ, body string
		want      string // "" no verdict, "ok", or part of a violation
	}{
		{nil, "made", `{"id":1}`, "ok"},
		{nil, "made", `{"id":"1"}`, "got string, want integer"},
		{nil, "made", `{}`, "missing property 'id'"},
		{nil, "made", `{"id"`, "the body is not JSON"},
		{nil, "lost", `{"gone":1}`, "ok"},
		{nil, "bare", `{}`, ""},
		{nil, "nobody's", `{}`, ""},
		{nil, "torn", `{}`, ""},
		{enveloped, "made", `{"id":1}`, "missing property 'data'"},
		{enveloped, "made", `{"data":{"id":1}}`, "ok"},
		{func(p *provider.Provider) { p.Unwrap = func(b []byte) []byte { return b[1:] } }, "made", `x{"id":1}`, "ok"},
		{func(p *provider.Provider) { p.Unwrap = func([]byte) []byte { return nil } }, "made", `{}`, ""},
	} {
		d, _, _ := describe(t, c.change)
		got := ""
		if v := d.Check(c.typ, []byte(c.body)); v != nil {
			if got = strings.Join(v.Violations, "; "); v.OK {
				got = "ok"
			}
		}
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s %s: %q, want %q", c.typ, c.body, got, c.want)
		}
	}
}

// TestABrokenSchemaIsWarnedOfOnce, however many bodies come.
func TestABrokenSchemaIsWarnedOfOnce(t *testing.T) {
	t.Parallel()
	d, _, warned := describe(t, nil)
	for range 3 {
		if v := d.Check("torn", []byte(`{}`)); v != nil {
			t.Errorf("a verdict: %+v", v)
		}
	}
	if len(*warned) != 1 || !strings.Contains((*warned)[0], "schema of plain torn") {
		t.Errorf("warned %q", *warned)
	}
}

// TestWhatIsShownOfAType: a schema that needs no other document, and of many
// definitions those that it refers to.
func TestWhatIsShownOfAType(t *testing.T) {
	t.Parallel()
	d, _, _ := describe(t, nil)
	want := map[string]string{
		"made": `{"$defs":{"id":{"type":"integer"},"made":{"type":"object","required":["id"],"properties":{"id":{"$ref":"#/$defs/id"}}}},"$ref":"#/$defs/made","$schema":"https://json-schema.org/draft/2020-12/schema"}`,
		"lost": `{"type":"object","required":["gone"]}`,
		"bare": ``,
		"torn": `{"$ref":"elsewhere.json"}`,
	}
	for _, e := range d.Detail().Events {
		if string(e.Schema) != want[e.Type] || string(e.Sample) != `{"id":1}` {
			t.Errorf("%s: schema %s, sample %s", e.Type, e.Schema, e.Sample)
		}
		delete(want, e.Type)
	}
	if len(want) > 0 {
		t.Errorf("not shown: %v", want)
	}
}

// TestAProfileOffersWhatItOffers: in rows, details and refusals alike.
func TestAProfileOffersWhatItOffers(t *testing.T) {
	t.Parallel()
	d, book, _ := describe(t, nil)
	for _, c := range []struct {
		profile            string
		offered, elsewhere int
		refusal            string // of "lost"
	}{
		{"new", 4, 0, ""},
		{"old", 1, 3, "plain has no event type \"lost\" here"},
	} {
		if err := book.Settings().Change("", map[string]json.RawMessage{"profile": provider.Encode(c.profile)}); err != nil {
			t.Fatal(err)
		}
		row, detail := d.Row(), d.Detail()
		if row.Events != c.offered || len(detail.Events) != c.offered || len(detail.Elsewhere) != c.elsewhere || row.Profile != c.profile || row.BaseURL != "http://sandbox.test/plain/v1" {
			t.Errorf("%s: %+v, %d and %d events", c.profile, row, len(detail.Events), len(detail.Elsewhere))
		}
		got := ""
		if err := d.CheckType("", "lost"); err != nil {
			got = err.Error()
		}
		if (got == "") != (c.refusal == "") || !strings.Contains(got, c.refusal) {
			t.Errorf("%s: lost is refused with %q, want %q", c.profile, got, c.refusal)
		}
	}
	if err := d.CheckType("", "mad"); err == nil || !strings.Contains(err.Error(), `no event type "mad"`) {
		t.Errorf("a type that there is not: %v", err)
	}
}

// TestTheOpenAPIDescription has this instance's address, the profile's version,
// what is used and every type that is offered.
func TestTheOpenAPIDescription(t *testing.T) {
	t.Parallel()
	d, book, _ := describe(t, nil)
	if err := book.Settings().Change("", map[string]json.RawMessage{"profile": json.RawMessage(`"old"`)}); err != nil {
		t.Fatal(err)
	}
	doc, err := d.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"components":{"schemas":{"Used":{},` +
		`"callback.all.id":{"type":"integer"},"callback.all.made":{"properties":{"id":{"$ref":"#/components/schemas/callback.all.id"}},"required":["id"],"type":"object"}}},` +
		`"info":{"version":"1"},"openapi":"3.1.0","paths":{"/a":{"$ref":"#/components/schemas/Used"}},"servers":[{"url":"http://sandbox.test/plain/v1"}],` +
		`"webhooks":{"made":{"post":{"operationId":"callback_made","requestBody":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/callback.all.made"}}},"required":true},` +
		`"responses":{"200":{"description":"Received"}},"security":[],"summary":"made","tags":["callbacks"],"x-evidence":"decision"}}}}`
	if got := string(provider.Encode(doc)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestAlternativesOfNothingButRequired are left out of the components: beside
// properties they are unions of nothing in every generator.
func TestAlternativesOfNothingButRequired(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{`{"anyOf":[{"required":["a"]},{"required":["b"]}],"type":"object"}`, `{"type":"object"}`},
		{`{"oneOf":[{"required":["a"],"type":"object"}]}`, `{"oneOf":[{"required":["a"],"type":"object"}]}`},
		{`{"anyOf":[]}`, `{"anyOf":[]}`},
		{`{"items":[{"$ref":"#/$defs/x y/deep"},{"$ref":"#"},{"$ref":"#/properties/a"},{"$ref":"http://else/"}]}`,
			`{"items":[{"$ref":"#/components/schemas/n.x_y/deep"},{"$ref":"#/components/schemas/n"},{"$ref":"#/components/schemas/n/properties/a"},{"$ref":"http://else/"}]}`},
	} {
		var v any
		if err := json.Unmarshal([]byte(c.in), &v); err != nil {
			t.Fatal(err)
		}
		if got := string(provider.Encode(fit(v, "n"))); got != c.want {
			t.Errorf("%s: %s, want %s", c.in, got, c.want)
		}
	}
}

func TestViolationsAreBounded(t *testing.T) {
	t.Parallel()
	d, _, _ := describe(t, func(p *provider.Provider) {
		p.Envelope = func(_ string, inside map[string]any) map[string]any {
			return map[string]any{"type": "array", "items": inside}
		}
	})
	v := d.Check("made", []byte("["+strings.Join(slices.Repeat([]string{`{}`}, 100), ",")+"]"))
	if v == nil || v.OK || len(v.Violations) != 20 {
		t.Errorf("of a hundred: %+v", v)
	}
}
