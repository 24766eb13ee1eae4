package https

import (
	"bufio"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// handshake is the first byte of a TLS connection: a handshake record (RFC 8446,
// section 5.1). No HTTP method begins with it.
const handshake = 0x16

// firstByte is how long a connection may stay silent before it is counted as
// HTTP, which has time-outs of its own.
const firstByte = 30 * time.Second

// Listener accepts HTTP and HTTPS on one port. What it accepts is a connection
// whose bytes are HTTP either way.
type Listener struct {
	net.Listener
	config *tls.Config

	ready chan accepted
	done  chan struct{}
	once  sync.Once
}

type accepted struct {
	conn net.Conn
	err  error
}

// Listen wraps a listener; cert is shown to those who speak TLS.
func Listen(ln net.Listener, cert tls.Certificate) *Listener {
	l := &Listener{Listener: ln, ready: make(chan accepted), done: make(chan struct{}),
		config: &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{"http/1.1"}, MinVersion: tls.VersionTLS12}}
	go l.accept()
	return l
}

// accept takes connections and looks at the first byte of each apart, so that a
// silent one keeps nobody waiting.
func (l *Listener) accept() {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			l.give(accepted{err: err})
			var passing net.Error
			if errors.As(err, &passing) && passing.Timeout() {
				continue
			}
			return
		}
		go func() { l.give(accepted{conn: l.told(c)}) }()
	}
}

// give hands a connection over, or closes it when nobody accepts any more.
func (l *Listener) give(a accepted) {
	select {
	case l.ready <- a:
	case <-l.done:
		if a.conn != nil {
			_ = a.conn.Close()
		}
	}
}

// told is the connection as HTTP: itself, or what TLS makes of it.
func (l *Listener) told(c net.Conn) net.Conn {
	r := bufio.NewReaderSize(c, 16) // the least that bufio takes
	_ = c.SetReadDeadline(time.Now().Add(firstByte))
	first, err := r.Peek(1)
	_ = c.SetReadDeadline(time.Time{})
	peeked := &conn{Conn: c, r: r}
	if err == nil && first[0] == handshake {
		return &Secure{tls.Server(peeked, l.config)}
	}
	return peeked
}

// Accept returns the next connection.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case a := <-l.ready:
		return a.conn, a.err
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close ends accepting.
func (l *Listener) Close() error {
	l.once.Do(func() { close(l.done) })
	return l.Listener.Close()
}

// conn gives the peeked bytes first.
type conn struct {
	net.Conn
	r *bufio.Reader
}

func (c *conn) Read(b []byte) (int, error) {
	if c.r != nil && c.r.Buffered() > 0 {
		return c.r.Read(b)
	}
	c.r = nil
	return c.Conn.Read(b)
}

// CloseWrite ends the sending half, as a *net.TCPConn does.
func (c *conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return c.Conn.Close()
}

// Unwrap is the connection below, for those who set socket options.
func (c *conn) Unwrap() net.Conn { return c.Conn }

// Secure is a connection that came over TLS. It is no *tls.Conn to its user, so
// that net/http serves it as any other; what is asked of it is HTTP/1.1.
type Secure struct{ *tls.Conn }

// Unwrap is the connection below TLS.
func (s *Secure) Unwrap() net.Conn { return s.NetConn() }

// LocalAddr marks the connection's own address, which net/http hands to every
// request: it is how IsSecure knows.
func (s *Secure) LocalAddr() net.Addr { return secureAddr{s.Conn.LocalAddr()} }

type secureAddr struct{ net.Addr }

// IsSecure reports whether a request came over TLS.
func IsSecure(r *http.Request) bool {
	_, secure := r.Context().Value(http.LocalAddrContextKey).(secureAddr)
	return secure
}
