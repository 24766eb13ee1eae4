package journaltest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"tacklebox/receiver/journal"
	"testing"
)

// account is what a reader was given: every number as an entry or as missed,
// in order.
type account struct{ entries, missed uint64 }

// keepUp reads as a stream does until number end, and fails at a silent hole.
func keepUp(t *testing.T, s journal.Store, end uint64, f journal.Matcher) (a account) {
	for at := uint64(1); at < end; { // behind the first: from here on it is a cursor
		last, err := s.Wait(t.Context(), at)
		if err != nil {
			t.Error(err)
			return a
		}
		seen := at
		err = s.Scan(t.Context(), at, last+1, false, f, func(e *journal.Entry) bool {
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
		var gap *journal.TrimmedError
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

// RetentionUnderReaders: entries that are dropped while they are read come
// whole, or as a gap.
func (u Suite) RetentionUnderReaders(t *testing.T) {
	const total = 400
	for name, open := range u.Trimming {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			t.Cleanup(func() { s.Close() })
			Put(t, s, Sample(0, 10))
			var all sync.WaitGroup
			for range 3 {
				all.Go(func() {
					if a := keepUp(t, s, total, nil); a.entries+a.missed != total-1 {
						t.Errorf("%d entries and %d missed of %d", a.entries, a.missed, total-1)
					}
				})
			}
			all.Go(func() { keepUp(t, s, total, u.Parse(t, "inbox:box1 tok")) })
			for range 2 {
				all.Go(func() {
					for last := uint64(0); last < total; {
						downwards(t, s)
						last, _ = s.Wait(t.Context(), min(last+10, total-1))
					}
				})
			}
			for i := range total - 1 {
				if err := s.Append(Sample(i, i%7*300)).Wait(); err != nil {
					t.Fatal(err)
				}
			}
			all.Wait()
		})
	}
}

// downwards reads as the list does: newest first, in one piece.
func downwards(t *testing.T, s journal.Store) {
	before := uint64(0)
	err := s.Scan(t.Context(), 0, 0, true, nil, func(e *journal.Entry) bool {
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

// ClearUnderReaders clears while others read, wait and append: everyone
// gets on, and every number is accounted for.
func (u Suite) ClearUnderReaders(t *testing.T) {
	const total = 300
	u.each(t, func(t *testing.T, s journal.Store) {
		Put(t, s, Sample(0, 10))
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				if a := keepUp(t, s, total, nil); a.entries+a.missed != total-1 {
					t.Errorf("%d entries and %d missed of %d", a.entries, a.missed, total-1)
				}
			})
		}
		for i := range total - 1 {
			if err := s.Append(Sample(i, 300)).Wait(); err != nil {
				t.Fatal(err)
			}
			if i%40 == 20 {
				Cleared(t, s)
			}
		}
		all.Wait()
	})
}

// ClearWakesNobody: who waits for a new entry goes on waiting when the old
// ones are forgotten, and gets the next.
func (u Suite) ClearWakesNobody(t *testing.T) {
	u.each(t, func(t *testing.T, s journal.Store) {
		Fill(t, s, 5, 10)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		got := make(chan uint64, 1)
		go func() {
			last, _ := s.Wait(ctx, 5)
			got <- last
		}()
		Cleared(t, s)
		if last, err := s.Wait(ctx, 4); last != 5 || err != nil {
			t.Errorf("the newest number after Clear: %d, %v", last, err)
		}
		Put(t, s, Sample(6, 10))
		if last := <-got; last != 6 {
			t.Errorf("woken by %d", last)
		}
	})
}

// ReaderMayAppend: a scan holds no lock that Append, Clear or another scan
// would wait for.
func (u Suite) ReaderMayAppend(t *testing.T) {
	u.each(t, func(t *testing.T, s journal.Store) {
		Fill(t, s, 10, 100)
		seen := 0
		err := s.Scan(t.Context(), 0, 11, false, nil, func(e *journal.Entry) bool {
			seen++
			Put(t, s, Sample(1, 10))
			if _, err := s.Get(e.Seq); err != nil {
				t.Error(err)
			}
			if n := len(u.seqs(t, s, 0, 0, true, "")); n != 10+seen {
				t.Errorf("within the scan there are %d", n)
			}
			return true
		})
		if err != nil || seen != 10 {
			t.Errorf("%d, %v", seen, err)
		}
		err = s.Scan(t.Context(), 0, 0, true, nil, func(*journal.Entry) bool { Cleared(t, s); return false })
		if err != nil {
			t.Error(err)
		}
		Equal(t, "after Clear within a scan", u.seqs(t, s, 0, 0, false, ""), []uint64(nil))
	})
}
func Cleared(t *testing.T, s journal.Store) []uint64 {
	t.Helper()
	if err := s.Clear(); err != nil {
		t.Fatal(err)
	}
	return nil
}
