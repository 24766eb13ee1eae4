package disk

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/journaltest"
	"tacklebox/receiver/journal/memory"
	"tacklebox/receiver/journal/query"
	"tacklebox/receiver/journal/record"
)

// histories are stores in the states that bounds can meet, with the entries
// that each still keeps.
var histories = map[string]func(t *testing.T) (s journal.Store, kept []uint64){
	"memory, empty": func(*testing.T) (journal.Store, []uint64) { return memory.New(memory.Limit{}), nil },
	"memory, whole": func(t *testing.T) (journal.Store, []uint64) {
		s := memory.New(memory.Limit{})
		journaltest.Fill(t, s, 12, 10)
		return s, journaltest.Span(1, 12)
	},
	"memory, trimmed": func(t *testing.T) (journal.Store, []uint64) {
		s := memory.New(memory.Limit{Count: 5})
		journaltest.Fill(t, s, 12, 10)
		return s, journaltest.Span(8, 12)
	},
	"memory, cleared": func(t *testing.T) (journal.Store, []uint64) {
		s := memory.New(memory.Limit{})
		journaltest.Fill(t, s, 9, 10)
		if err := s.Clear(); err != nil {
			t.Fatal(err)
		}
		journaltest.Fill(t, s, 3, 10)
		return s, journaltest.Span(10, 12)
	},
	"memory, nothing left": func(t *testing.T) (journal.Store, []uint64) {
		s := memory.New(memory.Limit{})
		journaltest.Fill(t, s, 12, 10)
		return s, journaltest.Cleared(t, s)
	},
	"disk, empty": func(t *testing.T) (journal.Store, []uint64) { return mustOpen(t, t.TempDir(), Options{}), nil },
	"disk, one segment": func(t *testing.T) (journal.Store, []uint64) {
		s := mustOpen(t, t.TempDir(), Options{})
		journaltest.Fill(t, s, 12, 10)
		return s, journaltest.Span(1, 12)
	},
	"disk, small segments": func(t *testing.T) (journal.Store, []uint64) {
		s := mustOpen(t, t.TempDir(), Options{SegmentBytes: 1})
		for i := range 12 {
			journaltest.Put(t, s, journaltest.Sample(i, 10))
		}
		return s, journaltest.Span(1, 12)
	},
	"disk, trimmed": func(t *testing.T) (journal.Store, []uint64) {
		s := mustOpen(t, t.TempDir(), Options{SegmentBytes: 1, Keep: 5})
		for i := range 12 {
			journaltest.Put(t, s, journaltest.Sample(i, 10))
		}
		oldest, _ := s.Bounds()
		if oldest < 5 || oldest > 8 {
			t.Fatalf("the oldest of 12 is %d where 5 are to be kept", oldest)
		}
		return s, journaltest.Span(oldest, 12)
	},
	"disk, nothing left, opened again": func(t *testing.T) (journal.Store, []uint64) {
		dir := t.TempDir()
		s := mustOpen(t, dir, Options{})
		journaltest.Fill(t, s, 12, 10)
		journaltest.Cleared(t, s)
		s.Close()
		return mustOpen(t, dir, Options{}), nil
	},
	"disk, with holes": func(t *testing.T) (journal.Store, []uint64) {
		dir := t.TempDir()
		s := mustOpen(t, dir, Options{SegmentBytes: 1})
		for i := range 12 {
			journaltest.Put(t, s, journaltest.Sample(i, 10))
		}
		s.Close()
		for _, seq := range []uint64{4, 7} {
			if err := flip(segmentPath(dir, seq), record.HeaderSize+5); err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(indexPath(segmentPath(dir, seq))); err != nil {
				t.Fatal(err)
			}
		}
		s, warning := reopen(t, dir, Options{SegmentBytes: 1})
		if warning == "" {
			t.Error("holes without a word")
		}
		return s, []uint64{1, 2, 3, 5, 6, 8, 9, 10, 11, 12}
	},
}

