package tui

import (
	"errors"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/api"
	"tacklebox/tui/ui"
)

// filterBar is the line where the filter is typed.
type filterBar struct {
	inForce string // what the list shows
	editing bool
	before  string // in force when editing began
	in      ui.Input
	problem *api.SyntaxError
	options []option
	chosen  int // option that tab put in, -1: none
	base    string
	stamp   int // counts changes: a filter is applied when no other came meanwhile
	saved   saved
	past    int // which earlier filter is shown
}

func newFilterBar() filterBar { return filterBar{in: ui.NewInput(""), chosen: -1} }

// pauseToApply is how long typing rests before the list follows.
const pauseToApply = 150 * time.Millisecond

func (f *filterBar) height() int {
	if f.editing {
		return 2
	}
	return 0
}

// render draws the filter while it is typed, and what is wrong with it or what may
// come next.
func (f *filterBar) render(th *ui.Theme, width, height int) []string {
	if height == 0 {
		return nil
	}
	return th.Lines([]ui.Line{append(ui.Say(ui.Head, " / "), f.in.Line(width-3, true)...), f.below(width)}, width, height)
}

// below points at the place where the filter stops making sense, or lists what
// may come next.
func (f *filterBar) below(width int) ui.Line {
	if f.problem == nil || len(f.options) > 0 && f.chosen < 0 && f.in.Value() != "" {
		return f.listOptions()
	}
	text := ui.Clean(f.problem.Msg, 300)
	if f.problem.Hint != "" {
		text += " (" + ui.Clean(f.problem.Hint, 300) + ")"
	}
	head, _ := ui.Clip(f.problem.Query, min(max(f.problem.Pos, 0), len(f.problem.Query)))
	at := 3 + ui.Width(ui.Text(head))
	if at+2+ui.Width(text) > width {
		return ui.Say(ui.Bad, " at character "+ui.Itoa(len([]rune(head))+1)+": "+text)
	}
	return ui.Say(ui.Bad, strings.Repeat(" ", at)+"^ "+text)
}

func (f *filterBar) listOptions() ui.Line {
	line := ui.Say(ui.Plain, "   ")
	for i, o := range f.options {
		st := ui.Accent
		if i == f.chosen {
			st = ui.Cursor
		}
		line = line.Add(st, o.text)
		if o.about != "" && len(f.options) <= 3 {
			line = line.Add(ui.Dim, " "+o.about)
		}
		line = line.Add(ui.Plain, "  ")
	}
	return line
}

func editFilter(m *model) tea.Cmd {
	f := &m.filter
	f.editing, f.before, f.past, f.chosen = true, f.inForce, 0, -1
	f.in.Set(f.inForce)
	suggest(m)
	return nil
}

func filterKey(m *model, msg tea.Msg) tea.Cmd {
	f := &m.filter
	k, _ := msg.(tea.KeyPressMsg)
	switch k.String() {
	case "enter":
		return keepFilter(m)
	case "esc":
		f.editing = false
		if f.inForce != f.before {
			return setFilter(m, f.before)
		}
		return nil
	case "tab", "shift+tab":
		complete(m, k.String() == "shift+tab")
	case "up", "down":
		f.earlier(k.String() == "up")
		suggest(m)
	case "ctrl+s":
		return saveFilter(m)
	case "ctrl+o":
		return pickFilter(m)
	default:
		if !f.in.Take(msg) {
			return nil
		}
		f.past = 0
		suggest(m)
	}
	return filterChanged(m)
}

// filterChanged checks what stands in the bar and lets the list follow when
// typing rests.
func filterChanged(m *model) tea.Cmd {
	f := &m.filter
	f.problem = nil
	if err := api.CheckFilter(f.in.Value()); err != nil && !errors.As(err, &f.problem) {
		f.problem = &api.SyntaxError{Query: f.in.Value(), Msg: err.Error()}
	}
	f.stamp++
	if f.problem != nil {
		return nil
	}
	stamp := f.stamp
	return tea.Tick(pauseToApply, func(time.Time) tea.Msg { return rested(stamp) })
}

// rested says that nothing was typed for a moment.
type rested int

func (r rested) apply(m *model) tea.Cmd {
	if m.filter.stamp != int(r) || !m.filter.editing {
		return nil
	}
	return setFilter(m, m.filter.in.Value())
}

func keepFilter(m *model) tea.Cmd {
	f := &m.filter
	if f.problem != nil {
		m.complain("the filter has a mistake: " + f.problem.Msg)
		return nil
	}
	f.editing = false
	q := strings.TrimSpace(f.in.Value())
	f.saved.remember(q)
	return tea.Batch(setFilter(m, q), writeSaved(m))
}

// setFilter shows what a filter matches.
func setFilter(m *model, q string) tea.Cmd {
	q = strings.TrimSpace(q)
	if q == m.filter.inForce {
		return nil
	}
	m.filter.inForce = q
	return load(m)
}

// earlier walks through the history.
func (f *filterBar) earlier(back bool) {
	step := -1
	if back {
		step = 1
	}
	f.past = min(max(f.past+step, 0), len(f.saved.History))
	if f.past == 0 {
		f.in.Set("")
		return
	}
	f.in.Set(f.saved.History[len(f.saved.History)-f.past])
}

// onlyThis narrows the list to the event of the chosen entry, or to the
// provider of a call.
func onlyThis(m *model) tea.Cmd {
	r := m.current()
	switch {
	case r == nil:
		return nil
	case r.Event != "":
		return setFilter(m, "event:"+quoteTerm(r.Event))
	case r.Inbox != "":
		return setFilter(m, "inbox:"+quoteTerm(r.Inbox))
	}
	return setFilter(m, "kind:"+r.Kind+" provider:"+quoteTerm(r.Provider))
}
