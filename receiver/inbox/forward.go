package inbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/outbound"
)

const (
	maxForwardAnswer = 32 << 20
	// maxForwardDepth ends a ring of inboxes that forward to each other.
	maxForwardDepth = 8
)

// forwarder passes captures on to the user's application.
type forwarder struct {
	cfg    Config
	client *http.Client
	depth  *ForwardDepth
}

// ForwardDepth knows the connections that forwarded requests are on (outbound.Line),
// with how many forwards led there. It is how a ring of inboxes is
// noticed without a header that the sender did not send. Receivers of one
// process share it, as they can forward to each other.
type ForwardDepth struct{ sync.Map }

func newForwarder(cfg Config) *forwarder {
	f := &forwarder{cfg: cfg, depth: cfg.ForwardDepth}
	if f.depth == nil {
		f.depth = new(ForwardDepth)
	}
	f.client = &http.Client{
		Timeout:       cfg.ForwardTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // the sender gets the redirect
		Transport: &http.Transport{
			DialContext:         f.counted(cfg.Outbound.DialContext),
			DialTLSContext:      f.counted(noting(cfg.Outbound.DialTLS)),
			DisableCompression:  true, // the answer's bytes are passed on as they are
			DisableKeepAlives:   true, // a connection carries one request, so depth is exact
			MaxIdleConnsPerHost: -1,
		},
	}
	return f
}

func (f *forwarder) close() { f.client.CloseIdleConnections() }

// allowed refuses an address that no connection would be made to, as far as
// that can be known now. nil is allowed: there is none.
func (f *forwarder) allowed(ctx context.Context, u *url.URL) error {
	if u == nil {
		return nil
	}
	return api.At(forbidden(f.cfg.Outbound.CheckURL(ctx, u)), "forward")
}

// forbidden is a place that requests do not go to, as the control API says it.
func forbidden(err error) error {
	if place, ok := outbound.AsForbidden(err); ok {
		return api.Refuse(api.CodeForbiddenHost, place.Hint, "forward: %v", place)
	}
	return err
}

// forwarding is what a forward knows of itself, in its context.
type forwarding struct {
	depth     int
	unchecked bool // nobody looked at the application's certificate
}

type forwardingKey struct{}

// noting notes whether a certificate was looked at.
func noting(dial func(ctx context.Context, network, addr string) (net.Conn, bool, error)) dialFunc {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, checked, err := dial(ctx, network, addr)
		if one, ok := ctx.Value(forwardingKey{}).(*forwarding); ok && err == nil {
			one.unchecked = !checked
		}
		return conn, err
	}
}

type dialFunc = func(ctx context.Context, network, addr string) (net.Conn, error)

// counted notes for each connection how many forwards led to it.
func (f *forwarder) counted(dial dialFunc) dialFunc {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		line := outbound.LineTo(conn)
		one, _ := ctx.Value(forwardingKey{}).(*forwarding)
		f.depth.Store(line, one.depth)
		return &forwardConn{Conn: conn, done: func() { f.depth.Delete(line) }}, nil
	}
}

type forwardConn struct {
	net.Conn
	done func()
}

func (c *forwardConn) Close() error { c.done(); return c.Conn.Close() }

// send passes the capture on and returns the application's answer as a reply.
// When there is none the reply says why, and so does the entry's error.
func (f *forwarder) send(r *http.Request, c *capture, to *url.URL, below string) *reply {
	if c.request.Truncated {
		return c.unforwarded(api.Failed(http.StatusRequestEntityTooLarge, "too_large", "raise --max-body", "a body of %d bytes is not forwarded: only %d were kept", c.request.Size, len(c.body)))
	}
	one := &forwarding{depth: 1}
	if d, ok := f.depth.Load(outbound.LineOf(r)); ok {
		one.depth += d.(int)
	}
	if one.depth > maxForwardDepth {
		return c.unforwarded(api.Failed(http.StatusLoopDetected, "forward_loop", "", "inboxes forward to each other in a ring"))
	}
	out, err := forwardRequest(context.WithValue(r.Context(), forwardingKey{}, one), r, c, to, below)
	if err != nil {
		return c.unforwarded(api.Failed(http.StatusBadGateway, "forward_failed", "", "forward: %v", err))
	}
	answer, err := f.client.Do(out)
	if err != nil {
		return c.unforwarded(f.unreachable(to, err))
	}
	defer answer.Body.Close()
	if one.unchecked {
		c.entry.Detail = journal.WithTLS(c.entry.Detail, outbound.NotChecked)
	}
	rep, err := f.record(answer)
	if err != nil {
		return c.unforwarded(f.unreachable(to, err))
	}
	return rep
}

