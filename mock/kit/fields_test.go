package kit

import (
	"encoding/json"
	"slices"
	"testing"
)

func TestFields(t *testing.T) {
	t.Parallel()
	f, ok := ReadFields([]byte(` {"b":1,"a":null,"b":"x\u00e9","c":[1, 2]} `))
	if !ok || !slices.Equal(f.Names, []string{"b", "a", "c"}) || string(f.Raw("b")) != `"x\u00e9"` || string(f.Raw("c")) != `[1, 2]` {
		t.Errorf("%v %+v", ok, f)
	}
	if f.Given("a") || !f.Given("b") || f.Given("zz") || string(f.Raw("a")) != "null" {
		t.Error("null is not absent, or a member is lost")
	}
	if name, found := f.Unknown("b"); name != "c" || !found {
		t.Errorf("unknown: %q %v", name, found)
	}
	if _, found := f.Unknown("b", "c"); found {
		t.Error("a null member is told as unknown")
	}
	for _, text := range []string{"", " ", "null", "[]", "1", "{", "{} x", "{}{}", `{"a":1,}`, "\xef\xbb\xbf{}", `{"a":"` + "\xff" + `"}`, `{1:2}`} {
		if _, ok := ReadFields([]byte(text)); ok {
			t.Errorf("%q is taken for an object", text)
		}
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string][4]bool{ // text, whole number, truth, texts
		`"a"`: {true}, `""`: {true}, `1`: {false, true}, `-7`: {false, true}, `7.0`: {}, `1e3`: {}, `true`: {2: true}, `false`: {2: true},
		`null`: {}, `[]`: {3: true}, `["a","b"]`: {3: true}, `[1]`: {}, `[null]`: {}, `{}`: {}, ``: {}, `9223372036854775808`: {},
	} {
		_, text := Text(json.RawMessage(raw))
		_, whole := Whole(json.RawMessage(raw))
		_, truth := Truth(json.RawMessage(raw))
		_, texts := Texts(json.RawMessage(raw))
		if got := [4]bool{text, whole, truth, texts}; got != want {
			t.Errorf("%s: %v, want %v", raw, got, want)
		}
	}
}

// FuzzFields holds the reader to encoding/json: the same members, the last of
// equal names.
func FuzzFields(f *testing.F) {
	for _, s := range []string{`{"a":1,"a":null}`, `{}`, `[`, `{"event":"ORDER_CREATED"} x`, `{"a":{"b":[1,2,{"c":"\u0026"}]}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, ok := ReadFields(b)
		if !ok {
			return
		}
		var want map[string]json.RawMessage
		if err := json.Unmarshal(b, &want); err != nil || len(want) != len(got.Names) {
			t.Fatalf("%q is taken for an object of %d members: %v", b, len(got.Names), err)
		}
		for _, name := range got.Names {
			if string(want[name]) != string(got.Raw(name)) {
				t.Errorf("%q: member %q is %s, want %s", b, name, got.Raw(name), want[name])
			}
		}
	})
}
