package desk

import (
	"tacklebox/tui/listing"
	"tacklebox/tui/ui"
)

// listPane draws the list in its frame: what is shown and how much of it.
func listPane(m *Model, p Places) []string {
	l, width := &m.List, p.List.Inner().W
	pane := ui.Pane{Title: listTitle(m), Width: p.List.W, Height: p.List.H, Focused: !m.Panes.Inside}
	pane.Right = ui.Say(ui.Dim, m.countText())
	if n := len(l.Lines); n > 0 {
		pane.Bottom = ui.Say(ui.Dim, ui.Itoa(l.Cursor+1)+"/"+ui.Itoa(n))
	}
	switch {
	case l.Fresh > 0 && !l.Follow:
		pane.BottomLeft = ui.Say(ui.Warn, ui.Count(l.Fresh, "new entry")).Add(ui.Key, "  G")
	case l.Sorted != "":
		pane.BottomLeft = ui.Say(ui.Dim, "sorted by "+l.Sorted)
	}
	if len(l.Lines) == 0 {
		return pane.Draw(m.Looks.Theme, m.Looks.Theme.Lines(emptyList(m, width), width, p.List.Inner().H))
	}
	return pane.Draw(m.Looks.Theme, l.Render(m.Looks.Theme, width, p.List.Inner().H, listing.View{Loc: m.Loc, Now: m.Now(), Replays: m.Fire.Replays}, m.Panes.Inside))
}

func listTitle(m *Model) ui.Line {
	title := ui.Say(ui.Head, "Entries")
	if q := m.Filter.InForce; q != "" {
		title = title.Add(ui.Dim, " / ").Add(ui.Accent, ui.Cell(q))
	}
	return title
}

func emptyList(m *Model, width int) []ui.Line {
	text := "opening the journal …"
	switch {
	case m.Link.loaded:
		text = "Nothing matches the filter. esc removes it."
	case m.Filter.InForce != "":
		text = "searching the journal …"
	}
	out := []ui.Line{{}}
	for _, l := range ui.Paragraph(ui.Dim, text, width-4) {
		out = append(out, append(ui.Say(ui.Plain, "  "), l...))
	}
	return out
}
