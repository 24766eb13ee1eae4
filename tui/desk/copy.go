package desk

import (
	tea "charm.land/bubbletea/v2"

	"tacklebox/tui/ui"
)

// Copy puts a text on the user's clipboard through the terminal (OSC 52), so
// that it works across ssh. The sequence carries base64 only.
func (m *Model) Copy(value, what string) tea.Cmd {
	if len(value) > mostCopied {
		m.Complain(what + " has " + ui.Bytes(int64(len(value))) + " bytes, too many for a terminal's clipboard: x exports it")
		return nil
	}
	m.Say(ui.Good, "copied "+what)
	return tea.SetClipboard(value)
}

// mostCopied is what terminals take in one sequence; xterm drops longer ones.
const mostCopied = 74 << 10

// ToCopy is a text that was fetched for the clipboard.
type ToCopy struct {
	What string
	Text []byte
	Err  error
}

// Apply hands the text to the terminal, which alone reaches the clipboard.
func (r ToCopy) Apply(m *Model) tea.Cmd {
	if m.Fail(r.Err) {
		return nil
	}
	return m.Copy(string(r.Text), r.What)
}
