// Tacklebox is a local sandbox for webhooks: mock provider APIs, a receiver,
// and a terminal to see what happens.
package main

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"tacklebox/mock/sandbox"
	"tacklebox/tui"
	"tacklebox/tui/cli"
	"tacklebox/tui/cli/exit"
	"tacklebox/tui/cli/serve"
)

// version is set by the release build (-ldflags "-X main.version=v1.2.3").
var version string

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program but for the process around it. It returns the exit
// code.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	app := &cli.App{
		Version: buildVersion(),
		Getenv:  getenv,
		Stdin:   stdin, Stdout: stdout, Stderr: stderr,
		Shown:    isTerminal(stdout),
		Terminal: isTerminal(stdin) && isTerminal(stdout) && tui.Drawable(getenv),
		Open:     open,
		Local:    local,
		TUI:      screen(getenv, stdin, stdout),

		CheckShared: checkShared,

		ProviderFiles: cli.ProviderFiles{Check: sandbox.CheckProvider, Init: sandbox.InitProvider},
	}
	return cli.Run(ctx, app, args)
}

// checkShared is what `doctor --shared` finds.
func checkShared(ctx context.Context, address, credentials string) (findings []cli.Finding, reached bool, err error) {
	found, reached, err := sandbox.CheckShared(ctx, address, credentials)
	for _, f := range found {
		findings = append(findings, cli.Finding(f))
	}
	return findings, reached, err
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && cli.IsTerminal(f)
}

// buildVersion names this build: the release's version, else what the go
// command stamped into the binary.
func buildVersion() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "dev"
	}
	return info.Main.Version
}

// screen is the full-screen program on the process's terminal.
func screen(getenv func(string) string, stdin io.Reader, stdout io.Writer) func(context.Context, *cli.Client, cli.TUIOptions) error {
	return func(ctx context.Context, c *cli.Client, o cli.TUIOptions) error {
		err := tui.Run(ctx, c, tui.Options{In: stdin, Out: stdout, Env: getenv, Attached: o.Attached, Memory: o.Memory, Theme: o.Theme, Version: o.Version})
		if errors.Is(err, tui.ErrLeftRunning) {
			return cli.ErrLeftRunning
		}
		return err
	}
}

// open translates the command line's options into a sandbox.
func open(o serve.Options) (cli.Instance, error) {
	sb, err := sandbox.Open(sandbox.Config{
		Data: o.Data, Sync: o.Sync, Keep: o.Keep, KeepBytes: o.KeepBytes,
		Seed: o.Seed, Clock: o.Clock, Start: o.Start, Fixtures: o.Fixtures,
		ProviderFiles: o.Files, KeepGoing: o.KeepGoing,
		Providers: o.Providers, Inboxes: o.Inboxes, Faults: o.Faults,
		Token: o.Token, AllowHosts: o.AllowHosts, MaxBody: o.MaxBody,
		PublicURL: o.PublicURL, Hosts: o.Hosts, OpenMocks: o.OpenMocks, Spaces: spacesOf(o.Spaces),
		StrictTLS: o.StrictTLS, TLS: o.TLS || o.TLSCert != "", TLSCert: o.TLSCert, TLSKey: o.TLSKey,
		Shared: o.Shared, NATSCreds: o.NATSCreds, Advertise: o.Advertise,
		Version: o.Version, Warn: o.Warn,
	})
	if sandbox.Away(err) {
		return nil, exit.With(exit.Connect, err)
	}
	var described *sandbox.ProviderFileError
	if errors.As(err, &described) {
		return nil, exit.Misused(err)
	}
	var misconfigured *sandbox.ConfigError
	if errors.As(err, &misconfigured) {
		return nil, &serve.ConfigError{Path: misconfigured.Path, Err: err}
	}
	if pid, inUse := sandbox.InUse(err); inUse {
		return nil, &serve.InUseError{Data: o.Data, PID: pid}
	}
	if err != nil {
		return nil, err
	}
	_, last := sb.Journal().Bounds()
	return &instance{sb, last}, nil
}

// spacesOf turns the flag's 0, which is none, into the configuration's.
func spacesOf(n int) int {
	if n == 0 {
		return -1
	}
	return n
}

// instance is a sandbox as `up` sees it.
type instance struct {
	*sandbox.Sandbox
	opened uint64 // the last entry of earlier runs
}

// Follow gives what happens from now on.
func (i *instance) Follow(ctx context.Context, yield func(*cli.Entry, *cli.Gap) error) error {
	return i.Sandbox.Follow(ctx, i.opened, yield)
}

// stopWithin is how long a sandbox of one command may take to stop.
const stopWithin = 2 * time.Second

// local runs a sandbox in memory, for a command that found none running. Its
// clock stands still: the command sees the first attempt and no retries.
func local(context.Context) (string, func(), error) {
	sb, err := sandbox.Open(sandbox.Config{Clock: "manual", Version: buildVersion(), Keep: 10_000})
	if err != nil {
		return "", nil, err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, errors.Join(err, sb.Shutdown(context.Background()))
	}
	sb.Bind(ln.Addr())
	served := make(chan error, 1)
	go func() { served <- sb.Serve(ln) }()
	stop := func() {
		ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
		defer cancel()
		_ = sb.Shutdown(ctx)
		<-served
	}
	return sb.URL(), stop, nil
}
