package sandbox

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"tacklebox/mock/sandbox/https"
	"tacklebox/receiver/api"
	"tacklebox/receiver/outbound"
)

// The mocks answer only to names that a page on the internet cannot have had
// resolved to this machine: loopback names, "*.localhost", the bound address,
// addresses as such, the providers' own hosts, --host names and the public URL's
// host. Otherwise a page with a rebound name could register a webhook and read in
// the delivery log what a private service answered.

// ownName reports whether a Host header names this sandbox, beside the hosts of
// providers.
func (s *Sandbox) ownName(host string) bool {
	name := hostName(host)
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return true // an address is no name, so nobody can have it resolve elsewhere
	}
	bound, _ := s.address()
	return name == "" || name == hostName(bound) || name == hostName(s.publicHost()) || slices.ContainsFunc(s.cfg.Hosts, func(h string) bool { return hostName(h) == name })
}

// hostName is the lower-case name of "name", "name:port" or "[v6]:port", without
// the dot that may end it.
func hostName(hostport string) string {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.TrimSuffix(strings.TrimPrefix(hostport, "["), "]")
	}
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// publicHost is the host of the public URL, "" without one.
func (s *Sandbox) publicHost() string {
	u, err := url.Parse(s.public)
	if err != nil {
		return ""
	}
	return u.Host
}

// beyondLoopback reports whether others than this machine can reach the listener.
func (s *Sandbox) beyondLoopback() bool {
	bound, _ := s.address()
	ip, err := netip.ParseAddr(hostName(bound))
	return err == nil && !ip.Unmap().IsLoopback()
}

// foreignHost refuses a Host that names neither this sandbox nor a provider.
func (s *Sandbox) foreignHost(host string) *api.Error {
	if s.Engine().HostOf(host) != "" || s.ownName(host) {
		return nil
	}
	return api.Failed(http.StatusForbidden, api.CodeForbiddenHost, "start with --host "+hostName(host)+", or call localhost", "the mock APIs do not answer to the host %s", hostName(host))
}

// refuseMock says why a request may not reach a mock API; nil lets it in.
func (s *Space) refuseMock(provider string, r *http.Request) *api.Error {
	if p := s.process.foreignHost(r.Host); p != nil {
		return p
	}
	if s.process.beyondLoopback() && !s.cfg.OpenMocks && !s.Engine().Listed(provider) {
		return api.Failed(http.StatusForbidden, "no_credentials", "list them as providers."+provider+".credentials, or start with --open-mocks to let any in",
			"beyond loopback the mock of %s answers only to listed credentials, and none are listed", provider)
	}
	return nil
}

// calledAt is the address of this space as the client of a request called it, ""
// where the space's own is to be named: a public URL is set, or the Host is a
// provider's.
func (s *Space) calledAt(r *http.Request) string {
	if s.process.public != "" || r.Host == "" || s.Engine().HostOf(r.Host) != "" {
		return ""
	}
	scheme := "http"
	if https.IsSecure(r) {
		scheme = "https"
	}
	return scheme + "://" + r.Host + s.prefix()
}

// callsItself reports a request to the control API that a delivery or a forward
// of this sandbox makes, whatever name it was sent to.
func (s *Sandbox) callsItself(r *http.Request) bool {
	line := outbound.LineOf(r)
	if _, ours := s.forwards.Load(line); ours {
		return true
	}
	_, ours := s.Engine().Origin(line)
	s.spaces.each(func(sp *Space) {
		_, its := sp.Engine().Origin(line)
		ours = ours || its
	})
	return ours
}

// serveMock answers a call of a mock API.
func (s *Space) serveMock(provider, path string, w http.ResponseWriter, r *http.Request) {
	if p := s.refuseMock(provider, r); p != nil {
		api.WriteError(w, p)
		return
	}
	s.Engine().ServeProvider(provider, path, w, r)
}
