package document

import (
	"strings"
	"testing"
)

func TestReferences(t *testing.T) {
	t.Parallel()
	var docs []*Document
	for name, text := range map[string]string{
		"s/order.json":      `{"$id":"https://acme.test/schemas/order.json","$defs":{"a b":{"type":"string"},"x":{"type":"number"}},"at":1}`,
		"s/sub/parts.yaml":  "$defs:\n  size:\n    type: integer\n",
		"s/sub/nut.json":    `{"type":"object"}`,
		"s/money.json":      `{"$id":"https://acme.test/schemas/money.json","type":"string"}`,
		"elsewhere/no.json": `{"type":"null"}`,
	} {
		d, err := Parse(name, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, d)
	}
	s := NewSet(docs...)
	order := s.byName["s/order.json"].Root()
	for ref, want := range map[string]string{
		"#/$defs/x":                            `{"type":"number"}`,
		"#/$defs/a%20b":                        `{"type":"string"}`,
		"sub/parts.yaml#/$defs/size":           `{"type":"integer"}`,
		"./sub/nut.json":                       `{"type":"object"}`,
		"money.json#/type":                     `"string"`,
		"https://acme.test/schemas/money.json": `{"$id":"https://acme.test/schemas/money.json","type":"string"}`,
		"#/$defs/none":                         "s/order.json:1: $ref \"#/$defs/none\" leads nowhere",
		"none.json":                            "there is no such file beside this one",
		"../etc/passwd":                        "there is no such file beside this one",
		"https://evil.test/x.json":             "nothing is fetched",
		"file:///etc/passwd":                   "nothing is fetched",
		"#anchor":                              "names an anchor",
	} {
		n, err := s.Resolve(order, ref)
		if err != nil {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v", ref, err)
			}
		} else if n.Value.Raw != want {
			t.Errorf("%s: %s", ref, n.Value.Raw)
		}
	}
}
