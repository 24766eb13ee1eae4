package cli

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tacklebox/receiver/client"
	"tacklebox/tui/cli/exit"
	"tacklebox/tui/cli/serve"
)

// TestWithDefault: without a command the arguments are those of up.
func TestWithDefault(t *testing.T) {
	for in, want := range map[string]string{
		"":                           "up",
		"--port 0":                   "up --port 0",
		"--no-tui --quiet":           "up --no-tui --quiet",
		"--addr=127.0.0.1:1":         "up --addr=127.0.0.1:1",
		"--token t --memory":         "up --token t --memory",
		"--nonsense":                 "up --nonsense",
		"up --port 0":                "up --port 0",
		"tail x":                     "tail x",
		"--json tail":                "--json tail",
		"--url http://h tail":        "--url http://h tail",
		"--token t --json entries x": "--token t --json entries x",
		"--help":                     "--help",
		"-h":                         "-h",
		"--version":                  "--version",
		"tial":                       "tial",
		"--json tial":                "--json tial",
	} {
		app := &App{Getenv: func(string) string { return "" }}
		if got := strings.Join(withDefault(rootOf(app), strings.Fields(in)), " "); got != want {
			t.Errorf("arguments %q become %q, want %q", in, got, want)
		}
	}
}

func TestRoot(t *testing.T) {
	runCases(t, []commandCase{
		{name: "mistyped command", args: []string{"entires"}, err: `unknown command "entires" (did you mean "entries"?)`, code: exit.Usage},
		{name: "nothing like it", args: []string{"frobnicate"}, err: "unknown command \"frobnicate\"\nRun 'tacklebox --help'", code: exit.Usage},
		{name: "escape sequences in an argument", args: []string{"x\x1b[2J"}, err: "unknown command \"x\\x1b[2J\"", code: exit.Usage},
		{name: "unknown flag", args: []string{"entries", "--al"}, err: "unknown flag: --al", code: exit.Usage},
		{name: "version flag", args: []string{"--version"}, out: "tacklebox v0.0.0-test\n"},
		{name: "no shell", args: []string{"completion", "fihs"}, err: `no completion for "fihs" (did you mean "fish"?); known: bash, zsh, fish, powershell`, code: exit.Usage},
		{name: "completed providers", args: []string{"__complete", "fire", "sh"}, answers: map[string]string{"GET /_/providers": `200 [{"name":"shoptet","title":"Shoptet"}]`},
			out: "shoptet\tShoptet\n:4\n", err: "ShellCompDirectiveNoFileComp"},
		{name: "completed types", args: []string{"__complete", "events", "shoptet", ""}, answers: map[string]string{"GET /_/providers/shoptet": shop},
			out: "order:create\tan order\norder:update\n:4\n", err: "ShellCompDirectiveNoFileComp"},
		{name: "no completion without a sandbox", args: []string{"__complete", "fire", ""}, out: ":4\n", err: "ShellCompDirectiveNoFileComp"},
		{name: "an address that is none", args: []string{"entries", "--url", "http://a b"}, err: "want a URL like http://127.0.0.1:4780", code: exit.Usage},
		{name: "the server's words are made safe", args: []string{"entries"}, answers: map[string]string{"GET /_/entries": "404 \x1b[2J\u009b"}, err: "404 Not Found: ␛[2J\\u009b", code: exit.Usage},
	})
}

func TestCompletion(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if got := run(context.Background(), new(App), nil, "", "completion", shell); got.code != 0 || !strings.Contains(got.out, "tacklebox") {
			t.Errorf("completion %s: code %d, %d bytes", shell, got.code, len(got.out))
		}
	}
}

// TestColour: only in a terminal, and not where somebody said no.
func TestColour(t *testing.T) {
	server := newControl(t, map[string]string{"GET /_/entries": `200 {"entries":[{"seq":1,"time":"2026-01-05T09:00:00Z","kind":"call","request":{"method":"GET","url":"/\u001b[0m"}}]}`})
	for _, c := range []struct {
		terminal bool
		env      map[string]string
		want     bool
	}{
		{true, nil, true},
		{false, nil, false},
		{true, map[string]string{"NO_COLOR": "1"}, false},
		{true, map[string]string{"TERM": "dumb"}, false},
	} {
		got := run(context.Background(), &App{Terminal: c.terminal}, c.env, "", "entries", "--url", server.URL)
		if strings.Contains(got.out, "\x1b[1mGET") != c.want || strings.Contains(got.out, "\x1b[0m ") {
			t.Errorf("terminal %t, %v: %q, want colour: %t, and none from outside", c.terminal, c.env, got.out, c.want)
		}
	}
}

