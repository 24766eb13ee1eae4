//go:build linux

package scripts

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// soak is one long run: what was sent and answered, and what a reader saw.
type soak struct {
	t    *testing.T
	home string
	mu   sync.RWMutex // held by whoever sends; a restart takes it alone
	p    *program

	sent atomic.Uint64 // captures that were answered

	seen       sync.Mutex
	last       uint64
	counts     map[string]int // capture → how often it was seen
	disordered int
	samples    []sample
}

// sample is the program's size at one moment.
type sample struct{ memory, descriptors int }

// TestSoak holds the program under mixed load with faults and restarts and
// says what was lost, doubled or out of order, and how its memory and its
// descriptors went. SOAK says how long; scripts/soak sets it.
func TestSoak(t *testing.T) {
	length, err := time.ParseDuration(os.Getenv("SOAK"))
	if err != nil {
		length = 4 * time.Second
	}
	if testing.Short() {
		t.Skip("loads the program for a while")
	}
	t.Parallel()
	s := &soak{t: t, home: t.TempDir(), counts: map[string]int{}}
	s.restart()
	s.p.exchange("PUT", "/_/faults", `[{"kind":"duplicate","probability":0.2},{"kind":"delay","for":"50ms","probability":0.1},{"kind":"cut_body","probability":0.1}]`)
	s.p.exchange("PUT", "/_/inboxes/fired", `{"reply":[{"status":500,"times":3},{"status":200}]}`)
	stop := make(chan struct{})
	end := s.tail()
	var workers sync.WaitGroup
	for w := range 4 {
		workers.Go(func() { s.work(w, stop) })
	}
	s.watch(length)
	close(stop)
	workers.Wait()
	end()
	s.judge()
}

// restart stops the program in order and starts it on the same folder, while
// nobody sends.
func (s *soak) restart() {
	s.mu.Lock()
	defer s.mu.Unlock()
	address := "127.0.0.1:0"
	if s.p != nil {
		address = strings.TrimPrefix(s.p.url, "http://")
		s.p.end(rand.IntN(2) == 0)
	}
	s.p = start(s.t, s.home, "--no-tui", "--quiet", "--addr", address, "--port", address[strings.LastIndex(address, ":")+1:], "--keep", "200000")
}

// work sends captures, and now and then something else.
func (s *soak) work(w int, stop chan struct{}) {
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		default:
		}
		s.mu.RLock()
		name := fmt.Sprintf("soak-%d-%d", w, i)
		if status, _ := s.p.exchange("POST", "/in/soak", name+strings.Repeat(" ", rand.IntN(3000))); status == 200 {
			s.sent.Add(1)
		} else {
			s.t.Errorf("%s was answered %d", name, status)
		}
		switch i % 50 {
		case 10:
			s.p.exchange("POST", "/_/events", fmt.Sprintf(`{"provider":"shoptet","type":"order:create","to":%q}`, s.p.url+"/in/fired"))
		case 20:
			s.p.exchange("GET", "/_/entries?q=body.eventInstance=7&limit=50", "")
		case 30:
			s.p.exchange("GET", "/_/metrics", "")
		case 40:
			s.p.exchange("PUT", "/_/inboxes/other", `{"reply":[{"status":201}]}`)
		}
		s.mu.RUnlock()
		time.Sleep(time.Duration(rand.IntN(4)) * time.Millisecond) // the load is mixed, not a flood
	}
}

// tail reads the stream as `tacklebox tail` does, from the beginning, for it may
// get there after the first capture, and across restarts. What it returns waits
// for what is on its way and ends it.
func (s *soak) tail() (end func()) {
	cmd := exec.Command(s.p.cmd.Path, "tail", "--json", "--after", "0", "--url", s.p.url)
	cmd.Env, cmd.Stderr = s.p.env, os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		s.t.Fatal(err)
	}
	go func() {
		lines := bufio.NewScanner(out)
		lines.Buffer(nil, 8<<20)
		for lines.Scan() {
			s.read(lines.Bytes())
		}
	}()
	return func() {
		for range 1200 { // a minute: only what is lost takes so long
			if s.caughtUp() {
				break
			}
			time.Sleep(50 * time.Millisecond)
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
}

func (s *soak) read(line []byte) {
	var e struct {
		Seq     uint64
		Inbox   string
		Request struct{ Body string }
	}
	if json.Unmarshal(line, &e) != nil || e.Seq == 0 {
		return
	}
	s.seen.Lock()
	defer s.seen.Unlock()
	if e.Seq <= s.last {
		s.disordered++
	}
	s.last = max(s.last, e.Seq)
	if e.Inbox == "soak" {
		s.counts[strings.TrimSpace(e.Request.Body)]++
	}
}

func (s *soak) caughtUp() bool {
	s.seen.Lock()
	defer s.seen.Unlock()
	return uint64(len(s.counts)) >= s.sent.Load()
}

// watch restarts the program now and then and prints how it is.
func (s *soak) watch(length time.Duration) {
	every := max(length/20, 500*time.Millisecond)
	began := time.Now()
	for i := 1; time.Since(began) < length; i++ {
		time.Sleep(every)
		now := s.measure()
		s.seen.Lock()
		s.samples = append(s.samples, now)
		s.t.Logf("%6s  sent %7d  seen %7d  disordered %d  memory %4d MB  descriptors %3d",
			time.Since(began).Round(time.Second/2), s.sent.Load(), len(s.counts), s.disordered, now.memory>>10, now.descriptors)
		s.seen.Unlock()
		if i%5 == 0 {
			s.restart()
		}
	}
}

// measure reads the program's size from the kernel.
func (s *soak) measure() (m sample) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	proc := filepath.Join("/proc", strconv.Itoa(s.p.cmd.Process.Pid))
	status, _ := os.ReadFile(filepath.Join(proc, "status"))
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			m.memory, _ = strconv.Atoi(strings.Fields(rest)[0])
		}
	}
	open, _ := os.ReadDir(filepath.Join(proc, "fd"))
	m.descriptors = len(open)
	return m
}

// explain says what the journal knows of captures that the reader did not see.
func (s *soak) explain() {
	page := s.p.entries(uint64(max(0, int(s.last)-20)))
	for _, e := range page.Entries {
		s.t.Logf("entry %d %s %s %.20q (the reader is at %d)", e.Seq, e.Kind, e.Inbox, e.Request.Body, s.last)
	}
}

func (s *soak) judge() {
	s.seen.Lock()
	defer s.seen.Unlock()
	lost, doubled := int(s.sent.Load())-len(s.counts), 0
	if lost > 0 {
		s.explain()
	}
	for _, n := range s.counts {
		if n > 1 {
			doubled++
		}
	}
	s.t.Logf("sent %d, lost %d, doubled %d, out of order %d", s.sent.Load(), lost, doubled, s.disordered)
	if lost != 0 || doubled != 0 || s.disordered != 0 || s.sent.Load() == 0 {
		s.t.Error("the reader did not see each capture once and in order")
	}
	half := len(s.samples) / 2
	if half < 2 {
		return
	}
	biggest := func(list []sample) (m sample) {
		byMemory := func(a, b sample) int { return a.memory - b.memory }
		byDescriptors := func(a, b sample) int { return a.descriptors - b.descriptors }
		return sample{slices.MaxFunc(list, byMemory).memory, slices.MaxFunc(list, byDescriptors).descriptors}
	}
	early, late := biggest(s.samples[:half]), biggest(s.samples[half:])
	if late.memory > early.memory*3/2+32<<10 || late.descriptors > early.descriptors*3/2+32 {
		s.t.Errorf("it grows: %+v, then %+v", early, late)
	}
}
