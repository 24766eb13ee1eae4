package wire

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// seen is what a handler was given.
type seen struct {
	method, target, body string
	fields               []string // "Name: value", as HeadOf has them
	known                bool
	broken               error
}

// rig is a server that notes what it is given.
type rig struct {
	t        *testing.T
	addr     string
	requests chan seen
	refusals chan Refusal
}

func newRig(t *testing.T, pause time.Duration) *rig {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &rig{t: t, addr: ln.Addr().String(), requests: make(chan seen, 100), refusals: make(chan Refusal, 100)}
	srv := &http.Server{Handler: http.HandlerFunc(g.serve), ReadHeaderTimeout: 20 * time.Second}
	Server(srv)
	wrapped := Listen(ln, func(r Refusal) { g.refusals <- r }).(listener)
	if pause > 0 {
		wrapped.pause = pause
	}
	var done sync.WaitGroup
	done.Go(func() { _ = srv.Serve(wrapped) })
	t.Cleanup(func() { _ = srv.Shutdown(closed()); _ = srv.Close(); done.Wait() })
	return g
}

// closed is a context that allows no time.
func closed() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

func (g *rig) serve(w http.ResponseWriter, r *http.Request) {
	s := seen{method: r.Method, target: r.RequestURI}
	head, known := HeadOf(r)
	s.known = known
	head.Fields(func(name, value string) bool { s.fields = append(s.fields, name+": "+value); return true })
	body, err := io.ReadAll(r.Body)
	s.body, s.broken = string(body), err
	g.requests <- s
	fmt.Fprintf(w, "%d", len(body))
}

func (g *rig) dial() net.Conn {
	g.t.Helper()
	conn, err := net.Dial("tcp", g.addr)
	if err != nil {
		g.t.Fatal(err)
	}
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	g.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// send writes the bytes in pieces of n and reads until the server closes.
func (g *rig) send(text string, n int) string {
	g.t.Helper()
	conn := g.dial()
	for piece := range slices.Chunk([]byte(text), n) {
		if _, err := conn.Write(piece); err != nil {
			break // refused before all of it was sent
		}
	}
	_ = conn.(*net.TCPConn).CloseWrite()
	back, _ := io.ReadAll(conn)
	return string(back)
}

// awkward are requests on one connection, one after the other without a pause.
var awkward = []struct {
	raw  string
	want seen
}{
	{"POST /in/a HTTP/1.1\r\nHost: h\r\nSOAPAction: \"x\"\r\nx-B: 1\r\nX-a: 2\r\nx-b: 3\r\nContent-Length: 5\r\n\r\nhello",
		seen{method: "POST", target: "/in/a", body: "hello", fields: []string{"Host: h", `SOAPAction: "x"`, "x-B: 1", "X-a: 2", "x-b: 3", "Content-Length: 5"}}},
	{"\r\nGET /in/a?q=1 HTTP/1.1\nhOST: h\nempty:\n\n",
		seen{method: "GET", target: "/in/a?q=1", fields: []string{"hOST: h", "empty: "}}},
	{"POST //in/../a HTTP/1.1\r\nHost: h\r\ntransfer-ENCODING: chunked\r\n\r\n5\r\nGET /\r\n3;ext=1\r\n\r\n\r\r\n0\r\nTrailer-X: y\r\n\r\n",
		seen{method: "POST", target: "//in/../a", body: "GET /\r\n\r", fields: []string{"Host: h", "transfer-ENCODING: chunked"}}},
	{"PUT http://h/in/b HTTP/1.1\r\nHost: h\r\nFolded: a\r\n  b\r\n\tc\r\n\r\n",
		seen{method: "PUT", target: "http://h/in/b", fields: []string{"Host: h", "Folded: a b c"}}},
	{"M-X /%7e HTTP/1.1\r\nHost:   h \t\r\ncontent-length: 2\r\nCONTENT-LENGTH: 2\r\n\r\nok",
		seen{method: "M-X", target: "/%7e", body: "ok", fields: []string{"Host: h", "content-length: 2", "CONTENT-LENGTH: 2"}}},
	{"GET /last HTTP/1.0\r\nTransfer-Encoding: chunked\r\nB: " + strings.Repeat("b", 9000) + "\r\n\r\n",
		seen{method: "GET", target: "/last", fields: []string{"Transfer-Encoding: chunked", "B: " + strings.Repeat("b", 9000)}}},
}

// TestHeadsAsTheyCame with requests in one stroke and byte by byte.
func TestHeadsAsTheyCame(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	for i, c := range awkward {
		if i == 2 {
			all.WriteString("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n") // net/http answers that alone
		}
		all.WriteString(c.raw)
	}
	for _, n := range []int{1 << 20, 4096, 7, 1} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			g := newRig(t, 0)
			back := g.send(all.String(), n)
			for _, c := range awkward {
				if len(g.requests) == 0 {
					t.Fatalf("%s did not arrive: %q", c.want.target, back)
				}
				got := <-g.requests
				c.want.known = true
				if fmt.Sprint(got) != fmt.Sprint(c.want) {
					t.Errorf("got  %+v\nwant %+v", got, c.want)
				}
			}
			if len(g.refusals) > 0 {
				t.Errorf("refused: %q", (<-g.refusals).Raw)
			}
		})
	}
}

