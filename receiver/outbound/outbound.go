// Package outbound is the only code that dials: deliveries, forwards and what a
// person sends go through it, under one rule of addresses and one of TLS.
package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Rules says where requests may go. The zero value is the contract's default
// (section 1, --allow-host): loopback and private ranges, nowhere else.
type Rules struct {
	Allow     []string // host names and addresses that may be public too (--allow-host)
	StrictTLS bool     // certificates of loopback and private addresses are checked too
	// Own tells the names, as "host:port" or "host", under which this sandbox
	// itself is reached: its control API is never called. nil: not known.
	Own func() []string
}

const (
	dialTimeout = 10 * time.Second
	// lookUp is how long CheckURL waits for a name: whoever fires is waiting.
	lookUp = 500 * time.Millisecond
)

// Forbidden is a place that requests do not go to.
type Forbidden struct {
	Host   string // as it was given
	Reason string
	Hint   string // what to do
}

func (f *Forbidden) Error() string {
	if strings.HasPrefix(f.Reason, f.Host+" ") {
		return f.Reason
	}
	return f.Host + ": " + f.Reason
}

// neverCalled are the addresses of cloud metadata that lie in ranges which are
// private otherwise (documented: AWS's and Google's IPv6 endpoints), and the
// site-local range, withdrawn by RFC 3879.
var neverCalled = []netip.Prefix{
	netip.MustParsePrefix("fd00:ec2::254/128"),
	netip.MustParsePrefix("fd20:ce::254/128"),
	netip.MustParsePrefix("fec0::/10"),
}

// Permit decides whether an address may be called; host is the name that it was
// resolved from, or the address itself. The error is a *Forbidden.
func (r Rules) Permit(host string, ip netip.Addr) error {
	ip = plain(ip)
	switch {
	case ip.IsUnspecified():
		return &Forbidden{host, ip.String() + " is where a server listens, not an address to call", "use 127.0.0.1"}
	case ip.IsLinkLocalUnicast() || ip.IsMulticast() || slices.ContainsFunc(neverCalled, func(p netip.Prefix) bool { return p.Contains(ip) }):
		return &Forbidden{host, ip.String() + " is never called: it is link-local, where cloud metadata lives, or multicast", "give the address of your application"}
	case ip.IsLoopback() || ip.IsPrivate() || r.allows(host) || r.allows(ip.String()):
		return nil
	}
	return &Forbidden{host, ip.String() + " is public, and public addresses are not called", "start with --allow-host " + host}
}

var nat64 = netip.MustParsePrefix("64:ff9b::/96")

// plain is an IPv4 address for the IPv6 spellings that stand for one: mapped,
// and those of NAT64 (RFC 6052), which a gateway turns into it.
func plain(ip netip.Addr) netip.Addr {
	ip = ip.Unmap().WithZone("")
	if b := ip.As16(); ip.Is6() && nat64.Contains(ip) {
		return netip.AddrFrom4([4]byte(b[12:]))
	}
	return ip
}

func (r Rules) allows(host string) bool {
	host = strings.TrimSuffix(host, ".")
	return slices.ContainsFunc(r.Allow, func(a string) bool { return strings.EqualFold(strings.TrimSuffix(a, "."), host) })
}

// CheckURL refuses at once what no request would be made to: an address or a
// name that resolves to none that may be called, and this sandbox's own control
// API. What cannot be known now passes, and is judged when it is dialled.
func (r Rules) CheckURL(ctx context.Context, u *url.URL) error {
	host := u.Hostname()
	if isControl(u.EscapedPath()) && r.isOwn(u) {
		return &Forbidden{host, "the sandbox does not call its own control API", "give the address of your application, or an inbox: /in/NAME"}
	}
	if ip, ok := address(host); ok {
		return r.Permit(host, ip)
	}
	if isLoopbackName(host) || staysInside(host) || r.allows(host) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, lookUp)
	defer cancel()
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return &Forbidden{host, "it is a public name that does not resolve, and public addresses are not called", "start with --allow-host " + host}
	}
	var refused error
	for _, ip := range found {
		if refused = r.Permit(host, ip); refused == nil {
			return nil
		}
	}
	return refused
}

// address reads a host that is an IP address in any form that the system's
// resolver takes: 127.1, 0x7f000001 and 2130706433 are 127.0.0.1 too.
func address(host string) (netip.Addr, bool) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip, true
	}
	return parseOldIPv4(host)
}

