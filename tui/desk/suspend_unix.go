//go:build unix

package desk

import (
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// suspension stops the process group, as a shell's ctrl+z does, and ends when the
// shell lets it go on.
type suspension struct{}

// settling is how long the renderer's goroutine gets to end. Stopped in the middle of
// that, it would afterwards stop the ticker of the one that draws next, and nothing
// would be drawn any more (bubbletea 2.0.10, stopRenderer and startRenderer).
const settling = 50 * time.Millisecond

// Run is called while the terminal is the shell's.
func (suspension) Run() error {
	time.Sleep(settling)
	goOn := make(chan os.Signal, 1)
	signal.Notify(goOn, syscall.SIGCONT)
	defer signal.Stop(goOn)
	if err := syscall.Kill(0, syscall.SIGTSTP); err != nil {
		return err
	}
	<-goOn
	return nil
}

// SetStdin is not needed: nothing is read.
func (suspension) SetStdin(io.Reader) {}

// SetStdout is not needed: nothing is written.
func (suspension) SetStdout(io.Writer) {}

// SetStderr is not needed.
func (suspension) SetStderr(io.Writer) {}
