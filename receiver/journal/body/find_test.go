package body

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

const order = `{"order":{"id":42,"name":"Ann","tags":["new","VIP"],"none":null,"t":true,"n":1.50,"ref":"a\"b","ref":"c\u00e9"},
	"items":[{"sku":"A B","n":2},{"sku":"C","n":5,"deep":[{"x":1},{"x":2}]}],"dot.ted":{"x":1},"@type":"T","0":"zero","big":9007199254740993}`

func TestFind(t *testing.T) {
	t.Parallel()
	for path, want := range map[string][]string{
		"order.id": {"42"}, "order.name": {"Ann"}, "order.tags": {"new", "VIP"}, "order.tags.1": {"VIP"}, "order.tags.2": nil, "order.tags.#": {"2"},
		"order.none": {""}, "order.t": {"true"}, "order.n": {"1.50"}, "order.ref": {"cé"}, "order.nope": nil, "nope.x": nil, "order.id.x": nil, "order.#": nil,
		"items.#": {"2"}, "items.#.sku": {"A B", "C"}, "items.1.sku": {"C"}, "items.#.deep.#.x": {"1", "2"}, "items.sku": nil,
		`items.#(sku=="A B").n`: {"2"}, `items.#(n>4).sku`: {"C"}, `items.#(n>1).sku`: {"A B"}, `items.#(n>1)#.sku`: {"A B", "C"}, `items.#(n>9)#.sku`: nil, `items.#(sku!="C").n`: {"2"},
		`dot\.ted.x`: {"1"}, `\@type`: {"T"}, "0": {"zero"}, "big": {"9007199254740993"}, "items.0": {`{"sku":"A B","n":2}`},
	} {
		p, err := ParsePath(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if got := p.Find([]byte(order)); !slices.Equal(got, want) {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
}

// TestMayHold: what is ruled out by the last name alone.
func TestMayHold(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		path, doc string
		want      bool
	}{
		{"a.b", `{"a":{"b":1}}`, true}, {"a.b", `{"a":{"b" : "1"}}`, true}, {"a.b", `{"a":{"b":2}}`, false}, {"a.b", `{"b":2,"c":{"b":1}}`, true}, {"a.b", `{"x":"b","y":1}`, false},
		{"a.b", `{"a":{"b":[1]}}`, true}, {"a.b", `{"a":{"b":{}}}`, true}, {"a.b", `{"a":{"\u0062":1}}`, true}, {"a.b", `{"a":{"b":2},"c":"\/"}`, false}, {"a.b", `{"a":{"b":"1`, true}, {"a.b", `{"a":{"b":`, true}, {"a.b", `{"b"`, false},
		{"a.0", `{"a":[2]}`, true}, {"a.0", `{"x":[1]}`, false}, {"a.#", `{"a":[1]}`, true}, {"#.b", `[{"b":2},{"b":1}]`, true}, {"#.b", `[{"b":2}]`, false}, {`a.b\.c`, `{"x":0}`, true}, {"#(b=2).c", `[{"b":1}]`, false},
	} {
		p, err := ParsePath(c.path)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.MayHold([]byte(c.doc), func(s string) bool { return s == "1" }); got != c.want {
			t.Errorf("%s in %s: %v", c.path, c.doc, got)
		}
	}
}

// TestEqualKeys: the last one counts, at every level, as encoding/json has it.
func TestEqualKeys(t *testing.T) {
	t.Parallel()
	p, _ := ParsePath("a.b")
	for doc, want := range map[string][]string{
		`{"a":{"b":1},"a":{"b":2}}`: {"2"}, `{"a":{"b":1,"b":2}}`: {"2"}, `{"a":{"b":1},"a":{"c":2}}`: nil, `{"a":{"b":1},"a":3}`: nil, `{"a":{"b":1},"\u0061":{"b":4}}`: {"4"},
	} {
		if got := p.Find([]byte(doc)); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", doc, got, want)
		}
	}
}

func TestParsePathRefuses(t *testing.T) {
	t.Parallel()
	for path, at := range map[string]int{
		"": 0, "a.": 2, ".a": 0, "a..b": 2, "a|b": 1, "@this": 0, "a.@reverse": 2, "[a,b]": 0, "{a}": 0, "a.*": 2, "a?": 1, "!x": 0, "#(": 0, "#(a)": 2, "#(a=1)b": 6, "#(a=!1)": -1,
		"#(#(a=1)=2)": -1, "[@this,@this]|[@this,@this]": 0, strings.Repeat("a", mostPath+1): mostPath, strings.Repeat("a.", mostSteps) + "a": 2 * mostSteps,
	} {
		_, err := ParsePath(path)
		wrong, ok := err.(*PathError)
		if at >= 0 && (!ok || wrong.At != at) {
			t.Errorf("%.40q: %+v, want an error at %d", path, err, at)
		}
	}
}

// TestFindChecks: what encoding/json refuses holds nothing.
func TestFindChecks(t *testing.T) {
	t.Parallel()
	p, _ := ParsePath("a")
	for _, doc := range []string{``, ` `, `{`, `{"a":1`, `{"a":1,}`, `{"a":1}}`, `{"a":01}`, `{"a":1.}`, `{"a":.5}`, `{"a":+1}`, `{"a":1e}`, `{"a":tru}`, `{"a":"\x"}`, `{"a":"\u12"}`, "{\"a\":\"\n\"}", `{a:1}`, `{"a" 1}`, `{"a":1 "b":2}`, `[1,]`, `{"a":[1 2]}`,
		strings.Repeat(`{"a":`, mostDepth+5) + "1" + strings.Repeat("}", mostDepth+5)} {
		if got := p.Find([]byte(doc)); got != nil {
			t.Errorf("%.40s holds %q", doc, got)
		}
	}
}

func FuzzFind(f *testing.F) {
	f.Add(order, "items.#(n>1)#.sku")
	f.Add(`{"a":[[1,{"b":"\ud83d\ude80"}],-0.5e-3]}`, "a.#.#.b")
	f.Fuzz(func(t *testing.T, doc, path string) {
		p, err := ParsePath(path)
		if err != nil {
			return
		}
		got := p.Find([]byte(doc))
		for _, value := range got {
			if !p.MayHold([]byte(doc), func(s string) bool { return s == value }) {
				t.Errorf("%q of %q is %q, but that was ruled out", path, doc, value)
			}
		}
		if len(got) > 0 && !json.Valid([]byte(doc)) {
			t.Errorf("%q of %q is %q, but that is no JSON", path, doc, got)
		}
		if s := (scanner{b: []byte(doc)}); len(doc) < 1000 && (s.value(0, nil, false) && s.skip() == len(doc)) != json.Valid([]byte(doc)) {
			t.Errorf("%q: json.Valid says %v", doc, json.Valid([]byte(doc)))
		}
	})
}

// TestPlain holds the counting of eight bytes at once to that of one: each byte at
// each place among others of its kind.
func TestPlain(t *testing.T) {
	t.Parallel()
	for c := range 256 {
		for _, around := range []byte{'a', '#', '!', ' ', 0x7f, 0x80, 0xa2, 0xff} {
			for at := range 20 {
				b := bytes.Repeat([]byte{around}, 20)
				b[at] = byte(c)
				want := 20
				if c < ' ' || c == '"' || c == '\\' {
					want = at
				}
				if got := plain(b); got != want {
					t.Fatalf("%q: %d, want %d", b, got, want)
				}
			}
		}
	}
}

func BenchmarkFind(b *testing.B) {
	p, _ := ParsePath("order.number")
	doc := []byte(`{"token":"x","order":{"lines":[{"a":1}],"number":"SO-1"},"pad":"` + strings.Repeat("x", 900) + `"}`)
	b.SetBytes(int64(len(doc)))
	for b.Loop() {
		if len(p.Find(doc)) != 1 {
			b.Fatal("not found")
		}
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ a, op, b string }{
		{"1e400", ">", "1e399"}, {"1e400", "=", "10e399"}, {"-1e400", "<", "0"}, {"123456789012345678901234567890", "<", "123456789012345678901234567891"}, {"0.1", "=", "0.10"},
		{"1e-400", ">", "0"}, {"0", "=", "-0.0e5"}, {"007", "=", "7"}, {"1e99999999999999999999", ">", "1e999"}, {"1e-99999999999999999999", "<", "1"}, {".5", "=", "0.5"}, {"5.", "=", "5"}, {"+5", "=", "5"},
		{"-2", "<", "-1"}, {"-10", "<", "-9"}, {"100", "=", "1e2"}, {"42", "=", "42.0"},
	} {
		if !Holds(c.a, c.op, c.b) {
			t.Errorf("%s %s %s does not hold", c.a, c.op, c.b)
		}
	}
	for _, s := range []string{"", "-", ".", "nan", "inf", "0x10", "1_0", "1e", "1e+", "e5", "1.2.3", "1 ", "--1"} {
		if _, ok := ParseNumber(s); ok {
			t.Errorf("%q is a number", s)
		}
	}
}
