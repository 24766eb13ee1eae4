package listing

import (
	"strings"
	"testing"
	"time"

	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
	"tacklebox/tui/rows"
)

// few are two deliveries, the first with a failure before it arrived, and a call.
func few() *List {
	at := time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)
	made := func(seq uint64, kind journal.Kind, event, typ string, status int) api.Entry {
		e := api.Entry{Seq: seq, Time: at, Kind: kind, EventID: event, Type: typ, Inbox: "box", Request: &api.Message{Method: "POST", URL: "/in/box"}, Response: &api.Message{Status: status}}
		if event != "" && kind != "event" {
			e.DeliveryID, e.Attempt = "d"+event, 1
		}
		return e
	}
	l := NewList()
	l.Win.Push(rows.Of([]api.Entry{
		made(1, "event", "a", "zebra", 0), made(2, "capture", "a", "zebra", 500), made(3, "capture", "a", "zebra", 200),
		made(4, "call", "", "", 404),
		made(5, "event", "b", "apple", 0), made(6, "capture", "b", "apple", 200),
	}), true)
	l.Fit(20)
	l.Refold()
	return &l
}

func titles(cs []Column) string {
	var out []string
	for _, c := range cs {
		out = append(out, c.Title)
	}
	return strings.Join(out, " ")
}

// TestFitting: a wider list has more columns, and what does not fit goes from the
// right, never the one that says what it was.
func TestFitting(t *testing.T) {
	for _, c := range []struct {
		width  int
		chosen string
		want   string
	}{
		{30, "", "WHAT STATUS"},
		{52, "", "TIME WHAT INBOX STATUS SIG"},
		{78, "", "TIME PROVIDER WHAT INBOX STATUS SIG CON SIZE"},
		{86, "", "TIME AGE PROVIDER WHAT INBOX STATUS SIG CON SIZE TOOK"},
		{120, "", "# TIME AGE PROVIDER WHAT INBOX STATUS SIG CON SIZE TOOK"},
		{52, "STATUS WHAT", "STATUS WHAT"},
		{30, "STATUS WHAT PROVIDER TIME AGE INBOX", "STATUS WHAT"},
		{52, "NOPE", "TIME WHAT INBOX STATUS SIG"},
	} {
		l := NewList()
		l.Chosen = strings.Fields(c.chosen)
		shown := l.Fitting(c.width)
		if got := titles(shown); got != c.want {
			t.Errorf("%d %q: %s, want %s", c.width, c.chosen, got, c.want)
		}
		if n := Flexible(shown, c.width); n < 8 {
			t.Errorf("%d %q: %d cells are left for what it was", c.width, c.chosen, n)
		}
	}
}

// TestSorted orders deliveries by a column, each with what belongs to it.
func TestSorted(t *testing.T) {
	for column, want := range map[string]string{"": "1 4 5", "WHAT": "4 5 1", "STATUS": "4 1 5", "#": "1 4 5"} {
		l := few()
		l.Sorted = column
		l.Refold()
		var got []string
		for _, line := range l.Lines {
			got = append(got, string(rune('0'+line.Top().Seq)))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("by %q: %v, want %s", column, got, want)
		}
	}
}

// TestFollow: the cursor stays at the end until it goes up, and where it is when a
// delivery is unfolded above it.
func TestFollow(t *testing.T) {
	l := few()
	if l.Cursor != 2 || !l.Follow {
		t.Fatalf("it begins at %d", l.Cursor)
	}
	l.Move(-2)
	l.Toggle()
	if len(l.Lines) <= 3 || l.Follow {
		t.Fatalf("unfolded: %d lines, follows %v", len(l.Lines), l.Follow)
	}
	l.Move(2)
	l.Toggle()
	if at, _ := l.Current(); len(l.Lines) != 3 || at.Top().Seq != 1 {
		t.Errorf("folded inside: %d lines, on #%d", len(l.Lines), at.Top().Seq)
	}
	l.Move(9)
	if !l.Follow || l.Cursor != 2 {
		t.Errorf("at the end: %d, follows %v", l.Cursor, l.Follow)
	}
}
