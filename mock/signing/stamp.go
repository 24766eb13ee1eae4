package signing

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// stamps finds the id and the timestamp that belong to the signature in a
// header. A foreign header's companions have its name with another ending.
func (s *Scheme) stamps(h http.Header, name string) (id, timestamp string) {
	if strings.HasSuffix(s.Timestamp, "=") {
		for _, m := range s.members(h.Get(name)) {
			if t, ok := strings.CutPrefix(m, s.Timestamp); ok {
				return "", t
			}
		}
		return "", ""
	}
	id, timestamp = h.Get(s.ID), h.Get(s.Timestamp)
	if stem, ok := strings.CutSuffix(name, "-Signature"); ok && name != http.CanonicalHeaderKey(s.Header) && name != s.Header {
		if id == "" && s.ID != "" {
			id = h.Get(stem + "-Id")
		}
		if timestamp == "" && s.Timestamp != "" {
			timestamp = h.Get(stem + "-Timestamp")
		}
	}
	return id, timestamp
}

func (s *Scheme) lacks(id, timestamp string) string {
	switch {
	case s.ID != "" && id == "":
		return s.missing(s.ID) + ", and it is part of what is signed"
	case timestamp != "" || s.Timestamp == "":
		return ""
	case strings.HasSuffix(s.Timestamp, "="):
		return s.Header + " has no " + s.Timestamp + " member, and the timestamp is part of what is signed"
	}
	return s.missing(s.Timestamp) + ", and it is part of what is signed"
}

// milliseconds is where a number of seconds would lie beyond the year 5000.
const milliseconds = 100_000_000_000

// Stamp writes a moment the way the scheme does.
func (s *Scheme) Stamp(at time.Time) string {
	switch s.Unit {
	case Milliseconds:
		return strconv.FormatInt(at.UnixMilli(), 10)
	case RFC3339:
		return at.UTC().Format(time.RFC3339)
	}
	return strconv.FormatInt(at.Unix(), 10)
}

// seconds reads a timestamp; odd says what is wrong with it.
func (s *Scheme) seconds(timestamp string) (seconds int64, odd string) {
	if s.Unit == RFC3339 {
		at, err := time.Parse(time.RFC3339, timestamp)
		if err != nil {
			return 0, fmt.Sprintf("its timestamp %q is no moment of RFC 3339", clip(timestamp))
		}
		return at.Unix(), ""
	}
	n, err := strconv.ParseInt(timestamp, 10, 64)
	switch unit := "seconds"; {
	case s.Unit == Milliseconds && err == nil && n >= milliseconds:
		return n / 1000, ""
	case s.Unit == Milliseconds && err == nil && n >= 0:
		return 0, "its timestamp " + timestamp + " is in seconds: send Unix milliseconds"
	case err != nil || n < 0:
		if s.Unit == Milliseconds {
			unit = Milliseconds
		}
		return 0, fmt.Sprintf("its timestamp %q is not a number of Unix %s", clip(timestamp), unit)
	case n >= milliseconds:
		return 0, "its timestamp " + timestamp + " is in milliseconds: send Unix seconds"
	}
	return n, ""
}

// stale says how far a timestamp lies outside of what is accepted, "" when it
// does not.
func (s *Scheme) stale(now time.Time, timestamp string) string {
	if s.Timestamp == "" {
		return ""
	}
	seconds, odd := s.seconds(timestamp)
	if odd != "" {
		return odd
	}
	at := time.Unix(seconds, 0).UTC().Format(time.RFC3339)
	age, late, early := now.Unix()-seconds, int64(s.Late/time.Second), int64(s.Early/time.Second)
	switch {
	case late > 0 && age > late:
		return fmt.Sprintf("its timestamp %s is %s old: at most %s are accepted, send it again or check the clock", at, span(age), span(late))
	case early > 0 && -age > early:
		return fmt.Sprintf("its timestamp %s lies %s ahead: at most %s are accepted, check the clock of the sender", at, span(-age), span(early))
	}
	return ""
}

// span writes a number of seconds in the two largest units that it fills.
func span(seconds int64) string {
	units := []struct {
		size int64
		name string
	}{{365 * 24 * 3600, "year"}, {24 * 3600, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}}
	var parts []string
	for _, u := range units {
		n := seconds / u.size
		seconds -= n * u.size
		if n == 0 && len(parts) == 0 {
			continue
		}
		if n > 0 {
			parts = append(parts, plural(n, u.name))
		}
		if len(parts) == 2 || n == 0 {
			break
		}
	}
	if len(parts) == 0 {
		return "0 seconds"
	}
	return strings.Join(parts, " ")
}

func plural(n int64, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return strconv.FormatInt(n, 10) + " " + word + "s"
}
