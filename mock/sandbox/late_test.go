package sandbox

import (
	"context"
	"net"
	"testing"
)

// TestServeAfterShutdown: a process that is stopped while it starts ends; nothing
// is sent from then on.
func TestServeAfterShutdown(t *testing.T) {
	t.Parallel()
	cfg := Config{}
	withTiny(&cfg)
	sb, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	sb.Bind(ln.Addr())
	served := make(chan error, 1)
	if err := sb.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	go func() { served <- sb.Serve(ln) }()
	if err := <-served; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if sb.Engine().Running() {
		t.Error("the engine began to send after the end")
	}
}
