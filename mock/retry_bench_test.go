package mock

import (
	"context"
	"fmt"
	"net"
	"testing"
	"testing/fstest"
	"time"

	"tacklebox/fixtures"
	"tacklebox/mock/clock"
	"tacklebox/mock/provider"
	"tacklebox/mock/state"
	"tacklebox/receiver/api"
	"tacklebox/receiver/journal/memory"
)

// BenchmarkDueRetries fires events at a port that nobody listens on and moves
// the clock to their retries, which fall due at as many moments: what one
// delivery costs must not grow with how many wait.
func BenchmarkDueRetries(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 50_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				retryAll(b, n)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/delivery")
		})
	}
}

func retryAll(b *testing.B, n int) {
	e := deafEngine(b)
	defer func() { _ = e.Close() }()
	target := closedPort(b)
	for done := 0; done < n; done += 1000 {
		if _, err := e.Fire(context.Background(), api.Firing{Provider: "deaf", Type: "noise", To: target, Count: min(1000, n-done)}); err != nil {
			b.Fatal(err)
		}
	}
	if err := e.Advance(b.Context(), e.Now().Add(24*time.Hour)); err != nil {
		b.Fatal(err)
	}
	if next, any := e.Next(); any {
		b.Fatalf("something is still due at %s", next)
	}
}

// deafEngine has one provider whose deliveries are retried once, each at a
// moment of its own.
func deafEngine(b *testing.B) *Engine {
	clock, err := clock.New(clock.Manual, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		b.Fatal(err)
	}
	state, _ := state.Open("")
	nth := 0
	deaf := &provider.Provider{Name: "deaf", Title: "Deaf", API: provider.API{Serve: func(*provider.World, *provider.Call) provider.Reply { return provider.Reply{Status: 404} }},
		Request: func(_ *provider.World, d *provider.Delivery) (*provider.Outgoing, error) {
			return &provider.Outgoing{Method: "POST", URL: d.URL, Body: d.Body}, nil
		},
		Policy: func(*provider.World, string) provider.Policy {
			return provider.Policy{Next: func(_ *provider.Delivery, n int, ended time.Time) (time.Time, bool) {
				nth++
				return ended.Add(time.Hour + time.Duration(nth*7919%3_600_000)*time.Millisecond), n == 1
			}}
		}}
	e, err := New(Config{Journal: memory.New(memory.Limit{}), State: state, Clock: clock, Providers: []*provider.Provider{deaf},
		Catalog: fixtures.New(fstest.MapFS{
			"deaf/catalog.json": {Data: []byte(`{"title":"Deaf","events":[{"type":"noise","about":"a noise","evidence":"decision","sample":"noise.json"}]}`)},
			"deaf/noise.json":   {Data: []byte(`{"loud":true}`)}}),
		BaseURL: func() string { return "http://127.0.0.1" }})
	if err != nil {
		b.Fatal(err)
	}
	e.Start()
	return e
}

// closedPort is a URL that refuses connections.
func closedPort(b *testing.B) string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer ln.Close()
	return "http://" + ln.Addr().String() + "/"
}
