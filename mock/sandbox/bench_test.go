package sandbox

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// BenchmarkDeliver fires events over HTTP and waits until the last one has
// reached a receiver elsewhere. "relay" is the least a sender can do with the
// same requests: take one, send one.
func BenchmarkDeliver(b *testing.B) {
	b.Run("relay", func(b *testing.B) {
		sink := newSink(b)
		work := make(chan string, 4096)
		for range 64 {
			go func() {
				for body := range work {
					resp, err := http.DefaultClient.Post(sink.URL, "application/json", strings.NewReader(body))
					if err == nil {
						_, _ = io.Copy(io.Discard, resp.Body)
						_ = resp.Body.Close()
					}
				}
			}()
		}
		relay := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			work <- string(body)
		}))
		defer relay.Close()
		drive(b, relay.URL, sink, `{"n":1}`)
	})
	b.Run("tacklebox", func(b *testing.B) {
		sink := newSink(b)
		sb, err := Open(Config{Data: b.TempDir()})
		if err != nil {
			b.Fatal(err)
		}
		server := httptest.NewUnstartedServer(sb)
		sb.Bind(server.Listener.Addr())
		sb.Engine().Start()
		server.Start()
		defer func() { _ = sb.Shutdown(b.Context()) }()
		defer server.Close()
		drive(b, server.URL+"/_/events", sink, `{"provider":"shoptet","type":"order:create","to":"`+sink.URL+`/in","set":{"eventInstance":"tok-0000000001"}}`)
	})
}

type sink struct {
	*httptest.Server
	got  atomic.Int64
	want int64
	done chan struct{}
}

func newSink(b *testing.B) *sink {
	s := &sink{done: make(chan struct{})}
	s.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if s.got.Add(1) == atomic.LoadInt64(&s.want) {
			close(s.done)
		}
	}))
	b.Cleanup(s.Close)
	return s
}

// drive posts b.N requests over 32 connections and waits for what they cause.
func drive(b *testing.B, url string, s *sink, body string) {
	atomic.StoreInt64(&s.want, int64(b.N))
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32}}
	var left atomic.Int64
	left.Store(int64(b.N))
	b.ResetTimer()
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				resp, err := client.Post(url, "application/json", strings.NewReader(body))
				if err != nil {
					b.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
			}
		})
	}
	wg.Wait()
	<-s.done
}
