//go:build !unix

package scenario

import (
	"os"
	"os/exec"
	"strconv"
)

func ownGroup(*exec.Cmd) {}

// askToEnd does nothing: there is no signal to ask with.
func askToEnd(*os.Process) {}

// kill ends a program with its children, as Windows knows them.
func kill(p *os.Process) {
	_ = exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(p.Pid)).Run()
}

// guard is nothing here: there is no process that outlives us without help.
type guard struct{}

func newGuard() (*guard, error) { return nil, nil }
func (*guard) watch(int)        {}
func (*guard) dismiss()         {}
