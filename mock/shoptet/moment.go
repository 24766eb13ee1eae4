package shoptet

import (
	"sync"
	"time"
	_ "time/tzdata" // Prague's summer time, also where the system has no zone files
)

const momentLayout = "2006-01-02T15:04:05-0700"

// moment writes an instant as the API does: offset without a colon (documented),
// in Prague's time with its summer time (inferred: every example).
func moment(t time.Time) string { return t.In(prague()).Format(momentLayout) }

// prague is read once: the zones are embedded, and reading one costs more than
// all the rest of a callback.
var prague = sync.OnceValue(func() *time.Location {
	zone, err := time.LoadLocation("Europe/Prague")
	if err != nil {
		return time.FixedZone("CET", 3600) // cannot happen: the zones are embedded
	}
	return zone
})

// momentOrNull is moment, or null for an instant that has not come.
func momentOrNull(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := moment(t)
	return &s
}

// parseMoment reads a date-time filter: an offset is needed, with or without a
// colon (with: documented; without: decision).
func parseMoment(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, momentLayout} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
