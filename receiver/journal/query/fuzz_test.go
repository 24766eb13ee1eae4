package query

import (
	"errors"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/journaltest"
	"tacklebox/receiver/journal/record"
	"testing"
)

func FuzzParseFilter(f *testing.F) {
	for q := range matches {
		f.Add(q)
	}
	for _, q := range []string{"(a", `"a`, "body.#(a", "header.a~(", "-", "a OR", "\x00\xff", "body.a.#(b==\"c d\")#.e>=3 OR -(x y)"} {
		f.Add(q)
	}
	entries := []*journal.Entry{attemptEntry(), journaltest.Sample(3, 100), {}, {Kind: journal.Event, Request: &journal.Message{Body: []byte(`{"a":{"b":[1,"x"]}}`), URL: "/\xff"}}}
	f.Fuzz(func(t *testing.T, q string) {
		filter, err := Parse(q, fiveMinutesLater)
		if err != nil {
			var wrong *SyntaxError
			if !errors.As(err, &wrong) || wrong.Pos < 0 || wrong.Pos > len(q) || wrong.Query != q || wrong.Caret() == "" {
				t.Fatalf("%q: %v", q, err)
			}
			return
		}
		again, err := Parse(filter.String(), fiveMinutesLater)
		if err != nil {
			t.Fatalf("%q does not parse again: %v", q, err)
		}
		for _, e := range entries {
			want := filter.Match(e)
			if again.Match(e) != want || (len(filter.Explain(e)) == 0) != want {
				t.Errorf("%q: Match, its repetition and Explain differ", q)
			}
			checkShortcuts(t, filter, e, want)
		}
	})
}

// checkShortcuts holds what index and raw bytes say to what Match says.
func checkShortcuts(t *testing.T, f *Filter, e *journal.Entry, want bool) {
	frame, m, err := record.Append(nil, e)
	if err != nil {
		t.Fatal(err)
	}
	frame = append(append(frame, e.Request.Content()...), e.Response.Content()...)
	v := f.ByIndex(e.Seq, &m)
	if v == record.Yes && !want || v == record.No && want || v == record.Maybe && want && !f.ByBytes(frame) {
		t.Errorf("%q: Match says %v, the index %d, the bytes %v", f, want, v, f.ByBytes(frame))
	}
}