// TestScanBounds asks every history for every pair of bounds, both ways, with
// and without a filter.
func TestScanBounds(t *testing.T) {
	for name, open := range histories {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, kept := open(t)
			t.Cleanup(func() { s.Close() })
			oldest, last := s.Bounds()
			if len(kept) > 0 && oldest != kept[0] || len(kept) == 0 && oldest != last+1 {
				t.Fatalf("bounds %d and %d, kept %v", oldest, last, kept)
			}
			even := parsed(t, "seq:2 OR seq:4 OR seq:6 OR seq:8 OR seq:10 OR seq:12")
			edges := append(journaltest.Span(0, 15), 1<<32, 1<<63, 1<<64-1)
			for _, after := range edges {
				for _, before := range edges {
					for _, reverse := range []bool{false, true} {
						checkBounds(t, s, kept, after, before, reverse, nil)
						checkBounds(t, s, kept, after, before, reverse, even)
					}
				}
			}
		})
	}
}

func checkBounds(t *testing.T, s journal.Store, kept []uint64, after, before uint64, reverse bool, f *query.Filter) {
	t.Helper()
	var got, want []uint64
	err := s.Scan(t.Context(), after, before, reverse, f, func(e *journal.Entry) bool { got = append(got, e.Seq); return true })
	what := fmt.Sprintf("after %d, before %d, reverse %v, filter %q", after, before, reverse, f)
	oldest, last := s.Bounds()
	if !reverse && after > 0 && after < oldest-1 {
		var gap *journal.TrimmedError
		if !errors.As(err, &gap) || *gap != (journal.TrimmedError{From: after + 1, To: oldest - 1}) || len(got) > 0 {
			t.Errorf("%s: %v and %v, where %d to %d are gone", what, got, err, after+1, oldest-1)
		}
		return
	}
	for _, seq := range kept {
		if seq > after && (before == 0 || seq < before) && (f == nil || seq%2 == 0) {
			want = append(want, seq)
		}
	}
	if reverse {
		slices.Reverse(want)
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%s of %d to %d: %v, %v; wanted %v", what, oldest, last, got, err, want)
	}
}

// TestGetOfEveryNumber: what Scan shows can be had, and what is gone is told
// from what never was.
func TestGetOfEveryNumber(t *testing.T) {
	for name, open := range histories {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, kept := open(t)
			t.Cleanup(func() { s.Close() })
			_, last := s.Bounds()
			for seq := range uint64(15) {
				e, err := s.Get(seq)
				switch {
				case slices.Contains(kept, seq):
					if err != nil || e.Seq != seq || len(e.Request.Body) == 0 {
						t.Errorf("%d: %v, %v", seq, e, err)
					}
				case seq == 0 || seq > last:
					if !errors.Is(err, journal.ErrUnknown) {
						t.Errorf("%d of %d: %v", seq, last, err)
					}
				case !errors.Is(err, journal.ErrTrimmed):
					t.Errorf("%d, which is gone: %v", seq, err)
				}
			}
			next := journaltest.Sample(13, 10)
			journaltest.Put(t, s, next)
			if next.Seq != last+1 {
				t.Errorf("%d follows %d", next.Seq, last)
			}
		})
	}
}

// TestNumbersOverEverything: through clearing, retention, closing and damage to
// what was kept, no number is given twice.
func TestNumbersOverEverything(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := Options{SegmentBytes: 4 << 10, Keep: 8, Warn: func(string) {}}
	d := journaltest.NewDice(21)
	given := map[uint64]bool{}
	top := uint64(0)
	s := mustOpen(t, dir, o)
	for step := range 120 {
		switch d.IntN(8) {
		case 0:
			journaltest.Cleared(t, s)
		case 1, 2:
			s.Close()
			if files, _ := filepath.Glob(filepath.Join(dir, "*"+indexExt)); len(files) > 0 && d.Often() {
				_ = os.Remove(files[d.IntN(len(files))])
			}
			if files := segmentFiles(t, dir); d.Often() && len(files) > 1 {
				if info, err := os.Stat(files[0]); err == nil && info.Size() > record.HeaderSize {
					_ = flip(files[0], d.IntN(40)) // an old one, whose end others prove
				}
			}
			s = mustOpen(t, dir, o)
		default:
			for range d.IntN(5) {
				e := journaltest.Sample(step, d.IntN(2000))
				journaltest.Put(t, s, e)
				if given[e.Seq] || e.Seq <= top {
					t.Fatalf("step %d: number %d after %d", step, e.Seq, top)
				}
				given[e.Seq], top = true, e.Seq
			}
		}
		if _, last := s.Bounds(); last != top {
			t.Fatalf("step %d: the newest is %d, and %d was given", step, last, top)
		}
	}
}
