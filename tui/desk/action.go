package desk

import (
	"slices"

	tea "charm.land/bubbletea/v2"
)

// Action is one row of the only table of what can be done: the keys that the
// program obeys, its hints, the palette, the help, what the mouse does on the hints,
// and the page of keys. A row without do tells of keys that a bar or a list reads
// itself.
type Action struct {
	Group string
	Name  string // in a file of keys: never changed
	Keys  []string
	Shown string
	Hint  string // in the hint line; "": it is not there
	About string
	Do    func(*Model) tea.Cmd
	Fits  func(*Model) bool // it can do something now; nil: always
}

func (a Action) matches(k tea.KeyPressMsg) bool { return slices.Contains(a.Keys, k.String()) }
