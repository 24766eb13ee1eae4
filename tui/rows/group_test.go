package rows

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"tacklebox/receiver/api"
	"tacklebox/tui/ui"
)

var noon = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

// happened makes rows from a few words each: kind, event, delivery, status and
// what else is to be said.
func happened(words ...string) []*Row {
	var out []*Row
	for i, w := range words {
		f := strings.Fields(w)
		r := &Row{Seq: uint64(i + 1), Kind: f[0], At: noon}
		for _, p := range f[1:] {
			key, value, _ := strings.Cut(p, "=")
			switch key {
			case "e":
				r.Event = value
			case "d":
				r.Delivery = value
			case "s":
				fmt.Sscan(value, &r.Status)
			case "n":
				fmt.Sscan(value, &r.Receivers)
			case "next":
				r.Next = noon.Add(time.Minute)
			case "err":
				r.Problem = "refused"
			}
		}
		out = append(out, r)
	}
	return out
}

func TestFold(t *testing.T) {
	for _, c := range []struct {
		name string
		rows []*Row
		want string // state, rows of each line
	}{
		{"nothing", nil, ""},
		{"a call", happened("call s=200"), "A1"},
		{"a refused call", happened("call s=404"), "X1"},
		{"a call that failed", happened("call err"), "X1"},
		{"a call that names an event stays alone", happened("event e=a n=0", "call e=a s=200"), "N1 A1"},
		{"a foreign capture", happened("capture s=200"), "R1"},
		{"nobody wants it", happened("event e=a n=0"), "N1"},
		{"not sent yet", happened("event e=a n=1"), "W1"},
		{"arrived, the answer is not known", happened("event e=a n=1", "capture e=a d=1 s=200"), "W2"},
		{"delivered", happened("event e=a n=1", "capture e=a d=1 s=200", "attempt e=a d=1 s=200"), "D3"},
		{"to be tried again", happened("event e=a n=1", "attempt e=a d=1 s=500 next"), "W2"},
		{"given up", happened("event e=a n=1", "attempt e=a d=1 s=500 next", "attempt e=a d=1 s=500"), "F3"},
		{"delivered at last", happened("event e=a n=1", "attempt e=a d=1 err next", "attempt e=a d=1 s=204"), "D3"},
		{"one of two is missing", happened("event e=a n=2", "attempt e=a d=1 s=200"), "W2"},
		{"one of two failed", happened("event e=a n=2", "attempt e=a d=1 s=200", "attempt e=a d=2 s=400"), "F3"},
		{"two mixed in time", happened("event e=a n=1", "event e=b n=1", "attempt e=b d=2 s=200", "attempt e=a d=1 s=500 next"), "W2 D2"},
		{"attempts alone, by a filter", happened("attempt e=a d=1 s=500 next"), "W1"},
		{"an event whose entry does not say", happened("event e=a n=-1", "attempt e=a d=1 s=200"), "D2"},
	} {
		var got []string
		for _, l := range Fold(c.rows, nil) {
			got = append(got, string(l.State)+strconv.Itoa(len(l.Rows)))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestUnfold(t *testing.T) {
	rows := happened("call s=200", "event e=a n=1", "attempt e=a d=1 s=500 next", "capture s=200")
	lines := Fold(rows, map[string]bool{"a": true})
	var got []string
	for _, l := range lines {
		got = append(got, fmt.Sprint(l.ID().Seq, l.First()))
	}
	if fmt.Sprint(got) != "[0 true 0 true 2 false 3 false 0 true]" {
		t.Errorf("got %v", got)
	}
	if lines[1].Attempts != 1 || lines[1].Next.IsZero() || lines[1].Main() != rows[2] {
		t.Errorf("the group: %+v", lines[1].Group)
	}
}

// TestRowIsSmall keeps nothing large of an entry, and nothing that a terminal obeys.
func TestRowIsSmall(t *testing.T) {
	for _, text := range []string{strings.Repeat("x", 1<<20), "\x1b[2J" + strings.Repeat("漢", 5000), "\xff\u202e"} {
		e := api.Entry{Seq: 1, Kind: "capture", Provider: text, Account: text, Type: text, Inbox: text, EventID: text, Error: text, Fault: text,
			Request: &api.Message{Method: text, URL: text}, Signature: &api.Signature{State: text}}
		r := New(&e)
		for _, s := range []string{r.Provider, r.Account, r.Type, r.Inbox, r.Event, r.Path, r.Method, r.Problem, r.Fault, r.Signature} {
			if len(s) > 10*ui.LongestCell || strings.ContainsAny(s, "\x1b\u202e") {
				t.Fatalf("%.20q: a text of %d bytes: %.40q", text, len(s), s)
			}
		}
	}
	e := api.Entry{Seq: 1, Kind: "event", Detail: []byte("nope")}
	if r := New(&e); r.Receivers != -1 {
		t.Errorf("a detail that is not JSON has %d receivers", r.Receivers)
	}
}

// TestWaits lists what is tried again: of a group all of it, of one try its own.
func TestWaits(t *testing.T) {
	rows := happened("event e=a n=2", "attempt e=a d=1 s=500 next", "attempt e=a d=2 s=500 next", "attempt e=a d=2 s=200")
	lines := Fold(rows, map[string]bool{"a": true})
	if got := fmt.Sprint(lines[0].Waits(), lines[1].Waits(), lines[2].Waits(), lines[3].Waits()); got != "[1] [1] [1] []" {
		t.Errorf("got %s", got)
	}
	if Due(rows) != noon.Add(time.Minute) || !Due(rows[3:]).IsZero() {
		t.Error("when the next try is due")
	}
}
