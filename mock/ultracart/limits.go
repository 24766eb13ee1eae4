package ultracart

import (
	"math"
	"time"

	"tacklebox/mock/provider"
)

// rate is one documented limit: so many calls in so many seconds, as a leaky
// bucket.
type rate struct {
	calls float64
	span  time.Duration
}

// rates are the documented limits, the shorter one first.
func rates() []rate {
	const day = 24 * time.Hour
	return []rate{{1000, time.Hour}, {10000, day}}
}

// bucket is how full one limit is for an account.
type bucket struct {
	level float64
	at    time.Time
}

// leak lets out what has flowed since the last call.
func (b *bucket) leak(r rate, now time.Time) {
	if passed := now.Sub(b.at); !b.at.IsZero() && passed > 0 {
		b.level = max(0, b.level-r.calls*passed.Seconds()/r.span.Seconds())
	}
	b.at = now
}

// meter counts the call against the limits when the setting asks for it. The
// real limits hold per application and address; parallel tests share an address,
// so they are off unless switched on, and then hold per account (decision).
func meter(w *provider.World, a *provider.Account) *failure {
	if w.Option(a.Name, optRateLimit).Text() != "documented" {
		return nil
	}
	buckets, ok := a.Memo["rates"].([]bucket)
	if !ok {
		buckets = make([]bucket, len(rates()))
		a.Memo["rates"] = buckets
	}
	now := w.Now()
	for i, r := range rates() {
		buckets[i].leak(r, now)
		if over := buckets[i].level + 1 - r.calls; over > 1e-9 {
			f := refuse(429, "rate of %.0f per %.0f second(s) exceeded.", r.calls, r.span.Seconds())
			f.wait = int(math.Ceil(over * r.span.Seconds() / r.calls))
			return f
		}
	}
	for i := range buckets {
		buckets[i].level++
	}
	return nil
}
