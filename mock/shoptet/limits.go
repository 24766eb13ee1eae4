package shoptet

import (
	"crypto/sha256"
	"math"
	"net/http"
	"time"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
	"tacklebox/mock/shoptet/apierror"
)

const (
	bucketSize = 200 // calls (documented, from January 2025 on)
	bucketLeak = 10  // calls a second (documented)
)

// rateLimit counts a call where the switch rate_limit asks for it. The connection
// limits beside it (50 per address, 3 per token) cannot be met here: a call is
// answered before the next one is looked at.
func rateLimit(r *request) error {
	if r.open() || r.Option("rate_limit").Text() != on {
		return nil
	}
	limit := kit.Rate{Calls: bucketSize, Span: bucketSize / bucketLeak * time.Second}
	bucket, now := kit.Memo[kit.Bucket](r.Account().Memo, "bucket"), r.World.Now()
	if wait := bucket.Wait(now, limit); wait > 0 {
		return r.flooded(wait)
	}
	bucket.Take(now, limit)
	r.filling = int(math.Ceil(bucket.Level(now, limit)))
	return nil
}

// flooded words a 429; its headers are documented.
func (r *request) flooded(wait time.Duration) *apiError {
	r.filling = bucketSize
	again := r.World.Now().Add(wait + time.Second - time.Nanosecond).Truncate(time.Second)
	r.Header["Retry-After"] = []string{again.UTC().Format(http.TimeFormat)}
	return apierror.RateExceeded()
}

// writeTakes is how long a write counts as running while the switch lock is on
// (decision: the mock itself answers at once).
const writeTakes = time.Second

// lock refuses a write that repeats one which still runs: same method, URL and
// body (documented; 423 is its status).
func lock(r *request) error {
	if r.open() || r.Option("lock").Text() != on || r.Call.Method == http.MethodGet {
		return nil
	}
	writes, _ := r.Account().Memo["writes"].(map[[32]byte]time.Time)
	if writes == nil {
		writes = map[[32]byte]time.Time{}
		r.Account().Memo["writes"] = writes
	}
	key := sha256.Sum256([]byte(r.Call.Method + " " + r.Call.Path + "?" + r.Call.RawQuery + "\x00" + string(r.Call.Body)))
	now := r.World.Now()
	for k, began := range writes {
		if now.Sub(began) >= writeTakes {
			delete(writes, k)
		}
	}
	if _, running := writes[key]; running {
		return apierror.Locked(r.Call.Path)
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

// apiFaults lists what the setting api_fault can inject.
func apiFaults() []string {
	return []string{noFault, faultNotApproved, faultLocked, faultRate, faultInternal, faultMaintenance, faultSuspended, faultNotInstalled}
}

// fault answers with the injected refusal of the API's dialect.
func fault(r *request) error {
	if r.open() {
		return nil
	}
	switch r.Option("api_fault").Text() {
	case faultNotApproved:
		return apierror.AddonNotApproved()
	case faultLocked:
		return apierror.Locked(r.Call.Path)
	case faultRate:
		return r.flooded(time.Second)
	case faultInternal:
		return apierror.InternalError()
	case faultMaintenance:
		return apierror.Maintenance()
	}
	return nil
}

// oauthFault answers with the injected refusal of the OAuth server's dialect.
func oauthFault(w *provider.World, account string) error {
	switch w.Option(account, "api_fault").Text() {
	case faultSuspended:
		return addonSuspended
	case faultNotInstalled:
		return addonNotInstalled
	}
	return nil
}
