package journal_test

import (
	"errors"
	"testing"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/disk"
	"tacklebox/receiver/journal/journaltest"
	"tacklebox/receiver/journal/memory"
)

func TestRetention(t *testing.T) {
	cases := map[string]struct {
		open     func(testing.TB) journal.Store
		min, max int // entries kept of 1,000 with 1 KB bodies
	}{
		"memory by count": {func(testing.TB) journal.Store { return memory.New(memory.Limit{Count: 100}) }, 100, 100},
		"memory by bytes": {func(testing.TB) journal.Store { return memory.New(memory.Limit{Bytes: 100 << 10}) }, 60, 100},
		"memory, one":     {func(testing.TB) journal.Store { return memory.New(memory.Limit{Bytes: 1}) }, 1, 1},
		"disk by count":   {func(t testing.TB) journal.Store { return mustOpen(t, t.TempDir(), disk.Options{Keep: 100}) }, 100, 200},
		"disk by bytes":   {func(t testing.TB) journal.Store { return mustOpen(t, t.TempDir(), disk.Options{KeepBytes: 200 << 10}) }, 50, 200},
		"disk, one":       {func(t testing.TB) journal.Store { return mustOpen(t, t.TempDir(), disk.Options{Keep: 1}) }, 1, 2},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := c.open(t)
			for i := range 1000 {
				journaltest.Put(t, s, journaltest.Sample(i, 1000))
			}
			oldest, last := s.Bounds()
			kept := seqs(t, s, 0, 0, false, "")
			journaltest.Equal(t, "kept", kept, journaltest.Span(oldest, 1000))
			if last != 1000 || len(kept) < c.min || len(kept) > c.max {
				t.Errorf("%d kept, last %d; wanted %d to %d", len(kept), last, c.min, c.max)
			}
			if _, err := s.Get(oldest - 1); !errors.Is(err, journal.ErrTrimmed) {
				t.Error("dropped:", err)
			}
			var gap *journal.TrimmedError
			if err := s.Scan(t.Context(), 1, 0, false, nil, nil); !errors.As(err, &gap) || *gap != (journal.TrimmedError{2, oldest - 1}) {
				t.Error("cursor behind:", err)
			}
			journaltest.Equal(t, "a cursor just at the edge", len(seqs(t, s, oldest-1, 0, false, "")), len(kept))
		})
	}
}

// TestScanOvertaken lets the ring catch up with a reader in the middle of a scan.
func TestScanOvertaken(t *testing.T) {
	t.Parallel()
	s := memory.New(memory.Limit{Count: 200})
	journaltest.Fill(t, s, 200, 10)
	last := uint64(0)
	err := s.Scan(t.Context(), 0, 0, false, nil, func(e *journal.Entry) bool {
		if last = e.Seq; last == 1 {
			journaltest.Fill(t, s, 300, 10)
		}
		return true
	})
	var gap *journal.TrimmedError
	if !errors.As(err, &gap) || gap.From != last+1 || gap.To != 300 {
		t.Errorf("after %d: %v", last, err)
	}
}
