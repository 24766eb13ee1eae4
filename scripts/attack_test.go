//go:build linux

package scripts

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// attack is one kind of hostile request, sent to a running program.
type attack struct {
	name string
	most int // megabytes of memory that it may drive the program to; what earlier ones left counts too
	run  func(a *attacked)
}

// attacked is the program while an attack goes on.
type attacked struct {
	*program
	full bool // in the sizes that once ended it

	mu      sync.Mutex
	answers map[int]int // by status
	through []string    // what got past a guard
}

// attacks are those that once ended the process, wiped the journal, read a private
// service, or filled the memory; then those that were only tried.
var attacks = []attack{
	{"filters that grow", 300, filterBombs},
	{"paths without end", 300, deepPaths},
	{"1,000 events of 31 MB", 400, func(a *attacked) { a.fire(1, 1000, 31<<20) }},
	{"8 × 100,000 events of 20 KB", 400, func(a *attacked) { a.fire(8, 100_000, 20<<10) }},
	{"16 imports at once", 700, imports},
	{"50 faults of 4 KiB patterns", 700, patterns},
	{"senders that stop", 700, slowSenders},
	{"pages of other sites", 700, otherSites},
	{"hosts of other names", 700, otherHosts},
	{"addresses of cloud metadata", 700, metadata},
	{"its own control API", 700, ownControl},
}

// TestAttack attacks a program that holds captures, and says what came through and
// what was lost. ATTACK=full makes it the sizes of an attacker with patience;
// scripts/attack sets it.
func TestAttack(t *testing.T) {
	if testing.Short() {
		t.Skip("attacks the program for a while")
	}
	t.Parallel()
	p := start(t, t.TempDir(), "--no-tui", "--quiet", "--clock", "manual")
	const held = 500
	for i := range held {
		if status, _ := p.exchange("POST", "/in/held", fmt.Sprintf(`{"held":%d}`, i)); status != http.StatusOK {
			t.Fatalf("capture %d was answered %d", i, status)
		}
	}
	t.Logf("| attack | answers | through | lost | peak MB |")
	t.Logf("|---|---|---|---|---|")
	for _, one := range attacks {
		a := &attacked{program: p, full: os.Getenv("ATTACK") == "full", answers: map[int]int{}}
		p.forgetPeak()
		one.run(a)
		lost, peak := held-p.held(t), p.memory("VmHWM:")>>10
		t.Logf("| %s | %s | %d | %d | %d |", one.name, a.told(), len(a.through), lost, peak)
		for _, what := range a.through {
			t.Errorf("%s: came through: %s", one.name, what)
		}
		if lost != 0 || peak > one.most {
			t.Errorf("%s: %d captures are lost, the memory went to %d MB of %d", one.name, lost, peak, one.most)
		}
		if !p.alive() {
			t.Fatalf("%s ended the program: %.2000s", one.name, p.stderr.String())
		}
	}
}

// held counts the captures that were there before.
func (p *program) held(t *testing.T) int {
	t.Helper()
	status, body := p.exchange("GET", "/_/entries?q=inbox:held&limit=1000", "")
	var page kept
	if err := json.Unmarshal(body, &page); err != nil || status != http.StatusOK {
		t.Fatalf("the captures are answered %d %v", status, err)
	}
	return len(page.Entries)
}

// forgetPeak lets the kernel's note of the largest size begin anew.
func (p *program) forgetPeak() {
	_ = os.WriteFile(filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), "clear_refs"), []byte("5"), 0)
}

// memory reads one of the kernel's sizes of the program, in KB.
func (p *program) memory(field string) (kb int) {
	status, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), "status"))
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, field); ok {
			kb, _ = strconv.Atoi(strings.Fields(rest)[0])
		}
	}
	return kb
}

// told lists the answers by status.
func (a *attacked) told() string {
	var list []string
	for _, status := range slices.Sorted(maps.Keys(a.answers)) {
		list = append(list, fmt.Sprintf("%s ×%d", cmp.Or(strconv.Itoa(status), "none"), a.answers[status]))
	}
	return strings.Join(list, ", ")
}

// note counts an answer; what must be refused and is not came through.
func (a *attacked) note(status int, mustRefuse bool, what string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answers[status]++
	if mustRefuse && status > 0 && status < 400 || status == http.StatusInternalServerError {
		a.through = append(a.through, fmt.Sprintf("%.120s was answered %d", what, status))
	}
}

// refused sends what must be refused.
func (a *attacked) refused(method, path, body string) {
	status, _ := a.exchange(method, path, body)
	a.note(status, true, method+" "+path+" "+body)
}

