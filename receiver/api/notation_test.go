package api

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func TestReplies(t *testing.T) {
	for in, want := range map[string][]Reply{
		"":                    nil,
		"200":                 {{Status: 200}},
		"500x2,200":           {{Status: 500, Times: 2}, {Status: 200}},
		" 500x2 , 200@3s ":    {{Status: 500, Times: 2}, {Status: 200, Delay: "3s"}},
		"reset":               {{Fault: "reset"}},
		"resetx3,hang@1m,200": {{Fault: "reset", Times: 3}, {Fault: "hang", Delay: "1m"}, {Status: 200}},
		"503x2@1s!slow":       {{Status: 503, Times: 2, Delay: "1s", Fault: "slow"}},
		`500,{"status":201,"body":{"a":[1,2]},"headers":{"X":"y"}},204`: {
			{Status: 500}, {Status: 201, Body: json.RawMessage(`{"a":[1,2]}`), Headers: map[string]Texts{"X": {"y"}}}, {Status: 204}},
		`{"body":"a,b"}`: {{Body: json.RawMessage(`"a,b"`)}},
	} {
		got, err := ParseReplies(in)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", in, got, err)
			continue
		}
		again, err := ParseReplies(FormatReplies(got))
		if err != nil || !reflect.DeepEqual(again, want) {
			t.Errorf("%s is written %s and read %+v, %v", in, FormatReplies(got), again, err)
		}
	}
}

func TestRepliesRefused(t *testing.T) {
	for in, want := range map[string]string{
		"abc":              "want a status from 100 to 599",
		"99":               "want a status",
		"600":              "want a status",
		"500x":             "number of times after x",
		"500x0":            "number of times after x",
		"500x-1":           "number of times after x",
		"200@soon":         "a duration after @",
		"200@-3s":          "a duration after @",
		"200!bang":         "one fault of reset, empty, hang, slow",
		"reset!slow":       "one fault of",
		"500,":             "missing behind the last comma",
		",":                "missing behind the last comma",
		",200":             "want a status",
		`{"status":200`:    "is not JSON",
		`{"stats":200}`:    `"stats" is not a known field`,
		`{} 200`:           "a comma and another reply",
		`{},`:              "a comma and another reply",
		`{"status":"200"}`: "status: a text where a whole number is wanted",
	} {
		if got, err := ParseReplies(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %+v, %v, want %s", in, got, err, want)
		}
	}
}

// TestFormatRepliesSaysWhatTheInboxDoes: what was set over the wire and has no
// status is written as what it does.
func TestFormatRepliesSaysWhatTheInboxDoes(t *testing.T) {
	for want, list := range map[string][]Reply{
		"":             nil,
		"200":          {{}},
		"200x2":        {{Times: 2}},
		"empty":        {{Fault: "empty"}},
		`{"body":"x"}`: {{Body: json.RawMessage(`"x"`)}},
		`{"status":204,"headers":{"A":["b","c"]}},500`: {{Status: 204, Headers: map[string]Texts{"A": {"b", "c"}}}, {Status: 500}},
	} {
		if got := FormatReplies(list); got != want {
			t.Errorf("%+v: %s, want %s", list, got, want)
		}
	}
}

func FuzzReplies(f *testing.F) {
	for _, seed := range []string{"500x2,200", "reset,200@3s!slow", `{"body":{"a":1}},500`, "200@1h2m3.5s", ","} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		list, err := ParseReplies(in)
		if err != nil {
			return
		}
		text := FormatReplies(list)
		again, err := ParseReplies(text)
		if err != nil || FormatReplies(again) != text {
			t.Errorf("%q is written %q and read %+v, %v", in, text, again, err)
		}
	})
}

