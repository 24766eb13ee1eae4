package ultracart

import (
	"math"
	"strconv"
	"time"

	"tacklebox/mock/kit"
)

// rates are the documented limits, the shorter one first.
func rates() []kit.Rate {
	return []kit.Rate{{Calls: 1000, Span: time.Hour}, {Calls: 10000, Span: 24 * time.Hour}}
}

// rateLimit counts the call against the limits when the setting asks for it. The
// real limits hold per application and address; parallel tests share an address,
// so they are off unless switched on, and then hold per account (decision).
func rateLimit(q *request) error {
	if q.text(optRateLimit) != "documented" {
		return nil
	}
	buckets := kit.Memo[[2]kit.Bucket](q.Account().Memo, "rates")
	now := q.World.Now()
	for i, r := range rates() {
		if wait := buckets[i].Wait(now, r); wait > 0 {
			seconds := strconv.Itoa(int(math.Ceil(wait.Seconds())))
			return refuse(429, "rate of %d per %.0f second(s) exceeded.", r.Calls, r.Span.Seconds()).With("Retry-After", seconds)
		}
	}
	for i, r := range rates() {
		buckets[i].Take(now, r)
	}
	return nil
}
