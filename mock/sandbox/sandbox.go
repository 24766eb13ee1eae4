// Package sandbox is the composition: the journal, the mock providers and the
// receiver behind one http.Handler. It holds the only list of providers and the
// table of all control calls. A process is one Sandbox; what it serves is its
// Space without a name, and any number of others behind "/~NAME".
package sandbox

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"tacklebox/fixtures"
)

// Sandbox is one running process: open, served, shut down. What it embeds is the
// space without a name.
type Sandbox struct {
	*Space
	spaces *spaces
	server *http.Server
	public string // Config.PublicURL

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
// (journal.LockedError), an unknown setting, a bad fixture.
func Open(cfg Config) (*Sandbox, error) {
	cfg = cfg.filled()
	if cfg.catalog == nil {
		catalog, err := fixtures.Load(cfg.Fixtures)
		if err != nil {
			return nil, err
		}
		cfg.catalog = catalog
	}
	s := &Sandbox{public: strings.TrimRight(cfg.PublicURL, "/")}
	root, err := openSpace(cfg, "", s)
	if err != nil {
		return nil, err
	}
	s.Space = root
	s.spaces = newSpaces(s)
	if err := s.spaces.reopen(); err != nil {
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
	if err := s.server.Serve(spelling{ln}); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// start begins to send what is due, in every space.
func (s *Sandbox) start() {
	s.mu.Lock()
	s.serving = true
	s.mu.Unlock()
	s.engine.Start()
	s.spaces.each(func(sp *Space) { sp.engine.Start() })
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
	return errors.Join(err, s.spaces.close(), s.Space.close())
}
