// Package command is what every command of the line shares: the streams and the
// environment, the sandbox that it means, what it says and reads, and the errors of
// a command line. The commands are in its neighbours.
package command

import (
	"context"
	"fmt"
	"io"
	"net"
	"time"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/tui/cli/print"
	"tacklebox/tui/cli/serve"
	"tacklebox/tui/safe"
)

// App is everything a command may touch. The zero value of an optional field
// means that the thing does not exist.
type App struct {
	Version string
	Getenv  func(string) string
	Now     func() time.Time // the wall clock, time.Now where it is nil
	Stdin   io.Reader
	Stdout  io.Writer
	Stderr  io.Writer
	// Terminal reports whether stdin and stdout are both a terminal.
	Terminal bool
	// Shown reports that stdout is a terminal, whatever stdin is: bytes that one
	// would obey never reach it.
	Shown bool
	// Open opens the sandbox that `up` serves; main owns the composition.
	Open func(serve.Options) (Instance, error)
	// Local starts a sandbox in memory for commands that work without a running
	// one and returns its URL.
	Local func(ctx context.Context) (url string, stop func(), err error)
	// ProviderFiles reads and writes provider files. Optional.
	ProviderFiles ProviderFiles
	// CheckShared looks at the servers of a shared sandbox; reached is false when
	// there was nothing to look at, an error what is no address. Optional.
	CheckShared func(ctx context.Context, address, credentials string) (findings []Finding, reached bool, err error)
	// TUI runs the full-screen program until the user leaves it. Optional.
	TUI func(ctx context.Context, c *client.Client, o TUIOptions) error

	URL       string         // --url
	TokenFlag string         // --token
	SpaceFlag string         // --space
	JSON      bool           // --json
	Out       *print.Printer // of the command's result
}

// Instance is a sandbox that `up` serves.
type Instance interface {
	// Bind tells the address that Serve will listen on, so that links are right.
	Bind(net.Addr)
	// Serve answers on the listener until Shutdown.
	Serve(net.Listener) error
	// Shutdown stops serving, lets what is in flight end while ctx lasts, and
	// closes the journal.
	Shutdown(context.Context) error
	// Follow calls yield for every entry from now on, in order, with a gap for
	// those that were removed before, and with neither whenever it has caught up.
	// It returns when yield fails, or when ctx has ended and everything until
	// then was given. The entry is valid only during the call.
	Follow(ctx context.Context, yield func(*api.Entry, *api.Gap) error) error
	// TLSURL is the address for HTTPS, "" where there is none.
	TLSURL() string
}

// TUIOptions is what the full-screen program is told by the command line.
type TUIOptions struct {
	Attached bool   // the sandbox belongs to another process
	Memory   bool   // it keeps nothing on disk
	Theme    string // dark, light, auto or a file; "": as the user set
	Version  string // of this binary
}

func (a *App) Wall() time.Time {
	if a.Now == nil {
		return time.Now()
	}
	return a.Now()
}

// Say prints a message for the person who runs the sandbox.
func (a *App) Say(format string, args ...any) {
	fmt.Fprintf(a.Stderr, "tacklebox: %s\n", safe.Text(fmt.Sprintf(format, args...)))
}

// Finding is one thing that doctor looked at.
type Finding struct {
	Check  string `json:"check"`
	OK     bool   `json:"ok"`
	Found  string `json:"found"`
	Advice string `json:"advice,omitempty"`
}

// ProviderFiles is what main hands in about provider files.
type ProviderFiles struct {
	Check func(path string) (*api.ProviderReport, error)
	Init  func(api.Starter) ([]string, error)
}