func TestSet(t *testing.T) {
	for in, want := range map[string]Assignment{
		"a=1":                  {Path: "a", Value: "1"},
		"a.b.0=x=y":            {Path: "a.b.0", Value: "x=y"},
		"a:=5":                 {Path: "a", Value: "5", JSON: true},
		"a=":                   {Path: "a"},
		"a=:=":                 {Path: "a", Value: ":="},
		"items.#(id=5).name=x": {Path: "items.#(id=5).name", Value: "x"},
		`a\=b=c`:               {Path: "a=b", Value: "c"},
		`a\.b=c`:               {Path: `a\.b`, Value: "c"},
		`a\\=c`:                {Path: `a\\`, Value: "c"},
		"a)=c":                 {Path: "a)", Value: "c"},
		"a::=1":                {Path: "a:", Value: "1", JSON: true},
		`a\:=1`:                {Path: `a\:`, Value: "1"},
		"žluť=kůň":             {Path: "žluť", Value: "kůň"},
	} {
		got, err := ParseSet(in)
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v", in, got, err)
		}
		if text := FormatSet(want); text != in {
			t.Errorf("%+v is written %s, want %s", want, text, in)
		}
	}
	for in, want := range map[string]string{"": "want PATH=VALUE", "a": "want PATH=VALUE", "=1": "the path is missing", ":=1": "the path is missing", "a(=1": "want PATH=VALUE"} {
		if got, err := ParseSet(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %+v, %v", in, got, err)
		}
	}
}

func FuzzSet(f *testing.F) {
	for _, seed := range []string{"a=1", "a:=1", `a\=b:=1`, "a.#(b=1)=x", `\\\:=`, "a[=]=1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		a, err := ParseSet(in)
		if err != nil {
			return
		}
		again, err := ParseSet(FormatSet(a))
		if err != nil || again != a {
			t.Errorf("%q is %+v, written %q, read %+v, %v", in, a, FormatSet(a), again, err)
		}
	})
}

