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
	"net/http"

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
		Name: name, Title: title, Home: home,
		// The first host is V2's (observed). The others serve V3 (documented); they
		// are taken as well so that a V3 call gets a Dsco-style 404 (decision).
		Hosts:      []string{"apis.dsco.io", "api.dsco.io", "staging-api.dsco.io"},
		Options:    options(),
		Context:    contextKeys(),
		Operations: operations(),
		Serve:      serve,
		Register:   registration,
		Prepare:    prepare,
		Targets:    targets,
		Note:       note,
		Payload:    payload,
		Request:    request,
		Switched:   switched,
		Renew:      renew,
		Policy:     policy,
		Broken:     broken,
	}
}

// operations is what the API offers (documented that these calls exist; their
// URLs are inferred from V2's style of singular lower-case nouns). Literal paths
// come before the one with a parameter.
func operations() []provider.Operation {
	const one = home + "/webhook/{webhookUuid}"
	return []provider.Operation{
		{ID: "hello", Method: http.MethodGet, Path: home + "/hello", Serve: answer(hello)},
		{ID: "createWebhook", Method: http.MethodPost, Path: home + "/webhook", Serve: answer(createWebhook)},
		{ID: "listWebhooks", Method: http.MethodGet, Path: home + "/webhook", Serve: answer(listWebhooks)},
		{ID: "listAllWebhooks", Method: http.MethodGet, Path: home + "/webhook/all", Serve: answer(listWebhooks)},
		{ID: "findWebhookHistory", Method: http.MethodGet, Path: home + "/webhook/history", Serve: answer(findHistory)},
		{ID: "getWebhook", Method: http.MethodGet, Path: one, Serve: answer(getWebhook)},
		{ID: "updateWebhook", Method: http.MethodPut, Path: one, Serve: answer(updateWebhook)},
		{ID: "postWebhook", Method: http.MethodPost, Path: one, Serve: answer(updateWebhook)},
		{ID: "deleteWebhook", Method: http.MethodDelete, Path: one, Serve: answer(deleteWebhook)},
	}
}

// hello is Dsco's call to try a token with (documented; its body is inferred
// from V3, which answers so).
func hello(*provider.World, *provider.Call) (any, error) {
	return struct {
		Hello string `json:"hello"`
	}{"World!"}, nil
}
