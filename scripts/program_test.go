// Package scripts tests what a checkout is as a whole: its scripts, its pages,
// and the program that is built from it, under load and when it is killed.
package scripts

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// TestMain runs the tests in the root of the repository, which their paths start
// from, and removes what they built.
func TestMain(m *testing.M) {
	dir, err := root()
	if err == nil {
		err = os.Chdir(dir)
	}
	if err != nil {
		panic(err)
	}
	built, err := folder()
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(built)
	m.Run()
}

// root is the nearest folder upwards that has a go.mod.
func root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for !isModule(dir) {
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("no folder upwards has a go.mod")
		}
		dir = parent
	}
	return dir, nil
}

// isModule reports whether a folder is the root of a module.
func isModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

// folder is where the program that the tests run is built, once.
var folder = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "tacklebox-scripts-*") })

var builds = sync.OnceValues(func() (string, error) {
	dir, err := folder()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "tacklebox")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return path, nil
})

func binary(t *testing.T) string {
	t.Helper()
	path, err := builds()
	if err != nil {
		t.Fatalf("build: %v", err)
	}
	return path
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
	stderr bytes.Buffer
}

// start runs `up` until the test ends, on a free port. Its ready file is where
// every other command of its environment finds it.
func start(t *testing.T, home string, args ...string) *program {
	t.Helper()
	return startIn(t, []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "TZ=UTC"}, args...)
}

func startIn(t *testing.T, env []string, args ...string) *program {
	t.Helper()
	ready := filepath.Join(t.TempDir(), "ready.json")
	p := &program{t: t, env: append(env, "TACKLEBOX_READY_FILE="+ready)}
	p.run(append([]string{"up", "--port", "0"}, args...)...)
	p.want(0, "ready", "ready", "--wait", "30s")
	text, err := os.ReadFile(ready)
	var told struct{ URL string }
	if err := errors.Join(err, json.Unmarshal(text, &told)); err != nil || told.URL == "" {
		t.Fatalf("the ready file says %q: %v", text, err)
	}
	p.url = told.URL
	return p
}

// run starts the program in its environment; it is killed when the test ends.
func (p *program) run(args ...string) {
	p.t.Helper()
	p.cmd = exec.Command(binary(p.t), args...)
	p.cmd.Env, p.cmd.Stderr = p.env, &p.stderr
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = p.cmd.Process.Kill(); _ = p.cmd.Wait() })
}

// want runs another command of the same binary in the same environment.
func (p *program) want(code int, part string, args ...string) {
	p.t.Helper()
	cmd := exec.Command(p.cmd.Path, args...)
	cmd.Env = p.env
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != code || !strings.Contains(string(out), part) {
		_, _ = p.cmd.Process.Kill(), p.cmd.Wait()
		p.t.Fatalf("tacklebox %s: %v: %s; want code %d and %q; the program said %s", strings.Join(args, " "), err, out, code, part, p.stderr.String())
	}
}
