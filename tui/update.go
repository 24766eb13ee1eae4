package tui

import (
	tea "charm.land/bubbletea/v2"
)

// Update takes one message.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmd := m.take(msg)
	m.arrange()
	return m, cmd
}

func (m *model) take(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = max(msg.Width, 1), max(msg.Height, 1)
		m.panes.open = m.panes.open || m.panes.inside
		return read(m)
	case tea.KeyPressMsg:
		return tea.Batch(m.key(msg), m.back())
	case tea.PasteMsg:
		return m.typed(msg)
	case tea.MouseMsg:
		return m.hooks.mouse(m, msg)
	case tea.BackgroundColorMsg:
		m.looks.dark = msg.IsDark()
		m.restyle()
	case tea.ColorProfileMsg:
		m.looks.profile = msg.Profile
		m.restyle()
	case tea.FocusMsg, tea.ResumeMsg:
		return refreshSoon(m)
	case tickMsg:
		return tea.Batch(tick(), m.second())
	case result:
		return msg.apply(m)
	}
	return nil
}

// second is what a second changes.
func (m *model) second() tea.Cmd {
	m.notices.Expire(m.wall())
	var cmd tea.Cmd
	if m.status.again && !m.status.busy {
		cmd = refresh(m)
	}
	return tea.Batch(cmd, reconnect(m))
}

// back looks at the sandbox again when the user returns to the keys after a while.
func (m *model) back() tea.Cmd {
	if m.link.loaded && m.wall().Sub(m.status.looked) > backAfter {
		return refresh(m)
	}
	return nil
}

func (m *model) key(k tea.KeyPressMsg) tea.Cmd {
	m.notices.Dismiss()
	switch k.String() {
	case "ctrl+c":
		return m.hooks.quit(m)
	case "ctrl+z":
		return tea.Suspend
	}
	if m.over() != nil || m.filter.editing || m.detail.asking {
		return m.typed(k)
	}
	if m.teaches() && (k.String() == "space" || k.String() == "enter") {
		return m.hooks.hello(m)
	}
	for _, a := range m.actions {
		if a.do != nil && a.matches(k) {
			return a.do(m)
		}
	}
	return nil
}

// typed goes to what is typed into: an overlay, the filter, a search.
func (m *model) typed(msg tea.Msg) tea.Cmd {
	switch {
	case m.over() != nil:
		top := m.over()
		cmd, closed := top.Take(msg)
		if closed {
			m.drop(top)
		}
		return cmd
	case m.filter.editing:
		return filterKey(m, msg)
	case m.detail.asking:
		m.detail.searchKey(msg)
	}
	return nil
}

// moveBy moves the cursor of the pane that has the keys.
func moveBy(m *model, by int) tea.Cmd {
	if m.panes.inside {
		m.detail.move(by)
		return nil
	}
	m.list.move(by)
	return tea.Batch(read(m), reach(m))
}

// toggle opens and closes what is under the cursor.
func toggle(m *model) tea.Cmd {
	if m.panes.inside {
		m.detail.toggle()
		return nil
	}
	m.list.toggle()
	return read(m)
}

// enter opens the detail, goes into it, and folds inside of it.
func enter(m *model) tea.Cmd {
	switch {
	case m.panes.inside:
		m.detail.toggle()
		return nil
	case !m.showsDetail():
		m.panes.open, m.panes.hidden = true, false
		m.panes.inside = m.layout().alone
	default:
		m.panes.inside = true
	}
	return read(m)
}

// leave goes back from what was entered last.
func leave(m *model) tea.Cmd {
	switch p := &m.panes; {
	case m.fire.left > 0:
		m.fire.stop = true
	case m.detail.term != "" && p.inside:
		m.detail.search("")
	case p.zoom:
		p.zoom = false
	case p.inside && !m.layout().alone:
		p.inside = false
	case p.open || p.inside:
		p.open, p.inside = false, false
	case m.filter.inForce != "":
		return setFilter(m, "")
	}
	return nil
}

func otherPane(m *model) tea.Cmd {
	if !m.showsDetail() {
		m.panes.open, m.panes.hidden, m.panes.inside = true, false, true
		return read(m)
	}
	m.panes.inside = !m.panes.inside
	if m.layout().alone && !m.panes.inside {
		m.panes.open, m.panes.zoom = false, false
	}
	return read(m)
}

func zoomDetail(m *model) tea.Cmd {
	p := &m.panes
	p.zoom = !p.zoom
	p.open, p.inside, p.hidden = p.open || p.zoom, p.zoom || p.inside, p.hidden && !p.zoom
	return read(m)
}

func hideDetail(m *model) tea.Cmd {
	if m.showsDetail() {
		m.panes.hidden, m.panes.open, m.panes.inside, m.panes.zoom = true, false, false, false
		return nil
	}
	m.panes.hidden, m.panes.open = false, true
	return read(m)
}

func widen(by int) func(*model) tea.Cmd {
	return func(m *model) tea.Cmd {
		m.panes.split = min(max(m.panes.split+by, 20), 80)
		return nil
	}
}

func home(m *model) tea.Cmd {
	if m.panes.inside {
		m.detail.move(-1 << 30)
		return nil
	}
	return toHead(m)
}

func end(m *model) tea.Cmd {
	if m.panes.inside {
		m.detail.move(1 << 30)
		return nil
	}
	return toTail(m)
}

// find filters the list, or searches in the detail when that has the keys.
func find(m *model) tea.Cmd {
	if m.panes.inside {
		m.detail.ask()
		return nil
	}
	return editFilter(m)
}
