package sender

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tacklebox/mock/provider"
	"tacklebox/receiver/outbound"
)

// rawServer accepts connections and hands each to answer with its number, from
// 0; the connection is closed when answer returns.
func rawServer(t *testing.T, answer func(n int, c net.Conn)) *url.URL {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for n := 0; ; n++ {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				answer(n, c)
			}()
		}
	}()
	return &url.URL{Scheme: "http", Host: ln.Addr().String(), Path: "/cb"}
}

// saying reads one request after the other and answers each with the next text,
// then closes the connection.
func saying(answers ...string) func(int, net.Conn) {
	return func(_ int, c net.Conn) {
		in := bufio.NewReader(c)
		for _, a := range answers {
			req, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, req.Body)
			_, _ = io.WriteString(c, a)
		}
	}
}

func post(t *testing.T, s *Sender, u *url.URL, body string) (*Answer, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return s.Do(ctx, u, Request{Out: &provider.Outgoing{Method: "POST", URL: u.String(), Body: []byte(body)}, Timeout: time.Minute}, &Origin{})
}

const okAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

// TestAnswers: what one answer on the wire is taken for.
func TestAnswers(t *testing.T) {
	t.Parallel()
	const most = 1000
	long := strings.Repeat("x", most+500)
	for name, c := range map[string]struct {
		wire   string
		status int
		reason string
		body   string
		size   int64 // when it is not that of body
		fails  string
	}{
		"plain":              {wire: okAnswer, status: 200, reason: "OK", body: "ok"},
		"own phrase":         {wire: "HTTP/1.1 200 Very Well\r\nContent-Length: 0\r\n\r\n", status: 200, reason: "Very Well"},
		"no phrase":          {wire: "HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n", status: 404},
		"odd status":         {wire: "HTTP/1.1 799 What\r\nContent-Length: 0\r\n\r\n", status: 799, reason: "What"},
		"chunked":            {wire: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", status: 200, reason: "OK", body: "abcde"},
		"until the end":      {wire: "HTTP/1.0 200 OK\r\n\r\neverything", status: 200, reason: "OK", body: "everything"},
		"no body":            {wire: "HTTP/1.1 204 No Content\r\n\r\n", status: 204, reason: "No Content"},
		"continue first":     {wire: "HTTP/1.1 100 Continue\r\n\r\n" + okAnswer, status: 200, reason: "OK", body: "ok"},
		"hints first":        {wire: "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" + okAnswer, status: 200, reason: "OK", body: "ok"},
		"switching":          {wire: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", status: 101, reason: "Switching Protocols"},
		"redirect":           {wire: "HTTP/1.1 307 Temporary Redirect\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n", status: 307, reason: "Temporary Redirect"},
		"longer than kept":   {wire: fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(long), long), status: 200, reason: "OK", body: long[:most], size: int64(len(long))},
		"nothing":            {wire: "", fails: "closed without a whole answer"},
		"half a head":        {wire: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n", fails: "closed without a whole answer"},
		"half a body":        {wire: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", status: 200, reason: "OK", body: "half", fails: "closed without a whole answer"},
		"another protocol":   {wire: "SSH-2.0-OpenSSH_9.9\r\n", fails: "malformed HTTP"},
		"no status":          {wire: "HTTP/1.1 abc OK\r\n\r\n", fails: "malformed HTTP status code"},
		"two lengths":        {wire: "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", fails: "Content-Length"},
		"negative length":    {wire: "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", fails: "Content-Length"},
		"broken chunks":      {wire: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", status: 200, reason: "OK", fails: "chunk"},
		"broken header":      {wire: "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", fails: "malformed MIME header"},
		"head without end":   {wire: "HTTP/1.1 200 OK\r\n" + strings.Repeat("X-Filler: "+strings.Repeat("y", 1000)+"\r\n", 2000), fails: "head is larger than"},
		"a header too long":  {wire: "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("y", 2<<20) + "\r\n\r\n", fails: "head is larger than"},
		"hints without end":  {wire: strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 1<<16) + okAnswer, fails: "head is larger than"},
		"a phrase too long":  {wire: "HTTP/1.1 200 " + strings.Repeat("y", 2<<20), fails: "head is larger than"},
		"a large whole head": {wire: "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("y", 200<<10) + "\r\nContent-Length: 2\r\n\r\nok", status: 200, reason: "OK", body: "ok"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := New(outbound.Rules{}, most)
			defer s.Close()
			a, err := post(t, s, rawServer(t, saying(c.wire)), "x")
			if (err == nil) != (c.fails == "") || err != nil && !strings.Contains(err.Error(), c.fails) {
				t.Fatalf("error %v, want %q", err, c.fails)
			}
			if c.status == 0 {
				return
			}
			if c.size == 0 {
				c.size = int64(len(c.body))
			}
			if a.Status != c.status || a.Reason != c.reason || string(a.Body) != c.body || a.Size != c.size || a.Truncated != (c.size > most) {
				t.Errorf("got %d %q, %d of %d bytes %.20q, truncated %v", a.Status, a.Reason, len(a.Body), a.Size, a.Body, a.Truncated)
			}
		})
	}
}

// TestConnectionsAreUsedAgain only where the answer leaves them whole.
func TestConnectionsAreUsedAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		first string
		want  int32 // connections for two requests
	}{
		"whole":            {okAnswer, 1},
		"no content":       {"HTTP/1.1 204 No Content\r\n\r\n", 1},
		"after a continue": {"HTTP/1.1 100 Continue\r\n\r\n" + okAnswer, 1},
		"asked to close":   {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", 2},
		"HTTP/1.0":         {"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", 2},
		"too long":         {"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n" + strings.Repeat("x", 30), 2},
		"more than asked":  {okAnswer + okAnswer, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var opened atomic.Int32
			u := rawServer(t, func(n int, conn net.Conn) {
				opened.Add(1)
				if n == 0 {
					saying(c.first, okAnswer)(n, conn)
					return
				}
				saying(okAnswer)(n, conn)
			})
			s := New(outbound.Rules{}, 20)
			defer s.Close()
			for range 2 {
				if _, err := post(t, s, u, "x"); err != nil {
					t.Fatal(err)
				}
			}
			if got := opened.Load(); got != c.want {
				t.Errorf("%d connections, want %d", got, c.want)
			}
		})
	}
}

// TestAStaleConnectionIsNotUsed: the other end closed it meanwhile, and the
// request still arrives.
func TestAStaleConnectionIsNotUsed(t *testing.T) {
	t.Parallel()
	closed := make(chan struct{}, 2)
	u := rawServer(t, func(n int, c net.Conn) {
		saying(okAnswer)(n, c)
		_ = c.Close()
		closed <- struct{}{}
	})
	s := New(outbound.Rules{}, 1<<20)
	defer s.Close()
	for i := range 3 {
		if a, err := post(t, s, u, "x"); err != nil || a.Status != 200 {
			t.Fatalf("request %d: %v, %v", i, a, err)
		}
		<-closed
	}
}

// TestFreeConnectionsAreBounded and closed with the sender.
func TestFreeConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	s := New(outbound.Rules{}, 1<<20)
	u := &url.URL{Scheme: "http", Host: "here"}
	for range freePerHost + 3 {
		c, other := net.Pipe()
		defer other.Close()
		s.put(u, newWire(c))
	}
	if got := len(s.free["http://here"]); got != freePerHost {
		t.Errorf("%d are kept, want %d", got, freePerHost)
	}
	kept := s.free["http://here"][0]
	s.Close()
	if _, err := kept.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("writing after the close says %v", err)
	}
}

