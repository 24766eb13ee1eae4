package ui

import (
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
)

// Input is a field of one line. Bubbles edits it; it is drawn here, where foreign
// text is made harmless and no line grows too wide.
type Input struct{ textinput.Model }

// NewInput holds a value, the cursor behind it.
func NewInput(value string) Input {
	in := Input{textinput.New()}
	in.CharLimit = 4000
	in.Focus()
	in.Set(value)
	return in
}

// Set replaces the value.
func (in *Input) Set(value string) {
	in.SetValue(value)
	in.CursorEnd()
}

// Take edits; changed reports whether the value did.
func (in *Input) Take(msg tea.Msg) (changed bool) {
	before := in.Value()
	in.Model, _ = in.Model.Update(msg)
	return in.Value() != before
}

// Line draws the value around its cursor in at most width cells. The cursor is
// shown when the field is active.
func (in *Input) Line(width int, active bool) Line {
	value := []rune(in.Value())
	at := min(in.Position(), len(value))
	before, under, after := Text(string(value[:at])), " ", ""
	if at < len(value) {
		under, after = Clean(string(value[at:at+1]), 16), Text(string(value[at+1:]))
	}
	if under == "" {
		under = " "
	}
	if room := max(width-Width(under), 0); Width(before) > room {
		before = CutLeft(before, room)
	}
	if !active {
		return Say(Plain, before+under+after)
	}
	return Say(Plain, before).Add(Cursor, under).Add(Plain, after)
}
