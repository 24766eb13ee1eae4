package disk

import (
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/journaltest"
)

// TestScanOutlivesRetention: a scan on disk sees what was there when it began.
func TestScanOutlivesRetention(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := mustOpen(t, dir, Options{SegmentBytes: 4 << 10, Keep: 50})
	journaltest.Fill(t, s, 60, 1000)
	oldest, _ := s.Bounds()
	want := journaltest.Span(oldest, 60)
	var got []uint64
	err := s.Scan(t.Context(), 0, 0, false, nil, func(e *journal.Entry) bool {
		if len(got) == 0 {
			journaltest.Fill(t, s, 200, 1000)
		}
		got = append(got, e.Seq)
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	journaltest.Equal(t, "scanned", got, want)
	files, _ := filepath.Glob(filepath.Join(dir, "*"+segmentExt))
	if n := len(s.(*disk).segments); n != len(files) {
		t.Errorf("%d segments, %d files", n, len(files))
	}
}

// TestNothingIsLeft: a store on disk has one goroutine, which ends with it.
func TestNothingIsLeft(t *testing.T) {
	before := goleak.IgnoreCurrent()
	s := mustOpen(t, t.TempDir(), Options{})
	journaltest.Fill(t, s, 10, 10)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	goleak.VerifyNone(t, before)
}
