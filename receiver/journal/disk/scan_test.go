package disk

import (
	"os"
	"testing"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/journaltest"
)

// TestScanReadsOnlyWhatCanMatch takes the file away and scans for what the
// index rules out.
func TestScanReadsOnlyWhatCanMatch(t *testing.T) {
	t.Parallel()
	s := mustOpen(t, t.TempDir(), Options{})
	journaltest.Fill(t, s, 100, 100)
	d := s.(*disk)
	good := d.segments[0].f
	gone, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	d.segments[0].f = gone
	for _, q := range []string{"kind:call", "seq:>100", "inbox:nowhere", "status:404 tok", "has:error", "since:2026-05-01"} {
		journaltest.Equal(t, q, seqs(t, s, 0, 0, false, q), []uint64(nil))
	}
	f := parsed(t, "kind:capture")
	if err := s.Scan(t.Context(), 0, 0, false, f, func(*journal.Entry) bool { return true }); err == nil {
		t.Error("reading a closed file went well")
	}
	if _, err := s.Get(5); err == nil {
		t.Error("reading a closed file went well")
	}
	d.segments[0].f = good
}