// at divides a size for the short run.
func (a *attacked) at(size, part int) int {
	if a.full {
		return size
	}
	return max(size/part, 1)
}

func filterBombs(a *attacked) {
	for _, bomb := range []string{strings.Repeat("[@this,@this]|", 39), strings.Repeat("@tostr|", 30), strings.Repeat("{a:@this,b:@this}|", 30), "@pretty:" + strings.Repeat("9", 300)} {
		q := "body." + bomb + "x=1"
		a.refused("GET", "/_/entries?q="+url.QueryEscape(q), "")
		a.refused("PUT", "/_/faults", fmt.Sprintf(`[{"kind":"delay","for":"1s","q":%q}]`, q))
		a.refused("POST", "/_/expect", fmt.Sprintf(`{"q":%q}`, q))
	}
}

func deepPaths(a *attacked) {
	first := a.entries(0).Entries[0].Seq
	deep := strings.Repeat("a.", a.at(2_500_000, 50)) + "a"
	for _, path := range []string{"a.9999999999", deep, strings.Repeat("0.", 600) + "0"} {
		a.refused("POST", fmt.Sprintf("/_/entries/%d/replay", first), fmt.Sprintf(`{"to":"http://127.0.0.1:9/","set":{%q:1}}`, path))
		a.refused("POST", "/_/events", fmt.Sprintf(`{"provider":"ultracart","type":"order_create","set":{%q:1}}`, path))
		status, _ := a.exchange("GET", "/_/entries?q="+url.QueryEscape("body."+path[:min(len(path), 100_000)]+"=1"), "")
		a.note(status, false, "a filter") // one that is short enough finds nothing
	}
	nested := strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_000)
	a.refused("POST", "/_/events", `{"provider":"ultracart","type":"order_create","merge":`+nested+`}`)
	a.refused("PUT", "/_/providers/shoptet/settings", nested)
}

// fire orders so many events of so many bytes each, several at a time.
func (a *attacked) fire(orders, count, size int) {
	body := strings.Repeat("x", size)
	var all sync.WaitGroup
	for range orders {
		all.Go(func() {
			a.refused("POST", "/_/events", fmt.Sprintf(`{"provider":"shoptet","type":"order:create","to":"http://127.0.0.1:9/","count":%d,"body":%q}`, count, body))
		})
	}
	all.Wait()
}

// imports must not all be refused: the program has room for some at a time.
func imports(a *attacked) {
	line := `{"kind":"capture","inbox":"x","request":{"method":"POST","url":"/in/x","headers":{},"body":"` + strings.Repeat("x", 10_000) + `"}}` + "\n"
	text := strings.Repeat(line, a.at(30<<20, 10)/len(line))
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			status, _ := a.exchange("POST", "/_/entries/import?inbox=attack", text)
			a.note(status, false, "import")
		})
	}
	all.Wait()
}

func patterns(a *attacked) {
	pattern := "(" + strings.Repeat("x{1,99}", 580) + ")"
	q := fmt.Sprintf("body.a~%q", pattern)
	faults := strings.TrimSuffix(strings.Repeat(fmt.Sprintf(`{"kind":"delay","for":"1s","q":%q},`, q), 50), ",")
	a.refused("PUT", "/_/faults", "["+faults+"]")
	steps := strings.TrimSuffix(strings.Repeat(fmt.Sprintf(`%q,`, q), 100), ",")
	a.refused("POST", "/_/expect", `{"ordered":[`+steps+`]}`)
	a.refused("GET", "/_/entries?q="+url.QueryEscape("body.a~"+strings.Repeat("x", 5000)), "")
}

// slowSenders begin requests and never end them; who sends whole ones is answered
// meanwhile.
func slowSenders(a *attacked) {
	host := strings.TrimPrefix(a.url, "http://")
	var open []net.Conn
	for i := range a.at(500, 5) {
		c, err := net.Dial("tcp", host)
		if err != nil {
			a.t.Error(err)
			break
		}
		open = append(open, c)
		begin := []string{"POST /in/slow HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n{", "POST /_/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{", "GET /in/x HT", ""}[i%4]
		_, _ = io.WriteString(c, begin)
	}
	for range 50 {
		began := time.Now()
		status, _ := a.exchange("POST", "/in/meanwhile", "whole")
		a.note(status, false, "a capture beside them")
		if status != http.StatusOK || time.Since(began) > 3*time.Second {
			a.through = append(a.through, fmt.Sprintf("a capture beside them was answered %d after %s", status, time.Since(began)))
		}
	}
	for _, c := range open {
		_ = c.Close()
	}
}

