// Package tui is the full-screen program: the live list of what happens in a
// sandbox, and everything that can be done about it. It is a client of the
// control API and the stream like any other; whatever it does, a script can.
package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/client"
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

// ErrNoTerminal means that there is nothing to draw on: the line commands are
// what fits there.
var ErrNoTerminal = errors.New("the full-screen program needs a terminal that can be drawn on (TERM is unset or dumb, or the output is no terminal): 'tacklebox tail' prints entries as they come")

// Run shows the sandbox that c speaks to until the user leaves or ctx ends. The
// terminal is as before when it returns, also after a panic. The error of an
// ended ctx is nil: leaving is what was asked for.
func Run(ctx context.Context, c *client.Client, o Options) error {
	o = o.whole()
	if !Drawable(o.Env) || !isTerminal(o.In) || !isTerminal(o.Out) {
		return ErrNoTerminal
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	program := tea.NewProgram(newModel(ctx, c, o), tea.WithInput(o.In), tea.WithOutput(o.Out),
		tea.WithEnvironment(o.environment()), tea.WithoutSignalHandler())
	defer context.AfterFunc(ctx, program.Quit)()
	if _, err := program.Run(); err != nil {
		return fmt.Errorf("full-screen program: %w", err)
	}
	o.goodbye(c.URL())
	return nil
}

// Drawable reports whether the environment describes a terminal that can be
// drawn on. Where it cannot, the line commands print lines.
func Drawable(env func(string) string) bool {
	term := env("TERM")
	return term != "" && term != "dumb"
}

// goodbye says what became of the sandbox.
func (o Options) goodbye(url string) {
	if o.Attached {
		fmt.Fprintf(o.Out, "tacklebox: left the sandbox at %s, which goes on\n", ui.Cell(url))
		return
	}
	fmt.Fprintf(o.Out, "tacklebox: the sandbox at %s stops\n", ui.Cell(url))
}

func (o Options) whole() Options {
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

// environment is what decides about colours and the terminal's abilities.
func (o Options) environment() []string {
	var out []string
	for _, name := range []string{"TERM", "COLORTERM", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM_PROGRAM", "TERM_PROGRAM_VERSION",
		"TMUX", "STY", "SSH_TTY", "SSH_CONNECTION", "WT_SESSION", "VTE_VERSION", "KITTY_WINDOW_ID", "TEA_DEBUG", "LANG", "LC_ALL", "LC_CTYPE", "LC_TERMINAL"} {
		if v := o.Env(name); v != "" {
			out = append(out, name+"="+v)
		}
	}
	return out
}

// isTerminal reports whether a stream is a character device. The command line
// has asked the terminal itself; this keeps a program that embeds Run from
// drawing into a file.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
