package api

import (
	"net/http"
	"slices"
	"strings"
)

// Route is one call of the control API. One of Handle and Write serves it.
type Route struct {
	Method string
	Path   string   // as net/http.ServeMux has it: "/_/entries/{seq}"
	Query  []string // parameters that it knows; any other is refused
	Handle Handler
	Write  Writer
	About  string // a sentence for people
	In     any    // a zero value of what the body is read into; nil: the call takes none
	Out    any    // a zero value of what is answered; nil: no JSON
	Status int    // of success; 0: 200
}

// Writer serves what cannot be an Answer: a stream, a connection that is taken
// over. An error is answered when nothing was written yet.
type Writer func(w http.ResponseWriter, r *http.Request) error

// ServeHTTP answers the error.
func (serve Writer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := serve(w, r); err != nil {
		WriteError(w, err)
	}
}

// Mux serves routes: HEAD as GET, another method with 405 and what is allowed,
// unknown query parameters with 400, and every other path by otherwise.
func Mux(routes []Route, otherwise http.Handler) http.Handler {
	mux := http.NewServeMux()
	byPath := map[string]map[string]Route{}
	for _, r := range routes {
		if byPath[r.Path] == nil {
			byPath[r.Path] = map[string]Route{}
			mux.Handle(r.Path, methods(byPath[r.Path]))
		}
		byPath[r.Path][r.Method] = r
	}
	mux.Handle("/", otherwise)
	return mux
}

type methods map[string]Route

// ServeHTTP serves one path.
func (m methods) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	route, known := m[method]
	if !known {
		allow := strings.Join(m.allowed(), ", ")
		w.Header().Set("Allow", allow)
		WriteError(w, Failed(http.StatusMethodNotAllowed, CodeMethodNotAllowed, "allowed: "+allow, "%s is not allowed here", r.Method))
		return
	}
	if err := KnownQuery(r, route.Query...); err != nil {
		WriteError(w, err)
		return
	}
	route.ServeHTTP(w, r)
}

func (m methods) allowed() (list []string) {
	for method := range m {
		list = append(list, method)
	}
	slices.Sort(list)
	return list
}

// ServeHTTP serves the call, whatever the method and the query.
func (route Route) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if route.Write != nil {
		route.Write.ServeHTTP(w, r)
		return
	}
	Serve(route.Handle).ServeHTTP(w, r)
}
