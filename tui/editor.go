package tui

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

// edit opens text in the user's editor and goes on with what was saved.
func (m *model) edit(name string, content []byte, then func(m *model, edited []byte) tea.Cmd) tea.Cmd {
	words := strings.Fields(m.opt.editor())
	return run(func() func(*model) tea.Cmd {
		dir, err := os.MkdirTemp("", "tacklebox-")
		path := filepath.Join(dir, name)
		if err == nil {
			err = os.WriteFile(path, content, 0o600)
		}
		return func(m *model) tea.Cmd {
			if m.fail(err) {
				return nil
			}
			cmd := external{exec.Command(words[0], append(words[1:], path)...)}
			return tea.Exec(cmd, func(err error) tea.Msg {
				edited, readErr := os.ReadFile(path)
				err = errors.Join(err, readErr, os.RemoveAll(dir))
				return doneMsg{func(m *model) tea.Cmd {
					if err != nil {
						m.complain(fmt.Sprintf("editor %s: %v", words[0], err))
						return nil
					}
					return then(m, edited)
				}}
			})
		}
	})
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
