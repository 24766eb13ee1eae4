package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

// overlay stands in place of list and detail until it is closed. It draws
// itself and takes keys and pastes; IO is left to the commands it returns.
type overlay interface {
	fit(width, height int) // before it is drawn
	Render(th *theme, width, height int) []string
	take(m *model, msg tea.Msg) tea.Cmd
	hint() string
}

// pointed is an overlay that can be clicked on and scrolled.
type pointed interface {
	point(m *model, y, by int, clicked bool) tea.Cmd
}

func (m *model) show(o overlay) {
	m.over = o
	m.notice = notice{}
}

func (m *model) toOverlay(msg tea.Msg) tea.Cmd {
	if _, key := msg.(tea.KeyPressMsg); key {
		m.notice = notice{}
	}
	return m.over.take(m, msg)
}

func (m *model) overlayMouse(y, by int, clicked bool) tea.Cmd {
	if p, ok := m.over.(pointed); ok {
		return p.point(m, y, by, clicked)
	}
	return nil
}

// frameLines fills what an overlay drew to its height.
func frameLines(th *theme, lines []spans, width, height int) []string {
	out := make([]string, 0, height)
	for _, l := range lines[:min(len(lines), height)] {
		out = append(out, th.draw(l, width, plain))
	}
	for len(out) < height {
		out = append(out, strings.Repeat(" ", width))
	}
	return out
}

// pager shows a text that is longer than the screen.
type pager struct {
	title string
	lines func(width int) []spans
	top   int
	rows  int // on the screen
	text  []spans
	width int // that text is laid out for
}

func (p *pager) fit(width, height int) {
	if p.width != width {
		p.text, p.width = p.lines(width), width
	}
	p.rows = max(height-1, 1)
	p.top = max(min(p.top, len(p.text)-p.rows), 0)
}

func (p *pager) Render(th *theme, width, height int) []string {
	title := say(head, clean(p.title, longestCell))
	if total := len(p.text); total > p.rows {
		title = title.add(dim, "  "+itoa(p.top+1)+"-"+itoa(min(p.top+p.rows, total))+" of "+itoa(total))
	}
	return frameLines(th, append([]spans{title}, p.text[min(p.top, len(p.text)):]...), width, height)
}

func (p *pager) hint() string { return "↑ ↓ pgup pgdn scroll  esc close" }

func (p *pager) take(m *model, msg tea.Msg) tea.Cmd {
	k, _ := msg.(tea.KeyPressMsg)
	switch k.String() {
	case "esc", "q", "?", "enter", "left":
		m.over = nil
	case "up", "k":
		p.top--
	case "down", "j":
		p.top++
	case "pgup", "ctrl+b":
		p.top -= p.rows
	case "pgdown", "ctrl+f", "space":
		p.top += p.rows
	case "home", "g":
		p.top = 0
	case "end", "G":
		p.top = len(p.text)
	}
	p.top = max(p.top, 0)
	return nil
}

func (p *pager) point(_ *model, _, by int, _ bool) tea.Cmd {
	p.top = max(p.top+by, 0)
	return nil
}

// prompt asks for one line.
type prompt struct {
	title   string
	notes   []string
	in      input
	problem string
	back    overlay // shown when it closes
	submit  func(m *model, value string) (tea.Cmd, error)
}

func newPrompt(title, value string, notes ...string) *prompt {
	return &prompt{title: title, in: newInput(value), notes: notes}
}

func (p *prompt) fit(int, int) {}

func (p *prompt) Render(th *theme, width, height int) []string {
	lines := []spans{say(head, p.title), append(say(head, "> "), p.in.spans(width-2, true)...)}
	if p.problem != "" {
		lines = append(lines, wrap(say(bad, p.problem), width, 2, 6)...)
	}
	for _, n := range p.notes {
		lines = append(lines, wrap(say(dim, n), width, 2, 6)...)
	}
	return frameLines(th, lines, width, height)
}

func (p *prompt) hint() string { return "enter do it  esc close" }

func (p *prompt) take(m *model, msg tea.Msg) tea.Cmd {
	k, _ := msg.(tea.KeyPressMsg)
	switch k.String() {
	case "esc":
		m.over = p.back
	case "enter":
		cmd, err := p.submit(m, strings.TrimSpace(p.in.Value()))
		if err != nil {
			p.problem = clean(err.Error(), 500)
			return nil
		}
		if m.over == overlay(p) {
			m.over = p.back
		}
		return cmd
	default:
		p.in.take(msg)
		p.problem = ""
	}
	return nil
}
