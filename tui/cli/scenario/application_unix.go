//go:build unix

package scenario

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
)

// ownGroup puts a program and all its children in one group, which signals reach
// as a whole.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func askToEnd(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGTERM) }

func kill(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGKILL) }

// guard is a process that kills a group when we are gone: its input ends with us,
// however we do.
type guard struct {
	cmd   *exec.Cmd
	input io.WriteCloser
}

const guarding = `trap "" INT TERM HUP; read -r group || exit; read -r over || kill -KILL "-$group"`

func newGuard() (*guard, error) {
	g := &guard{cmd: exec.Command("/bin/sh", "-c", guarding)}
	ownGroup(g.cmd)
	var err error
	if g.input, err = g.cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("guard: %w", err)
	}
	if err := g.cmd.Start(); err != nil {
		return nil, fmt.Errorf("guard: %w", err)
	}
	return g, nil
}

func (g *guard) watch(group int) { fmt.Fprintln(g.input, group) }

// dismiss ends the guard; what it watched is over.
func (g *guard) dismiss() {
	fmt.Fprintln(g.input, "over")
	_ = g.input.Close()
	_ = g.cmd.Wait()
}