// TestRedirectsAreNotFollowed: a provider that did would send the body to
// another place.
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		var paths []string
		server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
			paths = append(paths, req.URL.Path)
			rw.Header().Set("Location", "/elsewhere")
			rw.WriteHeader(status)
		}))
		u, _ := url.Parse(server.URL + "/cb")
		s := New(outbound.Rules{}, 1<<20)
		a, err := post(t, s, u, "x")
		s.Close()
		server.Close()
		if err != nil || a.Status != status || len(paths) != 1 || a.Headers.Get("Location") != "/elsewhere" {
			t.Errorf("%d: %v, %v, asked for %v", status, a, err, paths)
		}
	}
}

// TestTLS: a private address needs no certificate that anybody signed; a host
// that --allow-host names does.
func TestTLS(t *testing.T) {
	t.Parallel()
	var names []string
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
		names = append(names, req.TLS.ServerName+" "+req.TLS.NegotiatedProtocol+" "+req.Proto)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	server.StartTLS()
	defer server.Close()
	u, _ := url.Parse(strings.Replace(server.URL, "127.0.0.1", "localhost", 1))
	s := New(outbound.Rules{}, 1<<20)
	defer s.Close()
	for range 2 {
		if a, err := post(t, s, u, "x"); err != nil || a.Status != 200 {
			t.Fatalf("self-signed: %v, %v", a, err)
		}
	}
	if want := []string{"localhost http/1.1 HTTP/1.1", "localhost http/1.1 HTTP/1.1"}; !slices.Equal(names, want) {
		t.Errorf("server names: %v, want %v", names, want)
	}
	if n := len(s.free["https://"+u.Host]); n != 1 {
		t.Errorf("%d connections are kept, want 1", n)
	}
	strict := New(outbound.Rules{StrictTLS: true}, 1<<20)
	defer strict.Close()
	if _, err := post(t, strict, u, "x"); err == nil || !strings.Contains(err.Error(), "TLS: ") {
		t.Errorf("an allowed host with a certificate that nobody signed: %v", err)
	}
	plain := rawServer(t, saying(okAnswer))
	plain.Scheme = "https"
	if _, err := post(t, s, plain, "x"); err == nil || !strings.Contains(err.Error(), "TLS: ") {
		t.Errorf("a server that speaks no TLS: %v", err)
	}
}

