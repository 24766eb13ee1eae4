package desk

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"tacklebox/tui/detail"
	"tacklebox/tui/ui"
)

// Places says where everything is. A part of no height is not shown.
type Places struct {
	top, filter, Main, List, Detail, Hint ui.Rect
	Beside                                bool // list and detail stand side by side
	Alone                                 bool // the detail hides the list
	none                                  bool // the screen is too small for anything
}

// From how many cells on the detail stands beside or below the list, and what is
// too small.
const (
	columnWidth = 160 // from here on the list takes more, for all of its columns
	besideWidth = 100
	belowWidth  = 60
	belowHeight = 18
	leastWidth  = 30
	leastHeight = 6
	backAfter   = 3 * time.Second
)

// Layout divides the screen by its size and by what is hidden.
func (m *Model) Layout() Places {
	var p Places
	if p.none = m.Width < leastWidth || m.Height < leastHeight; p.none {
		return p
	}
	p.top = ui.Rect{X: 0, Y: 0, W: m.Width, H: 1}
	p.filter = ui.Rect{X: 0, Y: 1, W: m.Width, H: m.Filter.height()}
	y := 1 + p.filter.H
	p.Main = ui.Rect{X: 0, Y: y, W: m.Width, H: m.Height - y - 1}
	p.Hint = ui.Rect{X: 0, Y: m.Height - 1, W: m.Width, H: 1}
	p.List = p.Main
	wide := m.Width >= besideWidth
	roomy := wide || m.Width >= belowWidth && m.Height >= belowHeight
	switch {
	case m.teaches(), !m.Panes.Open && !m.Panes.Zoom && (!roomy || m.Panes.hidden):
	case m.Panes.Zoom, !roomy:
		p.Alone, p.Detail, p.List = true, p.Main, ui.Rect{}
	case wide:
		p.Beside = true
		p.List.W = m.Width * m.split() / 100
		p.Detail = ui.Rect{X: p.List.W, Y: p.Main.Y, W: m.Width - p.List.W, H: p.Main.H}
	default:
		p.List.H = p.Main.H * 2 / 5
		p.Detail = ui.Rect{X: 0, Y: p.Main.Y + p.List.H, W: m.Width, H: p.Main.H - p.List.H}
	}
	return p
}

// split is the list's share of the width in per cent: the user's, or what fits.
func (m *Model) split() int {
	switch {
	case m.Panes.Split > 0:
		return m.Panes.Split
	case m.Width >= columnWidth:
		return 55
	}
	return 45
}

// ShowsDetail reports whether the detail has room on the screen.
func (m *Model) ShowsDetail() bool { return m.Layout().Detail.H > 0 }

// PageHeight is how many lines the pane with the keys shows.
func (m *Model) PageHeight() int {
	if m.Panes.Inside {
		return m.Detail.Height
	}
	return m.List.Height
}

// teaches reports whether there is nothing to show yet, so that the screen says
// how to begin.
func (m *Model) teaches() bool {
	return m.Link.loaded && len(m.List.Win.Rows) == 0 && m.Filter.InForce == "" && !m.Filter.Editing
}

// View draws the screen.
func (m *Model) View() tea.View {
	v := tea.NewView(strings.Join(m.Screen(), "\n"))
	v.AltScreen = true
	v.MouseMode = tea.MouseModeCellMotion
	v.ReportFocus = true
	v.WindowTitle = "tacklebox"
	return v
}

// Arrange fits everything into its place after a change, so that drawing changes
// nothing.
func (m *Model) Arrange() {
	p := m.Layout()
	m.List.Fit(p.List.Inner().H)
	if p.Detail.H > 0 {
		in := p.Detail.Inner()
		m.Detail.Fit(in.W-2, in.H, detail.Place{Now: m.Now(), Loc: m.Loc, Replays: m.Fire.Replays})
	}
	if o := m.Over(); o != nil {
		r := m.OverlayPlace(p, o)
		o.Fit(r.W, r.H)
	}
}

// OverlayPlace centres an overlay on what lies between the top line and the hints.
func (m *Model) OverlayPlace(p Places, o ui.Overlay) ui.Rect {
	room := ui.Rect{X: 0, Y: 1, W: m.Width, H: max(m.Height-2, 0)}
	w, h := o.Size(room.W, room.H)
	return ui.Rect{X: (room.W - w) / 2, Y: 1 + (room.H-h)/3, W: w, H: h}
}

// Screen is every line of the screen, each as wide as the screen.
func (m *Model) Screen() []string {
	p := m.Layout()
	if p.none {
		return m.Looks.Theme.Lines(ui.Paragraph(ui.Plain, "tacklebox: this terminal is too small, 40 × 10 is enough", m.Width), m.Width, m.Height)
	}
	out := []string{topLine(m, p.top.W)}
	out = append(out, m.Filter.render(m.Looks.Theme, p.filter.W, p.filter.H)...)
	out = append(out, m.body(p)...)
	if o := m.Over(); o != nil {
		r := m.OverlayPlace(p, o)
		out = ui.Over(out, o.Render(m.Looks.Theme, r.W, r.H), r.X, r.Y)
	}
	out = m.Notices.Lay(m.Looks.Theme, out, m.Width)
	return append(out, m.Looks.Theme.Draw(HintLine(m, p.Hint.W), p.Hint.W, ui.Bare))
}

func (m *Model) body(p Places) []string {
	switch {
	case m.teaches():
		return welcome(m, p.Main.W, p.Main.H)
	case p.Alone:
		return detailPane(m, p)
	}
	out := listPane(m, p)
	if p.Detail.H == 0 {
		return out
	}
	right := detailPane(m, p)
	if !p.Beside {
		return append(out, right...)
	}
	for i := range out {
		out[i] += right[i]
	}
	return out
}
