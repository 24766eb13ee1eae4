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
	"net/http"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
	"tacklebox/mock/shoptet/apierror"
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
		Hosts:   []string{"api.myshoptet.com", "*.myshoptet.com"},
		Options: options(),
		Offers:  offers,
		Prepare: prepare,
		Targets: targets,
		Note:    note,
		Payload: payload,
		Request: createRequest,
		Policy:  policy,
		Due:     due,
		Signing: &provider.Signing{Scheme: scheme(), Secrets: secrets, Retired: retired},
		API:     provider.API{BodyLimit: maxBody, Operations: api.Operations(""), Serve: api.Serve, Register: registration, Broken: broken},
		Resend:  provider.Resend{Renew: renew, Spell: spell},
	}
}

const jobResult = "getJobResult"

// api is what is served. The first check is path and method, then the token, then
// what every call shares (decision on the order).
var api = kit.API[*request]{
	Routes: routes(),
	View:   view,
	Steps:  []func(*request) error{route, authenticate, fault, rateLimit, lock},
	Answer: func(r *request, v any) provider.Reply { return r.reply(v) },
	Refuse: dialect,
}

// routes is the route table: the API, the results of jobs, the OAuth server.
func routes() []kit.Route[*request] {
	list := []kit.Route[*request]{
		{ID: "listWebhooks", Method: "GET", Path: "/api/webhooks", Do: listWebhooks},
		{ID: "createWebhooks", Method: "POST", Path: "/api/webhooks", Do: createWebhooks},
		{ID: "renewSignatureKey", Method: "POST", Path: "/api/webhooks/renew-signature-key", Do: renewSignatureKey},
		{ID: "listNotifications", Method: "GET", Path: "/api/webhooks/notifications", Do: listNotifications},
		{ID: "getWebhook", Method: "GET", Path: "/api/webhooks/{id}", Do: getWebhook},
		{ID: "updateWebhook", Method: "PATCH", Path: "/api/webhooks/{id}", Do: updateWebhook},
		{ID: "deleteWebhook", Method: "DELETE", Path: "/api/webhooks/{id}", Do: deleteWebhook},
		{ID: "listJobs", Method: "GET", Path: "/api/system/jobs", Do: listJobs},
		{ID: "getJob", Method: "GET", Path: "/api/system/jobs/{jobId}", Do: getJob},
		{ID: "listEndpoints", Method: "GET", Path: "/api/system/endpoints", Do: listEndpoints},
		{ID: "getEshop", Method: "GET", Path: "/api/eshop", Do: getEshop},
	}
	for _, s := range snapshots {
		list = append(list, kit.Route[*request]{ID: s.id, Method: "GET", Path: s.path, Do: s.start})
	}
	return append(list,
		kit.Route[*request]{ID: jobResult, Method: "GET", Path: resultsPath + "{file}", Do: getJobResult},
		kit.Route[*request]{ID: "exchangeCode", Method: "POST", Path: "/action/ApiOAuthServer/token", Do: exchangeCode},
		kit.Route[*request]{ID: "getAccessToken", Method: "GET", Path: "/action/ApiOAuthServer/getAccessToken", Do: getAccessToken},
		// Guzzle-based clients post to it with an empty body (observed).
		kit.Route[*request]{ID: "postAccessToken", Method: "POST", Path: "/action/ApiOAuthServer/getAccessToken", Do: getAccessToken})
}

// route refuses what is not served. A path that stands literally in the table is
// not an id, whatever the method: PATCH /api/webhooks/notifications is an unknown
// endpoint, not an unknown webhook (decision).
func route(r *request) error {
	switch {
	case r.Route != "":
		return nil
	case r.oauth():
		return oauthNotFound
	}
	r.of(knownAccount(r.World, r.Call))
	return apierror.EndpointUnknown(r.Call.Method, r.Call.Path)
}

// broken answers when the mock itself fails. The status and the code are
// documented, the wording is a decision.
func broken(w *provider.World, c *provider.Call, status int) provider.Reply {
	e := apierror.InternalError()
	if status == http.StatusInsufficientStorage {
		e.Status, e.Message = status, kit.NotKept
	}
	return view(&kit.Request{World: w, Call: c, Header: http.Header{}}).reply(answer{status: e.Status, errors: kit.Errors{e}})
}
