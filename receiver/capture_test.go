package receiver

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"

	"tacklebox/receiver/inbox"
	"tacklebox/receiver/journal"

	"github.com/google/go-cmp/cmp"
)

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// TestCaptureKeepsBytes sends raw bytes and looks at what was recorded.
func TestCaptureKeepsBytes(t *testing.T) {
	t.Parallel()
	const end = " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
	host := http.Header{"Host": {"h"}, "Connection": {"close"}}
	with := func(pairs ...string) http.Header {
		h := host.Clone()
		for i := 0; i < len(pairs); i += 2 {
			h[pairs[i]] = append(h[pairs[i]], pairs[i+1])
		}
		return h
	}
	type want struct {
		method, url, inbox, body string
		headers                  http.Header
		errPart                  string
		status                   int
		truncated                bool
		size                     int64
	}
	for name, c := range map[string]struct {
		raw  string
		half bool
		want want
	}{
		"plain":          {"GET /in/a" + end + "\r\n", false, want{method: "GET", url: "/in/a", inbox: "a"}},
		"double slash":   {"POST /in/a//b/./../c" + end + "\r\n", false, want{method: "POST", url: "/in/a//b/./../c", inbox: "a"}},
		"escapes kept":   {"PUT /in/a/x%2Fy%20%41?q=%zz&&b" + end + "\r\n", false, want{method: "PUT", url: "/in/a/x%2Fy%20%41?q=%zz&&b", inbox: "a"}},
		"escaped inbox":  {"GET /in/a%20b%2Fc/d" + end + "\r\n", false, want{method: "GET", url: "/in/a%20b%2Fc/d", inbox: "a b/c"}},
		"raw UTF-8":      {"GET /in/b\xc3\xa4r" + end + "\r\n", false, want{method: "GET", url: "/in/b\xc3\xa4r", inbox: "bär"}},
		"no name":        {"GET /in" + end + "\r\n", false, want{method: "GET", url: "/in", inbox: "default"}},
		"empty name":     {"GET /in/?x" + end + "\r\n", false, want{method: "GET", url: "/in/?x", inbox: "default"}},
		"empty, below":   {"GET /in//x" + end + "\r\n", false, want{method: "GET", url: "/in//x", inbox: "default"}},
		"absolute form":  {"GET http://other:1/in/a//b?c" + end + "\r\n", false, want{method: "GET", url: "http://other:1/in/a//b?c", inbox: "a", headers: http.Header{"Host": {"h"}, "Connection": {"close"}}}},
		"odd method":     {"BREW-2 /in/a" + end + "\r\n", false, want{method: "BREW-2", url: "/in/a", inbox: "a"}},
		"options":        {"OPTIONS /in/a" + end + "\r\n", false, want{method: "OPTIONS", url: "/in/a", inbox: "a"}},
		"connect":        {"CONNECT /in/a/../b" + end + "\r\n", false, want{method: "CONNECT", url: "/in/a/../b", inbox: "a"}},
		"trailing slash": {"DELETE /in/a/" + end + "\r\n", false, want{method: "DELETE", url: "/in/a/", inbox: "a"}},
		"values in order": {"GET /in/a" + end + "X-V: 2\r\nx-v: 1\r\nX-v:\r\nCookie: a=1\r\n\r\n", false,
			want{method: "GET", url: "/in/a", inbox: "a", headers: with("X-V", "2", "x-v", "1", "X-v", "", "Cookie", "a=1")}},
		"body with zero bytes": {"POST /in/a" + end + "Content-Length: 4\r\n\r\n\x00\xff\r\n", false,
			want{method: "POST", url: "/in/a", inbox: "a", body: "\x00\xff\r\n", headers: with("Content-Length", "4")}},
		"chunks and trailers": {"POST /in/a" + end + "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Sum: 9\r\n\r\n", false,
			want{method: "POST", url: "/in/a", inbox: "a", body: "abcde", headers: with("Transfer-Encoding", "chunked", "Trailer", "X-Sum", "X-Sum", "9")}},
		"trailer that stays away": {"POST /in/a" + end + "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n0\r\n\r\n", false,
			want{method: "POST", url: "/in/a", inbox: "a", headers: with("Transfer-Encoding", "chunked", "Trailer", "X-Sum")}},
		"larger than kept": {"POST /in/a" + end + "Content-Length: 40\r\n\r\n" + strings.Repeat("0123456789", 4), false,
			want{method: "POST", url: "/in/a", inbox: "a", body: strings.Repeat("0123456789", 3) + "01", truncated: true, size: 40, headers: with("Content-Length", "40")}},
		"exactly kept": {"POST /in/a" + end + "Content-Length: 32\r\n\r\n" + strings.Repeat("x", 32), false,
			want{method: "POST", url: "/in/a", inbox: "a", body: strings.Repeat("x", 32), headers: with("Content-Length", "32")}},
		"wrong chunk": {"POST /in/a" + end + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n", false,
			want{method: "POST", url: "/in/a", inbox: "a", body: "abc", status: 400, errPart: "broke off after 3 bytes", headers: with("Transfer-Encoding", "chunked")}},
		"hangs up in the body": {"POST /in/a" + end + "Content-Length: 10\r\n\r\nabc", true,
			want{method: "POST", url: "/in/a", inbox: "a", body: "abc", status: 400, errPart: "unexpected EOF", headers: with("Content-Length", "10")}},
		"hangs up in a chunk": {"POST /in/a" + end + "Transfer-Encoding: chunked\r\n\r\n5\r\nab", true,
			want{method: "POST", url: "/in/a", inbox: "a", body: "ab", status: 400, errPart: "broke off after 2 bytes", headers: with("Transfer-Encoding", "chunked")}},
		"old protocol": {"POST /in/a HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi", false,
			want{method: "POST", url: "/in/a", inbox: "a", body: "hi", headers: http.Header{"Content-Length": {"2"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newRig(t, func(c *Config) { c.MaxBody = 32 })
			back := g.raw(c.raw, c.half)
			e := g.entry(1)
			if c.want.headers == nil {
				c.want.headers = host
			}
			if c.want.status == 0 {
				c.want.status = 200
			}
			if c.want.size == 0 {
				c.want.size = int64(len(c.want.body))
			}
			got := want{e.Request.Method, e.Request.URL, e.Inbox, string(e.Request.Body), e.Request.Headers.Map(), c.want.errPart, e.Response.Status, e.Request.Truncated, e.Request.Size}
			if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("recorded (-want +got):\n%s", diff)
			}
			if c.want.errPart == "" && e.Error != "" || !strings.Contains(e.Error, c.want.errPart) {
				t.Errorf("error %q, want a part %q", e.Error, c.want.errPart)
			}
			if !strings.HasPrefix(back, fmt.Sprintf("HTTP/1.1 %d ", c.want.status)) && !strings.HasPrefix(back, fmt.Sprintf("HTTP/1.0 %d ", c.want.status)) {
				t.Errorf("answered %q", back)
			}
			if !c.want.truncated && e.Request.SHA256 != digest(c.want.body) {
				t.Errorf("digest %s of %q", e.Request.SHA256, c.want.body)
			}
			if e.Kind != journal.Capture || !e.Time.Equal(clockStart) || e.Request.Remote == "" {
				t.Errorf("entry %+v", e)
			}
		})
	}
}

// TestCaptureMeasuresWhatItCuts: size and digest are of the whole body.
func TestCaptureMeasuresWhatItCuts(t *testing.T) {
	t.Parallel()
	g := newRig(t, func(c *Config) { c.MaxBody = 1000 })
	body := strings.Repeat("0123456789abcdef", 40_000)
	g.do("POST", "/in/big", body).want(t, 200)
	e := g.entry(1)
	if !e.Request.Truncated || e.Request.Size != int64(len(body)) || e.Request.SHA256 != digest(body) {
		t.Errorf("truncated %v size %d digest %s", e.Request.Truncated, e.Request.Size, e.Request.SHA256)
	}
	if string(e.Request.Body) != body[:1000] {
		t.Errorf("kept %d bytes", len(e.Request.Body))
	}
}

// TestCaptureReusesNothing sends bodies of falling size over one connection:
// what a pooled buffer held before must not show.
func TestCaptureReusesNothing(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	for i, size := range []int{600_000, 70_000, 5000, 10, 0, 3} {
		body := strings.Repeat(string(rune('a'+i)), size)
		g.do("POST", "/in/x", body).want(t, 200)
		if e := g.entry(uint64(i + 1)); string(e.Request.Body) != body || e.Request.SHA256 != digest(body) {
			t.Errorf("body %d: %d bytes kept of %d", i, len(e.Request.Body), size)
		}
	}
}

func TestCaptureExpectContinue(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	conn := g.dial()
	defer conn.Close()
	fmt.Fprintf(conn, "POST /in/a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
	br := bufio.NewReader(conn)
	first, err := br.ReadString('\n')
	if err != nil || !strings.HasPrefix(first, "HTTP/1.1 100 ") {
		t.Fatalf("%q %v", first, err)
	}
	_, _ = br.ReadString('\n')
	_, _ = io.WriteString(conn, "hello")
	readAnswer(t, br, "POST").want(t, 200)
	if e := g.entry(1); string(e.Request.Body) != "hello" || e.Request.Headers.Get("Expect") != "100-continue" {
		t.Errorf("%+v", e.Request)
	}
}

func TestCaptureKnowsItsOrigin(t *testing.T) {
	t.Parallel()
	captured := make(chan uint64, 1)
	g := newRig(t, func(c *Config) {
		c.Origin = func(line string) (Origin, bool) {
			for end := range strings.FieldsSeq(line) {
				if _, _, err := net.SplitHostPort(end); err != nil || strings.Count(line, " ") != 1 {
					t.Errorf("line %q", line)
				}
			}
			return Origin{Provider: "shoptet", Account: "a1", Type: "order:create", EventID: "e", DeliveryID: "d", Subscription: "s", Attempt: 2,
				Captured: func(seq uint64) { captured <- seq }}, true
		}
		c.Verify = func(from Origin, secret string, r inbox.Received) *journal.Signature {
			h, body := r.Header, r.Body
			provider, account := from.Provider, from.Account
			return &journal.Signature{State: "valid", Reason: provider + " " + account + " " + secret + " " + h.Get("X-Sig") + " " + string(body)}
		}
		c.Check = func(provider, typ string, body []byte) *journal.Contract {
			return &journal.Contract{Violations: []string{provider, typ, string(body)}}
		}
	})
	g.do("POST", "/in/o", "B", "X-Sig", "S").want(t, 200)
	if seq := <-captured; seq != 1 {
		t.Errorf("captured as %d", seq)
	}
	e := g.entry(1)
	got := []any{e.Provider, e.Account, e.Type, e.EventID, e.DeliveryID, e.Subscription, e.Attempt, e.Signature, e.Contract}
	want := []any{"shoptet", "a1", "order:create", "e", "d", "s", 2,
		&journal.Signature{State: "valid", Reason: "shoptet a1  S B"}, &journal.Contract{Violations: []string{"shoptet", "order:create", "B"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCaptureVerifiesForAnInbox(t *testing.T) {
	t.Parallel()
	g := newRig(t, func(c *Config) {
		c.MaxBody = 8
		c.Origin = func(string) (Origin, bool) { return Origin{}, false }
		c.Verify = func(from Origin, secret string, _ inbox.Received) *journal.Signature {
			provider, account := from.Provider, from.Account
			return &journal.Signature{State: "invalid", Reason: provider + "/" + account + "/" + secret}
		}
	})
	g.do("PUT", "/_/inboxes/v", `{"verify":{"provider":"dsco","secret":"k"}}`).want(t, 200)
	g.do("POST", "/in/v", "x").want(t, 200)
	g.do("POST", "/in/v", "longer than kept").want(t, 200)
	g.do("POST", "/in/other", "x").want(t, 200)
	g.do("PUT", "/_/inboxes/w", `{"verify":{"provider":"dsco"}}`).want(t, 200)
	g.do("POST", "/in/w", "x").want(t, 200)
	for seq, want := range map[uint64]string{1: "invalid dsco//k", 2: "none the body is larger", 3: "", 4: "invalid dsco//"} {
		e := g.entry(seq)
		got := ""
		if e.Signature != nil {
			got = e.Signature.State + " " + e.Signature.Reason
		}
		if want == "" && got != "" || !strings.HasPrefix(got, want) {
			t.Errorf("entry %d: signature %q, want %q", seq, got, want)
		}
	}
	if p := g.entry(1).Provider; p != "dsco" {
		t.Errorf("provider %q", p)
	}
}

func TestCaptureThatCannotBeKept(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	_ = g.log.Close()
	g.do("POST", "/in/a", "x").want(t, http.StatusServiceUnavailable, "not_kept", "shutting down")
	for err, want := range map[error]int{
		fmt.Errorf("write: %w", syscall.ENOSPC): http.StatusInsufficientStorage,
		fmt.Errorf("open: %w", syscall.EMFILE):  http.StatusInsufficientStorage,
		errors.New("disk on fire"):              http.StatusInsufficientStorage,
		journal.ErrClosed:                       http.StatusServiceUnavailable,
	} {
		if p := inbox.NotKept(err); p.Status != want || !strings.Contains(p.Message, err.Error()) {
			t.Errorf("%v: %+v", err, p)
		}
	}
}

func FuzzCaptureTarget(f *testing.F) {
	for _, s := range []string{"/in/a", "/in", "/in/", "//", "http://h/in/a%zz?x", "*", "", "in", "/in/%2F%2f/..//"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, target string) {
		name, below := inbox.SplitTarget(target)
		if name == "" || below != "" && below[0] != '/' {
			t.Errorf("%q: name %q below %q", target, name, below)
		}
		if !strings.Contains(target, below) {
			t.Errorf("%q: below %q is not a part of it", target, below)
		}
	})
}

// FuzzCaptureRequest lets a real server read foreign bytes: whatever reaches
// the receiver is recorded whole, and nothing hangs.
func FuzzCaptureRequest(f *testing.F) {
	f.Add([]byte("POST /in/a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"))
	f.Add([]byte("POST /in/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"))
	f.Add([]byte("GET /in/%2e%2e//x?y#z HTTP/1.1\r\nHost: h\r\n\r\n"))
	g := newRig(f, func(c *Config) { c.MaxBody = 64 })
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
		if err != nil || !strings.HasPrefix(r.URL.Path, "/in/") {
			return
		}
		_, before := g.log.Bounds()
		here := *g
		here.t = t
		here.raw(string(raw), true)
		_, after := g.log.Bounds()
		if after == before {
			return // net/http refused it before any handler
		}
		e, err := g.log.Get(before + 1)
		if err != nil {
			t.Fatal(err)
		}
		if e.Request.URL != r.RequestURI || e.Request.Method != r.Method || int64(len(e.Request.Body)) > 64 {
			t.Errorf("%q was recorded as %+v", raw, e.Request)
		}
	})
}

// TestCapturesDoNotMix sends many bodies at once: buffers are pooled, and each
// entry must hold its own.
func TestCapturesDoNotMix(t *testing.T) {
	t.Parallel()
	const senders, each = 16, 25
	g := newRig(t)
	var wg sync.WaitGroup
	for s := range senders {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range each {
				body := strings.Repeat(fmt.Sprintf("%d.%d;", s, i), 1+(s*i*37)%3000)
				if got := g.do("POST", fmt.Sprintf("/in/s%d?i=%d", s, i), body, "X-Sum", digest(body)); got.status != 200 {
					t.Errorf("status %d", got.status)
				}
			}
		}()
	}
	wg.Wait()
	n := 0
	err := g.log.Scan(t.Context(), 0, 0, false, nil, func(e *journal.Entry) bool {
		n++
		want := e.Request.Headers.Get("X-Sum")
		if digest(string(e.Request.Body)) != want || e.Request.SHA256 != want {
			t.Errorf("entry %d holds another body", e.Seq)
		}
		if i := strings.TrimPrefix(e.Request.URL, "/in/"+e.Inbox+"?i="); !strings.HasPrefix(string(e.Request.Body), e.Inbox[1:]+"."+i+";") {
			t.Errorf("entry %d: %s with %.10q", e.Seq, e.Request.URL, e.Request.Body)
		}
		return true
	})
	if err != nil || n != senders*each {
		t.Errorf("%d entries, %v", n, err)
	}
}

// TestCaptureOfPipelinedRequests: each request of a connection is answered and
// recorded in order, also after a body that was cut.
func TestCaptureOfPipelinedRequests(t *testing.T) {
	t.Parallel()
	g := newRig(t, func(c *Config) { c.MaxBody = 4 })
	conn := g.dial()
	defer conn.Close()
	bodies := []string{"one", "", "more than is kept", "four"}
	for _, body := range bodies {
		fmt.Fprintf(conn, "POST /in/p HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	}
	br := bufio.NewReader(conn)
	for i, body := range bodies {
		readAnswer(t, br, "POST").want(t, 200)
		if e := g.entry(uint64(i + 1)); e.Request.Size != int64(len(body)) || e.Request.SHA256 != digest(body) {
			t.Errorf("request %d: %+v", i, e.Request)
		}
	}
}

// TestCaptureOfABodyInPieces: a body that comes byte by byte is one body.
func TestCaptureOfABodyInPieces(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	conn := g.dial()
	defer conn.Close()
	for _, piece := range []string{"POST /in/p HT", "TP/1.1\r\nHost: h\r\nContent-Le", "ngth: 6\r\n\r", "\na", "b", "c", "de", "f"} {
		_, _ = io.WriteString(conn, piece)
	}
	readAnswer(t, bufio.NewReader(conn), "POST").want(t, 200)
	if e := g.entry(1); string(e.Request.Body) != "abcdef" {
		t.Errorf("body %q", e.Request.Body)
	}
}

// TestCaptureKeepsHeads: spelling, order and repetitions, also in what is forwarded
// and exported.
func TestCaptureKeepsHeads(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.do("PUT", "/_/inboxes/a", `{"forward":"`+g.url+`/in/b"}`).want(t, 200)
	g.raw("POST /in/a HTTP/1.1\r\nhost: h\r\nSOAPAction: \"x\"\r\nx-B: 1\r\nX-A: 2\r\nx-b: 3\r\nuser-agent: me\r\nConnection: close\r\n\r\n", false)
	got := fmt.Sprint(g.entry(2).Request.Headers) // the forward is answered first
	if want := `[{host h} {SOAPAction "x"} {x-B 1} {X-A 2} {x-b 3} {user-agent me} {Connection close}]`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	forwarded := g.entry(1).Request.Headers
	for name, want := range map[string][]string{"SOAPAction": {`"x"`}, "x-B": {"1"}, "x-b": {"3"}, "X-A": {"2"}, "user-agent": {"me"}, "User-Agent": nil} {
		if got := forwarded.Map()[name]; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("forwarded %s: %q, want %q", name, got, want)
		}
	}
	text := g.do("GET", "/_/entries/2/as/curl", "").want(t, 200).body
	if from, to := strings.Index(text, "SOAPAction"), strings.Index(text, "x-b: 3"); from < 0 || to < from {
		t.Errorf("exported as %s", text)
	}
}
