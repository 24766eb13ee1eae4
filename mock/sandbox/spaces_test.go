package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"tacklebox/receiver/api"
)

// ask makes one request and returns status and body.
func ask(t *testing.T, method, url, body string, header ...string) (int, string) {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
		}
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// TestSpacesDoNotMeet: what is done in one space is seen in no other.
func TestSpacesDoNotMeet(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny)
	a, b := r.Space(t, "job-a"), r.Space(t, "job-b")
	if a.URL != r.URL+"/~job-a" {
		t.Errorf("the space is at %s", a.URL)
	}
	a.Reply("orders", `{"reply":[{"status":503}]}`)
	for _, c := range []struct {
		url    string
		status int
	}{{a.Inbox("orders"), 503}, {b.Inbox("orders"), 200}, {r.Inbox("orders"), 200}} {
		if status, _ := ask(t, "POST", c.url+"?x=1", "hello"); status != c.status {
			t.Errorf("%s answers %d, want %d", c.url, status, c.status)
		}
	}
	for name, sb := range map[string]*Running{"a": a, "b": b, "root": r} {
		list := sb.Entries("kind:capture")
		if len(list) != 1 || list[0].Seq != 1 || list[0].Request.URL != "/in/orders?x=1" {
			t.Errorf("%s: %d captures, the first is %+v", name, len(list), list[0])
		}
	}
	a.Advance(time.Hour)
	if !b.Now().Equal(r.Now()) || a.Now().Sub(b.Now()) != time.Hour {
		t.Errorf("clocks: %v %v %v", a.Now(), b.Now(), r.Now())
	}
	if status, _ := ask(t, "POST", b.URL+"/_/reset", ""); status != 200 || len(b.Entries("")) != 0 || len(a.Entries("")) != 1 {
		t.Errorf("reset of b: %d, a keeps %d", status, len(a.Entries("")))
	}
}

// TestSpaceOnTheWire: names that are none, hosts of providers, targets as whole
// URLs and other oddities.
func TestSpaceOnTheWire(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny)
	for _, c := range []struct {
		path, host string
		status     int
		space, q   string // the entry that must be there
	}{
		{"/~a/in/x", "", 200, "a", "kind:capture path:/in/x"},
		{"/~a/in/x//../y%2F?q=/~b/", "", 200, "a", `kind:capture path:/in/x//../y%2F`},
		{"/~a/in/~b/in/c", "", 200, "a", "kind:capture path:/in/~b/in/c"},
		{"/~a/tiny/v1/d", "", 401, "a", "kind:call path:/tiny/v1/d"},
		{"/~a/v1/e", "api.tiny.example", 401, "a", "kind:call path:/tiny/v1/e"},
		{"/~a", "", 404, "", ""},
		{"/~a/", "", 404, "", ""},
		{"/~a?x", "", 404, "", ""},
		{"/~/in/x", "", 404, "", ""},
		{"/~-a/in/x", "", 404, "", ""},
		{"/~A/in/x", "", 404, "", ""},
		{"/~a.b/in/x", "", 404, "", ""},
		{"/~a%62/in/x", "", 404, "", ""},
		{"/~" + strings.Repeat("a", 64) + "/in/x", "", 404, "", ""},
		{"/~" + strings.Repeat("a", 63) + "/in/x", "", 200, strings.Repeat("a", 63), "kind:capture"},
		{"/~foreign/_/clock", "evil.example", 403, "", ""},
	} {
		req, err := http.NewRequest("GET", r.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.URL.Opaque = c.path
		req.Host = c.host
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != c.status {
			t.Errorf("%s%s: %s, want %d", c.host, c.path, resp.Status, c.status)
		}
		if c.q == "" {
			continue
		}
		s, err := r.sb.spaces.use(c.space, spaceOptions{})
		if err != nil {
			t.Fatal(err)
		}
		in := &Running{t: t, sb: r.sb, space: s.space}
		if n := len(in.Entries(c.q)); n != 1 {
			t.Errorf("%s: %d entries of %s", c.path, n, c.q)
		}
		s.release()
	}
	if r.sb.spaces.exists("foreign") {
		t.Error("a foreign page made a space")
	}
}

