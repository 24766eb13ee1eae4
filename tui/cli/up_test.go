package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tacklebox/receiver/client"
	"tacklebox/tui/cli/exit"
	"tacklebox/tui/cli/serve"
)

// stand is an Instance that serves an empty control API and gives the entries
// it was made with.
type stand struct {
	server  http.Server
	entries []Entry
	fail    error // what Serve ends with
	gap     *Gap  // behind the entries
	tls     string
	mu      sync.Mutex
	stopped bool
}

func (s *stand) Serve(ln net.Listener) error {
	if s.fail != nil {
		return s.fail
	}
	s.server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/_/providers" {
			_, _ = w.Write([]byte(`[{"name":"dsco","base_url":"http://x/dsco"}]`))
		}
	})
	if err := s.server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func (s *stand) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.stopped = true
	s.mu.Unlock()
	return s.server.Shutdown(ctx)
}

func (s *stand) Bind(net.Addr) {}

func (s *stand) TLSURL() string { return s.tls }

func (s *stand) Follow(ctx context.Context, yield func(*Entry, *Gap) error) error {
	for i := range s.entries {
		if err := yield(&s.entries[i], nil); err != nil {
			return err
		}
	}
	if s.gap != nil {
		if err := yield(nil, s.gap); err != nil {
			return err
		}
	}
	if err := yield(nil, nil); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// watch is an output that calls back once a text has been written.
type watch struct {
	bytes.Buffer
	mu   sync.Mutex
	text string
	seen func()
}

func (w *watch) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, err := w.Buffer.Write(p)
	if w.seen != nil && strings.Contains(w.Buffer.String(), w.text) {
		w.seen()
		w.seen = nil
	}
	return n, err
}

// up runs `up` until a text has been written to stdout or stderr.
func up(t *testing.T, app *App, env map[string]string, until string, args ...string) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	out, stderr := &watch{text: until, seen: cancel}, &watch{text: until, seen: cancel}
	app.Stdin, app.Stdout, app.Stderr, app.Version = strings.NewReader(""), out, stderr, "v9"
	app.Getenv = func(name string) string { return env[name] }
	code := Run(ctx, app, args)
	return result{code, out.String(), stderr.String()}
}

func TestUpHeadless(t *testing.T) {
	state := t.TempDir()
	ready := filepath.Join(state, "my-ready.json")
	inst := &stand{entries: []Entry{{Seq: 1, Kind: "capture", Inbox: "a\u009b"}, {Seq: 2, Kind: "call"}}}
	var options serve.Options
	app := &App{Open: func(o serve.Options) (Instance, error) { options = o; return inst, nil }}
	app.TUI = func(context.Context, *client.Client, TUIOptions) error { return errors.New("not in a pipe") }
	got := up(t, app, map[string]string{"XDG_STATE_HOME": state}, `"seq":2`, "--port", "0", "--ready-file", ready)
	if got.code != exit.OK {
		t.Errorf("code %d, want %d; stderr %s", got.code, exit.OK, got.err)
	}
	want := `{"seq":1,"kind":"capture","inbox":"a\u009b"}` + "\n" + `{"seq":2,"kind":"call"}` + "\n"
	if got.out != want {
		t.Errorf("stdout %q, want %q", got.out, want)
	}
	for _, part := range []string{"ready at http://127.0.0.1:", "http://x/dsco", "/in/{inbox}", "/_/stream", filepath.Join(state, "tacklebox")} {
		if !strings.Contains(got.err, part) {
			t.Errorf("stderr %q does not name %s", got.err, part)
		}
	}
	if !inst.stopped || options.Version != "v9" || options.Data != filepath.Join(state, "tacklebox") {
		t.Errorf("stopped %t, options %+v", inst.stopped, options)
	}
	for _, path := range []string{ready, serve.ReadyPath(options.Data)} {
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is still there (%v)", path, err)
		}
	}
}

// TestUpAnnounces reads the ready file while the sandbox runs, and reaches the
// sandbox through it.
func TestUpAnnounces(t *testing.T) {
	state := t.TempDir()
	env := map[string]string{"XDG_STATE_HOME": state}
	var told serve.Ready
	var reached result
	app := &App{Terminal: true, Open: func(serve.Options) (Instance, error) { return new(stand), nil }}
	app.TUI = func(ctx context.Context, c *client.Client, o TUIOptions) error {
		text, err := os.ReadFile(filepath.Join(state, "r.json"))
		if err != nil {
			return err
		}
		reached = run(ctx, new(App), env, "", "ready")
		return errors.Join(json.Unmarshal(text, &told), c.Ready(ctx))
	}
	got := up(t, app, env, "never", "up", "--port=0", "--ready-file", filepath.Join(state, "r.json"))
	if got.code != exit.OK || got.out != "" || got.err != "" {
		t.Errorf("code %d, stdout %q, stderr %q: the full-screen program ended well and owns the screen", got.code, got.out, got.err)
	}
	if told.PID != os.Getpid() || told.Version != "v9" || !strings.HasPrefix(told.URL, "http://127.0.0.1:") {
		t.Errorf("ready file %+v", told)
	}
	if reached.code != exit.OK || reached.out != "ready at "+told.URL+"\n" {
		t.Errorf("the default address led to %+v", reached)
	}
}

