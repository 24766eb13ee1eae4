package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

// rect is a part of the screen.
type rect struct{ x, y, w, h int }

func (r rect) has(x, y int) bool { return x >= r.x && x < r.x+r.w && y >= r.y && y < r.y+r.h }

// places says where everything is. A part of no height is not shown.
type places struct {
	filter, main, list, detail, status, hint rect
	beside                                   bool // list and detail stand side by side
	alone                                    bool // the detail hides the list
}

// From how many cells on the detail stands beside or below the list.
const (
	besideWidth = 110
	belowHeight = 20
)

func (m *model) layout() places {
	var p places
	top := min(m.filter.height(), max(m.height-4, 0))
	p.filter = rect{0, 0, m.width, top}
	p.main = rect{0, top, m.width, max(m.height-top-2, 0)}
	p.status = rect{0, m.height - 2, m.width, 1}
	p.hint = rect{0, m.height - 1, m.width, 1}
	if m.height < 3 {
		p.main, p.status, p.hint = rect{0, 0, m.width, m.height}, rect{}, rect{}
	}
	p.list = p.main
	wide := m.width >= besideWidth
	switch {
	case !m.open && !wide, m.teaches():
	case m.zoom, !wide && m.height < belowHeight:
		p.alone, p.detail, p.list = true, p.main, rect{}
	case wide:
		p.beside = true
		p.list.w = m.width * 54 / 100
		p.detail = rect{p.list.w + 1, p.main.y, m.width - p.list.w - 1, p.main.h}
	default:
		p.list.h = p.main.h * 2 / 5
		p.detail = rect{0, p.main.y + p.list.h + 1, m.width, p.main.h - p.list.h - 1}
	}
	return p
}

func (m *model) showsDetail() bool { return m.layout().detail.h > 0 }

// paneHeight is how many lines the pane with the keys shows.
func (m *model) paneHeight() int {
	if p := m.layout(); m.inside {
		return p.detail.h
	}
	return m.list.height
}

// teaches reports whether there is nothing to show yet, so that the screen says
// how to begin.
func (m *model) teaches() bool {
	return m.loaded && len(m.win.rows) == 0 && m.filter.inForce == "" && !m.filter.editing
}

// View draws the screen.
func (m *model) View() tea.View {
	v := tea.NewView(strings.Join(m.screen(), "\n"))
	v.AltScreen = true
	v.MouseMode = tea.MouseModeCellMotion
	v.WindowTitle = "tacklebox"
	return v
}

// arrange fits everything into its place after a change, so that drawing
// changes nothing.
func (m *model) arrange() {
	p := m.layout()
	m.list.fit(p.list.h)
	if p.detail.h > 0 {
		m.detail.fit(p.detail.w, p.detail.h, place{m.now(), m.loc})
	}
	if m.over != nil {
		m.over.fit(p.main.w, p.main.h)
	}
}

// screen is every line of the screen, each as wide as the screen.
func (m *model) screen() []string {
	p := m.layout()
	var out []string
	out = append(out, m.filter.Render(m.th, p.filter.w, p.filter.h)...)
	if m.over != nil {
		out = append(out, m.over.Render(m.th, p.main.w, p.main.h)...)
	} else {
		out = append(out, m.body(p)...)
	}
	if p.status.h > 0 {
		out = append(out, m.statusLine(p.status.w), m.hintLine(p.hint.w))
	}
	return out
}

func (m *model) body(p places) []string {
	switch {
	case m.teaches():
		return m.welcome(p.main.w, p.main.h)
	case p.alone:
		return m.detailPane(p)
	case p.beside:
		return m.sideBySide(p)
	}
	out := m.listPane(p)
	if p.detail.h > 0 {
		out = append(out, m.th.draw(say(dim, strings.Repeat("─", p.main.w)), p.main.w, plain))
		out = append(out, m.detailPane(p)...)
	}
	return out
}

func (m *model) sideBySide(p places) []string {
	left, right := m.listPane(p), m.detailPane(p)
	line := m.th.draw(say(dim, "│"), 1, plain)
	for i := range left {
		left[i] += line + right[i]
	}
	return left
}

func (m *model) listPane(p places) []string {
	out := m.list.Render(m.th, p.list.w, p.list.h, view{loc: m.loc, mark: m.list.mark}, !m.inside)
	if len(m.list.lines) == 0 && len(out) > 1 {
		text := "loading …"
		if m.loaded {
			text = "nothing matches the filter; esc removes it"
		}
		out[1] = m.th.draw(say(dim, "   "+text), p.list.w, plain)
	}
	return out
}

func (m *model) detailPane(p places) []string {
	return m.detail.Render(m.th, p.detail.w, p.detail.h, m.inside)
}
