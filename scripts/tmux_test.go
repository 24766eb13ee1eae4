package scripts

import (
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// screen is the program in a terminal of tmux: the whole road of keys, mouse,
// signals and sizes, which no test inside of the program goes.
type screen struct {
	t      *testing.T
	socket string
}

// openScreen runs a shell in a terminal of its own server and starts a sandbox in
// it, with one entry.
func openScreen(t *testing.T, width, height int) (s *screen, url string) {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("there is no tmux here")
	}
	t.Parallel()
	home := t.TempDir()
	s = &screen{t, filepath.Join(home, "tmux")}
	s.tmux("-f", "/dev/null", "new-session", "-d", "-x", fmt.Sprint(width), "-y", fmt.Sprint(height), "-e", "HOME="+home, "-e", "NO_COLOR=", "sh -i")
	t.Cleanup(func() { _ = exec.Command("tmux", "-S", s.socket, "kill-server").Run() })
	s.until("a prompt", func(lines []string) bool { return strings.ContainsAny(lines[0], "$#%>") })
	url = freeAddress(t)
	s.types(binary(t)+" up --memory --port "+url[strings.LastIndexByte(url, ':')+1:], "Enter")
	s.sees("Nothing has happened yet")
	return s, url
}

// tmux runs a command of the terminal's server.
func (s *screen) tmux(args ...string) string {
	s.t.Helper()
	out, err := exec.Command("tmux", append([]string{"-S", s.socket}, args...)...).CombinedOutput()
	if err != nil {
		s.t.Fatalf("tmux %v: %v: %s", args, err, out)
	}
	return string(out)
}

// types presses keys by their names, or types a text.
func (s *screen) types(keys ...string) {
	s.t.Helper()
	for _, k := range keys {
		s.tmux("send-keys", k)
	}
}

// mouse sends what a terminal sends of a mouse (SGR): a button at a column and row
// from 1; up when it is let go.
func (s *screen) mouse(button, column, row int, up bool) {
	s.t.Helper()
	s.tmux("send-keys", "-l", fmt.Sprintf("\x1b[<%d;%d;%d%c", button, column, row, map[bool]rune{false: 'M', true: 'm'}[up]))
}

func (s *screen) click(column, row int) {
	s.t.Helper()
	s.mouse(0, column, row, false)
	s.mouse(0, column, row, true)
}

// shown is what the terminal shows.
func (s *screen) shown() []string {
	s.t.Helper()
	return strings.Split(strings.TrimRight(s.tmux("capture-pane", "-p"), "\n"), "\n")
}

// until waits for the terminal to show what is asked for.
func (s *screen) until(what string, ok func(lines []string) bool) {
	s.t.Helper()
	late := time.After(20 * time.Second)
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for !ok(s.shown()) {
		select {
		case <-late:
			s.t.Fatalf("waited for %s; the terminal shows\n%s", what, strings.Join(s.shown(), "\n"))
		case <-again.C:
		}
	}
}

func (s *screen) sees(text string) {
	s.t.Helper()
	s.until(text, func(lines []string) bool { return strings.Contains(strings.Join(lines, "\n"), text) })
}

// row is the line that holds a text, from 1; 0 when none does.
func row(lines []string, text string) int {
	for i, l := range lines {
		if strings.Contains(l, text) {
			return i + 1
		}
	}
	return 0
}

func post(t *testing.T, url string) {
	t.Helper()
	resp, err := http.Post(url, "application/json", strings.NewReader(`{"n":1}`))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
}

// TestSuspendInATerminal: ctrl+z gives the terminal to the shell, fg brings the
// screen back, and it has the keys.
func TestSuspendInATerminal(t *testing.T) {
	s, url := openScreen(t, 100, 30)
	post(t, url+"/in/first")
	s.sees("/in/first")
	s.types("C-z")
	s.sees("topped") // "Stopped" or "suspended (stopped)", as the shell has it
	s.types("fg", "Enter")
	s.sees("/in/first")
	post(t, url+"/in/second")
	s.sees("/in/second")
	s.types("?")
	s.sees("Move")
	s.types("Escape")
	s.until("the list alone", func(lines []string) bool { return row(lines, "Move") == 0 && row(lines, "/in/second") > 0 })
	s.types("q")
	s.sees("Stop the sandbox?")
	s.types("q")
	s.sees("stops")
}

// TestMouseInATerminal: a click chooses a row, the wheel moves, and the border
// between the panes can be dragged.
func TestMouseInATerminal(t *testing.T) {
	s, url := openScreen(t, 120, 30)
	for i := range 4 {
		post(t, fmt.Sprintf("%s/in/box%d", url, i))
	}
	s.sees("/in/box3")
	first := 0
	s.until("the rows", func(lines []string) bool { first = row(lines, "/in/box0"); return first > 0 })
	s.click(10, first)
	s.sees("#1 capture")
	s.mouse(65, 10, first, false) // the wheel, down
	s.until("another row", func(lines []string) bool { return row(lines, "#1 capture") == 0 })
	border := strings.Index(string([]rune(s.shown()[1])), "╮╭")
	at := len([]rune(s.shown()[1][:border])) + 1
	s.mouse(0, at, 10, false)
	s.mouse(32, at-20, 10, false)
	s.mouse(0, at-20, 10, true)
	s.until("a narrower list", func(lines []string) bool {
		i := strings.Index(lines[1], "╮╭")
		return i > 0 && len([]rune(lines[1][:i])) < at-10
	})
}

// TestResizeInATerminal: the screen follows the terminal through every layout, with
// no line wider than it.
func TestResizeInATerminal(t *testing.T) {
	s, url := openScreen(t, 160, 40)
	post(t, url+"/in/box")
	s.sees("/in/box")
	for _, size := range [][2]int{{200, 50}, {120, 40}, {80, 24}, {40, 10}, {30, 6}, {120, 40}} {
		s.tmux("resize-window", "-x", fmt.Sprint(size[0]), "-y", fmt.Sprint(size[1]))
		s.until(fmt.Sprintf("a screen of %d lines of %d", size[1], size[0]), func(lines []string) bool {
			for _, l := range lines {
				if len([]rune(l)) > size[0] {
					return false
				}
			}
			last := lines[len(lines)-1]
			if size[0] < 40 {
				return len(lines) > 0
			}
			return len(lines) == size[1] && strings.Contains(last, "?")
		})
	}
	s.sees("/in/box")
}
