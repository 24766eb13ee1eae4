// Package dsco is the mock of Dsco's webhooks in its API V2.
//
// Evidence in the comments: "documented" is Dsco's help centre, first of all its
// page "Webhook JSON Object" (the object, its rules and its example), then
// "Webhook Event", "Webhook History", "Find Webhook History", "Error Handling"
// and the pages of the payload objects; "observed" is third-party code that works
// against the real API; "inferred" is reasoned from those; "decision" is this
// mock's own choice where nothing is known.
package dsco

import (
	"tacklebox/mock/provider"
)

const (
	name  = "dsco"
	title = "Dsco"
	home  = "/api/v2" // observed: the real base is https://apis.dsco.io/api/v2
)

// New returns the provider.
func New() *provider.Provider {
	return &provider.Provider{
		Unsigned: "inferred: callbacks carry no signature; a custom header is the only way to tell them",
		Name:     name, Title: title,
		// The first host is V2's (observed). The others serve V3 (documented); they
		// are taken as well so that a V3 call gets a Dsco-style 404 (decision).
		Hosts:    []string{"apis.dsco.io", "api.dsco.io", "staging-api.dsco.io"},
		Options:  options(),
		Context:  contextKeys(),
		Prepare:  prepare,
		Targets:  targets,
		Note:     note,
		Payload:  payload,
		Request:  createRequest,
		Switched: switched,
		Policy:   policy,
		API:      provider.API{Home: home, Operations: api.Operations(home), Serve: api.Serve, Register: registration, Broken: broken},
		Resend:   provider.Resend{Renew: renew},
	}
}