// unforwarded notes why there is no answer of the application's.
func (c *capture) unforwarded(p *api.Error) *reply {
	c.entry.Error = p.Message
	return errorReply(p)
}

func (f *forwarder) unreachable(to *url.URL, err error) *api.Error {
	var timeout net.Error
	if place, ok := outbound.AsForbidden(err); ok {
		return api.Failed(http.StatusForbidden, api.CodeForbiddenHost, place.Hint, "forward: %v", place)
	}
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		return api.Failed(http.StatusGatewayTimeout, "forward_timeout", "", "forward to %s: no answer within %v", to.Redacted(), f.cfg.ForwardTimeout)
	}
	var sent *url.Error
	if errors.As(err, &sent) {
		err = sent.Err // the URL is named already
	}
	return api.Failed(http.StatusBadGateway, "forward_failed", "is the application running?", "forward to %s: %v", to.Redacted(), err)
}

// record reads the answer whole: the entry must be complete before the sender
// is answered.
func (f *forwarder) record(answer *http.Response) (*reply, error) {
	if answer.StatusCode < http.StatusOK { // 101: nobody asked for another protocol
		return nil, fmt.Errorf("status %03d is no answer", answer.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxForwardAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	if len(body) > maxForwardAnswer {
		return nil, fmt.Errorf("the answer is larger than %d bytes", maxForwardAnswer)
	}
	kept := body[:min(int64(len(body)), f.cfg.MaxBody)]
	m := &journal.Message{Status: answer.StatusCode, Headers: withoutHopByHop(journal.HeaderOf(answer.Header)), Body: kept, Size: int64(len(body)), Truncated: len(kept) < len(body)}
	return &reply{record: m, whole: body}, nil
}

// forwardRequest is the captured request again: same method, the raw path
// below the inbox behind the URL's own, same query, headers and body.
func forwardRequest(ctx context.Context, r *http.Request, c *capture, to *url.URL, below string) (*http.Request, error) {
	u := *to
	raw := strings.TrimSuffix(to.EscapedPath(), "/") + below
	if raw == "" {
		raw = "/"
	}
	setRawPath(&u, raw)
	u.RawQuery = joinQuery(to.RawQuery, r.URL.RawQuery)
	out, err := http.NewRequestWithContext(ctx, r.Method, "http://"+to.Host, bytes.NewReader(c.body))
	if err != nil {
		return nil, err
	}
	out.URL = &u
	h := c.request.Headers.Clone()
	for name := range r.Trailer {
		h.Del(name)
	}
	h.Del("Host") // the application's own
	if to.User != nil {
		h.Del("Authorization") // whoever set the URL said what the application wants to see
	}
	out.Header = withoutHopByHop(h).Map()
	if _, ok := out.Header["User-Agent"]; !ok {
		out.Header["User-Agent"] = nil // net/http would send its own
	}
	return out, nil
}

// setRawPath keeps the bytes of a path that net/url would encode another way.
// An opaque part that starts with // would be taken for a host.
func setRawPath(u *url.URL, raw string) {
	if !strings.HasPrefix(raw, "//") {
		u.Opaque = raw
		return
	}
	u.RawPath = raw
	if plain, err := url.PathUnescape(raw); err == nil {
		u.Path = plain
	} else {
		u.Path = raw
	}
}

func joinQuery(own, sent string) string {
	if own == "" || sent == "" {
		return own + sent
	}
	return own + "&" + sent
}

// hopByHop are the headers of RFC 9110, section 7.6.1, and those of older
// proxies that do the same.
var hopByHop = []string{"Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Expect", "Content-Length"}

func withoutHopByHop(h journal.Header) journal.Header {
	for _, list := range h.Values("Connection") {
		for name := range strings.SplitSeq(list, ",") {
			h.Del(strings.TrimSpace(name))
		}
	}
	for _, name := range hopByHop {
		h.Del(name)
	}
	return h
}
