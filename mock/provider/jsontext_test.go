package provider

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestEncodeLeavesTextAsItIs(t *testing.T) {
	t.Parallel()
	for want, v := range map[string]any{
		`"<a & b>"`:       "<a & b>",
		`{"a":{ "b":1 }}`: map[string]any{"a": json.RawMessage(`{ "b":1 }`)},
		`"č/\n"`:          "č/\n",
		`null`:            nil,
	} {
		if got := string(Encode(v)); got != want && got != strings.ReplaceAll(want, " ", "") {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestSound(t *testing.T) {
	t.Parallel()
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for text, want := range map[string]bool{
		`{"a":[1]}`:     true,
		`"[[[["`:        true,
		`"\"[["`:        true,
		nested(512):     true,
		nested(513):     false,
		nested(1 << 20): false,
		`{"a":`:         false,
		"":              false,
		"\"\xff\"":      false,
		`{"a":"` + strings.Repeat("[", 1000) + `"}`: true,
	} {
		if got := Sound([]byte(text)); got != want {
			t.Errorf("%.40s: %v, want %v", text, got, want)
		}
	}
}
