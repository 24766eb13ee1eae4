//go:build unix

package scripts

import (
	"context"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// block is one fenced block of a page.
type block struct {
	lang, text string
	line       int
}

var fence = regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$")

func blocksOf(page string) (blocks []block) {
	for _, at := range fence.FindAllStringSubmatchIndex(page, -1) {
		line := 1 + strings.Count(page[:at[0]], "\n")
		blocks = append(blocks, block{page[at[2]:at[3]], page[at[4]:at[5]], line})
	}
	return blocks
}

// TestReadmes runs every block of every page, in order, in an empty folder:
// sh is run, the text after it must have been printed (… stands for anything),
// a block that names its file is written there, and all others are at least
// read by their own language. Port 4780 becomes a free one.
func TestReadmes(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and runs the program")
	}
	tacklebox := binary(t)
	count := 0
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		switch name := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && (name == "node_modules" || name == "testdata" || name == ".git" || name == "dist"):
			return fs.SkipDir
		case strings.HasSuffix(name, ".md"):
			count++
			t.Run(path, func(t *testing.T) {
				t.Parallel()
				runPage(t, path, tacklebox)
			})
		}
		return nil
	})
	if err != nil || count < 9 {
		t.Errorf("%d pages: %v", count, err)
	}
}

// pageTime is how long one page may take.
const pageTime = 100 * time.Second

func runPage(t *testing.T, path, tacklebox string) {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	checkLinks(t, path, string(text))
	url := freeAddress(t)
	blocks := blocksOf(strings.ReplaceAll(string(text), "127.0.0.1:4780", strings.TrimPrefix(url, "http://")))
	work := emptyFolder(t)
	script, wants := pageScript(t, work, blocks)
	if script == "" {
		return
	}
	if !strings.Contains(script, "tacklebox up") && !strings.Contains(script, "scripts/up") {
		script = "tacklebox up --memory --clock manual --no-tui --quiet 2>/dev/null &\ntacklebox ready --wait 20s >/dev/null\n" + script
	}
	out, err := runScript(t, work, url, tacklebox, script)
	if err != nil {
		t.Errorf("%s: %v\n%s", path, err, out)
	}
	for _, w := range wants {
		printed, _ := os.ReadFile(filepath.Join(work, fmt.Sprintf(".out.%d", w.line)))
		if missing := unprinted(string(printed), w.text); missing != "" && err == nil {
			t.Errorf("%s: the block of line %d did not print %q; it printed:\n%s", path, w.line, missing, printed)
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)

// checkLinks: what a page points at is there.
func checkLinks(t *testing.T, page, text string) {
	t.Helper()
	for _, l := range link.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		if _, err := os.Stat(filepath.Join(filepath.Dir(page), l[1])); err != nil {
			t.Errorf("%s points at %s, which is not there", page, l[1])
		}
	}
}

// emptyFolder is removed when the test ends, and what the killed processes of
// the page still write into it does not stop that.
func emptyFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "page-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for range 100 {
			if os.RemoveAll(dir) == nil {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
		t.Errorf("%s cannot be removed", dir)
	})
	return dir
}

// stubs stand for what a test cannot do: the program from a checkout runs in
// the checkout, the tests do not run themselves, containers need an engine.
const stubs = `
go() {
	case "$*" in
	"test ./...") ;;
	"run .")
		(cd "$TACKLEBOX" && TACKLEBOX_MEMORY=true TACKLEBOX_NO_TUI=true TACKLEBOX_ADDR=127.0.0.1:0 \
			TACKLEBOX_READY_FILE="$HOME/go-run.json" exec env go run . >"$HOME/go-run.out" 2>&1) &
		until [ -f "$HOME/go-run.json" ]; do kill -0 $! || { cat "$HOME/go-run.out"; return 1; }; sleep 0.05; done
		kill "$(sed -E 's/.*"pid":([0-9]+).*/\1/' "$HOME/go-run.json")" ;;
	"install .") (cd "$TACKLEBOX" && env go install .) ;;
	*) env go "$@" ;;
	esac
}
docker() { echo "docker $*: not run by this test"; }
`

