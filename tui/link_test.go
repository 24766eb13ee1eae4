package tui

import (
	"io"
	"net"
	"strings"
	"sync"
	"tacklebox/tui/desk"
	"testing"

	"tacklebox/mock/sandbox"
)

// wire is a way to a sandbox that can be cut.
type wire struct {
	to    string
	ln    net.Listener
	mu    sync.Mutex
	down  bool
	conns []net.Conn
}

func newWire(t *testing.T, url string) *wire {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &wire{to: strings.TrimPrefix(url, "http://"), ln: ln}
	t.Cleanup(func() { l.cut(); ln.Close() })
	go l.serve()
	return l
}

func (l *wire) url() string { return "http://" + l.ln.Addr().String() }

func (l *wire) serve() {
	for {
		in, err := l.ln.Accept()
		if err != nil {
			return
		}
		l.mu.Lock()
		out, err := net.Dial("tcp", l.to)
		if l.down || err != nil {
			in.Close()
			l.mu.Unlock()
			continue
		}
		l.conns = append(l.conns, in, out)
		l.mu.Unlock()
		go func() { _, _ = io.Copy(in, out); in.Close() }()
		go func() { _, _ = io.Copy(out, in); out.Close() }()
	}
}

func (l *wire) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = true
	for _, c := range l.conns {
		c.Close()
	}
	l.conns = nil
}

// lead makes the wire end at another sandbox.
func (l *wire) lead(url string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.to = strings.TrimPrefix(url, "http://")
}

func (l *wire) mend() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = false
}

// TestLostConnection says that it is lost, goes on when it is back, and has no
// hole where it was away.
func TestLostConnection(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t)
	l := newWire(t, sb.URL)
	d := drive(t, l.url(), desk.Options{})
	d.sees("live")
	post(t, sb.Inbox("before"), "1")
	d.sees("/in/before")
	l.cut()
	d.sees("lost")
	post(t, sb.Inbox("during"), "2")
	post(t, sb.Inbox("during"), "3")
	d.press("f", "esc", "?", "esc") // the screen goes on
	l.mend()
	d.sees("live")
	post(t, sb.Inbox("after"), "4")
	d.sees("/in/after")
	var seqs []uint64
	for _, r := range d.m.List.Win.Rows {
		seqs = append(seqs, r.Seq)
	}
	if len(seqs) != 4 || seqs[0] != 1 || seqs[3] != 4 {
		t.Errorf("entries %v", seqs)
	}
}

// TestLateServer starts before there is anything to show.
func TestLateServer(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t)
	post(t, sb.Inbox("early"), "1")
	l := newWire(t, sb.URL)
	l.cut()
	d := drive(t, l.url(), desk.Options{})
	d.sees("lost")
	l.mend()
	d.sees("/in/early")
	d.sees("live")
	d.until("the catalogue", func() bool { return len(d.m.Catalog.Providers) > 0 })
}

// TestAnotherSandbox starts over when another journal answers at the address,
// as after a restart of a sandbox in memory.
func TestAnotherSandbox(t *testing.T) {
	t.Parallel()
	one, two := sandbox.Start(t), sandbox.Start(t)
	for range 5 {
		post(t, one.Inbox("first"), "1")
	}
	post(t, two.Inbox("second"), "1")
	l := newWire(t, one.URL)
	d := drive(t, l.url(), desk.Options{})
	d.sees("/in/first")
	d.sees("5 entries")
	l.cut()
	d.sees("lost")
	l.lead(two.URL)
	l.mend()
	d.sees("/in/second")
	d.loses("/in/first")
	d.sees("1 entry")
	post(t, two.Inbox("third"), "1")
	d.sees("/in/third")
}
