package tui

import tea "charm.land/bubbletea/v2"

// wheelLines is how far one notch of the wheel goes.
const wheelLines = 3

// mouse chooses what is clicked on and scrolls what the pointer is over.
func (m *model) mouse(msg tea.MouseMsg) tea.Cmd {
	at := msg.Mouse()
	by := 0
	switch at.Button {
	case tea.MouseWheelUp:
		by = -wheelLines
	case tea.MouseWheelDown:
		by = wheelLines
	}
	_, clicked := msg.(tea.MouseClickMsg)
	clicked = clicked && at.Button == tea.MouseLeft
	if m.over != nil {
		return m.overlayMouse(at.Y-m.layout().main.y, by, clicked)
	}
	p := m.layout()
	switch {
	case by != 0:
		return m.wheel(p, at.X, at.Y, by)
	case clicked && p.filter.has(at.X, at.Y) && !m.filter.editing:
		return m.editFilter()
	case clicked && p.list.has(at.X, at.Y):
		return m.clickList(at.Y - p.list.y - 1)
	case clicked && p.detail.has(at.X, at.Y):
		m.clickDetail(at.Y - p.detail.y)
	}
	return nil
}

func (m *model) wheel(p places, x, y, by int) tea.Cmd {
	inside := m.inside
	m.inside = p.detail.has(x, y)
	cmd := m.move(by)
	m.inside = inside
	return cmd
}

// clickList chooses a line; a click on the chosen line unfolds it.
func (m *model) clickList(y int) tea.Cmd {
	i := m.list.top + y
	if y < 0 || i >= len(m.list.lines) {
		return nil
	}
	again := i == m.list.cursor && !m.inside
	m.inside = false
	if again {
		return m.toggle()
	}
	m.list.follow = false
	m.list.cursor = i
	return tea.Batch(m.read(), m.reach())
}

func (m *model) clickDetail(y int) {
	i := m.detail.top + y
	if i >= len(m.detail.lines) {
		return
	}
	m.inside = true
	m.detail.cursor = i
	m.detail.toggle()
}
