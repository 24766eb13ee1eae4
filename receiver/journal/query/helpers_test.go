package query

import (
	"testing"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/disk"
	"tacklebox/receiver/journal/journaltest"
)

func mustOpen(t testing.TB, dir string, o disk.Options) journal.Store {
	t.Helper()
	s, err := disk.Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func seqs(t testing.TB, s journal.Store, after, before uint64, reverse bool, q string) []uint64 {
	t.Helper()
	return journaltest.Seqs(t, s, after, before, reverse, parsed(t, q))
}
