package receiver

import (
	"fmt"
	"go/format"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tacklebox/receiver/inbox"
	"tacklebox/receiver/journal"

	"github.com/google/go-cmp/cmp"
)

// oddRequests are what a capture can hold and a shell, a HAR or a Go file could
// trip over.
func oddRequests() map[string]*journal.Entry {
	list := map[string]*journal.Entry{}
	add := func(name, method, target, body string, headers ...string) {
		e := sampleEntry(body)
		e.Request.Method, e.Request.URL = method, target
		e.Request.Headers = journal.HeaderOf(http.Header{"Host": {"h:1"}})
		for i := 0; i < len(headers); i += 2 {
			e.Request.Headers.Add(headers[i], headers[i+1])
		}
		list[name] = e
	}
	add("quotes", "POST", `/in/a'b"c$(id)`, `'";$(id)`+"`id`\\", "X-A", `'"$(id)\`)
	add("option", "-X", "/in/-o", "-d @/etc/passwd", "X-A", "-H")
	add("percent", "POST", "/in/%25s%0A?%s=%d&%zz", "%s%%\n", "X-A", "%s")
	add("globs", "PUT", "/in/[1-3]{a,b}*?x[]=1&y={z}", "[1-3]", "X-A", "{a,b}")
	add("dots", "POST", "/in/a/./../b//c/?", "")
	add("bytes", "POST", "/in/a", "\x00\x01\xfe\xff\r\n", "Content-Type", "application/octet-stream")
	add("carriage", "POST", "/in/a", "a\r\nb\r", "Content-Type", "text/plain")
	add("text of many lines", "POST", "/in/a", "a\n\nb\n", "Content-Type", "text/plain; charset=utf-8")
	add("unicode", "POST", "/in/a?q=%C3%A9", "日本 é \u2028 \ufeff", "Content-Type", "text/plain", "X-A", "é")
	add("two of a name", "GET", "/in/a", "", "X-A", "1", "X-A", "2", "X-B", "", "Accept", "a", "Accept", "b")
	add("own headers", "POST", "/in/a", "x", "User-Agent", "me/1", "Accept", "*/*", "Content-Type", "x", "Accept-Encoding", "gzip")
	add("head", "HEAD", "/in/a?x", "")
	add("says gzip and is none", "POST", "/in/a", "plain", "Content-Encoding", "gzip", "Content-Type", "text/plain")
	add("get with a body", "GET", "/in/a", "body")
	add("delete without", "DELETE", "/in/a", "")
	add("long", "POST", "/in/a?"+strings.Repeat("x", 3000), strings.Repeat("0123456789'", 7000), "X-Long", strings.Repeat("h", 3000))
	return list
}

// TestCurlSendsTheSame runs the exported command of each and compares what
// arrives with what was exported.
func TestCurlSendsTheSame(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"curl", "sh", "base64"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip("no " + tool + " here")
		}
	}
	for name, e := range oddRequests() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newRig(t)
			e.Request.Headers.Set("Host", g.addr())
			text := exported(t, e, "curl")
			cmd := exec.Command("sh")
			cmd.Stdin = strings.NewReader(strings.Replace(text, "curl ", "curl -sS --max-time 20 ", 1))
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s\n%.500s", err, out, text)
			}
			got := g.entry(1).Request
			got.Headers.Del("Content-Length")
			if diff := cmp.Diff(e.Request.Headers.Map(), got.Headers.Map()); diff != "" {
				t.Errorf("headers (-want +got):\n%s", diff)
			}
			if got.Method != e.Request.Method || got.URL != e.Request.URL || string(got.Body) != string(e.Request.Body) {
				t.Errorf("%s %s with %q, want %s %s with %q", got.Method, got.URL, got.Body, e.Request.Method, e.Request.URL, e.Request.Body)
			}
		})
	}
}

// receivingHandler is put in place of the example handler: it fails unless the
// request is the exported one.
const receivingHandler = `func handlerUnderTest() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got := fmt.Sprintf("%%q %%q %%q %%q %%q", r.Method, r.RequestURI, r.Host, r.Header["X-A"], body)
		if want := %q; got != want {
			http.Error(w, got+", wanted "+want, 999)
			return
		}
		w.WriteHeader(200)
	})
}
`

// TestGoTestsSendTheSame compiles all of them into one program that holds each
// request to what was exported.
func TestGoTestsSendTheSame(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("go"); err != nil || testing.Short() {
		t.Skip("runs the compiler")
	}
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module webhook\n\ngo 1.22\n")
	i := 0
	for _, e := range oddRequests() {
		i++
		text := exported(t, e, "gotest")
		if formatted, err := format.Source([]byte(text)); err != nil || string(formatted) != text {
			t.Errorf("not as gofmt has it (%v):\n%s", err, cmp.Diff(string(formatted), text))
		}
		m := e.Request
		want := fmt.Sprintf("%q %q %q %q %q", m.Method, m.URL, "h:1", m.Headers.Values("X-A"), m.Body)
		source := withHandler(t, text, fmt.Sprintf(receivingHandler, want))
		source = strings.ReplaceAll(strings.ReplaceAll(source, "TestWebhook", fmt.Sprint("TestWebhook", i)), "handlerUnderTest", fmt.Sprint("handler", i))
		write(fmt.Sprintf("odd%d_test.go", i), source)
	}
	cmd := exec.Command("go", "test", "./...")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// withHandler does what the reader of an export does: puts a handler in.
func withHandler(t *testing.T, source, handler string) string {
	t.Helper()
	from := strings.Index(source, "func handlerUnderTest()")
	to := strings.Index(source, "func TestWebhook")
	if from < 0 || to < from {
		t.Fatalf("there is no handler to replace in\n%s", source)
	}
	source = source[:from] + handler + "\n" + source[to:]
	return strings.Replace(source, "import (", "import (\n\t\"fmt\"\n\t\"io\"", 1)
}

// TestHARComesBack: an exported file that is imported again holds the same
// request.
func TestHARComesBack(t *testing.T) {
	t.Parallel()
	for name, e := range oddRequests() {
		g := newRig(t)
		if err := g.log.Append(e).Wait(); err != nil {
			t.Fatal(err)
		}
		file := g.do("GET", "/_/entries/1/as/har", "").want(t, 200).body
		g.do("POST", "/_/entries/import?inbox=a", file).want(t, 200)
		got := g.entry(2)
		if diff := cmp.Diff(e.Request.Headers.Map(), got.Request.Headers.Map()); diff != "" {
			t.Errorf("%s: headers (-want +got):\n%s", name, diff)
		}
		path, query, asked := strings.Cut(e.Request.URL, "?")
		_, want := inbox.SplitTarget(path)
		if want = "/in/a" + want; asked {
			want += "?" + query
		}
		if got.Request.URL != want || got.Request.Method != e.Request.Method || string(got.Request.Body) != string(e.Request.Body) {
			t.Errorf("%s: %s %s %q, want %s %s %q", name, got.Request.Method, got.Request.URL, got.Request.Body, e.Request.Method, want, e.Request.Body)
		}
		if !got.Time.Equal(e.Time) || got.Took != e.Took || got.Response.Status != 200 {
			t.Errorf("%s: %v %v %+v", name, got.Time, got.Took, got.Response)
		}
	}
}
