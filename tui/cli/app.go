// Package cli is the line commands: each is a client of the control API like
// any other program. What it cannot do as a client (run a sandbox, open the
// full-screen program) is handed in by main.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/tui/cli/complete"
	"tacklebox/tui/cli/exit"
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

	url   string // --url
	token string // --token
	space string // --space
	json  bool   // --json
	out   *print.Printer
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
	Follow(ctx context.Context, yield func(*Entry, *Gap) error) error
	// TLSURL is the address for HTTPS, "" where there is none.
	TLSURL() string
}

// Entry is one thing that happened, as the journal keeps it.
type Entry = api.Entry

// Gap stands for entries that are no longer kept.
type Gap = api.Gap

// Client speaks to a sandbox; main hands it on to the full-screen program.
type Client = client.Client

// TUIOptions is what the full-screen program is told by the command line.
type TUIOptions struct {
	Attached bool   // the sandbox belongs to another process
	Memory   bool   // it keeps nothing on disk
	Theme    string // dark, light, auto or a file; "": as the user set
	Version  string // of this binary
}

func (a *App) now() time.Time {
	if a.Now == nil {
		return time.Now()
	}
	return a.Now()
}

// Run executes one command line and returns the exit code. args is without the
// program's name.
func (a *App) Run(ctx context.Context, args []string) int {
	root := a.root()
	root.SetArgs(withDefault(root, args))
	a.out = print.New(a.Stdout, a.Terminal || a.Shown, a.Getenv)
	err := root.ExecuteContext(ctx)
	if err == nil {
		err = a.out.Flush()
	} else {
		_ = a.out.Flush()
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return exit.Interrupted
	}
	a.complain(exit.Explain(err))
	return exit.Code(err)
}

// complain prints an error for a person. Its text may quote a server, a file or
// a capture.
func (a *App) complain(err error) {
	if exit.Silent(err) {
		return
	}
	fmt.Fprintf(a.Stderr, "tacklebox: %s\n", safe.Text(err.Error()))
}

func (a *App) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "tacklebox",
		Short: "A local sandbox for webhooks",
		Long: `A local sandbox for webhooks: mock provider APIs to register at, a receiver
that keeps every request, and events that fire when you say so.

Without a command: tacklebox up.`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetIn(a.Stdin)
	root.SetOut(a.Stdout)
	root.SetErr(a.Stderr)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if !cmd.HasParent() && cmd.Flags().NArg() > 0 { // the flags are those of the command that was meant
			return unknownCommand(cmd, cmd.Flags().Args())
		}
		return unknownFlag(cmd, err)
	})
	root.Args = func(cmd *cobra.Command, args []string) error { return unknownCommand(cmd, args) }
	version := root.Flags().BoolP("version", "v", false, "version for tacklebox")
	root.RunE = func(cmd *cobra.Command, _ []string) error {
		if *version { // cobra's own would bring text/template along, and with it every method of the program
			a.out.Line("tacklebox %s", a.Version)
			return nil
		}
		return cmd.Help()
	}
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error { return a.checkPlace(cmd) }
	flags := root.PersistentFlags()
	flags.StringVar(&a.url, "url", "", "address of the sandbox (default: TACKLEBOX_URL, the running one, http://127.0.0.1:4780)")
	flags.StringVar(&a.token, "token", "", "token of the control API (default: TACKLEBOX_TOKEN)")
	flags.StringVar(&a.space, "space", "", "`NAME` of the space to work in (default: TACKLEBOX_SPACE, the one without a name)")
	flags.BoolVar(&a.json, "json", false, "print JSON")
	a.addCommands(root)
	return root
}

func (a *App) addCommands(root *cobra.Command) {
	groups := []struct {
		id, title string
		commands  []*cobra.Command
	}{
		{"run", "Run:", []*cobra.Command{upCommand(a), tuiCommand(a), readyCommand(a), spacesCommand(a), mcpCommand(a), caCommand(a), doctorCommand(a)}},
		{"send", "Send:", []*cobra.Command{providersCommand(a), providerCommand(a), eventsCommand(a), fireCommand(a), retryCommand(a), replayCommand(a), scenarioCommand(a), signCommand(a), sendCommand(a)}},
		{"see", "See:", []*cobra.Command{tailCommand(a), entriesCommand(a), showCommand(a), diffCommand(a), exportCommand(a), importCommand(a), expectCommand(a), verifyCommand(a), contractCommand(a), schemesCommand(a)}},
		{"set", "Set:", []*cobra.Command{subscribeCommand(a), subscriptionsCommand(a), settingsCommand(a), inboxCommand(a), faultsCommand(a), secretsCommand(a), clockCommand(a), resetCommand(a)}},
		{"more", "More:", []*cobra.Command{versionCommand(a), completionCommand(a)}},
	}
	for _, g := range groups {
		root.AddGroup(&cobra.Group{ID: g.id, Title: g.title})
		for _, c := range g.commands {
			c.GroupID = g.id
			root.AddCommand(c)
		}
	}
	root.AddCommand(filterTopic())
	complete.Register(root, a.completing)
	root.CompletionOptions.DisableDefaultCmd = true // ours refuses a shell it does not know
	root.SetHelpCommandGroupID("more")
}

// withDefault puts "up" before arguments that name no command (contract,
// section 1: no arguments is `tacklebox up`), so that its flags work alone.
func withDefault(root *cobra.Command, args []string) []string {
	for _, arg := range args {
		if arg == "-h" || arg == "--help" || arg == "-v" || arg == "--version" || !strings.HasPrefix(arg, "-") {
			return args
		}
		if name, _, assigned := strings.Cut(arg, "="); !assigned && !isSwitch(root, name) {
			break // its value follows: no word after it can be judged
		}
	}
	if found, _, err := root.Find(args); err == nil && found != root {
		return args
	}
	return append([]string{"up"}, args...)
}

// isSwitch reports whether a flag of the root or of up takes no value.
func isSwitch(root *cobra.Command, name string) bool {
	up, _, err := root.Find([]string{"up"})
	if err != nil {
		return false
	}
	name = strings.TrimLeft(name, "-")
	for _, f := range []interface{ Lookup(string) *pflag.Flag }{root.PersistentFlags(), up.Flags()} {
		if flag := f.Lookup(name); flag != nil {
			return flag.NoOptDefVal != ""
		}
	}
	return false
}

// unknownFlag names the nearest flag of a command beside one that it does not have.
func unknownFlag(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return exit.Misused(err)
	}
	names := []string{}
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if best := api.Nearest(unknown.GetSpecifiedName(), names); best != "" {
		err = fmt.Errorf(`%w (did you mean "--%s"?)`, err, best)
	}
	return exit.Misused(err)
}

// elsewhere are commands of other tools for webhooks, and what they are called here.
var elsewhere = map[string]string{
	"listen": "tail", "trigger": "fire", "logs": "entries", "requests": "entries", "forward": "inbox NAME --forward URL", "start": "up", "serve": "up",
	"resend": "retry", "webhooks": "subscriptions", "status": "ready", "login": "up",
}

func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	names := []string{}
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	meant := exit.DidYouMean(args[0], names)
	if here, known := elsewhere[args[0]]; known {
		meant = fmt.Sprintf(" (did you mean %q?)", here)
	}
	return exit.Usagef("unknown command %q%s\nRun 'tacklebox --help' for the commands.", args[0], meant)
}