// TestNobodyListens is an error that names the address.
func TestNobodyListens(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	u := &url.URL{Scheme: "http", Host: ln.Addr().String()}
	_ = ln.Close()
	s := New(outbound.Rules{}, 1<<20)
	if _, err := post(t, s, u, "x"); err == nil || !strings.Contains(err.Error(), "refused") || !strings.Contains(err.Error(), u.Host) {
		t.Errorf("got %v", err)
	}
}

// TestTheRequestOnTheWire is the provider's, byte for byte.
func TestTheRequestOnTheWire(t *testing.T) {
	t.Parallel()
	heads := make(chan string, 1)
	u := rawServer(t, func(_ int, c net.Conn) {
		in := bufio.NewReader(c)
		var head strings.Builder
		for !strings.HasSuffix(head.String(), "\r\n\r\n") {
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			head.WriteString(line)
		}
		heads <- head.String()
		_, _ = io.WriteString(c, okAnswer)
	})
	s := New(outbound.Rules{}, 1<<20)
	defer s.Close()
	out := &provider.Outgoing{Method: "PATCH", URL: u.String() + "?a=b c", Body: []byte("four"), Header: []provider.Field{{Name: "x-lower", Value: "1"}, {Name: "X-UPPER", Value: "2"}, {Name: "x-lower", Value: "3"}, {Name: "Empty", Value: ""}}}
	if _, err := s.Do(context.Background(), u, Request{Out: out, Timeout: time.Minute}, &Origin{}); err != nil {
		t.Fatal(err)
	}
	want := "PATCH /cb?a=b%20c HTTP/1.1\r\nHost: " + u.Host + "\r\nx-lower: 1\r\nX-UPPER: 2\r\nx-lower: 3\r\nEmpty: \r\nContent-Length: " + strconv.Itoa(4) + "\r\n\r\n"
	if got := <-heads; got != want {
		t.Errorf("sent\n%q, want\n%q", got, want)
	}
}

