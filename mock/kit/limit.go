package kit

import (
	"time"

	"golang.org/x/time/rate"
)

// Memo returns what is kept under a key, made on first use. It need not survive a
// restart: rate limits, pages that were promised.
func Memo[T any](memo map[string]any, key string) *T {
	kept, ok := memo[key].(*T)
	if !ok {
		kept = new(T)
		memo[key] = kept
	}
	return kept
}

// Window is a fixed window of calls: it opens with the first call and lasts its
// span on the provider's clock.
type Window struct {
	opened time.Time
	passed int64
}

// Pass counts a call; where it may not pass, wait is the rest of the window.
func (win *Window) Pass(now time.Time, span time.Duration, most int64) (wait time.Duration, ok bool) {
	if win.opened.IsZero() || now.Sub(win.opened) >= span {
		*win = Window{opened: now}
	}
	if win.passed >= most {
		return win.opened.Add(span).Sub(now), false
	}
	win.passed++
	return 0, true
}

// Rolling remembers the moments of the last span.
type Rolling struct{ moments []time.Time }

// Count returns how many moments the span that ends now holds.
func (r *Rolling) Count(now time.Time, span time.Duration) int {
	for len(r.moments) > 0 && now.Sub(r.moments[0]) >= span {
		r.moments = r.moments[1:]
	}
	return len(r.moments)
}

// Add notes a moment.
func (r *Rolling) Add(now time.Time) { r.moments = append(r.moments, now) }

// Clear forgets every moment.
func (r *Rolling) Clear() { r.moments = nil }

// Bucket is a leaky bucket: every call fills it by one, and it leaks steadily.
type Bucket struct{ limiter *rate.Limiter }

// Rate is how large a bucket is and how long it takes to leak empty.
type Rate struct {
	Calls int
	Span  time.Duration
}

const hair = 1e-9 // of a call: rounding must not refuse what just fits

// Wait returns how long it takes until one more call fits, 0 when it does now.
func (b *Bucket) Wait(now time.Time, r Rate) time.Duration {
	missing := 1 - b.of(r).TokensAt(now)
	if missing <= hair {
		return 0
	}
	return time.Duration(missing * float64(r.Span) / float64(r.Calls))
}

// Take counts a call that fits.
func (b *Bucket) Take(now time.Time, r Rate) { b.of(r).AllowN(now, 1) }

// Level is how full the bucket is, in calls.
func (b *Bucket) Level(now time.Time, r Rate) float64 {
	return float64(r.Calls) - b.of(r).TokensAt(now)
}

// of makes the limiter on first use: its burst is the bucket's size.
func (b *Bucket) of(r Rate) *rate.Limiter {
	if b.limiter == nil {
		b.limiter = rate.NewLimiter(rate.Limit(float64(r.Calls)/r.Span.Seconds()), r.Calls)
	}
	return b.limiter
}
