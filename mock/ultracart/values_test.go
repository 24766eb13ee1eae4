package ultracart

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"
)

func vectorList(t testing.TB, name string) []gjson.Result {
	t.Helper()
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	list := gjson.GetBytes(b, name).Array()
	if len(list) == 0 {
		t.Fatalf("no vectors %s", name)
	}
	return list
}

func TestDatesAreEasternWithoutFraction(t *testing.T) {
	t.Parallel()
	for _, v := range vectorList(t, "dates_out") {
		at, err := time.Parse(time.RFC3339Nano, v.Get("instant").String())
		if err != nil {
			t.Fatal(err)
		}
		if got := date(at); got != v.Get("text").String() {
			t.Errorf("%s: %s, want %s", at, got, v.Get("text"))
		}
	}
}

func TestSinceIsReadInEveryForm(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2026-11-11T00:00:00 00:00":     "2026-11-11T00:00:00Z", // a plus sign that was not escaped
		"2026-11-11T00:00:00 02:00":     "2026-11-10T22:00:00Z",
		"2026-11-11T00:00:00.5+0000":    "2026-11-11T00:00:00.5Z",
		"2026-11-11T00:00:00-05:00":     "2026-11-11T05:00:00Z",
		"2026-11-11":                    "",
		"2026-11-11T00:00:00":           "",
		"2026-11-11 00:00:00":           "",
		"":                              "",
		" ":                             "",
		"1779120619000":                 "",
		"2026-02-30T00:00:00Z":          "",
		"2026-11-11T00:00:00Z trailing": "",
	} {
		got, ok := parseSince(text)
		if ok != (want != "") || ok && got.UTC().Format(time.RFC3339Nano) != want {
			t.Errorf("%q: %v %v, want %q", text, got, ok, want)
		}
	}
}

func FuzzSince(f *testing.F) {
	f.Add("2026-11-20T22:18:46.292Z")
	f.Add("2026-11-11T00:00:00 00:00")
	f.Fuzz(func(t *testing.T, s string) {
		if at, ok := parseSince(s); ok {
			if again, ok := parseSince(at.Format(time.RFC3339Nano)); !ok || !again.Equal(at) {
				t.Errorf("%q is %s, which is read as %s %v", s, at, again, ok)
			}
		}
	})
}

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
		n, err := parse([]byte(in))
		if err != nil {
			t.Fatal(err)
		}
		if got := string(n.bytes()); got != want {
			t.Errorf("%s is written %s, want %s", in, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{`{"a":[1,2,{"b":null}]}`, `[`, `{"a":1,}`, `"\ud800"`, `1 2`, `nul`, `{"a":1,"a":2}`, "\xff", strings.Repeat("[", 600)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		n, err := parse(doc)
		if valid := json.Valid(doc); err == nil != valid && (err != errDeep || !valid) {
			t.Fatalf("%q: %v, but valid is %v", doc, err, valid)
		}
		if err != nil {
			return
		}
		text := n.bytes()
		again, err := parse(text)
		if err != nil || !bytes.Equal(again.bytes(), text) || !bytes.Equal(n.clone().bytes(), text) {
			t.Fatalf("%q is written %q, which is read with %v", doc, text, err)
		}
	})
}

func TestAnswersEscapeOnlyWhatTheyMust(t *testing.T) {
	t.Parallel()
	in := map[string]string{"a": "</a> & \u2028 \u2029 é \\u2028"}
	want := "{\"a\":\"</a> & \u2028 \u2029 é \\\\u2028\"}"
	if got := string(encode(in)); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestIdsCountUp(t *testing.T) {
	t.Parallel()
	for _, v := range []struct {
		first  string
		object int64
		want   string
	}{
		{`"DEMO-0009100001"`, 2, `"DEMO-0009100002"`}, {`"BONE"`, 2, `"BONE-2"`}, {`"BONE"`, 12, `"BONE-12"`}, {`501`, 3, `503`},
		{`"C0000000000000000000000000000001"`, 10, `"C0000000000000000000000000000010"`}, {`"AOEXAMPLE1"`, 10, `"AOEXAMPLE10"`},
		{`"99"`, 2, `"100"`}, {`"0d9f6f0e-0000-4000-8000-000000000002"`, 2, `"0d9f6f0e-0000-4000-8000-000000000003"`}, {`1.5`, 2, `1.5`},
	} {
		n, err := parse([]byte(v.first))
		if err != nil {
			t.Fatal(err)
		}
		if got := string(nth(n, v.object).bytes()); got != v.want {
			t.Errorf("object %d of %s is %s, want %s", v.object, v.first, got, v.want)
		}
	}
}
