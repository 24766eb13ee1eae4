package tui

import (
	tea "charm.land/bubbletea/v2"

	"tacklebox/tui/ui"
)

// quit leaves, after a question when something would be lost.
func quit(m *model) tea.Cmd {
	if q, ok := m.over().(*ui.Question); ok && q.Title == quitTitle {
		return tea.Quit // asked twice
	}
	lost := m.losses()
	if len(lost) == 0 {
		return tea.Quit
	}
	m.show(&ui.Question{Title: quitTitle, About: lost, Choices: []ui.Choice{{Key: "q", About: "leave", Do: func() tea.Cmd { return tea.Quit }}}})
	return nil
}

const quitTitle = "Leave?"

// losses is what leaving loses.
func (m *model) losses() (lost []string) {
	if m.fire.left > 0 {
		lost = append(lost, ui.Count(m.fire.left, "event")+" of a firing under way are not fired")
	}
	for _, o := range m.overs {
		if f, ok := o.(*ui.Form); ok && f.Changed() {
			lost = append(lost, "what stands in the form \""+f.Title+"\" is lost")
		}
	}
	if m.opt.Attached {
		return lost
	}
	if waits := m.waiting(); waits > 0 {
		lost = append(lost, ui.Count(waits, "delivery")+" to be tried again, which happens only while the sandbox runs")
	}
	if m.opt.Memory && m.status.total() > 0 {
		lost = append(lost, "entries are in memory only and will be gone: "+ui.Grouped(m.status.total()))
	}
	return lost
}

// waiting counts the deliveries in the list that wait for another try.
func (m *model) waiting() int {
	n := 0
	for _, l := range m.list.lines {
		if l.First() {
			n += len(l.Waits())
		}
	}
	return n
}
