package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"tacklebox/mock"
	"tacklebox/mock/sandbox/shared"
	"tacklebox/mock/state"
	"tacklebox/receiver"
	"tacklebox/receiver/journal"
)

// sharing is what a process has of a sandbox that many processes are: any of them
// captures and reads, one leads the provider side of every space, and the others
// pass its calls on (the public contract, section 14).
type sharing struct {
	cluster *shared.Cluster
	lease   atomic.Pointer[shared.Lease] // nil until the process serves
	stop    context.CancelFunc
	ended   sync.WaitGroup

	transport http.Transport                  // to the leader
	leads     atomic.Pointer[context.Context] // ends when this process leads no more; nil: it never did
}

// connect reaches the servers that the configuration names.
func connect(cfg Config) (*sharing, error) {
	address, err := shared.ParseAddress(cfg.Shared)
	if err != nil {
		return nil, fmt.Errorf("--shared: %w", err)
	}
	cluster, err := shared.Open(context.Background(), shared.Options{Address: address, Credentials: cfg.NATSCreds, Sync: cfg.Sync, Warn: cfg.Warn})
	if err != nil {
		return nil, err
	}
	return &sharing{cluster: cluster, stop: func() {}}, nil
}

// open reports that the servers may still be asked.
func (sh *sharing) open() bool { return sh != nil && !sh.cluster.Closed() }

// CheckShared looks at the servers of a shared sandbox; reached is false when there
// was nothing to look at.
func CheckShared(ctx context.Context, address, credentials string) (findings []shared.Finding, reached bool, err error) {
	a, err := shared.ParseAddress(address)
	if err != nil {
		return nil, false, fmt.Errorf("--shared: %w", err)
	}
	findings, reached = shared.Check(ctx, shared.Options{Address: a, Credentials: credentials})
	return findings, reached, nil
}

// Away reports that the servers of a shared sandbox cannot be used.
func Away(err error) bool {
	var said *shared.Error
	return errors.As(err, &said)
}

// close gives back the lease and leaves.
func (sh *sharing) close() {
	if sh == nil {
		return
	}
	sh.stop()
	sh.ended.Wait()
	sh.transport.CloseIdleConnections()
	sh.cluster.Close()
}

// campaign leads whenever nobody else does.
func (sh *sharing) campaign(s *Sandbox) {
	ctx, stop := context.WithCancel(context.Background())
	sh.stop = stop
	lease := sh.cluster.NewLease(s.advertised())
	sh.lease.Store(lease)
	sh.ended.Go(func() { lease.Campaign(ctx, s.leadAll) })
	sh.ended.Go(func() { sh.watchSpaces(ctx, s.spaces) })
}

// leadAll leads every space while ctx lasts.
func (s *Sandbox) leadAll(ctx context.Context) {
	s.shared.leads.Store(&ctx) // a space that is opened from now on is led by who opens it
	s.lead(ctx)
	s.cfg.Warn("this process leads the provider side")
	s.spaces.leadAll(ctx)
	<-ctx.Done()
	s.follow()
	s.spaces.each(func(sp *Space) { sp.follow() })
}

// begin lets a space that was opened just now send what is due: at once, or when
// this process leads.
func (sh *sharing) begin(sp *Space) {
	if sh == nil {
		sp.Engine().Start()
	} else if ctx := sh.leads.Load(); ctx != nil {
		sp.lead(*ctx)
	}
}

// leading reports whether this process holds the lease.
func (sh *sharing) leading() bool {
	lease := sh.lease.Load()
	return lease != nil && lease.Leads()
}

// leader is where the leading process answers, "" while there is none. It waits a
// moment for one: a process that begins has not asked yet.
func (sh *sharing) leader(ctx context.Context) string {
	lease := sh.lease.Load()
	if lease == nil {
		return ""
	}
	for range leaderAsks {
		if url := lease.Leader(); url != "" {
			return url
		}
		wait(ctx, leaderAgain)
	}
	return lease.Leader()
}

const (
	leaderAsks  = 10
	leaderAgain = 50 * time.Millisecond
)

// advertised is where the other processes reach this one.
func (s *Sandbox) advertised() string {
	if s.cfg.Advertise != "" {
		return s.cfg.Advertise
	}
	bound, _ := s.address()
	host, port, err := net.SplitHostPort(bound)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsUnspecified() {
		return s.Local()
	}
	addresses, _ := net.InterfaceAddrs()
	for _, a := range addresses {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() && n.IP.To4() != nil {
			return "http://" + net.JoinHostPort(n.IP.String(), port)
		}
	}
	return s.Local()
}

// part is a space's side of that.
type part struct {
	mu     sync.Mutex // one change of part at a time
	led    atomic.Bool
	left   bool
	place  atomic.Pointer[shared.Place] // what a follower follows
	stop   context.CancelFunc           // of following; nil: it does not
	ended  sync.WaitGroup
	before map[string]json.RawMessage // sections as they were observed last
}

