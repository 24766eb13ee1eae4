package desk

import (
	tea "charm.land/bubbletea/v2"
)

// Suspend gives the terminal to the shell until that lets the program go on.
func Suspend() tea.Msg {
	return tea.Exec(suspension{}, func(err error) tea.Msg { return resumed{err} })()
}

// resumed tells that the terminal is the program's again, or why it is not.
type resumed struct{ err error }

func (r resumed) Apply(m *Model) tea.Cmd {
	m.Fail(r.err)
	return refreshSoon(m)
}