// isLoopbackName reports names that are loopback always (RFC 6761, section 6.3).
func isLoopbackName(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// staysInside reports names that never stand for a public address: single labels,
// as of containers, and the top-level domains kept for private use, tests and
// examples (RFC 6761, 6762, 8375, ICANN's reserved "internal").
func staysInside(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	at := strings.LastIndexByte(host, '.')
	if at < 0 {
		return true
	}
	return slices.Contains([]string{"test", "invalid", "example", "local", "internal", "lan", "home", "corp", "intranet", "private"}, host[at+1:]) || strings.HasSuffix(host, ".home.arpa")
}

// isOwn reports whether a URL names this sandbox.
func (r Rules) isOwn(u *url.URL) bool {
	if r.Own == nil {
		return false
	}
	port := portOf(u)
	for _, own := range r.Own() {
		host, ownPort, err := net.SplitHostPort(own)
		if err != nil {
			host, ownPort = own, port
		}
		if ownPort == port && sameHost(host, u.Hostname()) {
			return true
		}
	}
	return false
}

// sameHost compares names, and takes every form of loopback and of "all
// addresses" for this machine.
func sameHost(own, called string) bool {
	if strings.EqualFold(strings.TrimSuffix(own, "."), strings.TrimSuffix(called, ".")) {
		return true
	}
	ownIP, isAddress := address(own)
	here := isLoopbackName(own) || isAddress && (plain(ownIP).IsLoopback() || plain(ownIP).IsUnspecified())
	ip, ok := address(called)
	return here && (isLoopbackName(called) || ok && plain(ip).IsLoopback()) || ok && isAddress && plain(ip) == plain(ownIP)
}

// isControl reports whether a path is the control API's, also of a space.
func isControl(path string) bool {
	if rest, ok := strings.CutPrefix(path, "/~"); ok {
		_, after, _ := strings.Cut(rest, "/")
		path = "/" + after
	}
	return path == "/_" || strings.HasPrefix(path, "/_/")
}

func portOf(u *url.URL) string {
	if port := u.Port(); port != "" {
		return port
	}
	if u.Scheme == "https" {
		return "443"
	}
	return "80"
}

// Dial connects to a URL's host and, for https, agrees on TLS. checked is false
// when the peer's certificate was not looked at.
func (r Rules) Dial(ctx context.Context, u *url.URL) (c net.Conn, checked bool, err error) {
	c, err = r.DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), portOf(u)))
	if err != nil || u.Scheme != "https" {
		return c, true, err
	}
	return r.secure(ctx, c, u.Hostname())
}

// DialContext connects to "host:port" when the address that the name resolves to
// may be called: a name can change its mind between a check and the connection.
func (r Rules) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	dialer := net.Dialer{Timeout: dialTimeout, Control: func(_, resolved string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(resolved)
		if err != nil {
			return err
		}
		return r.Permit(host, at.Addr())
	}}
	if !isLoopbackName(host) {
		return dialer.DialContext(ctx, network, addr)
	}
	c, err := dialer.DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		if six, err6 := dialer.DialContext(ctx, network, net.JoinHostPort("::1", port)); err6 == nil {
			return six, nil
		}
	}
	return c, err
}

// NotChecked is what an entry says where Dial and DialTLS did not look at the
// peer's certificate.
const NotChecked = "the certificate was not checked: the address is loopback or private (--strict-tls checks it)"

// DialTLS is DialContext with TLS. checked is false when the peer's certificate was
// not looked at.
func (r Rules) DialTLS(ctx context.Context, network, addr string) (c net.Conn, checked bool, err error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, false, err
	}
	if c, err = r.DialContext(ctx, network, addr); err != nil {
		return nil, false, err
	}
	return r.secure(ctx, c, host)
}

// secure agrees on TLS. Nobody signs a certificate for a private address that
// clients trust, so those are not looked at unless that is asked for (contract,
// section 12).
func (r Rules) secure(ctx context.Context, c net.Conn, host string) (net.Conn, bool, error) {
	checked := r.StrictTLS || !isInside(c.RemoteAddr())
	secure := tls.Client(c, &tls.Config{ServerName: host, NextProtos: []string{"http/1.1"}, InsecureSkipVerify: !checked})
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = c.Close()
		return nil, checked, fmt.Errorf("TLS: %w", err)
	}
	return secure, checked, nil
}

func isInside(addr net.Addr) bool {
	at, err := netip.ParseAddrPort(addr.String())
	ip := plain(at.Addr())
	return err == nil && (ip.IsLoopback() || ip.IsPrivate())
}

// AsForbidden finds a *Forbidden in a chain of errors.
func AsForbidden(err error) (*Forbidden, bool) {
	var f *Forbidden
	return f, errors.As(err, &f)
}
