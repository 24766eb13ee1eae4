// Package prioticket is the mock of PrioTicket's Distributor API, notifications
// part: webhooks, the log of what was sent, sample notifications and the token
// call. Evidence in comments reads: seed (the v3.8.0 documentation of
// Notifications), documented (published by PrioTicket; "3.5" where only that
// version's text is known), observed (third-party clients of the real API),
// inferred, decision.
package prioticket

import (
	"net/http"
	"slices"
	"strings"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

// New returns the provider.
func New() *provider.Provider {
	return &provider.Provider{
		Name:  "prioticket",
		Title: "PrioTicket",
		// documented 3.8: production, sandbox, staging and internal
		Hosts: []string{"distributor-api.prioticket.com", "sandbox-distributor-api.prioticket.com",
			"staging-distributor-api.prioticket.com", "internal-distributor-api.prioticket.com"},
		Options:   options(),
		Offers:    offers,
		Targets:   targets,
		Payload:   payload,
		Request:   createRequest,
		Policy:    policy,
		Attempted: attempted,
		Switched:  switched,
		Signing:   &provider.Signing{Scheme: callbackProof(), Secrets: secrets},
		API:       provider.API{Home: profiles()[v38].home, Homes: homes(), Operations: api.Operations(profiles()[v38].home), Serve: serve, Register: registration, Broken: broken},
		Batch:     provider.Batch{Unwrap: unwrap},
		Resend:    provider.Resend{Renew: renew},
	}
}

// profile is one version of the API.
type profile struct {
	home     string // before every path
	version  string // api_version in every body (seed: 3.8.0)
	pageSize int64  // the largest items_per_page
	filter   bool   // GET /webhooks knows webhook_id
}

const (
	v38 = "v3.8"
	v35 = "v3.5"
)

// profiles is what differs between the versions (limits: documented 3.8 and 3.5).
func profiles() map[string]profile {
	return map[string]profile{
		v38: {home: "/v3.8/distributor", version: "3.8.0", pageSize: 200, filter: true},
		v35: {home: "/v3.5/distributor", version: "3.5.0", pageSize: 500},
	}
}

// homes lists where the API begins in each profile, for the addresses that the
// control API tells.
func homes() map[string]string {
	all := map[string]string{}
	for name, p := range profiles() {
		all[name] = p.home
	}
	return all
}

// profileName is the version in force for everybody: an account cannot have one
// of its own.
func profileName(w *provider.World) string { return w.Option("", "profile").Text() }

// profileOf returns what is particular to the version in force.
func profileOf(w *provider.World) profile { return profiles()[profileName(w)] }

const tokenCall = "createToken"

// api is what the seed lists, and the token call. There is no way to read, change
// or disable one webhook (documented 3.5). The order path, method, Accept,
// authorisation, query, body is a decision; the fair-use limit stands before them
// all.
var api = kit.API[*request]{
	Home: func(w *provider.World) string { return profileOf(w).home },
	Routes: []kit.Route[*request]{
		{ID: "listWebhooks", Method: "GET", Path: "/webhooks", Do: listWebhooks},
		{ID: "createWebhook", Method: "POST", Path: "/webhooks", Do: createWebhook},
		{ID: "deleteWebhook", Method: "DELETE", Path: "/webhooks/{webhook_id}", Do: deleteWebhook},
		{ID: "listNotifications", Method: "GET", Path: "/notifications", Do: listNotifications},
		{ID: "createNotification", Method: "POST", Path: "/notifications", Do: createNotification},
		{ID: tokenCall, Method: "POST", Path: "/oauth2/token", Do: createToken},
	},
	View:   func(r *kit.Request) *request { return &request{Request: r} },
	Steps:  []func(*request) error{rateLimit, route, accept, authenticate},
	Answer: func(_ *request, v any) provider.Reply { return answer(http.StatusOK, v) },
	Refuse: dialect,
}

// serve answers a call and counts the answer for the fair-use limits.
func serve(w *provider.World, c *provider.Call) provider.Reply {
	reply := api.Serve(w, c)
	countAnswer(w, c, reply.Status)
	return reply
}

// broken answers when the mock itself failed.
func broken(w *provider.World, c *provider.Call, status int) provider.Reply {
	if status == http.StatusInsufficientStorage {
		return api.Fail(w, c, errNotKept)
	}
	return api.Fail(w, c, errInternal)
}

// route refuses paths and methods that are not served.
func route(r *request) error {
	switch {
	case r.Unknown():
		return errPath
	case r.NotAllowed():
		return errMethod.With("Allow", strings.Join(r.Allowed, ", "))
	}
	return nil
}

// accept refuses a call whose Accept leaves no room for JSON (the 406 is
// documented 3.5, its cause a decision).
func accept(r *request) error {
	if _, ok := kit.Accept(r.Call.Header.Values("Accept"), "application/json"); !ok {
		return errAccept
	}
	return nil
}

// offers limits what can happen to the types of the profile: v3.5 knows the 18 of
// its own enumeration (documented 3.5).
func offers(w *provider.World, _, typ string) (hint string, ok bool) {
	ev, known := w.Catalogue().Event(typ)
	name := profileName(w)
	if !known || !slices.Contains(ev.Profiles, name) {
		return "it came after the profile " + name, false
	}
	return "", true
}
