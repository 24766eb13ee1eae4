package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/api"
	"tacklebox/tui/desk"
	"tacklebox/tui/ui"
)

// compared is how two entries differ.
type compared struct {
	title string
	d     *api.Difference
	err   error
}

// diffMarked shows how the chosen entry differs from the marked one, or from the
// sample of its type when none is marked.
func diffMarked(m *desk.Model) tea.Cmd {
	r := m.Current()
	switch {
	case r == nil:
		return nil
	case m.List.Mark == r.Seq:
		m.Complain("that is the marked entry: go to another one")
		return nil
	case m.List.Mark == 0 && r.Type == "":
		m.Complain("mark another entry with m first: this one has no sample to compare with")
		return nil
	}
	ctx, c, a, b := m.Ctx, m.Api, m.List.Mark, r.Seq
	return func() tea.Msg {
		if a == 0 {
			d, err := c.DiffSample(ctx, b)
			return compared{"#" + ui.Utoa(b) + " and the sample", d, err}
		}
		d, err := c.Diff(ctx, a, b)
		return compared{"#" + ui.Utoa(a) + " and #" + ui.Utoa(b), d, err}
	}
}

func (r compared) Apply(m *desk.Model) tea.Cmd {
	if m.Fail(r.err) {
		return nil
	}
	m.Show(&ui.Pager{Title: r.title, Text: func(width int) []ui.Line { return diffLines(r.d, width) }})
	return nil
}

// sideFrom is how wide a screen has to be for the two to stand side by side.
const sideFrom = 100

// diffLines writes a difference: side by side where there is room, else what only
// the first has with -, what only the second has with +. What differs between any
// two requests is dim.
func diffLines(d *api.Difference, width int) []ui.Line {
	second := "#" + ui.Utoa(d.B)
	if d.B == 0 {
		second = "the sample"
	}
	out := []ui.Line{ui.Say(ui.Bad, "- #"+ui.Utoa(d.A)+", "+ui.Bytes(d.Body.SizeA)+" bytes").Add(ui.Plain, "   ").Add(ui.Good, "+ "+second+", "+ui.Bytes(d.Body.SizeB)+" bytes"), {}}
	if d.Same {
		out = append(out, ui.Say(ui.Good, "nothing differs but what differs every time"), ui.Line{})
	}
	for _, c := range d.Request {
		out = append(out, changeLines(c, width)...)
	}
	if len(d.Headers) > 0 {
		out = append(out, ui.Say(ui.Head, "Headers"))
	}
	for _, h := range d.Headers {
		out = append(out, valueLines(h.Name, strings.Join(h.A, ", "), strings.Join(h.B, ", "), h.A != nil, h.B != nil, h.Volatile, width)...)
	}
	out = append(out, ui.Line{}, ui.Say(ui.Head, "Body").Add(ui.Dim, "  "+ui.Clean(d.Body.Kind, 20)))
	if len(d.Body.Changes)+len(d.Body.Lines) == 0 {
		out = append(out, ui.Say(ui.Dim, "the bodies are equal"))
	}
	for _, c := range d.Body.Changes {
		out = append(out, changeLines(c, width)...)
	}
	for _, l := range d.Body.Lines {
		st := ui.Dim
		switch {
		case strings.HasPrefix(l, "-"):
			st = ui.Bad
		case strings.HasPrefix(l, "+"):
			st = ui.Good
		}
		out = append(out, ui.WrapHard(ui.Say(st, ui.Text(l)), width, 8)...)
	}
	if d.Body.Cut {
		out = append(out, ui.Say(ui.Warn, "… more differs than is listed"))
	}
	return out
}

func changeLines(c api.Change, width int) []ui.Line {
	return valueLines(c.Path, string(c.A), string(c.B), c.A != nil, c.B != nil, c.Volatile, width)
}

func valueLines(path, a, b string, hasA, hasB bool, volatile string, width int) []ui.Line {
	title, was, is := ui.Say(ui.Accent, ui.Cell(path)), ui.Bad, ui.Good
	if volatile != "" {
		title = title.Add(ui.Dim, "  "+ui.Cell(volatile))
		was, is = ui.Dim, ui.Dim
	}
	out := ui.Wrap(title, width, 2, 3)
	left, right := ui.Say(was, "- "+ui.Text(a)), ui.Say(is, "+ "+ui.Text(b))
	if !hasA {
		left = ui.Say(ui.Dim, "· not there")
	}
	if !hasB {
		right = ui.Say(ui.Dim, "· not there")
	}
	if width >= sideFrom {
		return append(out, beside(left, right, width)...)
	}
	if hasA {
		out = append(out, ui.Wrap(append(ui.Say(ui.Plain, "  "), left...), width, 4, 8)...)
	}
	if hasB {
		out = append(out, ui.Wrap(append(ui.Say(ui.Plain, "  "), right...), width, 4, 8)...)
	}
	return out
}

// beside puts two texts next to each other.
func beside(left, right ui.Line, width int) []ui.Line {
	half := (width - 7) / 2
	a, b := ui.Wrap(left, half, 2, 8), ui.Wrap(right, half, 2, 8)
	var out []ui.Line
	for i := range max(len(a), len(b)) {
		line := ui.Say(ui.Plain, "  ")
		used := 0
		if i < len(a) {
			line, used = append(line, a[i]...), a[i].Width()
		}
		line = line.Add(ui.Plain, strings.Repeat(" ", half-used)).Add(ui.Edge, " │ ")
		if i < len(b) {
			line = append(line, b[i]...)
		}
		out = append(out, line)
	}
	return out
}
