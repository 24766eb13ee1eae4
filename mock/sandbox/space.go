package sandbox

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"tacklebox/mock"
	"tacklebox/mock/clock"
	"tacklebox/mock/signing"
	"tacklebox/mock/state"
	"tacklebox/receiver"
	"tacklebox/receiver/api"
	"tacklebox/receiver/inbox"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/disk"
	"tacklebox/receiver/journal/memory"
)

// Space is one sandbox of a process: a journal, a provider side with a clock of
// its own, and a receiver. Spaces share the embedded catalogue and nothing else.
type Space struct {
	name     string // "" is the space that needs no prefix
	cfg      Config
	process  *Sandbox
	journal  journal.Store
	state    atomic.Pointer[state.Document]
	engine   atomic.Pointer[mock.Engine]
	receiver *receiver.Receiver
	control  atomic.Pointer[http.Handler]
	part     part // in a sandbox of many processes
}

// openSpace composes a space of its configuration. process tells the address.
func openSpace(cfg Config, name string, process *Sandbox) (*Space, error) {
	s := &Space{name: name, cfg: cfg, process: process}
	if err := s.open(); err != nil {
		s.part.unfollow()
		if s.journal != nil {
			_ = s.journal.Close()
		}
		return nil, err
	}
	return s, nil
}

func (s *Space) open() (err error) {
	if s.journal, err = s.openJournal(); err != nil {
		return err
	}
	if s.process.shared != nil {
		return s.join()
	}
	if err := s.compose(state.Open, mock.Alone, s.journal); err != nil {
		return err
	}
	s.receiver = receiver.New(s.receiverConfig())
	return s.configure()
}

// compose makes the provider side of what the state remembers.
func (s *Space) compose(open func(folder string) (*state.Document, error), role mock.Role, log journal.Store) error {
	state, err := open(s.cfg.Data)
	if err != nil {
		return err
	}
	if note := state.Repaired(); note != "" {
		s.cfg.Warn(note)
	}
	clock, err := clock.New(s.cfg.Clock, s.cfg.Start)
	if err != nil {
		return err
	}
	clock.Tick(s.cfg.Tick)
	seed, err := s.seed(state)
	if err != nil {
		return err
	}
	engine, err := mock.New(mock.Config{Journal: log, State: state, Clock: clock, Catalog: s.cfg.catalog,
		Providers: s.cfg.providers, Settings: s.cfg.Providers, Seed: seed, BaseURL: s.URL, BaseFor: s.calledAt, Outbound: s.process.outbound(s.cfg),
		MaxBody: s.cfg.MaxBody, Warn: s.cfg.Warn, Role: role})
	if err != nil {
		return placed(err)
	}
	s.state.Store(state)
	s.engine.Store(engine)
	return nil
}

func (s *Space) openJournal() (journal.Store, error) {
	if s.process.shared != nil {
		return s.process.shared.cluster.Journal(context.Background(), s.name, s.cfg.Keep, s.cfg.KeepBytes, s.cfg.Warn)
	}
	if s.cfg.Data == "" {
		return memory.New(memory.Limit{Count: s.cfg.Keep, Bytes: s.cfg.KeepBytes}), nil
	}
	return disk.Open(filepath.Join(s.cfg.Data, "journal"), disk.Options{Sync: s.cfg.Sync, Keep: s.cfg.Keep,
		KeepBytes: s.cfg.KeepBytes, Warn: s.cfg.Warn})
}

// seed returns the seed in force: the one asked for, else the one the folder was
// begun with, else a new one.
func (s *Space) seed(state *state.Document) (uint64, error) {
	if s.cfg.Seed != nil {
		state.SaveSoon("seed", fmt.Appendf(nil, "%d", *s.cfg.Seed))
		return *s.cfg.Seed, nil
	}
	var seed uint64
	if raw, ok := state.Load("seed"); ok {
		if err := json.Unmarshal(raw, &seed); err != nil {
			return 0, fmt.Errorf("state: seed: %w", err)
		}
		return seed, nil
	}
	var b [8]byte
	_, _ = rand.Read(b[:])
	seed = binary.LittleEndian.Uint64(b[:])
	state.SaveSoon("seed", fmt.Appendf(nil, "%d", seed))
	return seed, nil
}

// receiverConfig asks the provider side anew each time: another one may stand there
// by then.
func (s *Space) receiverConfig() receiver.Config {
	sample := func(provider, typ string) ([]byte, bool) { return s.Engine().Sample(provider, typ) }
	check := func(provider, typ string, body []byte) *journal.Contract {
		return s.Engine().Check(provider, typ, body)
	}
	return receiver.Config{Version: s.cfg.Version, Budget: &s.process.budget, Sample: sample, Config: inbox.Config{
		Journal: s.journal, Now: func() time.Time { return s.Engine().Now() }, MaxBody: s.cfg.MaxBody,
		Settings: documents{s}, Providers: func() []string { return s.Engine().Judge().Names() }, Origin: s.origin, Verify: s.verify, Check: check,
		Outbound: s.process.outbound(s.cfg), ForwardDepth: &s.process.forwards,
	}}
}

