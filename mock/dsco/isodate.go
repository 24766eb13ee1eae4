package dsco

import (
	"regexp"
	"strings"
	"time"
)

// Dsco lists 2014-01-01T10:30:00.000 with +01:00, +0100 and Z; its examples show
// no milliseconds too, with +00:00 and +0000 (documented).
const isodate = `\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})`

var isodateForm = regexp.MustCompile(`^` + isodate + `$`)

// sentDate is the one of the documented forms that is sent (decision).
const sentDate = "2006-01-02T15:04:05.000Z"

// parseDate reads an isodate, to the millisecond.
func parseDate(s string) (time.Time, bool) {
	if !isodateForm.MatchString(s) {
		return time.Time{}, false
	}
	layout := "2006-01-02T15:04:05Z0700"
	if s[len(s)-3] == ':' {
		layout = "2006-01-02T15:04:05Z07:00"
	}
	t, err := time.Parse(layout, s)
	return t.UTC().Truncate(time.Millisecond), err == nil
}

// queryDate reads an isodate out of a query, where an unescaped + arrives as a
// space (decision).
func queryDate(s string) (time.Time, bool) { return parseDate(strings.ReplaceAll(s, " ", "+")) }

// formatDate writes a date as every answer and callback has it.
func formatDate(t time.Time) string { return t.UTC().Format(sentDate) }
