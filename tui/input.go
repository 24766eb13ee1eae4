package tui

import (
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
)

// field of one line. Bubbles edits it; it is drawn here, where foreign text is
// made harmless and no line grows too wide.
type input struct{ textinput.Model }

func newInput(value string) input {
	in := input{textinput.New()}
	in.CharLimit = 4000
	in.Focus()
	in.set(value)
	return in
}

func (in *input) set(value string) {
	in.SetValue(value)
	in.CursorEnd()
}

// take edits; changed reports whether the value did.
func (in *input) take(msg tea.Msg) (changed bool) {
	before := in.Value()
	in.Model, _ = in.Model.Update(msg)
	return in.Value() != before
}

// spans draws the value around its cursor in at most width cells. The cursor
// is shown when the field is active.
func (in *input) spans(width int, active bool) spans {
	value := []rune(in.Value())
	at := min(in.Position(), len(value))
	before, under, after := clean(string(value[:at]), longestText), " ", ""
	if at < len(value) {
		under, after = clean(string(value[at:at+1]), 16), clean(string(value[at+1:]), longestText)
	}
	if under == "" {
		under = " "
	}
	for widthOf(before)+widthOf(under) > width && before != "" {
		before = before[len(firstRune(before)):]
	}
	if !active {
		return say(plain, before+under+after)
	}
	return say(plain, before).add(chosen, under).add(plain, after)
}

func firstRune(s string) string {
	for i := range s {
		if i > 0 {
			return s[:i]
		}
	}
	return s
}
