package contract

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/sjson"

	"tacklebox/mock/sandbox"
	"tacklebox/receiver/client"
	"tacklebox/tui/cli/exit"
)

func loaded(t testing.TB, c *client.Client, only string) *Catalogue {
	t.Helper()
	cat, err := Load(context.Background(), c, only)
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

// TestEverySampleIsKnown by itself, without a name or a folder that helps, as what
// it is, and has not drifted.
func TestEverySampleIsKnown(t *testing.T) {
	cat, count := loaded(t, client.New(sandbox.Start(t).URL, ""), ""), 0
	for _, provider := range cat.names {
		for _, name := range cat.types(provider) {
			count++
			p := &Payload{File: "1.json", Body: cat.providers[provider][name].Sample}
			drift, err := cat.Check(p)
			if err != nil || p.Provider != provider || !slices.Equal(p.Types, []string{name}) || len(drift) > 0 {
				t.Errorf("%s %s: %s %v %v %v", provider, name, p.Provider, p.Types, drift, err)
			}
		}
	}
	if count < 150 {
		t.Errorf("%d samples", count)
	}
}

// TestDrift: what became of a payload is told by path.
func TestDrift(t *testing.T) {
	t.Parallel()
	cat := loaded(t, client.New(sandbox.Start(t).URL, ""), "")
	for name, c := range map[string]struct {
		provider, typ string
		set           map[string]any // nil: the path goes
		want          []string
	}{
		"nothing":           {"shoptet", "order:create", nil, nil},
		"one is gone":       {"shoptet", "order:create", map[string]any{"eventCreated": nil}, []string{"eventCreated is missing"}},
		"one is renamed":    {"shoptet", "order:create", map[string]any{"eventCreated": nil, "evntCreated": "x"}, []string{"eventCreated is missing", `evntCreated is not known (did you mean "eventCreated"?)`}},
		"another type":      {"dsco", "ORDER_CREATED", map[string]any{"payload.lineItems.0.quantity": "3"}, []string{"payload.lineItems.0.quantity: want integer, got string"}},
		"deep and mistyped": {"dsco", "ORDER_CREATED", map[string]any{"payload.lineItems.1.quantty": 1}, []string{`payload.lineItems.1.quantty is not known (did you mean "quantity"?)`}},
		"deep and new":      {"dsco", "ORDER_CREATED", map[string]any{"payload.lineItems.1.qwertz": map[string]any{"a": 1}}, []string{"payload.lineItems.1.qwertz is not known"}},
		"another value":     {"lagerkoll", "article.created", map[string]any{"articleId": "five"}, []string{"articleId: 'five' does not match pattern '^[0-9]+-[0-9]+$'"}},
		"in an envelope":    {"ultracart", "order_create", map[string]any{"events.0.order_create.order_id": 5}, []string{"events.0.order_create.order_id: want string, got number"}},
		"two of a batch":    {"ultracart", "order_create", map[string]any{"events.1.order_ship": map[string]any{"order_id": 7}}, []string{"events.1.order_ship.order_id: want string, got number"}},
		"an unknown type":   {"shoptet", "order:create", map[string]any{"event": "order:creat"}, []string{`event: shoptet 2024-12 has no event type "order:creat" (did you mean "order:create"?)`}},
		"a dot in the name": {"shoptet", "order:create", map[string]any{`x\.y`: 1}, []string{`x\.y is not known`}},
	} {
		t.Run(name, func(t *testing.T) {
			body := slices.Clone(cat.providers[c.provider][c.typ].Sample)
			for path, v := range c.set {
				var err error
				if v == nil {
					body, err = sjson.DeleteBytes(body, path)
				} else {
					body, err = sjson.SetBytes(body, path, v)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			drift, err := cat.Check(&Payload{File: "x.json", Provider: c.provider, Body: body})
			var got []string
			for _, d := range drift {
				got = append(got, d.String())
			}
			if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}

// TestWhatCannotBeTold has to be said.
func TestWhatCannotBeTold(t *testing.T) {
	t.Parallel()
	cat := loaded(t, client.New(sandbox.Start(t).URL, ""), "")
	order := string(cat.providers["shoptet"]["order:create"].Sample)
	for name, c := range map[string]struct {
		payload Payload
		want    string
	}{
		"no JSON":             {Payload{File: "a.json", Body: []byte("<a/>")}, "a.json: it is not JSON"},
		"anybody's":           {Payload{File: "a.json", Body: []byte(`{"a":1}`)}, "a.json: whose payload is it? Give --provider: prioticket, dsco, lagerkoll, shoptet, ultracart"},
		"nobody's":            {Payload{File: "a.json", Provider: "shoptt", Body: []byte(`{}`)}, `a.json: no provider "shoptt" (did you mean "shoptet"?); known: `},
		"of no type":          {Payload{File: "a.har", Number: 3, Provider: "dsco", Body: []byte(`{"a":1}`)}, "a.har request 3: no event type of dsco fits it; give --type"},
		"of a mistyped type":  {Payload{File: "a.json", Provider: "shoptet", Types: []string{"order:creat"}, Told: true, Body: []byte(order)}, `a.json: shoptet has no event type "order:creat" (did you mean "order:create"?)`},
		"by its file":         {Payload{File: "x/order_massUpdate.json", Provider: "shoptet", Body: []byte(`{"eshopId":1}`)}, ""},
		"by its folder":       {Payload{File: `x\shoptet\a.json`, Body: []byte(`{"eshopId":1}`)}, ""},
		"by most of its keys": {Payload{File: "a.json", Body: []byte(`{"type":"article","action":"created","storeId":1,"timestamp":1768465096904}`)}, ""},
		"a bare list":         {Payload{File: "a.json", Provider: "ultracart", Body: []byte(`[{"order_create":{"order_id":"a"}}]`)}, ""},
	} {
		_, err := cat.Check(&c.payload)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// TestRead: a file is a payload, or a recording with several.
func TestRead(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t)
	c := client.New(sb.URL, "")
	for text, want := range map[string][]Payload{
		`{"event":"x"}`: {{File: "f", Body: []byte(`{"event":"x"}`)}},
		"\ufeff[1]":     {{File: "f", Body: []byte(`[1]`)}},
		`{"entries":"no recording","kind":"order"}`: {{File: "f", Body: []byte(`{"entries":"no recording","kind":"order"}`)}},
		`{"log":{"entries":[{"request":{"method":"GET","url":"http://h/","headers":[]}},{"request":{"method":"POST","url":"http://h/a","headers":[],"postData":{"mimeType":"application/json","text":"{\"a\":1}"}}}]}}`: {
			{File: "f", Number: 2, Body: []byte(`{"a":1}`)}},
		`{"seq":1,"kind":"event","type":"t"}` + "\n" + `{"seq":2,"kind":"attempt","provider":"shoptet","type":"t","request":{"method":"POST","url":"/in/a","body":"{}"}}` + "\n": {
			{File: "f", Number: 1, Provider: "shoptet", Types: []string{"t"}, Body: []byte(`{}`)}},
	} {
		file := filepath.Join(t.TempDir(), "f")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		list, err := Read(context.Background(), c, file)
		var got []Payload
		for _, p := range list {
			p.File = "f"
			got = append(got, *p)
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", text, err, diff)
		}
	}
	broken := filepath.Join(t.TempDir(), "f.har")
	if err := os.WriteFile(broken, []byte(`{"log":{"entries":[{"a":1}]}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(context.Background(), c, broken); exit.Code(err) != exit.Usage || !strings.Contains(err.Error(), "f.har: log.entries[0] has no request") {
		t.Errorf("a broken HAR: %v", err)
	}
}

// TestLines: a path stands on a line of its file, or on that of what it is in.
func TestLines(t *testing.T) {
	t.Parallel()
	p := Payload{File: "f", Body: []byte("{\n \"a\": [\n  1,\n  {\"b.c\": 2}\n ]\n}\n")}
	for path, want := range map[string]int{"": 1, "a": 2, "a.0": 3, `a.1.b\.c`: 4, "a.1.gone": 4, "gone": 1} {
		if got := p.Line(path); got != want {
			t.Errorf("%s is on line %d, want %d", path, got, want)
		}
	}
	if p.Number = 1; p.Line("a") != 0 {
		t.Error("a request of a recording has a line")
	}
}

// TestSchemasOfTheirOwn: what may be a JSON Schema and what may not.
func TestSchemasOfTheirOwn(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{`true`: "", `{"type":5}`: "JSON Schema: ", `{`: "JSON Schema: ", `{"$ref":"https://example.com/x"}`: "nothing is loaded from elsewhere", `{"$ref":"file:///etc/passwd"}`: "nothing is loaded from elsewhere"} {
		if _, err := Compile([]byte(text)); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	s, err := Compile([]byte(`{"items":{"type":"integer"}}`))
	if err != nil {
		t.Fatal(err)
	}
	list := make([]string, 11)
	raw, _ := json.Marshal(list)
	if got := s.Check(raw); len(got) != 11 || got[2].Path != "2" || got[10].Path != "10" {
		t.Errorf("order %v", got)
	}
	if got := s.Check([]byte("<a/>")); len(got) != 1 || got[0].String() != "the body: want JSON, got something else" {
		t.Errorf("no JSON: %v", got)
	}
}

// FuzzCheck: no payload is too odd to be told about, twice the same.
func FuzzCheck(f *testing.F) {
	cat := loaded(f, client.New(sandbox.Start(f).URL, ""), "")
	providers := []string{"shoptet", "lagerkoll", "prioticket"} // whose schemas are small
	for _, provider := range providers {
		f.Add([]byte(cat.providers[provider][cat.types(provider)[0]].Sample))
	}
	f.Add([]byte(`{"event":"order:create","":{"":[{}]},"a\\.b":null}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		recorded(body)
		for _, provider := range providers {
			first, second := &Payload{File: "f", Provider: provider, Body: body}, &Payload{File: "f", Provider: provider, Body: body}
			drift, err := cat.Check(first)
			again, errAgain := cat.Check(second)
			if (err == nil) != (errAgain == nil) || !slices.Equal(drift, again) || !slices.Equal(first.Types, second.Types) {
				t.Fatalf("%s: %v %v, then %v %v", provider, drift, err, again, errAgain)
			}
			for _, d := range drift {
				if d.String() == "" || first.Line(d.Path) < 0 {
					t.Fatalf("%s: %+v", provider, d)
				}
			}
		}
	})
}
