package tui

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"tacklebox/mock/sandbox"
	"tacklebox/tui/desk"
)

// counted passes everything on to a sandbox and notes the calls.
type counted struct {
	mu    sync.Mutex
	calls []string
}

func (c *counted) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	calls := c.calls
	c.calls = nil
	return calls
}

// TestNoPolling: beside the WebSocket a screen at rest asks for nothing, moving the
// cursor asks for one entry, and lists come without bodies.
func TestNoPolling(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t)
	for range 5 {
		post(t, sb.Inbox("one"), `{"n":1}`)
	}
	to, err := url.Parse(sb.URL)
	if err != nil {
		t.Fatal(err)
	}
	var c counted
	proxy := httputil.NewSingleHostReverseProxy(to)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		c.calls = append(c.calls, r.Method+" "+r.RequestURI)
		c.mu.Unlock()
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	d := drive(t, server.URL, Options{})
	d.until("everything", func() bool {
		return len(d.m.List.Lines) == 5 && len(d.m.Catalog.Providers) > 0 && d.m.Detail.Entry != nil && d.m.Status.Clock.Mode != "" && strings.Contains(plainScreen(d.m), "● live")
	})
	for _, call := range c.take() {
		if strings.HasPrefix(call, "GET /_/entries?") && !strings.Contains(call, "bodies=0") && !strings.Contains(call, "limit=1") {
			t.Errorf("a list with bodies: %s", call)
		}
	}
	at := d.m.Wall()
	for i := range 20 {
		d.m.Wall = func() time.Time { return at.Add(time.Duration(i) * time.Second) }
		d.step(desk.TickMsg(d.m.Wall()))
	}
	if calls := c.take(); len(calls) > 0 {
		t.Errorf("at rest it asked %q", calls)
	}
}
