package cli

import (
	"context"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tacklebox/receiver/api"
	"tacklebox/tui/cli/command"
	"tacklebox/tui/cli/exit"
	"tacklebox/tui/cli/print"
)

// inboxRun is what the command does with the app.
type inboxRun struct{ *App }

func inboxCommand(a *App) *cobra.Command {
	var reply, forward, verify string
	var remove bool
	cmd := &cobra.Command{
		Use:   "inbox [NAME]",
		Short: "List inboxes, or say how one answers",
		Long: `Without a name: list the inboxes. With a name alone: show its settings. With
flags: change them.

--reply is a list of STATUS, each with xTIMES and @DELAY if wanted; the last one
repeats. 500x2,200 fails twice and then accepts.`,
		Example: `  tacklebox inbox orders --reply 500x2,200
  tacklebox inbox orders --reply 200@3s
  tacklebox inbox orders --forward http://localhost:3000/callback --verify shoptet`,
		Args: command.Args("[NAME]"),
	}
	f := cmd.Flags()
	f.StringVar(&reply, "reply", "", "`STATUS[xN][@DELAY],…` to answer with; \"\" answers 200 again")
	f.StringVar(&forward, "forward", "", "pass everything on to this `URL`; \"\" stops that")
	f.StringVar(&verify, "verify", "", "check signatures of `PROVIDER[:SECRET]`; \"\" stops that")
	f.BoolVar(&remove, "delete", false, "forget how it answers; what it got stays")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return inboxRun{a}.inboxes(cmd.Context())
		}
		if remove {
			return (inboxRun{a}).forget(cmd.Context(), args[0])
		}
		inbox, err := a.Client().Inbox(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		changed := cmd.Flags().Changed
		if changed("reply") {
			if inbox.Reply, err = api.ParseReplies(reply); err != nil {
				return exit.Usagef("--reply %w", err)
			}
		}
		if changed("forward") {
			inbox.Forward = forward
		}
		if changed("verify") {
			inbox.Verify = signing(verify)
		}
		if changed("reply") || changed("forward") || changed("verify") {
			if err := a.Client().PutInbox(cmd.Context(), args[0], *inbox); err != nil {
				return err
			}
		}
		return inboxRun{a}.printInbox(args[0], inbox)
	}
	return cmd
}

func (a inboxRun) inboxes(ctx context.Context) error {
	list, err := a.Client().Inboxes(ctx)
	if err != nil {
		return err
	}
	return command.Listing(a.App, list, "", []string{"NAME", "CAPTURES", "REPLY", "FORWARD"}, func(in api.InboxInfo) []string {
		return []string{in.Inbox, strconv.Itoa(in.Captures), answers(in.Settings.Reply), api.HidePassword(in.Settings.Forward)}
	})
}

func (a inboxRun) printInbox(name string, in *api.Inbox) error {
	if a.JSON {
		return a.Out.JSON(api.InboxInfo{Inbox: name, Settings: *in})
	}
	a.Out.Line("%s  %s", a.Out.Paint(print.Bold, name), a.Client().URL()+"/in/"+name)
	a.Out.Line("  reply    %s", answers(in.Reply))
	if in.Forward != "" {
		a.Out.Line("  forward  %s", api.HidePassword(in.Forward))
	}
	if in.Verify != nil {
		a.Out.Line("  verify   %s", in.Verify.Provider)
	}
	return nil
}

func signing(s string) *api.Signing {
	if s == "" {
		return nil
	}
	provider, secret, _ := strings.Cut(s, ":")
	return &api.Signing{Provider: provider, Secret: secret}
}

// answers are an inbox's replies, as --reply takes them.
func answers(list []api.Reply) string {
	if len(list) == 0 {
		return "200"
	}
	return api.FormatReplies(list)
}

// forget makes an inbox answer as one that nobody set.
func (a inboxRun) forget(ctx context.Context, name string) error {
	if err := a.Client().DeleteInbox(ctx, name); err != nil {
		return err
	}
	return a.printInbox(name, &api.Inbox{})
}
