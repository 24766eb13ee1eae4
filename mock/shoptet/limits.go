package shoptet

import (
	"crypto/sha256"
	"math"
	"net/http"
	"slices"
	"time"

	"tacklebox/mock/provider"
)

const (
	bucketSize = 200 // calls (documented, from January 2025 on)
	bucketLeak = 10  // calls a second (documented)
)

// bucket is the rate limiter of one addon in one shop.
type bucket struct {
	level float64
	at    time.Time
}

// drip counts a call where the switch rate_limit asks for it. The connection
// limits beside it (50 per address, 3 per token) cannot be met here: a call is
// answered before the next one is looked at.
func (r *request) drip() *problem {
	if r.option("rate_limit").Text() != on {
		return nil
	}
	b, _ := r.own().Memo["bucket"].(*bucket)
	now := r.w.Now()
	if b == nil {
		b = &bucket{at: now}
		r.own().Memo["bucket"] = b
	}
	b.level = max(0, b.level-now.Sub(b.at).Seconds()*bucketLeak)
	b.at = now
	if b.level+1 > bucketSize {
		return r.flooded(time.Duration((b.level + 1 - bucketSize) / bucketLeak * float64(time.Second)))
	}
	b.level++
	r.filling = int(math.Ceil(b.level))
	return nil
}

// flooded words a 429; its headers are documented.
func (r *request) flooded(wait time.Duration) *problem {
	r.filling = bucketSize
	again := r.w.Now().Add(wait + time.Second - time.Nanosecond).Truncate(time.Second)
	r.header["Retry-After"] = []string{again.UTC().Format(http.TimeFormat)}
	p := rateExceeded()
	return &p
}

// writeTakes is how long a write counts as running while the switch lock is on
// (decision: the mock itself answers at once).
const writeTakes = time.Second

// lock refuses a write that repeats one which still runs: same method, URL and
// body (documented; 423 is its status).
func (r *request) lock() *problem {
	if r.option("lock").Text() != on || r.c.Method == http.MethodGet {
		return nil
	}
	writes, _ := r.own().Memo["writes"].(map[[32]byte]time.Time)
	if writes == nil {
		writes = map[[32]byte]time.Time{}
		r.own().Memo["writes"] = writes
	}
	key := sha256.Sum256([]byte(r.c.Method + " " + r.c.Path + "?" + r.c.RawQuery + "\x00" + string(r.c.Body)))
	now := r.w.Now()
	for k, began := range writes {
		if now.Sub(began) >= writeTakes {
			delete(writes, k)
		}
	}
	if _, running := writes[key]; running {
		p := locked(r.c.Path)
		return &p
	}
	writes[key] = now
	return nil
}

// Refusals that never come by themselves; the setting api_fault injects them.
const (
	noFault           = "none"
	faultNotApproved  = "addon-not-approved"
	faultLocked       = "locked"
	faultRate         = "rate"
	faultInternal     = "internal"
	faultMaintenance  = "maintenance"
	faultSuspended    = "addon-suspended"
	faultNotInstalled = "addon-not-installed"
)

func apiFaults() []string {
	return []string{noFault, faultNotApproved, faultLocked, faultRate, faultInternal, faultMaintenance, faultSuspended, faultNotInstalled}
}

// fault answers with the injected refusal of the API's dialect.
func (r *request) fault() *problem {
	var p problem
	switch r.option("api_fault").Text() {
	case faultNotApproved:
		p = addonNotApproved()
	case faultLocked:
		p = locked(r.c.Path)
	case faultRate:
		return r.flooded(time.Second)
	case faultInternal:
		p = internalError()
	case faultMaintenance:
		p = maintenance()
	default:
		return nil
	}
	return &p
}

// oauthFault answers with the injected refusal of the OAuth server's dialect.
func oauthFault(w *provider.World, account string) *oauthProblem {
	faults := map[string]oauthProblem{faultSuspended: addonSuspended, faultNotInstalled: addonNotInstalled}
	if p, ok := faults[w.Option(account, "api_fault").Text()]; ok {
		return &p
	}
	return nil
}

// documentedPorts are the only ones that the real service calls (documented).
func documentedPort(port string) bool {
	return slices.Contains([]string{"", "80", "443", "8080", "8443"}, port)
}
