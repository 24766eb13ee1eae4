package sandbox

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"tacklebox/mock"
	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
)

// ServeHTTP sends a request to its space: "/~NAME" before any path names one.
func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r = s.shared.received(r)
	name, below, named := spaceOf(r)
	target := r
	if named {
		target = below
	}
	if isControl(target) && s.callsItself(r) {
		api.WriteError(w, api.Failed(http.StatusForbidden, "own_call", "deliver to your application, or to an inbox", "a delivery does not call the sandbox's own control API"))
		return
	}
	if !named {
		s.Space.ServeHTTP(w, r)
		return
	}
	serve := func(w http.ResponseWriter, _ *http.Request) { s.spaces.serve(name, w, below) }
	switch {
	case s.spaces.exists(name) || strings.HasPrefix(below.RequestURI, "/in/"):
		serve(w, below)
	case isControl(below): // who may not use it makes no space by asking for it
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
	host := s.Engine().HostOf(r.Host)
	switch {
	case !ok:
		s.notFound(w, r)
	case first == "in":
		s.receiver.ServeCapture(w, r)
	case (host != "" || s.Engine().Has(first)) && !s.leads():
		s.passMock(cmp.Or(host, first), w, r)
	case host != "":
		s.serveMock(host, path, w, r)
	case first == "_":
		(*s.control.Load()).ServeHTTP(w, r)
	case s.Engine().Has(first):
		behind, _ := mock.PathBehind(r.RequestURI, "/"+first)
		s.serveMock(first, behind, w, r)
	default:
		s.notFound(w, r)
	}
}

func (s *Space) notFound(w http.ResponseWriter, r *http.Request) {
	api.WriteError(w, api.Failed(http.StatusNotFound, api.CodeNotFound, "/in/{inbox} captures, /_/ is the control API, mock APIs are below /"+strings.Join(s.Engine().Names(), ", /"),
		"nothing answers at %s", api.Clip(r.URL.Path)))
}

// controlMux serves the control API of the space.
func (s *Space) controlMux() http.Handler {
	var mux http.Handler
	mux = api.Mux(append(s.routes(), assistantRoutes(s.cfg.Version, func() http.Handler { return mux })...), http.HandlerFunc(s.notFound))
	return mux
}

// alive answers that the process serves.
func alive(context.Context, *http.Request) (api.Answer, error) {
	return api.OK(map[string]string{"status": "ok"}), nil
}

// ready answers whether the sandbox can keep what it is sent.
func (s *Space) ready(context.Context, *http.Request) (api.Answer, error) {
	if err := s.journal.Health(); err != nil {
		hint := "make room or bring the data folder back; reading, DELETE /_/entries and POST /_/reset work meanwhile"
		if errors.Is(err, journal.ErrUnavailable) {
			hint = "bring NATS back; what is captured meanwhile is refused with 503"
		}
		return api.Answer{}, api.Failed(http.StatusServiceUnavailable, "not_ready", hint, "%v", err)
	}
	return api.OK(map[string]string{"status": "ok"}), nil
}

// reset forgets everything but the configuration.
func (s *Space) reset(_ context.Context, r *http.Request) (api.Answer, error) {
	if err := api.ReadOptional(r, &struct{}{}); err != nil {
		return api.Answer{}, err
	}
	err := errors.Join(s.Engine().Reset(), s.receiver.Reset())
	if err == nil {
		err = s.configure()
	}
	return api.OK(map[string]bool{"reset": true}), err
}

// index says what answers here, for people and programs.
func (s *Space) index(context.Context, *http.Request) (api.Answer, error) {
	count := s.journal.Count() // first, so that it is not above what the bounds span
	oldest, last := s.journal.Bounds()
	urls := map[string]string{"receiver": s.URL() + "/in/{inbox}", "control": s.URL() + "/_/", "stream": "ws" + strings.TrimPrefix(s.URL(), "http") + "/_/stream"}
	for _, name := range s.Engine().Names() {
		urls[name] = s.Engine().BaseURL(name)
	}
	body := map[string]any{"name": "tacklebox", "version": s.cfg.Version, "pid": os.Getpid(), "urls": urls,
		"entries": map[string]uint64{"oldest_seq": oldest, "last_seq": last, "count": count}}
	if s.name != "" {
		body["space"] = s.name
	}
	return api.OK(body), nil
}

// metrics writes numbers in the text format of Prometheus.
func (s *Space) metrics(context.Context, *http.Request) (api.Answer, error) {
	var b bytes.Buffer
	_, last := s.journal.Bounds()
	fmt.Fprintf(&b, "# HELP tacklebox_info The running version.\n# TYPE tacklebox_info gauge\ntacklebox_info{version=%q} 1\n", s.cfg.Version)
	fmt.Fprintf(&b, "# HELP tacklebox_entries Entries that the journal keeps.\n# TYPE tacklebox_entries gauge\ntacklebox_entries %d\n", s.journal.Count())
	fmt.Fprintf(&b, "# HELP tacklebox_last_seq Newest sequence number.\n# TYPE tacklebox_last_seq counter\ntacklebox_last_seq %d\n", last)
	writable := 1
	if s.journal.Health() != nil {
		writable = 0
	}
	fmt.Fprintf(&b, "# HELP tacklebox_journal_writable Whether the journal can take entries.\n# TYPE tacklebox_journal_writable gauge\ntacklebox_journal_writable %d\n", writable)
	s.receiver.WriteMetrics(&b)
	s.Engine().WriteMetrics(&b)
	return api.Text("text/plain; version=0.0.4; charset=utf-8", b.Bytes()), nil
}

// getAuthority answers the certificate that clients of the HTTPS port trust.
func (s *Sandbox) getAuthority(context.Context, *http.Request) (api.Answer, error) {
	pem, path := s.Authority()
	if pem == nil {
		return api.Answer{}, api.Failed(http.StatusNotFound, "no_authority", "start with --tls", "this sandbox has no certificate authority")
	}
	answer := api.Text("application/x-pem-file", pem)
	if path != "" {
		answer.Header.Set("Content-Location", path)
	}
	return answer, nil
}

// deleteEntries forgets entries. What waits to be delivered is written down before
// it: its events are among them.
func (s *Space) deleteEntries(ctx context.Context, r *http.Request) (api.Answer, error) {
	if err := s.Engine().Checkpoint(); err != nil {
		s.cfg.Warn(err.Error()) // they are deleted all the same: that makes room
	}
	return s.receiver.DeleteEntries(ctx, r)
}
