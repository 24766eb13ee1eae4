package catalogue

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tacklebox/mock/fromfile/document"
)

// listed writes n texts with commas between them.
func listed(n int, write func(i int) string) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(write(i))
	}
	return b.String()
}

// Descriptions on one line that have something wrong, or alike, everywhere: what
// takes a step for each must not take one for each pair.
func TestHostileDescriptionsEnd(t *testing.T) {
	t.Parallel()
	const many = 200_000
	member := func(schema string) func(i int) string {
		return func(i int) string { return fmt.Sprintf(`"p%d":`, i) + strings.ReplaceAll(schema, "#", fmt.Sprint(i)) }
	}
	object := func(n int, schema string) string {
		return `{"type":"object","properties":{` + listed(n, member(schema)) + `}}`
	}
	for name, c := range map[string]struct{ schema, parts, note string }{
		"members":        {object(many, `{"type":"string"}`), ``, "d.json:1: the schema is too large"},
		"remote":         {object(many, `{"$ref":"https://evil.test/#"}`), ``, "nothing is fetched"},
		"nowhere":        {object(many, `{"$ref":"\u0023/none/#"}`), ``, "leads nowhere"},
		"patterns":       {object(many, `{"pattern":"(#"}`), ``, "is not followed"},
		"types":          {object(many, `{"type":"t#"}`), ``, "is none of"},
		"alike":          {object(20_000, `{"$ref":"\u0023/parts/p#/s"}`), listed(20_000, member(`{"s":{"type":"string"}}`)), ""},
		"a list":         {object(20_000, `{"$ref":"\u0023/parts/list/#"}`), `"list":[` + listed(20_000, func(int) string { return `{"type":"string"}` }) + `]`, ""},
		"alternatives":   {`{"oneOf":[` + listed(2_000, func(int) string { return `{"$ref":"#/parts/big"}` }) + `]}`, `"big":` + object(20_000, `{"type":"string"}`), ""},
		"required twice": {`{"type":"object","required":[` + listed(many, func(i int) string { return fmt.Sprintf(`"p%d"`, i/2) }) + `]}`, ``, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := document.Parse("d.json", []byte(`{"openapi":"3.1.0","webhooks":{"a":{"post":{"requestBody":{"content":{"application/json":{"schema":`+c.schema+`}}}}}},"parts":{`+c.parts+`}}`))
			if err != nil {
				t.Fatal(err)
			}
			all, err := OpenAPI(d, "")
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			payload, notes := all.Event("a").Sample()
			schema, more := all.Event("a").Schema()
			all.Event("a").Fits(payload)
			if took := time.Since(began); took > 30*time.Second {
				t.Errorf("took %s", took)
			}
			if len(payload) == 0 || len(schema) == 0 || !strings.Contains(strings.Join(append(notes, more...), "\n"), c.note) {
				t.Errorf("%.100s %q %q, want %q", payload, notes, more, c.note)
			}
		})
	}
}
