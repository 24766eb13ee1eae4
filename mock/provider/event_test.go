package provider

import (
	"encoding/json"
	"testing"
)

func TestEdit(t *testing.T) {
	t.Parallel()
	const base = `{"b":1,"a":{"x":[1,2]},"c":"t"}`
	raw := func(pairs ...string) map[string]json.RawMessage {
		m := map[string]json.RawMessage{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i]] = json.RawMessage(pairs[i+1])
		}
		return m
	}
	for name, c := range map[string]struct {
		ev   Event
		want string
	}{
		"nothing":          {Event{}, base},
		"set keeps order":  {Event{Set: raw("b", `9`)}, `{"b":9,"a":{"x":[1,2]},"c":"t"}`},
		"set deep":         {Event{Set: raw("a.x.1", `"y"`)}, `{"b":1,"a":{"x":[1,"y"]},"c":"t"}`},
		"set new":          {Event{Set: raw("d", `null`)}, `{"b":1,"a":{"x":[1,2]},"c":"t","d":null}`},
		"unset":            {Event{Unset: []string{"a.x", "c"}}, `{"b":1,"a":{}}`},
		"merge":            {Event{Merge: []byte(`{"a":{"x":[3]},"c":null}`)}, `{"b":1,"a":{"x":[3]}}`},
		"set after merge":  {Event{Merge: []byte(`{"b":2}`), Set: raw("b", `3`)}, `{"b":3,"a":{"x":[1,2]},"c":"t"}`},
		"whole":            {Event{Whole: []byte(`{ "z" : [ 1 ] }`)}, `{"z":[1]}`},
		"whole text":       {Event{Whole: []byte(`"not <json>\u0000"`)}, "not <json>\x00"},
		"whole then set":   {Event{Whole: []byte(`{"z":1}`), Set: raw("z", `2`)}, `{"z":2}`},
		"equal keys":       {Event{Whole: []byte(`"{\"a\":{\"x\":1},\"b\":0,\"a\":{\"x\":2,\"x\":3,\"y\":4}}"`), Set: raw("a.x", `9`)}, `{"b":0,"a":{"x":9,"y":4}}`},
		"equal keys unset": {Event{Whole: []byte(`"{\"a\":1,\"b\":0,\"a\":2}"`), Unset: []string{"a"}}, `{"b":0}`},
		"odd equal keys":   {Event{Whole: []byte(`"{\"a.b\":1,\"a.b\":2}"`), Set: raw(`a\.b`, `3`)}, `{"a.b":3}`},
		"markup unchanged": {Event{Set: raw("c", `"<&>"`)}, `{"b":1,"a":{"x":[1,2]},"c":"<&>"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := c.ev.Edit([]byte(base))
			if err != nil || string(got) != c.want {
				t.Errorf("got %s, %v; want %s", got, err, c.want)
			}
		})
	}
}

func TestEditOfWhatIsNotJSON(t *testing.T) {
	t.Parallel()
	ev := Event{Whole: []byte(`"plain"`), Set: map[string]json.RawMessage{"a": []byte("1")}}
	if got, err := ev.Edit([]byte("{}")); err == nil {
		t.Errorf("got %s, want a refusal", got)
	}
}

func TestTouches(t *testing.T) {
	t.Parallel()
	ev := Event{Set: map[string]json.RawMessage{"a.b": nil}, Unset: []string{"c"}, Merge: []byte(`{"d":{"e":1}}`)}
	for path, want := range map[string]bool{"a": true, "a.b": true, "a.b.c": true, "a.bc": false, "c.x": true, "d": true, "d.e": true, "d.f": false, "z": false} {
		if got := ev.Touches(path); got != want {
			t.Errorf("Touches(%q) is %v, want %v", path, got, want)
		}
	}
	if whole := (&Event{Whole: []byte(`{}`)}); !whole.Touches("anything") {
		t.Error("a whole body touches everything")
	}
}

func FuzzEdit(f *testing.F) {
	f.Add([]byte(`{"a":1}`), "a.b", []byte(`{"c":null}`))
	f.Add([]byte(`"text"`), "0.-1", []byte(`[]`))
	f.Add([]byte(`[1]`), `a\.b|@this`, []byte(`{"":{}}`))
	f.Fuzz(func(t *testing.T, whole []byte, path string, merge []byte) {
		if !json.Valid(whole) || !json.Valid(merge) || len(path) > 100 || len(whole) > 4096 {
			return
		}
		ev := Event{Whole: whole, Merge: merge, Set: map[string]json.RawMessage{path: []byte(`1`)}}
		_, _ = ev.Edit([]byte(`{}`))
		_ = ev.Touches(path)
	})
}
