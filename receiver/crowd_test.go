package receiver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// TestStreamOfACrowd: of a thousand readers half do not read. Captures go on, the
// others get everything in order, what is held for all is one ring, and the idle
// ones have missed nothing when they read at last.
func TestStreamOfACrowd(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a thousand connections")
	}
	const readers, total = 1000, 40
	g := newRig(t)
	ears := make([]*ear, readers)
	for i := range ears {
		ears[i] = g.listen("")
	}
	body := strings.Repeat("z", 2000)
	everything := func(e *ear) error {
		for seq := uint64(1); seq <= total; seq++ {
			if h, err := e.read(); err != nil || h.Seq != seq {
				return fmt.Errorf("want %d, got %d %v", seq, h.Seq, err)
			}
		}
		return nil
	}
	var wg sync.WaitGroup
	for _, e := range ears[:readers/2] {
		wg.Go(func() {
			if err := everything(e); err != nil {
				t.Error(err)
			}
		})
	}
	for range total {
		g.do("POST", "/in/x", body).want(t, 200)
	}
	wg.Wait()
	if n := g.rc.Numbers(); n.Readers != readers || n.Broadcasts != 1 || n.Held > 1<<20 {
		t.Errorf("%+v", n)
	}
	for _, e := range ears[readers/2:] {
		if err := everything(e); err != nil {
			t.Fatalf("an idle reader: %v", err)
		}
	}
}

// TestSlowSendersHoldUpNobody: bodies that come byte by byte, and heads that never
// end, while others are captured.
func TestSlowSendersHoldUpNobody(t *testing.T) {
	t.Parallel()
	const slow = 500
	g := newRig(t)
	conns := make([]net.Conn, slow)
	for i := range conns {
		conns[i] = g.dial()
		t.Cleanup(func() { _ = conns[i].Close() })
		text := "POST /in/slow HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\na"
		if i%2 == 1 {
			text = "POST /in/head HTTP/1.1\r\nHost: h\r\nX-"
		}
		if _, err := io.WriteString(conns[i], text); err != nil {
			t.Fatal(err)
		}
	}
	for range 50 {
		g.do("POST", "/in/quick", strings.Repeat("x", 64<<10)).want(t, 200)
	}
	if _, last := g.log.Bounds(); last != 50 {
		t.Errorf("%d entries while the slow ones wait", last)
	}
	for i := 0; i < slow; i += 2 { // those with a body end it
		if _, err := io.WriteString(conns[i], "bc"); err != nil {
			t.Fatal(err)
		}
	}
	e := g.entry(50 + slow/2)
	if e.Inbox != "slow" || string(e.Request.Body) != "abc" || e.Error != "" {
		t.Errorf("the last: %s %q %s", e.Inbox, e.Request.Body, e.Error)
	}
}

// TestExpectEndsWithItsRequest: who hangs up is not waited for any longer.
func TestExpectEndsWithItsRequest(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	ctx, hangUp := context.WithCancel(context.Background())
	done := make(chan error)
	go func() {
		r := httptest.NewRequest("POST", "/_/expect", strings.NewReader(`{"q":"never","within":"1h"}`)).WithContext(ctx)
		_, err := g.rc.Expect(ctx, r)
		done <- err
	}()
	for g.rc.Waiting() == 0 {
		runtime.Gosched()
	}
	hangUp()
	if err := <-done; !errors.Is(err, context.Canceled) || g.rc.Waiting() != 0 {
		t.Errorf("%v, %d wait", err, g.rc.Waiting())
	}
}
