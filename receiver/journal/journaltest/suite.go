package journaltest

import (
	"reflect"
	"tacklebox/receiver/journal"
	"testing"
)

// Suite holds stores to the behaviour that Store promises.
type Suite struct {
	Stores   map[string]func(testing.TB) journal.Store    // each keeps at least 1 MiB
	Trimming map[string]func(testing.TB) journal.Store    // each keeps about 20 entries
	Parse    func(t testing.TB, q string) journal.Matcher // the filter language
}

// Run runs the whole suite.
func (u Suite) Run(t *testing.T) {
	for i, all := 0, reflect.TypeOf(u); i < all.NumMethod(); i++ {
		if test, ok := reflect.ValueOf(u).Method(i).Interface().(func(*testing.T)); ok && all.Method(i).Name != "Run" {
			t.Run(all.Method(i).Name, test)
		}
	}
}

func (u Suite) each(t *testing.T, test func(t *testing.T, s journal.Store)) {
	for name, open := range u.Stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			t.Cleanup(func() { s.Close() })
			test(t, s)
		})
	}
}

func (u Suite) seqs(t testing.TB, s journal.Store, after, before uint64, reverse bool, q string) []uint64 {
	t.Helper()
	return Seqs(t, s, after, before, reverse, u.Parse(t, q))
}

// Seqs scans and returns the sequence numbers in the order they came.
func Seqs(t testing.TB, s journal.Store, after, before uint64, reverse bool, f journal.Matcher) (got []uint64) {
	t.Helper()
	if err := s.Scan(t.Context(), after, before, reverse, f, func(e *journal.Entry) bool { got = append(got, e.Seq); return true }); err != nil {
		t.Fatal(err)
	}
	return got
}
