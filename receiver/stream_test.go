package receiver

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tacklebox/receiver/journal/memory"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"
)

func TestStreamLiveOnly(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.add("old")
	ear := g.listen("")
	g.add("new", "newer")
	for i, want := range []string{"new", "newer"} {
		if h := ear.next(); h.Seq != uint64(i+2) || h.Request.Body != want {
			t.Errorf("%+v", h)
		}
	}
}

func TestStreamResumesAndFilters(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.add("apple", "pear", "apple", "pear")
	ear := g.listen("?q=pear&after=1")
	g.add("apple", "pear")
	for _, want := range []uint64{2, 4, 6} {
		if h := ear.next(); h.Seq != want {
			t.Errorf("got %+v, want %d", h, want)
		}
	}
	if h := g.listen("?after=0").next(); h.Seq != 1 {
		t.Errorf("after=0 begins with %+v", h)
	}
}

// TestStreamHasNoHoles resumes at any place while entries are appended.
func TestStreamHasNoHoles(t *testing.T) {
	t.Parallel()
	const total = 3000
	g := newRig(t)
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range total / 4 {
				if err := g.log.Append(sampleEntry(fmt.Sprint(w, i))).Wait(); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	cursor := uint64(0)
	for round := 0; cursor < total; round++ {
		ear := g.listen("?after=" + strconv.FormatUint(cursor, 10))
		for range min(37*(round+1), total-int(cursor)) {
			h := ear.next()
			if h.Seq != cursor+1 {
				t.Fatalf("after %d came %+v", cursor, h)
			}
			cursor = h.Seq
		}
		_ = ear.conn.Close()
	}
	wg.Wait()
}

func TestStreamTellsOfGaps(t *testing.T) {
	t.Parallel()
	small := func(c *Config) { c.Journal = memory.New(memory.Limit{Count: 10}) }
	for name, c := range map[string]struct {
		after    string
		from, to uint64
	}{
		"a cursor behind":        {"?after=5", 6, 20},
		"from the beginning":     {"?after=0", 1, 20},
		"also with a filter":     {"?after=5&q=kind:capture", 6, 20},
		"a filter nothing meets": {"?after=5&q=kind:call", 6, 20},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newRig(t, small)
			for i := range 30 {
				g.add(strconv.Itoa(i))
			}
			ear := g.listen(c.after)
			h := ear.next()
			if h.Gap == nil || h.Gap.From != c.from || h.Gap.To != c.to {
				t.Fatalf("%+v", h)
			}
			if strings.Contains(c.after, "call") {
				return
			}
			if h = ear.next(); h.Seq != 21 {
				t.Errorf("%+v", h)
			}
		})
	}
}

// TestStreamAfterClear: what is deleted was seen or is told of as a gap, and
// the numbers go on.
func TestStreamAfterClear(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	ear := g.listen("")
	g.add("a")
	if h := ear.next(); h.Seq != 1 {
		t.Fatalf("%+v", h)
	}
	g.do("DELETE", "/_/entries", "").want(t, http.StatusNoContent)
	g.add("b")
	if h := ear.next(); h.Seq != 2 || h.Gap != nil {
		t.Errorf("%+v", h)
	}
	if h := g.listen("?after=0").next(); h.Gap == nil || h.Gap.To != 1 {
		t.Errorf("resumed across the deletion: %+v", h)
	}
}

func TestStreamForeignCursor(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.add("a")
	ear := g.listen("?after=5000")
	g.add("b")
	if h := ear.next(); h.Seq != 2 {
		t.Errorf("%+v", h)
	}
}

// TestStreamFrames sends texts of the sizes where the frame's head changes.
func TestStreamFrames(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	ear := g.listen("")
	for _, size := range []int{1, 65_000, 66_000, 1_400_000, 2} {
		body := strings.Repeat("y", size)
		g.add(body)
		if h := ear.next(); h.Request.Body != body {
			t.Errorf("size %d came as %d", size, len(h.Request.Body))
		}
	}
}

