package mock

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"tacklebox/mock/provider"
)

// mockAPI serves a rig's provider below /plain.
func mockAPI(t *testing.T, serve func(w *provider.World, c *provider.Call) provider.Reply, change func(*provider.Provider)) (*rig, *url.URL) {
	t.Helper()
	r := newRig(t, func(p *provider.Provider, _ *Config) {
		p.Serve = serve
		if change != nil {
			change(p)
		}
	})
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
		path, _ := PathBehind(req.RequestURI, "/plain")
		r.e.ServeProvider("plain", path, rw, req)
	}))
	t.Cleanup(server.Close)
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return r, u
}

// speak sends text over a connection of its own and returns all that comes back.
func speak(t *testing.T, u *url.URL, text string) string {
	t.Helper()
	c, err := net.Dial("tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.CloseWrite()
	}
	b, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestRepliesOnTheWire: what a provider's reply becomes, byte for byte.
func TestRepliesOnTheWire(t *testing.T) {
	t.Parallel()
	const date = "Date: Sun, 01 Mar 2026 12:00:00 GMT\r\n"
	for name, c := range map[string]struct {
		method string
		reply  provider.Reply
		want   string
	}{
		"plain": {"GET", provider.Reply{Status: 200, Header: http.Header{"Content-Type": {"text/x"}}, Body: []byte("ok")},
			"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/x\r\n" + date + "\r\nok"},
		"no type is guessed": {"GET", provider.Reply{Status: 200, Body: []byte("<html>")},
			"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n" + date + "\r\n<html>"},
		"names as they are spelled": {"GET", provider.Reply{Status: 201, Header: http.Header{"x-rate-LIMIT": {"7"}, "content-type": {"a/b"}}},
			"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n" + date + "content-type: a/b\r\nx-rate-LIMIT: 7\r\n\r\n"},
		"several of one name": {"GET", provider.Reply{Status: 200, Header: http.Header{"Link": {"a", "b"}}},
			"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + date + "Link: a\r\nLink: b\r\n\r\n"},
		"HEAD": {"HEAD", provider.Reply{Status: 200, Header: http.Header{"Content-Type": {"text/x"}}, Body: []byte("four")},
			"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Type: text/x\r\n" + date + "\r\n"},
		"chunked": {"GET", provider.Reply{Status: 200, Body: []byte("hello"), Chunked: true},
			"HTTP/1.1 200 OK\r\n" + date + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"},
		"not modified": {"GET", provider.Reply{Status: 304}, "HTTP/1.1 304 Not Modified\r\n" + date + "\r\n"},
		"no content":   {"DELETE", provider.Reply{Status: 204}, "HTTP/1.1 204 No Content\r\n" + date + "\r\n"},
		"its own date": {"GET", provider.Reply{Status: 503, Header: http.Header{"Date": {"then"}, "Retry-After": {"3"}}},
			"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nDate: then\r\nRetry-After: 3\r\n\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, u := mockAPI(t, func(*provider.World, *provider.Call) provider.Reply { return c.reply }, nil)
			got := speak(t, u, c.method+" /plain/x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
			got = strings.Replace(got, "Connection: close\r\n", "", 1)
			if got != c.want {
				t.Errorf("got\n%q, want\n%q", got, c.want)
			}
			entry := r.entries("kind:call")[0]
			kept := string(c.reply.Body)
			if c.method == "HEAD" {
				kept = ""
			}
			if entry.Response.Status != c.reply.Status || string(entry.Response.Body) != kept || entry.Response.Size != int64(len(kept)) || entry.Request.URL != "/plain/x" {
				t.Errorf("the entry is %+v of %s", entry.Response, entry.Request.URL)
			}
		})
	}
}

// TestACallIsWhatStoodOnTheWire.
func TestACallIsWhatStoodOnTheWire(t *testing.T) {
	t.Parallel()
	calls := make(chan provider.Call, 1)
	r, u := mockAPI(t, func(_ *provider.World, c *provider.Call) provider.Reply {
		c.Account, c.Type, c.EventID, c.Violations = "ann", "made", "E1", []string{"odd"}
		calls <- *c
		return provider.Reply{Status: 200}
	}, nil)
	speak(t, u, "POST /plain//a%2Fb/../c?x=1&x=%zz&y HTTP/1.1\r\nHost: Api.Plain.Example:8\r\nx-odd: 1\r\nContent-Length: 4\r\n\r\nbody")
	c := <-calls
	if c.Method != "POST" || c.Path != "//a%2Fb/../c" || c.RawQuery != "x=1&x=%zz&y" || c.Host != "Api.Plain.Example:8" || string(c.Body) != "body" || c.Proto != "HTTP/1.1" || c.Remote == "" {
		t.Errorf("the call is %+v", c)
	}
	if q := c.Query(); len(q["x"]) != 1 || !q.Has("y") {
		t.Errorf("its query is %v", q)
	}
	e := r.entries("kind:call account:ann type:made event:E1 contract:fail")
	if len(e) != 1 || e[0].Request.URL != "/plain//a%2Fb/../c?x=1&x=%zz&y" || string(e[0].Request.Body) != "body" || e[0].Contract.Violations[0] != "odd" {
		t.Errorf("the entries are %+v", e)
	}
}

// TestBodiesThatCannotBeHad: too long, or broken off. The provider is told and
// answers in its own dialect.
func TestBodiesThatCannotBeHad(t *testing.T) {
	t.Parallel()
	head := "POST /plain/x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
	for name, c := range map[string]struct {
		wire, told string
		entry      string // what the entry says
	}{
		"whole":         {head + "Content-Length: 8\r\n\r\n12345678", "12345678", ""},
		"one too many":  {head + "Content-Length: 9\r\n\r\n123456789", "too large", ""},
		"chunks beyond": {head + "Transfer-Encoding: chunked\r\n\r\n9\r\n123456789\r\n0\r\n\r\n", "too large", ""},
		"broken chunks": {head + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", "broken: ", "reading the body: "},
		"broken off":    {head + "Content-Length: 8\r\n\r\n123", "broken: unexpected EOF", "reading the body: unexpected EOF"},
		"no body":       {head + "\r\n", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			told := make(chan string, 1)
			r, u := mockAPI(t, func(_ *provider.World, c *provider.Call) provider.Reply {
				switch {
				case c.TooLarge:
					told <- "too large" + string(c.Body)
				case c.BodyErr != nil:
					told <- "broken: " + c.BodyErr.Error() + string(c.Body)
				default:
					told <- string(c.Body)
				}
				return provider.Reply{Status: 422}
			}, func(p *provider.Provider) { p.BodyLimit = 8 })
			speak(t, u, c.wire)
			if got := <-told; !strings.HasPrefix(got, c.told) || c.told == "" && got != "" {
				t.Errorf("told %q, want %q", got, c.told)
			}
			e := r.waitFor(1, "kind:call")[0]
			if !strings.HasPrefix(e.Error, c.entry) || c.entry == "" && e.Error != "" || e.Request.Truncated != (c.told == "too large") || e.Response.Status != 422 {
				t.Errorf("the entry says %q, truncated %v", e.Error, e.Request.Truncated)
			}
		})
	}
}

// TestAProviderThatPanics answers 500, in its dialect where it has words for it,
// and is asked again the next time.
func TestAProviderThatPanics(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		broken func(*provider.World, *provider.Call, int) provider.Reply
		status int
		body   string
	}{
		"plain": {nil, 500, ""},
		"in its words": {func(*provider.World, *provider.Call, int) provider.Reply {
			return provider.Reply{Status: 503, Body: []byte("sorry")}
		}, 503, "sorry"},
		"twice": {func(*provider.World, *provider.Call, int) provider.Reply { panic("again") }, 500, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, u := mockAPI(t, func(_ *provider.World, c *provider.Call) provider.Reply {
				if c.Path == "/bad" {
					panic("oh")
				}
				return provider.Reply{Status: 200}
			}, func(p *provider.Provider) { p.Broken = c.broken })
			for path, want := range map[string]int{"/bad": c.status, "/good": 200} {
				resp, err := http.Get(u.String() + "/plain" + path)
				if err != nil {
					t.Fatal(err)
				}
				body, _ := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				if resp.StatusCode != want || path == "/bad" && string(body) != c.body {
					t.Errorf("%s: %d %s, want %d %s", path, resp.StatusCode, body, want, c.body)
				}
			}
			if n := len(r.entries("kind:call")); n != 2 {
				t.Errorf("%d calls in the journal, want 2", n)
			}
			if !strings.Contains(r.warnings(), "plain broke: oh") || !strings.Contains(r.warnings(), "serve_test.go") {
				t.Errorf("warned of %q, want the place of the panic", r.warnings())
			}
		})
	}
}

// TestAJournalThatCannotBeWritten: nobody is told that something happened which
// is not kept.
func TestAJournalThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	r, u := mockAPI(t, func(*provider.World, *provider.Call) provider.Reply { return provider.Reply{Status: 200} }, nil)
	if err := r.store.Close(); err != nil {
		t.Fatal(err)
	}
	resp, err := http.Get(u.String() + "/plain/x")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusInsufficientStorage || !strings.Contains(string(b), "journal") {
		t.Errorf("%s %s", resp.Status, b)
	}
}

