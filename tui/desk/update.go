package desk

import (
	tea "charm.land/bubbletea/v2"
)

// Update takes one message.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmd := m.Take(msg)
	m.Arrange()
	return m, cmd
}

// Take handles one message and draws nothing.
func (m *Model) Take(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.Width, m.Height = max(msg.Width, 1), max(msg.Height, 1)
		m.Panes.Open = m.Panes.Open || m.Panes.Inside
		return Read(m)
	case tea.KeyPressMsg:
		return tea.Batch(m.Key(msg), m.back())
	case tea.PasteMsg:
		return m.Typed(msg)
	case tea.MouseMsg:
		return m.hooks.Mouse(m, msg)
	case tea.BackgroundColorMsg:
		m.Looks.Dark = msg.IsDark()
		m.Restyle()
	case tea.ColorProfileMsg:
		m.Looks.profile = msg.Profile
		m.Restyle()
	case tea.FocusMsg:
		return refreshSoon(m)
	case TickMsg:
		return tea.Batch(tick(), m.second())
	case result:
		return msg.Apply(m)
	}
	return nil
}

// second is what a second changes.
func (m *Model) second() tea.Cmd {
	m.Notices.Expire(m.Wall())
	var cmd tea.Cmd
	if m.Status.again && !m.Status.busy {
		cmd = Refresh(m)
	}
	return tea.Batch(cmd, reconnect(m))
}

// back looks at the sandbox again when the user returns to the keys after a while.
func (m *Model) back() tea.Cmd {
	if m.Link.loaded && m.Wall().Sub(m.Status.Looked) > backAfter {
		return Refresh(m)
	}
	return nil
}

// Key does what a key stands for in the pane that has the focus.
func (m *Model) Key(k tea.KeyPressMsg) tea.Cmd {
	m.Notices.Dismiss()
	switch k.String() {
	case "ctrl+c":
		return m.hooks.Quit(m)
	case "ctrl+z":
		return Suspend
	}
	if m.Over() != nil || m.Filter.Editing || m.Detail.Asking {
		return m.Typed(k)
	}
	if m.teaches() && (k.String() == "space" || k.String() == "enter") {
		return m.hooks.Hello(m)
	}
	for _, a := range m.Actions {
		if a.Do != nil && a.matches(k) {
			return a.Do(m)
		}
	}
	return nil
}

// Typed goes to what is typed into: an overlay, the filter, a search.
func (m *Model) Typed(msg tea.Msg) tea.Cmd {
	switch {
	case m.Over() != nil:
		top := m.Over()
		cmd, closed := top.Take(msg)
		if closed {
			m.Drop(top)
		}
		return cmd
	case m.Filter.Editing:
		return filterKey(m, msg)
	case m.Detail.Asking:
		m.Detail.SearchKey(msg)
	}
	return nil
}

// MoveBy moves the cursor of the pane that has the keys.
func MoveBy(m *Model, by int) tea.Cmd {
	if m.Panes.Inside {
		m.Detail.Move(by)
		return nil
	}
	m.List.Move(by)
	return tea.Batch(Read(m), Reach(m))
}

// Toggle opens and closes what is under the cursor.
func Toggle(m *Model) tea.Cmd {
	if m.Panes.Inside {
		m.Detail.Toggle()
		return nil
	}
	m.List.Toggle()
	return Read(m)
}

// Enter opens the detail, goes into it, and folds inside of it.
func Enter(m *Model) tea.Cmd {
	switch {
	case m.Panes.Inside:
		m.Detail.Toggle()
		return nil
	case !m.ShowsDetail():
		m.Panes.Open, m.Panes.hidden = true, false
		m.Panes.Inside = m.Layout().Alone
	default:
		m.Panes.Inside = true
	}
	return Read(m)
}

// Leave goes back from what was entered last.
func Leave(m *Model) tea.Cmd {
	switch p := &m.Panes; {
	case m.Fire.Left > 0:
		m.Fire.Stop = true
	case m.Detail.Term != "" && p.Inside:
		m.Detail.Search("")
	case p.Zoom:
		p.Zoom = false
	case p.Inside && !m.Layout().Alone:
		p.Inside = false
	case p.Open || p.Inside:
		p.Open, p.Inside = false, false
	case m.Filter.InForce != "":
		return SetFilter(m, "")
	}
	return nil
}

// OtherPane moves the focus.
func OtherPane(m *Model) tea.Cmd {
	if !m.ShowsDetail() {
		m.Panes.Open, m.Panes.hidden, m.Panes.Inside = true, false, true
		return Read(m)
	}
	m.Panes.Inside = !m.Panes.Inside
	if m.Layout().Alone && !m.Panes.Inside {
		m.Panes.Open, m.Panes.Zoom = false, false
	}
	return Read(m)
}

// ZoomDetail gives the detail the whole screen, and takes it back.
func ZoomDetail(m *Model) tea.Cmd {
	p := &m.Panes
	p.Zoom = !p.Zoom
	p.Open, p.Inside, p.hidden = p.Open || p.Zoom, p.Zoom || p.Inside, p.hidden && !p.Zoom
	return Read(m)
}

// HideDetail gives the list the whole screen, and takes it back.
func HideDetail(m *Model) tea.Cmd {
	if m.ShowsDetail() {
		m.Panes.hidden, m.Panes.Open, m.Panes.Inside, m.Panes.Zoom = true, false, false, false
		return nil
	}
	m.Panes.hidden, m.Panes.Open = false, true
	return Read(m)
}

// Widen moves the border between list and detail.
func Widen(by int) func(*Model) tea.Cmd {
	return func(m *Model) tea.Cmd {
		m.Panes.Split = min(max(m.split()+by, 20), 80)
		return nil
	}
}

// Home goes to the first line of the pane.
func Home(m *Model) tea.Cmd {
	if m.Panes.Inside {
		m.Detail.Move(-1 << 30)
		return nil
	}
	return toHead(m)
}

// End goes to the last line of the pane.
func End(m *Model) tea.Cmd {
	if m.Panes.Inside {
		m.Detail.Move(1 << 30)
		return nil
	}
	return toTail(m)
}

// Find filters the list, or searches in the detail when that has the keys.
func Find(m *Model) tea.Cmd {
	if m.Panes.Inside {
		m.Detail.Ask()
		return nil
	}
	return editFilter(m)
}
