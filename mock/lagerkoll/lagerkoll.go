// Package lagerkoll is the mock of Lagerkoll, a Swedish stock and order system.
// Two mechanisms that only share a name live side by side: the Webhooks API,
// where a webhook is an address of Lagerkoll itself that runs one method of one
// feature, and callbacks, which Lagerkoll posts to the one address that was
// entered when the API was activated.
//
// Sources cited in comments: "page" is the provider's Webhooks API page,
// "callback page" and "other pages" its further public documentation,
// "observed" a public client that works against the real service. What is only
// inferred or decided here says so, and catalog.json lists it.
package lagerkoll

import (
	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

// New returns the provider.
func New() *provider.Provider {
	return &provider.Provider{
		Unsigned: "decision: callbacks carry no signature, id or credential",
		Name:     "lagerkoll",
		Title:    "Lagerkoll",
		Hosts:    []string{"capi.lagerkoll.com"}, // documented: page
		Options:  options(),
		Targets:  targets,
		Payload:  payload,
		Request:  createRequest,
		Policy:   policy,
		API:      provider.API{Home: home, Operations: api.Operations(""), Serve: serve, Broken: broken},
		Resend:   provider.Resend{Renew: renew},
	}
}

const (
	home        = "/v1"
	basePath    = home + "/webhooks"
	profileName = "v1" // decision: the only version that is known
)

// policy is a decision throughout: nothing is documented about answers, so
// nothing may be relied on. One attempt, 10 s; a schedule only on demand.
func policy(w *provider.World, account string) provider.Policy {
	return provider.Policy{Timeout: w.Option(account, "timeout").Duration(), Next: kit.Waits(w.Option(account, "retry").Durations())}
}
