package sandbox

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"tacklebox/fixtures"
	"tacklebox/mock"
	"tacklebox/receiver"
	"tacklebox/receiver/journal"
)

// Sandbox is one running instance: open, served, shut down.
type Sandbox struct {
	cfg      Config
	catalog  *fixtures.Catalog
	journal  journal.Store
	state    *mock.State
	engine   *mock.Engine
	receiver *receiver.Receiver
	server   *http.Server
	control  http.Handler

	mu  sync.Mutex
	url string
}

const (
	defaultKeep      = 1_000_000
	defaultKeepBytes = 2 << 30
	headerTimeout    = 30 * time.Second
	mebibyte         = 1 << 20
)

// Open makes a sandbox of its configuration and brings back what its folder
// remembers. Errors name what is wrong: a folder in use (journal.LockedError),
// an unknown setting, a bad fixture.
func Open(cfg Config) (*Sandbox, error) {
	s := &Sandbox{cfg: cfg.filled()}
	if err := s.open(); err != nil {
		if s.journal != nil {
			_ = s.journal.Close()
		}
		return nil, err
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
	if cfg.providers == nil {
		cfg.providers = providers()
	}
	if cfg.Warn == nil {
		cfg.Warn = func(string) {}
	}
	return cfg
}

func (s *Sandbox) open() (err error) {
	if s.catalog = s.cfg.catalog; s.catalog == nil {
		if s.catalog, err = fixtures.Load(s.cfg.Fixtures); err != nil {
			return err
		}
	}
	if s.journal, err = s.openJournal(); err != nil {
		return err
	}
	if s.state, err = mock.OpenState(s.cfg.Data); err != nil {
		return err
	}
	clock, err := mock.NewClock(s.cfg.Clock, s.cfg.Start)
	if err != nil {
		return err
	}
	seed, err := s.seed()
	if err != nil {
		return err
	}
	s.engine, err = mock.New(mock.Config{Journal: s.journal, State: s.state, Clock: clock, Catalog: s.catalog,
		Providers: s.cfg.providers, Settings: s.cfg.Providers, Seed: seed, BaseURL: s.URL, Allow: s.cfg.AllowHosts,
		MaxBody: s.cfg.MaxBody, Warn: s.cfg.Warn})
	if err != nil {
		return err
	}
	s.receiver = receiver.New(s.receiverConfig(clock))
	return s.configure()
}

func (s *Sandbox) openJournal() (journal.Store, error) {
	if s.cfg.Data == "" {
		return journal.NewMemory(journal.MemoryLimit{Count: s.cfg.Keep, Bytes: s.cfg.KeepBytes}), nil
	}
	return journal.Open(filepath.Join(s.cfg.Data, "journal"), journal.Options{Sync: s.cfg.Sync, Keep: s.cfg.Keep,
		KeepBytes: s.cfg.KeepBytes, Warn: s.cfg.Warn})
}

// seed returns the seed in force: the one asked for, else the one the folder was
// begun with, else a new one.
func (s *Sandbox) seed() (uint64, error) {
	if s.cfg.Seed != nil {
		s.state.SaveSoon("seed", fmt.Appendf(nil, "%d", *s.cfg.Seed))
		return *s.cfg.Seed, nil
	}
	var seed uint64
	if raw, ok := s.state.Load("seed"); ok {
		if err := json.Unmarshal(raw, &seed); err != nil {
			return 0, fmt.Errorf("state: seed: %w", err)
		}
		return seed, nil
	}
	var b [8]byte
	_, _ = rand.Read(b[:])
	seed = binary.LittleEndian.Uint64(b[:])
	s.state.SaveSoon("seed", fmt.Appendf(nil, "%d", seed))
	return seed, nil
}

func (s *Sandbox) receiverConfig(clock *mock.Clock) receiver.Config {
	return receiver.Config{
		Journal: s.journal, Now: clock.Now, MaxBody: s.cfg.MaxBody, Version: s.cfg.Version,
		Settings: s.state, Providers: s.engine.Verifiable, Origin: s.origin, Verify: s.verify, Check: s.engine.Check, Sample: s.engine.Sample,
		AllowHost: func(host string) error { return mock.Permit(host, net.JoinHostPort(host, "1"), s.cfg.AllowHosts) },
	}
}

// origin tells the receiver what a request of our own belongs to.
func (s *Sandbox) origin(remote string) (receiver.Origin, bool) {
	o, ok := s.engine.Origin(remote)
	if !ok {
		return receiver.Origin{}, false
	}
	return receiver.Origin{Provider: o.Provider, Account: o.Account, Type: o.Type, EventID: o.EventID, DeliveryID: o.DeliveryID,
		Subscription: o.Subscription, Attempt: o.Attempt, Detail: o.Detail, Captured: o.Captured}, true
}

func (s *Sandbox) verify(from receiver.Origin, secret string, h http.Header, body []byte) *journal.Signature {
	if secret == "" {
		if v := s.engine.VerifyOwn(from.Provider, from.Account, from.Subscription, h, body); v != nil {
			return v.Signature()
		}
		return nil
	}
	v, err := s.engine.VerifyWith(from.Provider, secret, h, body)
	if err != nil {
		return nil
	}
	return v.Signature()
}

// configure puts in force what the configuration says beyond the providers.
func (s *Sandbox) configure() error {
	if len(s.cfg.Faults) > 0 {
		if err := s.engine.SetFaults(s.cfg.Faults); err != nil {
			return err
		}
	}
	return s.configureInboxes()
}

// ConfigError is a mistake in a part of Config that a file holds, with the place.
type ConfigError = mock.SettingError

func (s *Sandbox) configureInboxes() error {
	for _, name := range slices.Sorted(maps.Keys(s.cfg.Inboxes)) {
		if err := s.receiver.SetInbox(name, s.cfg.Inboxes[name]); err != nil {
			return &ConfigError{Path: append([]string{"inboxes", name}, receiver.Place(err)...), Err: err}
		}
	}
	return nil
}

// URL returns the address the sandbox is served at, "" before Serve.
func (s *Sandbox) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.url
}

// Journal returns the journal.
func (s *Sandbox) Journal() journal.Store { return s.journal }

// Engine returns the provider side.
func (s *Sandbox) Engine() *mock.Engine { return s.engine }

// Bind makes the sandbox answer for a listener's address, without serving yet.
func (s *Sandbox) Bind(addr net.Addr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.url = "http://" + reachable(addr.String())
	s.control = receiver.Guard(receiver.GuardConfig{Token: s.cfg.Token, Bound: []string{addr.String()}}, s.controlMux())
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: headerTimeout, ErrorLog: nil}
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
	if s.URL() == "" {
		s.Bind(ln.Addr())
	}
	s.engine.Start()
	if err := s.server.Serve(spelling{ln}); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Shutdown stops within ctx: attempts on their way may end, streams end, answers
// are finished, everything is saved.
func (s *Sandbox) Shutdown(ctx context.Context) error {
	s.engine.Quiesce(attemptsEnd)
	s.receiver.Close()
	var err error
	if s.server != nil {
		if err = s.server.Shutdown(ctx); err != nil {
			err = s.server.Close()
		}
	}
	return errors.Join(err, s.engine.Close(), s.journal.Close())
}

// attemptsEnd is how long attempts on their way may take to end when the sandbox
// stops.
const attemptsEnd = time.Second