// pageScript makes one script of a page, and the texts that its blocks must
// print, each with the line of the block.
func pageScript(t *testing.T, work string, blocks []block) (string, []block) {
	t.Helper()
	var script strings.Builder
	var wants []block
	last := 0
	for _, b := range blocks {
		switch {
		case b.lang == "sh":
			last = b.line
			fmt.Fprintf(&script, "exec >\"$HOME/.out.%d\" 2>&1\n%s", b.line, b.text)
		case b.lang == "text" && last > 0:
			wants = append(wants, block{"text", b.text, last})
		default:
			readBlock(t, work, b)
		}
	}
	if script.Len() == 0 {
		return "", nil
	}
	return script.String(), wants
}

var fileName = regexp.MustCompile(`^(?://|#) ([\w./-]+\.\w+)\n`)

// readBlock writes a block that names its file, and reads any other in its own
// language.
func readBlock(t *testing.T, work string, b block) {
	t.Helper()
	var err error
	if name := fileName.FindStringSubmatch(b.text); name != nil {
		path := filepath.Join(work, name[1])
		if err = os.MkdirAll(filepath.Dir(path), 0o755); err == nil {
			err = os.WriteFile(path, []byte(b.text), 0o600)
		}
	}
	switch b.lang {
	case "yaml":
		err = yaml.Unmarshal([]byte(b.text), new(any))
	case "go":
		source := b.text
		if !strings.Contains(source, "package ") {
			source = "package p\n" + source
		}
		_, err = parser.ParseFile(token.NewFileSet(), "", source, parser.SkipObjectResolution)
	case "js", "python", "text":
	default:
		err = fmt.Errorf("nobody reads blocks in %q", b.lang)
	}
	if err != nil {
		t.Errorf("the block of line %d: %v", b.line, err)
	}
}

func runScript(t *testing.T, work, url, tacklebox, script string) (string, error) {
	t.Helper()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	modules, err := exec.Command("go", "env", "GOMODCACHE", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	cache := strings.Fields(string(modules))
	ctx, cancel := context.WithTimeout(context.Background(), pageTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-eu", "-c", stubs+script)
	cmd.Dir = work
	cmd.Env = append(os.Environ(), "HOME="+work, "XDG_STATE_HOME="+work+"/state", "PATH="+filepath.Dir(tacklebox)+":"+os.Getenv("PATH"),
		"TACKLEBOX="+here, "TACKLEBOX_URL="+url, "TACKLEBOX_ADDR="+strings.TrimPrefix(url, "http://"),
		"GOPATH="+work+"/go", "GOMODCACHE="+cache[0], "GOCACHE="+cache[1], "CI=")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	first, err := os.Create(filepath.Join(work, ".out.0")) // a file: what goes on in the background does not hold it up
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	cmd.Stdout, cmd.Stderr = first, first
	err = cmd.Run()
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // what the page left running
	return printed(work), err
}

func printed(work string) string {
	var all strings.Builder
	files, _ := filepath.Glob(filepath.Join(work, ".out.*"))
	for _, path := range files {
		text, _ := os.ReadFile(path)
		fmt.Fprintf(&all, "--- line %s\n%s", strings.TrimPrefix(filepath.Base(path), ".out."), text)
	}
	return all.String()
}

// unprinted returns the first line of want that printed does not have, in
// order; "" when all are there.
func unprinted(printed, want string) string {
	lines := strings.Split(printed, "\n")
	for _, line := range strings.Split(strings.TrimRight(want, "\n"), "\n") {
		pattern := strings.ReplaceAll(regexp.QuoteMeta(line), "…", ".*")
		re := regexp.MustCompile("^" + pattern + "$")
		found := false
		for len(lines) > 0 && !found {
			found, lines = re.MatchString(lines[0]), lines[1:]
		}
		if !found {
			return line
		}
	}
	return ""
}

// TestUnprinted proves that a text that was not printed is noticed.
func TestUnprinted(t *testing.T) {
	for _, c := range []struct{ printed, want, missing string }{
		{"a\nb\nc\n", "a\nc\n", ""},
		{"a 17 ms\n", "a … ms\n", ""},
		{"b\na\n", "a\nb\n", "b"},
		{"ab\n", "a\n", "a"},
	} {
		if got := unprinted(c.printed, c.want); got != c.missing {
			t.Errorf("%q in %q: %q, want %q", c.want, c.printed, got, c.missing)
		}
	}
}
