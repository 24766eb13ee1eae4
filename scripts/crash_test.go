//go:build unix

package scripts

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// rounds is how often TestCrash kills the program: CRASH_ROUNDS, as
// scripts/crash sets it, or a few.
func rounds(t *testing.T) int {
	n, err := strconv.Atoi(os.Getenv("CRASH_ROUNDS"))
	if err != nil {
		n = 3
	}
	if testing.Short() {
		t.Skip("kills the program again and again")
	}
	return n
}

// answers is what the program promised in one round: all of it must be there
// after it was killed.
type answers struct {
	mu       sync.Mutex
	captures map[string]bool // body → answered; false: sent, and nobody answered
	events   map[string]bool // id of an event whose firing was answered
	deleted  map[string]bool // number of a batch: its deletion was sent; true: and answered
	replies  []int           // statuses that the inbox "set" was told: the last that was answered, and those after it
	set      bool            // one was answered
}

func newAnswers() *answers {
	return &answers{captures: map[string]bool{}, events: map[string]bool{}, deleted: map[string]bool{}}
}

func (a *answers) note(change func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	change()
}

// TestCrash kills the program at random moments under load, starts it on the
// same folder, and compares what was answered with what is there. It prints its
// seed; CRASH_SEED repeats one.
func TestCrash(t *testing.T) {
	seed, err := strconv.ParseUint(os.Getenv("CRASH_SEED"), 10, 64)
	if err != nil {
		seed = uint64(time.Now().UnixNano())
	}
	n := rounds(t)
	t.Parallel()
	t.Logf("CRASH_SEED=%d", seed)
	chance := rand.New(rand.NewPCG(seed, 1))
	home := t.TempDir()
	var last uint64
	total := 0
	for round := range n {
		p := start(t, home, "--no-tui", "--quiet", "--keep-bytes", "64MiB")
		if chance.IntN(10) == 0 && round > 0 {
			p.exchange("POST", "/_/reset", "")
			if page := p.entries(0); len(page.Entries) != 0 {
				t.Fatalf("round %d: %d entries after a reset", round, len(page.Entries))
			}
		}
		a := newAnswers()
		p.load(a, round, time.Duration(30+chance.IntN(400))*time.Millisecond)
		again := start(t, home, "--no-tui", "--quiet")
		seen := again.check(t, round, a, last)
		last = max(last, seen)
		total += len(a.captures) + len(a.events)
		again.end(chance.IntN(2) == 0)
		if t.Failed() {
			t.Fatalf("round %d of CRASH_SEED=%d", round, seed)
		}
	}
	t.Logf("%d rounds, %d answers kept", n, total)
}

// load works the program from several sides until it is killed.
func (p *program) load(a *answers, round int, after time.Duration) {
	p.t.Helper()
	var workers sync.WaitGroup
	for w, work := range []func(string){
		func(name string) { p.capture(a, name) }, func(name string) { p.capture(a, name) }, func(name string) { p.fire(a, name) },
		func(name string) { p.setReply(a, name) }, func(name string) { p.importAndForget(a, name) },
	} {
		workers.Go(func() {
			for i := 0; p.alive(); i++ {
				work(fmt.Sprintf("%d-%d-%d", round, w, i))
			}
		})
	}
	time.Sleep(after) // the moment of the crash
	_ = p.cmd.Process.Signal(syscall.SIGKILL)
	_ = p.cmd.Wait()
	workers.Wait()
}

// alive asks the kernel, for a program that was killed answers nobody.
func (p *program) alive() bool { return p.cmd.Process.Signal(syscall.Signal(0)) == nil }

// end stops a program, in order or by force. Idle connections to it end at once:
// a POST on one that is dead is not tried again.
func (p *program) end(kindly bool) {
	signal := syscall.SIGKILL
	if kindly {
		signal = syscall.SIGTERM
	}
	_ = p.cmd.Process.Signal(signal)
	_ = p.cmd.Wait()
	http.DefaultClient.CloseIdleConnections()
}

// exchange sends one request; status 0 means that no whole answer came.
func (p *program) exchange(method, path, body string) (int, []byte) {
	req, err := http.NewRequest(method, p.url+path, strings.NewReader(body))
	if err != nil {
		p.t.Error(err)
		return 0, nil
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, nil
	}
	return res.StatusCode, answer
}

func (p *program) capture(a *answers, name string) {
	body := name + "/" + strings.Repeat("x", len(name)*97%5000)
	a.note(func() { a.captures[body] = false })
	if status, _ := p.exchange("POST", "/in/load", body); status == http.StatusOK {
		a.note(func() { a.captures[body] = true })
	}
}

