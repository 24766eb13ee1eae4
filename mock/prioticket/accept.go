package prioticket

import (
	"strconv"
	"strings"
)

// acceptsJSON reports whether Accept leaves room for application/json: no header
// and empty ones do, else the most specific range that fits decides (RFC 9110;
// the 406 is documented 3.5, its cause a decision).
func acceptsJSON(lines []string) bool {
	all := strings.TrimSpace(strings.Join(lines, ","))
	if strings.Trim(all, ", ") == "" {
		return true
	}
	best, open := 0, false
	for part := range strings.SplitSeq(all, ",") {
		name, params, _ := strings.Cut(part, ";")
		if rank := rangeRank(name); rank > best {
			best, open = rank, weight(params) > 0
		}
	}
	return open
}

// rangeRank says how closely a media range names application/json; 0: not at all.
func rangeRank(name string) int {
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "*/*", "*":
		return 1
	case "application/*":
		return 2
	case "application/json":
		return 3
	}
	return 0
}

// weight reads the q of a media range; one that cannot be read is 1.
func weight(params string) float64 {
	for p := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(p, "=")
		if strings.EqualFold(strings.TrimSpace(name), "q") {
			if q, err := strconv.ParseFloat(strings.TrimSpace(value), 64); err == nil {
				return q
			}
		}
	}
	return 1
}
