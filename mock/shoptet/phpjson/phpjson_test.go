package phpjson

import (
	"encoding/json"
	"reflect"
	"testing"
	"unicode/utf8"

	"tacklebox/mock/provider"
)

func TestEncode(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`"/"`:                           `"\/"`,
		`"č"`:                           `"\u010d"`,
		`"😀"`:                           `"\ud83d\ude00"`,
		`"<>&'"`:                        `"<>&'"`,
		`"\u003c\u2028"`:                `"<\u2028"`,
		`"\u0001\u001f\b\f\n\r\t\"\\"`:  `"\u0001\u001f\b\f\n\r\t\"\\"`,
		"\"\x7f\"":                      "\"\x7f\"",
		` { "a" : [ 1.0 , -0, 1e5 ] } `: `{"a":[1.0,-0,1e5]}`,
		`{"é/":null}`:                   `{"\u00e9\/":null}`,
		`[]`:                            `[]`,
	} {
		if got := string(Recode([]byte(in))); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

// FuzzRecode holds the encoder to its promise: the same value, in ASCII, stable.
func FuzzRecode(f *testing.F) {
	for _, s := range []string{`{"a":"č/\ud83d\ude00"}`, `[1.50,true,null]`, `"\ud800"`, "\"\\", `{"":{}}`, `"\u0000"`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		if !provider.Sound(in) {
			_ = Recode(in) // must only return
			return
		}
		out := Recode(in)
		var a, b any
		if json.Unmarshal(in, &a) != nil {
			t.Skip() // a number that no float holds
		}
		if err := json.Unmarshal(out, &b); err != nil || !reflect.DeepEqual(a, b) {
			t.Fatalf("%s became %s: %v", in, out, err)
		}
		for _, c := range out {
			if c >= utf8.RuneSelf {
				t.Fatalf("beyond ASCII: %s", out)
			}
		}
		if again := Recode(out); string(again) != string(out) {
			t.Fatalf("%s is not stable: %s", out, again)
		}
	})
}
