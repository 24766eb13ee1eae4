package prioticket

import (
	"net"
	"time"

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
	calls, refused []time.Time
	blockedUntil   time.Time
}

func metered(w *provider.World) bool { return w.Option("", "rate_limit").Text() == "on" }

func meterOf(w *provider.World, key string) *meter {
	memo := w.Memo()
	m, ok := memo["meter "+key].(*meter)
	if !ok {
		m = &meter{}
		memo["meter "+key] = m
	}
	return m
}

func addressOf(c *provider.Call) string {
	if host, _, err := net.SplitHostPort(c.Remote); err == nil {
		return "address " + host
	}
	return "address " + c.Remote
}

// overLimit counts a call and reports whether its address has had enough.
func overLimit(w *provider.World, c *provider.Call) bool {
	if !metered(w) {
		return false
	}
	m := meterOf(w, addressOf(c))
	m.calls = recent(m.calls, w.Now())
	if len(m.calls) >= mostCalls {
		return true
	}
	m.calls = append(m.calls, w.Now())
	return w.Now().Before(m.blockedUntil)
}

// blocked reports whether a client is shut out for its refused calls.
func blocked(w *provider.World, key string) bool {
	return metered(w) && w.Now().Before(meterOf(w, key).blockedUntil)
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

func (m *meter) refuse(now time.Time) {
	m.refused = append(recent(m.refused, now), now)
	if len(m.refused) > mostRefused {
		m.refused, m.blockedUntil = nil, now.Add(window)
	}
}

// recent drops what has left the window.
func recent(times []time.Time, now time.Time) []time.Time {
	for len(times) > 0 && now.Sub(times[0]) >= window {
		times = times[1:]
	}
	return times
}
