package journal

import (
	"errors"
	"path/filepath"
	"testing"
)

func TestRetention(t *testing.T) {
	cases := map[string]struct {
		open     func(testing.TB) Store
		min, max int // entries kept of 1,000 with 1 KB bodies
	}{
		"memory by count": {func(testing.TB) Store { return NewMemory(MemoryLimit{Count: 100}) }, 100, 100},
		"memory by bytes": {func(testing.TB) Store { return NewMemory(MemoryLimit{Bytes: 100 << 10}) }, 60, 100},
		"memory, one":     {func(testing.TB) Store { return NewMemory(MemoryLimit{Bytes: 1}) }, 1, 1},
		"disk by count":   {func(t testing.TB) Store { return mustOpen(t, t.TempDir(), Options{Keep: 100}) }, 100, 200},
		"disk by bytes":   {func(t testing.TB) Store { return mustOpen(t, t.TempDir(), Options{KeepBytes: 200 << 10}) }, 50, 200},
		"disk, one":       {func(t testing.TB) Store { return mustOpen(t, t.TempDir(), Options{Keep: 1}) }, 1, 2},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := c.open(t)
			for i := range 1000 {
				put(t, s, sample(i, 1000))
			}
			oldest, last := s.Bounds()
			kept := seqs(t, s, 0, 0, false, "")
			equal(t, "kept", kept, span1(oldest, 1000))
			if last != 1000 || len(kept) < c.min || len(kept) > c.max {
				t.Errorf("%d kept, last %d; wanted %d to %d", len(kept), last, c.min, c.max)
			}
			if _, err := s.Get(oldest - 1); !errors.Is(err, ErrTrimmed) {
				t.Error("dropped:", err)
			}
			var gap *TrimmedError
			if err := s.Scan(1, 0, false, nil, nil); !errors.As(err, &gap) || *gap != (TrimmedError{2, oldest - 1}) {
				t.Error("cursor behind:", err)
			}
			equal(t, "a cursor just at the edge", len(seqs(t, s, oldest-1, 0, false, "")), len(kept))
		})
	}
}

// TestScanOvertaken lets the ring catch up with a reader in the middle of a scan.
func TestScanOvertaken(t *testing.T) {
	t.Parallel()
	s := NewMemory(MemoryLimit{Count: 200})
	fill(t, s, 200, 10)
	last := uint64(0)
	err := s.Scan(0, 0, false, nil, func(e *Entry) bool {
		if last = e.Seq; last == 1 {
			fill(t, s, 300, 10)
		}
		return true
	})
	var gap *TrimmedError
	if !errors.As(err, &gap) || gap.From != last+1 || gap.To != 300 {
		t.Errorf("after %d: %v", last, err)
	}
}

// TestScanOutlivesRetention: a scan on disk sees what was there when it began.
func TestScanOutlivesRetention(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := mustOpen(t, dir, Options{SegmentBytes: 4 << 10, Keep: 50})
	fill(t, s, 60, 1000)
	oldest, _ := s.Bounds()
	want := span1(oldest, 60)
	var got []uint64
	err := s.Scan(0, 0, false, nil, func(e *Entry) bool {
		if len(got) == 0 {
			fill(t, s, 200, 1000)
		}
		got = append(got, e.Seq)
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "scanned", got, want)
	files, _ := filepath.Glob(filepath.Join(dir, "*"+segmentExt))
	if n := len(s.(*disk).segments); n != len(files) {
		t.Errorf("%d segments, %d files", n, len(files))
	}
}