// as sends a request with headers of an attacker's choice.
func (a *attacked) as(method, path, body, host string, header ...string) {
	req, err := http.NewRequest(method, a.url+path, strings.NewReader(body))
	if err != nil {
		a.t.Error(err)
		return
	}
	req.Host = host
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	status := 0
	if res, err := http.DefaultClient.Do(req); err == nil {
		status = res.StatusCode
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
	}
	a.note(status, true, method+" "+path+" for "+cmp.Or(host, "its own host")+" "+strings.Join(header, " "))
}

// controlCalls are what a page would like to call.
var controlCalls = [][3]string{{"GET", "/_/entries", ""}, {"POST", "/_/reset", "{}"}, {"DELETE", "/_/entries", ""}, {"POST", "/_/events", `{"provider":"shoptet","type":"order:create"}`},
	{"GET", "/_/secrets", ""}, {"POST", "/_/mcp", "{}"}, {"GET", "/_/stream", ""}, {"PUT", "/_/faults", "[]"}, {"GET", "/~x/_/entries", ""}, {"POST", "/~x/_/reset", "{}"}}

func otherSites(a *attacked) {
	for _, call := range controlCalls {
		for _, from := range [][]string{{"Origin", "http://evil.example"}, {"Origin", "null"}, {"Sec-Fetch-Site", "cross-site"}, {"Origin", a.url + ".evil.example"}} {
			a.as(call[0], call[1], call[2], "", from...)
		}
	}
}

func otherHosts(a *attacked) {
	for _, host := range []string{"evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "169.254.169.254", "[fd00:ec2::254]"} {
		for _, call := range controlCalls {
			a.as(call[0], call[1], call[2], host)
		}
		a.as("GET", "/shoptet/api/eshop", "", host, "Authorization", "Bearer x")
		a.as("POST", "/dsco/api/v2/oauth2/token", "", host)
	}
}

func metadata(a *attacked) {
	for _, host := range []string{"169.254.169.254", "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518",
		"[fe80::1]", "[fd00:ec2::254]", "[fd20:ce::254]", "[64:ff9b::a9fe:a9fe]", "user@169.254.169.254", "169.254.169.254."} {
		to := "http://" + host + "/latest/meta-data/"
		a.refused("POST", "/_/events", fmt.Sprintf(`{"provider":"shoptet","type":"order:create","to":%q}`, to))
		a.refused("POST", "/_/send", fmt.Sprintf(`{"url":%q}`, to))
		a.refused("PUT", "/_/inboxes/away", fmt.Sprintf(`{"forward":%q}`, to))
	}
}

// ownControl lets deliveries call the program's own control API, however it is
// spelled. Those that can be known are refused at once; none may be carried out. What
// begins with /in/ is an inbox, whatever follows.
func ownControl(a *attacked) {
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(a.url, "http://"))
	for _, host := range []string{"127.0.0.1", "localhost", "LOCALHOST", "localhost.", "a.localhost", "127.1", "2130706433", "0x7f.1", "127.0.0.2", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]"} {
		for _, path := range []string{"/_/reset", "/%5f/reset", "/%5F/reset", "//_/reset", "/./_/reset", "/in/../_/reset", "/_%2freset", "/~x/_/reset", "/~x/..%2f_/reset", "/_/reset?x=/in/y"} {
			a.call("http://" + net.JoinHostPort(strings.Trim(host, "[]"), port) + path)
		}
	}
}

// call lets the program send a request, and looks at what came of it.
func (a *attacked) call(to string) {
	_, before := a.exchange("GET", "/_/entries?limit=1", "")
	var at kept
	_ = json.Unmarshal(before, &at)
	status, _ := a.exchange("POST", "/_/send", fmt.Sprintf(`{"method":"POST","url":%q,"body":"{}"}`, to))
	if status != http.StatusAccepted {
		a.note(status, false, to)
		return
	}
	for range 200 {
		_, body := a.exchange("GET", fmt.Sprintf("/_/entries?after=%d&q=kind:attempt&limit=1", at.LastSeq), "")
		var page struct {
			Entries []struct{ Response struct{ Status int } }
		}
		if json.Unmarshal(body, &page) == nil && len(page.Entries) > 0 {
			got := page.Entries[0].Response.Status
			if inbox := strings.Contains(to, "/in/../"); !inbox && got >= 200 && got < 300 {
				a.through = append(a.through, fmt.Sprintf("%s was called and answered %d", to, got))
			}
			a.answers[got]++
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}