func TestUpQuiet(t *testing.T) {
	app := &App{Terminal: true, Open: func(serve.Options) (Instance, error) { return &stand{entries: []Entry{{Seq: 1}}}, nil }}
	app.TUI = func(context.Context, *client.Client, TUIOptions) error { return errors.New("not with --no-tui") }
	got := up(t, app, nil, "/_/stream", "--memory", "--port", "0", "--no-tui", "--quiet")
	if got.code != exit.OK || got.out != "" {
		t.Errorf("code %d, stdout %q, want silence; stderr %s", got.code, got.out, got.err)
	}
}

// TestUpGoesOnWithoutTheScreen: a user may leave the screen and keep the sandbox.
func TestUpGoesOnWithoutTheScreen(t *testing.T) {
	app := &App{Terminal: true, Open: func(serve.Options) (Instance, error) { return new(stand), nil }}
	var c *client.Client
	app.TUI = func(_ context.Context, shown *client.Client, _ TUIOptions) error { c = shown; return ErrLeftRunning }
	got := up(t, app, nil, "ctrl+c here stops", "--memory", "--port", "0")
	if got.code != exit.OK || !strings.Contains(got.err, "the sandbox at "+c.URL()+" goes on without the screen: 'tacklebox tui' opens it again") {
		t.Errorf("code %d, stderr %q", got.code, got.err)
	}
}

// TestUpUntilEOF ends with standard input, and only when told to.
func TestUpUntilEOF(t *testing.T) {
	in, out := io.Pipe()
	stderr := &watch{text: "/_/stream", seen: func() { _ = out.Close() }}
	app := &App{Open: func(serve.Options) (Instance, error) { return new(stand), nil }, Stdin: in, Stdout: io.Discard, Stderr: stderr, Getenv: func(string) string { return "" }}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if code := Run(ctx, app, []string{"--memory", "--port", "0", "--until-eof"}); code != exit.OK || ctx.Err() != nil {
		t.Errorf("code %d, %v", code, ctx.Err())
	}
}

