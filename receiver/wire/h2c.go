package wire

import (
	"net"
	"net/http"
	"sync"
)

// priorKnowledge serves HTTP/2 without TLS to clients that begin with its preface
// (RFC 9113, section 3.3). net/http can look for the preface itself, but then waits
// for 14 bytes of every connection, and a shorter request that makes no sense is
// not answered; here the preface comes as the request that it looks like.
type priorKnowledge struct {
	server http.Server
	conns  chan net.Conn
	done   chan struct{}
	begin  sync.Once
	end    sync.Once
}

func newPriorKnowledge(h http.Handler) *priorKnowledge {
	p := &priorKnowledge{conns: make(chan net.Conn), done: make(chan struct{})}
	p.server.Handler = h
	p.server.Protocols = new(http.Protocols)
	p.server.Protocols.SetUnencryptedHTTP2(true)
	return p
}

const preface = "PRI * HTTP/2.0\r\n\r\n"

// isPreface reports whether a request is the beginning of HTTP/2.
func isPreface(r *http.Request) bool { return r.ProtoMajor == 2 && r.Method == "PRI" }

// take serves the rest of the connection.
func (p *priorKnowledge) take(w http.ResponseWriter) {
	c, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	read, _ := rw.Reader.Peek(rw.Reader.Buffered()) // as many as there are
	p.begin.Do(func() { go func() { _ = p.server.Serve(p) }() })
	select {
	case p.conns <- &begun{Conn: c, read: append([]byte(preface), read...)}:
	case <-p.done:
		_ = c.Close()
	}
}

func (p *priorKnowledge) close() { _ = p.server.Close(); _ = p.Close() }

// Accept returns the next connection that began with the preface.
func (p *priorKnowledge) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

// Close ends Accept.
func (p *priorKnowledge) Close() error {
	p.end.Do(func() { close(p.done) })
	return nil
}

// Addr is that of no listener of its own.
func (p *priorKnowledge) Addr() net.Addr { return &net.TCPAddr{} }

// begun is a connection of which something was read already.
type begun struct {
	net.Conn
	read []byte
}

// Read gives what was read first.
func (b *begun) Read(p []byte) (int, error) {
	if len(b.read) == 0 {
		return b.Conn.Read(p)
	}
	n := copy(p, b.read)
	b.read = b.read[n:]
	return n, nil
}
