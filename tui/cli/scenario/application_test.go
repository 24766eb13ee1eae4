package scenario_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"tacklebox/mock/sandbox"
	"tacklebox/receiver/client"
	"tacklebox/tui/cli/exit"
	"tacklebox/tui/cli/report"
	"tacklebox/tui/cli/scenario"
)

// TestMain makes this program the application under test, its child, or the
// player of a scenario, when its first argument says so.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && strings.HasPrefix(os.Args[1], "as:") {
		behave(strings.TrimPrefix(os.Args[1], "as:"))
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// behave is what applications do, and worse. Each holds a connection to its
// test, which ends when its process does.
func behave(as string) {
	switch as {
	case "player":
		_, err := played(os.Args[2], os.Args[3])
		fmt.Println(err)
		return
	case "dies":
		fmt.Println("no database at db:5432")
		os.Exit(3)
	}
	if at := os.Getenv("HOLD"); at != "" {
		conn, err := net.Dial("tcp", at)
		if err == nil {
			fmt.Fprintln(conn, as)
			defer conn.Close()
		}
	}
	switch as {
	case "mute":
		fmt.Println("still waiting for the database")
	case "parent":
		child := exec.Command(os.Args[0], "as:mute")
		child.Stderr = os.Stderr // and holds on to it
		said, _ := child.StdoutPipe()
		_ = child.Start()
		_, _ = said.Read(make([]byte, 1)) // its connection stands
		serve(nil)
	case "stubborn":
		signal.Ignore(syscall.SIGTERM)
		serve(nil)
	case "falls":
		serve(func(http.ResponseWriter, *http.Request) {
			fmt.Println("panic: nil map")
			os.Exit(2)
		})
	case "refuses":
		serve(func(w http.ResponseWriter, r *http.Request) {
			fmt.Println("no such order")
			w.WriteHeader(http.StatusTeapot)
		})
	}
	select {}
}

func serve(post http.HandlerFunc) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "only POST", http.StatusMethodNotAllowed) })
	if post == nil {
		post = func(http.ResponseWriter, *http.Request) {}
	}
	mux.HandleFunc("POST /", post)
	_ = http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), mux)
}

// played plays a scenario's text in a sandbox that runs already.
func played(url, text string) ([]report.Case, error) {
	s, err := scenario.Parse("s.yaml", []byte(text))
	if err != nil {
		return nil, err
	}
	return scenario.Run(ctx(), client.New(url, ""), s, "", func(report.Case) error { return nil })
}

// story runs this program as an application, then the steps.
func story(as, hold, more string, steps ...string) string {
	run := fmt.Sprintf("steps:\n- run: {command: [%q, \"as:%s\"], url: \"http://127.0.0.1:${port}/\", env: {HOLD: %q}%s}\n", os.Args[0], as, hold, more)
	for _, s := range steps {
		run += "- " + s + "\n"
	}
	return run
}

const (
	fires   = `fire: {provider: shoptet, type: "order:create", to: "http://127.0.0.1:${port}/hook"}`
	arrives = `expect: {q: "kind:attempt status:200", within: 20s}`
)

// holder accepts the connections of processes.
type holder struct {
	*testing.T
	net.Listener
}

func newHolder(t *testing.T) holder {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	return holder{t, ln}
}

// next is the connection of the next process that starts.
func (h holder) next() net.Conn {
	h.Helper()
	_ = h.Listener.(*net.TCPListener).SetDeadline(time.Now().Add(20 * time.Second))
	conn, err := h.Accept()
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() { _ = conn.Close() })
	return conn
}

// gone waits for the end of the process behind a connection.
func (h holder) gone(conn net.Conn) {
	h.Helper()
	_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.Copy(io.Discard, conn); errors.Is(err, os.ErrDeadlineExceeded) {
		h.Error("a process outlives its scenario")
	}
}

// TestApplicationsEndWithTheirScenario, children included, also those that do not
// want to.
func TestApplicationsEndWithTheirScenario(t *testing.T) {
	t.Parallel()
	for as, processes := range map[string]int{"parent": 2, "stubborn": 1} {
		t.Run(as, func(t *testing.T) {
			t.Parallel()
			h, sb := newHolder(t), sandbox.Start(t)
			cases, err := played(sb.URL, story(as, h.Addr().String(), "", fires, arrives))
			if err != nil {
				t.Fatalf("%v, %+v", err, cases)
			}
			for range processes {
				h.gone(h.next())
			}
		})
	}
}

