package desk

import (
	"fmt"
	"io"
	"os"
	"strings"

	"tacklebox/tui/ui"
)

// Options says where the program runs.
type Options struct {
	In       io.Reader           // the terminal's input; nil: standard input
	Out      io.Writer           // the terminal; nil: standard output
	Env      func(string) string // nil: the environment
	Attached bool                // the sandbox belongs to another process and goes on without the program
	Version  string
	Memory   bool   // the sandbox keeps nothing on disk: leaving asks
	Theme    string // dark, light, auto or a file; "": as the user set
	Editor   string // command of the editor; "": VISUAL, EDITOR, vi
}

// Goodbye says what became of the sandbox.
func (o Options) Goodbye(url string) {
	if o.Attached {
		fmt.Fprintf(o.Out, "tacklebox: left the sandbox at %s, which goes on\n", ui.Cell(url))
		return
	}
	fmt.Fprintf(o.Out, "tacklebox: the sandbox at %s stops\n", ui.Cell(url))
}

// Whole fills in what was left out.
func (o Options) Whole() Options {
	if o.In == nil {
		o.In = os.Stdin
	}
	if o.Out == nil {
		o.Out = os.Stdout
	}
	if o.Env == nil {
		o.Env = os.Getenv
	}
	return o
}

func (o Options) editor() string {
	for _, e := range []string{o.Editor, o.Env("VISUAL"), o.Env("EDITOR")} {
		if strings.TrimSpace(e) != "" {
			return e
		}
	}
	return "vi"
}

// Environment is what decides about colours and the terminal's abilities.
func (o Options) Environment() []string {
	var out []string
	for _, name := range []string{"TERM", "COLORTERM", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM_PROGRAM", "TERM_PROGRAM_VERSION",
		"TMUX", "STY", "SSH_TTY", "SSH_CONNECTION", "WT_SESSION", "VTE_VERSION", "KITTY_WINDOW_ID", "TEA_DEBUG", "LANG", "LC_ALL", "LC_CTYPE", "LC_TERMINAL"} {
		if v := o.Env(name); v != "" {
			out = append(out, name+"="+v)
		}
	}
	return out
}
