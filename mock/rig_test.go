package mock

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"tacklebox/fixtures"
	"tacklebox/mock/clock"
	"tacklebox/mock/provider"
	"tacklebox/mock/state"
	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/memory"
	"tacklebox/receiver/journal/query"
)

var rigStart = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// rig is an engine with one plain provider, "plain", and a sink that its
// callbacks go to. What lasts (journal and state) is handed on by again.
type rig struct {
	t     *testing.T
	e     *Engine
	w     *service
	p     *provider.Provider
	sink  *sink
	store journal.Store
	state *state.Document
	made  func(*provider.Provider, *Config)

	warnMu sync.Mutex
	warned []string
}

// newRig starts an engine; change, when not nil, fits the provider and the
// configuration before.
func newRig(t *testing.T, change func(p *provider.Provider, cfg *Config)) *rig {
	t.Helper()
	state, err := state.Open("")
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, sink: newSink(t), store: memory.New(memory.Limit{}), state: state, made: change}
	r.open()
	return r
}

func (r *rig) open() {
	r.t.Helper()
	clock, err := clock.New(clock.Manual, rigStart)
	if err != nil {
		r.t.Fatal(err)
	}
	r.p = plainProvider()
	cfg := Config{Journal: r.store, State: r.state, Clock: clock, Catalog: plainCatalog(), Seed: 7,
		BaseURL: func() string { return "http://sandbox.test" }, Warn: r.warn}
	if r.made != nil {
		r.made(r.p, &cfg)
	}
	cfg.Providers = append([]*provider.Provider{r.p}, cfg.Providers...)
	if r.e, err = New(cfg); err != nil {
		r.t.Fatal(err)
	}
	r.w = r.e.services[r.p.Name]
	r.e.Start()
	engine := r.e
	r.t.Cleanup(func() { _ = engine.Close() })
}

func (r *rig) warn(text string) {
	r.warnMu.Lock()
	defer r.warnMu.Unlock()
	r.warned = append(r.warned, text)
}

func (r *rig) warnings() string {
	r.warnMu.Lock()
	defer r.warnMu.Unlock()
	return strings.Join(r.warned, "\n")
}

// again stops the engine and starts another on what the first left.
func (r *rig) again() {
	r.t.Helper()
	if err := r.e.Close(); err != nil {
		r.t.Fatal(err)
	}
	r.open()
}

// do runs fn in the provider's world.
func (r *rig) do(fn func(w *provider.World)) {
	r.t.Helper()
	if err := r.w.do(func() { fn(r.w.world) }); err != nil {
		r.t.Fatal(err)
	}
}

// subscribe registers a subscription to both types at a path of the sink.
func (r *rig) subscribe(account, id string) {
	r.t.Helper()
	r.do(func(w *provider.World) {
		w.Account(account).Add(&provider.Sub{ID: id, URL: r.sink.URL + "/" + id, Types: []string{"made", "lost"}, Enabled: true, Created: w.Now()})
	})
}

// fire lets "made" happen with a body that is a text, once for each text.
func (r *rig) fire(bodies ...string) (ids []string) {
	r.t.Helper()
	for _, b := range bodies {
		fired, err := r.e.Fire(context.Background(), api.Firing{Provider: "plain", Type: "made", Body: provider.Encode(b)})
		if err != nil {
			r.t.Fatal(err)
		}
		ids = append(ids, fired.Events[0].ID)
	}
	return ids
}

// patience is as long as the test may take at all: a loaded machine is no failure.
func patience(t *testing.T) (context.Context, context.CancelFunc) {
	end, limited := t.Deadline()
	if !limited {
		return context.WithCancel(context.Background())
	}
	return context.WithDeadline(context.Background(), end.Add(-5*time.Second)) // to say what was missing
}

func (r *rig) advance(d time.Duration) {
	r.t.Helper()
	ctx, cancel := patience(r.t)
	defer cancel()
	if err := r.e.Advance(ctx, r.e.Now().Add(d)); err != nil {
		r.t.Fatal(err)
	}
}

// idle returns once nothing is on its way and everything can be read.
func (r *rig) idle() {
	r.t.Helper()
	r.advance(0)
}

// entries lists what the journal holds of a filter, oldest first.
func (r *rig) entries(q string) (list []*journal.Entry) {
	r.t.Helper()
	f, err := query.Parse(q, r.e.Now)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := r.store.Scan(context.Background(), 0, 0, false, f, func(e *journal.Entry) bool {
		list = append(list, e.Clone())
		return true
	}); err != nil {
		r.t.Fatal(err)
	}
	return list
}

