package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"tacklebox/receiver/client"
)

func (a *App) diffCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "diff SEQ SEQ|sample",
		Short: "Compare the requests of two entries",
		Long: `Compare method, URL, headers and body of two entries. What differs between any two
requests, like times and ids, is shown with its reason. With "sample" in place of the
second entry, the body is compared with the catalogue's sample of its event type.`,
		Args: args("SEQ", "SEQ"),
		RunE: func(cmd *cobra.Command, args []string) error {
			first, err := sequence(args[0])
			if err != nil {
				return err
			}
			d, err := a.difference(cmd.Context(), first, args[1])
			if err != nil {
				return err
			}
			if a.json {
				return a.out.json(d)
			}
			a.diff(d)
			return nil
		},
	}
}

// difference asks for that of two entries, or of one and its type's sample.
func (a *App) difference(ctx context.Context, first uint64, other string) (*client.Difference, error) {
	if other == "sample" {
		return a.client().DiffSample(ctx, first)
	}
	second, err := sequence(other)
	if err != nil {
		return nil, err
	}
	return a.client().Diff(ctx, first, second)
}

func (a *App) diff(d *client.Difference) {
	if len(d.Request)+len(d.Headers) == 0 && d.Body.Kind == "same" {
		a.out.line("no difference")
		return
	}
	a.changes("request", d.Request)
	if len(d.Headers) > 0 {
		a.out.line("%s", a.out.paint(bold, "headers"))
	}
	for _, h := range d.Headers {
		a.change(h.Name, h.Volatile, strings.Join(h.A, ", "), strings.Join(h.B, ", "))
	}
	a.bodyDiff(d.Body)
	if d.Same {
		a.out.line("the same but for what differs between any two requests")
	}
}

func (a *App) bodyDiff(b client.BodyChange) {
	switch b.Kind {
	case "json":
		a.changes("body", b.Changes)
	case "text":
		a.out.line("%s", a.out.paint(bold, "body"))
		for _, l := range b.Lines {
			a.out.line("    %s", a.out.paint(lineColour(l), l))
		}
	case "binary":
		a.out.line("%s %d and %d bytes that are not text", a.out.paint(bold, "body"), b.SizeA, b.SizeB)
	}
	if b.Cut {
		a.out.line("    (more differs than is listed, or a body was not kept whole)")
	}
}

func lineColour(line string) string {
	switch {
	case strings.HasPrefix(line, "-"):
		return bad
	case strings.HasPrefix(line, "+"):
		return good
	}
	return quiet
}

func (a *App) changes(what string, list []client.Change) {
	if len(list) > 0 {
		a.out.line("%s", a.out.paint(bold, what))
	}
	for _, c := range list {
		a.change(c.Path, c.Volatile, string(c.A), string(c.B))
	}
}

// change shows one place; an empty side is not there.
func (a *App) change(name, volatile, before, after string) {
	if volatile != "" {
		volatile = " (" + volatile + ")"
	}
	a.out.line("  %s%s", name, a.out.paint(quiet, volatile))
	if before != "" {
		a.out.line("    %s", a.out.paint(bad, "- "+before))
	}
	if after != "" {
		a.out.line("    %s", a.out.paint(good, "+ "+after))
	}
}
