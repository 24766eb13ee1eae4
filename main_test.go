package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
)

// ran is what a run of the program left behind.
type ran struct {
	code     int
	out, err string
}

func runProgram(t *testing.T, env map[string]string, stdin string, args ...string) ran {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	var out, stderr bytes.Buffer
	getenv := func(name string) string { return env[name] }
	code := run(ctx, args, getenv, strings.NewReader(stdin), &out, &stderr)
	return ran{code, out.String(), stderr.String()}
}

// TestHelp holds the help of every command to its golden: it is read more often
// than any document.
func TestHelp(t *testing.T) {
	golden, err := os.ReadFile("tui/cli/testdata/help.txt")
	if err != nil && os.Getenv("UPDATE") == "" {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, command := range []string{"", "up", "tui", "tail", "providers", "events", "fire", "entries", "show", "diff", "export", "import", "replay",
		"expect", "scenario", "contract", "verify", "inbox", "filter", "faults", "secrets", "clock", "reset", "ready", "doctor", "version", "completion"} {
		args := append(strings.Fields(command), "--help")
		r := runProgram(t, map[string]string{"XDG_STATE_HOME": "/state"}, "", args...)
		if r.code != 0 || r.err != "" {
			t.Errorf("%v: code %d, stderr %q", args, r.code, r.err)
		}
		fmt.Fprintf(&got, "$ tacklebox %s\n%s\n", strings.Join(args, " "), r.out)
	}
	if os.Getenv("UPDATE") != "" {
		if err := errors.Join(os.MkdirAll("tui/cli/testdata", 0o755), os.WriteFile("tui/cli/testdata/help.txt", []byte(got.String()), 0o644)); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(golden), got.String()); diff != "" {
		t.Errorf("help (-golden +got; UPDATE=1 go test -run TestHelp writes it):\n%s", diff)
	}
}

// TestExitCodes is the table of the contract, through the whole program.
func TestExitCodes(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	url := startProgram(t, "--memory").url
	env := map[string]string{"TACKLEBOX_URL": url, "HOME": t.TempDir()}
	closed := freeAddress(t)
	for _, c := range []struct {
		args  []string
		stdin string
		code  int
		err   string
	}{
		{[]string{"version"}, "", 0, ""},
		{[]string{"ready"}, "", 0, ""},
		{[]string{"entries"}, "", 0, ""},
		{[]string{"expect", "kind:capture", "--count", "0", "--within", "1ms"}, "", 0, ""},
		{[]string{"verify", "shoptet", "--secret", "x", "-"}, "{}", 1, ""},
		{[]string{"tial"}, "", 2, `did you mean "tail"?`},
		{[]string{"--nonsense"}, "", 2, "unknown flag"},
		{[]string{"show"}, "", 2, "SEQ is missing"},
		{[]string{"show", "99999"}, "", 2, "99999"},
		{[]string{"entries", "kind:(("}, "", 2, "filter"},
		{[]string{"events", "shoptt"}, "", 2, "shoptet"},
		{[]string{"fire", "shoptt", "order:create"}, "", 2, "shoptet"},
		{[]string{"fire", "shoptet", "order:creat"}, "", 2, "order:create"},
		{[]string{"up", "--addr", "0.0.0.0:0", "--memory"}, "", 2, "--token"},
		{[]string{"up", "--config", "/nowhere.yaml"}, "", 2, "/nowhere.yaml"},
		{[]string{"up", "--memory", "--port", "0", "--fixtures", "/nowhere"}, "", 2, "/nowhere"},
		{[]string{"expect", "inbox:nobody", "--within", "1ms"}, "", 3, ""},
		{[]string{"ready", "--url", closed, "--wait", "1ms"}, "", 3, "not ready"},
		{[]string{"ready", "--url", closed}, "", 4, "cannot connect"},
		{[]string{"up", "--memory", "--addr", taken.Addr().String()}, "", 4, "is taken"},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			got := runProgram(t, env, c.stdin, c.args...)
			if got.code != c.code || !strings.Contains(got.err, c.err) {
				t.Errorf("code %d, stderr %q; want %d, %q", got.code, got.err, c.code, c.err)
			}
		})
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return "http://" + ln.Addr().String()
}

