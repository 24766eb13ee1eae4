package panel

import (
	"testing"
)

// TestReadExpectation: a filter, and a count in front of it.
func TestReadExpectation(t *testing.T) {
	for text, count := range map[string]int{"inbox:a": 1, "3 inbox:a": 3, "3x inbox:a": 3} {
		if x, err := ReadExpectation(text); err != nil || x.Count != count || x.Q != "inbox:a" {
			t.Errorf("%q: %+v, %v", text, x, err)
		}
	}
	for _, s := range []string{"", "3", "kind:nope"} {
		if _, err := ReadExpectation(s); err == nil {
			t.Errorf("%q was taken", s)
		}
	}
}
