package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// A case is a command line, what the control API answers, and what must come
// out. URL in arguments, answers and wanted texts stands for the server's
// address.
type commandCase struct {
	name    string
	args    []string
	env     map[string]string
	stdin   string
	answers map[string]string // "METHOD /path?query" → "STATUS body"
	sent    []string          // requests with a body, as "METHOD /path body"; nil: not looked at
	out     string            // the whole of stdout; "*": not looked at
	err     string            // a part of stderr; "": nothing is written there
	code    int
}

// control is a control API that answers by the book.
type control struct {
	*httptest.Server
	mu      sync.Mutex
	answers map[string]string
	sent    []string
}

func newControl(t *testing.T, answers map[string]string) *control {
	t.Helper()
	c := &control{answers: answers}
	c.Server = httptest.NewServer(c)
	t.Cleanup(c.Close)
	return c
}

func (c *control) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text, _ := io.ReadAll(r.Body)
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(text) > 0 {
		c.sent = append(c.sent, r.Method+" "+r.URL.Path+" "+strings.ReplaceAll(string(text), c.URL, "URL"))
	}
	answer, known := c.answers[r.Method+" "+r.RequestURI]
	if !known {
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprintf(w, `{"error":{"code":"not_found","message":"the test has no answer to %s %s","hint":"none"}}`, r.Method, r.RequestURI)
		return
	}
	var status int
	_, _ = fmt.Sscan(answer, &status)
	_, body, _ := strings.Cut(answer, " ")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, strings.ReplaceAll(body, "URL", c.URL))
}

// result is what a command left behind.
type result struct {
	code     int
	out, err string
}

// run executes one command line with an environment of its own.
func run(ctx context.Context, app *App, env map[string]string, stdin string, args ...string) result {
	var out, err bytes.Buffer
	app.Stdin, app.Stdout, app.Stderr = strings.NewReader(stdin), &out, &err
	app.Getenv = func(name string) string { return env[name] }
	app.Now = func() time.Time { return time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC) }
	if app.Version == "" {
		app.Version = "v0.0.0-test"
	}
	code := Run(ctx, app, args)
	return result{code, out.String(), err.String()}
}

// runCases plays each case against a control API of its own.
func runCases(t *testing.T, cases []commandCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := newControl(t, c.answers)
			env := map[string]string{"TACKLEBOX_URL": server.URL, "TZ": "UTC"}
			for name, value := range c.env {
				env[name] = value
			}
			args := make([]string, len(c.args))
			for i, a := range c.args {
				args[i] = strings.ReplaceAll(a, "URL", server.URL)
			}
			ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
			defer cancel()
			got := run(ctx, new(App), env, c.stdin, args...)
			c.check(t, got, server)
		})
	}
}

func (c commandCase) check(t *testing.T, got result, server *control) {
	t.Helper()
	if got.code != c.code {
		t.Errorf("exit code %d, want %d; stderr: %s", got.code, c.code, got.err)
	}
	if diff := cmp.Diff(c.out, strings.ReplaceAll(got.out, server.URL, "URL")); diff != "" && c.out != "*" {
		t.Errorf("stdout (-want +got):\n%s", diff)
	}
	stderr := strings.ReplaceAll(got.err, server.URL, "URL")
	if c.err == "" && stderr != "" || !strings.Contains(stderr, c.err) {
		t.Errorf("stderr %q, want %q in it", stderr, c.err)
	}
	if c.sent != nil {
		server.mu.Lock()
		defer server.mu.Unlock()
		if diff := cmp.Diff(c.sent, server.sent, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("sent (-want +got):\n%s", diff)
		}
	}
}

// lines joins lines as a command prints them.
func lines(list ...string) string { return strings.Join(list, "\n") + "\n" }

// Entries that several tests show.
const (
	anAttempt = `{"seq":12,"time":"2026-01-05T09:00:00.25Z","kind":"attempt","provider":"shoptet","account":"acme","type":"order:create","event_id":"evt1","delivery_id":"dlv1","attempt":1,"subscription":"7",` +
		`"request":{"method":"POST","url":"http://127.0.0.1:1/in/orders","proto":"HTTP/1.1","headers":{"Content-Type":["application/json"],"X-Two":["a","b"]},"body":"{\"event\":\"order:create\",\"n\":1}","size":30},` +
		`"response":{"status":500,"headers":{"Server":["x"]},"body":"no","size":2},"took_ms":1.5,"next_attempt":"2026-01-05T09:15:00Z","capture_seq":11}`
	aCapture = `{"seq":11,"time":"2026-01-05T09:00:00.2Z","kind":"capture","inbox":"orders",` +
		`"request":{"method":"POST","url":"/in/orders","proto":"HTTP/1.1","headers":{"A":["b"]},"body":"hi","size":2},"response":{"status":500},"signature":{"state":"invalid","reason":"another key"},"contract":{"ok":false,"violations":["n: is missing"]}}`
)
