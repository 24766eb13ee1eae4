package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"tacklebox/tui/desk"
	"tacklebox/tui/detail"
	"tacklebox/tui/listing"
	"tacklebox/tui/ui"
)

// wheelLines is how far one notch of the wheel goes.
const wheelLines = 3

// mouse chooses what is clicked on, scrolls what the pointer is over, and moves the
// border between the panes.
func mouse(m *desk.Model, msg tea.MouseMsg) tea.Cmd {
	at := msg.Mouse()
	by := 0
	switch at.Button {
	case tea.MouseWheelUp:
		by = -wheelLines
	case tea.MouseWheelDown:
		by = wheelLines
	}
	_, clicked := msg.(tea.MouseClickMsg)
	clicked = clicked && at.Button == tea.MouseLeft
	p := m.Layout()
	switch msg.(type) {
	case tea.MouseReleaseMsg:
		m.Panes.Drag = false
		return nil
	case tea.MouseMotionMsg:
		if m.Panes.Drag {
			m.Panes.Split = min(max((at.X+1)*100/max(m.Width, 1), 20), 80)
		}
		return nil
	}
	switch {
	case clicked && p.Hint.Has(at.X, at.Y):
		return clickHint(m, at.X)
	case m.Over() != nil:
		return overlayMouse(m, p, at, by, clicked)
	case by != 0:
		return wheel(m, p, at.X, at.Y, by)
	case clicked && p.Beside && (at.X == p.List.W-1 || at.X == p.List.W) && p.Main.Has(at.X, at.Y):
		m.Panes.Drag = true
	case clicked && p.List.Has(at.X, at.Y):
		return clickList(m, at.X-p.List.X-1, at.Y-p.List.Y-2)
	case clicked && p.Detail.Has(at.X, at.Y):
		return clickDetail(m, p, at.X, at.Y)
	}
	return nil
}

func overlayMouse(m *desk.Model, p desk.Places, at tea.Mouse, by int, clicked bool) tea.Cmd {
	o := m.Over()
	r := m.OverlayPlace(p, o)
	if clicked && !r.Has(at.X, at.Y) {
		return m.Typed(tea.KeyPressMsg{Code: tea.KeyEscape})
	}
	if pointed, ok := o.(ui.Pointed); ok {
		return pointed.Point(at.Y-r.Y, by, clicked)
	}
	return nil
}

func wheel(m *desk.Model, p desk.Places, x, y, by int) tea.Cmd {
	inside := m.Panes.Inside
	m.Panes.Inside = p.Detail.Has(x, y)
	cmd := desk.MoveBy(m, by)
	m.Panes.Inside = inside
	return cmd
}

// clickList chooses a line; a click on the chosen line, or on its fold, unfolds it;
// one on a title sorts.
func clickList(m *desk.Model, x, y int) tea.Cmd {
	l := &m.List
	if y == -1 {
		return clickTitle(m, x)
	}
	i := l.Top + y
	if y < 0 || i >= len(l.Lines) {
		m.Panes.Inside = false
		return nil
	}
	again := i == l.Cursor && !m.Panes.Inside
	m.Panes.Inside = false
	if l.Follow, l.Cursor = false, i; again {
		return desk.Toggle(m)
	}
	return tea.Batch(desk.Read(m), desk.Reach(m))
}

func clickTitle(m *desk.Model, x int) tea.Cmd {
	width := m.Layout().List.Inner().W
	shown := m.List.Fitting(width)
	from := listing.Gutter
	for _, c := range shown {
		w := c.Width
		if w == 0 {
			w = listing.Flexible(shown, width)
		}
		if x >= from && x < from+w {
			sortBy(m, c)
			return desk.Read(m)
		}
		from += w + 1
	}
	return nil
}

func clickDetail(m *desk.Model, p desk.Places, x, y int) tea.Cmd {
	m.Panes.Inside = true
	d := &m.Detail
	if y == p.Detail.Y {
		return clickTab(m, p, x)
	}
	if i := d.Top + y - p.Detail.Y - 1; y > p.Detail.Y && i < len(d.Lines) {
		d.Cursor = i
		d.Toggle()
	}
	return nil
}

// clickTab turns to the page whose name in the border was clicked.
func clickTab(m *desk.Model, p desk.Places, x int) tea.Cmd {
	names := strings.Join(detail.Tabs(), " │ ")
	at := p.Detail.X + p.Detail.W - 3 - ui.Width(names)
	for i, t := range detail.Tabs() {
		if x >= at && x < at+ui.Width(t) {
			return desk.TurnTab(i - m.Detail.Tab)(m)
		}
		at += ui.Width(t) + 3
	}
	return nil
}

// clickHint does what the hint under the pointer says.
func clickHint(m *desk.Model, x int) tea.Cmd {
	line := desk.HintLine(m, m.Width).String()
	list, _ := desk.HintsNow(m)
	for _, h := range list {
		i := strings.Index(line, h.Key+" "+h.About)
		if i < 0 {
			continue
		}
		if from := ui.Width(line[:i]); x >= from && x < from+ui.Width(h.Key+" "+h.About) {
			return m.Key(keyNamed(h.Key))
		}
	}
	return nil
}

// keyNamed is the key press that a hint's name stands for.
func keyNamed(name string) tea.KeyPressMsg {
	special := map[string]rune{"⏎": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "space": tea.KeySpace}
	if code, ok := special[name]; ok {
		return tea.KeyPressMsg{Code: code}
	}
	if letter, ok := strings.CutPrefix(name, "ctrl+"); ok && len(letter) == 1 {
		return tea.KeyPressMsg{Code: rune(letter[0]), Mod: tea.ModCtrl}
	}
	r := []rune(name)
	if len(r) != 1 {
		return tea.KeyPressMsg{}
	}
	return tea.KeyPressMsg{Code: r[0], Text: name}
}
