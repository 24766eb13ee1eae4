package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"tacklebox/tui/ui"
)

// wheelLines is how far one notch of the wheel goes.
const wheelLines = 3

// mouse chooses what is clicked on, scrolls what the pointer is over, and moves the
// border between the panes.
func mouse(m *model, msg tea.MouseMsg) tea.Cmd {
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
	p := m.layout()
	switch msg.(type) {
	case tea.MouseReleaseMsg:
		m.panes.drag = false
		return nil
	case tea.MouseMotionMsg:
		if m.panes.drag {
			m.panes.split = min(max((at.X+1)*100/max(m.width, 1), 20), 80)
		}
		return nil
	}
	switch {
	case clicked && p.hint.Has(at.X, at.Y):
		return clickHint(m, at.X)
	case m.over() != nil:
		return overlayMouse(m, p, at, by, clicked)
	case by != 0:
		return wheel(m, p, at.X, at.Y, by)
	case clicked && p.beside && (at.X == p.list.W-1 || at.X == p.list.W) && p.main.Has(at.X, at.Y):
		m.panes.drag = true
	case clicked && p.list.Has(at.X, at.Y):
		return clickList(m, at.X-p.list.X-1, at.Y-p.list.Y-2)
	case clicked && p.detail.Has(at.X, at.Y):
		return clickDetail(m, p, at.X, at.Y)
	}
	return nil
}

func overlayMouse(m *model, p places, at tea.Mouse, by int, clicked bool) tea.Cmd {
	o := m.over()
	r := m.overlayPlace(p, o)
	if clicked && !r.Has(at.X, at.Y) {
		return m.typed(tea.KeyPressMsg{Code: tea.KeyEscape})
	}
	if pointed, ok := o.(ui.Pointed); ok {
		return pointed.Point(at.Y-r.Y, by, clicked)
	}
	return nil
}

func wheel(m *model, p places, x, y, by int) tea.Cmd {
	inside := m.panes.inside
	m.panes.inside = p.detail.Has(x, y)
	cmd := moveBy(m, by)
	m.panes.inside = inside
	return cmd
}

// clickList chooses a line; a click on the chosen line, or on its fold, unfolds it;
// one on a title sorts.
func clickList(m *model, x, y int) tea.Cmd {
	l := &m.list
	if y == -1 {
		return clickTitle(m, x)
	}
	i := l.top + y
	if y < 0 || i >= len(l.lines) {
		m.panes.inside = false
		return nil
	}
	again := i == l.cursor && !m.panes.inside
	m.panes.inside = false
	if l.follow, l.cursor = false, i; again {
		return toggle(m)
	}
	return tea.Batch(read(m), reach(m))
}

func clickTitle(m *model, x int) tea.Cmd {
	width := m.layout().list.Inner().W
	shown := m.list.fitting(width)
	from := gutter
	for _, c := range shown {
		w := c.width
		if w == 0 {
			w = flexible(shown, width)
		}
		if x >= from && x < from+w {
			sortBy(m, c)
			return read(m)
		}
		from += w + 1
	}
	return nil
}

func clickDetail(m *model, p places, x, y int) tea.Cmd {
	m.panes.inside = true
	d := &m.detail
	if y == p.detail.Y {
		return clickTab(m, p, x)
	}
	if i := d.top + y - p.detail.Y - 1; y > p.detail.Y && i < len(d.lines) {
		d.cursor = i
		d.toggle()
	}
	return nil
}

// clickTab turns to the page whose name in the border was clicked.
func clickTab(m *model, p places, x int) tea.Cmd {
	names := strings.Join(tabs(), " │ ")
	at := p.detail.X + p.detail.W - 3 - ui.Width(names)
	for i, t := range tabs() {
		if x >= at && x < at+ui.Width(t) {
			return turnTab(i - m.detail.tab)(m)
		}
		at += ui.Width(t) + 3
	}
	return nil
}

// clickHint does what the hint under the pointer says.
func clickHint(m *model, x int) tea.Cmd {
	line := hintLine(m, m.width).String()
	list, _ := hintsNow(m)
	for _, h := range list {
		i := strings.Index(line, h.Key+" "+h.About)
		if i < 0 {
			continue
		}
		if from := ui.Width(line[:i]); x >= from && x < from+ui.Width(h.Key+" "+h.About) {
			return m.key(keyNamed(h.Key))
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