// documents is the state that the space has at the moment.
type documents struct{ s *Space }

func (d documents) Load(name string) (json.RawMessage, bool) { return d.s.state.Load().Load(name) }

func (d documents) Save(name string, v json.RawMessage) error { return d.s.state.Load().Save(name, v) }

// origin tells the receiver what a request of our own belongs to.
func (s *Space) origin(line string) (receiver.Origin, bool) {
	o, ok := s.Engine().Origin(line)
	if !ok {
		return receiver.Origin{}, false
	}
	return receiver.Origin{Provider: o.Provider, Account: o.Account, Type: o.Type, EventID: o.EventID, DeliveryID: o.DeliveryID,
		Subscription: o.Subscription, Attempt: o.Attempt, Detail: o.Detail, Captured: o.Captured}, true
}

func (s *Space) verify(from receiver.Origin, secret string, r inbox.Received) *journal.Signature {
	q := signing.Question{Secret: secret, Method: r.Method, Header: r.Header, Body: r.Body}
	if !s.Engine().Judge().SignsURL(from.Provider) {
		return s.judge(from, q)
	}
	q.URL = "http://" + r.Header.Get("Host") + s.prefix() + r.Target
	v := s.judge(from, q)
	if s.process.secure == nil || v == nil || v.State == signing.Valid {
		return v
	}
	q.URL = "https" + strings.TrimPrefix(q.URL, "http")
	if secure := s.judge(from, q); secure != nil && secure.State == signing.Valid {
		return secure
	}
	return v
}

// judge asks by the secret given, or by the keys that are ours.
func (s *Space) judge(from receiver.Origin, q signing.Question) *journal.Signature {
	if q.Secret == "" {
		return s.Engine().Judge().Own(from.Provider, from.Account, from.Subscription, q)
	}
	v, err := s.Engine().Judge().With(from.Provider, q)
	if err != nil {
		return nil
	}
	return v
}

// configure puts in force what the configuration says beyond the providers.
func (s *Space) configure() error {
	if len(s.cfg.Faults) > 0 {
		if err := s.Engine().SetFaults(s.cfg.Faults); err != nil {
			return placed(err)
		}
	}
	return s.configureInboxes()
}

func (s *Space) configureInboxes() error {
	for _, name := range slices.Sorted(maps.Keys(s.cfg.Inboxes)) {
		if err := s.receiver.SetInbox(name, s.cfg.Inboxes[name]); err != nil {
			return &ConfigError{Path: append([]string{"inboxes", name}, api.Path(err)...), Err: err}
		}
	}
	return nil
}

// ConfigError is a mistake in a part of Config that a file holds, with the place.
type ConfigError struct {
	Path []string // "providers", "shoptet", "attempts"
	Err  error
}

func (e *ConfigError) Error() string { return strings.Join(e.Path, ".") + ": " + e.Err.Error() }

func (e *ConfigError) Unwrap() error { return e.Err }

// placed makes a ConfigError of an error that says its place.
func placed(err error) error {
	if path := api.Path(err); len(path) > 0 {
		return &ConfigError{Path: path, Err: err}
	}
	return err
}

// Journal returns the journal.
func (s *Space) Journal() journal.Store { return s.journal }

// Engine returns the provider side; of many processes' it is a follower's where
// another one leads.
func (s *Space) Engine() *mock.Engine { return s.engine.Load() }

// prefix stands before every path of the space: "" or "/~NAME".
func (s *Space) prefix() string {
	if s.name == "" {
		return ""
	}
	return "/~" + s.name
}

// URL returns where the space is served, "" before the process is bound.
func (s *Space) URL() string {
	if base := s.process.URL(); base != "" {
		return base + s.prefix()
	}
	return ""
}

// bind makes the control API answer for the address that the process listens on.
func (s *Space) bind(addr string) {
	control := s.guard(addr, s.controlMux())
	s.control.Store(&control)
}

// guard lets into a control API whoever may use this space's.
func (s *Space) guard(addr string, next http.Handler) http.Handler {
	tokens := slices.DeleteFunc([]string{s.cfg.Token, s.cfg.spaceToken}, func(token string) bool { return token == "" })
	return receiver.Guard(receiver.GuardConfig{Tokens: tokens, Bound: []string{addr}}, s.process.budget.Limit(next))
}

// attemptsEnd is how long attempts on their way may take to end when a space
// stops.
const attemptsEnd = time.Second

// quiesce ends sending and the streams; what is asked for is still answered.
func (s *Space) quiesce() {
	s.Engine().Quiesce(attemptsEnd)
	s.receiver.Close()
}

// quiesceNow is quiesce without patience: the space is about to be forgotten.
func (s *Space) quiesceNow() {
	s.Engine().Quiesce(0)
	s.receiver.Close()
}

// close saves everything; the space is quiet already.
func (s *Space) close() error {
	var err error
	if s.leave() {
		err = s.Engine().Close()
	}
	return errors.Join(err, s.journal.Close())
}
