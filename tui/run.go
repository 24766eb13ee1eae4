// Package tui is the full-screen program: the live list of what happens in a
// sandbox, and everything that can be done about it. It is a client of the
// control API and the stream like any other; whatever it does, a script can.
package tui

import (
	"context"
	"errors"
	"fmt"
	"os"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/client"
	"tacklebox/tui/desk"
)

// Options says where the program runs.
type Options = desk.Options

// ErrNoTerminal means that there is nothing to draw on: the line commands are
// what fits there.
var ErrNoTerminal = errors.New("the full-screen program needs a terminal that can be drawn on (TERM is unset or dumb, or the output is no terminal): 'tacklebox tail' prints entries as they come")

// ErrLeftRunning means that the user left the screen and wants the sandbox, which
// this process serves, to go on.
var ErrLeftRunning = errors.New("the sandbox goes on without the screen")

// Run shows the sandbox that c speaks to until the user leaves or ctx ends. The
// terminal is as before when it returns, also after a panic. The error of an
// ended ctx is nil: leaving is what was asked for.
func Run(ctx context.Context, c *client.Client, o desk.Options) error {
	o = o.Whole()
	if !Drawable(o.Env) || !isTerminal(o.In) || !isTerminal(o.Out) {
		return ErrNoTerminal
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	m := newModel(ctx, c, o)
	program := tea.NewProgram(m, tea.WithInput(o.In), tea.WithOutput(o.Out),
		tea.WithEnvironment(o.Environment()), tea.WithoutSignalHandler())
	defer context.AfterFunc(ctx, program.Quit)()
	if _, err := program.Run(); err != nil {
		return fmt.Errorf("full-screen program: %w", err)
	}
	if m.LeftRunning {
		return ErrLeftRunning
	}
	o.Goodbye(c.URL())
	return nil
}

// Drawable reports whether the environment describes a terminal that can be
// drawn on. Where it cannot, the line commands print lines.
func Drawable(env func(string) string) bool {
	term := env("TERM")
	return term != "" && term != "dumb"
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
