package journal

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
)

// trimming are stores that forget while others read.
var trimming = map[string]func(testing.TB) Store{
	"memory":          func(testing.TB) Store { return NewMemory(MemoryLimit{Count: 20}) },
	"memory by bytes": func(testing.TB) Store { return NewMemory(MemoryLimit{Bytes: 20 << 10}) },
	"disk": func(t testing.TB) Store {
		return mustOpen(t, t.TempDir(), Options{SegmentBytes: 4 << 10, Keep: 20})
	},
}

// account is what a reader was given: every number as an entry or as missed,
// in order.
type account struct{ entries, missed uint64 }

// keepUp reads as a stream does until number end, and fails at a silent hole.
func keepUp(t *testing.T, s Store, end uint64, f *Filter) (a account) {
	for at := uint64(1); at < end; { // behind the first: from here on it is a cursor
		last, err := s.Wait(t.Context(), at)
		if err != nil {
			t.Error(err)
			return a
		}
		seen := at
		err = s.Scan(at, last+1, false, f, func(e *Entry) bool {
			if e.Seq <= seen || f == nil && e.Seq != seen+1 {
				t.Errorf("%d follows %d", e.Seq, seen)
			}
			if !strings.Contains(string(e.Request.Body), "tok-") {
				t.Errorf("entry %d is torn: %q", e.Seq, e.Request.Body)
			}
			seen = e.Seq
			a.entries++
			return true
		})
		var gap *TrimmedError
		switch {
		case errors.As(err, &gap):
			if gap.From != seen+1 && f == nil || gap.To < gap.From {
				t.Errorf("after %d a gap from %d to %d", seen, gap.From, gap.To)
			}
			a.missed += gap.To - gap.From + 1
			at = gap.To
		case err != nil:
			t.Error(err)
			return a
		default:
			if f == nil && seen != last {
				t.Errorf("up to %d: the last one came as %d", last, seen)
			}
			at = last
		}
	}
	return a
}

// TestRetentionUnderReaders: entries that are dropped while they are read come
// whole, or as a gap.
func TestRetentionUnderReaders(t *testing.T) {
	const total = 400
	for name, open := range trimming {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			t.Cleanup(func() { s.Close() })
			put(t, s, sample(0, 10))
			var all sync.WaitGroup
			for range 3 {
				all.Go(func() {
					if a := keepUp(t, s, total, nil); a.entries+a.missed != total-1 {
						t.Errorf("%d entries and %d missed of %d", a.entries, a.missed, total-1)
					}
				})
			}
			all.Go(func() { keepUp(t, s, total, parsed(t, "inbox:box1 tok")) })
			for range 2 {
				all.Go(func() {
					for last := uint64(0); last < total; {
						downwards(t, s)
						last, _ = s.Wait(t.Context(), min(last+10, total-1))
					}
				})
			}
			for i := range total - 1 {
				if err := s.Append(sample(i, i%7*300)).Wait(); err != nil {
					t.Fatal(err)
				}
			}
			all.Wait()
		})
	}
}

// downwards reads as the list does: newest first, in one piece.
func downwards(t *testing.T, s Store) {
	before := uint64(0)
	err := s.Scan(0, 0, true, nil, func(e *Entry) bool {
		if before > 0 && e.Seq != before-1 {
			t.Errorf("downwards %d follows %d", e.Seq, before)
		}
		before = e.Seq
		return true
	})
	if err != nil {
		t.Error(err)
	}
}

// TestClearUnderReaders clears while others read, wait and append: everyone
// gets on, and every number is accounted for.
func TestClearUnderReaders(t *testing.T) {
	const total = 300
	each(t, func(t *testing.T, s Store) {
		put(t, s, sample(0, 10))
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				if a := keepUp(t, s, total, nil); a.entries+a.missed != total-1 {
					t.Errorf("%d entries and %d missed of %d", a.entries, a.missed, total-1)
				}
			})
		}
		for i := range total - 1 {
			if err := s.Append(sample(i, 300)).Wait(); err != nil {
				t.Fatal(err)
			}
			if i%40 == 20 {
				cleared(t, s)
			}
		}
		all.Wait()
	})
}

// TestClearWakesNobody: who waits for a new entry goes on waiting when the old
// ones are forgotten, and gets the next.
func TestClearWakesNobody(t *testing.T) {
	each(t, func(t *testing.T, s Store) {
		fill(t, s, 5, 10)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		got := make(chan uint64, 1)
		go func() {
			last, _ := s.Wait(ctx, 5)
			got <- last
		}()
		cleared(t, s)
		if last, err := s.Wait(ctx, 4); last != 5 || err != nil {
			t.Errorf("the newest number after Clear: %d, %v", last, err)
		}
		put(t, s, sample(6, 10))
		if last := <-got; last != 6 {
			t.Errorf("woken by %d", last)
		}
	})
}

// TestReaderMayAppend: a scan holds no lock that Append, Clear or another scan
// would wait for.
func TestReaderMayAppend(t *testing.T) {
	each(t, func(t *testing.T, s Store) {
		fill(t, s, 10, 100)
		seen := 0
		err := s.Scan(0, 11, false, nil, func(e *Entry) bool {
			seen++
			put(t, s, sample(1, 10))
			if _, err := s.Get(e.Seq); err != nil {
				t.Error(err)
			}
			if n := len(seqs(t, s, 0, 0, true, "")); n != 10+seen {
				t.Errorf("within the scan there are %d", n)
			}
			return true
		})
		if err != nil || seen != 10 {
			t.Errorf("%d, %v", seen, err)
		}
		err = s.Scan(0, 0, true, nil, func(*Entry) bool { cleared(t, s); return false })
		if err != nil {
			t.Error(err)
		}
		equal(t, "after Clear within a scan", seqs(t, s, 0, 0, false, ""), []uint64(nil))
	})
}
