package respell

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestOneChangeAtATime(t *testing.T) {
	t.Parallel()
	const body = `{"b":"č/\/<\u00e9","a":[1.50,{}],"c":{}}`
	want := map[string]string{
		"written compactly": body,
		"with a blank behind each comma and colon, as Python writes it": `{"b": "č/\/<\u00e9", "a": [1.50, {}], "c": {}}`,
		"indented by 2 blanks":                                             "{\n  \"b\": \"č/\\/<\\u00e9\",\n  \"a\": [\n    1.50,\n    {}\n  ],\n  \"c\": {}\n}",
		"indented by 4 blanks":                                             "{\n    \"b\": \"č/\\/<\\u00e9\",\n    \"a\": [\n        1.50,\n        {}\n    ],\n    \"c\": {}\n}",
		"indented by tabs":                                                 "{\n\t\"b\": \"č/\\/<\\u00e9\",\n\t\"a\": [\n\t\t1.50,\n\t\t{}\n\t],\n\t\"c\": {}\n}",
		"with its keys sorted":                                             `{"a":[1.50,{}],"b":"č/\/<\u00e9","c":{}}`,
		`with \/ written as /`:                                             `{"b":"č//<\u00e9","a":[1.50,{}],"c":{}}`,
		`with / written as \/, as PHP does`:                                `{"b":"č\/\/<\u00e9","a":[1.50,{}],"c":{}}`,
		`with \uXXXX written as UTF-8`:                                     `{"b":"č/\/<é","a":[1.50,{}],"c":{}}`,
		`with letters beyond ASCII written as \uXXXX`:                      `{"b":"\u010d/\/<\u00e9","a":[1.50,{}],"c":{}}`,
		`with letters beyond ASCII written as \uXXXX in upper case`:        `{"b":"\u010D/\/<\u00E9","a":[1.50,{}],"c":{}}`,
		`with \u003c, \u003e and \u0026 written as <, > and &`:             body,
		`with <, > and & written as \u003c, \u003e and \u0026, as Go does`: `{"b":"č/\/\u003c\u00e9","a":[1.50,{}],"c":{}}`,
		"with its numbers written anew, 7.50 as 7.5":                       `{"b":"č/\/<\u00e9","a":[1.5,{}],"c":{}}`,
		"with two digits behind the point of its numbers, 7.5 as 7.50":     body,
	}
	got := map[string]string{}
	for _, b := range One([]byte(body)) {
		got[b.How] = string(b.Text)
	}
	for how, text := range want {
		if got[how] != text {
			t.Errorf("%s: %q, want %q", how, got[how], text)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d ways, want %d", len(got), len(want))
	}
}

// What is no JSON, nested too deeply or too large is left alone; blanks of no
// known layout are kept where only texts change.
func TestWhatCannotBeWrittenAgain(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"no JSON": "{", "empty": "", "deep": strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000), "large": `"` + strings.Repeat("x", mostBytes) + `"`} {
		if list := One([]byte(body)); list != nil {
			t.Errorf("%s: %d ways", name, len(list))
		}
	}
	for _, b := range One([]byte("{ \"b\" :\"/\",\"a\":1.50}")) {
		switch b.How {
		case "with its keys sorted", "with its numbers written anew, 7.50 as 7.5":
			if b.Text != nil {
				t.Errorf("%s: %q", b.How, b.Text)
			}
		case `with / written as \/, as PHP does`:
			if string(b.Text) != `{ "b" :"\/","a":1.50}` {
				t.Errorf("%s: %q", b.How, b.Text)
			}
		}
	}
}

func TestAllDiffer(t *testing.T) {
	t.Parallel()
	body := []byte(`{"url":"https:\/\/x.example\/é","n":1}`)
	seen := map[string]bool{string(body): true}
	for b := range All(body, slices.Values([][]byte{body})) {
		if seen[string(b.Text)] {
			t.Errorf("%s comes twice: %s", b.How, b.Text)
		}
		seen[string(b.Text)] = true
	}
	for _, want := range []string{
		`{"url": "https://x.example/\u00e9", "n": 1}`,                       // Python
		"{\n    \"n\": 1,\n    \"url\": \"https:\\/\\/x.example\\/é\"\n}\n", // sorted, indented, a line end
	} {
		if !seen[want] {
			t.Errorf("no way writes %q", want)
		}
	}
}

func TestSameButFor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ a, b, want string }{
		{`{"a":1}`, `{ "a": 1 }`, "with other blanks"},
		{`{"a":1,"b":2}`, `{"b":2,"a":1}`, "with its keys in another order"},
		{`{"a":7.50}`, `{"a":7.5}`, "with its numbers written anew, like 7.50 as 7.5"},
		{`{"a":"é"}`, `{"a":"\u00e9"}`, "with other escapes in its texts"},
		{`{"a":1}`, `{"a":2}`, ""},
		{`{"a":1}`, `nothing`, ""},
	} {
		if got := SameButFor([]byte(c.a), []byte(c.b)); got != c.want {
			t.Errorf("%s and %s: %q, want %q", c.a, c.b, got, c.want)
		}
	}
}

func TestQuoted(t *testing.T) {
	t.Parallel()
	if got := Quoted([]byte(`{"a":"<"}`)); string(got) != `"{\"a\":\"<\"}"` {
		t.Errorf("%s", got)
	}
	if got := Quoted([]byte("\xff")); got != nil {
		t.Errorf("%s", got)
	}
}

// FuzzRespell: whatever way a body is written, it says the same.
func FuzzRespell(f *testing.F) {
	f.Add([]byte(`{"url":"https:\/\/x.example\/é?a=1&b=<2>","list":[1,2,{}],"a":{"z":"\u010daj\ud83d\ude00","b":1.50e3}}`))
	f.Add([]byte(" [ -0.0 , \"\\u2028\" ]\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) > 4<<10 {
			return
		}
		var want any
		if json.Unmarshal(body, &want) != nil {
			return
		}
		n := 0
		for b := range All(body, slices.Values([][]byte{})) {
			var got any
			if err := json.Unmarshal(b.Text, &got); err != nil || !reflect.DeepEqual(got, want) {
				t.Fatalf("%s: %q: %v", b.How, b.Text, err)
			}
			if how := SameButFor(body, b.Text); n == 0 && how == "" && !bytes.Contains(body, []byte(`\`)) {
				t.Fatalf("%q and %q are not the same", body, b.Text)
			}
			if n++; n > 50 {
				return
			}
		}
	})
}
