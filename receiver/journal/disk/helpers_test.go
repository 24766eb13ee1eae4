package disk

import (
	"testing"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/journaltest"
	"tacklebox/receiver/journal/query"
)

// mustOpen opens a journal that has nothing to complain of.
func mustOpen(t testing.TB, dir string, o Options) journal.Store {
	t.Helper()
	if o.Warn == nil {
		o.Warn = func(text string) { t.Errorf("unexpected warning: %s", text) }
	}
	s, err := Open(dir, o)
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

func parsed(t testing.TB, q string) *query.Filter {
	t.Helper()
	f, err := query.Parse(q, nil)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestSuite holds the store on disk to what every store promises.
func TestSuite(t *testing.T) {
	open := func(o Options) func(testing.TB) journal.Store {
		return func(t testing.TB) journal.Store { return mustOpen(t, t.TempDir(), o) }
	}
	journaltest.Suite{
		Stores:   map[string]func(testing.TB) journal.Store{"whole": open(Options{}), "small segments": open(Options{SegmentBytes: 4 << 10}), "synced": open(Options{Sync: true})},
		Trimming: map[string]func(testing.TB) journal.Store{"disk": open(Options{SegmentBytes: 4 << 10, Keep: 20})},
		Parse:    func(t testing.TB, q string) journal.Matcher { return parsed(t, q) },
	}.Run(t)
}
