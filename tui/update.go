package tui

import (
	"encoding/json"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/client"
)

// Update takes one message.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmd := m.update(msg)
	m.arrange()
	return m, cmd
}

func (m *model) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = max(msg.Width, 1), max(msg.Height, 1)
		m.open = m.open || m.inside
		return m.read()
	case tea.KeyPressMsg:
		return m.key(msg)
	case tea.PasteMsg:
		return m.paste(msg)
	case tea.MouseMsg:
		return m.mouse(msg)
	case batchMsg:
		return m.took(msg)
	case pageMsg:
		return m.tookPage(msg)
	case entryMsg:
		return m.tookEntry(msg)
	case tickMsg:
		return tea.Batch(tick(), m.poll())
	case pollMsg:
		return m.tookPoll(msg)
	case doneMsg:
		return msg.take(m)
	}
	return nil
}

// doneMsg is the end of a command: what it has to change.
type doneMsg struct{ take func(*model) tea.Cmd }

// run makes a command of something that takes time: do runs beside the screen
// and returns what to change when it is over.
func run(do func() func(*model) tea.Cmd) tea.Cmd {
	return func() tea.Msg {
		if take := do(); take != nil {
			return doneMsg{take}
		}
		return nil
	}
}

// attempt is run for something that can fail and whose success is told.
func (m *model) attempt(do func() (said string, err error)) tea.Cmd {
	return run(func() func(*model) tea.Cmd {
		said, err := do()
		return func(m *model) tea.Cmd {
			if !m.fail(err) && said != "" {
				m.tell(good, said)
			}
			return m.poll()
		}
	})
}

func (m *model) key(k tea.KeyPressMsg) tea.Cmd {
	if k.String() == "ctrl+c" {
		return tea.Quit
	}
	switch {
	case m.over != nil:
		return m.toOverlay(k)
	case m.filter.editing:
		return m.filterKey(k)
	}
	if m.teaches() && (k.String() == "space" || k.String() == "enter") {
		return m.fireHello()
	}
	for _, b := range m.keys {
		if b.do != nil && b.matches(k) {
			return b.do(m)
		}
	}
	return nil
}

func (m *model) paste(p tea.PasteMsg) tea.Cmd {
	switch {
	case m.over != nil:
		return m.toOverlay(p)
	case m.filter.editing:
		return m.filterKey(p)
	}
	return nil
}

// move moves the cursor of the pane that has the keys.
func (m *model) move(by int) tea.Cmd {
	if m.inside {
		m.detail.move(by)
		return nil
	}
	m.list.move(by, !m.win.newer)
	return tea.Batch(m.read(), m.reach())
}

func (d *detail) move(by int) {
	d.cursor = min(max(d.cursor+by, 0), max(len(d.lines)-1, 0))
}

// toggle opens and closes what is under the cursor.
func (m *model) toggle() tea.Cmd {
	if m.inside {
		m.detail.toggle()
		return nil
	}
	if l, ok := m.list.current(); ok && len(l.rows) > 1 {
		m.list.open[l.key] = !m.list.open[l.key]
		if !m.list.open[l.key] {
			m.list.find(lineID{l.key, 0})
		}
		m.list.follow = m.list.follow && !m.list.open[l.key]
		m.list.refold(m.win.rows)
	}
	return m.read()
}

func (d *detail) toggle() {
	if d.cursor >= len(d.lines) || d.lines[d.cursor].fold == "" {
		return
	}
	id := d.lines[d.cursor].fold
	d.folded[id] = !d.folded[id]
	d.width = 0
}

// enter opens the detail, goes into it, and folds inside of it.
func (m *model) enter() tea.Cmd {
	switch {
	case m.inside:
		m.detail.toggle()
		return nil
	case !m.showsDetail():
		m.open = true
		m.inside = m.layout().alone
		return m.read()
	}
	m.inside = true
	return m.read()
}

// back leaves what was entered last.
func (m *model) back() tea.Cmd {
	switch {
	case m.zoom:
		m.zoom = false
	case m.inside && !m.layout().alone:
		m.inside = false
	case m.open || m.inside:
		m.open, m.inside = false, false
	case m.filter.inForce != "":
		return m.setFilter("")
	}
	return nil
}

func (m *model) otherPane() tea.Cmd {
	if !m.showsDetail() {
		m.open = true
		m.inside = true
		return m.read()
	}
	m.inside = !m.inside
	if m.layout().alone && !m.inside {
		m.open, m.zoom = false, false
	}
	return m.read()
}

func (m *model) zoomDetail() tea.Cmd {
	m.zoom = !m.zoom
	m.open, m.inside = m.open || m.zoom, m.zoom || m.inside
	return m.read()
}

// pollMsg is what the status line shows.
type pollMsg struct {
	clock  *client.Clock
	faults []client.Fault
	oldest uint64
	last   uint64
	asked  bool
	err    error
}

func (m *model) poll() tea.Cmd {
	if m.polling {
		return nil
	}
	m.polling = true
	ctx, api := m.ctx, m.api
	return func() tea.Msg {
		var p pollMsg
		if p.clock, p.err = api.Clock(ctx); p.err != nil {
			return p
		}
		if p.faults, p.err = api.Faults(ctx); p.err != nil {
			return p
		}
		if doc, err := api.Index(ctx); err == nil {
			p.asked, p.oldest, p.last = bounds(doc)
		}
		return p
	}
}

// bounds reads which entries are kept from what the sandbox says of itself.
func bounds(doc []byte) (ok bool, oldest, last uint64) {
	var index struct {
		Entries *struct {
			Oldest uint64 `json:"oldest_seq"`
			Last   uint64 `json:"last_seq"`
		} `json:"entries"`
	}
	if json.Unmarshal(doc, &index) != nil || index.Entries == nil {
		return false, 0, 0
	}
	return true, index.Entries.Oldest, index.Entries.Last
}

func (m *model) tookPoll(p pollMsg) tea.Cmd {
	m.polling = false
	if m.notice.text != "" && m.wall().After(m.notice.until) {
		m.notice = notice{}
	}
	if p.clock != nil {
		m.clock, m.clockAt = *p.clock, m.wall()
	}
	if p.err != nil {
		return nil
	}
	m.faults = p.faults
	if p.asked {
		m.oldest, m.last = p.oldest, max(m.last, p.last)
		m.total = p.last + 1 - min(p.oldest, p.last+1)
		if m.win.forget(p.oldest) {
			m.list.refold(m.win.rows)
		}
	}
	return nil
}
