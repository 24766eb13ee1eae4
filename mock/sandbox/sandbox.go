// Package sandbox is the composition: the journal, the mock providers and the
// receiver behind one http.Handler. It holds the only list of providers and the
// table of all control calls. A process is one Sandbox; what it serves is its
// Space without a name, and any number of others behind "/~NAME".
package sandbox

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"tacklebox/fixtures"
	"tacklebox/mock/sandbox/https"
	"tacklebox/receiver"
	"tacklebox/receiver/journal/files"
	"tacklebox/receiver/outbound"
	"tacklebox/receiver/wire"
)

// Sandbox is one running process: open, served, shut down. What it embeds is the
// space without a name.
type Sandbox struct {
	*Space
	spaces *spaces
	server *http.Server
	public string // Config.PublicURL

	forwards receiver.ForwardDepth // of all spaces: they can forward to each other
	budget   receiver.Budget       // of all spaces: they share the memory

	shared *sharing // nil: a process of its own

	secure    *tls.Certificate // nil: HTTP only
	authority *https.Authority // nil: the certificate is the user's

	mu      sync.Mutex
	url     string
	bound   string // the address listened on, "" before Bind
	serving bool
}

const (
	defaultKeep      = 1_000_000
	defaultKeepBytes = 2 << 30
	defaultSpaces    = 1_000
	headerTimeout    = 30 * time.Second
	mebibyte         = 1 << 20
)

// Open makes a sandbox of its configuration and brings back what its folder
// remembers, its spaces too. Errors name what is wrong: a folder in use
// (disk.LockedError), an unknown setting, a bad fixture.
func Open(cfg Config) (*Sandbox, error) {
	cfg = cfg.filled()
	cfg, described, err := cfg.withFiles()
	if err != nil {
		return nil, err
	}
	if cfg.catalog == nil {
		catalog, err := fixtures.LoadWith(cfg.Fixtures, described)
		if err != nil {
			return nil, err
		}
		cfg.catalog = catalog
	}
	s := &Sandbox{public: strings.TrimRight(cfg.PublicURL, "/")}
	if cfg.Shared != "" {
		if s.shared, err = connect(cfg); err != nil {
			return nil, err
		}
	}
	if cfg.Data != "" {
		if err := files.Private(cfg.Data, "journal", "state.json", "spaces"); err != nil {
			return nil, fmt.Errorf("data folder: %w", err)
		}
	}
	root, err := openSpace(cfg, "", s)
	if err != nil {
		s.shared.close()
		return nil, err
	}
	s.Space = root
	s.spaces = newSpaces(s)
	if err := errors.Join(s.prepareTLS(), s.spaces.reopen()); err != nil {
		return nil, errors.Join(err, s.Shutdown(context.Background()))
	}
	return s, nil
}

func (cfg Config) filled() Config {
	if cfg.Keep == 0 {
		cfg.Keep = defaultKeep
	}
	if cfg.KeepBytes == 0 {
		cfg.KeepBytes = defaultKeepBytes
	}
	if cfg.MaxBody == 0 {
		cfg.MaxBody = mebibyte
	}
	if cfg.Spaces == 0 {
		cfg.Spaces = defaultSpaces
	}
	if cfg.providers == nil {
		cfg.providers = providers()
	}
	if cfg.Warn == nil {
		cfg.Warn = func(string) {}
	}
	return cfg
}

// URL returns what the sandbox calls itself: the public URL when there is one,
// else the listener's address; "" before Serve.
func (s *Sandbox) URL() string { return cmp.Or(s.public, s.Local()) }

// Local returns the listener's address as a URL, "" before Serve.
func (s *Sandbox) Local() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.url
}

// Bind makes the sandbox answer for a listener's address, without serving yet.
func (s *Sandbox) Bind(addr net.Addr) {
	s.mu.Lock()
	s.url, s.bound = "http://"+reachable(addr.String()), addr.String()
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: headerTimeout, ErrorLog: nil}
	wire.Server(s.server)
	s.mu.Unlock()
	s.bind(addr.String())
	s.spaces.each(func(sp *Space) { sp.bind(addr.String()) })
}

