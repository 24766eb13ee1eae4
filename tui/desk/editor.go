package desk

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
)

// ToEdit is a file that is ready for the editor.
type ToEdit struct {
	path string
	Then func(m *Model, edited []byte) tea.Cmd
	err  error
}

// Edited is what the editor left.
type Edited struct {
	Text []byte
	Then func(m *Model, edited []byte) tea.Cmd
	err  error
}

// Edit opens text in the user's editor and goes on with what was saved.
func Edit(_ *Model, name string, content []byte, then func(m *Model, edited []byte) tea.Cmd) tea.Cmd {
	return func() tea.Msg {
		dir, err := os.MkdirTemp("", "tacklebox-")
		path := filepath.Join(dir, name)
		if err == nil {
			err = os.WriteFile(path, content, 0o600)
		}
		return ToEdit{path, then, err}
	}
}

// Apply gives the terminal to the editor.
func (r ToEdit) Apply(m *Model) tea.Cmd {
	if m.Fail(r.err) {
		return nil
	}
	words := strings.Fields(m.Opt.editor())
	cmd := external{exec.Command(words[0], append(words[1:], r.path)...)}
	return tea.Exec(cmd, func(err error) tea.Msg {
		text, readErr := os.ReadFile(r.path)
		if err = errors.Join(err, readErr, os.RemoveAll(filepath.Dir(r.path))); err != nil {
			err = fmt.Errorf("editor %s: %w", words[0], err)
		}
		return Edited{text, r.Then, err}
	})
}

// Apply goes on with what the editor saved.
func (r Edited) Apply(m *Model) tea.Cmd {
	if m.Fail(r.err) {
		return nil
	}
	return r.Then(m, r.Text)
}

// external is a program that gets the terminal for a while.
type external struct{ *exec.Cmd }

// leastAway is how long the terminal is given away at least. Bubble Tea's
// renderer stops its ticker after it has said that it stopped: restarted within
// a moment, by a program that ends at once, the screen would stand still.
const leastAway = 100 * time.Millisecond

// Run implements tea.ExecCommand.
func (e external) Run() error {
	settled := time.NewTimer(leastAway)
	err := e.Cmd.Run()
	<-settled.C
	return err
}

// SetStdin implements tea.ExecCommand.
func (e external) SetStdin(r io.Reader) { e.Stdin = r }

// SetStdout implements tea.ExecCommand.
func (e external) SetStdout(w io.Writer) { e.Stdout = w }

// SetStderr implements tea.ExecCommand.
func (e external) SetStderr(w io.Writer) { e.Stderr = w }
