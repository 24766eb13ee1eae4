package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"
)

// action is one row of the only table of what can be done: the keys that the
// program obeys, its hints, the palette, the help, what the mouse does on the hints,
// and the page of keys. A row without do tells of keys that a bar or a list reads
// itself.
type action struct {
	group string
	name  string // in a file of keys: never changed
	keys  []string
	shown string
	hint  string // in the hint line; "": it is not there
	about string
	do    func(*model) tea.Cmd
	fits  func(*model) bool // it can do something now; nil: always
}

func (a action) matches(k tea.KeyPressMsg) bool { return slices.Contains(a.keys, k.String()) }
