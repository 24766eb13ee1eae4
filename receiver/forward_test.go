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

// application is a user's application that tells what it was sent.
func application(t *testing.T, answer http.HandlerFunc) (base string, got chan string) {
	t.Helper()
	got = make(chan string, 10)
	base = serve(t, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		delete(r.Header, "Content-Length")
		delete(r.Header, "Connection") // of our own connection to it
		got <- fmt.Sprintf("%s %s %v %s", r.Method, r.RequestURI, r.Header, body)
		answer(w, r)
	})})
	return base, got
}

func ok(w http.ResponseWriter, _ *http.Request) {
	w.Header()["Date"] = nil
	w.Header().Set("X-App", "1")
	w.Header().Set("Keep-Alive", "gone")
	w.WriteHeader(http.StatusAccepted)
	_, _ = io.WriteString(w, "<done>")
}

// TestForward sends raw requests and looks at what the application gets.
func TestForward(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ base, raw, want string }{
		"path below":     {"/app/", "POST /in/a/x//y%2Fz/../\"q HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi", `POST /app/x//y%2Fz/../"q map[] hi`},
		"no path":        {"", "PUT /in/a?b=%zz&c HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", `PUT /?b=%zz&c map[] `},
		"double slash":   {"", "PUT /in/a//x HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", `PUT //x map[] `},
		"both queries":   {"/w?k=1", "GET /in/a?c=2 HTTP/1.1\r\nHost: h\r\n\r\n", `GET /w?k=1&c=2 map[] `},
		"headers":        {"", "GET /in/a HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nX-A: 2\r\nUser-Agent: me\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nTE: trailers\r\n\r\n", `GET / map[User-Agent:[me] X-A:[1 2]] `},
		"chunks":         {"", "POST /in/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n2\r\nhi\r\n0\r\nX-T: 1\r\n\r\n", `POST / map[] hi`},
		"method of old":  {"", "PURGE /in/a HTTP/1.1\r\nHost: h\r\n\r\n", `PURGE / map[] `},
		"escaped in URL": {"/a%2Fb", "GET /in/a/c HTTP/1.1\r\nHost: h\r\n\r\n", `GET /a%2Fb/c map[] `},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newRig(t)
			base, got := application(t, ok)
			g.do("PUT", "/_/inboxes/a", `{"forward":"`+base+c.base+`"}`).want(t, 200)
			conn := g.dial()
			defer conn.Close()
			_, _ = io.WriteString(conn, c.raw)
			back := readAnswer(t, bufio.NewReader(conn), "POST").want(t, 202, "<done>")
			if sent := <-got; sent != c.want {
				t.Errorf("the application got\n%s\nwant\n%s", sent, c.want)
			}
			e := g.entry(1)
			if e.Response.Status != 202 || string(e.Response.Body) != "<done>" || e.Response.Headers.Get("X-App") != "1" || e.Error != "" {
				t.Errorf("recorded %+v, error %q", e.Response, e.Error)
			}
			if back.header.Get("X-App") != "1" || back.header.Get("Keep-Alive") != "" || e.Took <= 0 {
				t.Errorf("answered %v after %v", back.header, e.Took)
			}
		})
	}
}

func TestForwardAfterScript(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	base, got := application(t, ok)
	g.do("PUT", "/_/inboxes/a", `{"reply":[{"status":500,"times":2}],"forward":"`+base+`"}`).want(t, 200)
	var statuses []int
	for range 4 {
		statuses = append(statuses, g.do("POST", "/in/a", "").status)
	}
	if diff := cmp.Diff([]int{500, 500, 202, 202}, statuses); diff != "" || len(got) != 2 {
		t.Errorf("%s; forwarded %d", diff, len(got))
	}
}

// TestForwardThatFails: the sender and the entry both say why.
func TestForwardThatFails(t *testing.T) {
	t.Parallel()
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })
	slow, _ := application(t, func(http.ResponseWriter, *http.Request) { <-hang })
	cut, _ := application(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "10")
		_, _ = io.WriteString(w, "abc")
	})
	for name, c := range map[string]struct {
		to, body, code string
		status         int
	}{
		"nobody there": {"http://127.0.0.1:1/", "", "forward_failed", 502},
		"no answer":    {slow, "", "forward_timeout", 504},
		"cut answer":   {cut, "", "forward_failed", 502},
		"no such name": {"http://nowhere.invalid/", "", "forward_failed", 502},
		"cut body":     {cut, strings.Repeat("x", 2000), "too_large", 413},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newRig(t, func(cfg *Config) {
				cfg.MaxBody = 1000
				if c.to == slow {
					cfg.ForwardTimeout = 100 * time.Millisecond
				}
			})
			g.do("PUT", "/_/inboxes/a", `{"forward":"`+c.to+`"}`).want(t, 200)
			g.do("POST", "/in/a", c.body).want(t, c.status, c.code)
			e := g.entry(1)
			if e.Error == "" || e.Response.Status != c.status || !strings.Contains(string(e.Response.Body), c.code) {
				t.Errorf("error %q, response %+v", e.Error, e.Response)
			}
		})
	}
}