// address is the address listened on, "" before Bind.
func (s *Sandbox) address() (bound string, serving bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bound, s.serving
}

// reachable names the loopback address for a listener on every address.
func reachable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return addr
}

// Serve answers on ln and sends what is due until Shutdown.
func (s *Sandbox) Serve(ln net.Listener) error {
	if s.Local() == "" {
		s.Bind(ln.Addr())
	}
	s.start()
	if s.secure != nil {
		ln = https.Listen(ln, *s.secure)
	}
	if err := s.server.Serve(wire.Listen(spelling{ln}, s.refused)); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// TLSURL is the listener's address for HTTPS, "" where it speaks HTTP only.
func (s *Sandbox) TLSURL() string {
	local := s.Local()
	if s.secure == nil || local == "" {
		return ""
	}
	return "https" + strings.TrimPrefix(local, "http")
}

// Authority is the certificate that clients of the HTTPS port are told to trust:
// its PEM and where it is kept ("" in memory). nil without one.
func (s *Sandbox) Authority() (pem []byte, path string) {
	if s.authority == nil {
		return nil, ""
	}
	return s.authority.PEM(), s.authority.Path()
}

// prepareTLS brings the certificate that the port shows: the user's, or one of
// the local authority for every name that the sandbox answers to.
func (s *Sandbox) prepareTLS() error {
	cfg := s.cfg
	if !cfg.TLS && cfg.TLSCert == "" && cfg.TLSKey == "" {
		return nil
	}
	var cert tls.Certificate
	var err error
	if cfg.TLSCert != "" || cfg.TLSKey != "" {
		cert, err = https.Load(cfg.TLSCert, cfg.TLSKey)
	} else if s.authority, err = https.OpenAuthority(cfg.Data, time.Now()); err == nil {
		cert, err = s.authority.Certificate(s.names(), time.Now())
	}
	s.secure = &cert
	return err
}

// names are those that a certificate of the local authority is for. Every
// provider's is spelled out: a wildcard below localhost verifies nowhere.
func (s *Sandbox) names() []string {
	names := []string{"localhost"}
	for _, name := range s.Engine().Names() {
		names = append(names, name+".localhost")
	}
	names = append(names, "127.0.0.1", "::1")
	for _, host := range append(slices.Clone(s.cfg.Hosts), s.publicHost()) {
		if name := hostName(host); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// start begins to send what is due, in every space.
func (s *Sandbox) start() {
	s.mu.Lock()
	began := s.serving
	s.serving = true
	s.mu.Unlock()
	if s.shared != nil {
		if !began {
			s.shared.campaign(s)
		}
		return
	}
	s.Engine().Start()
	s.spaces.each(func(sp *Space) { sp.Engine().Start() })
}

// Shutdown stops within ctx: attempts on their way may end, streams end, answers
// are finished, everything is saved.
func (s *Sandbox) Shutdown(ctx context.Context) error {
	var quiet sync.WaitGroup
	quiet.Go(s.quiesce)
	s.spaces.each(func(sp *Space) { quiet.Go(sp.quiesce) })
	quiet.Wait()
	var err error
	if s.server != nil {
		if err = s.server.Shutdown(ctx); err != nil {
			err = s.server.Close()
		}
	}
	err = errors.Join(err, s.spaces.close(), s.Space.close())
	s.shared.close()
	return err
}

// outbound is where requests may go, and the names under which this sandbox
// itself is reached.
func (s *Sandbox) outbound(cfg Config) outbound.Rules {
	return outbound.Rules{Allow: cfg.AllowHosts, StrictTLS: cfg.StrictTLS, Own: func() []string {
		own := append(slices.Clone(cfg.Hosts), s.publicHost())
		if bound, _ := s.address(); bound != "" {
			own = append(own, bound)
		}
		return slices.DeleteFunc(own, func(name string) bool { return name == "" })
	}}
}