// TestStreamManyReadersInOrder: a hundred readers of one filter see everything
// in order while senders go on.
func TestStreamManyReadersInOrder(t *testing.T) {
	t.Parallel()
	const readers, total = 100, 100
	g := newRig(t)
	ears := make([]*ear, readers)
	for i := range ears {
		ears[i] = g.listen("?q=kind:capture")
	}
	if n := g.rc.Numbers(); n.Broadcasts != 1 || n.Readers != readers {
		t.Errorf("%+v for one filter", n)
	}
	var wg sync.WaitGroup
	for _, ear := range ears {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for seq := uint64(1); seq <= total; seq++ {
				if h, err := ear.read(); err != nil || h.Seq != seq {
					t.Errorf("want %d, got %+v %v", seq, h, err)
					return
				}
			}
		}()
	}
	for i := range total {
		g.do("POST", "/in/x", strconv.Itoa(i)).want(t, 200)
	}
	wg.Wait()
}

// TestStreamSlowReader: a reader that does not read holds up nobody, costs no
// more than the ring, and still gets everything once it reads.
func TestStreamSlowReader(t *testing.T) {
	t.Parallel()
	const total = 160
	g := newRig(t)
	slow, fast := g.listen("?after=0"), g.listen("?after=0")
	_ = slow.conn.NetConn().(*net.TCPConn).SetReadBuffer(16 << 10)
	body := strings.Repeat("z", 60_000) // 10 MB: beyond ring and socket buffers, with a small one at the reader
	done := make(chan struct{})
	go func() {
		defer close(done)
		for seq := uint64(1); seq <= total; seq++ {
			if h, err := fast.read(); err != nil || h.Seq != seq {
				t.Errorf("fast reader: want %d, got %d %v", seq, h.Seq, err)
				return
			}
		}
	}()
	for range total {
		g.add(body)
	}
	<-done
	if n := g.rc.Numbers(); n.Held > 1<<20+64<<10 || n.Behind != 1 || n.Lag == 0 {
		t.Errorf("one of two readers is behind: %+v", n)
	}
	for seq := uint64(1); seq <= total; seq++ {
		if h := slow.next(); h.Seq != seq || len(h.Request.Body) != len(body) {
			t.Fatalf("slow reader: want %d, got %d", seq, h.Seq)
		}
	}
}

// TestStreamStuckReader: a reader that stood at the newest entry and is stuck in
// the very next write is behind.
func TestStreamStuckReader(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	stuck, fast := g.listen(""), g.listen("")
	_ = stuck.conn.NetConn().(*net.TCPConn).SetReadBuffer(16 << 10)
	g.add(strings.Repeat("z", 12<<20)) // beyond all socket buffers
	for _, ear := range []*ear{fast, stuck} {
		if h := ear.next(); h.Seq != 1 || len(h.Request.Body) != 12<<20 {
			t.Fatalf("got %d of %d bytes", h.Seq, len(h.Request.Body))
		}
		if n := g.rc.Numbers(); ear == fast && (n.Behind == 0 || n.Lag != 1) {
			t.Errorf("one of two readers is stuck: %+v", n)
		}
	}
}