// TestForwardRing: inboxes that forward to each other come to an end.
func TestForwardRing(t *testing.T) {
	t.Parallel()
	depth := new(ForwardDepth)
	g := newRig(t, func(c *Config) { c.ForwardDepth = depth })
	g.do("PUT", "/_/inboxes/a", `{"forward":"`+g.url+`/in/b"}`).want(t, 200)
	g.do("PUT", "/_/inboxes/b", `{"forward":"`+g.url+`/in/a"}`).want(t, 200)
	g.do("POST", "/in/a", "x").want(t, http.StatusLoopDetected, "forward_loop")
	if _, last := g.log.Bounds(); last != 8+1 {
		t.Errorf("%d captures", last)
	}
	left := 0
	depth.Range(func(any, any) bool { left++; return true })
	if left != 0 {
		t.Errorf("%d connections are still known", left)
	}
}

// TestForwardOfALargeAnswer: the sender gets it whole, the journal a part.
func TestForwardOfALargeAnswer(t *testing.T) {
	t.Parallel()
	g := newRig(t, func(c *Config) { c.MaxBody = 1000 })
	large := strings.Repeat("0123456789", 5000)
	base, _ := application(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, large) })
	g.do("PUT", "/_/inboxes/a", `{"forward":"`+base+`"}`).want(t, 200)
	if got := g.do("POST", "/in/a", ""); got.body != large {
		t.Errorf("the sender got %d bytes", len(got.body))
	}
	if m := g.entry(1).Response; string(m.Body) != large[:1000] || !m.Truncated || m.Size != int64(len(large)) {
		t.Errorf("kept %d bytes of %d, truncated %v", len(m.Body), m.Size, m.Truncated)
	}
}

func TestForwardRedirectIsPassedOn(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	base, _ := application(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/else", http.StatusFound) })
	g.do("PUT", "/_/inboxes/a", `{"forward":"`+base+`"}`).want(t, 200)
	if got := g.do("POST", "/in/a", ""); got.status != 302 || got.header.Get("Location") != "/else" {
		t.Errorf("%+v", got)
	}
}

func TestForwardPermits(t *testing.T) {
	t.Parallel()
	g := newRig(t, func(c *Config) { c.Outbound.Allow = []string{"9.9.9.9", "app.example.com"} })
	for to, status := range map[string]int{
		"http://127.0.0.1:1/": 200, "http://[::1]:1/": 200, "http://10.1.2.3/": 200, "http://app.localhost:1/": 200, "http://user:word@127.0.0.1:1/": 200,
		"http://9.9.9.9/": 200, "http://app.example.com/": 200,
		"http://[fd00:ec2::254]/": 422, "http://169.254.169.254/": 422, "http://[::ffff:169.254.169.254]/": 422, "http://0.0.0.0:1/": 422, "http://8.8.8.8/": 422,
	} {
		if got := g.do("PUT", "/_/inboxes/a", `{"forward":"`+to+`"}`); got.status != status || status == 422 && !strings.Contains(got.body, `"forbidden_host"`) {
			t.Errorf("%s: %d %s", to, got.status, got.body)
		}
	}
}

// TestForwardWithAPassword: what stands before the host is sent as Basic and shown
// in no message.
func TestForwardWithAPassword(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	to := strings.Replace(g.url, "://", "://me:s3cret@", 1)
	g.do("PUT", "/_/inboxes/a", `{"forward":"`+to+`/in/app"}`).want(t, 200)
	g.do("POST", "/in/a/x", "hi", "Authorization", "Bearer of-the-sender").want(t, 200)
	if got := g.entry(1).Request; got.URL != "/in/app/x" || fmt.Sprint(got.Headers.Values("Authorization")) != "[Basic bWU6czNjcmV0]" {
		t.Errorf("%s with %v", got.URL, got.Headers)
	}
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = nobody.Close()
	g.do("PUT", "/_/inboxes/b", `{"forward":"http://me:s3cret@`+nobody.Addr().String()+`"}`).want(t, 200)
	if back := g.do("POST", "/in/b", "").want(t, 502); strings.Contains(back.body, "s3cret") || strings.Contains(g.entry(3).Error, "s3cret") {
		t.Errorf("the password is told: %s, %s", back.body, g.entry(3).Error)
	}
}