func (p *program) fire(a *answers, name string) {
	doc := fmt.Sprintf(`{"provider":"shoptet","type":"order:create","to":%q,"set":{"eventInstance":%q}}`, p.url+"/in/fired", name)
	status, body := p.exchange("POST", "/_/events", doc)
	var fired struct{ Events []struct{ ID string } }
	if status == http.StatusAccepted && json.Unmarshal(body, &fired) == nil {
		for _, e := range fired.Events {
			a.note(func() { a.events[e.ID] = true })
		}
	}
}

func (p *program) setReply(a *answers, name string) {
	status := 200 + len(name) + int(name[len(name)-1]-'0')
	a.note(func() { a.replies = append(a.replies, status) })
	if code, _ := p.exchange("PUT", "/_/inboxes/set", fmt.Sprintf(`{"reply":[{"status":%d}]}`, status)); code == http.StatusOK {
		a.note(func() { a.replies, a.set = []int{status}, true })
	}
}

// importAndForget imports a batch and deletes every other one.
func (p *program) importAndForget(a *answers, name string) {
	line := `{"kind":"capture","inbox":"x","request":{"method":"POST","url":"/in/x","headers":{},"body":"` + name + `"}}` + "\n"
	status, _ := p.exchange("POST", "/_/entries/import?inbox=batch-"+name, strings.Repeat(line, 3))
	if status >= 300 || status == 0 {
		return
	}
	a.note(func() { a.captures["batch-"+name] = true })
	if strings.HasSuffix(name, "0") || strings.HasSuffix(name, "5") {
		a.note(func() { a.deleted["batch-"+name] = false })
		if status, _ := p.exchange("DELETE", "/_/entries?q=inbox:batch-"+name, ""); status == http.StatusOK {
			a.note(func() { a.deleted["batch-"+name] = true })
		}
	}
}

// kept is one page of what is there, as far as the comparison needs it.
type kept struct {
	Entries []struct {
		Seq     uint64
		Kind    string
		Inbox   string
		EventID string `json:"event_id"`
		Request struct{ Body string }
	}
	LastSeq uint64 `json:"last_seq"`
}

func (p *program) entries(after uint64) (page kept) {
	p.t.Helper()
	status, body := p.exchange("GET", fmt.Sprintf("/_/entries?limit=1000&after=%d", after), "")
	if err := json.Unmarshal(body, &page); err != nil || status != http.StatusOK {
		p.t.Fatalf("entries: %d %v: %.300s", status, err, body)
	}
	return page
}

// check compares and returns the newest number.
func (p *program) check(t *testing.T, round int, a *answers, from uint64) uint64 {
	t.Helper()
	found, events, tried := map[string]int{}, map[string]int{}, map[string]int{}
	last := from
	for {
		page := p.entries(last)
		for _, e := range page.Entries {
			if e.Seq <= last {
				t.Errorf("entry %d comes after %d", e.Seq, last)
			}
			last = e.Seq
			switch {
			case e.Kind == "event":
				events[e.EventID]++
			case e.Kind == "attempt":
				tried[e.EventID]++
			case e.Inbox == "load":
				found[e.Request.Body]++
			case strings.HasPrefix(e.Inbox, "batch-"):
				found[e.Inbox]++
			}
		}
		if len(page.Entries) == 0 || last >= page.LastSeq {
			break
		}
	}
	a.compare(t, found, events)
	p.checkReply(t, a)
	p.checkSent(t, a, tried)
	return last
}

func (a *answers) compare(t *testing.T, found, events map[string]int) {
	t.Helper()
	for body, answered := range a.captures {
		want, name := 1, body
		if strings.HasPrefix(body, "batch-") {
			want = 3
		}
		gone, sent := a.deleted[body]
		switch n := found[body]; {
		case gone && n != 0:
			t.Errorf("%.40s was deleted and is there", name)
		case !sent && answered && n != want:
			t.Errorf("%.40s was answered and is there %d times, want %d", name, n, want)
		case n > want:
			t.Errorf("%.40s is there %d times", name, n)
		}
	}
	for id := range a.events {
		if events[id] != 1 {
			t.Errorf("event %s was answered and is there %d times", id, events[id])
		}
	}
}

func (p *program) checkReply(t *testing.T, a *answers) {
	t.Helper()
	_, body := p.exchange("GET", "/_/inboxes/set", "")
	does := func(status int) bool { return strings.Contains(string(body), fmt.Sprintf(`"status":%d`, status)) }
	if a.set && !slices.ContainsFunc(a.replies, does) {
		t.Errorf("the inbox was told %v, and does %s", a.replies, body)
	}
}

// checkSent: what was fired and not yet sent is sent by the next process.
func (p *program) checkSent(t *testing.T, a *answers, tried map[string]int) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for id := range a.events {
		for tried[id] == 0 {
			status, _ := p.exchange("POST", "/_/expect", fmt.Sprintf(`{"q":"kind:attempt event:%s","within":"5s"}`, id))
			if status == http.StatusOK {
				break
			}
			if time.Now().After(deadline) {
				t.Errorf("event %s was answered and never sent", id)
				return
			}
		}
	}
}
