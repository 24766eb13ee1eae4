package sandbox

import (
	"bytes"
	"net"
)

// net/http takes Content-Length off a 204 unless a provider spells its name in
// another way, and then sends that. Some real APIs do send it, in the usual
// spelling, and clients that compare raw bytes want to see it so.
type spelling struct{ net.Listener }

// Accept returns the next connection with its answers spelled.
func (l spelling) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	switch c := c.(type) {
	case *net.TCPConn:
		return spelled{c}, err
	case interface{ net.Conn }:
		return spelledTLS{c}, err
	}
	return c, err
}

type spelled struct{ *net.TCPConn }

// Write sends b; an answer always begins with a Write of its own, because
// net/http flushes the one before.
func (c spelled) Write(b []byte) (int, error) {
	return c.TCPConn.Write(spell(b))
}

// spelledTLS is a connection of another kind with its answers spelled.
type spelledTLS struct{ net.Conn }

// Write sends b.
func (c spelledTLS) Write(b []byte) (int, error) { return c.Conn.Write(spell(b)) }

func spell(b []byte) []byte {
	if bytes.HasPrefix(b, []byte("HTTP/1.1 204 ")) || bytes.HasPrefix(b, []byte("HTTP/1.0 204 ")) {
		return bytes.Replace(b, []byte("\r\ncontent-length: 0\r\n"), []byte("\r\nContent-Length: 0\r\n"), 1)
	}
	return b
}
