package shoptet

import (
	"time"

	"tacklebox/mock/kit"
)

const momentLayout = "2006-01-02T15:04:05-0700"

// moment writes an instant as the API does: offset without a colon (documented),
// in Prague's time with its summer time (inferred: every example).
func moment(t time.Time) string { return t.In(prague()).Format(momentLayout) }

var prague = kit.Zone("Prague")

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
