package tui_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"tacklebox/mock/sandbox"
	"tacklebox/receiver/client"
	"tacklebox/tui"
)

// terminal is a pseudo-terminal with the program on it.
type terminal struct {
	t      *testing.T
	master *os.File
	slave  *os.File
	before unix.Termios
	done   chan error

	mu   sync.Mutex
	out  bytes.Buffer
	more chan struct{}
}

func openTerminal(t *testing.T, width, height uint16) *terminal {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no pseudo-terminals here: %v", err)
	}
	unlock := 0
	if _, _, e := unix.Syscall(unix.SYS_IOCTL, master.Fd(), unix.TIOCSPTLCK, uintptr(unsafe.Pointer(&unlock))); e != 0 {
		t.Fatalf("unlock: %v", e)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	term := &terminal{t: t, master: master, slave: slave, done: make(chan error, 1), more: make(chan struct{}, 1)}
	t.Cleanup(func() { slave.Close(); master.Close() })
	term.resize(width, height)
	term.before = term.mode()
	go term.read()
	return term
}

func (term *terminal) resize(width, height uint16) {
	if err := unix.IoctlSetWinsize(int(term.slave.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Col: width, Row: height}); err != nil {
		term.t.Fatal(err)
	}
}

func (term *terminal) mode() unix.Termios {
	m, err := unix.IoctlGetTermios(int(term.slave.Fd()), unix.TCGETS)
	if err != nil {
		term.t.Fatal(err)
	}
	return *m
}

func (term *terminal) read() {
	buf := make([]byte, 64<<10)
	for {
		n, err := term.master.Read(buf)
		if err != nil {
			return
		}
		term.mu.Lock()
		term.out.Write(buf[:n])
		term.mu.Unlock()
		select {
		case term.more <- struct{}{}:
		default:
		}
	}
}

func (term *terminal) text() string {
	term.mu.Lock()
	defer term.mu.Unlock()
	return term.out.String()
}

func (term *terminal) forget() {
	term.mu.Lock()
	defer term.mu.Unlock()
	term.out.Reset()
}

func (term *terminal) run(ctx context.Context, url string, pairs ...string) {
	env := func(name string) string {
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return map[string]string{"TERM": "xterm-256color"}[name]
	}
	go func() {
		term.done <- tui.Run(ctx, client.New(url, ""), tui.Options{In: term.slave, Out: term.slave, Env: env, Attached: true})
	}()
}

func (term *terminal) types(s string) {
	term.t.Helper()
	if _, err := term.master.WriteString(s); err != nil {
		term.t.Fatal(err)
	}
}

func (term *terminal) sees(text string) {
	term.t.Helper()
	term.seesTimes(text, 1)
}

// seesTimes waits until a text was written so often. Only what changes is
// written, and of that only the cells that differ.
func (term *terminal) seesTimes(text string, times int) {
	term.t.Helper()
	limit := time.NewTimer(10 * time.Second)
	defer limit.Stop()
	for strings.Count(term.text(), text) < times {
		select {
		case <-term.more:
		case err := <-term.done:
			term.t.Fatalf("ended with %v before %q", err, text)
		case <-limit.C:
			term.t.Fatalf("waited for %q in %q", text, term.text())
		}
	}
}

func (term *terminal) ends() error {
	term.t.Helper()
	select {
	case err := <-term.done:
		return err
	case <-time.After(10 * time.Second):
		term.t.Fatal("the program does not end")
		return nil
	}
}

// left checks that the terminal is as it was: out of the other screen, the
// cursor shown, no mouse, no raw mode.
func (term *terminal) left() {
	term.t.Helper()
	if now := term.mode(); now != term.before {
		term.t.Errorf("the terminal's mode was not put back: %+v, was %+v", now, term.before)
	}
	term.sees("goes on")
	for _, seq := range []string{"\x1b[?1049l", "\x1b[?25h", "\x1b[?1002l"} {
		if !strings.Contains(term.text(), seq) {
			term.t.Errorf("the terminal did not get %q back", seq)
		}
	}
}

// TestTerminal goes through a real terminal: what is drawn, keys, an arrow, a
// resize, and that it is left as it was.
func TestTerminal(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t)
	term := openTerminal(t, 80, 24)
	term.run(t.Context(), sb.URL)
	term.sees("Nothing has happened yet")
	term.sees(sb.URL + "/in/hello")
	term.types(" ")
	term.sees("PRODUCT_CREATE")
	sb.Expect(t, "kind:capture inbox:hello", 1)
	term.types("?")
	term.sees("Move")
	term.types("\x1b[27u")
	term.types("/")
	term.sees("complete")
	term.types("kind:call\r")
	term.sees("othing matches")
	term.types("q")
	if err := term.ends(); err != nil {
		t.Errorf("q ended with %v", err)
	}
	term.left()
}

