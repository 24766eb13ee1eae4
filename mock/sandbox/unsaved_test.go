package sandbox

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWhatCannotBeSavedIsNotInForce: while the state cannot be written, each change
// is refused and nothing of it is there, then or after a restart.
func TestWhatCannotBeSavedIsNotInForce(t *testing.T) {
	t.Parallel()
	cfg := Config{Data: t.TempDir(), Clock: "manual", Version: "test"}
	changes := []struct{ method, path, body, look, left string }{
		{"PUT", "/_/faults", `[{"kind":"drop"}]`, "/_/faults", `[{"kind":"timeout"}]`},
		{"PUT", "/_/providers/shoptet/settings", `{"job_seconds":"7s"}`, "/_/providers/shoptet/settings", `"job_seconds":"3s"`},
		{"PUT", "/_/inboxes/a", `{"reply":[{"status":500}]}`, "/_/inboxes/a", `"status":201`},
		{"DELETE", "/_/inboxes/a", "", "/_/inboxes/a", `"status":201`},
		{"POST", "/_/subscriptions", `{"provider":"dsco","account":"a","url":"http://127.0.0.1:9/late","types":["ORDER_CREATED"]}`, "/_/subscriptions?provider=dsco", "/early"},
		{"POST", "/shoptet/api/webhooks", `{"data":[{"event":"order:create","url":"http://127.0.0.1:9/late"}]}`, "/_/subscriptions?provider=shoptet", "[]"},
	}
	before := []struct{ method, path, body string }{
		{"PUT", "/_/faults", `[{"kind":"timeout"}]`},
		{"PUT", "/_/providers/shoptet/settings", `{"job_seconds":"3s"}`},
		{"PUT", "/_/inboxes/a", `{"reply":[{"status":201}]}`},
		{"POST", "/_/subscriptions", `{"provider":"dsco","account":"a","url":"http://127.0.0.1:9/early","types":["ORDER_CREATED"]}`},
	}
	check := func(when, url string) {
		for _, c := range changes {
			if _, body := ask(t, "GET", url+c.look, ""); !strings.Contains(body, c.left) || strings.Contains(body, "late") {
				t.Errorf("%s, %s shows %s, want %s", when, c.look, body, c.left)
			}
		}
	}
	url, stop := serving(t, cfg)
	for _, c := range before {
		if status, body := ask(t, c.method, url+c.path, c.body); status >= 300 {
			t.Fatalf("%s %s: %d %s", c.method, c.path, status, body)
		}
	}
	inTheWay := filepath.Join(cfg.Data, "state.json.new") // a folder where the next state is written
	if err := os.Mkdir(inTheWay, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		if status, body := ask(t, c.method, url+c.path, c.body, "Shoptet-Access-Token", "a"); status != http.StatusInsufficientStorage {
			t.Errorf("%s %s: %d %s", c.method, c.path, status, body)
		}
	}
	check("at once", url)
	if err := os.Remove(inTheWay); err != nil {
		t.Fatal(err)
	}
	if status, body := ask(t, "PUT", url+"/_/inboxes/b", `{"reply":[{"status":202}]}`); status != http.StatusOK {
		t.Fatalf("when it can be written again: %d %s", status, body)
	}
	check("when it can be written again", url)
	stop()
	url, stop = serving(t, cfg)
	defer stop()
	check("after a restart", url)
}

// serving opens a sandbox until stop.
func serving(t *testing.T, cfg Config) (url string, stop func()) {
	t.Helper()
	sb, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sb)
	sb.Bind(server.Listener.Addr())
	return server.URL, func() {
		server.Close()
		if err := sb.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	}
}
