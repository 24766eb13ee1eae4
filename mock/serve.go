package mock

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tacklebox/mock/clock"
	"tacklebox/mock/provider"
	"tacklebox/receiver/journal"
)

// ServeProvider answers a request to a mock API. path is the escaped path behind
// the provider's prefix, as it stood on the wire.
func (e *Engine) ServeProvider(name, path string, rw http.ResponseWriter, r *http.Request) {
	w := e.services[name]
	c := w.readCall(path, r)
	reply, began, err := w.handle(c, w.answer)
	if err != nil {
		e.cfg.Warn(err.Error())
		reply = w.notKept(c, err)
	}
	// The provider's clock tells the time in its answers, so that Retry-After and
	// the like fit, and the same seed and clock give the same bytes.
	rw.Header().Set("Date", began.UTC().Format(http.TimeFormat))
	write(reply, rw)
}

// handle answers a call in the world and keeps both in the journal; an error is
// the journal's. began is when the call came.
func (w *service) handle(c *provider.Call, answer func(*provider.Call) provider.Reply) (reply provider.Reply, began time.Time, err error) {
	e := w.engine
	watch := clock.Stopwatch()
	began = e.clock.Now()
	run := w.alter
	if c.Method == http.MethodGet || c.Method == http.MethodHead {
		run = w.doOne
	}
	broke := run(func() error {
		w.stats.calls++
		w.calledAt = c.Base
		defer func() { w.calledAt = "" }()
		reply = answer(c)
		return nil
	})
	if broke != nil { // what it changed could not be kept, and is not in force
		e.cfg.Warn(broke.Error())
		var panicked *panicked
		if reply = (provider.Reply{Status: http.StatusInternalServerError}); !errors.As(broke, &panicked) {
			reply = w.notKept(c, broke)
		}
	}
	entry := w.callEntry(c, reply)
	entry.Time, entry.Took = began, watch()
	return reply, began, e.log.append(entry).Wait()
}

// Has reports whether there is such a provider.
func (e *Engine) Has(name string) bool { return e.services[name] != nil }

// Listed reports whether the setting "credentials" of a provider says whom its
// mock lets in.
func (e *Engine) Listed(name string) (listed bool) {
	w := e.services[name]
	_ = w.do(func() { listed = w.world.Option("", "credentials").Set() })
	return listed
}

// HostOf returns the provider that a Host header means, "" for none: a real host
// of the provider's, one of its sub-domains where the table says so, or
// NAME.localhost, each with or without a port.
func (e *Engine) HostOf(host string) string {
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		host = host[:i]
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	for name, w := range e.services {
		if host == name+".localhost" {
			return name
		}
		for _, h := range w.provider.Hosts {
			if host == h || strings.HasPrefix(h, "*.") && strings.HasSuffix(host, h[1:]) {
				return name
			}
		}
	}
	return ""
}

const drained = 64 << 20 // bytes of a body beyond its limit that are read and thrown away

// readCall reads the request with its body, at most BodyLimit of it.
func (w *service) readCall(path string, r *http.Request) *provider.Call {
	limit := w.bodyLimit()
	_, query, _ := strings.Cut(r.RequestURI, "?")
	c := &provider.Call{Method: r.Method, Path: path, RawQuery: query, Header: r.Header, Remote: r.RemoteAddr, Host: r.Host, Proto: r.Proto}
	if w.engine.cfg.BaseFor != nil {
		c.Base = w.engine.cfg.BaseFor(r)
	}
	b, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	switch {
	case int64(len(b)) > limit:
		c.TooLarge = true
		_, _ = io.CopyN(io.Discard, r.Body, drained) // a sender reads the answer when it has finished
	case err != nil:
		c.BodyErr = err
	default:
		c.Body = b
	}
	return c
}

func (w *service) bodyLimit() int64 { return cmp.Or(w.provider.BodyLimit, mebibyte) }

// answer calls the provider; its panic is an answer too.
func (w *service) answer(c *provider.Call) (reply provider.Reply) {
	if w.safely(func() { reply = w.provider.Serve(w.world, c) }) != nil {
		reply = provider.Reply{Status: http.StatusInternalServerError}
		if w.provider.Broken != nil {
			reply = w.provider.Broken(w.world, c, http.StatusInternalServerError)
		}
	}
	return reply
}

// notKept answers a call that happened but is not kept, so that nobody is told
// that it did.
func (w *service) notKept(c *provider.Call, err error) provider.Reply {
	status := http.StatusInsufficientStorage
	if errors.Is(err, journal.ErrUnavailable) {
		status = http.StatusServiceUnavailable
	}
	reply := provider.Reply{Status: status, Header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}},
		Body: []byte("the journal cannot be written: " + err.Error() + "\n")}
	if w.provider.Broken == nil {
		return reply
	}
	_ = w.do(func() { reply = w.provider.Broken(w.world, c, status) }) // that the state is not saved either was said
	return reply
}

func (w *service) callEntry(c *provider.Call, reply provider.Reply) *journal.Entry {
	req := keptMessage(c.Body, w.engine.cfg.MaxBody)
	req.Method, req.Proto, req.Remote, req.Headers = c.Method, c.Proto, c.Remote, journal.HeaderOf(c.Header)
	req.URL = "/" + w.provider.Name + c.Path
	if c.RawQuery != "" {
		req.URL += "?" + c.RawQuery
	}
	req.Truncated = req.Truncated || c.TooLarge
	e := &journal.Entry{Kind: journal.Call, Provider: w.provider.Name, Account: c.Account, Type: c.Type, EventID: c.EventID, Request: req,
		Response: &journal.Message{Status: reply.Status, Headers: journal.HeaderOf(reply.Header), Body: reply.Body, Size: int64(len(reply.Body))}}
	if c.Method == http.MethodHead {
		e.Response.Body, e.Response.Size = nil, 0 // its length is told, itself is not sent
	}
	if c.BodyErr != nil {
		e.Error = "reading the body: " + c.BodyErr.Error()
	}
	if len(c.Violations) > 0 {
		e.Contract = &journal.Contract{Violations: c.Violations}
	}
	return e
}

// write sends the reply with its header names as they are spelled.
func write(r provider.Reply, rw http.ResponseWriter) {
	h := rw.Header()
	for k, v := range r.Header {
		h[k] = v
	}
	if h.Get("Content-Type") == "" && h["Content-Type"] == nil {
		h["Content-Type"] = nil // net/http must not guess one
	}
	if !r.Chunked && r.Status != http.StatusNotModified {
		h["Content-Length"] = []string{strconv.Itoa(len(r.Body))}
	}
	rw.WriteHeader(r.Status)
	if r.Chunked {
		_ = http.NewResponseController(rw).Flush()
	}
	_, _ = rw.Write(r.Body)
}

// PathBehind cuts the provider's prefix off a request target and returns the
// escaped path behind it, untouched. ok is false when the target has no path.
func PathBehind(target, prefix string) (string, bool) {
	path, _, _ := strings.Cut(target, "?")
	if !strings.HasPrefix(path, "/") {
		u, err := url.Parse(path)
		if err != nil || u.Host == "" {
			return "", false
		}
		path = path[strings.Index(path, "://")+3:]
		if i := strings.IndexByte(path, '/'); i >= 0 {
			path = path[i:]
		} else {
			path = "/"
		}
	}
	rest, ok := strings.CutPrefix(path, prefix)
	if !ok || rest != "" && rest[0] != '/' {
		return "", false
	}
	if rest == "" {
		rest = "/"
	}
	return rest, true
}
