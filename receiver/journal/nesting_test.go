package journal_test

import (
	"strings"
	"testing"

	"tacklebox/receiver/journal"
)

func TestShallow(t *testing.T) {
	t.Parallel()
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	many := strings.Repeat("[", 2*journal.MaxDepth)
	for text, want := range map[string]bool{
		``: true, `1`: true, `{}`: true, `[[],{"a":[1]}]`: true, `]]]`: true,
		nested(journal.MaxDepth):                    true,
		nested(journal.MaxDepth + 1):                false,
		`{"a":` + nested(journal.MaxDepth) + `}`:    false,
		`"` + many + `"`:                            true,
		`["\\"` + many:                              false,
		`["\"` + many + `"]`:                        true,
		strings.Repeat(`[],`, 3*journal.MaxDepth):   true,
		strings.Repeat(`{"a":`, journal.MaxDepth+1): false,
	} {
		if got := journal.Shallow([]byte(text)); got != want {
			t.Errorf("%.40s: %v, want %v", text, got, want)
		}
	}
}
