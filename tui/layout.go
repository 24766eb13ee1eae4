package tui

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"tacklebox/tui/ui"
)

// places says where everything is. A part of no height is not shown.
type places struct {
	top, filter, main, list, detail, hint ui.Rect
	beside                                bool // list and detail stand side by side
	alone                                 bool // the detail hides the list
	none                                  bool // the screen is too small for anything
}

// From how many cells on the detail stands beside or below the list, and what is
// too small.
const (
	besideWidth = 100
	belowWidth  = 60
	belowHeight = 18
	leastWidth  = 30
	leastHeight = 6
	backAfter   = 3 * time.Second
)

func (m *model) layout() places {
	var p places
	if p.none = m.width < leastWidth || m.height < leastHeight; p.none {
		return p
	}
	p.top = ui.Rect{X: 0, Y: 0, W: m.width, H: 1}
	p.filter = ui.Rect{X: 0, Y: 1, W: m.width, H: m.filter.height()}
	y := 1 + p.filter.H
	p.main = ui.Rect{X: 0, Y: y, W: m.width, H: m.height - y - 1}
	p.hint = ui.Rect{X: 0, Y: m.height - 1, W: m.width, H: 1}
	p.list = p.main
	wide := m.width >= besideWidth
	switch {
	case m.teaches(), !m.panes.open && !m.panes.zoom && (!wide || m.panes.hidden):
	case m.panes.zoom, !wide && (m.height < belowHeight || m.width < belowWidth):
		p.alone, p.detail, p.list = true, p.main, ui.Rect{}
	case wide:
		p.beside = true
		p.list.W = m.width * m.panes.split / 100
		p.detail = ui.Rect{X: p.list.W, Y: p.main.Y, W: m.width - p.list.W, H: p.main.H}
	default:
		p.list.H = p.main.H * 2 / 5
		p.detail = ui.Rect{X: 0, Y: p.main.Y + p.list.H, W: m.width, H: p.main.H - p.list.H}
	}
	return p
}

func (m *model) showsDetail() bool { return m.layout().detail.H > 0 }

// pageHeight is how many lines the pane with the keys shows.
func (m *model) pageHeight() int {
	if m.panes.inside {
		return m.detail.height
	}
	return m.list.height
}

// teaches reports whether there is nothing to show yet, so that the screen says
// how to begin.
func (m *model) teaches() bool {
	return m.link.loaded && len(m.list.win.Rows) == 0 && m.filter.inForce == "" && !m.filter.editing
}

// View draws the screen.
func (m *model) View() tea.View {
	v := tea.NewView(strings.Join(m.screen(), "\n"))
	v.AltScreen = true
	v.MouseMode = tea.MouseModeCellMotion
	v.ReportFocus = true
	v.WindowTitle = "tacklebox"
	return v
}

// arrange fits everything into its place after a change, so that drawing changes
// nothing.
func (m *model) arrange() {
	p := m.layout()
	m.list.fit(p.list.Inner().H)
	if p.detail.H > 0 {
		in := p.detail.Inner()
		m.detail.fit(in.W-2, in.H, place{m.now(), m.loc, m.fire.replays})
	}
	if o := m.over(); o != nil {
		r := m.overlayPlace(p, o)
		o.Fit(r.W, r.H)
	}
}

// overlayPlace centres an overlay on what lies between the top line and the hints.
func (m *model) overlayPlace(p places, o ui.Overlay) ui.Rect {
	room := ui.Rect{X: 0, Y: 1, W: m.width, H: max(m.height-2, 0)}
	w, h := o.Size(room.W, room.H)
	return ui.Rect{X: (room.W - w) / 2, Y: 1 + (room.H-h)/3, W: w, H: h}
}

// screen is every line of the screen, each as wide as the screen.
func (m *model) screen() []string {
	p := m.layout()
	if p.none {
		return m.looks.theme.Lines(ui.Paragraph(ui.Plain, "tacklebox: this terminal is too small, 40 × 10 is enough", m.width), m.width, m.height)
	}
	out := []string{topLine(m, p.top.W)}
	out = append(out, m.filter.render(m.looks.theme, p.filter.W, p.filter.H)...)
	out = append(out, m.body(p)...)
	if o := m.over(); o != nil {
		r := m.overlayPlace(p, o)
		out = ui.Over(out, o.Render(m.looks.theme, r.W, r.H), r.X, r.Y)
	}
	out = m.notices.Lay(m.looks.theme, out, m.width)
	return append(out, m.looks.theme.Draw(hintLine(m, p.hint.W), p.hint.W, ui.Bare))
}

func (m *model) body(p places) []string {
	switch {
	case m.teaches():
		return welcome(m, p.main.W, p.main.H)
	case p.alone:
		return detailPane(m, p)
	}
	out := listPane(m, p)
	if p.detail.H == 0 {
		return out
	}
	right := detailPane(m, p)
	if !p.beside {
		return append(out, right...)
	}
	for i := range out {
		out[i] += right[i]
	}
	return out
}
