// Package wire reads the heads of HTTP/1 requests as they were sent. net/http
// spells header names its own way and forgets their order before any handler
// sees them, and it answers what it cannot read without asking anybody: both can
// only be seen on the connection itself. HTTP/2 has names in lower case and its
// own frames; its connections are passed through.
//
// One goroutine reads a connection at a time (net/http sees to it), another may
// serve a request of it: mu guards the heads that go from the first to the
// second, and nothing is called while it is held.
package wire

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Refusal is a request that net/http answered by itself.
type Refusal struct {
	Raw    []byte // what was read of its head
	Answer []byte // as it was sent
	Remote string // "ip:port"
}

// Server makes srv keep the heads of what comes over the connections of Listen,
// and serve HTTP/2 with prior knowledge beside HTTP/1. Its Handler must be set.
func Server(srv *http.Server) {
	h := handler{next: srv.Handler}
	h.h2 = newPriorKnowledge(h)
	srv.Handler = h
	srv.RegisterOnShutdown(h.h2.close)
	srv.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		if own, ok := c.(owner); ok {
			return context.WithValue(ctx, connKey{}, own.own())
		}
		return ctx
	}
	silent := new(silent)
	srv.RegisterOnShutdown(silent.close)
	srv.ConnState = func(c net.Conn, state http.ConnState) {
		if own, ok := c.(owner); ok {
			own.own().state(state)
		}
		silent.note(c, state)
	}
}

// silent are the connections that have asked nothing yet. Browsers and clients open
// them in advance, and net/http's Shutdown would wait five seconds for each.
type silent struct{ conns sync.Map }

func (s *silent) note(c net.Conn, state http.ConnState) {
	if state == http.StateNew {
		s.conns.Store(c, nil)
		return
	}
	s.conns.Delete(c)
}

// close ends those of which nothing was read.
func (s *silent) close() {
	for c := range s.conns.Range {
		if own, ok := c.(owner); ok && own.own().heard() {
			continue
		}
		_ = c.(net.Conn).Close()
	}
}

// Listen wraps what ln accepts. A sender that pauses for a minute inside a body is
// ended, whatever the route; one that is only slow is not. refused is called with each request that
// net/http refuses, before its sender is answered.
func Listen(ln net.Listener, refused func(Refusal)) net.Listener {
	return listener{ln, refused, patience}
}

type listener struct {
	net.Listener
	refused func(Refusal)
	pause   time.Duration
}

// Accept returns the next connection.
func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	own := &conn{Conn: c, refused: l.refused, pause: l.pause}
	if secure, ok := c.(stater); ok {
		return secureConn{own, secure}, nil
	}
	return own, nil
}

type connKey struct{}

// handler notes which of the heads that were read belongs to the request.
type handler struct {
	next http.Handler
	h2   *priorKnowledge // nil where HTTP/2 is spoken already
}

// ServeHTTP serves one request.
func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h.h2 != nil && isPreface(r) {
		h.h2.take(w)
		return
	}
	if c, ok := r.Context().Value(connKey{}).(*conn); ok && r.ProtoMajor == 1 {
		c.begin(r.Method, r.RequestURI)
	} else if r.ProtoMajor == 2 {
		r.Body = &pacedBody{ReadCloser: r.Body, control: http.NewResponseController(w), pause: patience}
	}
	h.next.ServeHTTP(w, r)
}

// HeadOf is the head of a request as it was sent; ok is false where that is not
// known: HTTP/2, and connections that Listen did not wrap. Only the goroutine
// that serves the request may ask.
func HeadOf(r *http.Request) (h Head, ok bool) {
	c, ok := r.Context().Value(connKey{}).(*conn)
	if !ok || r.ProtoMajor != 1 || len(c.current) == 0 {
		return Head{}, false
	}
	return ParseHead(c.current)
}

// Head is a request line and header fields, byte for byte but for the white
// space around values and the line ends.
type Head struct {
	Line   string // "POST /in/a HTTP/1.1"
	fields string
}

// ParseHead splits a head; ok is false when it has no first line.
func ParseHead(raw []byte) (h Head, ok bool) {
	line, fields, ok := strings.Cut(string(raw), "\n")
	return Head{strings.TrimSuffix(line, "\r"), fields}, ok && line != ""
}

// Target is the method, the request target and the protocol of the first line,
// each "" where the line is too short.
func (h Head) Target() (method, target, proto string) {
	method, rest, _ := strings.Cut(h.Line, " ")
	at := strings.LastIndexByte(rest, ' ')
	if at < 0 {
		return method, rest, ""
	}
	return method, rest[:at], rest[at+1:]
}

// Fields yields names and values in the order in which they stood. Lines that
// are no field are passed over, folded ones joined by a space (RFC 9112, 5.2).
func (h Head) Fields(yield func(name, value string) bool) {
	rest := h.fields
	for rest != "" {
		var line string
		line, rest, _ = strings.Cut(rest, "\n")
		for rest != "" && (rest[0] == ' ' || rest[0] == '\t') {
			var more string
			more, rest, _ = strings.Cut(rest, "\n")
			line = trim(line) + " " + trim(more)
		}
		name, value, ok := strings.Cut(line, ":")
		if ok && !yield(name, trim(value)) {
			return
		}
	}
}

func trim(s string) string { return strings.Trim(s, " \t\r") }
