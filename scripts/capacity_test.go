//go:build linux

package scripts

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/nats-io/nats-server/v2/server"

	"tacklebox/receiver/journal/natstest"
)

// measured is how long each line is measured; without CAPACITY the test looks that
// the measurement works, on few lines.
func measured() (length time.Duration, whole bool) {
	length, err := time.ParseDuration(os.Getenv("CAPACITY"))
	if err != nil {
		return 200 * time.Millisecond, false
	}
	return length, true
}

func number(name string, otherwise int) int {
	n, err := strconv.Atoi(os.Getenv(name))
	if err != nil {
		return otherwise
	}
	return n
}

// sharedPrograms starts n processes that are one sandbox; the first leads.
func sharedPrograms(t *testing.T, n int, address string) (all []*program) {
	t.Helper()
	for range n {
		p := start(t, t.TempDir(), "--no-tui", "--quiet", "--shared", address)
		p.leads()
		all = append(all, p)
	}
	return all
}

// leads waits until the provider side answers and tells how long that took.
func (p *program) leads() time.Duration {
	begun := time.Now()
	for time.Since(begun) < time.Minute {
		if status, _ := p.exchange("PUT", "/_/faults", "[]"); status == http.StatusOK {
			return time.Since(begun)
		}
		time.Sleep(10 * time.Millisecond)
	}
	p.t.Fatalf("nobody leads\n%s", p.stderr.String())
	return 0
}

const atOnce = 64 // captures on their way

// captures a second of all programs together.
func captured(all []*program, length time.Duration) int {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: atOnce}}
	defer client.CloseIdleConnections()
	var answered atomic.Int64
	var workers sync.WaitGroup
	end := time.Now().Add(length)
	for w := range atOnce {
		workers.Go(func() {
			for time.Now().Before(end) {
				resp, err := client.Post(all[w%len(all)].url+"/in/load", "application/json", strings.NewReader(strings.Repeat("x", 1000)))
				if err == nil {
					_ = resp.Body.Close()
					if resp.StatusCode == http.StatusOK {
						answered.Add(1)
					}
				}
			}
		})
	}
	workers.Wait()
	return int(float64(answered.Load()) / length.Seconds())
}

// resident is what a process has resident, in MiB.
func (p *program) resident() int {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	kb, _ := strconv.Atoi(strings.Fields(rest + " 0")[0])
	return kb >> 10
}

// delays is how long after an answer at one program the stream of another had the
// entry, rising.
func delays(t *testing.T, from, to *program, count int) (list []time.Duration) {
	t.Helper()
	conn, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(to.url, "http")+"/_/stream?q=inbox:delay", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for i := range count + 1 {
		if status, _ := from.exchange("POST", "/in/delay", "x"); status != http.StatusOK {
			t.Fatalf("captured with %d", status)
		}
		answered := time.Now()
		_ = conn.SetReadDeadline(answered.Add(30 * time.Second))
		if _, _, err := conn.ReadMessage(); err != nil {
			t.Fatal(err)
		}
		if i > 0 { // the first may have waited until what was measured before has come through
			list = append(list, time.Since(answered))
		}
	}
	slices.Sort(list)
	return list
}

// TestCapacity measures, in one run: captures a second, how soon others see them,
// memory, and how long a take-over takes.
func TestCapacity(t *testing.T) {
	length, whole := measured()
	if testing.Short() {
		t.Skip("loads the program for a while")
	}
	type line struct {
		servers, processes int
		always             bool
	}
	lines := []line{{1, 1, false}, {1, 2, false}}
	if whole {
		disk := start(t, t.TempDir(), "--no-tui", "--quiet", "--data", t.TempDir())
		t.Logf("| servers | sync | processes | captures/s | A→B p50 | p99 | MiB |")
		t.Logf("| none, --data | | 1 | %d | | | %d |", captured([]*program{disk}, length), disk.resident())
		disk.end(true)
		lines = nil
		for _, servers := range []int{1, 3} {
			for _, always := range []bool{false, true} {
				for processes := 1; processes <= 3; processes++ {
					lines = append(lines, line{servers, processes, always})
				}
			}
		}
	}
	for _, l := range lines {
		change := func(o *server.Options) { o.SyncAlways = l.always }
		servers := []*natstest.Server{}
		if l.servers == 1 {
			servers = append(servers, natstest.Run(t, change))
		} else {
			servers = natstest.RunCluster(t, l.servers, change)
		}
		all := sharedPrograms(t, l.processes, natstest.Address("", servers...))
		n := captured(all, length)
		wait := delays(t, all[0], all[len(all)-1], 100)
		t.Logf("| %d | %s | %d | %d | %s | %s | %d |", l.servers, map[bool]string{false: "default", true: "always"}[l.always], l.processes, n,
			wait[len(wait)/2].Round(10*time.Microsecond), wait[len(wait)*99/100].Round(10*time.Microsecond), all[0].resident())
		if n == 0 || wait[len(wait)*99/100] > time.Second {
			t.Errorf("%+v: %d captures, p99 %s", l, n, wait[len(wait)*99/100])
		}
		for _, p := range all {
			p.end(true)
		}
		for _, s := range servers {
			s.Stop()
		}
	}
}

