package receiver

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// speaker answers each connection with the given bytes and closes it.
func speaker(t *testing.T, answer string) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			if r, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				_, _ = io.Copy(io.Discard, r.Body)
				_, _ = io.WriteString(conn, answer)
			}
			_ = conn.Close()
		}
	}()
	return "http://" + ln.Addr().String()
}

// forwarding is a rig whose inbox a forwards there.
func forwarding(t *testing.T, to string, change ...func(*Config)) *rig {
	t.Helper()
	g := newRig(t, change...)
	g.do("PUT", "/_/inboxes/a", `{"forward":"`+to+`"}`).want(t, 200)
	return g
}

// TestForwardOfOddAnswers: what an application can say that is no good answer,
// and good answers of rare kinds.
func TestForwardOfOddAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		says   string
		status int
		body   string // what the sender gets, or a part of the refusal
	}{
		"nothing":              {"", 502, "forward_failed"},
		"no HTTP":              {"220 smtp.example ready\r\n", 502, "forward_failed"},
		"half a head":          {"HTTP/1.1 200 OK\r\nX-A: 1", 502, "forward_failed"},
		"a status of letters":  {"HTTP/1.1 abc no\r\n\r\n", 502, "forward_failed"},
		"a wrong length":       {"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", 502, "forward_failed"},
		"a wrong chunk":        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 502, "forward_failed"},
		"chunks that end":      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", 502, "forward_failed"},
		"another protocol":     {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nbytes", 502, "forward_failed"},
		"a status below 100":   {"HTTP/1.1 042 ?\r\nContent-Length: 0\r\n\r\n", 502, "forward_failed"},
		"early hints first":    {"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok"},
		"chunks":               {"HTTP/1.1 201 Made\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", 201, "abcde"},
		"until it closes":      {"HTTP/1.0 200 OK\r\n\r\nall of it", 200, "all of it"},
		"no content":           {"HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n", 204, ""},
		"not modified":         {"HTTP/1.1 304 Not Modified\r\nEtag: \"1\"\r\n\r\n", 304, ""},
		"a status of its own":  {"HTTP/1.1 799 Odd\r\nContent-Length: 1\r\n\r\nx", 799, "x"},
		"compressed as it is":  {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x00z", 200, "\x1f\x8b\x00z"},
		"a redirect with body": {"HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 2\r\n\r\ngo", 307, "go"},
		"a header of 1 MB":     {"HTTP/1.1 200 OK\r\nX-A: " + strings.Repeat("x", 11<<20) + "\r\nContent-Length: 0\r\n\r\n", 502, "forward_failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := forwarding(t, speaker(t, c.says), func(cfg *Config) { cfg.ForwardTimeout = 10 * time.Second })
			got := g.do("POST", "/in/a/x", "hello", "Accept-Encoding", "identity")
			e := g.entry(1)
			if got.status != c.status || e.Response.Status != c.status || !strings.Contains(got.body, c.body) {
				t.Fatalf("the sender got %d %.200q, the entry has %d, wanted %d %q", got.status, got.body, e.Response.Status, c.status, c.body)
			}
			if failed := c.status == 502; failed != (e.Error != "") || !failed && (got.body != c.body || string(e.Response.Body) != c.body) {
				t.Errorf("the sender got %.200q, the entry has %.200q, error %.200q", got.body, e.Response.Body, e.Error)
			}
		})
	}
}

// TestForwardHopByHop: headers of one connection end at it, in both directions;
// all others pass, each value on its own.
func TestForwardHopByHop(t *testing.T) {
	t.Parallel()
	base, got := application(t, ok)
	g := forwarding(t, base)
	g.raw("POST /in/a HTTP/1.1\r\nHost: h\r\nConnection: close, X-Hop\r\nConnection: X-More\r\nX-Hop: 1\r\nX-More: 2\r\nX-Stays: 3\r\nX-Stays: 4\r\nKeep-Alive: 5\r\n"+
		"Proxy-Authorization: Basic eA==\r\nProxy-Connection: close\r\nTE: trailers\r\nUpgrade: h2c\r\nAuthorization: Bearer t\r\nCookie: c=1\r\nX-Empty:\r\nContent-Length: 2\r\n\r\nhi", false)
	if text := <-got; text != "POST / map[Authorization:[Bearer t] Cookie:[c=1] X-Empty:[] X-Stays:[3 4]] hi" {
		t.Errorf("the application got %s", text)
	}
	if kept := g.entry(1).Request.Headers; kept.Get("X-Hop") != "1" || kept.Get("Proxy-Authorization") == "" {
		t.Errorf("the capture lost headers: %v", kept)
	}
}

