package ui

import tea "charm.land/bubbletea/v2"

// Overlay stands over the screen until it is closed. It draws itself and takes keys
// and pastes; what they do is in the functions it was made with.
type Overlay interface {
	// Size says how much of the room it wants.
	Size(width, height int) (w, h int)
	// Fit makes it ready to be drawn so large.
	Fit(width, height int)
	Render(th *Theme, width, height int) []string
	// Take does what a key or a paste says; closed: it is to be taken away.
	Take(msg tea.Msg) (cmd tea.Cmd, closed bool)
	// Hints are the keys it knows, the likely ones first.
	Hints() []Hint
}

// Pointed is an overlay that can be clicked on and scrolled: y counts from its top.
type Pointed interface {
	Point(y, by int, clicked bool) tea.Cmd
}

// Hint is a key and a word for what it does.
type Hint struct{ Key, About string }

// HintLine writes as many hints as fit, and the last ones always: their number is
// last.
func HintLine(hints []Hint, last, width int) Line {
	one := func(h Hint) Line { return Say(Key, h.Key).Add(Dim, " "+h.About) }
	var tail Line
	room := width - 2
	for _, h := range hints[len(hints)-last:] {
		if n := one(h).Width() + 3; n-3 <= room {
			tail = append(append(tail, Span{"   ", Plain}), one(h)...)
			room -= n
		}
	}
	out := Say(Plain, " ")
	for _, h := range hints[:len(hints)-last] {
		n := one(h).Width() + 3
		if n > room {
			break
		}
		out = append(append(out, one(h)...), Span{"   ", Plain})
		room -= n
	}
	for range max(width-out.Width()-tail.Width()-1, 0) {
		out = out.Add(Plain, " ")
	}
	return append(out, tail...)
}

// Pager shows a text that is longer than the screen.
type Pager struct {
	Title string
	Text  func(width int) []Line
	top   int
	rows  int // on the screen
	lines []Line
	width int // that the lines are laid out for
}

// Size is all there is.
func (p *Pager) Size(width, height int) (int, int) { return width, height }

// Fit lays the text out.
func (p *Pager) Fit(width, height int) {
	if p.width != width {
		p.lines, p.width = p.Text(max(width-4, 1)), width
	}
	p.rows = max(height-2, 1)
	p.top = max(min(p.top, len(p.lines)-p.rows), 0)
}

// Render draws what is in sight.
func (p *Pager) Render(th *Theme, width, height int) []string {
	pane := Pane{Title: Say(Head, Cell(p.Title)), Focused: true, Width: width, Height: height}
	if total := len(p.lines); total > p.rows {
		pane.Bottom = Say(Dim, Itoa(p.top+1)+"–"+Itoa(min(p.top+p.rows, total))+" of "+Itoa(total))
	}
	var shown []Line
	for _, l := range p.lines[min(p.top, len(p.lines)):min(p.top+p.rows, len(p.lines))] {
		shown = append(shown, append(Say(Plain, " "), l...))
	}
	return pane.Draw(th, th.Lines(shown, width-2, height-2))
}

// Hints are the keys of a text.
func (p *Pager) Hints() []Hint { return []Hint{{"↑ ↓ pgup pgdn", "scroll"}, {"esc", "close"}} }

// Take scrolls.
func (p *Pager) Take(msg tea.Msg) (tea.Cmd, bool) {
	k, _ := msg.(tea.KeyPressMsg)
	switch k.String() {
	case "esc", "q", "enter", "left":
		return nil, true
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
		p.top = len(p.lines)
	}
	p.top = max(min(p.top, len(p.lines)-p.rows), 0)
	return nil, false
}

// Point scrolls with the wheel.
func (p *Pager) Point(_, by int, _ bool) tea.Cmd {
	p.top = max(p.top+by, 0)
	return nil
}

// Choice is an answer to a question.
type Choice struct {
	Key, About string
	Do         func() tea.Cmd
}

// Question asks before something is lost. A key that is no answer is taken as no.
type Question struct {
	Title   string
	About   []string
	Choices []Choice
}

// Size is what the text takes.
func (q *Question) Size(width, height int) (int, int) {
	w := min(62, width)
	return w, min(len(q.lines(w-4))+2, height)
}

// Fit has nothing to do.
func (q *Question) Fit(int, int) {}

func (q *Question) lines(width int) []Line {
	var out []Line
	for _, a := range q.About {
		out = append(out, Wrap(Say(Plain, Text(a)), width, 2, 8)...)
	}
	out = append(out, Line{})
	line := Line{}
	for _, h := range q.Hints() {
		one := Say(Key, h.Key).Add(Plain, " "+h.About)
		if len(line) > 0 && line.Width()+3+one.Width() > width {
			out, line = append(out, line), nil
		}
		if len(line) > 0 {
			line = line.Add(Plain, "   ")
		}
		line = append(line, one...)
	}
	return append(out, line)
}

// Render draws the question.
func (q *Question) Render(th *Theme, width, height int) []string {
	var out []Line
	for _, l := range q.lines(width - 4) {
		out = append(out, append(Say(Plain, " "), l...))
	}
	out = out[max(len(out)-max(height-2, 0), 0):] // the answers stay in sight
	return Pane{Title: Say(Head, Cell(q.Title)), Focused: true, Width: width, Height: height}.Draw(th, th.Lines(out, width-2, height-2))
}

// Hints are the answers.
func (q *Question) Hints() []Hint {
	var out []Hint
	for _, c := range q.Choices {
		out = append(out, Hint{c.Key, c.About})
	}
	return append(out, Hint{"esc", "stay"})
}

// Take answers.
func (q *Question) Take(msg tea.Msg) (tea.Cmd, bool) {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return nil, false
	}
	for _, c := range q.Choices {
		if k.String() == c.Key {
			return c.Do(), true
		}
	}
	return nil, true
}
