package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/nats-io/nats-server/v2/server"

	"tacklebox/mock/kit/kittest"
	"tacklebox/receiver/api"
	"tacklebox/receiver/journal/natstest"
)

// seenWithin is how soon every process sees what one has answered (the public
// contract, section 14).
const seenWithin = time.Second

// process starts one of several that are one sandbox.
func process(t *testing.T, address string, options ...Option) *Running {
	t.Helper()
	return Start(t, append([]Option{WithConfig(func(c *Config) { c.Shared, c.Clock, c.Start = address, "", time.Time{} })}, options...)...)
}

// processes starts n and returns when one of them, the first, leads.
func processes(t *testing.T, n int, address string, options ...Option) (all []*Running) {
	t.Helper()
	for range n {
		all = append(all, process(t, address, options...))
		all[0].awaitLead(t)
	}
	return all
}

// awaitLead returns when the process leads.
func (r *Running) awaitLead(t *testing.T) {
	t.Helper()
	until(t, "a process that leads", r.space.leads)
}

// die leaves a process as a kill does: its connections end, it saves nothing.
func (r *Running) die() {
	r.gone = true
	r.sb.shared.cluster.Close()
	_ = r.sb.server.Close()
	r.space.Engine().Quiesce(0)
}

func post(t *testing.T, url, body string) int {
	t.Helper()
	resp, err := http.Post(url, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// TestSharedCaptures: what one process answered every other one shows within a
// second, in its list, its stream and to who waits for it; with servers alone and
// as three.
func TestSharedCaptures(t *testing.T) {
	t.Parallel()
	for name, servers := range map[string][]*natstest.Server{"one": {natstest.Run(t)}, "three": natstest.RunCluster(t, 3)} {
		t.Run(name, func(t *testing.T) {
			all := processes(t, 3, natstest.Address("", servers...))
			for i, from := range all {
				streams := map[*Running]*websocket.Conn{}
				for _, at := range all {
					streams[at] = listen(t, at, "inbox:box"+fmt.Sprint(i))
				}
				if status := post(t, from.Inbox(fmt.Sprint("box", i)), "hello"); status != http.StatusOK {
					t.Fatalf("captured with %d", status)
				}
				answered := time.Now()
				for _, at := range all {
					sees(t, at, streams[at], fmt.Sprint("inbox:box", i))
				}
				if took := time.Since(answered); took > seenWithin {
					t.Errorf("process %d: seen everywhere after %s", i, took)
				}
			}
		})
	}
}

func listen(t *testing.T, at *Running, q string) *websocket.Conn {
	t.Helper()
	conn, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(at.URL, "http")+"/_/stream?q="+q, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// sees asks a process in all three ways.
func sees(t *testing.T, at *Running, stream *websocket.Conn, q string) {
	t.Helper()
	if _, answer := at.call("POST", "/_/expect", fmt.Appendf(nil, `{"q":%q,"within":"5s"}`, q)); !strings.Contains(answer, `"met":true`) {
		t.Errorf("expect: %s", answer)
	}
	if _, list := at.call("GET", "/_/entries?q="+q, nil); !strings.Contains(list, `"kind":"capture"`) {
		t.Errorf("entries: %s", list)
	}
	_ = stream.SetReadDeadline(time.Now().Add(5 * time.Second))
	if _, message, err := stream.ReadMessage(); err != nil || !strings.Contains(string(message), `"kind":"capture"`) {
		t.Errorf("stream: %s %v", message, err)
	}
}

// TestSharedPassing: a process that does not lead answers for the provider side as
// the leader does, and shows what it changed at once.
func TestSharedPassing(t *testing.T) {
	t.Parallel()
	all := processes(t, 3, natstest.Address("", natstest.Run(t)), WithConfig(func(c *Config) { c.Token = "secret" }), withFile(filepath.Join(kittest.Acme(t), "acme.yaml")))
	b, c := all[1], all[2]
	for _, step := range []struct {
		at                       *Running
		method, path, body, want string
	}{
		{b, "PUT", "/_/inboxes/in", `{"reply":[{"status":500,"times":1},{"status":201}]}`, "200 "},
		{b, "GET", "/_/inboxes/in", ``, `"status":500`},
		{b, "POST", "/_/subscriptions", `{"provider":"acme","url":"` + b.Inbox("in") + `","types":["order.paid"],"account":"a"}`, "201 "},
		{b, "GET", "/_/subscriptions", ``, b.Inbox("in")},
		{c, "GET", "/_/subscriptions?provider=acme", ``, b.Inbox("in")},
		{c, "POST", "/_/events", `{"provider":"acme","type":"order.paid"}`, "202 "},
		{c, "GET", "/_/entries?q=kind:event", ``, "order.paid"},
		{c, "POST", "/_/expect", `{"q":"kind:attempt status:500","within":"5s"}`, `"met":true`},
		{b, "GET", "/_/inboxes", ``, `"captures":1`},
		{b, "DELETE", "/_/entries?q=kind:capture", ``, "204 "},
		{b, "GET", "/_/inboxes", ``, `[{"inbox":"in","captures":0`},
		{b, "PUT", "/_/providers/shoptet/settings", `{"attempts":2}`, "200 "},
		{c, "GET", "/_/providers/shoptet/settings", ``, `"attempts":2`},
		{b, "PUT", "/_/faults", `[{"kind":"reset"}]`, "200 "},
		{c, "GET", "/_/faults", ``, "reset"},
		{b, "POST", "/_/clock", `{"advance":"1h"}`, "409 "},
		{b, "POST", "/_/events", `{"provider":"nobody","type":"x"}`, "422 "},
		{b, "GET", "/_/clock?what=1", ``, "400 "},
		{b, "POST", "/_/reset", ``, "200 "},
		{b, "GET", "/_/inboxes/in", ``, "200 {}"},
		{c, "GET", "/_/entries", ``, `"entries":[]`},
		{c, "GET", "/_/subscriptions", ``, "200 []"},
		{b, "POST", "/_/sign", `{"scheme":"github","secret":"s","body":"x"}`, "200 "},
		{b, "GET", "/_/schemes", ``, "github"},
	} {
		status, answer := step.at.call(step.method, step.path, []byte(step.body))
		if !strings.Contains(answer, step.want) {
			t.Errorf("%s %s: %d %s, want %q", step.method, step.path, status, answer, step.want)
		}
	}
}

// TestSharedCall: a mock call through a follower is kept as it came: no header of
// ours in it, and from whom.
func TestSharedCall(t *testing.T) {
	t.Parallel()
	all := processes(t, 2, natstest.Address("", natstest.Run(t)))
	r, err := http.NewRequest("GET", all[1].URL+"/shoptet/api/webhooks?a=%2f", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Shoptet-Access-Token", "123456-a-abcdefghijklmnopqrstuvwxyz012345")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	e := all[1].Expect(t, "kind:call")[0]
	if e.Request.URL != "/shoptet/api/webhooks?a=%2f" || e.Request.Headers.Get(passedOn) != "" || e.Request.Headers.Get("X-Forwarded-For") != "" || !strings.HasPrefix(e.Request.Remote, "127.0.0.1:") {
		t.Errorf("kept as %+v", e.Request)
	}
	if e.Response.Status != resp.StatusCode {
		t.Errorf("answered %d, kept %d", resp.StatusCode, e.Response.Status)
	}
}

// TestSharedTakeOver: when the leader dies another goes on with what waited. What
// was recorded is not sent again, what was on the wire is, and is marked.
func TestSharedTakeOver(t *testing.T) {
	t.Parallel()
	servers := natstest.RunCluster(t, 3)
	all := processes(t, 3, natstest.Address("", servers...), withFile(filepath.Join(kittest.Acme(t), "acme.yaml")))
	var hits sync.Map // delivery → *atomic.Int64
	release := make(chan struct{})
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := hits.LoadOrStore(r.URL.Path, new(atomic.Int64))
		if n.(*atomic.Int64).Add(1) == 1 && r.URL.Path == "/hangs" {
			<-release // on the wire when the leader dies
			return
		}
		if r.URL.Path == "/fails" && n.(*atomic.Int64).Load() < 2 {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	defer app.Close()
	for _, path := range []string{"/done", "/fails", "/hangs"} {
		all[2].lets(t, app.URL+path)
	}
	all[1].Expect(t, "kind:attempt path:/done status:200")
	all[1].Expect(t, "kind:attempt path:/fails status:500")
	until(t, "the attempt that hangs", func() bool {
		n, ok := hits.Load("/hangs")
		return ok && n.(*atomic.Int64).Load() == 1
	})
	died := time.Now()
	all[0].die()
	until(t, "another that leads", func() bool { return slices.ContainsFunc(all[1:], func(r *Running) bool { return r.space.leads() }) })
	t.Logf("another process leads after %s", time.Since(died).Round(time.Millisecond))
	close(release)
	resent := all[1].Expect(t, "kind:attempt path:/hangs status:200")[0]
	if !strings.Contains(string(resent.Detail), `"resumed":true`) {
		t.Errorf("what may have been sent before is not marked: %s", resent.Detail)
	}
	all[1].Expect(t, "kind:attempt path:/fails status:200")
	if n, _ := hits.Load("/done"); n.(*atomic.Int64).Load() != 1 {
		t.Errorf("what was recorded was sent %d times", n.(*atomic.Int64).Load())
	}
	if got := len(all[1].Entries("kind:attempt path:/fails")); got != 2 {
		t.Errorf("%d attempts where one failed", got)
	}
}

// lets a delivery begin: of acme, who repeats what failed after five seconds, and
// for what hangs of a provider that waits long.
func (r *Running) lets(t *testing.T, to string) {
	t.Helper()
	f := api.Firing{Provider: "prioticket", Type: "ORDER_CREATE", To: to}
	if strings.HasSuffix(to, "/fails") {
		f.Provider, f.Type = "acme", "order.paid"
	}
	doc, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	if status, answer := r.call("POST", "/_/events", doc); status != http.StatusAccepted {
		t.Fatalf("fire: %s", answer)
	}
}

// TestSharedAway: while NATS is away a capture is refused and never lost silently;
// when it is back everything goes on, and nothing that was answered is gone.
func TestSharedAway(t *testing.T) {
	t.Parallel()
	nats := natstest.Run(t)
	r := processes(t, 1, natstest.Address("", nats))[0]
	if status := post(t, r.Inbox("x"), "1"); status != http.StatusOK {
		t.Fatalf("captured with %d", status)
	}
	nats.Stop()
	until(t, "NATS to be missed", func() bool { return r.space.journal.Health() != nil })
	if status := post(t, r.Inbox("x"), "2"); status != http.StatusServiceUnavailable {
		t.Errorf("captured with %d while NATS is away", status)
	}
	if status, answer := r.call("GET", "/_/readyz", nil); status != http.StatusServiceUnavailable || !strings.Contains(answer, "bring NATS back") {
		t.Errorf("ready: %s", answer)
	}
	if status, _ := r.call("GET", "/_/livez", nil); status != http.StatusOK {
		t.Errorf("alive: %d", status)
	}
	nats.Start()
	until(t, "NATS to be back", func() bool { return r.space.journal.Health() == nil })
	if status := post(t, r.Inbox("x"), "3"); status != http.StatusOK {
		t.Errorf("captured with %d when NATS is back", status)
	}
	var bodies []string
	for _, e := range r.Expect(t, "kind:capture", 2) {
		bodies = append(bodies, string(e.Request.Body))
	}
	if !slices.Equal(bodies, []string{"1", "3"}) {
		t.Errorf("kept %v", bodies)
	}
	r.awaitLead(t)
	r.lets(t, r.Inbox("y"))
	r.Expect(t, "kind:capture inbox:y")
}

// TestNoLeader: while nobody leads the provider side says so, and when to ask again.
func TestNoLeader(t *testing.T) {
	t.Parallel()
	all := processes(t, 2, natstest.Address("", natstest.Run(t)))
	all[0].die()
	for _, path := range []string{"/_/clock", "/shoptet/api/webhooks"} {
		resp, err := http.Get(all[1].URL + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
			t.Errorf("%s: %s, Retry-After %q", path, resp.Status, resp.Header.Get("Retry-After"))
		}
	}
	if status := post(t, all[1].Inbox("x"), "1"); status != http.StatusOK {
		t.Errorf("captured with %d while nobody leads", status)
	}
}

// TestSharedRefused: what keeps a process from starting is said by Open.
func TestSharedRefused(t *testing.T) {
	t.Parallel()
	locked := natstest.Run(t, func(o *server.Options) { o.Username, o.Password = "u", "p" })
	for address, want := range map[string]string{natstest.Address("", locked): "refuses the credentials", "nats://": "the host"} {
		sb, err := Open(Config{Shared: address})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", address, err)
		}
		if err == nil {
			_ = sb.Shutdown(t.Context())
		}
	}
}

// TestSharedSpaces: a space is one in every process, with a stream of its own that
// is made when it is first written; its end is everywhere too, and what is made
// anew begins anew.
func TestSharedSpaces(t *testing.T) {
	t.Parallel()
	nats := natstest.Run(t)
	all := processes(t, 2, natstest.Address("", nats))
	a, b := all[0], all[1]
	streams := func() int { return nats.GlobalAccount().JetStreamUsage().Streams }
	before := streams()
	for _, step := range []struct {
		at                       *Running
		method, path, body, want string
		streams                  int // beyond those there were
	}{
		{b, "GET", "/~one/_/entries", ``, `"last_seq":0`, 0},
		{a, "POST", "/~one/_/expect", `{"q":"kind:capture","within":"0s"}`, `"met":false`, 0},
		{b, "POST", "/~one/in/x", `1`, "200 ", 1},
		{a, "POST", "/~one/_/expect", `{"q":"kind:capture","within":"5s"}`, `"met":true`, 1},
		{a, "GET", "/~one/_/entries", ``, `"last_seq":1`, 1},
		{b, "GET", "/_/spaces", ``, `"name":"one"`, 1},
		{b, "PUT", "/_/spaces/two", `{"clock":"manual","ttl":"1h"}`, `"clock":"manual"`, 1},
		{b, "POST", "/~two/_/clock", `{"advance":"1h"}`, `"mode":"manual"`, 1},
		{b, "PUT", "/_/spaces/two", `{"clock":"auto"}`, "409 ", 1},
		{b, "POST", "/~one/_/events", `{"provider":"dsco","type":"ORDER_CREATED","to":"` + b.URL + `/~one/in/y"}`, "202 ", 1},
		{a, "POST", "/~one/_/expect", `{"q":"kind:capture inbox:y","within":"5s"}`, `"met":true`, 1},
		{a, "GET", "/_/entries", ``, `"last_seq":0`, 1},
		{b, "DELETE", "/_/spaces/one", ``, "200 ", 0},
		{b, "GET", "/_/spaces", ``, `[{"name":"two"`, 0},
	} {
		status, answer := step.at.call(step.method, step.path, []byte(step.body))
		if !strings.Contains(answer, step.want) {
			t.Errorf("%s %s: %d %s, want %q", step.method, step.path, status, answer, step.want)
		}
		if got := streams() - before; got != step.streams {
			t.Errorf("%s %s: %d more streams, want %d", step.method, step.path, got, step.streams)
		}
	}
	until(t, "the space to end here too", func() bool { return !b.sb.spaces.exists("one") })
	if _, answer := b.call("POST", "/~one/in/x", []byte("2")); !strings.Contains(answer, "200 ") {
		t.Error(answer)
	}
	if _, answer := a.call("POST", "/~one/_/expect", []byte(`{"q":"kind:capture seq:1","within":"5s"}`)); !strings.HasPrefix(answer, "200 ") {
		t.Errorf("made anew: %s", answer)
	}
}

// TestSharedSpaceExpires: a space that another process than the leader uses does
// not end; one that nobody uses does.
func TestSharedSpaceExpires(t *testing.T) {
	t.Parallel()
	all := processes(t, 2, natstest.Address("", natstest.Run(t)))
	for _, name := range []string{"used", "idle"} {
		if status, answer := all[0].call("PUT", "/_/spaces/"+name, []byte(`{"ttl":"900ms"}`)); status != http.StatusOK {
			t.Fatal(answer)
		}
	}
	until(t, "the space that nobody uses to end", func() bool {
		if status := post(t, all[1].URL+"/~used/in/x", "1"); status != http.StatusOK {
			t.Fatalf("captured with %d", status)
		}
		return !all[0].sb.spaces.exists("idle") && !all[1].sb.spaces.exists("idle")
	})
	if !all[0].sb.spaces.exists("used") {
		t.Error("a space that is used has ended")
	}
}

// TestSharedSpaceTakeOver: what waits in a space goes on with the next leader, which
// was never asked for it.
func TestSharedSpaceTakeOver(t *testing.T) {
	t.Parallel()
	all := processes(t, 2, natstest.Address("", natstest.Run(t)), withFile(filepath.Join(kittest.Acme(t), "acme.yaml")))
	var tries atomic.Int64
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if tries.Add(1) == 1 {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	defer app.Close()
	if _, answer := all[0].call("POST", "/~s/_/events", []byte(`{"provider":"acme","type":"order.paid","to":"`+app.URL+`"}`)); !strings.HasPrefix(answer, "202 ") {
		t.Fatal(answer)
	}
	if _, answer := all[0].call("POST", "/~s/_/expect", []byte(`{"q":"kind:attempt status:500","within":"5s"}`)); !strings.HasPrefix(answer, "200 ") {
		t.Fatal(answer)
	}
	all[0].die()
	until(t, "the second try", func() bool { return tries.Load() >= 2 })
	if _, answer := all[1].call("POST", "/~s/_/expect", []byte(`{"q":"kind:attempt status:200","within":"5s"}`)); !strings.HasPrefix(answer, "200 ") {
		t.Error(answer)
	}
}