// TestTerminalBody: bytes are for files; a terminal gets what it can show.
func TestTerminalBody(t *testing.T) {
	server := newControl(t, map[string]string{"GET /_/entries/1/body": "200 \x1b[2Jx"})
	for _, c := range []struct {
		app  App
		want string
	}{{App{Terminal: true}, "␛[2Jx\n"}, {App{Shown: true}, "␛[2Jx\n"}, {App{}, "\x1b[2Jx"}} {
		got := run(context.Background(), &c.app, map[string]string{"TERM": "dumb"}, "", "show", "1", "--body", "--url", server.URL)
		if got.out != c.want {
			t.Errorf("terminal %t, shown %t: got %q", c.app.Terminal, c.app.Shown, got.out)
		}
	}
}

// TestOwnReadyFile: an environment that names a ready file talks to the sandbox
// of that file and to no other.
func TestOwnReadyFile(t *testing.T) {
	state := noneRunning(t)
	server := newControl(t, map[string]string{"GET /_/readyz": "200 {}"})
	dir := t.TempDir()
	for name, c := range map[string]struct {
		ready serve.Ready
		code  int
		want  string
	}{
		"there":   {serve.Ready{URL: server.URL, PID: os.Getpid()}, exit.OK, "ready at " + server.URL},
		"dead":    {serve.Ready{URL: server.URL, PID: 1 << 22}, exit.Connect, "is gone"},
		"missing": {serve.Ready{}, exit.Connect, "TACKLEBOX_READY_FILE="},
	} {
		path := filepath.Join(dir, name)
		if c.ready.URL != "" {
			if err := c.ready.Write(path); err != nil {
				t.Fatal(err)
			}
		}
		env := with2(state, "TACKLEBOX_READY_FILE", path)
		for _, line := range []string{"ready", "entries --limit 1", "fire shoptet order:create --to http://localhost:1/"} {
			got := run(t.Context(), new(App), env, "", strings.Fields(line)...)
			if line == "ready" && !strings.Contains(got.out+got.err, c.want) || c.code == exit.Connect && got.code != c.code {
				t.Errorf("%s, %s: %+v, want %d and %s", name, line, got, c.code, c.want)
			}
		}
	}
}

// TestSpace: a space is a part of the address.
func TestSpace(t *testing.T) {
	server := newControl(t, map[string]string{"GET /~job-17/_/entries": `200 {"entries":[{"seq":1,"kind":"call"}]}`})
	for _, c := range []struct {
		args  string
		space string
		code  int
	}{
		{"entries --json --space job-17", "", exit.OK}, {"entries --json", "job-17", exit.OK}, {"entries --json --space job-17", "other", exit.OK},
		{"entries --space Job", "", exit.Usage}, {"entries", "a/b", exit.Usage}, {"entries --space -a", "", exit.Usage}, {"entries --space " + strings.Repeat("a", 64), "", exit.Usage},
	} {
		got := run(t.Context(), new(App), map[string]string{"TACKLEBOX_URL": server.URL, "TACKLEBOX_SPACE": c.space}, "", strings.Fields(c.args)...)
		if got.code != c.code || c.code == exit.OK && !strings.Contains(got.out, `"seq":1`) {
			t.Errorf("%s in %q: %+v", c.args, c.space, got)
		}
	}
}

// TestPlacesRefused: an address, a token or a space that can be none is a mistake
// of the command line.
func TestPlacesRefused(t *testing.T) {
	for _, args := range [][]string{
		{"--url", "ftp://x"}, {"--url", "http://"}, {"--url", "::"}, {"--url", "http://h:port"}, {"--url", "http://h/?q"}, {"--url", " "}, {"--token", " "}, {"--token", "\t"}, {"--space", "A"},
	} {
		if got := run(t.Context(), new(App), nil, "", append([]string{"entries"}, args...)...); got.code != exit.Usage {
			t.Errorf("%q: %+v", args, got)
		}
	}
	if got := run(t.Context(), new(App), map[string]string{"TACKLEBOX_URL": "http://a b"}, "", "entries"); got.code != exit.Usage {
		t.Errorf("environment: %+v", got)
	}
}