// join begins as a follower.
func (s *Space) join() error {
	if err := s.composeFollower(); err != nil {
		return err
	}
	s.receiver = receiver.New(s.receiverConfig())
	s.startFollowing()
	return nil
}

func (s *Space) composeFollower() error {
	place := s.process.shared.cluster.Place(s.name)
	s.part.place.Store(place)
	return s.compose(func(string) (*state.Document, error) { return state.OpenAt(place) }, mock.Follows, s.journal)
}

// leads reports whether the provider side is this process's.
func (s *Space) leads() bool {
	return s.process.shared == nil || s.part.led.Load() && s.process.shared.leading()
}

// lead takes the provider side over: what waited goes on. It tries until it
// succeeds or ctx ends.
func (s *Space) lead(ctx context.Context) {
	s.part.mu.Lock()
	defer s.part.mu.Unlock()
	for ctx.Err() == nil && !s.part.left && !s.part.led.Load() {
		err := s.takeOver(ctx)
		if err == nil {
			return
		}
		s.cfg.Warn(fmt.Sprintf("leading: %v", err))
		wait(ctx, retakeAfter)
	}
}

const retakeAfter = 250 * time.Millisecond

func (s *Space) takeOver(ctx context.Context) error {
	s.part.unfollow()
	place := s.process.shared.cluster.Place(s.name)
	if err := place.Fence(ctx); err != nil {
		return err
	}
	s.journalRefresh()
	log := led{s.journal, s.process.shared}
	if err := s.compose(func(string) (*state.Document, error) { return state.OpenAt(place) }, mock.TakesOver, log); err != nil {
		return err
	}
	s.receiver.Reload()
	if err := s.configureOnce(); err != nil {
		return err
	}
	s.rebind()
	s.Engine().Start()
	s.part.led.Store(true)
	return nil
}

// configureOnce puts in force what the configuration says, unless an earlier leader
// with the same one did: what was changed since then stays.
func (s *Space) configureOnce() error {
	const section = "configured"
	want, err := json.Marshal([]any{s.cfg.Faults, s.cfg.Inboxes})
	if err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	if was, _ := s.state.Load().Load(section); bytes.Equal(was, want) {
		return nil
	}
	if err := s.configure(); err != nil {
		return err
	}
	return s.state.Load().Save(section, want)
}

// follow leaves the provider side to another process. The engine stays, to judge
// what arrives; it sends nothing more.
func (s *Space) follow() {
	s.part.mu.Lock()
	defer s.part.mu.Unlock()
	if s.part.left {
		return
	}
	s.part.led.Store(false)
	s.Engine().Quiesce(0)
	if s.part.stop == nil {
		s.part.place.Store(s.process.shared.cluster.Place(s.name))
		s.startFollowing()
	}
}

// leave ends the space's part; it reports whether there is something to save.
func (s *Space) leave() (saves bool) {
	s.part.mu.Lock()
	defer s.part.mu.Unlock()
	s.part.left = true
	s.part.unfollow()
	return s.leads()
}

// startFollowing keeps what is known of the keys in force and of inboxes as the
// leader has it.
func (s *Space) startFollowing() {
	ctx, stop := context.WithCancel(context.Background())
	s.part.stop, s.part.before = stop, nil
	place := s.part.place.Load()
	s.part.ended.Go(func() {
		for ctx.Err() == nil {
			if err := place.Follow(ctx, s.observe); err != nil {
				wait(ctx, retakeAfter)
			}
		}
	})
}

func (p *part) unfollow() {
	if p.stop != nil {
		p.stop()
		p.ended.Wait()
		p.stop = nil
	}
}

// observe takes over what has changed in the state.
func (s *Space) observe(sections map[string]json.RawMessage) {
	for name, section := range sections {
		if bytes.Equal(section, s.part.before[name]) {
			continue
		}
		if err := s.Engine().Observe(name, section); err != nil {
			s.cfg.Warn(err.Error())
		}
	}
	s.part.before = sections
	s.state.Load().Observe(sections)
	s.receiver.Reload()
}

// rebind makes the control API that of the engine which is there now.
func (s *Space) rebind() {
	if bound, _ := s.process.address(); bound != "" {
		s.bind(bound)
	}
}

// journalRefresh makes the next reader ask how far the log goes.
func (s *Space) journalRefresh() {
	if log, ok := s.journal.(interface{ Refresh() }); ok {
		log.Refresh()
	}
}

// led is the log as the leader's engine writes it: not beyond the lease.
type led struct {
	journal.Store
	shared *sharing
}

// Append implements journal.Store.
func (l led) Append(e *journal.Entry) journal.Receipt {
	if !l.shared.leading() {
		return journal.Refused(fmt.Errorf("%w: another process leads by now", journal.ErrUnavailable))
	}
	return l.Store.Append(e)
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