// TestPutSpace: each step is one call of the control API, in this order.
func TestPutSpace(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny, WithConfig(func(c *Config) { c.Spaces = 2 }))
	for i, c := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"PUT", "/_/spaces/a", `{"clock":"auto","start":"2026-03-01T00:00:00Z","seed":7,"keep":10,"token":"s3cret"}`, 200, `"clock":"auto"`},
		{"PUT", "/_/spaces/a", `{}`, 200, `"name":"a"`},
		{"PUT", "/_/spaces/a", `{"seed":7}`, 200, `"token":true`},
		{"PUT", "/_/spaces/a", `{"seed":8}`, 409, "another seed"},
		{"PUT", "/_/spaces/a", `{"clock":"manual"}`, 409, "another clock"},
		{"GET", "/~a/_/clock", "", 401, "unauthorized"},
		{"GET", "/~a/_/clock?token=s3cret", "", 200, "2026-03-01T00:00:00Z"},
		{"PUT", "/_/spaces/b", `{"clock":"sundial"}`, 422, "sundial"},
		{"PUT", "/_/spaces/b", `{"ttl":"never"}`, 422, "ttl"},
		{"PUT", "/_/spaces/b", `{"keep":0}`, 422, "keep"},
		{"PUT", "/_/spaces/b", `{"token":" "}`, 422, "token"},
		{"PUT", "/_/spaces/B", `{}`, 404, "names no space"},
		{"GET", "/_/spaces", "", 200, `[{"name":"a"`},
		{"PUT", "/_/spaces/b", ``, 200, `"clock":"manual"`},
		{"GET", "/~a/_/clock?token=other", "", 401, "unauthorized"},
		{"GET", "/~c/in/x", ``, 429, "--spaces"},
		{"DELETE", "/_/spaces/a", ``, 200, "removed"},
		{"DELETE", "/_/spaces/a", ``, 404, "no space"},
		{"GET", "/~c/in/x", ``, 200, ""},
	} {
		status, body := ask(t, c.method, r.URL+c.path, c.body)
		if status != c.status || !strings.Contains(body, c.want) {
			t.Errorf("%d: %s %s: %d %s, want %d %s", i, c.method, c.path, status, body, c.status, c.want)
		}
	}
}

// TestNoSpaces: --spaces 0.
func TestNoSpaces(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny, WithConfig(func(c *Config) { c.Spaces = -1 }))
	if status, body := ask(t, "GET", r.URL+"/~a/in/x", ""); status != 404 || !strings.Contains(body, "--spaces 0") {
		t.Errorf("%d %s", status, body)
	}
}

// TestSpaceAfterRestart: a space on disk keeps what it had and what it was told.
func TestSpaceAfterRestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	t.Run("before", func(t *testing.T) {
		r := Start(t, withTiny, WithData(dir))
		ask(t, "PUT", r.URL+"/_/spaces/kept", `{"clock":"auto","seed":9}`)
		ask(t, "POST", r.URL+"/~kept/in/x", "one")
		ask(t, "POST", r.URL+"/~gone/in/x", "one")
		ask(t, "DELETE", r.URL+"/_/spaces/gone", "")
	})
	if _, err := os.Stat(filepath.Join(dir, "spaces", "gone")); err == nil {
		t.Error("the ended space left its folder")
	}
	if err := os.MkdirAll(filepath.Join(dir, "spaces", "broken"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "spaces", "broken", savedName), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Run("after", func(t *testing.T) {
		r := Start(t, withTiny, WithData(dir))
		status, body := ask(t, "GET", r.URL+"/_/spaces", "")
		var list []api.Space
		if err := json.Unmarshal([]byte(body), &list); err != nil || status != 200 {
			t.Fatal(status, body)
		}
		if len(list) != 1 || list[0].Name != "kept" || list[0].Entries != 1 || list[0].Clock != "auto" || list[0].Created.IsZero() {
			t.Errorf("spaces: %s", body)
		}
		if status, body := ask(t, "POST", r.URL+"/~broken/in/x", ""); status != 503 || !strings.Contains(body, savedName) {
			t.Errorf("the broken one: %d %s", status, body)
		}
	})
}

// TestSpaceTTL: a space goes when its ttl has passed without a request, and not
// while one is served.
func TestSpaceTTL(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny)
	if _, err := r.sb.spaces.make("short", spaceOptions{api.SpaceOptions{TTL: ptr("20ms")}}); err != nil {
		t.Fatal(err)
	}
	s, err := r.sb.spaces.use("short", spaceOptions{})
	if err != nil {
		t.Fatal(err)
	}
	r.sb.spaces.expire(s, 20*time.Millisecond)
	if !r.sb.spaces.exists("short") {
		t.Fatal("it went while it was used")
	}
	s.release()
	until(t, "the space goes", func() bool { return !r.sb.spaces.exists("short") })
}

func ptr[T any](v T) *T { return &v }

// until polls for what happens beside the test: a timer, another process.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	late := time.After(30 * time.Second) // of a machine that does much else
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for !done() {
		select {
		case <-late:
			t.Fatalf("waited too long for %s", what)
		case <-again.C:
		}
	}
}

// TestManySpaces: requests that name new and ended spaces at the same time.
func TestManySpaces(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny)
	var all sync.WaitGroup
	for i := range 32 {
		all.Go(func() {
			name := fmt.Sprintf("s%d", i%4)
			for range 8 {
				if status, body := ask(t, "POST", r.URL+"/~"+name+"/in/x", "b"); status != 200 && status != 507 && status != 503 {
					t.Errorf("%d %s", status, body)
				}
			}
			if i >= 28 {
				_ = r.sb.spaces.remove(name)
			}
		})
	}
	all.Wait()
}

// BenchmarkSpace measures what a new space costs: until it is ready, and in memory.
func BenchmarkSpace(b *testing.B) {
	r := Start(b, WithConfig(func(c *Config) { c.Spaces = 1 << 30 }))
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := 0; b.Loop(); i++ {
		s, err := r.sb.spaces.use(fmt.Sprintf("s%d", i), spaceOptions{})
		if err != nil {
			b.Fatal(err)
		}
		s.release()
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapInuse+after.StackInuse-before.HeapInuse-before.StackInuse)/float64(b.N), "B/space")
}
