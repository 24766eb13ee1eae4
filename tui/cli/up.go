package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"tacklebox/receiver/client"
	"tacklebox/tui/cli/command"
	"tacklebox/tui/cli/exit"
	"tacklebox/tui/cli/print"
	"tacklebox/tui/cli/serve"
	"tacklebox/tui/safe"
)

// How long a stopping sandbox waits for requests and deliveries in flight.
const stopWithin = 3 * time.Second

// upRun is what the command does with the app.
type upRun struct{ *App }

func upCommand(a *App) *cobra.Command {
	o := new(serve.Options)
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Run the sandbox (what tacklebox does without a command)",
		Long: `Run the mock provider APIs, the receiver, the control API and the live stream on
one port. In a terminal this opens the full-screen program; otherwise it prints
one JSON line per entry on stdout. Messages go to stderr.

Every flag has a twin in the environment (--keep-bytes: TACKLEBOX_KEEP_BYTES)
and a key in the configuration file (keep-bytes:). A flag wins over the
environment, the environment over the file.`,
		Args: command.Args(),
	}
	o.Register(cmd.Flags(), a.Getenv)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := o.Resolve(cmd.Flags(), a.Getenv); err != nil {
			return err
		}
		o.Version = a.Version
		o.Warn = func(msg string) { a.Say("%s", msg) }
		return upRun{a}.up(cmd.Context(), o)
	}
	return cmd
}

// running is a sandbox that answers.
type running struct {
	url    string
	served chan error
	inst   Instance
}

func (a upRun) up(ctx context.Context, o *serve.Options) error {
	if a.Open == nil {
		return errors.New("this build has no sandbox")
	}
	signal.Ignore(syscall.SIGPIPE) // a reader of our output that leaves ends nothing
	r, err := a.start(o)
	if err != nil {
		return err
	}
	ready := serve.Ready{URL: r.url, TLSURL: r.inst.TLSURL(), PID: os.Getpid(), Version: a.Version}
	paths, err := announce(ready, o, serve.DefaultData(a.Getenv))
	if err != nil {
		return errors.Join(err, r.stop())
	}
	err = a.attend(ctx, r, o)
	for _, path := range paths {
		ready.Remove(path)
	}
	return errors.Join(err, r.stop())
}

// start binds first: a taken port is the likelier mistake, and says more than
// the lock of the instance that took it.
func (a upRun) start(o *serve.Options) (*running, error) {
	ln, err := net.Listen("tcp", o.Addr)
	if err != nil {
		return nil, exit.With(exit.Connect, bindProblem(o.Addr, err))
	}
	inst, err := a.open(o)
	if err != nil {
		_ = ln.Close()
		var held *serve.InUseError
		var coded *exit.Error
		if errors.As(err, &coded) {
			return nil, err
		}
		if errors.As(err, &held) {
			return nil, exit.With(exit.Connect, err)
		}
		return nil, exit.Misused(err)
	}
	inst.Bind(ln.Addr())
	r := &running{url: "http://" + reachable(ln.Addr()), served: make(chan error, 1), inst: inst}
	go func() {
		err := inst.Serve(ln)
		_ = ln.Close() // nobody should wait for an answer of a server that gave up
		r.served <- err
	}()
	return r, nil
}

// open makes the data folder, which holds captured credentials, for this user
// alone.
func (a upRun) open(o *serve.Options) (Instance, error) {
	if o.Data != "" {
		if err := os.MkdirAll(o.Data, 0o700); err != nil {
			return nil, fmt.Errorf("data folder: %w\nChoose another with --data, or use --memory", err)
		}
	}
	inst, err := a.Open(*o)
	return inst, o.Locate(err)
}

func bindProblem(addr string, err error) error {
	_, port, _ := net.SplitHostPort(addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("port %s is taken: another program listens on %s\nIs a sandbox running there? Ask with 'tacklebox ready --url http://%s', or choose another port with --port %s (0 picks a free one)", port, addr, addr, nextPort(port))
	}
	return fmt.Errorf("cannot listen on %s: %w\nChoose another address with --addr, or another port with --port 0", addr, err)
}

func nextPort(port string) string {
	var n int
	if _, err := fmt.Sscan(port, &n); err != nil || n >= 65535 {
		return "0"
	}
	return fmt.Sprint(n + 1)
}

// reachable is the address under which this machine reaches a listener: one on
// every interface is also one on the loopback.
func reachable(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return addr.String()
	}
	return net.JoinHostPort("127.0.0.1", fmt.Sprint(tcp.Port))
}

