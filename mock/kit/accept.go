package kit

import (
	"strconv"
	"strings"
)

// Accept chooses between media types by the Accept headers of a call (RFC 9110):
// weights hold, the most specific range decides, a tie means the first offer. No
// header, or an empty one, accepts anything. ok is false when nothing fits; the
// first offer is returned then.
func Accept(lines []string, offers ...string) (offer string, ok bool) {
	all := strings.Join(lines, ",")
	if strings.Trim(all, ", \t") == "" {
		return offers[0], true
	}
	offer = offers[0]
	best := 0.0
	for _, o := range offers {
		if q := quality(all, o); q > best {
			best, offer = q, o
		}
	}
	return offer, best > 0
}

// quality is how much an Accept header wants a media type, 0 for not at all.
func quality(accept, media string) (q float64) {
	specific := 0
	for part := range strings.SplitSeq(accept, ",") {
		name, params, _ := strings.Cut(part, ";")
		if rank := rangeRank(strings.ToLower(strings.TrimSpace(name)), media); rank > specific {
			specific, q = rank, weight(params)
		}
	}
	return q
}

// rangeRank says how closely a media range names a type, 0 for not at all. A bare
// star is what old Java clients send for any type.
func rangeRank(name, media string) int {
	kind, _, _ := strings.Cut(media, "/")
	switch name {
	case media:
		return 3
	case kind + "/*":
		return 2
	case "*/*", "*":
		return 1
	}
	return 0
}

// weight reads the q of a media range; one that cannot be read is 1.
func weight(params string) float64 {
	for p := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(p, "=")
		if !strings.EqualFold(strings.TrimSpace(name), "q") {
			continue
		}
		if q, err := strconv.ParseFloat(strings.TrimSpace(value), 64); err == nil && q >= 0 && q <= 1 {
			return q
		}
		return 1
	}
	return 1
}
