package desk

import (
	tea "charm.land/bubbletea/v2"

	"tacklebox/tui/body"
	"tacklebox/tui/detail"
	"tacklebox/tui/ui"
)

// NextView shows the body in the next way that it can be shown.
func NextView(m *Model) tea.Cmd {
	d := &m.Detail
	if d.Request == nil {
		return nil
	}
	views := d.Shown().Views()
	now := d.View(d.Shown())
	for i, v := range views {
		if v == now {
			d.Choose(views[(i+1)%len(views)])
			break
		}
	}
	return nil
}

// ChooseView lists the ways in which the body can be shown.
func ChooseView(m *Model) tea.Cmd {
	d := &m.Detail
	if d.Request == nil {
		return nil
	}
	p := ui.NewPicker("View of the body")
	p.Box = true
	var items []ui.Item
	for i, v := range d.Shown().Views() {
		note := ""
		if i == 0 {
			note = "fits"
		}
		items = append(items, ui.Item{Label: string(v), Note: note, Style: ui.Dim, Value: v})
	}
	p.Set(items)
	p.Choose = func(it ui.Item) (tea.Cmd, bool) { d.Choose(it.Value.(body.View)); return nil, true }
	m.Show(p)
	return nil
}

// TurnTab goes by some tabs of the detail.
func TurnTab(by int) func(*Model) tea.Cmd {
	return func(m *Model) tea.Cmd {
		d := &m.Detail
		d.Tab = (d.Tab + by + len(detail.Tabs())) % len(detail.Tabs())
		d.Cursor, d.Top, d.Width = 0, 0, 0
		return nil
	}
}

// NextMatch goes to the next match of the search in the detail.
func (m *Model) NextMatch() tea.Cmd { m.Detail.NextFrom(m.Detail.Cursor + 1); return nil }

// PreviousMatch goes to the match before.
func (m *Model) PreviousMatch() tea.Cmd {
	m.Detail.Previous()
	return nil
}

// detailPane draws the visible lines in their frame.
func detailPane(m *Model, p Places) []string {
	d, th := &m.Detail, m.Looks.Theme
	in := p.Detail.Inner()
	pane := ui.Pane{Title: d.Title(), Width: p.Detail.W, Height: p.Detail.H, Focused: m.Panes.Inside}
	for i, t := range detail.Tabs() {
		st := ui.Dim
		if i == d.Tab {
			st = ui.Head
		}
		if i > 0 {
			pane.Right = pane.Right.Add(ui.Edge, " │ ")
		}
		pane.Right = pane.Right.Add(st, t)
	}
	pane.Bottom = d.Footer()
	if d.Asking {
		pane.BottomLeft = append(ui.Say(ui.Accent, "/"), d.In.Line(max(in.W/2, 4), true)...)
	}
	var out []string
	for i := d.Top; i < len(d.Lines) && len(out) < in.H; i++ {
		ground, mark := ui.Bare, " "
		if i == d.Cursor && m.Panes.Inside {
			ground, mark = ui.Chosen, "▌"
		}
		line := append(ui.Say(ui.Accent, mark), detail.Marked(d.Lines[i].Line, d.Term)...)
		out = append(out, th.Draw(line, in.W, ground))
	}
	return pane.Draw(th, out)
}

// CopyValue copies the value under the cursor of the detail.
func CopyValue(m *Model) tea.Cmd {
	if l, ok := m.Detail.ValueAt(); ok {
		return m.Copy(l.Value(), "the value")
	}
	return nil
}

// CopyPath copies where the value under the cursor stands.
func CopyPath(m *Model) tea.Cmd {
	l, ok := m.Detail.ValueAt()
	if !ok || l.Path == "" {
		m.Complain("this line has no path: go to a value of the body")
		return nil
	}
	return m.Copy(l.Path, "the path "+l.Path)
}
