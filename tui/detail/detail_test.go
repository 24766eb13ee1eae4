package detail

import (
	"strings"
	"testing"
	"time"

	"tacklebox/receiver/api"
	"tacklebox/tui/ui"
)

func shown(t *testing.T, body string) *Detail {
	t.Helper()
	d := &Detail{}
	d.Want(7)
	d.Show(&api.Entry{Seq: 7, Kind: "capture", Request: &api.Message{Method: "POST", URL: "/in/a", Body: []byte(body), Size: int64(len(body))}}, nil, nil)
	d.Fit(60, 10, Place{Now: time.Unix(0, 0), Loc: time.UTC})
	return d
}

func under(d *Detail) string {
	l, _ := d.ValueAt()
	return strings.TrimSpace(l.Line.String())
}

// TestSearch goes round the places of a term, whatever the case of its letters, and
// says which of how many it is.
func TestSearch(t *testing.T) {
	d := shown(t, `{"one":"Note","two":"x","three":"note","four":"notE"}`)
	d.Search("NOTE")
	for i, want := range []string{`"one": "Note"`, `"three": "note"`, `"four": "notE"`, `"one": "Note"`} {
		if d.NextFrom(d.Cursor + min(i, 1)); !strings.HasPrefix(under(d), want) {
			t.Errorf("place %d: %s, want %s", i, under(d), want)
		}
	}
	if d.Previous(); !strings.HasPrefix(under(d), `"four"`) {
		t.Errorf("before the first is %s", under(d))
	}
	if got := d.Footer().String(); !strings.Contains(got, "/NOTE  3 of 3") {
		t.Errorf("it says %q", got)
	}
	if d.Search("nothing"); !strings.Contains(d.Footer().String(), "0 of 0") {
		t.Errorf("it says %q", d.Footer())
	}
}

// TestFolds hides what is inside, and the search no longer finds it.
func TestFolds(t *testing.T) {
	d := shown(t, `{"a":{"deep":1},"b":2}`)
	d.Search("deep")
	d.NextFrom(0)
	for d.Cursor > 0 && !strings.HasPrefix(under(d), `▾ "a"`) {
		d.Move(-1)
	}
	whole := len(d.Lines)
	d.Toggle()
	d.Fit(60, 10, Place{Now: time.Unix(0, 0), Loc: time.UTC})
	if len(d.Lines) >= whole || !strings.Contains(d.Footer().String(), "0 of 0") {
		t.Errorf("%d lines of %d, %q", len(d.Lines), whole, d.Footer())
	}
}

func TestMarked(t *testing.T) {
	for term, want := range map[string]string{"": "", "AB": "ab|aB", "x": "", "b a": "b a"} {
		var lit []string
		line := Marked(ui.Say(ui.Plain, "ab aB"), term)
		for _, p := range line {
			if p.Style == ui.Match {
				lit = append(lit, p.Text)
			}
		}
		if strings.Join(lit, "|") != want || line.String() != "ab aB" {
			t.Errorf("%q lights %q in %q", term, lit, line)
		}
	}
}
