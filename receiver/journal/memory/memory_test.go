package memory

import (
	"testing"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/journaltest"
	"tacklebox/receiver/journal/query"
)

// TestSuite holds the store in memory to what every store promises.
func TestSuite(t *testing.T) {
	open := func(l Limit) func(testing.TB) journal.Store {
		return func(testing.TB) journal.Store { return New(l) }
	}
	journaltest.Suite{
		Stores:   map[string]func(testing.TB) journal.Store{"memory": open(Limit{})},
		Trimming: map[string]func(testing.TB) journal.Store{"by count": open(Limit{Count: 20}), "by bytes": open(Limit{Bytes: 20 << 10})},
		Parse: func(t testing.TB, q string) journal.Matcher {
			f, err := query.Parse(q, nil)
			if err != nil {
				t.Fatal(err)
			}
			return f
		},
	}.Run(t)
}
