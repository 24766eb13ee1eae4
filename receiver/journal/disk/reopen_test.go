package disk

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/journaltest"
)

// harms are what can happen to the files of a journal while it is closed. The
// dice say where.
var harms = map[string]func(d journaltest.Dice, path string, data []byte) error{
	"a bit": func(d journaltest.Dice, path string, data []byte) error { return flip(path, d.IntN(len(data))) },
	"cut": func(d journaltest.Dice, path string, data []byte) error {
		return os.Truncate(path, int64(d.IntN(len(data))))
	},
	"zeros": func(d journaltest.Dice, path string, data []byte) error {
		at := d.IntN(len(data))
		clear(data[at:min(at+d.IntN(3000), len(data))])
		return os.WriteFile(path, data, 0o600)
	},
	"rubbish behind": func(d journaltest.Dice, path string, data []byte) error {
		return os.WriteFile(path, append(data, strings.Repeat("rubbish\x00", d.IntN(400))...), 0o600)
	},
	"a part twice": func(d journaltest.Dice, path string, data []byte) error {
		at := d.IntN(len(data))
		return os.WriteFile(path, append(data, data[at:]...), 0o600)
	},
	"a part missing": func(d journaltest.Dice, path string, data []byte) error {
		from := d.IntN(len(data))
		to := min(from+d.IntN(3000), len(data))
		return os.WriteFile(path, append(data[:from:from], data[to:]...), 0o600)
	},
	"bytes swapped in": func(d journaltest.Dice, path string, data []byte) error {
		at := d.IntN(len(data))
		return os.WriteFile(path, append(append(data[:at:at], "TBX1 in between"...), data[at:]...), 0o600)
	},
	"empty": func(_ journaltest.Dice, path string, _ []byte) error { return os.Truncate(path, 0) },
	"gone":  func(_ journaltest.Dice, path string, _ []byte) error { return os.Remove(path) },
}

// TestReopenAfterHarm hurts a journal in many places and opens it: what is read
// is what was written, the rest is told of once and never again, and the
// journal goes on.
func TestReopenAfterHarm(t *testing.T) {
	whole := t.TempDir()
	s := mustOpen(t, whole, Options{SegmentBytes: 6 << 10})
	want := map[uint64]*journal.Entry{}
	for i := range 12 {
		journaltest.Put(t, s, journaltest.Sample(i, 100+i%4*700))
		e, err := s.Get(uint64(i + 1))
		if err != nil {
			t.Fatal(err)
		}
		want[e.Seq] = e
	}
	s.Close()
	for name, harm := range harms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := journaltest.NewDice(uint64(len(name)))
			for round := range 12 {
				dir := copyDir(t, whole)
				files := segmentFiles(t, dir)
				path := files[d.IntN(len(files))]
				data, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if err := harm(d, path, bytes.Clone(data)); err != nil {
					t.Fatal(err)
				}
				if d.Often() {
					_ = os.Remove(indexPath(path))
				}
				checkReopened(t, fmt.Sprintf("round %d, %s", round, filepath.Base(path)), dir, want)
			}
		})
	}
}

func checkReopened(t *testing.T, what, dir string, want map[uint64]*journal.Entry) {
	t.Helper()
	o := Options{SegmentBytes: 6 << 10, Warn: func(string) {}}
	s, err := Open(dir, o)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	top, count := uint64(0), 0
	err = s.Scan(t.Context(), 0, 0, false, nil, func(e *journal.Entry) bool {
		if e.Seq <= top {
			t.Errorf("%s: %d follows %d", what, e.Seq, top)
		}
		top = e.Seq
		count++
		journaltest.Equal(t, fmt.Sprintf("%s: entry %d", what, e.Seq), e, want[e.Seq])
		return true
	})
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if oldest, last := s.Bounds(); top > last || oldest > last+1 {
		t.Errorf("%s: bounds %d and %d, read up to %d", what, oldest, last, top)
	}
	next := journaltest.Sample(99, 10)
	journaltest.Put(t, s, next)
	if next.Seq <= top {
		t.Errorf("%s: number %d again", what, next.Seq)
	}
	if err := s.Close(); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	again, err := Open(dir, Options{SegmentBytes: 6 << 10})
	if err != nil {
		t.Fatalf("%s, again: %v", what, err)
	}
	defer again.Close()
	if got := seqs(t, again, 0, 0, false, ""); len(got) != count+1 || got[count] != next.Seq {
		t.Errorf("%s: %d entries and a new one %d became %v", what, count, next.Seq, got)
	}
}

// TestReopenIsQuiet: a journal that was cut or emptied once has nothing more to
// tell when it is opened again.
func TestReopenIsQuiet(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := mustOpen(t, dir, Options{})
	journaltest.Fill(t, s, 5, 100)
	s.Close()
	path := segmentFiles(t, dir)[0]
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, info.Size()-3); err != nil {
		t.Fatal(err)
	}
	s, warning := reopen(t, dir, Options{})
	if !strings.Contains(warning, "torn") {
		t.Errorf("said %q", warning)
	}
	s.Close()
	s, warning = reopen(t, dir, Options{})
	journaltest.Equal(t, "the second time", warning, "")
	journaltest.Equal(t, "entries", seqs(t, s, 0, 0, false, ""), journaltest.Span(1, 4))
}

// TestReopenOfEveryLength: options may change between two runs.
func TestReopenOfEveryLength(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := uint64(0)
	for i, o := range []Options{{}, {SegmentBytes: 4 << 10}, {Sync: true}, {SegmentBytes: 1}, {KeepBytes: 1 << 30}, {Keep: 1 << 20, SegmentBytes: 100 << 10}, {}} {
		s := mustOpen(t, dir, o)
		journaltest.Equal(t, fmt.Sprint("opened with ", o.SegmentBytes), seqs(t, s, 0, 0, false, "tok"), journaltest.Span(1, at))
		journaltest.Fill(t, s, 7, 300*i)
		at += 7
		s.Close()
	}
}