func TestStreamAnswersPings(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	ear := g.listen("")
	ponged := make(chan string, 1)
	ear.conn.SetPongHandler(func(data string) error { ponged <- data; return nil })
	if err := ear.conn.WriteControl(websocket.PingMessage, []byte("hi"), time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	go func() {
		for _, err := ear.read(); err == nil; _, err = ear.read() {
		}
	}()
	if data := <-ponged; data != "hi" {
		t.Errorf("pong %q", data)
	}
}

// TestStreamDropsTheDead: a peer that answers no ping is sent away, one that
// does stays.
func TestStreamDropsTheDead(t *testing.T) {
	t.Parallel()
	g := newRig(t, func(c *Config) { c.Ping, c.Patience = 20*time.Millisecond, 2*time.Second })
	live := g.listen("")
	pings := make(chan struct{}, 100)
	live.conn.SetPingHandler(func(string) error {
		select {
		case pings <- struct{}{}:
		default:
		}
		return live.conn.WriteControl(websocket.PongMessage, nil, time.Now().Add(time.Second))
	})
	heard := make(chan heard, 1)
	go func() { h, _ := live.read(); heard <- h }()
	back := g.raw("GET /_/stream HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", false)
	if _, frames, ok := strings.Cut(back, "\r\n\r\n"); !ok || !strings.HasPrefix(frames, "\x89\x00") {
		t.Errorf("the dead peer was sent %q", back)
	}
	for range 20 { // as long as the dead one was given
		<-pings
	}
	g.add("still here")
	if h := <-heard; h.Seq != 1 {
		t.Errorf("the live peer heard %+v", h)
	}
}

func TestStreamAfterClose(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.rc.Close()
	g.do("GET", "/_/stream", "", "Connection", "upgrade", "Upgrade", "websocket").want(t, 503, "closed")
}

func TestStreamRefusals(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.do("GET", "/_/stream", "").want(t, http.StatusUpgradeRequired, "websocket")
	g.do("GET", "/_/stream?q=kind:", "").want(t, 400, "bad_filter", "position")
	g.do("GET", "/_/stream?after=x", "").want(t, 400, "after")
	g.do("GET", "/_/stream?since=1", "").want(t, 400, "known are q, after")
	g.do("POST", "/_/stream", "").want(t, 405)
	g.do("GET", "/_/stream", "", "Connection", "upgrade", "Upgrade", "websocket").want(t, 400, "bad_handshake")
	if n := g.rc.Numbers(); n.Broadcasts+n.Readers != 0 {
		t.Error("a refused reader left something behind")
	}
}

// TestStreamLeavesNothing: readers that go, readers that are sent away and the
// broadcasts behind them leave no goroutine.
func TestStreamLeavesNothing(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	g := newRig(t)
	gone, stays := g.listen("?q=a"), g.listen("")
	g.add("a")
	gone.next()
	_ = gone.conn.Close()
	stays.next()
	g.rc.Close()
	_, err := stays.read()
	if !websocket.IsCloseError(err, websocket.CloseGoingAway) {
		t.Errorf("sent away with %v", err)
	}
	if n := g.rc.Numbers(); n.Broadcasts+n.Readers != 0 {
		t.Errorf("left: %+v", n)
	}
	g.srv.Close()
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
}

func TestStreamEndsWithTheJournal(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	ear := g.listen("")
	_ = g.log.Close()
	if _, err := ear.read(); !websocket.IsCloseError(err, websocket.CloseGoingAway) {
		t.Errorf("%v", err)
	}
}

// TestStreamCloseDoesNotWaitForSlowReaders: a blocked write is broken off.
func TestStreamCloseDoesNotWaitForSlowReaders(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.listen("?after=0")
	for range 200 {
		g.add(strings.Repeat("z", 60_000))
	}
	closed := make(chan struct{})
	go func() { g.rc.Close(); close(closed) }()
	select {
	case <-closed:
	case <-time.After(10 * time.Second):
		t.Error("Close hangs on a reader that does not read")
	}
}

// fanOut reads frames without looking into them.
func fanOut(b *testing.B, conns []*websocket.Conn, total int) *sync.WaitGroup {
	var wg sync.WaitGroup
	for _, conn := range conns {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range total {
				_, r, err := conn.NextReader()
				if err == nil {
					_, err = io.Copy(io.Discard, r)
				}
				if err != nil {
					b.Error(err)
					return
				}
			}
		}()
	}
	return &wg
}

// BenchmarkFanOut100 compares the feed with one WriteMessage per client and
// entry, in the same run, for 100 clients and entries of 1 KB.
func BenchmarkFanOut100(b *testing.B) {
	const clients = 100
	g := newRig(b)
	conns := make([]*websocket.Conn, clients)
	for i := range conns {
		conns[i] = g.listen("").conn
	}
	e := sampleEntry(strings.Repeat("x", 1024))
	text := e.AppendJSON(nil)
	wg := fanOut(b, conns, b.N)
	b.ResetTimer()
	for range b.N {
		g.log.Append(e)
	}
	wg.Wait()
	b.StopTimer()
	ours := b.Elapsed()
	naive := naiveFanOut(b, clients, text)
	b.ReportMetric(float64(b.N*clients)/ours.Seconds(), "deliveries/s")
	b.ReportMetric(naive.Seconds()/ours.Seconds(), "x-naive")
}

func naiveFanOut(b *testing.B, clients int, text []byte) time.Duration {
	servers := make(chan *websocket.Conn, clients)
	srv := http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
		if err != nil {
			b.Error(err)
		}
		servers <- c
	})}
	url := serve(b, &srv)
	var ends, conns []*websocket.Conn
	for range clients {
		c, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(url, "http"), nil)
		if err != nil {
			b.Fatal(err)
		}
		defer c.Close()
		conns, ends = append(conns, c), append(ends, <-servers)
	}
	wg := fanOut(b, conns, b.N)
	start := time.Now()
	for range b.N {
		for _, c := range ends {
			if err := c.WriteMessage(websocket.TextMessage, text); err != nil {
				b.Fatal(err)
			}
		}
	}
	wg.Wait()
	return time.Since(start)
}
