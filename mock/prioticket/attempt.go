package prioticket

import (
	"net/http"
	"time"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
	"tacklebox/mock/signing"
)

// createRequest makes the HTTP request of one attempt: POST (inferred) to the URL as it
// was registered, without a signature and without headers that name the event
// (inferred). User-Agent is a decision.
func createRequest(w *provider.World, d *provider.Delivery) (*provider.Outgoing, error) {
	header := []provider.Field{{Name: "Content-Type", Value: "application/json"}}
	if s := kit.SubOf(w, d); s != nil {
		if !s.Enabled {
			return nil, &provider.DropError{Reason: "the webhook is DISABLED"}
		}
		if auth := loadWebhook(s).Auth; auth != "" {
			// documented 3.5: sent as it was given, neither encoded nor checked
			header = append(header, provider.Field{Name: "Authorization", Value: "Basic " + auth})
		}
	}
	header = append(header, provider.Field{Name: "User-Agent", Value: "PrioTicket/" + profileOf(w).version})
	return kit.Post(d.URL, d.Body, header...), nil
}

// policy: delivered on 200 alone (documented 3.5; that other 2xx do not count is
// inferred), attempts for seven days (documented 3.5) at times that are a
// decision. A retry holds nothing else back (decision).
func policy(w *provider.World, account string) provider.Policy {
	times := w.Option(account, "retry").Durations()
	if len(times) > 0 && times[0] == 0 {
		times = times[1:] // the first attempt itself
	}
	p := provider.Policy{Timeout: w.Option(account, "callback_timeout").Duration(),
		Success: func(status int) bool { return status == http.StatusOK },
		Next: func(d *provider.Delivery, n int, ended time.Time) (time.Time, bool) {
			if n > len(times) {
				return time.Time{}, false
			}
			at := d.First().Add(times[n-1])
			if at.Before(ended) {
				at = ended
			}
			return at, true
		}}
	if w.Option(account, "callback_success").Text() == "2xx" {
		p.Success = nil
	}
	return p
}

// attempted counts the notifications that a webhook lost in a row.
func attempted(w *provider.World, d *provider.Delivery, _ *provider.Attempt) {
	if s := kit.SubOf(w, d); s != nil && s.Enabled && d.Settled() {
		countFailure(w, w.Account(d.Account), s, d.State == provider.Failed)
	}
}

// secrets lists what the account's receivers expect in Authorization.
func secrets(_ *provider.World, a *provider.Account) []provider.Secret {
	var list []provider.Secret
	for _, s := range a.Subs() {
		if auth := loadWebhook(s).Auth; auth != "" {
			list = append(list, provider.Secret{Name: "webhook_auth", Value: auth, Subscription: s.ID})
		}
	}
	return list
}

// callbackProof says what a receiver expects: webhook_auth behind the word Basic, as
// it is or, given as user:password, encoded. Nothing is signed (decision).
func callbackProof() *signing.Scheme {
	return &signing.Scheme{Title: "PrioTicket", Header: "Authorization", Algorithm: signing.Basic, Encoding: signing.AsGiven, Prefix: "Basic ",
		Document: "https://docs.prioticket.com/endpoints/authentication", Evidence: "documented: webhook_auth; decision: both of its forms are taken"}
}
