package tui

import (
	"tacklebox/tui/ui"
)

// listPane draws the list in its frame: what is shown and how much of it.
func listPane(m *model, p places) []string {
	l, width := &m.list, p.list.Inner().W
	pane := ui.Pane{Title: listTitle(m), Width: p.list.W, Height: p.list.H, Focused: !m.panes.inside}
	pane.Right = ui.Say(ui.Dim, m.countText())
	if n := len(l.lines); n > 0 {
		pane.Bottom = ui.Say(ui.Dim, ui.Itoa(l.cursor+1)+"/"+ui.Itoa(n))
	}
	switch {
	case l.fresh > 0 && !l.follow:
		pane.BottomLeft = ui.Say(ui.Warn, ui.Count(l.fresh, "new entry")).Add(ui.Key, "  G")
	case l.sorted != "":
		pane.BottomLeft = ui.Say(ui.Dim, "sorted by "+l.sorted)
	}
	if len(l.lines) == 0 {
		return pane.Draw(m.looks.theme, m.looks.theme.Lines(emptyList(m, width), width, p.list.Inner().H))
	}
	return pane.Draw(m.looks.theme, l.render(m.looks.theme, width, p.list.Inner().H, view{loc: m.loc, now: m.now(), replays: m.fire.replays}, m.panes.inside))
}

func listTitle(m *model) ui.Line {
	title := ui.Say(ui.Head, "Entries")
	if q := m.filter.inForce; q != "" {
		title = title.Add(ui.Dim, " / ").Add(ui.Accent, ui.Cell(q))
	}
	return title
}

func emptyList(m *model, width int) []ui.Line {
	text := "opening the journal …"
	switch {
	case m.link.loaded:
		text = "Nothing matches the filter. esc removes it."
	case m.filter.inForce != "":
		text = "searching the journal …"
	}
	out := []ui.Line{{}}
	for _, l := range ui.Paragraph(ui.Dim, text, width-4) {
		out = append(out, append(ui.Say(ui.Plain, "  "), l...))
	}
	return out
}
