// Package shoptet mocks Shoptet, a Czech e-shop platform: the part of its API
// that an addon uses to be told about events, the OAuth server in front of it,
// and the signed callbacks themselves.
//
// Comments name the evidence of a rule. "Documented" means Shoptet's published
// API description (of 2024-12-02 or 2026-08-21), its developer guide, its PHP
// SDK or its sample programs; "observed" means third-party clients that work
// against the real service; "inferred" is reasoned from those; "decision" is
// this mock's own choice where nothing is known.
package shoptet

import (
	"strings"

	"tacklebox/mock/provider"
)

// maxBody is what a request body may measure; beyond is 413 (the limit is a
// decision, the status is documented).
const maxBody = 8 << 20

// New returns the provider.
func New() *provider.Provider {
	return &provider.Provider{
		Name:  "shoptet",
		Title: "Shoptet",
		// The API's host is documented; the OAuth server stands on the partner's
		// own shop, so any sub-domain is taken (decision).
		Hosts:      []string{"api.myshoptet.com", "*.myshoptet.com"},
		BodyLimit:  maxBody,
		Options:    options(),
		Operations: operations(),
		Serve:      serve,
		Register:   registration,
		Offers:     offers,
		Prepare:    prepare,
		Targets:    targets,
		Note:       note,
		Payload:    payload,
		Request:    outgoing,
		Policy:     policy,
		Due:        due,
		Signing:    &provider.Signing{Scheme: scheme(), Secrets: secrets, Retired: retired},
		Renew:      renew,
		Spell:      spell,
		Broken:     broken,
	}
}

// operations is the route table. Literal paths stand before those with
// parameters.
func operations() []provider.Operation {
	ops := []provider.Operation{
		{ID: "listWebhooks", Method: "GET", Path: "/api/webhooks", Serve: api(listWebhooks)},
		{ID: "createWebhooks", Method: "POST", Path: "/api/webhooks", Serve: api(createWebhooks)},
		{ID: "renewSignatureKey", Method: "POST", Path: "/api/webhooks/renew-signature-key", Serve: api(renewSignatureKey)},
		{ID: "listNotifications", Method: "GET", Path: "/api/webhooks/notifications", Serve: api(listNotifications)},
		{ID: "getWebhook", Method: "GET", Path: "/api/webhooks/{id}", Serve: api(getWebhook)},
		{ID: "updateWebhook", Method: "PATCH", Path: "/api/webhooks/{id}", Serve: api(updateWebhook)},
		{ID: "deleteWebhook", Method: "DELETE", Path: "/api/webhooks/{id}", Serve: api(deleteWebhook)},
		{ID: "listJobs", Method: "GET", Path: "/api/system/jobs", Serve: api(listJobs)},
		{ID: "getJob", Method: "GET", Path: "/api/system/jobs/{jobId}", Serve: api(getJob)},
		{ID: "listEndpoints", Method: "GET", Path: "/api/system/endpoints", Serve: api(listEndpoints)},
		{ID: "getEshop", Method: "GET", Path: "/api/eshop", Serve: api(getEshop)},
	}
	for _, s := range snapshots {
		ops = append(ops, provider.Operation{ID: s.id, Method: "GET", Path: s.path(), Serve: api(s.start)})
	}
	return append(ops,
		provider.Operation{ID: "getJobResult", Method: "GET", Path: resultsPath + "{file}", Serve: getJobResult},
		provider.Operation{ID: "exchangeCode", Method: "POST", Path: "/action/ApiOAuthServer/token", Serve: exchangeCode},
		provider.Operation{ID: "getAccessToken", Method: "GET", Path: "/action/ApiOAuthServer/getAccessToken", Serve: getAccessToken},
		// Guzzle-based clients post to it with an empty body (observed).
		provider.Operation{ID: "postAccessToken", Method: "POST", Path: "/action/ApiOAuthServer/getAccessToken", Serve: getAccessToken},
	)
}

// serve answers every request below the prefix. The first check is path and
// method (decision on the order).
func serve(w *provider.World, c *provider.Call) provider.Reply {
	if op := find(w.Operations(), c); op != nil {
		return op.Serve(w, c)
	}
	if strings.HasPrefix(c.Path, "/action/") {
		return oauthRefusal(oauthNotFound)
	}
	r := newRequest(w, c, knownAccount(w, c))
	return r.reply(refuse(endpointUnknown(c.Method, c.Path)))
}

// find chooses the operation. A path that stands literally in the table is not
// an id, whatever the method: PATCH /api/webhooks/notifications is an unknown
// endpoint, not an unknown webhook (decision).
func find(ops []provider.Operation, c *provider.Call) *provider.Operation {
	op, _ := provider.Find(ops, c)
	if op == nil || !strings.Contains(op.Path, "{") {
		return op
	}
	for i := range ops {
		if strings.Contains(ops[i].Path, "{") {
			continue
		}
		if _, same := provider.MatchPath(ops[i].Path, c.Path); same {
			return nil
		}
	}
	return op
}

// broken answers when the mock itself fails. The status and the code are
// documented, the wording is a decision.
func broken(w *provider.World, c *provider.Call) provider.Reply {
	return newRequest(w, c, "").reply(refuse(internalError()))
}