// TestMouseAndResize goes through a real terminal: a click on the chosen line
// unfolds it, and the screen follows the terminal's size.
func TestMouseAndResize(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t)
	term := openTerminal(t, 120, 30)
	term.run(t.Context(), sb.URL)
	term.sees("Nothing has happened yet")
	term.types(" ")
	sb.Expect(t, "kind:capture inbox:hello", 1)
	term.sees("▸ ")
	term.types("\x1b[<0;20;4M\x1b[<0;20;4m")
	term.sees("capture #")
	term.types("/") // the list's filter
	term.sees("complete")
	term.types("\x1b[27u")
	term.forget()
	term.resize(40, 10)
	if err := syscall.Kill(os.Getpid(), syscall.SIGWINCH); err != nil {
		t.Fatal(err)
	}
	term.sees("help")
	term.types("\x03")
	_ = term.ends()
	term.left()
}

// TestInterrupt: ctrl-c, from inside of a form, leaves the terminal as it was.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t)
	term := openTerminal(t, 40, 10)
	term.run(t.Context(), sb.URL)
	term.sees("tacklebox")
	term.types("f")
	term.sees("PRODUCT_CREATE")
	term.types("\r")
	term.sees("changes")
	term.types("\x03")
	if err := term.ends(); err != nil {
		t.Errorf("ctrl-c ended with %v", err)
	}
	term.left()
}

// TestStopped: a signal to the process ends the context, and that ends the
// program without an error.
func TestStopped(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t)
	term := openTerminal(t, 80, 24)
	ctx, stop := context.WithCancel(t.Context())
	term.run(ctx, sb.URL)
	term.sees("Nothing has happened yet")
	stop()
	if err := term.ends(); err != nil {
		t.Errorf("the end of the context became %v", err)
	}
	term.left()
}

// TestNoColor writes no colours, and keeps reverse video for the cursor.
func TestNoColor(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t)
	post(t, sb.Inbox("one"))
	term := openTerminal(t, 80, 24)
	term.run(t.Context(), sb.URL, "NO_COLOR", "1")
	term.sees("/in/one")
	for _, seq := range []string{"\x1b[31m", "\x1b[32m", "\x1b[34m", "\x1b[36m", "\x1b[90m"} {
		if strings.Contains(term.text(), seq) {
			t.Errorf("NO_COLOR, and %q was written", seq)
		}
	}
	term.types("\x03")
	_ = term.ends()
}

// TestEditor gives the terminal to an editor and takes it back.
func TestEditor(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t)
	post(t, sb.Inbox("one"))
	script := filepath.Join(t.TempDir(), "editor")
	if err := os.WriteFile(script, []byte("#!/bin/sh\necho '{\"edited\":true}' > \"$1\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no shell")
	}
	term := openTerminal(t, 80, 24)
	term.run(t.Context(), sb.URL, "EDITOR", script)
	term.sees("/in/one")
	term.types("E")
	list := sb.Expect(t, "kind:capture body.edited=true", 1)
	if list[0].Inbox != "one" {
		t.Errorf("replayed to %q", list[0].Inbox)
	}
	term.seesTimes("\x1b[?1049h", 2) // the screen is back
	term.seesTimes("/in/one", 3)
	term.types("y")
	term.sees("\x1b]52;c;")
	term.types("\x03")
	_ = term.ends()
	term.left()
}

// TestNoTerminal refuses to draw where there is nothing to draw on.
func TestNoTerminal(t *testing.T) {
	t.Parallel()
	term := openTerminal(t, 80, 24)
	for _, c := range []struct {
		name string
		o    tui.Options
	}{
		{"dumb", tui.Options{In: term.slave, Out: term.slave, Env: func(string) string { return "dumb" }}},
		{"unset", tui.Options{In: term.slave, Out: term.slave, Env: func(string) string { return "" }}},
		{"output", tui.Options{In: term.slave, Out: new(bytes.Buffer), Env: func(string) string { return "xterm" }}},
		{"input", tui.Options{In: strings.NewReader(""), Out: term.slave, Env: func(string) string { return "xterm" }}},
	} {
		if err := tui.Run(t.Context(), client.New("http://127.0.0.1:1", ""), c.o); err != tui.ErrNoTerminal {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if out := term.text(); out != "" {
		t.Errorf("something was written: %q", out)
	}
}
