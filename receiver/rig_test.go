package receiver

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"tacklebox/receiver/api"
	"tacklebox/receiver/inbox"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/memory"
	"tacklebox/receiver/wire"

	"github.com/gorilla/websocket"
)

// clockStart is what the sandbox clock shows in these tests.
var clockStart = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// rig is a receiver behind a real listener, put together as the sandbox does.
type rig struct {
	t   testing.TB
	rc  *Receiver
	log journal.Store
	srv *httptest.Server
	url string
}

func newRig(t testing.TB, change ...func(*Config)) *rig {
	t.Helper()
	cfg := Config{Config: inbox.Config{Journal: memory.New(memory.Limit{}), Now: func() time.Time { return clockStart }}}
	for _, f := range change {
		f(&cfg)
	}
	g := &rig{t: t, rc: New(cfg), log: cfg.Journal}
	mux := api.Mux(g.rc.routes(), http.NotFoundHandler())
	all := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/in" || strings.HasPrefix(r.URL.Path, "/in/") {
			g.rc.ServeCapture(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
	g.srv = httptest.NewUnstartedServer(nil)
	g.srv.Config.Handler = Guard(GuardConfig{Bound: []string{g.srv.Listener.Addr().String()}}, all)
	wire.Server(g.srv.Config)
	g.srv.Listener = wire.Listen(g.srv.Listener, func(r wire.Refusal) { g.rc.Refused(r, targetOf(r)) })
	g.srv.Start()
	g.url = g.srv.URL
	t.Cleanup(func() {
		g.rc.Close()
		g.srv.CloseClientConnections()
		g.srv.Close()
		_ = g.log.Close()
	})
	return g
}

// routes are the control calls of this half, as the composition's table has them.
func (rc *Receiver) routes() []api.Route {
	return []api.Route{
		{Method: "GET", Path: "/_/entries", Query: []string{"q", "after", "before", "limit", "order", "bodies"}, Write: rc.ListEntries},
		{Method: "DELETE", Path: "/_/entries", Query: []string{"q"}, Handle: rc.DeleteEntries},
		{Method: "GET", Path: "/_/entries/{seq}", Handle: rc.GetEntry},
		{Method: "GET", Path: "/_/entries/{seq}/body", Query: []string{"of"}, Handle: rc.GetBody},
		{Method: "GET", Path: "/_/entries/{seq}/as/{format}", Handle: rc.ExportEntry},
		{Method: "GET", Path: "/_/entries/diff", Query: []string{"a", "b"}, Handle: rc.DiffEntries},
		{Method: "POST", Path: "/_/entries/import", Query: []string{"inbox"}, Handle: rc.ImportEntries},
		{Method: "POST", Path: "/_/expect", Handle: rc.Expect},
		{Method: "GET", Path: "/_/stream", Query: []string{"q", "after"}, Write: rc.Stream},
		{Method: "GET", Path: "/_/inboxes", Handle: rc.ListInboxes},
		{Method: "GET", Path: "/_/inboxes/{inbox}", Handle: rc.GetInbox},
		{Method: "PUT", Path: "/_/inboxes/{inbox}", Handle: rc.PutInbox},
		{Method: "DELETE", Path: "/_/inboxes/{inbox}", Handle: rc.DeleteInbox},
	}
}

// targetOf is the request target of what was refused.
func targetOf(r wire.Refusal) string {
	head, _ := wire.ParseHead(r.Raw)
	_, target, _ := head.Target()
	return target
}

func (g *rig) addr() string { return strings.TrimPrefix(g.url, "http://") }

type answer struct {
	status int
	header http.Header
	body   string
}

// do sends a request of the control API or to an inbox and reads the answer.
func (g *rig) do(method, path, body string, headers ...string) answer {
	g.t.Helper()
	r, err := http.NewRequest(method, g.url+path, strings.NewReader(body))
	if err != nil {
		g.t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := g.srv.Client().Transport.RoundTrip(r) // the default one is emptied whenever another test's server closes
	if err != nil {
		g.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		g.t.Fatalf("%s %s: %v", method, path, err)
	}
	return answer{resp.StatusCode, resp.Header, string(raw)}
}

// want fails unless the answer has the status and holds each part.
func (a answer) want(t testing.TB, status int, parts ...string) answer {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	for _, part := range parts {
		if !strings.Contains(a.body, part) {
			t.Errorf("the answer lacks %q:\n%s", part, a.body)
		}
	}
	if status >= 400 && status != http.StatusExpectationFailed {
		wantProblem(t, a)
	}
	return a
}

// wantProblem holds every refusal to the one shape of the contract.
func wantProblem(t testing.TB, a answer) {
	t.Helper()
	var p struct {
		Error struct{ Code, Message, Hint string }
	}
	if err := json.Unmarshal([]byte(a.body), &p); err != nil || p.Error.Code == "" || p.Error.Message == "" {
		t.Errorf("not a problem of the control API (%v): %s", err, a.body)
	}
	if ct := a.header.Get("Content-Type"); ct != "application/json" {
		t.Errorf("a problem is sent as %q", ct)
	}
}

// raw writes bytes to a new connection and returns what comes back until the
// server closes it. half ends the sending side first.
func (g *rig) raw(bytes string, half bool) string {
	g.t.Helper()
	conn := g.dial()
	defer conn.Close()
	if _, err := io.WriteString(conn, bytes); err != nil {
		g.t.Fatal(err)
	}
	if half {
		_ = conn.(*net.TCPConn).CloseWrite()
	}
	back, _ := io.ReadAll(conn)
	return string(back)
}

func (g *rig) dial() net.Conn {
	g.t.Helper()
	conn, err := net.Dial("tcp", g.addr())
	if err != nil {
		g.t.Fatal(err)
	}
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	return conn
}

// entry waits for the entry with the number.
func (g *rig) entry(seq uint64) *journal.Entry {
	g.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if _, err := g.log.Wait(ctx, seq-1); err != nil {
		g.t.Fatalf("entry %d did not come: %v", seq, err)
	}
	e, err := g.log.Get(seq)
	if err != nil {
		g.t.Fatal(err)
	}
	return e
}

// add appends captures with the given bodies straight to the journal.
func (g *rig) add(bodies ...string) {
	g.t.Helper()
	for _, body := range bodies {
		if err := g.log.Append(sampleEntry(body)).Wait(); err != nil {
			g.t.Fatal(err)
		}
	}
}

func sampleEntry(body string) *journal.Entry {
	return &journal.Entry{
		Time: clockStart, Kind: journal.Capture, Inbox: "orders",
		Request: &journal.Message{
			Method: "POST", URL: "/in/orders?try=1", Proto: "HTTP/1.1",
			Headers: journal.HeaderOf(http.Header{"Host": {"localhost:4780"}, "Content-Type": {"application/json"}, "X-Try": {"a", "b"}}),
			Body:    []byte(body), Size: int64(len(body)), Remote: "127.0.0.1:5000",
		},
		Response: &journal.Message{Status: 200},
		Took:     1500 * time.Microsecond,
	}
}

// listen connects to the stream.
func (g *rig) listen(query string) *ear {
	g.t.Helper()
	conn, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(g.url, "http")+"/_/stream"+query, nil)
	if err != nil {
		g.t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(2 * time.Minute))
	g.t.Cleanup(func() { _ = conn.Close() })
	return &ear{t: g.t, conn: conn}
}

// ear is a reader of the stream.
type ear struct {
	t    testing.TB
	conn *websocket.Conn
}

type heard struct {
	Seq     uint64
	Gap     *struct{ From, To uint64 }
	Request struct{ Body string }
}

func (e *ear) next() heard {
	e.t.Helper()
	h, err := e.read()
	if err != nil {
		e.t.Fatalf("stream: %v", err)
	}
	return h
}

func (e *ear) read() (h heard, err error) {
	kind, text, err := e.conn.ReadMessage()
	if err == nil && kind != websocket.TextMessage {
		err = fmt.Errorf("message of kind %d", kind)
	}
	if err == nil {
		err = json.Unmarshal(text, &h)
	}
	return h, err
}

// memorySettings is a Settings for tests.
type memorySettings struct {
	mu   sync.Mutex
	docs map[string]json.RawMessage
	fail error
}

func (s *memorySettings) Load(name string) (json.RawMessage, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	raw, ok := s.docs[name]
	return raw, ok
}

func (s *memorySettings) Save(name string, v json.RawMessage) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return s.fail
	}
	if s.docs == nil {
		s.docs = map[string]json.RawMessage{}
	}
	s.docs[name] = v
	return nil
}

// readAnswer reads one HTTP answer off a raw connection.
func readAnswer(t testing.TB, br *bufio.Reader, method string) answer {
	t.Helper()
	resp, err := http.ReadResponse(br, &http.Request{Method: method})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(body)}
}

// serve runs srv on a free port until the test ends.
func serve(t testing.TB, srv *http.Server) (url string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = srv.Serve(ln) }()
	t.Cleanup(func() { _ = srv.Close() })
	return "http://" + ln.Addr().String()
}
