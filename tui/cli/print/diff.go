package print

import (
	"strings"

	"tacklebox/receiver/api"
)

func (p *Printer) Diff(d *api.Difference) {
	if len(d.Request)+len(d.Headers) == 0 && d.Body.Kind == "same" {
		p.Line("no difference")
		return
	}
	p.changes("request", d.Request)
	if len(d.Headers) > 0 {
		p.Line("%s", p.Paint(Bold, "headers"))
	}
	for _, h := range d.Headers {
		p.change(h.Name, h.Volatile, strings.Join(h.A, ", "), strings.Join(h.B, ", "))
	}
	p.bodyDiff(d.Body)
	if d.Same {
		p.Line("the same but for what differs between any two requests")
	}
}

func (p *Printer) bodyDiff(b api.BodyChange) {
	switch b.Kind {
	case "json":
		p.changes("body", b.Changes)
	case "text":
		p.Line("%s", p.Paint(Bold, "body"))
		for _, l := range b.Lines {
			p.Line("    %s", p.Paint(lineColour(l), l))
		}
	case "binary":
		p.Line("%s %d and %d bytes that are not text", p.Paint(Bold, "body"), b.SizeA, b.SizeB)
	}
	if b.Cut {
		p.Line("    (more differs than is listed, or a body was not kept whole)")
	}
}

func lineColour(line string) string {
	switch {
	case strings.HasPrefix(line, "-"):
		return Bad
	case strings.HasPrefix(line, "+"):
		return Good
	}
	return Quiet
}

func (p *Printer) changes(what string, list []api.Change) {
	if len(list) > 0 {
		p.Line("%s", p.Paint(Bold, what))
	}
	for _, c := range list {
		p.change(c.Path, c.Volatile, string(c.A), string(c.B))
	}
}

// change shows one place; an empty side is not there.
func (p *Printer) change(name, volatile, before, after string) {
	if volatile != "" {
		volatile = " (" + volatile + ")"
	}
	p.Line("  %s%s", name, p.Paint(Quiet, volatile))
	if before != "" {
		p.Line("    %s", p.Paint(Bad, "- "+before))
	}
	if after != "" {
		p.Line("    %s", p.Paint(Good, "+ "+after))
	}
}
