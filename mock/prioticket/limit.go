package prioticket

import (
	"net"
	"time"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

// The fair-use limits (documented 3.8). They are off by default, because tests
// share one address (decision).
const (
	mostCalls   = 1000 // of one address in a rolling window
	mostRefused = 60   // answers 4xx of one address or client
	window      = time.Minute
)

// meter counts what one address or client did.
type meter struct {
	calls, refused kit.Rolling
	blockedUntil   time.Time
}

// metered reports whether the fair-use limits are held; the setting rate_limit
// says so.
func metered(w *provider.World) bool { return w.Option("", "rate_limit").Text() == "on" }

// meterOf returns the counts of one address or client. They need not survive a
// restart.
func meterOf(w *provider.World, key string) *meter { return kit.Memo[meter](w.Memo(), "meter "+key) }

// addressOf names the address that a call came from, without its port: a client
// opens many.
func addressOf(c *provider.Call) string {
	if host, _, err := net.SplitHostPort(c.Remote); err == nil {
		return "address " + host
	}
	return "address " + c.Remote
}

// rateLimit counts a call and refuses it when its address has had enough.
func rateLimit(r *request) error {
	if !metered(r.World) {
		return nil
	}
	m, now := meterOf(r.World, addressOf(r.Call)), r.World.Now()
	if m.calls.Count(now, window) >= mostCalls {
		return errTooMany
	}
	m.calls.Add(now)
	if now.Before(m.blockedUntil) {
		return errTooMany
	}
	return nil
}

// blocked reports whether a client is shut out for its refused calls.
func blocked(w *provider.World, client string) bool {
	return metered(w) && w.Now().Before(meterOf(w, "client "+client).blockedUntil)
}

// countAnswer notes an answer 4xx of the address and, when it is known, of the
// client; a 429 does not count, or a block would never end (decision).
func countAnswer(w *provider.World, c *provider.Call, status int) {
	const tooMany = 429
	if !metered(w) || status < 400 || status >= 500 || status == tooMany {
		return
	}
	meterOf(w, addressOf(c)).refuse(w.Now())
	if c.Account != "" {
		meterOf(w, "client "+c.Account).refuse(w.Now())
	}
}

// refuse counts an answer 4xx and shuts its sender out for a minute when there
// were too many in one (documented 3.8).
func (m *meter) refuse(now time.Time) {
	m.refused.Count(now, window)
	m.refused.Add(now)
	if m.refused.Count(now, window) > mostRefused {
		m.refused.Clear()
		m.blockedUntil = now.Add(window)
	}
}