// announce writes the ready files and returns where. A sandbox in memory or on
// another folder leaves one in the default folder only if nobody else does: it
// must not draw the commands of a person away from the sandbox that person runs,
// and one with a ready file of its own is found by that alone.
func announce(ready serve.Ready, o *serve.Options, folder string) (paths []string, err error) {
	if o.Data != "" {
		paths = append(paths, serve.ReadyPath(o.Data))
	}
	if o.ReadyFile != "" {
		paths = append(paths, o.ReadyFile)
	}
	for _, path := range paths {
		// The file in the data folder serves other commands only: on a full disk the
		// sandbox starts all the same, so that it can be read and room can be made.
		if err := ready.Write(path); err != nil && path == o.ReadyFile {
			return paths, exit.Misused(err)
		}
	}
	if path := serve.ReadyPath(folder); folder != "" && o.ReadyFile == "" && path != serve.ReadyPath(o.Data) {
		if there, err := serve.ReadReady(path); err != nil || !serve.Alive(there.PID) {
			if os.MkdirAll(filepath.Dir(path), 0o700) == nil && ready.Write(path) == nil {
				paths = append(paths, path)
			}
		}
	}
	return paths, nil
}

// attend keeps the sandbox up until the user leaves or it fails. What becomes of
// standard output and error does not concern it: whoever read them may be gone.
func (a upRun) attend(ctx context.Context, r *running, o *serve.Options) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	shown, printed := make(chan error, 1), make(chan struct{})
	if a.Terminal && !o.NoTUI && a.TUI != nil {
		close(printed)
		go func() {
			shown <- a.TUI(ctx, client.New(r.url, o.Token), TUIOptions{Memory: o.Memory, Theme: o.Theme, Version: a.Version})
		}()
	} else {
		a.welcome(ctx, r, o)
		if o.UntilEOF {
			go func() {
				_, _ = io.Copy(io.Discard, a.Stdin)
				cancel()
			}()
		}
		go func() {
			defer close(printed)
			if err := a.follow(ctx, r.inst, o.Quiet); err != nil {
				a.Say("no more lines on standard output: %v; the sandbox goes on", err)
			}
		}()
	}
	select {
	case <-ctx.Done():
		return a.finish(shown, printed)
	case err := <-shown:
		if !errors.Is(err, ErrLeftRunning) {
			return ignoreCancel(err)
		}
		a.Say("the sandbox at %s goes on without the screen: 'tacklebox tui' opens it again, ctrl+c here stops the sandbox", r.url)
	case err := <-r.served:
		return fmt.Errorf("sandbox: %w", err)
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-r.served:
		return fmt.Errorf("sandbox: %w", err)
	}
}

// ErrLeftRunning is what the full-screen program returns when its user left it and
// wants the sandbox to go on.
var ErrLeftRunning = errors.New("the sandbox goes on without the screen")

// finish lets the reader print what has happened until now. A pipe that nobody
// empties may not keep the sandbox from stopping.
func (a upRun) finish(shown <-chan error, printed <-chan struct{}) error {
	timer := time.NewTimer(stopWithin)
	defer timer.Stop()
	select {
	case <-printed:
	case <-timer.C:
	}
	select {
	case err := <-shown:
		return ignoreCancel(err)
	default:
		return nil
	}
}

func ignoreCancel(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// follow prints one JSON line per entry, buffered while it is behind, and one for
// entries that were removed before they could be printed.
func (a upRun) follow(ctx context.Context, inst Instance, quiet bool) error {
	if quiet {
		return nil
	}
	out := bufio.NewWriterSize(a.Stdout, 64<<10)
	return inst.Follow(ctx, func(e *Entry, gap *Gap) error {
		var line any = e
		switch {
		case gap != nil:
			line = map[string]*Gap{"gap": gap}
		case e == nil:
			return print.OutputError(out.Flush())
		}
		text, err := json.Marshal(line)
		if err != nil {
			return fmt.Errorf("an entry: %w", err)
		}
		_, err = out.Write(append(safe.JSON(text), '\n'))
		return print.OutputError(err)
	})
}

// welcome says where everything is.
func (a upRun) welcome(ctx context.Context, r *running, o *serve.Options) {
	a.Say("ready at %s", r.url)
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	c := client.New(r.url, o.Token)
	if providers, err := c.Providers(ctx); err == nil {
		for _, p := range providers {
			a.Say("  %-12s %s", p.Name, p.BaseURL)
		}
	}
	a.Say("  %-12s %s/in/{inbox}", "receiver", r.url)
	a.Say("  %-12s %s/_/", "control", r.url)
	if url := r.inst.TLSURL(); url != "" {
		a.Say("  %-12s %s ('tacklebox ca' says how to trust it)", "https", url)
	}
	a.Say("  %-12s ws%s/_/stream", "stream", r.url[len("http"):])
	if o.Data != "" {
		a.Say("  %-12s %s", "data", o.Data)
	}
	if o.Shared != "" {
		a.Say("  %-12s one sandbox with every process on the same NATS", "shared")
	}
}

func (r *running) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	err := r.inst.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, http.ErrServerClosed) {
		return nil // what was still open after the time is cut; nothing answered is lost
	}
	return err
}
