package live

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"tacklebox/receiver/journal/memory"
)

// pipes is a listener of connections without a network, so that their
// deadlines are of the test's own time.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	if conn, ok := <-p; ok {
		return conn, nil
	}
	return nil, net.ErrClosed
}
func (p pipes) Close() error   { return nil }
func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p pipes) dial(context.Context, string, string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	p <- theirs
	return ours, nil
}

// TestStreamDropsTheDead: a peer that answers no ping is sent away after the
// patience and not before, one that does stays.
func TestStreamDropsTheDead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := memory.New(memory.Limit{Count: 10})
		stream, all := New(Config{Journal: log}), make(pipes)
		server := http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _ = stream.Stream(w, r) })}
		served := make(chan error, 1)
		go func() { served <- server.Serve(all) }()

		live, _, err := (&websocket.Dialer{NetDialContext: all.dial}).Dial("ws://localhost/_/stream", nil)
		if err != nil {
			t.Fatal(err)
		}
		pings, got := 0, make(chan heard, 1)
		pong := live.PingHandler()
		live.SetPingHandler(func(data string) error { pings++; return pong(data) })
		go func() {
			var h heard
			_ = live.ReadJSON(&h)
			got <- h
		}()

		dead, _ := all.dial(t.Context(), "", "")
		began := time.Now()
		if _, err := io.WriteString(dead, "GET /_/stream HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		read := bufio.NewReader(dead)
		if resp, err := http.ReadResponse(read, nil); err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
			t.Fatalf("%+v %v", resp, err)
		}
		frames, _ := io.ReadAll(read)
		if string(frames[:min(4, len(frames))]) != "\x89\x00\x89\x00" {
			t.Errorf("the dead peer was sent %q", frames)
		}
		if after := time.Since(began); after != patience {
			t.Errorf("the dead peer was sent away after %s, want %s", after, patience)
		}
		time.Sleep(10 * patience)
		log.Append(sampleEntry("still here"))
		if h := <-got; h.Seq != 1 || pings < int(10*patience/pingEvery) {
			t.Errorf("the live peer heard %+v and %d pings", h, pings)
		}
		_ = live.Close()
		stream.Close()
		close(all)
		<-served
		_ = log.Close()
	})
}