func TestUpFails(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, port, _ := net.SplitHostPort(taken.Addr().String())
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	good := func(serve.Options) (Instance, error) { return new(stand), nil }
	for _, c := range []struct {
		name string
		open func(serve.Options) (Instance, error)
		args []string
		code int
		err  string
	}{
		{"taken port", good, []string{"--memory", "--port", port}, exit.Connect, "port " + port + " is taken"},
		{"taken port: what to do", good, []string{"--memory", "--port", port}, exit.Connect, "--port"},
		{"no such address", good, []string{"--memory", "--addr", "192.0.2.1:0", "--token", "t"}, exit.Connect, "cannot listen on 192.0.2.1:0"},
		{"locked folder", func(serve.Options) (Instance, error) { return nil, errors.New("in use by process 7") }, []string{"--data", t.TempDir(), "--port", "0"}, exit.Usage, "in use by process 7"},
		{"folder that cannot be made", good, []string{"--data", file + "/x", "--port", "0"}, exit.Usage, "data folder"},
		{"ready file that cannot be written", good, []string{"--memory", "--port", "0", "--ready-file", file + "/x"}, exit.Usage, "ready file"},
		{"serving fails", func(serve.Options) (Instance, error) { return &stand{fail: errors.New("no more")}, nil }, []string{"--memory", "--port", "0"}, exit.Failure, "sandbox: no more"},
		{"no sandbox", nil, []string{"--memory"}, exit.Failure, "no sandbox"},
		{"bad flag", good, []string{"--keep", "x"}, exit.Usage, "--keep"},
		{"argument", good, []string{"up", "now"}, exit.Usage, `unexpected argument "now"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := up(t, &App{Open: c.open}, map[string]string{"HOME": t.TempDir()}, "never", c.args...)
			if got.code != c.code || !strings.Contains(got.err, c.err) {
				t.Errorf("code %d, stderr %q; want %d, %q", got.code, got.err, c.code, c.err)
			}
		})
	}
}

func TestReadyFile(t *testing.T) {
	dir := t.TempDir()
	path := serve.ReadyPath(dir)
	mine := serve.Ready{URL: "http://127.0.0.1:1", PID: os.Getpid(), Version: "v1"}
	if err := mine.Write(path); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil || string(text) != `{"url":"http://127.0.0.1:1","pid":`+itoa(os.Getpid())+`,"version":"v1"}`+"\n" {
		t.Errorf("file %q (%v)", text, err)
	}
	names, _ := os.ReadDir(dir)
	if len(names) != 1 {
		t.Errorf("%d files, want 1: the temporary one is still there", len(names))
	}
	other := serve.Ready{URL: "http://127.0.0.1:2", PID: mine.PID}
	other.Remove(path)
	if got, err := serve.ReadReady(path); err != nil || got != mine {
		t.Errorf("another instance removed the file: %+v, %v", got, err)
	}
	mine.Remove(path)
	if _, err := serve.ReadReady(path); err == nil {
		t.Error("the file is still there")
	}
	for _, text := range []string{"", "{", `{"pid":1}`, "[]"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := serve.ReadReady(path); err == nil {
			t.Errorf("%q was read as %+v", text, got)
		}
	}
	if err := mine.Write(filepath.Join(dir, "no", "such", "folder")); err == nil {
		t.Error("written into a folder that is not there")
	}
}

func itoa(n int) string { text, _ := json.Marshal(n); return string(text) }

// TestAnnounceInMemory: a sandbox in memory does not take the place of one that
// somebody runs, but of one that died.
func TestAnnounceInMemory(t *testing.T) {
	dead := 1 << 22 // above the largest process id of a default Linux
	for _, c := range []struct {
		name  string
		there *serve.Ready
		taken bool
	}{
		{"nobody", nil, true},
		{"a running one", &serve.Ready{URL: "http://a", PID: os.Getpid()}, false},
		{"a dead one", &serve.Ready{URL: "http://a", PID: dead}, true},
	} {
		t.Run(c.name+", on another folder", func(t *testing.T) {
			folder, other := t.TempDir(), t.TempDir()
			if c.there != nil {
				if err := c.there.Write(serve.ReadyPath(folder)); err != nil {
					t.Fatal(err)
				}
			}
			mine := serve.Ready{URL: "http://b", PID: os.Getpid()}
			paths, err := announce(mine, &serve.Options{Data: other}, folder)
			if err != nil || (len(paths) == 2) != c.taken {
				t.Errorf("announced in %v (%v), want the default folder too: %t", paths, err, c.taken)
			}
		})
		t.Run(c.name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "deep", "folder")
			if c.there != nil {
				if err := errors.Join(os.MkdirAll(folder, 0o700), c.there.Write(serve.ReadyPath(folder))); err != nil {
					t.Fatal(err)
				}
			}
			mine := serve.Ready{URL: "http://b", PID: os.Getpid()}
			if _, err := announce(mine, &serve.Options{Memory: true}, folder); err != nil {
				t.Fatal(err)
			}
			got, err := serve.ReadReady(serve.ReadyPath(folder))
			if err != nil || (got == mine) != c.taken {
				t.Errorf("the file says %+v (%v), want mine: %t", got, err, c.taken)
			}
		})
	}
}

// TestUpTellsOfGaps: what was removed before it was printed is a line of its own.
func TestUpTellsOfGaps(t *testing.T) {
	inst := &stand{entries: []Entry{{Seq: 1, Kind: "call"}}, gap: &Gap{From: 2, To: 9}, tls: "https://127.0.0.1:9"}
	app := &App{Open: func(serve.Options) (Instance, error) { return inst, nil }}
	got := up(t, app, nil, `"gap"`, "--memory", "--port", "0")
	if got.code != exit.OK || got.out != `{"seq":1,"kind":"call"}`+"\n"+`{"gap":{"from":2,"to":9}}`+"\n" || !strings.Contains(got.err, "https://127.0.0.1:9") {
		t.Errorf("%+v", got)
	}
}

// TestUpOutlivesItsReaders: an output that breaks is said, and ends nothing.
func TestUpOutlivesItsReaders(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	stderr := &watch{text: "the sandbox goes on", seen: cancel}
	app := &App{Stdin: strings.NewReader(""), Stdout: brokenWriter{}, Stderr: stderr, Getenv: func(string) string { return "" },
		Open: func(serve.Options) (Instance, error) { return &stand{entries: []Entry{{Seq: 1}}}, nil }}
	if code := Run(ctx, app, []string{"up", "--memory", "--port", "0"}); code != exit.OK || !strings.Contains(stderr.String(), "standard output: full") {
		t.Errorf("code %d, stderr %s", code, stderr.String())
	}
}

// TestUpOnAFolderInUse names the owner, and what to do.
func TestUpOnAFolderInUse(t *testing.T) {
	data := t.TempDir()
	if err := (serve.Ready{URL: "http://127.0.0.1:7", PID: os.Getpid()}).Write(serve.ReadyPath(data)); err != nil {
		t.Fatal(err)
	}
	app := &App{Open: func(o serve.Options) (Instance, error) { return nil, &serve.InUseError{Data: o.Data, PID: os.Getpid()} }}
	got := run(t.Context(), app, nil, "", "up", "--data", data, "--port", "0")
	for _, part := range []string{data, fmt.Sprintf("process %d, which answers at http://127.0.0.1:7", os.Getpid()), "--data DIR", "--memory"} {
		if got.code != exit.Connect || !strings.Contains(got.err, part) {
			t.Errorf("code %d, stderr %s; want 4 and %s", got.code, got.err, part)
		}
	}
}