// program is the real binary, running.
type program struct {
	t      *testing.T
	cmd    *exec.Cmd
	env    []string
	url    string
	stdout *bufio.Reader
	stderr bytes.Buffer
}

// folder is where the program that the tests run is built, once.
const folder = "TACKLEBOX_TEST_FOLDER"

var builds = sync.OnceValues(func() (string, error) {
	path := filepath.Join(os.Getenv(folder), "tacklebox")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return path, nil
})

// tests runs the tests, and removes the folder when they are done.
type tests struct{ *testing.M }

func (m tests) Run() int {
	dir, err := os.MkdirTemp("", "tacklebox-test-*")
	if err == nil {
		err = os.Setenv(folder, dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	return m.M.Run()
}

// TestMain lets the scripts run this test binary as the program.
func TestMain(m *testing.M) {
	testscript.Main(tests{m}, map[string]func(){"tacklebox": main})
}

// TestScripts plays the command lines of tui/cli/testdata/script, each against
// sandboxes of its own, with a home of its own.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "tui/cli/testdata/script",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Vars = append(e.Vars, "HOME="+e.WorkDir, "XDG_STATE_HOME="+e.WorkDir+"/state", "TZ=UTC")
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){"await": await, "nobody": nobody},
	})
}

// await waits for a ready file and turns the commands that follow to the
// sandbox that it names.
func await(ts *testscript.TestScript, _ bool, args []string) {
	told, err := awaitFile(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Setenv("TACKLEBOX_URL", told.URL)
}

// nobody leaves the ready file of a sandbox that does not answer, which keeps
// the commands away from whatever runs at the default address.
func nobody(ts *testscript.TestScript, _ bool, _ []string) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	defer ln.Close()
	text := fmt.Sprintf(`{"url":"http://%s","pid":%d}`, ln.Addr(), os.Getpid())
	data := ts.MkAbs("state/tacklebox")
	ts.Check(errors.Join(os.MkdirAll(data, 0o700), os.WriteFile(filepath.Join(data, "ready.json"), []byte(text), 0o600)))
}

func binary(t *testing.T) string {
	t.Helper()
	path, err := builds()
	if err != nil {
		t.Fatalf("build: %v", err)
	}
	return path
}

// startProgram runs `up` until the test ends, on a free port.
func startProgram(t *testing.T, args ...string) *program {
	t.Helper()
	return start(t, binary(t), t.TempDir(), args...)
}

func start(t *testing.T, path, home string, args ...string) *program {
	t.Helper()
	ready := filepath.Join(t.TempDir(), "ready.json")
	p := &program{t: t, env: []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "TZ=UTC"}}
	p.cmd = exec.Command(path, append([]string{"up", "--port", "0", "--ready-file", ready}, args...)...)
	p.cmd.Env, p.cmd.Stderr = p.env, &p.stderr
	out, err := p.cmd.StdoutPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	p.stdout = bufio.NewReader(out)
	t.Cleanup(func() { _ = p.cmd.Process.Kill(); _ = p.cmd.Wait() })
	p.url = p.awaitReady(ready)
	return p
}

// told is what a ready file says.
type told struct {
	URL     string
	PID     int
	Version string
}

// awaitFile polls for a ready file; it appears whole, or the program has failed.
func awaitFile(path string) (ready told, err error) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	deadline := time.After(30 * time.Second)
	for {
		select {
		case <-tick.C:
			text, err := os.ReadFile(path)
			if err != nil {
				continue
			}
			return ready, json.Unmarshal(text, &ready)
		case <-deadline:
			return ready, errors.New("the program did not get ready")
		}
	}
}

func (p *program) awaitReady(path string) string {
	p.t.Helper()
	ready, err := awaitFile(path)
	if err != nil || ready.PID != p.cmd.Process.Pid || ready.Version == "" {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
		p.t.Fatalf("ready file says %+v (%v); stderr: %s", ready, err, p.stderr.String())
	}
	return ready.URL
}

