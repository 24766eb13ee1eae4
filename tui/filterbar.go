package tui

import (
	"errors"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/client"
)

// filterBar is the line where the filter is typed.
type filterBar struct {
	inForce string // what the list shows
	editing bool
	before  string // in force when editing began
	in      input
	problem *client.SyntaxError
	options []option
	chosen  int // option that tab put in, -1: none
	base    string
	stamp   int // counts changes: a filter is applied when no other came meanwhile
	saved   saved
	past    int // which earlier filter is shown
}

func newFilterBar() filterBar { return filterBar{in: newInput(""), chosen: -1} }

// pauseToApply is how long typing rests before the list follows.
const pauseToApply = 150 * time.Millisecond

func (f *filterBar) height() int {
	switch {
	case f.editing:
		return 2
	case f.inForce != "":
		return 1
	}
	return 0
}

// Render draws the filter and, while it is typed, what is wrong with it or what
// may come next.
func (f *filterBar) Render(th *theme, width, height int) []string {
	if height == 0 {
		return nil
	}
	if !f.editing {
		line := say(head, "/ ").add(plain, clean(f.inForce, longestText)).add(dim, "   esc removes it")
		return []string{th.draw(line, width, plain)}
	}
	out := []string{th.draw(append(say(head, "/ "), f.in.spans(width-2, true)...), width, plain)}
	if height > 1 {
		out = append(out, th.draw(f.below(width), width, plain))
	}
	return out
}

// below points at the place where the filter stops making sense, or lists what
// may come next.
func (f *filterBar) below(width int) spans {
	if f.problem == nil || len(f.options) > 0 && f.chosen < 0 && f.in.Value() != "" {
		return f.listOptions()
	}
	text := clean(f.problem.Msg, 300)
	if f.problem.Hint != "" {
		text += " (" + clean(f.problem.Hint, 300) + ")"
	}
	head, _ := clip(f.problem.Query, min(max(f.problem.Pos, 0), len(f.problem.Query)))
	at := 2 + widthOf(clean(head, longestText))
	if at+2+widthOf(text) > width {
		return say(bad, "at character "+itoa(len([]rune(head))+1)+": "+text)
	}
	return say(bad, strings.Repeat(" ", at)+"^ "+text)
}

func (f *filterBar) listOptions() spans {
	line := spans{{"  ", plain}}
	for i, o := range f.options {
		st := name
		if i == f.chosen {
			st = chosen
		}
		line = line.add(st, o.text)
		if o.about != "" && len(f.options) <= 3 {
			line = line.add(dim, " "+o.about)
		}
		line = line.add(plain, "  ")
	}
	return line
}

func (m *model) editFilter() tea.Cmd {
	f := &m.filter
	f.editing, f.before, f.past, f.chosen = true, f.inForce, 0, -1
	f.in.set(f.inForce)
	m.suggest()
	return nil
}

func (m *model) filterKey(msg tea.Msg) tea.Cmd {
	f := &m.filter
	k, _ := msg.(tea.KeyPressMsg)
	switch k.String() {
	case "enter":
		return m.keepFilter()
	case "esc":
		f.editing = false
		if f.inForce != f.before {
			return m.setFilter(f.before)
		}
		return nil
	case "tab", "shift+tab":
		m.complete(k.String() == "shift+tab")
	case "up", "down":
		f.earlier(k.String() == "up")
		m.suggest()
	case "ctrl+s":
		return m.saveFilter()
	case "ctrl+o":
		return m.pickFilter()
	default:
		if !f.in.take(msg) {
			return nil
		}
		f.past = 0
		m.suggest()
	}
	return m.filterChanged()
}

// filterChanged checks what stands in the bar and lets the list follow when
// typing rests.
func (m *model) filterChanged() tea.Cmd {
	f := &m.filter
	f.problem = nil
	if err := client.CheckFilter(f.in.Value()); err != nil && !errors.As(err, &f.problem) {
		f.problem = &client.SyntaxError{Query: f.in.Value(), Msg: err.Error()}
	}
	f.stamp++
	if f.problem != nil {
		return nil
	}
	stamp := f.stamp
	return tea.Tick(pauseToApply, func(time.Time) tea.Msg {
		return doneMsg{func(m *model) tea.Cmd {
			if m.filter.stamp != stamp || !m.filter.editing {
				return nil
			}
			return m.setFilter(m.filter.in.Value())
		}}
	})
}

func (m *model) keepFilter() tea.Cmd {
	f := &m.filter
	if f.problem != nil {
		m.complain("the filter has a mistake: " + f.problem.Msg)
		return nil
	}
	f.editing = false
	q := strings.TrimSpace(f.in.Value())
	f.saved.remember(q)
	return tea.Batch(m.setFilter(q), m.writeSaved())
}

// setFilter shows what a filter matches.
func (m *model) setFilter(q string) tea.Cmd {
	q = strings.TrimSpace(q)
	if q == m.filter.inForce {
		return nil
	}
	m.filter.inForce = q
	return m.load()
}

// earlier walks through the history.
func (f *filterBar) earlier(back bool) {
	step := -1
	if back {
		step = 1
	}
	f.past = min(max(f.past+step, 0), len(f.saved.History))
	if f.past == 0 {
		f.in.set("")
		return
	}
	f.in.set(f.saved.History[len(f.saved.History)-f.past])
}

// onlyThis narrows the list to the event of the chosen entry, or to the
// provider of a call.
func (m *model) onlyThis() tea.Cmd {
	r := m.chosen()
	switch {
	case r == nil:
		return nil
	case r.event != "":
		return m.setFilter("event:" + quoteTerm(r.event))
	case r.inbox != "":
		return m.setFilter("inbox:" + quoteTerm(r.inbox))
	}
	return m.setFilter("kind:" + r.kind + " provider:" + quoteTerm(r.provider))
}
