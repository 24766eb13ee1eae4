package sandbox

import (
	"context"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"time"

	"tacklebox/receiver/api"
)

// What the provider side is asked of a process that does not lead is passed on to
// the one that does, as it stood on the wire and with the caller's credentials.

// passedOn is the header by which a process knows a request that another one passed
// on; it holds the caller's address and is taken off before anybody sees it.
const passedOn = "Tacklebox-Passed-On"

type passedKey struct{}

// received takes the header off a request that another process passed on.
func (sh *sharing) received(r *http.Request) *http.Request {
	from := r.Header[passedOn]
	if sh == nil || len(from) == 0 {
		return r
	}
	below := r.WithContext(context.WithValue(r.Context(), passedKey{}, true))
	below.Header = maps.Clone(r.Header)
	delete(below.Header, passedOn)
	below.RemoteAddr = from[0]
	return below
}

// ownParts are the calls of the provider side that every process answers itself:
// it knows what they tell.
var ownParts = []string{"/_/schemes", "/_/providers", "/_/providers/{provider}", "/_/providers/{provider}/openapi.json"}

// ledParts are the calls of the receiver that change what all processes share.
var ledParts = []string{"POST /_/reset", "POST /_/snapshot", "POST /_/restore", "DELETE /_/entries", "PUT /_/inboxes/{inbox}", "DELETE /_/inboxes/{inbox}",
	"GET /_/spaces", "PUT /_/spaces/{name}", "DELETE /_/spaces/{name}"}

// passing makes those of the routes that the leader has to serve go to it.
func (s *Space) passing(list []api.Route) []api.Route {
	if s.process.shared == nil {
		return list
	}
	engines := map[string]bool{}
	for _, r := range s.Engine().Control().Routes() {
		engines[r.Method+r.Path] = !slices.Contains(ownParts, r.Path)
	}
	for i, r := range list {
		if !engines[r.Method+r.Path] && !slices.Contains(ledParts, r.Method+" "+r.Path) {
			continue
		}
		list[i].Handle = nil
		list[i].Write = func(w http.ResponseWriter, request *http.Request) error {
			if s.leads() {
				r.ServeHTTP(w, request)
				return nil
			}
			return s.pass(w, request)
		}
	}
	return list
}

// passMock passes a call of a mock API on.
func (s *Space) passMock(provider string, w http.ResponseWriter, r *http.Request) {
	if p := s.refuseMock(provider, r); p != nil {
		api.WriteError(w, p)
		return
	}
	if err := s.pass(w, r); err != nil {
		api.WriteError(w, err)
	}
}

const leaderComes = "1" // seconds after which asking again makes sense

// noLeader is the answer while nobody leads.
func noLeader(w http.ResponseWriter) error {
	w.Header().Set("Retry-After", leaderComes)
	return api.Failed(http.StatusServiceUnavailable, "no_leader", "ask again: another process takes over within seconds", "no process leads the provider side at the moment")
}

// pass lets the leader answer. One that was passed on before came to a process that
// leads no more: it is not sent round.
func (s *Space) pass(w http.ResponseWriter, r *http.Request) error {
	leader, err := url.Parse(s.process.shared.leader(r.Context()))
	if err != nil || leader.Host == "" || r.Context().Value(passedKey{}) != nil || s.process.shared.leading() {
		return noLeader(w)
	}
	proxy := httputil.ReverseProxy{Transport: &s.process.shared.transport, FlushInterval: -1, ErrorLog: log.New(io.Discard, "", 0),
		Rewrite: func(p *httputil.ProxyRequest) { s.readdress(p, leader) },
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if r.Context().Err() != nil {
				panic(http.ErrAbortHandler) // nobody is there to read it
			}
			api.WriteError(w, noLeader(w))
		},
	}
	proxy.ModifyResponse = func(*http.Response) error {
		s.caughtUp(r)
		return nil
	}
	proxy.ServeHTTP(w, r)
	return nil
}

// caughtUp makes what the leader has answered true here as well: who asks this
// process next finds it.
func (s *Space) caughtUp(r *http.Request) {
	s.journalRefresh()
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), caughtUpIn)
	defer cancel()
	_ = s.part.place.Load().CatchUp(ctx) // late is not wrong: it comes within a second
}

const caughtUpIn = time.Second

// readdress sends a request to the leader without changing what it asks.
func (s *Space) readdress(p *httputil.ProxyRequest, leader *url.URL) {
	path, query, _ := strings.Cut(p.In.RequestURI, "?")
	if !strings.HasPrefix(path, "/") {
		path = p.In.URL.EscapedPath()
	}
	p.Out.URL = &url.URL{Scheme: leader.Scheme, Host: leader.Host, Opaque: s.prefix() + path, RawQuery: query}
	p.Out.Host = p.In.Host
	p.Out.Header.Set(passedOn, p.In.RemoteAddr)
	if p.In.RemoteAddr == "" { // an assistant's call, from within this process
		p.Out.Host = leader.Host
		p.Out.Header.Set(passedOn, "assistant")
		if s.cfg.Token != "" {
			p.Out.Header.Set("Authorization", "Bearer "+s.cfg.Token)
		}
	}
}
