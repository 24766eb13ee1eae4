// Package ultracart mocks the webhook part of UltraCart's REST API, version 2:
// eight calls to manage subscriptions and read their delivery logs, and 43 event
// types that are sent in batches, unsigned, with Basic credentials if wanted.
//
// Marks in the comments: documented is what the provider's SDK documentation,
// OpenAPI description, SDKs, samples or recorded answers say; inferred follows
// from those; a decision is what the mock does where nobody says anything.
package ultracart

import "tacklebox/mock/provider"

const home = "/rest/v2" // documented: https://secure.ultracart.com/rest/v2

const (
	webhooks = home + "/webhook/webhooks"
	one      = webhooks + "/{webhookOid}"
)

// New returns the provider.
func New() *provider.Provider {
	return &provider.Provider{
		Name:      "ultracart",
		Profile:   "2017-03-01", // the one version of the API (documented)
		Title:     "UltraCart",
		Hosts:     []string{"secure.ultracart.com"},
		Options:   options(),
		Prepare:   prepare,
		Targets:   targets,
		Payload:   element,
		Request:   createRequest,
		Policy:    policy,
		Attempted: attempted,
		Signing:   &provider.Signing{Scheme: callbackProof(), Secrets: secrets},
		API:       provider.API{Home: home, Operations: api.Operations(""), Serve: api.Serve, Register: registration, Broken: failed},
		Batch:     provider.Batch{Join: join, Body: body, Envelope: envelope, Unwrap: unwrap},
	}
}
