// Package ultracart mocks the webhook part of UltraCart's REST API, version 2:
// eight calls to manage subscriptions and read their delivery logs, and 43 event
// types that are sent in batches, unsigned, with Basic credentials if wanted.
//
// Marks in the comments: documented is what the provider's SDK documentation,
// OpenAPI description, SDKs, samples or recorded answers say; inferred follows
// from those; a decision is what the mock does where nobody says anything.
package ultracart

import (
	"tacklebox/mock/provider"
)

const home = "/rest/v2" // documented: https://secure.ultracart.com/rest/v2

const webhooks = home + "/webhook/webhooks"

// New returns the provider.
func New() *provider.Provider {
	return &provider.Provider{
		Name:       "ultracart",
		Profile:    "2017-03-01", // the one version of the API (documented)
		Title:      "UltraCart",
		Hosts:      []string{"secure.ultracart.com"},
		Home:       home,
		Options:    options(),
		Operations: operations(),
		Serve:      serve,
		Register:   registration,
		Broken:     func(w *provider.World, c *provider.Call) provider.Reply { return plainRequest(w, c).refused(broken()) },
		Prepare:    prepare,
		Targets:    targets,
		Payload:    element,
		Join:       join,
		Body:       body,
		Envelope:   envelope,
		Unwrap:     unwrap,
		Request:    outgoing,
		Policy:     policy,
		Attempted:  attempted,
		Signing:    &provider.Signing{Scheme: callbackProof(), Secrets: secrets},
	}
}

// operations lists the eight calls (documented: the SDK's pages and the OpenAPI description).
// There is none to get one webhook.
func operations() []provider.Operation {
	one := webhooks + "/{webhookOid}"
	return []provider.Operation{
		{ID: "getWebhooks", Method: "GET", Path: webhooks, Serve: handle(getWebhooks)},
		{ID: "insertWebhook", Method: "POST", Path: webhooks, Serve: handle(insertWebhook)},
		{ID: "deleteWebhookByUrl", Method: "DELETE", Path: webhooks, Serve: handle(deleteWebhookByURL)},
		{ID: "updateWebhook", Method: "PUT", Path: one, Serve: handle(updateWebhook)},
		{ID: "deleteWebhook", Method: "DELETE", Path: one, Serve: handle(deleteWebhook)},
		{ID: "getWebhookLogSummaries", Method: "GET", Path: one + "/logs", Serve: handle(getWebhookLogSummaries)},
		{ID: "getWebhookLog", Method: "GET", Path: one + "/logs/{requestId}", Serve: handle(getWebhookLog)},
		{ID: "resendEvent", Method: "POST", Path: one + "/reflow/{eventName}", Serve: handle(resendEvent)},
	}
}