func TestDoctor(t *testing.T) {
	home := t.TempDir()
	server := newControl(t, map[string]string{"GET /_/readyz": "200 {}", "GET /_/clock": `200 {"now":"2026-01-05T09:00:00Z","mode":"manual"}`})
	stranger := newControl(t, map[string]string{"GET /_/readyz": "401 no"})
	file := filepath.Join(home, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	good := map[string]string{"HOME": home, "TERM": "xterm", "LANG": "C.UTF-8", "TACKLEBOX_URL": server.URL}
	with := func(pairs ...string) map[string]string {
		env := map[string]string{}
		for name, value := range good {
			env[name] = value
		}
		for i := 0; i < len(pairs); i += 2 {
			env[pairs[i]] = pairs[i+1]
		}
		return env
	}
	for _, c := range []struct {
		name     string
		env      map[string]string
		terminal bool
		code     int
		want     string
	}{
		{"all well", good, true, 0, "ok     data      " + filepath.Join(home, ".local", "state", "tacklebox")},
		{"a sandbox is running", good, true, 0, "a sandbox answers at " + server.URL},
		{"a manual clock", good, true, 0, "retries wait for 'tacklebox clock advance'"},
		{"a pipe", good, false, 0, "not a terminal"},
		{"no UTF-8", with("LANG", "C"), true, 0, "the locale is not UTF-8"},
		{"dumb terminal", with("TERM", "dumb"), true, 1, "set TERM"},
		{"no folder", with("HOME", ""), true, 1, "set --data"},
		{"a file in the way", with("TACKLEBOX_DATA", file), true, 1, "is a file"},
		{"below a file", with("TACKLEBOX_DATA", file+"/x"), true, 1, "choose another folder"},
		{"a stranger", with("TACKLEBOX_URL", stranger.URL), true, 1, "something else answers at " + stranger.URL},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := run(context.Background(), &App{Terminal: c.terminal}, with2(c.env, "NO_COLOR", "1"), "", "doctor")
			if got.code != c.code || !strings.Contains(got.out, c.want) {
				t.Errorf("code %d, stdout:\n%s\nwant %d and %q", got.code, got.out, c.code, c.want)
			}
		})
	}
	got := run(context.Background(), new(App), good, "", "doctor", "--json")
	var checks []string
	for line := range strings.Lines(got.out) {
		var f Finding
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatal(err)
		}
		checks = append(checks, f.Check)
	}
	if diff := cmp.Diff([]string{"data", "port", "clock", "terminal"}, checks); diff != "" {
		t.Errorf("checks (-want +got):\n%s", diff)
	}
}

func with2(env map[string]string, name, value string) map[string]string {
	out := map[string]string{name: value}
	for n, v := range env {
		out[n] = v
	}
	return out
}

func TestTUI(t *testing.T) {
	server := newControl(t, map[string]string{"GET /_/readyz": "200 {}"})
	var told TUIOptions
	var url string
	open := func(_ context.Context, c *client.Client, o TUIOptions) error { told, url = o, c.URL(); return nil }
	for _, c := range []struct {
		name string
		app  *App
		args []string
		code int
		err  string
	}{
		{"attached", &App{Terminal: true, TUI: open}, []string{"tui", "--attach", server.URL}, 0, ""},
		{"no terminal", &App{TUI: open}, []string{"tui", "--attach", server.URL}, exit.Usage, "needs a terminal"},
		{"not built in", &App{Terminal: true}, []string{"tui"}, exit.Usage, "no full-screen program"},
		{"nobody there", &App{Terminal: true, TUI: open}, []string{"tui", "--attach", nobody(t)}, exit.Connect, "cannot connect"},
	} {
		got := run(context.Background(), c.app, nil, "", c.args...)
		if got.code != c.code || !strings.Contains(got.err, c.err) {
			t.Errorf("%s: code %d, stderr %q; want %d, %q", c.name, got.code, got.err, c.code, c.err)
		}
	}
	if !told.Attached || told.Version != "v0.0.0-test" || url != server.URL {
		t.Errorf("the program was told %+v at %s", told, url)
	}
}

func TestReady(t *testing.T) {
	runCases(t, []commandCase{
		{name: "ready", args: []string{"ready"}, answers: map[string]string{"GET /_/readyz": "200 {}"}, out: "ready at URL\n"},
		{name: "as JSON", args: []string{"ready", "--json", "--wait", "1s"}, answers: map[string]string{"GET /_/readyz": "200 {}"}, out: `{"ready":true,"url":"URL"}` + "\n"},
		{name: "starting", args: []string{"ready", "--wait", "1ms"}, answers: map[string]string{"GET /_/readyz": `503 {"error":{"message":"opening"}}`}, err: "not ready after 1ms: opening", code: exit.Timeout},
		{name: "refused: waiting does not help", args: []string{"ready", "--wait", "1h"}, answers: map[string]string{"GET /_/readyz": `401 {"error":{"message":"token"}}`}, err: "token", code: exit.Usage},
	})
	if got := run(context.Background(), new(App), nil, "", "ready", "--url", nobody(t)); got.code != exit.Connect {
		t.Errorf("code %d, want %d", got.code, exit.Connect)
	}
}

// TestBrokenOutput: a result that could not be written is not a success.
func TestBrokenOutput(t *testing.T) {
	app := &App{Stdout: brokenWriter{}, Stderr: io.Discard, Stdin: strings.NewReader(""), Getenv: func(string) string { return "" }}
	if code := Run(context.Background(), app, []string{"version"}); code != exit.Failure {
		t.Errorf("code %d, want %d", code, exit.Failure)
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("full") }
