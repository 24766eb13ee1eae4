package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func FuzzParseFilter(f *testing.F) {
	for q := range matches {
		f.Add(q)
	}
	for _, q := range []string{"(a", `"a`, "body.#(a", "header.a~(", "-", "a OR", "\x00\xff", "body.a.#(b==\"c d\")#.e>=3 OR -(x y)"} {
		f.Add(q)
	}
	entries := []*Entry{attemptEntry(), sample(3, 100), {}, {Kind: Event, Request: &Message{Body: []byte(`{"a":{"b":[1,"x"]}}`), URL: "/\xff"}}}
	f.Fuzz(func(t *testing.T, q string) {
		filter, err := ParseFilter(q, fiveMinutesLater)
		if err != nil {
			var wrong *SyntaxError
			if !errors.As(err, &wrong) || wrong.Pos < 0 || wrong.Pos > len(q) || wrong.Query != q || wrong.Caret() == "" {
				t.Fatalf("%q: %v", q, err)
			}
			return
		}
		again, err := ParseFilter(filter.String(), fiveMinutesLater)
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
func checkShortcuts(t *testing.T, f *Filter, e *Entry, want bool) {
	frame, m, err := appendFrame(nil, e)
	if err != nil {
		t.Fatal(err)
	}
	frame = append(append(frame, e.Request.body()...), e.Response.body()...)
	v := f.byIndex(e.Seq, &m)
	if v == yes && !want || v == no && want || v == maybe && want && !f.byBytes(frame) {
		t.Errorf("%q: Match says %v, the index %d, the bytes %v", f, want, v, f.byBytes(frame))
	}
}

func FuzzEntryJSON(f *testing.F) {
	for _, e := range []*Entry{fullEntry(), attemptEntry(), sample(1, 50), {}} {
		f.Add(e.AppendJSON(nil))
	}
	f.Add([]byte(`{"request":{"body":"\ud800\udc00\udc80","headers":{"a":[null]}},"detail":[{"a":1}],"took_ms":1e2,"other":{"x":[]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var e, again Entry
		_ = decodeHead(&e, string(data)) // of a file: anything
		e = Entry{}
		if e.UnmarshalJSON(data) != nil {
			return
		}
		out := e.AppendJSON(nil)
		if !json.Valid(out) || bytes.ContainsAny(out, "\r\n") {
			t.Fatalf("%q became %q", data, out)
		}
		if err := again.UnmarshalJSON(out); err != nil {
			t.Fatalf("%q: %v", out, err)
		}
		if once, twice := string(out), string(again.AppendJSON(nil)); once != twice {
			t.Errorf("not stable:\n%s", cmp.Diff(once, twice))
		}
	})
}

func FuzzOpenSegment(f *testing.F) {
	dir := f.TempDir()
	s := mustOpen(f, dir, Options{})
	for i := range 3 {
		put(f, s, sample(i, 10))
	}
	s.Close()
	good, err := os.ReadFile(segmentPath(dir, 1))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good, []byte{})
	f.Add(good[:len(good)-5], []byte("x"))
	f.Add(good[300:], good[:300])
	f.Add(append(bytes.Clone(good[:200]), good[400:]...), good)
	f.Fuzz(func(t *testing.T, data, index []byte) {
		dir := t.TempDir()
		if os.WriteFile(segmentPath(dir, 1), data, 0o600) != nil || os.WriteFile(indexPath(segmentPath(dir, 1)), index, 0o600) != nil {
			t.Fatal("cannot write")
		}
		s, err := Open(dir, Options{Warn: func(string) {}})
		if err != nil {
			t.Fatal(err)
		}
		before := scanAll(t, s)
		put(t, s, sample(9, 10))
		if after := scanAll(t, s); len(after) != len(before)+1 {
			t.Errorf("%v, then %v", before, after)
		}
		s.Close()
		s = mustOpen(t, dir, Options{Warn: func(string) {}})
		if again := scanAll(t, s); len(again) != len(before)+1 {
			t.Errorf("%v, then %v after opening again", before, again)
		}
		s.Close()
	})
}

// scanAll holds numbers to rise and returns them.
func scanAll(t *testing.T, s Store) (list []uint64) {
	last := uint64(0)
	err := s.Scan(0, 0, false, nil, func(e *Entry) bool {
		if e.Seq <= last {
			t.Errorf("%d follows %d", e.Seq, last)
		}
		last = e.Seq
		list = append(list, last)
		return true
	})
	if err != nil {
		t.Error(err)
	}
	return list
}