// onlyMeasured leaves a test to scripts/capacity and the nightly workflow, which ask
// for it: every change has the take-overs of mock/sandbox, in one process.
func onlyMeasured(t *testing.T) {
	t.Helper()
	if os.Getenv("KILLS") == "" {
		t.Skip("scripts/capacity runs it")
	}
}

// TestCapacityKills kills processes, the leading one too, and the servers' leader,
// under load. Everything that was answered is there afterwards, once.
func TestCapacityKills(t *testing.T) {
	onlyMeasured(t)
	t.Parallel()
	servers := natstest.RunCluster(t, 3)
	address := natstest.Address("", servers...)
	all := sharedPrograms(t, 3, address)
	a := newAnswers()
	var mu sync.RWMutex // of all: a killed program is replaced
	stop := make(chan struct{})
	var workers sync.WaitGroup
	for w := range 6 {
		workers.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				mu.RLock()
				p := all[(w+i)%len(all)]
				mu.RUnlock()
				p.capture(a, fmt.Sprintf("%d.%d", w, i))
			}
		})
	}
	var took []time.Duration
	for i := range number("KILLS", 1) {
		time.Sleep(200 * time.Millisecond)
		all[i%len(all)].end(false)
		mu.RLock()
		other := all[(i+1)%len(all)]
		mu.RUnlock()
		took = append(took, other.leads())
		next := start(t, t.TempDir(), "--no-tui", "--quiet", "--shared", address)
		mu.Lock()
		all[i%len(all)] = next
		mu.Unlock()
	}
	for range number("LEADERS", 1) {
		time.Sleep(200 * time.Millisecond)
		for _, s := range servers {
			if s.JetStreamIsStreamLeader("$G", "tacklebox") {
				s.Stop()
				time.Sleep(time.Second)
				s.Start()
				break
			}
		}
	}
	close(stop)
	workers.Wait()
	slices.Sort(took)
	t.Logf("%d processes and %d leaders of the servers killed; the provider side answered again after %s (median), %s (longest)", len(took), number("LEADERS", 1), took[len(took)/2].Round(time.Millisecond), took[len(took)-1].Round(time.Millisecond))
	lost, doubled, answered := all[0].lost(a)
	t.Logf("%d captures answered, %d lost, %d twice", answered, lost, doubled)
	if lost > 0 || doubled > 0 || answered == 0 {
		t.Error("what was answered is not there once")
	}
}

// someEntries is one page, asked for again while the servers come back: a list that
// breaks off is no answer.
func (p *program) someEntries(after uint64) (page kept, ok bool) {
	p.t.Helper()
	for begun := time.Now(); time.Since(begun) < time.Minute; time.Sleep(100 * time.Millisecond) {
		status, body := p.exchange("GET", fmt.Sprintf("/_/entries?limit=1000&after=%d", after), "")
		if status == http.StatusOK && json.Unmarshal(body, &page) == nil {
			return page, true
		}
	}
	p.t.Fatalf("the entries after %d cannot be read\n%s", after, p.stderr.String())
	return page, false
}

// lost counts the captures that were answered and are not kept, or more than once.
func (p *program) lost(a *answers) (lost, doubled, answered int) {
	found := map[string]int{}
	for after := uint64(0); ; {
		page, ok := p.someEntries(after)
		if ok && len(page.Entries) == 0 {
			break
		}
		for _, e := range page.Entries {
			after = e.Seq
			if e.Kind == "capture" {
				found[e.Request.Body]++
			}
		}
	}
	for body, ok := range a.captures {
		if ok {
			answered++
			if found[body] == 0 {
				lost++
			}
		}
		if found[body] > 1 {
			doubled++
		}
	}
	return lost, doubled, answered
}
