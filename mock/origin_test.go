package mock

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"

	"tacklebox/mock/provider"
	"tacklebox/receiver/outbound"
)

// TestEveryRequestHasAnOrigin sends over few connections at once and asks, while
// each request is under way, whom its sender's address belongs to: a connection
// that is handed on must not lose the next one's origin.
func TestEveryRequestHasAnOrigin(t *testing.T) {
	t.Parallel()
	s := newSender(outbound.Rules{}, mebibyte)
	defer s.close()
	var mu sync.Mutex
	lost := 0
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if o, ok := s.origin(outbound.LineOf(r)); !ok || o.EventID != r.Header.Get("X-Event") {
			mu.Lock()
			lost++
			mu.Unlock()
		}
	}))
	defer server.Close()
	var wg sync.WaitGroup
	for _, name := range []string{"a", "b", "c", "d"} {
		wg.Go(func() {
			for range 500 {
				sendOnce(t, s, server.URL, name)
			}
		})
	}
	wg.Wait()
	if lost > 0 {
		t.Errorf("%d of 2000 requests had no origin or another's", lost)
	}
}

func sendOnce(t *testing.T, s *sender, to, event string) {
	t.Helper()
	out := &provider.Outgoing{Method: "POST", URL: to, Header: []provider.Field{{Name: "X-Event", Value: event}}, Body: []byte("x")}
	if _, err := s.do(t.Context(), mustParse(t, to), try{out: out}, &Origin{EventID: event}); err != nil {
		t.Error(err)
	}
}

func mustParse(t *testing.T, raw string) *url.URL {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
