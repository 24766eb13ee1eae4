package command

import (
	"testing"

	"tacklebox/receiver/api"
)

// TestFilterProblem: the caret stands under the place.
func TestFilterProblem(t *testing.T) {
	for _, c := range []struct {
		q    string
		pos  int
		hint string
		want string
	}{
		{"kind:x (", 7, "close it", "filter: bad\n  kind:x (\n         ^\nclose it"},
		{"žž:", 5, "", "filter: bad\n  žž:\n     ^"},
		{"\x1b:", 1, "", "filter: bad\n  ␛:\n   ^"},
		{"", 99, "", "filter: bad\n  \n  ^"},
		{"a", -1, "", "filter: bad\n  a\n  ^"},
	} {
		got := FilterProblem(c.q, &api.SyntaxError{Query: c.q, Pos: c.pos, Msg: "bad", Hint: c.hint}).Error()
		if got != c.want {
			t.Errorf("FilterProblem(%q, %d) =\n%s\nwant\n%s", c.q, c.pos, got, c.want)
		}
	}
}
