// Package cli is the line commands: each is a client of the control API like
// any other program. What it cannot do as a client (run a sandbox, open the
// full-screen program) is handed in by main.
package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/tui/cli/command"
	"tacklebox/tui/cli/complete"
	"tacklebox/tui/cli/entries"
	"tacklebox/tui/cli/exit"
	"tacklebox/tui/cli/print"
	"tacklebox/tui/cli/providers"
	"tacklebox/tui/safe"
)

// What main composes, by the names it has there.
type (
	// App is everything a command may touch.
	App = command.App
	// Entry is one thing that happened, as the journal keeps it.
	Entry = api.Entry
	// Gap stands for entries that are no longer kept.
	Gap = api.Gap
	// Client speaks to a sandbox; main hands it on to the full-screen program.
	Client = client.Client
	// Instance is a sandbox that `up` serves.
	Instance = command.Instance
	// TUIOptions is what the full-screen program is told by the command line.
	TUIOptions = command.TUIOptions
	// ProviderFiles reads and writes provider files.
	ProviderFiles = command.ProviderFiles
	// Finding is one thing that doctor looked at.
	Finding = command.Finding
)

// Run executes one command line and returns the exit code. args is without the
// program's name.
func Run(ctx context.Context, a *App, args []string) int {
	root := rootOf(a)
	root.SetArgs(withDefault(root, args))
	a.Out = print.New(a.Stdout, a.Terminal || a.Shown, a.Getenv)
	err := root.ExecuteContext(ctx)
	if err == nil {
		err = a.Out.Flush()
	} else {
		_ = a.Out.Flush()
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return exit.Interrupted
	}
	complain(a, exit.Explain(err))
	return exit.Code(err)
}

// complain prints an error for a person. Its text may quote a server, a file or
// a capture.
func complain(a *App, err error) {
	if exit.Silent(err) {
		return
	}
	fmt.Fprintf(a.Stderr, "tacklebox: %s\n", safe.Text(err.Error()))
}

func rootOf(a *App) *cobra.Command {
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
			a.Out.Line("tacklebox %s", a.Version)
			return nil
		}
		return cmd.Help()
	}
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error { return a.CheckPlace(cmd) }
	flags := root.PersistentFlags()
	flags.StringVar(&a.URL, "url", "", "address of the sandbox (default: TACKLEBOX_URL, the running one, http://127.0.0.1:4780)")
	flags.StringVar(&a.TokenFlag, "token", "", "token of the control API (default: TACKLEBOX_TOKEN)")
	flags.StringVar(&a.SpaceFlag, "space", "", "`NAME` of the space to work in (default: TACKLEBOX_SPACE, the one without a name)")
	flags.BoolVar(&a.JSON, "json", false, "print JSON")
	addCommands(a, root)
	return root
}

func addCommands(a *App, root *cobra.Command) {
	groups := []struct {
		id, title string
		commands  []*cobra.Command
	}{
		{"run", "Run:", []*cobra.Command{upCommand(a), tuiCommand(a), readyCommand(a), spacesCommand(a), mcpCommand(a), caCommand(a), doctorCommand(a)}},
		{"send", "Send:", []*cobra.Command{providers.ProvidersCommand(a), providers.ProviderCommand(a), providers.EventsCommand(a), providers.FireCommand(a), providers.RetryCommand(a), providers.ReplayCommand(a), scenarioCommand(a), providers.SignCommand(a), providers.SendCommand(a)}},
		{"see", "See:", []*cobra.Command{entries.TailCommand(a), entries.EntriesCommand(a), entries.ShowCommand(a), entries.DiffCommand(a), entries.ExportCommand(a), entries.ImportCommand(a), entries.ExpectCommand(a), providers.VerifyCommand(a), contractCommand(a), providers.SchemesCommand(a)}},
		{"set", "Set:", []*cobra.Command{providers.SubscribeCommand(a), providers.SubscriptionsCommand(a), providers.SettingsCommand(a), inboxCommand(a), providers.FaultsCommand(a), providers.SecretsCommand(a), clockCommand(a), resetCommand(a)}},
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
	complete.Register(root, completing(a))
	root.CompletionOptions.DisableDefaultCmd = true // ours refuses a shell it does not know
	root.SetHelpCommand(helpCommand())
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