// TestApplicationsDoNotOutliveUs, not even when we are killed.
func TestApplicationsDoNotOutliveUs(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("a player that is killed there leaves its application behind, as fixtures/scenarios/README.md says")
	}
	h, sb := newHolder(t), sandbox.Start(t)
	player := exec.Command(os.Args[0], "as:player", sb.URL, story("parent", h.Addr().String(), "", `expect: {q: "inbox:never", within: 10m}`))
	if err := player.Start(); err != nil {
		t.Fatal(err)
	}
	first, second := h.next(), h.next()
	_ = player.Process.Kill()
	_ = player.Wait()
	h.gone(first)
	h.gone(second)
}

// TestApplicationsThatFail: what became of them and what they said stands in the
// failure of the step.
func TestApplicationsThatFail(t *testing.T) {
	t.Parallel()
	busy := newHolder(t) // answers nothing, but listens
	go func() { _ = http.Serve(busy.Listener, http.NotFoundHandler()) }()
	for name, c := range map[string]struct {
		text string
		step int
		code int
		says []string
	}{
		"dies at once": {story("dies", "", ""), 1, exit.Failure, []string{"has ended (exit status 3); it said:\n  no database at db:5432"}},
		"never ready":  {story("mute", "", ", within: 2s"), 1, exit.Timeout, []string{"does not answer at http://127.0.0.1:", "after 2s; it said:\n  still waiting for the database"}},
		"dies on the way": {story("falls", "", "", fires, `expect: {q: "kind:attempt status:200", within: 10m}`), 3, exit.Failure,
			[]string{"has ended (exit status 2); it said:\n  panic: nil map"}},
		"does it wrong": {story("refuses", "", "", fires, `expect: {q: "kind:attempt status:418", within: 20s}`, `expect: {q: "kind:attempt status:200", within: 50ms}`), 4, exit.Timeout,
			[]string{"status is 418, wanted 200", "still runs; it said:\n  no such order"}},
		"no such program": {"steps:\n- run: {command: /nowhere/app, url: \"http://127.0.0.1:${port}/\"}\n", 1, exit.Failure, []string{"run /nowhere/app: "}},
		"no command":      {"steps:\n- run: {url: \"http://127.0.0.1:${port}/\"}\n", 1, exit.Usage, []string{"s.yaml:2: run: command is missing"}},
		"no address":      {"steps:\n- run: app\n", 1, exit.Usage, []string{"s.yaml:2: run: url is missing"}},
		"a bad address":   {"steps:\n- run: {command: app, url: here}\n", 1, exit.Usage, []string{`s.yaml:2: run: url "here" is no URL`}},
		"a bad time":      {"steps:\n- run: {command: app, url: \"http://h/\", within: soon}\n", 1, exit.Usage, []string{`s.yaml:2: run: within "soon"`}},
		"somebody else":   {"steps:\n- run: {command: app, url: \"http://" + busy.Addr().String() + "/\"}\n", 1, exit.Failure, []string{"something answers at http://", "already"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cases, err := played(sandbox.Start(t).URL, c.text)
			if exit.Code(err) != c.code || len(cases) < c.step {
				t.Fatalf("%v, want code %d; %+v", err, c.code, cases)
			}
			for i, got := range cases {
				if (got.Failure != "") != (i+1 == c.step) {
					t.Errorf("step %d: failure %q", i+1, got.Failure)
				}
			}
			for _, want := range c.says {
				if got := cases[c.step-1].Failure; !strings.Contains(got, want) {
					t.Errorf("failure %q, want %q in it", got, want)
				}
			}
		})
	}
}

// TestRunInShort takes a line of words, starts where the scenario stands, and
// waits at the callback's address.
func TestRunInShort(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Symlink(os.Args[0], filepath.Join(dir, "app")); err != nil {
		t.Skip(err)
	}
	s, err := scenario.Parse(filepath.Join(dir, "s.yaml"), []byte("vars: {to: \"http://127.0.0.1:1/\"}\nsteps:\n- run: ./app as:dies\n"))
	if err != nil {
		t.Fatal(err)
	}
	cases, err := scenario.Run(ctx(), client.New(sandbox.Start(t).URL, ""), s, "", func(report.Case) error { return nil })
	if err == nil || !strings.Contains(cases[0].Failure, "no database at db:5432") {
		t.Errorf("%v, %+v", err, cases)
	}
}