// TestOneCallAtATime: a provider's functions never run at the same time.
func TestOneCallAtATime(t *testing.T) {
	t.Parallel()
	inside := 0 // the race detector would see two
	_, u := mockAPI(t, func(w *provider.World, _ *provider.Call) provider.Reply {
		inside++
		defer func() { inside-- }()
		return provider.Reply{Status: 200, Body: fmt.Append(nil, inside, w.Next("calls", 1))}
	}, nil)
	answers := make(chan string, 20)
	for range cap(answers) {
		go func() {
			resp, err := http.Get(u.String() + "/plain/x")
			if err != nil {
				answers <- err.Error()
				return
			}
			defer resp.Body.Close()
			b, err := io.ReadAll(resp.Body)
			answers <- string(b) + fmt.Sprint(errors.Join(err))
		}()
	}
	seen := map[string]bool{}
	for range cap(answers) {
		a := <-answers
		if !strings.HasPrefix(a, "1 ") || seen[a] {
			t.Errorf("answer %q came twice or from two at once", a)
		}
		seen[a] = true
	}
}

// TestHostOf: which provider a Host header means.
func TestHostOf(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(p *provider.Provider, cfg *Config) {
		p.Hosts = []string{"api.plain.example", "*.shops.example"}
		cfg.Providers = []*provider.Provider{{Name: "other", API: p.API}}
	})
	for host, want := range map[string]string{
		"api.plain.example": "plain", "API.Plain.Example:443": "plain", "api.plain.example.": "plain",
		"plain.localhost": "plain", "other.localhost:4780": "other", "Other.LOCALHOST": "other",
		"x.shops.example": "plain", "a.b.shops.example": "plain", "shops.example": "",
		"plain.example": "", "evil-api.plain.example": "", "localhost": "", "": "", "[::1]:80": "", "[::1]": "",
		"127.0.0.1:4780": "", ":": "", "xshops.example": "",
	} {
		if got := r.e.HostOf(host); got != want {
			t.Errorf("%q means %q, want %q", host, got, want)
		}
	}
	if r.e.Has("nobody") || !r.e.Has("other") {
		t.Error("Has does not know who is there")
	}
}

