package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tacklebox/receiver/client"
)

// happened makes rows from a few words each: kind, event, delivery, status and
// what else is to be said.
func happened(words ...string) []*row {
	var out []*row
	for i, w := range words {
		f := strings.Fields(w)
		r := &row{seq: uint64(i + 1), kind: f[0], at: noon}
		for _, p := range f[1:] {
			key, value, _ := strings.Cut(p, "=")
			switch key {
			case "e":
				r.event = value
			case "d":
				r.delivery = value
			case "s":
				fmt.Sscan(value, &r.status)
			case "n":
				fmt.Sscan(value, &r.receivers)
			case "next":
				r.next = noon.Add(time.Minute)
			case "err":
				r.problem = "refused"
			}
		}
		out = append(out, r)
	}
	return out
}

func TestFold(t *testing.T) {
	for _, c := range []struct {
		name string
		rows []*row
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
		for _, l := range fold(c.rows, nil) {
			got = append(got, string(l.state)+itoa(len(l.rows)))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestUnfold(t *testing.T) {
	rows := happened("call s=200", "event e=a n=1", "attempt e=a d=1 s=500 next", "capture s=200")
	lines := fold(rows, map[string]bool{"a": true})
	var got []string
	for _, l := range lines {
		got = append(got, fmt.Sprint(l.id().seq, l.first))
	}
	if fmt.Sprint(got) != "[0 true 0 true 2 false 3 false 0 true]" {
		t.Errorf("got %v", got)
	}
	if lines[1].attempts != 1 || lines[1].next.IsZero() || lines[1].main() != rows[2] {
		t.Errorf("the group: %+v", lines[1].group)
	}
}

// TestCursorStays holds the cursor on its line while others come and groups
// open and close above it.
func TestCursorStays(t *testing.T) {
	l := newList()
	l.fit(10)
	rows := happened("event e=a n=1", "attempt e=a d=1 s=200", "capture s=200", "capture s=201")
	l.refold(rows)
	if l.cursor != 2 || !l.follow {
		t.Fatalf("the list does not follow: %d", l.cursor)
	}
	l.move(-1, true)
	at, _ := l.current()
	l.open["a"] = true
	more := happened("event e=a n=1", "attempt e=a d=1 s=200", "capture s=200", "capture s=201", "capture s=202")
	l.refold(more)
	if now, _ := l.current(); now.id() != at.id() || l.cursor != 3 || l.follow {
		t.Errorf("the cursor went from %v to %v", at.id(), now.id())
	}
	l.move(-1, true) // on the attempt inside of the group
	l.open["a"] = false
	l.refold(more)
	if now, _ := l.current(); now.key != "a" || l.cursor != 0 {
		t.Errorf("the group closed, and the cursor is on %v", now.id())
	}
	l.move(9, false)
	if l.follow {
		t.Error("the end of the window is not the tail")
	}
	l.move(9, true)
	if !l.follow || l.cursor != 3 {
		t.Error("the end of the journal is the tail")
	}
}

// TestColumns chooses columns by width and fills the width exactly.
func TestColumns(t *testing.T) {
	for width, want := range map[int]string{
		20:  "WHAT STATUS",
		40:  "PROVIDER WHAT STATUS",
		64:  "TIME PROVIDER WHAT STATUS SIG CON",
		80:  "TIME PROVIDER WHAT INBOX STATUS SIG CON",
		108: "# TIME PROVIDER WHAT INBOX STATUS SIG CON SIZE TOOK",
	} {
		shown := fitting(width)
		var names []string
		for _, c := range shown {
			names = append(names, c.title)
		}
		if strings.Join(names, " ") != want {
			t.Errorf("%d: %s, want %s", width, names, want)
		}
		if n := widthOf(titles(shown, width).String()); n != width {
			t.Errorf("%d: the titles take %d cells", width, n)
		}
	}
}

// TestRowIsSmall keeps nothing large of an entry.
func TestRowIsSmall(t *testing.T) {
	for _, e := range hostile() {
		r := newRow(&e)
		for _, s := range []string{r.provider, r.account, r.typ, r.inbox, r.event, r.path, r.method, r.problem, r.fault, r.signature} {
			if len(s) > 10*longestCell {
				t.Fatalf("entry %d: a text of %d bytes", e.Seq, len(s))
			}
		}
	}
	e := client.Entry{Seq: 1, Kind: "event", Detail: []byte("nope")}
	if r := newRow(&e); r.receivers != -1 {
		t.Errorf("a detail that is not JSON has %d receivers", r.receivers)
	}
}
