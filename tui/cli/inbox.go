package cli

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tacklebox/receiver/client"
)

func (a *App) inboxCommand() *cobra.Command {
	var reply, forward, verify string
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
		Args: args("[NAME]"),
	}
	f := cmd.Flags()
	f.StringVar(&reply, "reply", "", "`STATUS[xN][@DELAY],…` to answer with; \"\" answers 200 again")
	f.StringVar(&forward, "forward", "", "pass everything on to this `URL`; \"\" stops that")
	f.StringVar(&verify, "verify", "", "check signatures of `PROVIDER[:SECRET]`; \"\" stops that")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return a.inboxes(cmd.Context())
		}
		inbox, err := a.client().Inbox(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		changed := cmd.Flags().Changed
		if changed("reply") {
			if inbox.Reply, err = replies(reply); err != nil {
				return err
			}
		}
		if changed("forward") {
			inbox.Forward = forward
		}
		if changed("verify") {
			inbox.Verify = signing(verify)
		}
		if changed("reply") || changed("forward") || changed("verify") {
			if err := a.client().PutInbox(cmd.Context(), args[0], *inbox); err != nil {
				return err
			}
		}
		return a.printInbox(args[0], inbox)
	}
	return cmd
}

func (a *App) inboxes(ctx context.Context) error {
	list, err := a.client().Inboxes(ctx)
	if err != nil {
		return err
	}
	if a.json {
		return a.out.json(list)
	}
	rows := [][]string{{"NAME", "CAPTURES", "REPLY", "FORWARD"}}
	for _, in := range list {
		rows = append(rows, []string{in.Inbox, strconv.Itoa(in.Captures), spell(in.Settings.Reply), in.Settings.Forward})
	}
	a.out.table(rows)
	return nil
}

func (a *App) printInbox(name string, in *client.Inbox) error {
	if a.json {
		return a.out.json(client.InboxInfo{Inbox: name, Settings: *in})
	}
	base, _ := a.address()
	a.out.line("%s  %s", a.out.paint(bold, name), strings.TrimRight(base, "/")+"/in/"+name)
	a.out.line("  reply    %s", spell(in.Reply))
	if in.Forward != "" {
		a.out.line("  forward  %s", in.Forward)
	}
	if in.Verify != nil {
		a.out.line("  verify   %s", in.Verify.Provider)
	}
	return nil
}

// replies reads 500x2,200@3s.
func replies(s string) ([]client.Reply, error) {
	var out []client.Reply
	for part := range strings.SplitSeq(s, ",") {
		if s == "" {
			break
		}
		r, err := reply(strings.TrimSpace(part))
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

func reply(s string) (r client.Reply, err error) {
	rest, delay, delayed := strings.Cut(s, "@")
	status, times, repeated := strings.Cut(rest, "x")
	if r.Status, err = strconv.Atoi(status); err != nil || r.Status < 100 || r.Status > 599 {
		return r, usagef("--reply %q: want a status from 100 to 599, like 500x2,200", s)
	}
	if repeated {
		if r.Times, err = strconv.Atoi(times); err != nil || r.Times < 1 {
			return r, usagef("--reply %q: want a number of times after x, like 500x2", s)
		}
	}
	if delayed {
		if d, err := time.ParseDuration(delay); err != nil || d < 0 {
			return r, usagef("--reply %q: want a duration after @, like 200@3s", s)
		}
		r.Delay = delay
	}
	return r, nil
}

// spell writes replies as the command line does.
func spell(list []client.Reply) string {
	if len(list) == 0 {
		return "200"
	}
	parts := make([]string, len(list))
	for i, r := range list {
		if r.Status != 0 {
			parts[i] = strconv.Itoa(r.Status)
		} else {
			parts[i] = "200"
		}
		if r.Times > 0 {
			parts[i] += "x" + strconv.Itoa(r.Times)
		}
		if r.Delay != "" {
			parts[i] += "@" + r.Delay
		}
		if r.Fault != "" {
			parts[i] += " " + r.Fault
		}
	}
	return strings.Join(parts, ",")
}

func signing(s string) *client.Signing {
	if s == "" {
		return nil
	}
	provider, secret, _ := strings.Cut(s, ":")
	return &client.Signing{Provider: provider, Secret: secret}
}