func TestForwardHopByHopBack(t *testing.T) {
	t.Parallel()
	g := forwarding(t, speaker(t, "HTTP/1.1 401 No\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nConnection: X-Hop, x-other\r\nX-Hop: 1\r\nX-Other: 2\r\nX-Stays: 3\r\nKeep-Alive: timeout=5\r\n"+
		"Proxy-Authenticate: Basic\r\nProxy-Connection: close\r\nTrailer: X-T\r\nUpgrade: h2c\r\nWWW-Authenticate: Bearer\r\nContent-Length: 2\r\n\r\nno"))
	got := g.do("POST", "/in/a", "hi")
	for _, name := range []string{"Date", "Content-Length", "Connection"} { // of the connection to the sender
		got.header.Del(name)
	}
	want := http.Header{"Set-Cookie": {"a=1", "b=2"}, "X-Stays": {"3"}, "Www-Authenticate": {"Bearer"}}
	if diff := cmp.Diff(want, got.header); diff != "" || got.status != 401 || got.body != "no" {
		t.Errorf("status %d %q, the sender got (-want +got):\n%s", got.status, got.body, diff)
	}
	if diff := cmp.Diff(want, g.entry(1).Response.Headers.Map()); diff != "" {
		t.Errorf("the entry has (-want +got):\n%s", diff)
	}
}

// TestForwardToItself: an inbox that forwards to itself, or below itself, ends
// with an answer, and each turn is in the journal.
func TestForwardToItself(t *testing.T) {
	t.Parallel()
	for _, below := range []string{"", "/deeper", "?again=1"} {
		g := newRig(t)
		g.do("PUT", "/_/inboxes/a", `{"forward":"`+g.url+`/in/a`+below+`"}`).want(t, 200)
		g.do("POST", "/in/a", "x").want(t, http.StatusLoopDetected, "forward_loop")
		_, last := g.log.Bounds()
		if last != 8+1 {
			t.Errorf("%q: %d captures", below, last)
		}
		g.do("GET", "/_/entries?q=status:508", "").want(t, 200, fmt.Sprintf(`"last_seq":%d`, last))
		for seq := range last {
			if e := g.entry(seq + 1); string(e.Request.Body) != "x" {
				t.Errorf("%q: turn %d has the body %q", below, seq, e.Request.Body)
			}
		}
		g.do("PUT", "/_/inboxes/a", `{}`).want(t, 200)
		g.do("POST", "/in/a", "x").want(t, 200)
	}
}

// TestForwardOfManyAtOnce: answers reach the sender whose request they are for.
func TestForwardOfManyAtOnce(t *testing.T) {
	t.Parallel()
	base := serve(t, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Path", r.URL.Path)
		_, _ = fmt.Fprintf(w, "you sent %s", body)
	})})
	g := forwarding(t, base+"/app")
	done := make(chan string)
	const senders = 20
	for i := range senders {
		go func() {
			resp, err := http.Post(fmt.Sprintf("%s/in/a/%d", g.url, i), "text/plain", strings.NewReader(fmt.Sprint(i)))
			if err != nil {
				done <- err.Error()
				return
			}
			defer resp.Body.Close()
			body, _ := io.ReadAll(resp.Body)
			if got, want := string(body)+resp.Header.Get("X-Path"), fmt.Sprintf("you sent %d/app/%d", i, i); got != want {
				done <- got + ", wanted " + want
				return
			}
			done <- ""
		}()
	}
	for range senders {
		if wrong := <-done; wrong != "" {
			t.Error(wrong)
		}
	}
	for seq := range uint64(senders) {
		e := g.entry(seq + 1)
		if string(e.Response.Body) != "you sent "+string(e.Request.Body) || !strings.HasSuffix(e.Request.URL, "/"+string(e.Request.Body)) {
			t.Errorf("entry %d: %s with %s was answered %s", e.Seq, e.Request.URL, e.Request.Body, e.Response.Body)
		}
	}
}

// TestForwardAnswerTooLarge: one byte more than is taken is a refusal, not a
// part of an answer.
func TestForwardAnswerTooLarge(t *testing.T) {
	t.Parallel()
	base := serve(t, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		piece := make([]byte, 1<<20)
		for range (32 << 20) / len(piece) {
			_, _ = w.Write(piece)
		}
		_, _ = w.Write(piece[:1])
	})})
	g := forwarding(t, base)
	g.do("POST", "/in/a", "x").want(t, 502, "the answer is larger than 33554432 bytes")
	if e := g.entry(1); !strings.Contains(e.Error, "larger than") {
		t.Errorf("error %q", e.Error)
	}
}

// TestForwardOfASlowAnswer: the head alone does not stop the clock.
func TestForwardOfASlowAnswer(t *testing.T) {
	t.Parallel()
	hang := make(chan struct{})
	base := serve(t, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "a beginning")
		_ = http.NewResponseController(w).Flush()
		<-hang
	})})
	t.Cleanup(func() { close(hang) })
	g := forwarding(t, base, func(c *Config) { c.ForwardTimeout = 150 * time.Millisecond })
	got := g.do("POST", "/in/a", "x").want(t, 504, "no answer within 150ms")
	if strings.Contains(got.body, "a beginning") {
		t.Errorf("a part of an answer was passed on: %s", got.body)
	}
}

// TestForwardOfHead: a HEAD has no body to wait for.
func TestForwardOfHead(t *testing.T) {
	t.Parallel()
	base, got := application(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		w.Header().Set("X-App", "1")
	})
	g := forwarding(t, base)
	if a := g.do("HEAD", "/in/a", ""); a.status != 200 || a.header.Get("X-App") != "1" || a.body != "" {
		t.Errorf("%+v", a)
	}
	if text := <-got; !strings.HasPrefix(text, "HEAD / ") {
		t.Error(text)
	}
}