// waitFor returns the entries of a filter as soon as there are n.
func (r *rig) waitFor(n int, q string) []*journal.Entry {
	r.t.Helper()
	ctx, cancel := patience(r.t)
	defer cancel()
	for {
		_, last := r.store.Bounds()
		if list := r.entries(q); len(list) >= n {
			return list
		}
		if _, err := r.store.Wait(ctx, last); err != nil {
			r.t.Fatalf("%d entries of %q, want %d", len(r.entries(q)), q, n)
		}
	}
}

// sub returns a subscription as it stands.
func (r *rig) sub(account, id string) (s provider.Sub) {
	r.t.Helper()
	r.do(func(w *provider.World) { s = *w.Account(account).Sub(id) })
	return s
}

// states lists how an account's deliveries stand, oldest first.
func (r *rig) states(account string) string {
	r.t.Helper()
	var list []string
	r.do(func(w *provider.World) {
		for _, d := range w.Deliveries(account) {
			list = append(list, string(d.State))
		}
	})
	return strings.Join(list, " ")
}

// sink is a receiver of callbacks. It answers what replies says of the n-th
// request (from 0), 200 when that is nil.
type sink struct {
	*httptest.Server
	replies func(n int, path, body string) int

	mu  sync.Mutex
	got []string // "METHOD /path body"
}

func newSink(t *testing.T) *sink {
	t.Helper()
	s := &sink{}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *sink) ServeHTTP(rw http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	s.mu.Lock()
	n, replies := len(s.got), s.replies
	s.got = append(s.got, fmt.Sprintf("%s %s %s", req.Method, req.RequestURI, body))
	s.mu.Unlock()
	status := http.StatusOK
	if replies != nil {
		status = replies(n, req.RequestURI, string(body))
	}
	rw.WriteHeader(status)
}

// answer makes the sink give these statuses, then 200.
func (s *sink) answer(statuses ...int) {
	s.reply(func(n int, _, _ string) int {
		if n < len(statuses) {
			return statuses[n]
		}
		return http.StatusOK
	})
}

// reply makes the sink ask a function for each status, from now on.
func (s *sink) reply(f func(n int, path, body string) int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from := len(s.got)
	s.replies = func(n int, path, body string) int { return f(n-from, path, body) }
}

// requests lists what came, without the method.
func (s *sink) requests() (list []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.got {
		_, rest, _ := strings.Cut(g, " ")
		list = append(list, rest)
	}
	return list
}

// plainProvider is the least that a provider can be: it posts the body, and
// tries twice more, a minute and then an hour later.
func plainProvider() *provider.Provider {
	return &provider.Provider{Name: "plain", Title: "Plain",
		API: provider.API{Home: "/v1", Serve: func(*provider.World, *provider.Call) provider.Reply {
			return provider.Reply{Status: http.StatusNotFound}
		}},
		Request: func(_ *provider.World, d *provider.Delivery) (*provider.Outgoing, error) {
			return &provider.Outgoing{Method: "POST", URL: d.URL, Body: d.Body, Header: []provider.Field{{Name: "Content-Type", Value: "text/plain"}}}, nil
		},
		Policy: func(*provider.World, string) provider.Policy { return plainPolicy(false) },
	}
}

// holding makes a failure stop the whole subscription.
func holding(p *provider.Provider, _ *Config) {
	p.Policy = func(*provider.World, string) provider.Policy { return plainPolicy(true) }
}

func plainPolicy(hold bool) provider.Policy {
	waits := []time.Duration{time.Minute, time.Hour}
	return provider.Policy{Timeout: 5 * time.Second, Hold: hold, Next: func(_ *provider.Delivery, n int, ended time.Time) (time.Time, bool) {
		if n > len(waits) {
			return time.Time{}, false
		}
		return ended.Add(waits[n-1]), true
	}}
}

func plainCatalog() *fixtures.Catalog {
	return fixtures.New(fstest.MapFS{
		"plain/catalog.json": {Data: []byte(`{"title":"Plain","events":[
			{"type":"made","about":"made","evidence":"decision","sample":"samples/made.json"},
			{"type":"lost","about":"lost","evidence":"decision","sample":"samples/lost.json"}]}`)},
		"plain/samples/made.json": {Data: []byte(`{"id":1,"name":"nut"}`)},
		"plain/samples/lost.json": {Data: []byte(`{"id":2,"name":"bolt"}`)},
	})
}

// equal compares lists and shows both when they differ.
func equal[T comparable](t *testing.T, what string, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func rawMap(pairs ...string) map[string]json.RawMessage {
	m := map[string]json.RawMessage{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = json.RawMessage(pairs[i+1])
	}
	return m
}
