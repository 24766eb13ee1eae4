package tui

import (
	tea "charm.land/bubbletea/v2"

	"tacklebox/tui/body"
	"tacklebox/tui/ui"
)

func nextView(m *model) tea.Cmd {
	d := &m.detail
	if d.request == nil {
		return nil
	}
	views := d.shown().Views()
	now := d.view(d.shown())
	for i, v := range views {
		if v == now {
			d.choose(views[(i+1)%len(views)])
			break
		}
	}
	return nil
}

func chooseView(m *model) tea.Cmd {
	d := &m.detail
	if d.request == nil {
		return nil
	}
	p := ui.NewPicker("View of the body")
	p.Box = true
	var items []ui.Item
	for i, v := range d.shown().Views() {
		note := ""
		if i == 0 {
			note = "fits"
		}
		items = append(items, ui.Item{Label: string(v), Note: note, Style: ui.Dim, Value: v})
	}
	p.Set(items)
	p.Choose = func(it ui.Item) (tea.Cmd, bool) { d.choose(it.Value.(body.View)); return nil, true }
	m.show(p)
	return nil
}

func turnTab(by int) func(*model) tea.Cmd {
	return func(m *model) tea.Cmd {
		d := &m.detail
		d.tab = (d.tab + by + len(tabs())) % len(tabs())
		d.cursor, d.top, d.width = 0, 0, 0
		return nil
	}
}

func (m *model) nextMatch() tea.Cmd { m.detail.nextFrom(m.detail.cursor + 1); return nil }

func (m *model) previousMatch() tea.Cmd {
	m.detail.previous()
	return nil
}

// detailPane draws the visible lines in their frame.
func detailPane(m *model, p places) []string {
	d, th := &m.detail, m.looks.theme
	in := p.detail.Inner()
	pane := ui.Pane{Title: d.title(), Width: p.detail.W, Height: p.detail.H, Focused: m.panes.inside}
	for i, t := range tabs() {
		st := ui.Dim
		if i == d.tab {
			st = ui.Head
		}
		if i > 0 {
			pane.Right = pane.Right.Add(ui.Edge, " │ ")
		}
		pane.Right = pane.Right.Add(st, t)
	}
	pane.Bottom = d.footer()
	if d.asking {
		pane.BottomLeft = append(ui.Say(ui.Accent, "/"), d.in.Line(max(in.W/2, 4), true)...)
	}
	var out []string
	for i := d.top; i < len(d.lines) && len(out) < in.H; i++ {
		ground, mark := ui.Bare, " "
		if i == d.cursor && m.panes.inside {
			ground, mark = ui.Chosen, "▌"
		}
		line := append(ui.Say(ui.Accent, mark), marked(d.lines[i].Line, d.term)...)
		out = append(out, th.Draw(line, in.W, ground))
	}
	return pane.Draw(th, out)
}

func copyValue(m *model) tea.Cmd {
	if l, ok := m.detail.valueAt(); ok {
		return m.copy(l.Value(), "the value")
	}
	return nil
}

func copyPath(m *model) tea.Cmd {
	l, ok := m.detail.valueAt()
	if !ok || l.Path == "" {
		m.complain("this line has no path: go to a value of the body")
		return nil
	}
	return m.copy(l.Path, "the path "+l.Path)
}
