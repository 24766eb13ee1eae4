package ultracart

import (
	"fmt"
	"strings"
	"time"

	"tacklebox/mock/kit"
)

// eastern is the zone of every date that the API writes (documented: dates end
// in -04:00 or -05:00 with the daylight saving of the United States).
var eastern = kit.Zone("New_York")

// date writes an instant as answers have it: US Eastern, no fraction.
func date(t time.Time) string { return t.In(eastern()).Format("2006-01-02T15:04:05-07:00") }

// parseSince reads `_since`: with or without fraction, Z or an offset; a plus
// sign that was not escaped has become a space on the way (documented: that is
// what clients send).
func parseSince(s string) (time.Time, bool) {
	if i := strings.LastIndexByte(s, ' '); i > 0 && strings.ContainsRune(s[:i], 'T') {
		s = s[:i] + "+" + s[i+1:]
	}
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700"} {
		if t, err := time.Parse(form, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// stamp makes an id in the form of X-UltraCart-Request-Id: 14 hexadecimal digits
// without meaning, 12 of the Unix time in milliseconds, then 80011 (documented
// form, inferred split).
func stamp(head string, at time.Time) string {
	return fmt.Sprintf("%s%012X80011", head, at.UnixMilli()&(1<<48-1))
}

const upperHex = "0123456789ABCDEF"
