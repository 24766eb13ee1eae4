// Package complete is what a shell offers behind a Tab: the candidates of arguments
// and flags. What is known without a sandbox is offered without one; the rest comes
// from the running one, if it answers at once.
package complete

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tacklebox/receiver/client"
	"tacklebox/tui/cli/flags"
)

// within keeps a Tab from waiting for a sandbox that does not answer.
const within = 500 * time.Millisecond

// Asking hands the running sandbox to a function, or where none runs one in memory.
type Asking func(ctx context.Context, f func(*client.Client))

// source is where the candidates of one word come from. args are the words before.
type source func(ctx context.Context, c *client.Client, args []string) []cobra.Completion

// Register gives every command its candidates.
func Register(root *cobra.Command, ask Asking) {
	for _, cmd := range root.Commands() {
		register(cmd, ask)
		Register(cmd, ask)
	}
}

func register(cmd *cobra.Command, ask Asking) {
	if words := arguments()[cmd.Name()]; words != nil {
		cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
			from := words[min(len(args), len(words)-1)]
			if from == nil {
				return nil, cobra.ShellCompDirectiveDefault // a file
			}
			return offered(cmd, ask, from, args, begun)
		}
	}
	cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		if from := ofFlag(f); from != nil {
			_ = cmd.RegisterFlagCompletionFunc(f.Name, func(cmd *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
				return offered(cmd, ask, from, args, begun)
			}) // its errors are of a flag that does not exist
		}
	})
}

// offered asks for the candidates. Where none fits, the shell offers files if the
// command takes one; behind an unfinished word comes no space.
func offered(cmd *cobra.Command, ask Asking, from source, args []string, begun string) (list []cobra.Completion, how cobra.ShellCompDirective) {
	ctx, cancel := context.WithTimeout(cmd.Context(), within)
	defer cancel()
	ask(ctx, func(c *client.Client) { list = from(ctx, c, args) })
	list = slices.DeleteFunc(slices.Clone(list), func(offer string) bool { return !strings.HasPrefix(offer, begun) })
	if cmd.Name() != "scenario" {
		how |= cobra.ShellCompDirectiveNoFileComp
	}
	name, _, _ := strings.Cut(strings.Join(list[:min(len(list), 1)], ""), "\t")
	if strings.HasSuffix(name, "=") || strings.HasSuffix(name, ":") {
		how |= cobra.ShellCompDirectiveNoSpace
	}
	return list, how
}

// arguments are the sources of a command's words, the last of them for all that
// follow; nil: a file.
func arguments() map[string][]source {
	return map[string][]source{
		"providers":     {providers, nothing},
		"events":        {providers, types, nothing},
		"fire":          {providers, types, nothing},
		"settings":      {providers, settings},
		"subscriptions": {providers, nothing},
		"subscribe":     {providers, nothing, types},
		"verify":        {verifiable, nil},
		"sign":          {verifiable, nil},
		"inbox":         {inboxes, nothing},
		"faults":        {faults, nothing},
		"clock":         {words("advance", "next", "to"), nothing},
		"spaces":        {spaces, nothing},
		"entries":       {filterKeys},
		"tail":          {filterKeys},
		"expect":        {filterKeys},
		"scenario":      {scenarios},
		"secrets":       {providers, nothing},
		"show":          {newest, nothing},
		"export":        {newest},
		"replay":        {newest},
		"diff":          {newest},
	}
}

// ofFlag is the source of a flag's value, nil where there is none.
func ofFlag(f *pflag.Flag) source {
	if f.NoOptDefVal != "" {
		return nil // a switch
	}
	if choice, ok := f.Value.(*flags.Choice); ok {
		return words(choice.Allowed()...)
	}
	return map[string]source{
		"account": accounts,
		"fault":   faults,
		"preset":  presets,
		"sign":    verifiable,
		"inbox":   inboxes,
		"q":       filterKeys,
		"set":     nothing,
		"from":    words("github", "gitlab", "shopify", "standard-webhooks", "stripe"),
		"theme":   words("dark", "light", "auto"),
		"clock":   words("real", "manual", "auto"),
		"verify":  verifiable,
	}[f.Name]
}

func words(list ...string) source {
	list = slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == "" })
	return func(context.Context, *client.Client, []string) []cobra.Completion { return list }
}

func nothing(context.Context, *client.Client, []string) []cobra.Completion { return nil }
