package tui

import (
	tea "charm.land/bubbletea/v2"

	"tacklebox/tui/desk"
	"tacklebox/tui/ui"
)

// quit leaves, after a question when something would be lost.
func quit(m *desk.Model) tea.Cmd {
	if q, ok := m.Over().(*ui.Question); ok && (q.Title == stopTitle || q.Title == leaveTitle) {
		return tea.Quit // asked twice
	}
	lost := losses(m)
	if len(lost) == 0 {
		return tea.Quit
	}
	leave := func() tea.Cmd { return tea.Quit }
	if m.Opt.Attached {
		m.Show(&ui.Question{Title: leaveTitle, About: lost, Choices: []ui.Choice{{Key: "q", About: "leave", Do: leave}}})
		return nil
	}
	m.Show(&ui.Question{Title: stopTitle, About: lost, Choices: []ui.Choice{{Key: "q", About: "stop", Do: leave},
		{Key: "d", About: "leave it running", Do: func() tea.Cmd { m.LeftRunning = true; return tea.Quit }}}})
	return nil
}

const (
	leaveTitle = "Leave?"            // a sandbox that goes on without the screen
	stopTitle  = "Stop the sandbox?" // which this process serves
)

// losses is what leaving loses.
func losses(m *desk.Model) (lost []string) {
	if m.Fire.Left > 0 {
		lost = append(lost, ui.Count(m.Fire.Left, "event")+" of a firing under way are not fired")
	}
	for _, o := range m.Overs {
		if f, ok := o.(*ui.Form); ok && f.Changed() {
			lost = append(lost, "what stands in the form \""+f.Title+"\" is lost")
		}
	}
	if m.Opt.Attached {
		return lost
	}
	if waits := waiting(m); waits > 0 {
		lost = append(lost, ui.Count(waits, "delivery")+" "+map[bool]string{true: "waits for its", false: "wait for their"}[waits == 1]+" next try")
	}
	if m.Opt.Memory && m.Status.Total() > 0 {
		lost = append(lost, "entries are in memory only and will be gone")
	}
	return lost
}

// waiting counts the deliveries in the list that wait for another try.
func waiting(m *desk.Model) int {
	n := 0
	for _, l := range m.List.Lines {
		if l.First() {
			n += len(l.Waits())
		}
	}
	return n
}