// TestRefusals: what net/http answers by itself is told, once and whole.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ send, raw, answer string }{
		"target":         {"GET /in/a%zz HTTP/1.1\r\nHost: h\r\n\r\n", "GET /in/a%zz HTTP/1.1\r\nHost: h\r\n\r\n", "400 Bad Request"},
		"line":           {"a bad request line\r\nHost: h\r\n\r\n", "a bad request line\r\n", "400 Bad Request"},
		"field":          {"GET /in/a HTTP/1.1\r\nHost: h\r\nno colon here\r\n\r\n", "GET /in/a HTTP/1.1\r\nHost: h\r\nno colon here\r\n\r\n", "400 Bad Request"},
		"no host":        {"GET /in/a HTTP/1.1\r\nA: b\r\n\r\n", "GET /in/a HTTP/1.1\r\nA: b\r\n\r\n", "missing required Host"},
		"encoding":       {"POST /in/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n", "POST /in/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n", "501 Not Implemented"},
		"expectation":    {"GET /in/a HTTP/1.1\r\nHost: h\r\nExpect: miracles\r\n\r\n", "GET /in/a HTTP/1.1\r\nHost: h\r\nExpect: miracles\r\n\r\n", "417 Expectation Failed"},
		"behind another": {"POST /ok HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nokGET /in/a%zz HTTP/1.1\r\nHost: h\r\n\r\n", "GET /in/a%zz HTTP/1.1\r\nHost: h\r\n\r\n", "400 Bad Request"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newRig(t, 0)
			g.send(c.send, 1<<20)
			if len(g.refusals) != 1 {
				t.Fatalf("%d refusals", len(g.refusals))
			}
			r := <-g.refusals
			if !strings.HasPrefix(string(r.Raw), c.raw) || !strings.Contains(string(r.Answer), c.answer) || r.Remote == "" {
				t.Errorf("raw %q, answer %q, from %q", r.Raw, r.Answer, r.Remote)
			}
		})
	}
}

func TestAHeadTooLargeIsTold(t *testing.T) {
	t.Parallel()
	g := newRig(t, 0)
	g.send("GET /in/a HTTP/1.1\r\nHost: h\r\nA: "+strings.Repeat("x", 2<<20), 1<<20)
	r := <-g.refusals
	if !bytes.HasPrefix(r.Raw, []byte("GET /in/a HTTP/1.1\r\n")) || len(r.Raw) < 1<<20 || !bytes.Contains(r.Answer, []byte(" 431 ")) {
		t.Errorf("%d bytes, answer %q", len(r.Raw), r.Answer)
	}
}

// TestShortNonsenseIsAnswered at once, though it is shorter than any request.
func TestShortNonsenseIsAnswered(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"x\r\n\r\n", "BAD LINE\r\n\r\n"} {
		g := newRig(t, 0)
		conn := g.dial()
		_, _ = io.WriteString(conn, text)
		back, err := io.ReadAll(conn)
		if err != nil || !strings.HasPrefix(string(back), "HTTP/1.1 400 ") || len(g.refusals) != 1 {
			t.Errorf("%q: answered %q, %v", text, back, err)
		}
	}
}

// TestAnAnswerIsNoRefusal, also where the next request is there already.
func TestAnAnswerIsNoRefusal(t *testing.T) {
	t.Parallel()
	var refused []Refusal
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: http.NotFoundHandler()}
	Server(srv)
	go func() { _ = srv.Serve(Listen(ln, func(r Refusal) { refused = append(refused, r) })) }()
	defer srv.Close()
	g := &rig{t: t, addr: ln.Addr().String()}
	back := g.send(strings.Repeat("GET /in/a HTTP/1.1\r\nHost: h\r\n\r\n", 5), 1<<20)
	if n := strings.Count(back, "HTTP/1.1 404"); n != 5 || len(refused) > 0 {
		t.Errorf("%d answers, %d refusals", n, len(refused))
	}
}

