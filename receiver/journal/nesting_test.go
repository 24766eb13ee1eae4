package journal

import (
	"strings"
	"testing"
)

func TestShallow(t *testing.T) {
	t.Parallel()
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	many := strings.Repeat("[", 2*MaxDepth)
	for text, want := range map[string]bool{
		``: true, `1`: true, `{}`: true, `[[],{"a":[1]}]`: true, `]]]`: true,
		nested(MaxDepth):                    true,
		nested(MaxDepth + 1):                false,
		`{"a":` + nested(MaxDepth) + `}`:    false,
		`"` + many + `"`:                    true,
		`["\\"` + many:                      false,
		`["\"` + many + `"]`:                true,
		strings.Repeat(`[],`, 3*MaxDepth):   true,
		strings.Repeat(`{"a":`, MaxDepth+1): false,
	} {
		if got := Shallow([]byte(text)); got != want {
			t.Errorf("%.40s: %v, want %v", text, got, want)
		}
	}
}
