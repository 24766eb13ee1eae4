package lagerkoll

import (
	"net/http"
	"strings"
	"time"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

// Names of the calls (documented: page).
const (
	getWebhooks    = "getWebhooks"
	createWebhook  = "createWebhook"
	executeWebhook = "executeWebhook"
	deleteWebhook  = "deleteWebhook"
)

// api is the whole API. There is no list of all webhooks and no update
// (documented by absence). Paths with empty segments mean the same (inferred):
// the documented base ends in a slash and the documented relative URLs begin with
// one. HEAD is answered as GET (inferred). The order of checks is a decision:
// path, credentials, rate limit, method, Accept, body type and size, body, lookup.
var api = kit.API[*query]{
	Tidy:      kit.NoEmptySegments,
	HeadIsGet: true,
	Routes: []kit.Route[*query]{
		{ID: createWebhook, Method: "POST", Path: basePath, Do: (*query).create},
		{ID: getWebhooks, Method: "GET", Path: basePath + "/{id}", Do: (*query).list},
		{ID: executeWebhook, Method: "POST", Path: basePath + "/{id}", Do: (*query).execute},
		{ID: deleteWebhook, Method: "DELETE", Path: basePath + "/{id}", Do: (*query).remove},
	},
	View:   view,
	Steps:  []func(*query) error{(*query).known, (*query).authenticate, (*query).rateLimit, (*query).method, (*query).accept},
	Refuse: dialect,
	Answer: func(q *query, v any) provider.Reply { return q.format.reply(http.StatusOK, provider.Encode(v)) },
}

// serve answers everything; OPTIONS asks nobody for credentials.
func serve(w *provider.World, c *provider.Call) provider.Reply {
	if c.Method == http.MethodOptions {
		if r := api.Find(w, c); r.NotAllowed() {
			return provider.Reply{Status: http.StatusOK, Header: kit.Header("Allow", strings.Join(r.Allowed, ", "))}
		}
	}
	return api.Serve(w, c)
}

// query is one call while it is answered.
type query struct {
	*kit.Request
	format format // of the answer
	fits   bool   // the format is one that the caller accepts
	store  string // that the caller calls for
}

// view chooses the format of the answer: XML is offered by the calls that change
// webhooks alone (documented: page).
func view(r *kit.Request) *query {
	q := &query{Request: r, format: asJSON, fits: true}
	if r.Route != "" {
		offers := []string{string(asJSON)}
		if r.Route == createWebhook || r.Route == deleteWebhook {
			offers = append(offers, string(asXML))
		}
		offer, ok := kit.Accept(r.Call.Header.Values("Accept"), offers...)
		q.format, q.fits = format(offer), ok
	}
	return q
}

// known refuses paths that the API does not have, before anybody is asked who he
// is.
func (q *query) known() error {
	if q.Unknown() {
		return errNotFound
	}
	return nil
}

// method refuses a method that the path does not have.
func (q *query) method() error {
	if q.NotAllowed() {
		return notAllowed(q.Allowed)
	}
	return nil
}

// accept refuses a call that wants none of the formats its answer comes in.
func (q *query) accept() error {
	if !q.fits {
		return errNotAcceptable
	}
	return nil
}

// rateLimit holds the documented limit (page: 200 requests a minute, Retry-After
// in seconds) in fixed windows (decision). An open execution of an unknown guid is
// nobody's.
func (q *query) rateLimit() error {
	most := q.Option("rate_limit").Int()
	if most == 0 || q.Call.Account == "" {
		return nil
	}
	wait, ok := kit.Memo[kit.Window](q.Account().Memo, "window").Pass(q.World.Now(), q.Option("rate_window").Duration(), most)
	if !ok {
		return tooMany(int64((wait + time.Second - 1) / time.Second))
	}
	return nil
}
