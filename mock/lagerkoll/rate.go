package lagerkoll

import (
	"time"

	"tacklebox/mock/provider"
)

// window is one account's fixed window of the rate limit: it opens with the
// first request and lasts its time on the provider's clock (decision; 200
// requests a minute and Retry-After in seconds are documented on the page).
type window struct {
	opened time.Time
	passed int64
}

// admit counts a request; where it may not pass, wait is the rest of the window
// in whole seconds.
func admit(w *provider.World, account string) (wait int64, ok bool) {
	limit := w.Option(account, "rate_limit").Int()
	if limit == 0 {
		return 0, true
	}
	span, now := w.Option(account, "rate_window").Duration(), w.Now()
	memo := w.Account(account).Memo
	win, _ := memo["window"].(*window)
	if win == nil || now.Sub(win.opened) >= span {
		win = &window{opened: now}
		memo["window"] = win
	}
	if win.passed >= limit {
		rest := win.opened.Add(span).Sub(now)
		return int64((rest + time.Second - 1) / time.Second), false
	}
	win.passed++
	return 0, true
}
