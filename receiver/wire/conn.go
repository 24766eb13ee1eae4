package wire

import (
	"bytes"
	"crypto/tls"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	patience = 60 * time.Second
	// extendParts is in how many parts of the patience a deadline is moved: setting
	// one for each read of a fast sender would cost more than reading does.
	extendParts = 12
	keptBuffer  = 16 << 10 // larger ones are left to the collector
)

// conn is a connection whose heads are kept until their requests are served.
type conn struct {
	net.Conn
	refused func(Refusal)
	pause   time.Duration // how long a sender may pause inside its body
	serving atomic.Bool   // a handler has the request that is answered next
	through atomic.Bool   // no longer HTTP/1: hijacked, or HTTP/2

	// The reading goroutine's own.
	framing  framing
	extended time.Time // when a deadline was last set; zero: there is none

	mu    sync.Mutex
	heads []byte // that were read and are not yet served, one after the other
	ends  []int  // of those that are whole
	start int    // of the head that is being read, and of its last line
	line  int

	current []byte // the head of the request that is served; its goroutine's own
}

// owner is a connection of this package, whatever it is wrapped in.
type owner interface{ own() *conn }

func (c *conn) own() *conn { return c }

// Unwrap is the connection below, for those who set socket options.
func (c *conn) Unwrap() net.Conn { return c.Conn }

// Reset makes closing c a TCP reset, whatever it is wrapped in.
func Reset(c net.Conn) {
	for {
		if tcp, ok := c.(interface{ SetLinger(sec int) error }); ok {
			_ = tcp.SetLinger(0)
			return
		}
		wrapped, ok := c.(interface{ Unwrap() net.Conn })
		if !ok {
			return
		}
		c = wrapped.Unwrap()
	}
}

// CloseWrite ends the sending half where the connection below can.
func (c *conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return c.Conn.Close()
}

// secureConn keeps what net/http asks of a connection that came over TLS.
type secureConn struct {
	*conn
	stater
}

type stater interface{ ConnectionState() tls.ConnectionState }

// Read notes the heads among what it reads. A body that stops is ended.
func (c *conn) Read(p []byte) (int, error) {
	if c.through.Load() {
		return c.Conn.Read(p)
	}
	if c.framing.inBody() {
		c.extend()
	}
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.note(p[:n])
	}
	return n, err
}

func (c *conn) extend() {
	if now := time.Now(); now.Sub(c.extended) > c.pause/extendParts {
		c.extended = now
		_ = c.Conn.SetReadDeadline(now.Add(c.pause)) // a closed connection shows in Read
	}
}

// note takes the heads out of what was read. Behind a body the deadline is
// lifted: later pauses are the answer's affair, and a deadline that expires then
// would look like a sender that hung up.
func (c *conn) note(p []byte) {
	c.mu.Lock()
	for len(p) > 0 && c.framing.part != passed {
		if c.framing.part == inHead {
			p = c.noteHead(p)
		} else {
			p = c.framing.skip(p)
		}
	}
	c.mu.Unlock()
	if c.framing.part == passed {
		c.through.Store(true)
	}
	if !c.extended.IsZero() && !c.framing.inBody() {
		c.extended = time.Time{}
		_ = c.Conn.SetReadDeadline(time.Time{})
	}
}

// noteHead takes one line, or the part of it that has come.
func (c *conn) noteHead(p []byte) []byte {
	end := bytes.IndexByte(p, '\n')
	if end < 0 {
		c.heads = append(c.heads, p...)
		return nil
	}
	c.heads = append(c.heads, p[:end+1]...)
	line := c.heads[c.line:]
	switch blank := len(line) == 1 || len(line) == 2 && line[0] == '\r'; {
	case !blank:
		c.framing.field(line, c.line == c.start)
		c.line = len(c.heads)
	case c.line == c.start: // empty lines before a request
		c.heads = c.heads[:c.start]
	default:
		c.ends = append(c.ends, len(c.heads))
		c.start, c.line = len(c.heads), len(c.heads)
		c.framing.begin()
	}
	return p[end+1:]
}

// begin takes the head of the request that is served now. Those before it were
// answered by net/http alone (OPTIONS *).
func (c *conn) begin(method, target string) {
	c.serving.Store(true)
	c.mu.Lock()
	defer c.mu.Unlock()
	for found := false; !found && len(c.ends) > 0; {
		c.shift()
		found = starts(c.current, method, target)
		if !found {
			c.current = c.current[:0]
		}
	}
}

// shift moves the first whole head into current.
func (c *conn) shift() {
	end := c.ends[0]
	if cap(c.current) > keptBuffer {
		c.current = nil
	}
	if end == len(c.heads) {
		c.current, c.heads = c.heads, c.current[:0]
	} else {
		c.current = append(c.current[:0], c.heads[:end]...)
		c.heads = append(c.heads[:0], c.heads[end:]...)
	}
	c.ends = append(c.ends[:0], c.ends[1:]...)
	for i := range c.ends {
		c.ends[i] -= end
	}
	c.start, c.line = c.start-end, c.line-end
}

func starts(head []byte, method, target string) bool {
	n := len(method)
	return len(head) > n+len(target)+2 && string(head[:n]) == method && head[n] == ' ' &&
		string(head[n+1:n+1+len(target)]) == target && head[n+1+len(target)] == ' '
}

// state follows net/http through the life of the connection.
func (c *conn) state(s http.ConnState) {
	switch s {
	case http.StateIdle:
		c.serving.Store(false)
	case http.StateHijacked:
		c.through.Store(true)
	}
}

// heard reports whether a part of a head is here that is not served yet.
func (c *conn) heard() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.heads) > 0
}

// Write tells of a refusal before it is sent: what a sender was told is always
// in the journal.
func (c *conn) Write(p []byte) (int, error) {
	if c.refused != nil && !c.serving.Load() && !c.through.Load() && refuses(p) {
		c.tell(p)
	}
	return c.Conn.Write(p)
}

func refuses(p []byte) bool {
	const line = "HTTP/1.1 "
	return len(p) > len(line) && (p[len(line)] == '4' || p[len(line)] == '5') && string(p[:len(line)]) == line
}

func (c *conn) tell(answer []byte) {
	c.mu.Lock()
	end := len(c.heads)
	if len(c.ends) > 0 {
		end = c.ends[0]
	}
	raw := bytes.Clone(c.heads[:end])
	c.mu.Unlock()
	if len(raw) > 0 {
		c.refused(Refusal{Raw: raw, Answer: bytes.Clone(answer), Remote: c.RemoteAddr().String()})
	}
}
