package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"tacklebox/receiver/api"

	"tacklebox/mock"
)

// ServeHTTP sends a request to its space: "/~NAME" before any path names one.
func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, below, named := spaceOf(r)
	if !named {
		s.Space.ServeHTTP(w, r)
		return
	}
	serve := func(w http.ResponseWriter, _ *http.Request) { s.spaces.serve(name, w, below) }
	switch {
	case s.spaces.exists(name) || strings.HasPrefix(below.RequestURI, "/in/"):
		serve(w, below)
	case s.spaces.isControl(below): // who may not use it makes no space by asking for it
		bound, _ := s.address()
		s.guard(bound, http.HandlerFunc(serve)).ServeHTTP(w, below)
	default:
		if p := s.foreignHost(r.Host); p != nil {
			api.WriteError(w, p)
			return
		}
		serve(w, below)
	}
}

// ServeHTTP sends a request where it belongs by what stood on the wire, before
// anything could clean or redirect it: an inbox, whatever the host; the host of a
// provider; the control API; a provider's prefix.
func (s *Space) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, ok := mock.PathBehind(r.RequestURI, "")
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	host := s.engine.HostOf(r.Host)
	switch {
	case !ok:
		s.notFound(w, r)
	case first == "in":
		s.receiver.ServeCapture(w, r)
	case host != "":
		s.serveMock(host, path, w, r)
	case first == "_":
		(*s.control.Load()).ServeHTTP(w, r)
	case s.engine.Has(first):
		behind, _ := mock.PathBehind(r.RequestURI, "/"+first)
		s.serveMock(first, behind, w, r)
	default:
		s.notFound(w, r)
	}
}

func (s *Space) notFound(w http.ResponseWriter, r *http.Request) {
	api.WriteError(w, &api.Error{Status: http.StatusNotFound, Code: "not_found", Message: "nothing answers at " + r.URL.Path,
		Hint: "/in/{inbox} captures, /_/ is the control API, mock APIs are below /" + strings.Join(s.engine.Names(), ", /")})
}

func (s *Space) controlMux() http.Handler {
	mux := http.NewServeMux()
	s.engine.Routes(mux)
	s.receiver.Routes(mux)
	mux.HandleFunc("GET /_/livez", s.alive)
	mux.HandleFunc("GET /_/readyz", s.alive)
	mux.HandleFunc("POST /_/reset", s.reset)
	mux.HandleFunc("GET /_/scenarios", s.scenarios)
	mux.HandleFunc("GET /_/ca.pem", s.process.getAuthority)
	mux.Handle("/_/mcp", assistants(s.cfg.Version, mux))
	mux.HandleFunc("GET /_/metrics", s.metrics)
	mux.HandleFunc("GET /_/{$}", s.index)
	if s.name == "" {
		s.process.spaces.routes(mux)
	}
	mux.HandleFunc("/_/", func(w http.ResponseWriter, r *http.Request) { s.notServed(mux, w, r) })
	return mux
}

// notServed answers a control call that nothing is registered for: 405 where
// another method would do, else 404. The mux alone would answer in plain text.
func (s *Space) notServed(mux *http.ServeMux, w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for _, method := range []string{http.MethodDelete, http.MethodGet, http.MethodPost, http.MethodPut} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := mux.Handler(other); pattern != "/_/" && pattern != "" {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		s.notFound(w, r)
		return
	}
	allow := strings.Join(allowed, ", ")
	w.Header().Set("Allow", allow)
	api.WriteError(w, &api.Error{Status: http.StatusMethodNotAllowed, Code: "method_not_allowed", Message: r.Method + " is not allowed here", Hint: "allowed: " + allow})
}

func (s *Space) alive(w http.ResponseWriter, _ *http.Request) {
	api.WriteJSON(w, http.StatusOK, map[string]string{"status": "ok"})
}

// reset forgets everything but the configuration.
func (s *Space) reset(w http.ResponseWriter, _ *http.Request) {
	err := errors.Join(s.engine.Reset(), s.receiver.Reset())
	if err == nil {
		err = s.configure()
	}
	if err != nil {
		api.WriteError(w, err)
		return
	}
	api.WriteJSON(w, http.StatusOK, map[string]bool{"reset": true})
}

// index says what answers here, for people and programs.
func (s *Space) index(w http.ResponseWriter, _ *http.Request) {
	oldest, last := s.journal.Bounds()
	urls := map[string]string{"receiver": s.URL() + "/in/{inbox}", "control": s.URL() + "/_/", "stream": "ws" + strings.TrimPrefix(s.URL(), "http") + "/_/stream"}
	for _, name := range s.engine.Names() {
		urls[name] = s.engine.BaseURL(name)
	}
	api.WriteJSON(w, http.StatusOK, map[string]any{"name": "tacklebox", "version": s.cfg.Version, "pid": os.Getpid(), "urls": urls,
		"entries": map[string]uint64{"oldest_seq": oldest, "last_seq": last, "count": last + 1 - oldest}})
}

// metrics writes numbers in the text format of Prometheus.
func (s *Space) metrics(w http.ResponseWriter, _ *http.Request) {
	oldest, last := s.journal.Bounds()
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	fmt.Fprintf(w, "# HELP tacklebox_info The running version.\n# TYPE tacklebox_info gauge\ntacklebox_info{version=%q} 1\n", s.cfg.Version)
	fmt.Fprintf(w, "# HELP tacklebox_entries Entries that the journal keeps.\n# TYPE tacklebox_entries gauge\ntacklebox_entries %d\n", last+1-oldest)
	fmt.Fprintf(w, "# HELP tacklebox_last_seq Newest sequence number.\n# TYPE tacklebox_last_seq counter\ntacklebox_last_seq %d\n", last)
	s.engine.WriteMetrics(w)
}

// getAuthority answers the certificate that clients of the HTTPS port trust.
func (s *Sandbox) getAuthority(w http.ResponseWriter, _ *http.Request) {
	pem, path := s.Authority()
	if pem == nil {
		api.WriteError(w, &api.Error{Status: http.StatusNotFound, Code: "no_authority", Message: "this sandbox has no certificate authority", Hint: "start with --tls"})
		return
	}
	w.Header().Set("Content-Type", "application/x-pem-file")
	if path != "" {
		w.Header().Set("Content-Location", path)
	}
	_, _ = w.Write(pem)
}
