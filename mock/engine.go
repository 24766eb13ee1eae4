package mock

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"tacklebox/fixtures"
	"tacklebox/mock/clock"
	"tacklebox/mock/describe"
	"tacklebox/mock/fault"
	"tacklebox/mock/provider"
	"tacklebox/mock/sender"
	"tacklebox/mock/state"
	"tacklebox/mock/verify"
	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/outbound"
)

// Config is what an Engine is made of.
type Config struct {
	Journal   journal.Store
	State     *state.Document
	Clock     *clock.Clock
	Catalog   *fixtures.Catalog
	Providers []*provider.Provider
	Settings  map[string]map[string]json.RawMessage // the `providers` section of the configuration
	Seed      uint64
	BaseURL   func() string // this instance's address
	// BaseFor is the address that the client of a request called, for links in its
	// answer; "" or nil: BaseURL's.
	BaseFor  func(*http.Request) string
	Outbound outbound.Rules // where deliveries may go
	MaxBody  int64          // bytes of a body that an entry keeps; 0 is 1 MiB
	Warn     func(string)
	Budget   *Budget // of what waits to be delivered; nil: one of its own
	// Role says whether others work on the same journal and state.
	Role Role
}

// Role is an engine's part among several.
type Role int

// An engine is alone, or it follows another, or it goes on after another.
const (
	Alone Role = iota
	Follows
	TakesOver
)

// Engine runs the mock providers.
type Engine struct {
	cfg      Config
	journal  journal.Store
	log      log // what the engine appends to it
	clock    *clock.Clock
	rand     provider.SeededRand
	state    *state.Document
	services map[string]*service
	schedule *clock.Schedule[due]
	sender   *sender.Sender
	judge    *verify.Judge
	slots    chan struct{} // one for each attempt on its way
	stop     context.CancelFunc
	ctx      context.Context
	wg       sync.WaitGroup
	begun    atomic.Bool // Start was called, once and for all
	started  atomic.Bool // lanes may run: until Quiesce

	lifeMu sync.Mutex // starting and ending, one after the other

	way    onItsWay
	moving sync.Mutex // one mover of the clock at a time

	checkpointMu    sync.Mutex // one writer of checkpoints at a time
	sinceCheckpoint atomic.Int64
	checkpointSize  atomic.Int64 // deliveries in the last one

	faults fault.Kept
}

const (
	attemptsAtOnce = 256
	mebibyte       = 1 << 20
)

// New makes an engine and brings back what the state and the journal remember.
// Nothing is sent before Start.
func New(cfg Config) (*Engine, error) {
	if cfg.MaxBody == 0 {
		cfg.MaxBody = mebibyte
	}
	if cfg.Budget == nil {
		cfg.Budget = NewBudget(ordinaryBudget)
	}
	if cfg.Warn == nil {
		cfg.Warn = func(string) {}
	}
	e := &Engine{cfg: cfg, journal: cfg.Journal, clock: cfg.Clock, rand: provider.SeededRand{Seed: cfg.Seed}, state: cfg.State,
		services: map[string]*service{}, schedule: clock.NewSchedule[due](), slots: make(chan struct{}, attemptsAtOnce)}
	e.ctx, e.stop = context.WithCancel(context.Background())
	e.judge = verify.New(keys{e}, e.clock.Now, e.journal)
	e.log = log{journal: e.journal, grown: e.checkpointSoon}
	e.way = onItsWay{over: e.ctx.Done(), none: e.schedule.Wake}
	e.faults = fault.Kept{Now: e.clock.Now, Provider: keys{e}.Provider, Save: func(v json.RawMessage) error { return e.state.Save("faults", v) }, Warn: e.cfg.Warn}
	e.sender = sender.New(cfg.Outbound, cfg.MaxBody)
	for _, p := range cfg.Providers {
		if err := e.add(p); err != nil {
			return nil, err
		}
	}
	for name := range cfg.Settings {
		if e.services[name] == nil {
			return nil, api.At(e.unknownProvider(name), "providers", name)
		}
	}
	if err := e.recover(); err != nil {
		return nil, err
	}
	return e, nil
}

func (e *Engine) add(p *provider.Provider) error {
	w := &service{engine: e, provider: p}
	w.book = provider.NewBook(p, hooks{w}, sync.OnceValue(func() *provider.Catalogue { return e.catalogue(p.Name) }),
		func(raw json.RawMessage) error { return permitURL(e.cfg.Outbound, raw) })
	w.world = w.book.World()
	w.about = describe.Of(p, w.world, e.cfg.Warn)
	if e.cfg.Catalog.Overridden() {
		if _, err := e.cfg.Catalog.Provider(p.Name); err != nil {
			return err
		}
	}
	w.clear()
	if err := w.book.Settings().Configure(e.cfg.Settings[p.Name]); err != nil {
		return err
	}
	e.services[p.Name] = w
	return nil
}

// catalogue reads a provider's fixtures when they are first asked for: reading
// all of them would take most of the time that starting takes. The embedded ones
// cannot be wrong, and overrides were checked before.
func (e *Engine) catalogue(name string) *provider.Catalogue {
	cat, err := e.cfg.Catalog.Provider(name)
	if err != nil {
		e.cfg.Warn(err.Error())
		return &provider.Catalogue{Name: name}
	}
	return cat
}

