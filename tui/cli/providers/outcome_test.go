package providers

import (
	"context"
	"net"
	"testing"
	"time"

	"tacklebox/tui/cli/exit"
)

// TestRetryConnect: fire waits until somebody listens.
func TestRetryConnect(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	if err := listening(t.Context(), []string{"http://" + ln.Addr().String() + "/x", "http://app.localhost:" + port}, 10*time.Second); err != nil {
		t.Error(err)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	if err := listening(t.Context(), []string{closed}, 20*time.Millisecond); exit.Code(err) != exit.Timeout {
		t.Errorf("nobody listens: %v", err)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if err := listening(gone, []string{closed}, time.Minute); exit.Code(err) != exit.Interrupted {
		t.Errorf("interrupted: %v", err)
	}
	for text, want := range map[string]string{"http://h": "h:80", "https://h/x": "h:443", "http://[::1]:9/": "[::1]:9", "http://a.b.localhost.:7": "localhost:7"} {
		if got, err := dialAddress(text); err != nil || got != want {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
	if _, err := dialAddress("/x"); exit.Code(err) != exit.Usage {
		t.Errorf("no host: %v", err)
	}
}
