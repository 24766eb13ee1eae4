// Package kittest is the test harness that the providers share: one provider
// behind a real listener, calls as a client makes them, a receiver of callbacks,
// and descriptions that answers are held to.
package kittest

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tacklebox/fixtures"
	"tacklebox/mock"
	"tacklebox/mock/clock"
	"tacklebox/mock/provider"
	"tacklebox/mock/state"
	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/memory"
	"tacklebox/receiver/journal/query"
)

// Bench is one provider behind a real listener, alone. Its clock moves when it is
// told to, and by a nanosecond at every look, as no two looks at a real one are
// the same instant; Still stops that.
type Bench struct {
	Engine  *mock.Engine
	Journal journal.Store
	State   *state.Document
	URL     string

	t    testing.TB
	name string
}

// Setup changes what a Bench is made of.
type Setup func(*mock.Config)

// Settings gives the provider a configuration, as JSON.
func Settings(name, doc string) Setup {
	return func(c *mock.Config) {
		var s map[string]json.RawMessage
		if err := json.Unmarshal([]byte(doc), &s); err != nil {
			panic(err) // a mistake of the test
		}
		c.Settings = map[string]map[string]json.RawMessage{name: s}
	}
}

// Still lets the clock stand between two looks, for tests of exact instants.
func Still(c *mock.Config) { c.Clock.Tick(0) }

// On goes on with what an earlier bench left.
func On(log journal.Store, state *state.Document) Setup {
	return func(c *mock.Config) { c.Journal, c.State = log, state }
}

// Start serves a provider until the test ends.
func Start(t testing.TB, p *provider.Provider, at time.Time, setup ...Setup) *Bench {
	t.Helper()
	clock, err := clock.New(clock.Manual, at)
	must(t, err)
	clock.Tick(1)
	catalog, err := fixtures.Load("")
	must(t, err)
	b := &Bench{t: t, name: p.Name}
	cfg := mock.Config{Journal: memory.New(memory.Limit{}), State: State(t, ""), Clock: clock, Catalog: catalog, Providers: []*provider.Provider{p},
		Warn: func(s string) { t.Log("warning:", s) }, BaseURL: func() string { return b.URL }}
	for _, change := range setup {
		change(&cfg)
	}
	b.Journal, b.State = cfg.Journal, cfg.State
	b.Engine, err = mock.New(cfg)
	must(t, err)
	server := httptest.NewServer(b.handler())
	b.URL = server.URL
	b.Engine.Start()
	t.Cleanup(func() {
		server.Close()
		must(t, b.Engine.Close())
	})
	return b
}

// State opens a state; "" is one in memory.
func State(t testing.TB, dir string) *state.Document {
	t.Helper()
	state, err := state.Open(dir)
	must(t, err)
	return state
}

// handler serves the provider below its prefix and by its hosts, and the engine's
// part of the control API.
func (b *Bench) handler() http.HandlerFunc {
	control := api.Mux(b.Engine.Control().Routes(), http.NotFoundHandler())
	return func(rw http.ResponseWriter, r *http.Request) {
		if path, below := mock.PathBehind(r.RequestURI, "/"+b.name); below {
			b.Engine.ServeProvider(b.name, path, rw, r)
		} else if name := b.Engine.HostOf(r.Host); name != "" {
			b.Engine.ServeProvider(name, strings.SplitN(r.RequestURI, "?", 2)[0], rw, r)
		} else {
			control.ServeHTTP(rw, r)
		}
	}
}

// Fire lets an event of the provider happen.
func (b *Bench) Fire(f api.Firing) api.Fired {
	b.t.Helper()
	f.Provider = b.name
	fired, err := b.Engine.Fire(context.Background(), f)
	must(b.t, err)
	return fired
}

// Advance moves the clock and returns when everything that fell due has been
// attempted.
func (b *Bench) Advance(d time.Duration) {
	b.t.Helper()
	const patience = 20 * time.Second
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	must(b.t, b.Engine.Advance(ctx, b.Engine.Now().Add(d)))
}

// PutSettings changes the common settings, or an account's.
func (b *Bench) PutSettings(account, doc string) Answer {
	b.t.Helper()
	return Call(b.t, http.MethodPut, b.URL+"/_/providers/"+b.name+"/settings?account="+account, doc)
}

// Entries returns what the journal has for a filter.
func (b *Bench) Entries(q string) (list []*journal.Entry) {
	b.t.Helper()
	f, err := query.Parse(q, b.Engine.Now)
	must(b.t, err)
	must(b.t, b.Journal.Scan(context.Background(), 0, 0, false, f, func(e *journal.Entry) bool {
		list = append(list, e.Clone())
		return true
	}))
	return list
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
