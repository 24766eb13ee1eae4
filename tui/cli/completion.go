package cli

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tacklebox/receiver/client"
	"tacklebox/tui/cli/command"
	"tacklebox/tui/cli/complete"
	"tacklebox/tui/cli/exit"
)

func completionCommand(a *App) *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Write a completion script for bash, zsh, fish or powershell",
		Example: `  source <(tacklebox completion bash)
  tacklebox completion fish > ~/.config/fish/completions/tacklebox.fish`,
		Args:      command.Args("SHELL"),
		ValidArgs: shells,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(shells, args[0]) {
				return exit.Usagef("no completion for %q%s; known: %s", args[0], exit.DidYouMean(args[0], shells), strings.Join(shells, ", "))
			}
			var b bytes.Buffer
			err := map[string]func() error{
				"bash":       func() error { b.WriteString(bashHelpers); return cmd.Root().GenBashCompletionV2(&b, true) },
				"zsh":        func() error { return cmd.Root().GenZshCompletion(&b) },
				"fish":       func() error { return cmd.Root().GenFishCompletion(&b, true) },
				"powershell": func() error { return cmd.Root().GenPowerShellCompletionWithDesc(&b) },
			}[args[0]]()
			if err != nil {
				return err
			}
			a.Out.Text(b.String())
			return nil
		},
	}
}

// bashHelpers stand in for what cobra's script takes from the package
// bash-completion, where that is not installed: the words of the line, which colons
// and equal signs do not part, and what bash has typed of one with colons.
const bashHelpers = `if ! declare -F _get_comp_words_by_ref >/dev/null 2>&1; then
    _get_comp_words_by_ref()
    {
        local line="${COMP_LINE:0:COMP_POINT}"
        read -ra words <<<"${line}"
        [[ ${line} == *[[:space:]] ]] && words+=("")
        cword=$((${#words[@]} - 1))
        cur="${words[cword]}"
        prev="${words[cword > 0 ? cword - 1 : 0]}"
    }
fi
if ! declare -F __ltrim_colon_completions >/dev/null 2>&1; then
    __ltrim_colon_completions()
    {
        [[ $1 == *:* && ${COMP_WORDBREAKS} == *:* ]] || return 0
        local i typed="${1%"${1##*:}"}"
        for i in "${!COMPREPLY[@]}"; do COMPREPLY[i]="${COMPREPLY[i]#"${typed}"}"; done
    }
fi

`

// completing hands the running sandbox to a Tab, or one in memory where none runs.
func completing(a *App) complete.Asking {
	return func(ctx context.Context, f func(*client.Client)) { ask(ctx, a, f) }
}

func ask(ctx context.Context, a *App, f func(*client.Client)) {
	c := a.Client()
	if err := c.Ready(ctx); err == nil || !errors.Is(err, client.ErrConnect) || a.Local == nil {
		f(c)
		return
	}
	if url, stop, err := a.Local(ctx); err == nil {
		defer stop()
		f(client.New(url, ""))
	}
}