// command runs another command of the same binary in the same home.
func (p *program) command(args ...string) ran {
	p.t.Helper()
	var out, stderr bytes.Buffer
	cmd := exec.Command(p.cmd.Path, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = p.env, &out, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		p.t.Fatal(err)
	}
	return ran{cmd.ProcessState.ExitCode(), out.String(), stderr.String()}
}

func (p *program) want(code int, part string, args ...string) string {
	p.t.Helper()
	got := p.command(args...)
	if got.code != code || !strings.Contains(got.out, part) {
		p.t.Fatalf("tacklebox %s: code %d, stdout %q, stderr %q; want code %d and %q", strings.Join(args, " "), got.code, got.out, got.err, code, part)
	}
	return got.out
}

// post speaks to the mock API as an integrator's program does.
func (p *program) post(path, token, body string) string {
	p.t.Helper()
	req, err := http.NewRequest("POST", p.url+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Shoptet-Private-Api-Token", token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode/100 != 2 {
		p.t.Fatalf("POST %s: %d %s (%v)", path, resp.StatusCode, text, err)
	}
	return string(text)
}

// TestRoundTrip is the whole product, through the built binary: register at a
// mock API, fire, capture, expect, show; then the power goes off, and nothing
// that was answered is gone.
func TestRoundTrip(t *testing.T) {
	path, home := binary(t), t.TempDir()
	p := start(t, path, home)
	const token = "123456-p-600000-abcdefghijklmnopqrstuvwxyz012345"
	p.post("/shoptet/api/webhooks", token, `{"data":[{"event":"order:create","url":"`+p.url+`/in/orders"}]}`)
	p.want(0, "→ "+p.url+"/in/orders", "fire", "shoptet", "order:create", "--set", "eventInstance=2026000123")
	p.want(0, "met after", "expect", "kind:capture inbox:orders body.eventInstance=2026000123", "--within", "10s")
	list := p.want(0, `"kind":"capture"`, "entries", "kind:capture", "--json")
	var capture struct{ Seq uint64 }
	if err := json.Unmarshal([]byte(list), &capture); err != nil {
		t.Fatalf("entries --json %q: %v", list, err)
	}
	shown := p.want(0, `"eventInstance": "2026000123"`, "show", fmt.Sprint(capture.Seq))
	recorded := filepath.Join(home, "recorded.json")
	for _, c := range []struct {
		as, member string // what eventInstance is called
		code       int
		says       string
	}{{"fixture", "eventInstance", 0, "ok "}, {"har", "eventInstance", 0, "ok "}, {"fixture", "instance", 1, "eventInstance is missing"}, {"har", "instance", 1, "instance is not known"}} {
		text := strings.ReplaceAll(p.want(0, "eventInstance", "export", fmt.Sprint(capture.Seq), "--as", c.as), "eventInstance", c.member)
		if err := os.WriteFile(recorded, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		p.want(c.code, c.says, "contract", recorded)
	}
	for _, kind := range []string{"call", "event", "attempt", "capture"} {
		p.want(0, "met after", "expect", "kind:"+kind, "--within", "10s")
	}
	before := p.want(0, "", "entries", "--json")
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait()

	again := start(t, path, home)
	if diff := cmp.Diff(before, again.want(0, "", "entries", "--json")); diff != "" {
		t.Errorf("entries after kill -9 (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff(shown, again.want(0, "", "show", fmt.Sprint(capture.Seq))); diff != "" {
		t.Errorf("the capture after kill -9 (-before +after):\n%s", diff)
	}
	again.stop(syscall.SIGTERM)
}

// stop ends the program as a person or a supervisor does.
func (p *program) stop(signal os.Signal) {
	p.t.Helper()
	started := time.Now()
	if err := p.cmd.Process.Signal(signal); err != nil {
		p.t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, p.stdout)
	if err := p.cmd.Wait(); err != nil || time.Since(started) > 10*time.Second {
		p.t.Errorf("stopped by %v after %s: %v, stderr %s; want exit code 0 within seconds", signal, time.Since(started), err, p.stderr.String())
	}
}

// TestHeadless: one JSON line per entry, then a clean end.
func TestHeadless(t *testing.T) {
	p := startProgram(t, "--memory")
	for i := range 50 {
		resp, err := http.Post(fmt.Sprintf("%s/in/box?n=%d", p.url, i), "text/plain", strings.NewReader("hello \x1b[2J"))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
	for i := range 50 {
		line, err := p.stdout.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		var e struct {
			Kind, Inbox string
			Request     struct{ URL, Body string }
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("line %q: %v", line, err)
		}
		if e.Kind != "capture" || e.Inbox != "box" || e.Request.URL != fmt.Sprintf("/in/box?n=%d", i) || e.Request.Body != "hello \x1b[2J" || strings.Contains(line, "\x1b") {
			t.Fatalf("line %d is %q", i, line)
		}
	}
	p.stop(os.Interrupt)
}

// TestSecondInstance: a data folder has one owner.
func TestSecondInstance(t *testing.T) {
	path, home := binary(t), t.TempDir()
	p := start(t, path, home)
	got := p.command("up", "--port", "0")
	if got.code != 4 || !strings.Contains(got.err, fmt.Sprint(p.cmd.Process.Pid)) {
		t.Errorf("second instance: code %d, stderr %q; want 4 and process %d named", got.code, got.err, p.cmd.Process.Pid)
	}
	p.want(0, p.url, "ready")
}

// TestAlone: what needs no running sandbox.
func TestAlone(t *testing.T) {
	got := make(chan string, 1)
	server := http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got <- r.Method + " " + r.URL.Path + " " + string(body)
		w.WriteHeader(http.StatusTeapot)
	})}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(ln) }()
	defer server.Close()
	env := map[string]string{"XDG_STATE_HOME": staleReady(t)}
	r := runProgram(t, env, "", "fire", "shoptet", "order:create", "--to", "http://"+ln.Addr().String()+"/cb")
	if r.code != 0 || !strings.Contains(r.out, "→ 418") {
		t.Fatalf("code %d, stdout %q, stderr %q; want 0 and the answer", r.code, r.out, r.err)
	}
	if line := <-got; !strings.HasPrefix(line, `POST /cb {"eshopId":`) {
		t.Errorf("the application got %q", line)
	}
	// The vector of the provider's own documentation.
	const body = `{"eshopId":315185,"event":"addon:uninstall","eventCreated":"2019-09-23T22:01:36+0200","eventInstance":"315185"}`
	for digest, code := range map[string]int{"a0e0a3e7689bd4c80e4d6ffcccb05235b864e1d0": 0, "A0E0A3E7689BD4C80E4D6FFCCCB05235B864E1D0": 1} {
		r = runProgram(t, env, body, "verify", "shoptet", "--secret", "61d1175f54c47dd67df14c17002a17b2", "--header", "Shoptet-Webhook-Signature: "+digest, "-")
		if r.code != code {
			t.Errorf("verify %s: code %d, stdout %q, stderr %q; want %d", digest, r.code, r.out, r.err, code)
		}
	}
}

