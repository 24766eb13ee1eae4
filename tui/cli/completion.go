package cli

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tacklebox/tui/cli/exit"
)

// completeWithin keeps a Tab from waiting for a sandbox that does not answer.
const completeWithin = 500 * time.Millisecond

func completionCommand(a *App) *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Write a completion script for bash, zsh, fish or powershell",
		Example: `  source <(tacklebox completion bash)
  tacklebox completion fish > ~/.config/fish/completions/tacklebox.fish`,
		Args:      args("SHELL"),
		ValidArgs: shells,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(shells, args[0]) {
				return exit.Usagef("no completion for %q%s; known: %s", args[0], exit.DidYouMean(args[0], shells), strings.Join(shells, ", "))
			}
			var b bytes.Buffer
			err := map[string]func() error{
				"bash":       func() error { return cmd.Root().GenBashCompletionV2(&b, true) },
				"zsh":        func() error { return cmd.Root().GenZshCompletion(&b) },
				"fish":       func() error { return cmd.Root().GenFishCompletion(&b, true) },
				"powershell": func() error { return cmd.Root().GenPowerShellCompletionWithDesc(&b) },
			}[args[0]]()
			if err != nil {
				return err
			}
			a.out.Text(b.String())
			return nil
		},
	}
}

// completeEvent offers providers, then the event types of the one that was
// chosen, as far as a running sandbox knows them.
func (a *App) completeEvent(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	ctx, cancel := context.WithTimeout(cmd.Context(), completeWithin)
	defer cancel()
	var offers []cobra.Completion
	switch len(args) {
	case 0:
		list, err := a.client().Providers(ctx)
		for _, p := range list {
			if err == nil {
				offers = append(offers, cobra.CompletionWithDesc(p.Name, p.Title))
			}
		}
	case 1:
		detail, err := a.client().Provider(ctx, args[0])
		if err == nil {
			for _, e := range detail.Events {
				offers = append(offers, cobra.CompletionWithDesc(e.Type, e.About))
			}
		}
	}
	return offers, cobra.ShellCompDirectiveNoFileComp
}
