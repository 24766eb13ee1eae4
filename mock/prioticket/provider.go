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
		Home:       profiles()[v38].home,
		Homes:      homes(),
		Options:    options(),
		Operations: operations(v38),
		Serve:      serve,
		Register:   registration,
		Offers:     offers,
		Targets:    targets,
		Payload:    payload,
		Unwrap:     unwrap,
		Request:    request,
		Policy:     policy,
		Attempted:  attempted,
		Switched:   switched,
		Signing:    &provider.Signing{Scheme: callbackProof(), Secrets: secrets},
		Renew:      renew,
		Broken:     broken,
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

func homes() map[string]string {
	all := map[string]string{}
	for name, p := range profiles() {
		all[name] = p.home
	}
	return all
}

func profileName(w *provider.World) string { return w.Option("", "profile").Text() }

func profileOf(w *provider.World) profile { return profiles()[profileName(w)] }

// operations is the route table: what the seed lists, and the token call. There
// is no way to read, change or disable one webhook (documented 3.5).
func operations(name string) []provider.Operation {
	home := profiles()[name].home
	return []provider.Operation{
		{ID: "listWebhooks", Method: http.MethodGet, Path: home + "/webhooks", Serve: authorised(listWebhooks)},
		{ID: "createWebhook", Method: http.MethodPost, Path: home + "/webhooks", Serve: authorised(createWebhook)},
		{ID: "deleteWebhook", Method: http.MethodDelete, Path: home + "/webhooks/{webhook_id}", Serve: authorised(deleteWebhook)},
		{ID: "listNotifications", Method: http.MethodGet, Path: home + "/notifications", Serve: authorised(listNotifications)},
		{ID: "createNotification", Method: http.MethodPost, Path: home + "/notifications", Serve: authorised(createNotification)},
		{ID: "createToken", Method: http.MethodPost, Path: home + "/oauth2/token", Serve: createToken},
	}
}

// serve answers everything, in the order path, method, Accept, authorisation,
// query, body (decision). The fair-use limit stands before them all.
func serve(w *provider.World, c *provider.Call) provider.Reply {
	if overLimit(w, c) {
		return refuse(w, errTooMany)
	}
	reply := route(w, c)
	countAnswer(w, c, reply.Status)
	return reply
}

func route(w *provider.World, c *provider.Call) provider.Reply {
	op, allowed := provider.Find(operations(profileName(w)), c)
	switch {
	case op == nil && len(allowed) == 0:
		return refuse(w, errPath)
	case op == nil:
		return refuse(w, errMethod.allowing(allowed))
	case !acceptsJSON(c.Header.Values("Accept")):
		return refuse(w, errAccept)
	}
	return op.Serve(w, c)
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