// staleReady is a state folder that leads to nobody, whatever runs at the
// default address: its ready file names this process and a closed port.
func staleReady(t *testing.T) string {
	t.Helper()
	state := t.TempDir()
	text := fmt.Sprintf(`{"url":%q,"pid":%d}`, freeAddress(t), os.Getpid())
	folder := filepath.Join(state, "tacklebox")
	if err := errors.Join(os.Mkdir(folder, 0o700), os.WriteFile(filepath.Join(folder, "ready.json"), []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
	return state
}

// TestEmbeddedScenarios plays each of them where nothing runs.
func TestEmbeddedScenarios(t *testing.T) {
	t.Parallel()
	var names []string
	err := fs.WalkDir(os.DirFS("fixtures/scenarios"), ".", func(file string, _ fs.DirEntry, err error) error {
		if name, yes := strings.CutSuffix(file, ".yaml"); yes {
			names = append(names, name)
		}
		return err
	})
	if err != nil || len(names) < 15 {
		t.Fatalf("%d scenarios, %v", len(names), err)
	}
	for _, name := range names {
		if got := runProgram(t, nil, "", "scenario", name); got.code != 0 || !strings.Contains(got.out, "ok") {
			t.Errorf("%s: exit code %d\n%s%s", name, got.code, got.out, got.err)
		}
	}
}
