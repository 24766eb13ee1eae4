package providers

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"tacklebox/receiver/api"
	"tacklebox/tui/cli/command"
	"tacklebox/tui/cli/exit"
)

func ProviderCommand(a *command.App) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "provider",
		Short: "Check or begin a provider file",
		Long: `A provider file describes a provider without a line of code: 'tacklebox up
--provider FILE' serves it like a built-in one.`,
		Args: cobra.ArbitraryArgs,
	}
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			return exit.Usagef("provider: want check FILE or init NAME")
		}
		return exit.Usagef("provider %q: want check or init%s", args[0], exit.DidYouMean(args[0], []string{"check", "init"}))
	}
	cmd.AddCommand(providerCheckCommand(a), providerInitCommand(a))
	return cmd
}

func providerCheckCommand(a *command.App) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "check FILE",
		Short: "Say what was understood of a provider file",
		Long: `Say what was understood of a provider file, and what was left out of its
description. Exit code 2: the file has mistakes; each names its line and what is
allowed.`,
		Args: command.Args("FILE"),
	}
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if a.ProviderFiles.Check == nil {
			return errors.New("this program reads no provider files")
		}
		r, err := a.ProviderFiles.Check(args[0])
		if err != nil {
			return exit.Misused(err)
		}
		if a.JSON {
			return a.Out.JSON(r)
		}
		a.Out.Line("%s: %s, %s", r.File, r.Name, r.Title)
		a.Out.Line("  events   %d types: %d with an example, %d with a generated sample", r.Events, r.Examples, r.Generated)
		a.Out.Line("  signed   %s", orNone(r.Signed))
		a.Out.Line("  retries  %s", orNone(strings.Join(r.Retry, " ")))
		a.Out.Line("  calls    %s", strings.Join(r.API, ", "))
		for _, n := range r.Notes {
			a.Out.Line("  note     %s", n)
		}
		return nil
	}
	return cmd
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

func providerInitCommand(a *command.App) *cobra.Command {
	var s api.Starter
	cmd := &cobra.Command{
		Use:   "init NAME",
		Short: "Write a provider file to begin with",
		Long: `Write NAME.yaml and a folder of samples into the working directory. --openapi takes
the events from a description instead; --from copies a vendor's starter.`,
		Example: `  tacklebox provider init acme
  tacklebox provider init acme --openapi acme-openapi.json
  tacklebox provider init hub --from github`,
		Args: command.Args("NAME"),
	}
	cmd.Flags().StringVar(&s.OpenAPI, "openapi", "", "OpenAPI description (`FILE`) that the events are taken from")
	cmd.Flags().StringVar(&s.From, "from", "", "starter of a `VENDOR`: github, gitlab, shopify, standard-webhooks or stripe")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if a.ProviderFiles.Init == nil {
			return errors.New("this program writes no provider files")
		}
		s.Name = args[0]
		files, err := a.ProviderFiles.Init(s)
		if err != nil {
			return exit.Misused(err)
		}
		if a.JSON {
			return a.Out.JSON(map[string][]string{"files": files})
		}
		for _, f := range files {
			a.Out.Line("wrote %s", f)
		}
		a.Out.Line("%s", fmt.Sprintf("next: tacklebox provider check %s; tacklebox up --provider %s", files[0], files[0]))
		return nil
	}
	return cmd
}
