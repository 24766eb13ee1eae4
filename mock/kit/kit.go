// Package kit is what the authors of providers share: a mock API as data
// (routes, steps before an operation, a dialect for answers and refusals),
// credentials, JSON bodies read strictly, pages of lists, rate limits, checks of
// settings and what callbacks have in common. It knows no provider: where two
// real services differ, the difference is a field or a function here.
package kit

import (
	"errors"
	"fmt"
	"net/http"

	"tacklebox/mock/provider"
)

// Request is one call to a mock API on its way to an answer.
type Request struct {
	World   *provider.World
	Call    *provider.Call
	Route   string      // ID of the operation that path and method name; "": none
	Allowed []string    // the path's methods in the order of the table, when it has not this one
	Header  http.Header // further headers of the answer
}

// Account returns the caller's part of the mock, made on first use.
func (r *Request) Account() *provider.Account { return r.World.Account(r.Call.Account) }

// Option returns a setting in force for the caller.
func (r *Request) Option(name string) provider.Value { return r.World.Option(r.Call.Account, name) }

// Unknown reports that the API has no such path, whatever the method.
func (r *Request) Unknown() bool { return r.Route == "" && len(r.Allowed) == 0 }

// NotAllowed reports that the path exists, but not with this method.
func (r *Request) NotAllowed() bool { return r.Route == "" && len(r.Allowed) > 0 }

// Odd notes in the journal what is unusual about a call that is answered all the
// same.
func (r *Request) Odd(format string, args ...any) {
	r.Call.Violations = append(r.Call.Violations, fmt.Sprintf(format, args...))
}

// API is a mock API as data. R is the provider's own view of a Request, often
// *Request itself.
type API[R any] struct {
	// Home stands before the path of every route; nil: nothing does.
	Home   func(w *provider.World) string
	Routes []Route[R]
	// Tidy makes paths equal that mean the same; nil: no two do. The journal keeps
	// the path as it stood on the wire.
	Tidy func(path string) string
	// HeadIsGet answers HEAD as GET; otherwise it is a method like any other.
	HeadIsGet bool

	// View makes the provider's view of a request.
	View func(*Request) R
	// Steps are what a call has to pass, in the provider's own order, before its
	// operation is done. The first error is the answer. One of them refuses unknown
	// paths and methods.
	Steps []func(R) error
	// Answer writes what an operation returned; a provider.Reply is sent as it is.
	Answer func(R, any) provider.Reply
	// Refuse words an error in the provider's dialect; see As.
	Refuse func(R, error) provider.Reply
}

// Route is one operation of a mock API.
type Route[R any] struct {
	ID     string
	Method string
	Path   string // behind Home; segments in braces are parameters
	Do     func(R) (any, error)
}

// Operations lists the routes below a home, for the description of the API.
func (a *API[R]) Operations(home string) []provider.Operation {
	ops := make([]provider.Operation, len(a.Routes))
	for i, route := range a.Routes {
		ops[i] = provider.Operation{ID: route.ID, Method: route.Method, Path: home + route.Path}
	}
	return ops
}

// errNoRoute is answered when no step refused an unknown path: a mistake of the
// provider, not of the caller.
var errNoRoute = errors.New("no step refused a path or method without a route")

// Serve answers a call: the steps in their order, then the operation.
func (a *API[R]) Serve(w *provider.World, c *provider.Call) provider.Reply {
	request, do := a.find(w, c)
	r := a.View(request)
	for _, step := range a.Steps {
		if err := step(r); err != nil {
			return a.Refuse(r, err)
		}
	}
	if do == nil {
		return a.Refuse(r, errNoRoute)
	}
	answer, err := do(r)
	if err != nil {
		return a.Refuse(r, err)
	}
	if reply, ready := answer.(provider.Reply); ready {
		return reply
	}
	return a.Answer(r, answer)
}

// Fail answers with an error when the provider itself broke, in the words that
// the call would have been refused with.
func (a *API[R]) Fail(w *provider.World, c *provider.Call, err error) provider.Reply {
	request, _ := a.find(w, c)
	return a.Refuse(a.View(request), err)
}
