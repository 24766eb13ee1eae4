package tui

import (
	"encoding/json"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/client"
)

// diffMarked shows how the chosen entry differs from the marked one.
func (m *model) diffMarked() tea.Cmd {
	r := m.chosen()
	switch {
	case r == nil:
		return nil
	case m.list.mark == 0:
		m.complain("mark another entry with m first")
		return nil
	case m.list.mark == r.seq:
		m.complain("that is the marked entry: go to another one")
		return nil
	}
	ctx, api, a, b := m.ctx, m.api, m.list.mark, r.seq
	return run(func() func(*model) tea.Cmd {
		d, err := api.Diff(ctx, a, b)
		return func(m *model) tea.Cmd {
			if !m.fail(err) {
				m.show(&pager{title: "#" + utoa(a) + " and #" + utoa(b), lines: func(width int) []spans { return diffLines(d, width) }})
			}
			return nil
		}
	})
}

// diffLines writes a difference: what only the first has with -, what only the
// second has with +. What differs between any two requests is dim.
func diffLines(d *client.Difference, width int) []spans {
	out := []spans{say(dim, "- #"+utoa(d.A)+", "+bytesText(d.Body.SizeA)+" bytes   + #"+utoa(d.B)+", "+bytesText(d.Body.SizeB)+" bytes")}
	if d.Same {
		out = append(out, say(good, "the same, but for what differs every time"))
	}
	for _, c := range d.Request {
		out = append(out, changeLines(c, width)...)
	}
	if len(d.Headers) > 0 {
		out = append(out, say(head, "HEADERS"))
	}
	for _, h := range d.Headers {
		out = append(out, valueLines(h.Name, strings.Join(h.A, ", "), strings.Join(h.B, ", "), h.A != nil, h.B != nil, h.Volatile, width)...)
	}
	out = append(out, say(head, "BODY").add(dim, "  "+clean(d.Body.Kind, 20)))
	for _, c := range d.Body.Changes {
		out = append(out, changeLines(c, width)...)
	}
	for _, l := range d.Body.Lines {
		st := dim
		switch {
		case strings.HasPrefix(l, "-"):
			st = bad
		case strings.HasPrefix(l, "+"):
			st = good
		}
		out = append(out, wrap(say(st, clean(l, longestText)), width, 2, 8)...)
	}
	if d.Body.Cut {
		out = append(out, say(warn, "… more differs than is listed"))
	}
	return out
}

func changeLines(c client.Change, width int) []spans {
	return valueLines(c.Path, shownValue(c.A), shownValue(c.B), c.A != nil, c.B != nil, c.Volatile, width)
}

func shownValue(v json.RawMessage) string { return string(v) }

func valueLines(path, a, b string, hasA, hasB bool, volatile string, width int) []spans {
	title, was, is := say(name, clean(path, longestCell)), bad, good
	if volatile != "" {
		title = title.add(dim, "  "+clean(volatile, longestCell))
		was, is = dim, dim
	}
	out := wrap(title, width, 2, 3)
	if hasA {
		out = append(out, wrap(say(was, "  - "+clean(a, longestText)), width, 4, 8)...)
	}
	if hasB {
		out = append(out, wrap(say(is, "  + "+clean(b, longestText)), width, 4, 8)...)
	}
	return out
}
