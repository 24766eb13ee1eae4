package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"tacklebox/receiver/api"
	"tacklebox/tui/cli/command"
)

// helpCommand explains a command or a topic. Cobra's own shows the program's help
// for a word that it does not know.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "help [command]",
		GroupID: "more",
		Short:   "Help about any command",
		Long: `Help provides help for any command in the application.
Simply type tacklebox help [path to command] for full details.`,
		ValidArgsFunction: func(cmd *cobra.Command, args []string, begun string) (names []cobra.Completion, how cobra.ShellCompDirective) {
			about, _, err := cmd.Root().Find(args)
			if err != nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			for _, c := range about.Commands() {
				if !c.Hidden && strings.HasPrefix(c.Name(), begun) {
					names = append(names, cobra.CompletionWithDesc(c.Name(), c.Short))
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 && !about.HasParent() {
				return unknownCommand(cmd.Root(), args)
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}

// filterTopic is `help filter`: the language of every q, from its own table of
// keys.
func filterTopic() *cobra.Command {
	var rows []api.FaultKind
	for _, k := range api.FilterKeys() {
		about := k.About
		if len(k.Values) > 0 {
			about += ": " + strings.Join(k.Values, ", ")
		}
		rows = append(rows, api.FaultKind{Name: k.Name, About: about})
	}
	return &cobra.Command{
		Use:   "filter",
		Short: "The filter language of entries, tail, expect, faults and the screen",
		Long: `A filter is a list of terms; an entry matches when every term does.

  kind:attempt status:5xx      both
  -provider:dsco               not that
  type:order:* OR has:fault    one of the two; parentheses group
  "two words"                  quotes keep spaces
  refund                       a word alone is searched in the request line, the
                               headers and the body

A filter with a mistake in it is refused, and the answer points at the place.

Keys:
` + command.Listed(rows) + `
Examples:
  tacklebox entries 'kind:attempt status:>=500 -provider:dsco'
  tacklebox tail 'signature:invalid OR contract:fail'
  tacklebox expect 'inbox:orders body.order.total>100 header.X-Id=7' --within 10s
  tacklebox entries 'since:5m (path:/in/* OR took:>100ms)'
  tacklebox faults drop --q 'provider:shoptet type:order:*'`,
	}
}
