package kit

import (
	"net/http"
	"slices"
	"strings"

	"tacklebox/mock/provider"
)

// find opens a request and looks up what to do. A path that stands literally in
// the table is never taken for a parameter, whatever the method: the pattern with
// the fewest parameters decides alone. Path and method of the call stay as they
// stood on the wire.
func (a *API[R]) find(w *provider.World, c *provider.Call) (*Request, func(R) (any, error)) {
	home := ""
	if a.Home != nil {
		home = a.Home(w)
	}
	call := *c
	if a.Tidy != nil {
		call.Path = a.Tidy(call.Path)
	}
	if a.HeadIsGet && call.Method == http.MethodHead {
		call.Method = http.MethodGet
	}
	r := &Request{World: w, Call: c, Header: http.Header{}}
	path, below := strings.CutPrefix(call.Path, home)
	if !below {
		return r, nil
	}
	call.Path = path
	op, allowed := provider.Find(a.sharing(path), &call)
	r.Allowed = allowed
	if op == nil {
		return r, nil
	}
	call.Method, call.Path = c.Method, c.Path
	*c = call // with its parameters
	r.Route = op.ID
	i := slices.IndexFunc(a.Routes, func(route Route[R]) bool { return route.ID == op.ID })
	return r, a.Routes[i].Do
}

// sharing lists the routes of the pattern that a path belongs to.
func (a *API[R]) sharing(path string) (ops []provider.Operation) {
	best, fewest := "", -1
	for _, route := range a.Routes {
		if _, fits := provider.MatchPath(route.Path, path); !fits {
			continue
		}
		if n := strings.Count(route.Path, "{"); fewest < 0 || n < fewest {
			best, fewest = route.Path, n
		}
	}
	for _, route := range a.Routes {
		if fewest >= 0 && route.Path == best {
			ops = append(ops, provider.Operation{ID: route.ID, Method: route.Method, Path: route.Path})
		}
	}
	return ops
}

// OneSlash takes one slash off the end of a path: both spellings mean the same.
func OneSlash(path string) string {
	if len(path) > 1 {
		return strings.TrimSuffix(path, "/")
	}
	return path
}

// NoEmptySegments drops empty segments anywhere in a path, so that a base that
// ends in a slash and a path that begins with one make the path that was meant.
func NoEmptySegments(path string) string {
	parts := slices.DeleteFunc(strings.Split(path, "/"), func(p string) bool { return p == "" })
	return "/" + strings.Join(parts, "/")
}

// Find returns the request that a call is, without answering it.
func (a *API[R]) Find(w *provider.World, c *provider.Call) *Request {
	r, _ := a.find(w, c)
	return r
}
