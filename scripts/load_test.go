//go:build linux

package scripts

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// burden is how much a program has to hold at a time.
type burden struct {
	readers, idle, slow int
	flood               time.Duration
	fired               int
	most                int // megabytes
}

func burdenOf() burden {
	if os.Getenv("ATTACK") == "full" {
		return burden{readers: 1000, idle: 10_000, slow: 500, flood: 20 * time.Second, fired: 100_000, most: 1000}
	}
	return burden{readers: 60, idle: 300, slow: 30, flood: 2 * time.Second, fired: 5_000, most: 300}
}

// TestLoad holds a program under readers that stall, connections that idle, senders
// that dawdle and a flood of large captures at once: captures go on, memory has a
// bound, each reader gets each capture or is told of a gap, and the metrics say how
// far behind they are.
func TestLoad(t *testing.T) {
	if testing.Short() {
		t.Skip("loads the program for a while")
	}
	t.Parallel()
	b := burdenOf()
	p := start(t, t.TempDir(), "--no-tui", "--quiet", "--keep", "300")
	readers := make([]*reader, b.readers)
	for i := range readers {
		readers[i] = p.reader(i%2 == 0)
	}
	p.idle(b.idle, "")
	t.Logf("with the readers and the idle connections the memory is %d MB", p.memory("VmRSS:")>>10)
	p.idle(b.slow, "POST /in/slow HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n{")
	sent, slowest := p.flood(b.flood)
	_, metrics := p.exchange("GET", "/_/metrics", "")
	lag := metric(string(metrics), "tacklebox_stream_lag")
	_, last := p.exchange("GET", "/_/entries?limit=1", "")
	var page kept
	if err := json.Unmarshal(last, &page); err != nil {
		t.Fatal(err)
	}
	told := p.catchUp(readers, page.LastSeq)
	peak := p.memory("VmHWM:") >> 10
	t.Logf("%d readers of which half stalled, %d idle connections, %d slow senders, %s of 64 KB: %d captures answered, the slowest after %s, peak %d MB, lag in the metrics %s, %d readers were told of a gap",
		b.readers, b.idle, b.slow, b.flood, sent, slowest.Round(time.Millisecond), peak, lag, told)
	const buffered = 300 // captures that the system may take for a reader that stalls
	if sent == 0 || peak > b.most || lag == "" || lag == "0" && sent > buffered {
		t.Errorf("%d captures, a peak of %d MB (of %d), lag %q", sent, peak, b.most, lag)
	}
}

// TestFiringInSlices fires at a port that nobody listens on: its mock answers others
// meanwhile, and what waits has a bound.
func TestFiringInSlices(t *testing.T) {
	if testing.Short() {
		t.Skip("loads the program for a while")
	}
	t.Parallel()
	b := burdenOf()
	p := start(t, t.TempDir(), "--no-tui", "--quiet")
	closed := strings.Replace(freeAddress(t), "http://", "", 1)
	done := make(chan int)
	began := time.Now()
	go func() {
		status, _ := p.exchange("POST", "/_/events", fmt.Sprintf(`{"provider":"shoptet","type":"order:create","to":"http://%s/","count":%d}`, closed, b.fired))
		done <- status
	}()
	var pauses []time.Duration
	for status := 0; status == 0; {
		select {
		case status = <-done:
			if status != http.StatusAccepted {
				t.Errorf("the firing was answered %d", status)
			}
		default:
			at := time.Now()
			if got, _ := p.exchange("GET", "/_/subscriptions?provider=shoptet", ""); got != http.StatusOK {
				t.Errorf("a call beside it was answered %d", got)
			}
			pauses = append(pauses, time.Since(at))
			time.Sleep(time.Millisecond)
		}
	}
	slices.Sort(pauses)
	peak := p.memory("VmHWM:") >> 10
	t.Logf("%d events to a closed port were fired in %s; %d calls of the mock beside it waited %s at most, %s in the middle; peak %d MB",
		b.fired, time.Since(began).Round(time.Millisecond), len(pauses), pauses[len(pauses)-1].Round(time.Millisecond), pauses[len(pauses)/2].Round(time.Millisecond), peak)
	if longest := pauses[len(pauses)-1]; longest > 2*time.Second || peak > b.most {
		t.Errorf("a call waited %s, the memory went to %d MB of %d", longest, peak, b.most)
	}
}

