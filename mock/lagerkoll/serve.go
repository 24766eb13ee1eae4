package lagerkoll

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"tacklebox/mock/provider"
)

// Names of the calls (documented: page).
const (
	getWebhooks    = "getWebhooks"
	createWebhook  = "createWebhook"
	executeWebhook = "executeWebhook"
	deleteWebhook  = "deleteWebhook"
)

// route is one call of the API.
type route struct {
	id     string
	method string
	path   string
	offers []format // documented (page): which media types the call answers
	answer func(*query) (provider.Reply, error)
}

// routes is the whole API. There is no list of all webhooks and no update
// (documented by absence). The order of one path's methods is that of Allow.
func routes() []route {
	json, both := []format{asJSON}, []format{asJSON, asXML}
	return []route{
		{createWebhook, http.MethodPost, basePath, both, (*query).create},
		{getWebhooks, http.MethodGet, basePath + "/{id}", json, (*query).list},
		{executeWebhook, http.MethodPost, basePath + "/{id}", json, (*query).execute},
		{deleteWebhook, http.MethodDelete, basePath + "/{id}", both, (*query).remove},
	}
}

func operations() []provider.Operation {
	var ops []provider.Operation
	for _, r := range routes() {
		ops = append(ops, provider.Operation{ID: r.id, Method: r.method, Path: r.path, Serve: serve})
	}
	return ops
}

// query is one call while it is answered.
type query struct {
	world   *provider.World
	call    *provider.Call
	route   *route   // nil: the path has no such method
	allowed []string // methods of the path, when there is no route
	format  format   // of the answer
	fits    bool     // the format is one that the caller accepts
	caller
}

// serve answers everything. The order of checks is a decision: path,
// credentials, rate limit, method, Accept, body type and size, body, lookup.
func serve(w *provider.World, c *provider.Call) provider.Reply {
	wire := c.Path
	defer func() { c.Path = wire }() // the journal keeps what stood on the wire
	c.Path = tidy(wire)
	q := &query{world: w, call: c}
	if !q.locate() {
		return notFound().reply(asJSON)
	}
	if c.Method == http.MethodOptions {
		return provider.Reply{Status: http.StatusOK, Header: http.Header{"Allow": {strings.Join(q.allowed, ", ")}}}
	}
	reply, err := q.answer()
	if err != nil {
		return q.refuse(err)
	}
	return reply
}

func (q *query) answer() (provider.Reply, error) {
	ok := q.authenticate()
	if !ok {
		return provider.Reply{}, badCredentials()
	}
	if q.account != "" { // an open execution of an unknown guid is nobody's
		q.call.Account = q.account
		if wait, ok := admit(q.world, q.account); !ok {
			return provider.Reply{}, tooMany(wait)
		}
	}
	if q.route == nil {
		return provider.Reply{}, notAllowed(q.allowed)
	}
	if !q.fits {
		return provider.Reply{}, notAcceptable()
	}
	return q.route.answer(q)
}

// refuse writes an error in the dialect; one that is no refusal is our own failure.
func (q *query) refuse(err error) provider.Reply {
	var r *refusal
	if !errors.As(err, &r) {
		r = failure()
	}
	return r.reply(q.format)
}

// tidy makes paths equal that mean the same (inferred): the documented base
// ends in a slash and the documented relative URLs begin with one, so clients
// send two. Nothing is ever redirected.
func tidy(path string) string {
	parts := slices.DeleteFunc(strings.Split(path, "/"), func(p string) bool { return p == "" })
	return "/" + strings.Join(parts, "/")
}

// locate finds the route of the path and method; false when the path is unknown.
// HEAD is answered as GET (inferred).
func (q *query) locate() bool {
	c, ops := q.call, operations()
	method := c.Method
	defer func() { c.Method = method }()
	if method == http.MethodHead {
		c.Method = http.MethodGet
	}
	q.format, q.fits = asJSON, true
	op, allowed := provider.Find(ops, c)
	if op == nil {
		q.allowed = allowed
		return len(allowed) > 0
	}
	all := routes()
	i := slices.IndexFunc(all, func(r route) bool { return r.id == op.ID })
	q.route = &all[i]
	q.format, q.fits = negotiate(c.Header, q.route.offers)
	return true
}

// name returns the call's name, "" when the path has no such method.
func (q *query) name() string {
	if q.route == nil {
		return ""
	}
	return q.route.id
}

// odd notes what is unusual about a call that is answered all the same.
func (q *query) odd(format string, args ...any) {
	q.call.Violations = append(q.call.Violations, fmt.Sprintf(format, args...))
}
