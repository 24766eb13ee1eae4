package tui

import (
	tea "charm.land/bubbletea/v2"

	"tacklebox/tui/ui"
)

// copy puts a text on the user's clipboard through the terminal (OSC 52), so
// that it works across ssh. The sequence carries base64 only.
func (m *model) copy(value, what string) tea.Cmd {
	if len(value) > mostCopied {
		m.complain(what + " has " + ui.Bytes(int64(len(value))) + " bytes, too many for a terminal's clipboard: x exports it")
		return nil
	}
	m.say(ui.Good, "copied "+what)
	return tea.SetClipboard(value)
}

// mostCopied is what terminals take in one sequence; xterm drops longer ones.
const mostCopied = 74 << 10

// toCopy is a text that was fetched for the clipboard.
type toCopy struct {
	what string
	text []byte
	err  error
}

func (r toCopy) apply(m *model) tea.Cmd {
	if m.fail(r.err) {
		return nil
	}
	return m.copy(string(r.text), r.what)
}