// reader is one of the stream's.
type reader struct {
	*websocket.Conn
	stalls  bool
	next    uint64 // that it has not seen
	gaps    int
	holes   int
	reading chan struct{} // closed when it has ended
}

// reader begins to read the stream from its beginning; one that stalls reads nothing before catchUp.
func (p *program) reader(stalls bool) *reader {
	p.t.Helper()
	c, res, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(p.url, "http")+"/_/stream?after=0", nil)
	if err != nil {
		p.t.Fatal(err)
	}
	_ = res.Body.Close()
	p.t.Cleanup(func() { _ = c.Close() })
	r := &reader{Conn: c, stalls: stalls, next: 1, reading: make(chan struct{})}
	if !stalls {
		go r.read(0)
	}
	return r
}

// read reads to an entry, 0: until the connection ends.
func (r *reader) read(last uint64) {
	defer close(r.reading)
	for last == 0 || r.next <= last {
		_, message, err := r.NextReader()
		if err != nil {
			return
		}
		head := make([]byte, 100) // the rest is only carried: reading it all would be most of the load
		n, _ := io.ReadFull(message, head)
		if _, err := io.Copy(io.Discard, message); err != nil {
			return
		}
		var seq, from, to uint64
		if _, err := fmt.Sscanf(string(head[:n]), `{"gap":{"from":%d,"to":%d}}`, &from, &to); err == nil && from <= r.next {
			r.gaps++
			r.next = to + 1
			continue
		}
		_, _ = fmt.Sscanf(string(head[:n]), `{"seq":%d,`, &seq)
		if seq != r.next {
			r.holes++
		}
		r.next = seq + 1
	}
}

// catchUp lets a few stalled readers go on to an entry, without the others, and counts
// those that were told of a gap. None may have a hole that it was not told of.
func (p *program) catchUp(readers []*reader, last uint64) (told int) {
	patience := time.Now().Add(time.Minute)
	const enough = 5 // each of them is sent all that is kept, hundreds of megabytes
	isChosen := func(i int) bool { return readers[i].stalls && i < 2*enough }
	for i, r := range readers {
		if !isChosen(i) {
			_ = r.Close()
		}
	}
	for i, r := range readers {
		if !isChosen(i) {
			continue
		}
		_ = r.SetReadDeadline(patience)
		r.read(last)
		if r.holes > 0 || r.next <= last {
			p.t.Errorf("reader %d has %d holes that it was not told of, and got to %d of %d", i, r.holes, r.next-1, last)
		}
		if r.gaps > 0 {
			told++
		}
	}
	return told
}

// idle opens connections that send no more than the beginning.
func (p *program) idle(n int, begin string) {
	for range n {
		c, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
		if err != nil {
			p.t.Fatal(err)
		}
		p.t.Cleanup(func() { _ = c.Close() })
		_, _ = io.WriteString(c, begin)
	}
}

// flood sends captures of 64 KB from a few senders for a while.
func (p *program) flood(length time.Duration) (sent int64, slowest time.Duration) {
	body := strings.Repeat("x", 64<<10)
	var count, worst atomic.Int64
	var senders sync.WaitGroup
	for range 4 {
		senders.Go(func() {
			for end := time.Now().Add(length); time.Now().Before(end); {
				at := time.Now()
				if status, _ := p.exchange("POST", "/in/flood", body); status != http.StatusOK {
					p.t.Errorf("a capture was answered %d", status)
					return
				}
				count.Add(1)
				for took := int64(time.Since(at)); took > worst.Load(); {
					worst.Store(took)
				}
			}
		})
	}
	senders.Wait()
	return count.Load(), time.Duration(worst.Load())
}

// metric is a number of /_/metrics as it is written, "" when there is none.
func metric(text, name string) string {
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}
