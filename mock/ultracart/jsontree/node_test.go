package jsontree

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestValuesKeepOrderAndText(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		` { "b" : 1.0 , "a" : [ 1e5 , -0 , "x" ] } `:  `{"b":1.0,"a":[1e5,-0,"x"]}`,
		`"\u003c\u003e\u0026\/\u00e9\u2028\u007f"`:    "\"<>&/é\u2028\u007f\"",
		`"\"\\\n\r\t\u0001\b"`:                        `"\"\\\n\r\t\u0001\u0008"`,
		`{"a":1,"b":2,"a":3}`:                         `{"a":3,"b":2}`,
		`[null,true,false,{},[]]`:                     `[null,true,false,{},[]]`,
		`12345678901234567890123.000000000000000001 `: `12345678901234567890123.000000000000000001`,
	} {
		n, err := Parse([]byte(in))
		if err != nil {
			t.Fatal(err)
		}
		if got := string(n.Bytes()); got != want {
			t.Errorf("%s is written %s, want %s", in, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{`{"a":[1,2,{"b":null}]}`, `[`, `{"a":1,}`, `"\ud800"`, `1 2`, `nul`, `{"a":1,"a":2}`, "\xff", strings.Repeat("[", 600)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		n, err := Parse(doc)
		if valid := json.Valid(doc); err == nil != valid && (err != ErrDeep || !valid) {
			t.Fatalf("%q: %v, but valid is %v", doc, err, valid)
		}
		if err != nil {
			return
		}
		text := n.Bytes()
		again, err := Parse(text)
		if err != nil || !bytes.Equal(again.Bytes(), text) || !bytes.Equal(n.Clone().Bytes(), text) {
			t.Fatalf("%q is written %q, which is read with %v", doc, text, err)
		}
	})
}