func TestAssignmentIn(t *testing.T) {
	doc := json.RawMessage(`{"n":1,"t":"x","b":true,"o":{"a.b":2},"l":[1,"y"],"z":null,"twice":"a","twice":5}`)
	for in, want := range map[string]string{
		"n=5":      "5",
		"n=1e3":    "1e3",
		"t=5":      `"5"`,
		"t=<a>":    `"<a>"`,
		"b=false":  "false",
		`o.a\.b=7`: "7",
		"l.0=9":    "9",
		"l.1=9":    `"9"`,
		"l.5=9":    `"9"`,
		"l.x=9":    `"9"`,
		"z=5":      `"5"`,
		"twice=6":  "6",
		"new=5":    `"5"`,
		"new:=5":   "5",
		"o={}":     "{}",
		"l=[1]":    "[1]",
		"t:=null":  "null",
		"n=x":      `error: a number stands there: to send "x" all the same, write :="x"`,
		"n=0x10":   `error: a number stands there`,
		"n=":       `error: a number stands there`,
		"b=1":      `error: true or false stands there`,
		"o=x":      `error: an object stands there: "x" is not JSON`,
		"l=":       `error: a list stands there`,
		"l= [2]":   "[2]",
		"l={}":     "{}",
		"l=5":      "error: a list stands there: to send 5 all the same, write :=5",
		"o=1":      "error: an object stands there: to send 1 all the same, write :=1",
		"t:=x":     `error: "x" is not JSON`,
	} {
		a, err := ParseSet(in)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := a.In(doc)
		got := string(raw)
		if err != nil {
			got = "error: " + err.Error()
		}
		if got != want && !(err != nil && strings.HasPrefix(got, want)) {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
	if raw, err := (Assignment{Path: "n", Value: "5"}).In(nil); string(raw) != `"5"` || err != nil {
		t.Errorf("without a sample: %s, %v", raw, err)
	}
}

// FuzzAssignmentIn: a value that is taken has the form that the sample has there.
func FuzzAssignmentIn(f *testing.F) {
	for _, s := range [][2]string{{`{"a":1}`, "a=5"}, {`{"a":[true]}`, "a.0=false"}, {`{"a":{}}`, `a:={"b":1}`}, {"[[[", "a=1"}, {`{"a":"x"}`, "a.#(b=c)=1"}, {`{"a":1}`, "a=1e999"}, {`{"a":1}`, "a=0x1"}, {`{"a":1}`, "a=Inf"}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, sample, text string) {
		a, err := ParseSet(text)
		if err != nil {
			return
		}
		raw, err := a.In(json.RawMessage(sample))
		if err != nil {
			return
		}
		if !json.Valid(raw) {
			t.Fatalf("%q on %q is %s", text, sample, raw)
		}
		if there, ok := ValueAt(json.RawMessage(sample), a.Path); ok && !a.JSON && (jsonForm(there) == "a number" || jsonForm(there) == "a text") && jsonForm(raw) != jsonForm(there) {
			t.Fatalf("%q on %q is %s", text, sample, raw)
		}
	})
}

func TestPaths(t *testing.T) {
	for path, parts := range map[string][]string{"a": {"a"}, "a.b.0": {"a", "b", "0"}, `a\.b`: {"a.b"}, `a\\.b`: {`a\`, "b"}, "a..b": {"a", "", "b"}, `\#x`: {"#x"}} {
		if got := SplitPath(path); !reflect.DeepEqual(got, parts) {
			t.Errorf("%s: %q", path, got)
		}
		if got := JoinPath(parts...); got != path {
			t.Errorf("%q: %s, want %s", parts, got, path)
		}
	}
	for path, ok := range map[string]bool{"": false, "a": true, "a.65535": true, "a.65536": false, "a.99999999999999999999": false, strings.Repeat("a.", 511) + "a": true, strings.Repeat("a.", 512) + "a": false} {
		if err := CheckPath(path); (err == nil) != ok {
			t.Errorf("%.20s: %v", path, err)
		}
	}
}

func FuzzPath(f *testing.F) {
	f.Add("a.b", "c")
	f.Add(`\`, "*?|#@")
	f.Fuzz(func(t *testing.T, a, b string) {
		if got := SplitPath(JoinPath(a, b)); !reflect.DeepEqual(got, []string{a, b}) {
			t.Errorf("%q %q: %q", a, b, got)
		}
		doc, _ := json.Marshal(map[string]any{"x": 1})
		ValueAt(doc, a)
	})
}

func TestRules(t *testing.T) {
	for in, want := range map[string]string{
		"":                        `{"kind":"drop"}`,
		"3x":                      `{"kind":"drop","times":3}`,
		"10%":                     `{"kind":"drop","probability":0.1}`,
		"10% 3x provider:shoptet": `{"kind":"drop","q":"provider:shoptet","probability":0.1,"times":3}`,
		"0.5% type:a OR type:b":   `{"kind":"drop","q":"type:a OR type:b","probability":0.005}`,
	} {
		f, err := ParseRule("drop", in)
		if got := string(Raw(f)); err != nil || got != want {
			t.Errorf("%s: %s, %v", in, got, err)
		}
		if got := FormatRule(f); got != in {
			t.Errorf("%s is written %s", in, got)
		}
	}
	if _, err := ParseRule("drop", "5x status:>"); err == nil {
		t.Error("a filter that does not parse is taken")
	}
	for _, bad := range []string{"", "x", "0x", "-1x", "3", "3 x", "1.5x"} {
		if n, err := ParseCount(bad); err == nil {
			t.Errorf("%q: %d", bad, n)
		}
	}
	for _, bad := range []string{"", "%", "0%", "101%", "-1%", "nan%", "5"} {
		if p, err := ParseShare(bad); err == nil {
			t.Errorf("%q: %v", bad, p)
		}
	}
}

func FuzzRule(f *testing.F) {
	f.Add("10% 3x provider:shoptet")
	f.Fuzz(func(t *testing.T, in string) {
		rule, err := ParseRule("drop", in)
		if err != nil {
			return
		}
		again, err := ParseRule("drop", FormatRule(rule))
		if err != nil || again.Q != rule.Q || again.Times != rule.Times || FormatRule(again) != FormatRule(rule) {
			t.Errorf("%q: %s, then %s, %v", in, Raw(rule), Raw(again), err)
		}
	})
}

func TestRaw(t *testing.T) {
	if got := fmt.Sprintf("%s", RawMap(map[string]any{"a": 1})); got != "map[a:1]" {
		t.Error(got)
	}
	if RawMap(nil) != nil || string(Raw(func() {})) != "null" || Present(json.RawMessage(" null ")) != nil || string(Present(json.RawMessage("1"))) != "1" {
		t.Error("nothing is something")
	}
}

func TestTwoForms(t *testing.T) {
	var v VerifyRequest
	in := `{"provider":"a","secret":"","headers":{"A":"b","C":["d","e"]},"body":"","candidates":["one",{"name":"n","body_base64":"eA=="}]}`
	if err := Decode([]byte(in), &v); err != nil {
		t.Fatal(err)
	}
	if v.Candidates[0].Body != "one" || v.Candidates[1].Name != "n" || string(Raw(v.Headers)) != `{"A":"b","C":["d","e"]}` {
		t.Errorf("%+v", v)
	}
	if err := Decode([]byte(`{"candidates":[{"nme":"x"}]}`), &v); err == nil || !strings.Contains(err.Error(), `did you mean "name"`) {
		t.Error(err)
	}
}
