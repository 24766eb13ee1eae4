package mock

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"tacklebox/mock/clock"
	"tacklebox/mock/provider"
	"tacklebox/mock/state"
	"tacklebox/receiver/api"
	"tacklebox/receiver/journal/disk"
)

// BenchmarkSend fires events at a subscription of a receiver that answers at once.
func BenchmarkSend(b *testing.B) {
	sink := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	defer sink.Close()
	e := benchEngine(b, b.TempDir())
	defer func() { _ = e.Close() }()
	w := e.services["plain"]
	_ = w.do(func() {
		for i := range 32 {
			w.world.Account(fmt.Sprint(i)).Add(&provider.Sub{ID: "s", URL: sink.URL, Types: []string{"made"}, Enabled: true})
		}
	})
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := e.Fire(context.Background(), api.Firing{Provider: "plain", Type: "made", Account: fmt.Sprint(i % 32)}); err != nil {
			b.Fatal(err)
		}
	}
	_ = e.way.wait(context.Background())
}

// benchEngine has the plain provider, a real clock and a journal on disk.
func benchEngine(b *testing.B, dir string) *Engine {
	store, err := disk.Open(dir, disk.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = store.Close() })
	clock, err := clock.New(clock.Real, time.Time{})
	if err != nil {
		b.Fatal(err)
	}
	state, err := state.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	e, err := New(Config{Journal: store, State: state, Clock: clock, Catalog: plainCatalog(), Providers: []*provider.Provider{plainProvider()},
		BaseURL: func() string { return "http://localhost" }})
	if err != nil {
		b.Fatal(err)
	}
	e.Start()
	return e
}