// TestPipelinedCalls on one connection are answered in order.
func TestPipelinedCalls(t *testing.T) {
	t.Parallel()
	_, u := mockAPI(t, func(_ *provider.World, c *provider.Call) provider.Reply {
		return provider.Reply{Status: 200, Body: []byte(c.Path)}
	}, func(p *provider.Provider) { p.BodyLimit = 4 })
	var text strings.Builder
	for i := range 5 {
		fmt.Fprintf(&text, "POST /plain/%d HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\n123456", i)
	}
	in := bufio.NewReader(strings.NewReader(speak(t, u, text.String())))
	for i := range 5 {
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		if b, _ := io.ReadAll(resp.Body); string(b) != fmt.Sprint("/", i) {
			t.Errorf("answer %d is %s", i, b)
		}
	}
}

func TestPathBehind(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		target, prefix, want string
		ok                   bool
	}{
		{"/p/a?x", "/p", "/a", true},
		{"/p", "/p", "/", true},
		{"/p?x=/p/y", "/p", "/", true},
		{"/pa", "/p", "", false},
		{"/p//a/../b%2F", "/p", "//a/../b%2F", true},
		{"http://host:1/p/a", "/p", "/a", true},
		{"http://host", "", "/", true},
		{"http:///a", "", "", false},
		{"*", "", "", false},
		{"", "", "", false},
	} {
		got, ok := PathBehind(c.target, c.prefix)
		if got != c.want || ok != c.ok {
			t.Errorf("%q behind %q: %q %v, want %q %v", c.target, c.prefix, got, ok, c.want, c.ok)
		}
	}
}

func FuzzPathBehind(f *testing.F) {
	f.Add("/a/b", "/a")
	f.Add("http://x", "")
	f.Fuzz(func(t *testing.T, target, prefix string) {
		if got, ok := PathBehind(target, prefix); ok && (got == "" || got[0] != '/') {
			t.Errorf("%q behind %q is %q", target, prefix, got)
		}
	})
}