func TestHTTP2WithPriorKnowledge(t *testing.T) {
	t.Parallel()
	g := newRig(t, 0)
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	defer transport.CloseIdleConnections()
	r, _ := http.NewRequest("POST", "http://"+g.addr+"/in/a", strings.NewReader("hello"))
	resp, err := transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); err != nil || string(body) != "5" || resp.ProtoMajor != 2 {
		t.Errorf("%q %v over %s", body, err, resp.Proto)
	}
	if got := <-g.requests; got.body != "hello" || got.known || got.broken != nil {
		t.Errorf("%+v", got)
	}
}

// TestASenderThatStopsIsEnded: by a deadline that every byte moves.
func TestASenderThatStopsIsEnded(t *testing.T) {
	t.Parallel()
	const pause = 300 * time.Millisecond
	for name, head := range map[string]string{
		"length":  "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n",
		"chunked": "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newRig(t, pause)
			conn := g.dial()
			started := time.Now()
			_, _ = io.WriteString(conn, head)
			steady := time.NewTicker(pause / 6)
			defer steady.Stop()
			for range 18 { // three times the pause
				<-steady.C
				if _, err := io.WriteString(conn, "x"); err != nil {
					t.Fatalf("cut after %v: %v", time.Since(started), err)
				}
			}
			got := <-g.requests
			if len(got.body) != 18 || got.broken == nil {
				t.Errorf("%q, %v", got.body, got.broken)
			}
		})
	}
}

// TestADeadlineOfABodyDoesNotEndItsAnswer: it is lifted behind the last byte.
func TestADeadlineOfABodyDoesNotEndItsAnswer(t *testing.T) {
	t.Parallel()
	const pause = 100 * time.Millisecond
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		select {
		case <-r.Context().Done():
			w.WriteHeader(500)
		case <-time.After(3 * pause):
		}
	})}
	Server(srv)
	wrapped := Listen(ln, nil).(listener)
	wrapped.pause = pause
	go func() { _ = srv.Serve(wrapped) }()
	defer srv.Close()
	conn := (&rig{t: t, addr: ln.Addr().String()}).dial()
	_, _ = io.WriteString(conn, "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 9000\r\n\r\n")
	_, _ = conn.Write(make([]byte, 9000))
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || resp.StatusCode != 200 {
		t.Fatalf("%v %v", resp, err)
	}
	_ = resp.Body.Close()
}

// FuzzFraming: whatever comes and however it is cut, heads are found where
// net/http finds its requests, and nothing panics.
func FuzzFraming(f *testing.F) {
	for _, c := range awkward {
		f.Add([]byte(c.raw), uint8(3))
	}
	f.Fuzz(func(t *testing.T, stream []byte, n uint8) {
		whole, cut := &conn{}, &conn{}
		whole.note(bytes.Clone(stream))
		for piece := range slices.Chunk(bytes.Clone(stream), int(n)+1) {
			if cut.through.Load() {
				break
			}
			cut.note(piece)
		}
		if fmt.Sprint(whole.ends) != fmt.Sprint(cut.ends) || !bytes.Equal(whole.heads, cut.heads) {
			t.Fatalf("whole %v %q\ncut %v %q", whole.ends, whole.heads, cut.ends, cut.heads)
		}
		first, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(stream)))
		if err != nil || len(whole.ends) == 0 || first.Method == "PRI" || stream[0] == '\r' || stream[0] == '\n' {
			return
		}
		whole.begin(first.Method, first.RequestURI)
		head, ok := ParseHead(whole.current)
		if !ok {
			t.Fatalf("%q: no head for %s %s", stream, first.Method, first.RequestURI)
		}
		got := http.Header{}
		head.Fields(func(name, value string) bool { got.Add(name, value); return true })
		for name, values := range first.Header {
			if name != "Cache-Control" && !slices.Equal(got[name], values) && name != "Content-Length" {
				t.Fatalf("%q: %s is %q, net/http has %q", stream, name, got[name], values)
			}
		}
	})
}

// TestASilentConnectionHoldsUpNoEnd: net/http's Shutdown alone would wait five
// seconds for a connection that has asked nothing.
func TestASilentConnectionHoldsUpNoEnd(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	seen := make(chan struct{})
	srv := &http.Server{Handler: http.NotFoundHandler()}
	Server(srv)
	note := srv.ConnState
	srv.ConnState = func(c net.Conn, s http.ConnState) {
		note(c, s)
		if s == http.StateNew {
			close(seen)
		}
	}
	go func() { _ = srv.Serve(Listen(ln, nil)) }()
	conn, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	<-seen
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
	defer cancel()
	if err := srv.Shutdown(ctx); err != nil {
		t.Errorf("the end was held up: %v", err)
	}
}