// TestNoAnswerWithinTheTimeout, whatever the other end does instead.
func TestNoAnswerWithinTheTimeout(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(int, net.Conn){
		"silence":     func(_ int, c net.Conn) { _, _ = io.Copy(io.Discard, c) },
		"half a head": func(_ int, c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 200"); _, _ = io.Copy(io.Discard, c) },
		"a body without end": func(_ int, c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1234")
			_, _ = io.Copy(io.Discard, c)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := rawServer(t, answer)
			s := New(outbound.Rules{}, 1<<20)
			defer s.Close()
			out := &provider.Outgoing{Method: "POST", URL: u.String()}
			if a, err := s.Do(t.Context(), u, Request{Out: out, Timeout: 30 * time.Millisecond}, &Origin{}); err == nil || err.Error() != "no answer within 30ms" {
				t.Errorf("%v, %v", a, err)
			}
		})
	}
}

// TestNoControlCharacterReachesTheWire: one header stays one.
func TestNoControlCharacterReachesTheWire(t *testing.T) {
	t.Parallel()
	out := &provider.Outgoing{Header: []provider.Field{{Name: "User-Agent", Value: "a\r\nX-Evil: 1\x00\x7f\tb"}, {Name: "X Y", Value: "1"}, {Name: "Ä", Value: "1"},
		{Name: "", Value: "1"}, {Name: "a\nb", Value: "1"}, {Name: "x-ok", Value: "č"}}}
	Tidy(out)
	if want := []provider.Field{{Name: "User-Agent", Value: "a  X-Evil: 1  \tb"}, {Name: "x-ok", Value: "č"}}; !slices.Equal(out.Header, want) {
		t.Errorf("headers: %v, want %v", out.Header, want)
	}
}

// TestAConnectionThatThePeerClosed is no failed attempt, and none is kept for long.
func TestAConnectionThatThePeerClosed(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	closed := make(chan bool, 9)
	go func() { // answers the first request of a connection, and hangs up on the second
		for first := true; ; first = false {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			in := bufio.NewReader(c)
			if _, err := http.ReadRequest(in); err == nil {
				_, _ = c.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
			}
			if first {
				_, _ = http.ReadRequest(in)
				_ = c.Close()
				continue
			}
			_, err = in.ReadByte()
			closed <- err != nil
		}
	}()
	s := New(outbound.Rules{}, 1<<20)
	defer s.Close()
	u, _ := url.Parse("http://" + ln.Addr().String() + "/")
	for i := range 2 {
		out := &provider.Outgoing{Method: "POST", URL: u.String()}
		if a, err := s.Do(context.Background(), u, Request{Out: out, Timeout: time.Minute}, &Origin{}); err != nil || a.Status != 200 {
			t.Fatalf("request %d: %v", i, err)
		}
	}
	select {
	case gone := <-closed:
		if !gone {
			t.Error("something was sent on an idle connection")
		}
	case <-time.After(time.Minute):
		t.Error("an idle connection is kept open")
	}
}

// TestEveryRequestHasAnOrigin sends over few connections at once and asks, while
// each request is under way, whom its sender's address belongs to: a connection
// that is handed on must not lose the next one's origin.
func TestEveryRequestHasAnOrigin(t *testing.T) {
	t.Parallel()
	s := New(outbound.Rules{}, 1<<20)
	defer s.Close()
	var mu sync.Mutex
	lost := 0
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if o, ok := s.Origin(outbound.LineOf(r)); !ok || o.EventID != r.Header.Get("X-Event") {
			mu.Lock()
			lost++
			mu.Unlock()
		}
	}))
	defer server.Close()
	var wg sync.WaitGroup
	for _, name := range []string{"a", "b", "c", "d"} {
		wg.Go(func() {
			for range 500 {
				sendOnce(t, s, server.URL, name)
			}
		})
	}
	wg.Wait()
	if lost > 0 {
		t.Errorf("%d of 2000 requests had no origin or another's", lost)
	}
}

func sendOnce(t *testing.T, s *Sender, to, event string) {
	t.Helper()
	out := &provider.Outgoing{Method: "POST", URL: to, Header: []provider.Field{{Name: "X-Event", Value: event}}, Body: []byte("x")}
	if _, err := s.Do(t.Context(), mustParse(t, to), Request{Out: out, Timeout: time.Minute}, &Origin{EventID: event}); err != nil {
		t.Error(err)
	}
}

func mustParse(t *testing.T, raw string) *url.URL {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
