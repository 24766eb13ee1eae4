package outbound

import (
	"net"
	"net/http"
)

// Line names a connection by both of its ends, the caller's first. One address is
// not enough: the system gives the same local port to two calls that go to
// different places, and one of them may be a stranger's.
func Line(caller, called string) string { return caller + " " + called }

// LineTo names a connection that this process made.
func LineTo(c net.Conn) string { return Line(c.LocalAddr().String(), c.RemoteAddr().String()) }

// LineOf names the connection that a request came in on.
func LineOf(r *http.Request) string {
	called, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if called == nil {
		return r.RemoteAddr
	}
	return Line(r.RemoteAddr, called.String())
}