// Start begins to send what is due. Starting twice is the same as once, starting
// after the end is nothing: who serves may be late for who stops.
func (e *Engine) Start() {
	e.lifeMu.Lock()
	defer e.lifeMu.Unlock()
	if e.begun.Swap(true) {
		return
	}
	e.started.Store(true)
	for _, w := range e.services {
		w.mu.Lock()
		for _, q := range w.queues {
			w.run(q)
		}
		w.mu.Unlock()
	}
	e.checkpointSoon() // when much was read again
	e.wg.Add(1)
	go e.runClock()
}

// Running reports whether what is due is being sent.
func (e *Engine) Running() bool { return e.started.Load() }

// Quiesce ends sending: what is on its way may finish within patience, what is
// not yet begun goes on after the next start.
func (e *Engine) Quiesce(patience time.Duration) {
	e.lifeMu.Lock()
	e.begun.Store(true) // a start that comes late finds it
	e.started.Store(false)
	e.lifeMu.Unlock()
	for _, w := range e.services {
		w.settled() // whoever saw it running has begun by now
	}
	ctx, cancel := context.WithTimeout(e.ctx, patience)
	defer cancel()
	_ = e.way.wait(ctx) // what has not ended by then is cut off and not recorded
	e.stop()
	e.sender.Interrupt()
	e.wg.Wait()
	e.sender.Close()
}

// settled returns when nobody is inside the world who came before.
func (w *service) settled() {
	w.mu.Lock()
	defer w.mu.Unlock()
}

// Close ends sending at once and saves everything.
func (e *Engine) Close() error {
	e.Quiesce(0)
	var first error
	for _, name := range e.Names() {
		w := e.services[name]
		w.mu.Lock()
		f := w.save()
		w.mu.Unlock()
		if err := f.Wait(); err != nil && first == nil {
			first = err
		}
	}
	if err := e.Checkpoint(); err != nil && first == nil {
		first = err
	}
	if err := e.saveClock(true); err != nil && first == nil {
		first = err
	}
	return first
}

// clockSection names the section of the state that savedClock is.
const clockSection = "clock"

// savedClock is the section of the state that is not a provider's.
type savedClock struct {
	Mode  string    `json:"mode"`
	Now   time.Time `json:"now"`
	Clean bool      `json:"clean"` // the last run ended by itself
	Epoch uint64    `json:"epoch"` // how many runs did not
}

func (e *Engine) saveClock(clean bool) error {
	return e.state.Save(clockSection, e.savedClock(clean))
}

func (e *Engine) savedClock(clean bool) json.RawMessage {
	return provider.Encode(savedClock{e.clock.Mode(), e.clock.Now(), clean, e.rand.Epoch})
}

// Now returns the time on the engine's clock.
func (e *Engine) Now() time.Time { return e.clock.Now() }

// Names lists the providers in the order of the composition.
func (e *Engine) Names() []string {
	var names []string
	for _, p := range e.cfg.Providers {
		names = append(names, p.Name)
	}
	return names
}

// Reset forgets accounts, subscriptions, settings and everything on its way; a
// manual or auto clock goes back to its first instant.
func (e *Engine) Reset() error {
	e.moving.Lock()
	defer e.moving.Unlock()
	e.schedule.Clear()
	e.clock.Restart(e.clock.Start())
	for _, name := range e.Names() {
		w := e.services[name]
		if err := w.do(w.forget); err != nil {
			return err
		}
	}
	if err := e.faults.Set(nil); err != nil {
		return err
	}
	return e.saveClock(false)
}

// BaseURL returns where a provider's API begins.
func (e *Engine) BaseURL(name string) string {
	w := e.services[name]
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.world.Home()
}

// Check holds a callback body against the schema of a provider's event type. nil:
// there is no verdict.
func (e *Engine) Check(provider, typ string, body []byte) *journal.Contract {
	if w := e.services[provider]; w != nil {
		return w.about.Check(typ, body)
	}
	return nil
}

// Sample returns the catalogue's sample body of an event type.
func (e *Engine) Sample(provider, typ string) (body []byte, ok bool) {
	w := e.services[provider]
	if w == nil {
		return nil, false
	}
	body, err := w.world.Catalogue().Sample(typ)
	return body, err == nil
}

// Origin returns what a request of ours belongs to that came in on a line
// (outbound.LineOf).
func (e *Engine) Origin(line string) (*sender.Origin, bool) { return e.sender.Origin(line) }

// Judge signs and verifies by the providers' keys.
func (e *Engine) Judge() *verify.Judge { return e.judge }

// keys is the engine as the judge asks it.
type keys struct{ *Engine }

func (k keys) Provider(name string) *provider.Provider {
	if w := k.services[name]; w != nil {
		return w.provider
	}
	return nil
}

func (k keys) Look(name string, fn func(*provider.World)) {
	w := k.services[name]
	w.look(func() { fn(w.world) })
}
