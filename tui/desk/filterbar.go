package desk

import (
	"errors"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/api"
	"tacklebox/tui/prefs"
	"tacklebox/tui/ui"
)

// filterBar is the line where the filter is typed.
type filterBar struct {
	InForce string // what the list shows
	Editing bool
	before  string // in force when editing began
	In      ui.Input
	problem *api.SyntaxError
	options []option
	chosen  int // option that tab put in, -1: none
	base    string
	stamp   int // counts changes: a filter is applied when no other came meanwhile
	Saved   prefs.Saved
	past    int // which earlier filter is shown
}

func newFilterBar() filterBar { return filterBar{In: ui.NewInput(""), chosen: -1} }

// pauseToApply is how long typing rests before the list follows.
const pauseToApply = 150 * time.Millisecond

func (f *filterBar) height() int {
	if f.Editing {
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
	return th.Lines([]ui.Line{append(ui.Say(ui.Head, " / "), f.In.Line(width-3, true)...), f.below(width)}, width, height)
}

// below points at the place where the filter stops making sense, or lists what
// may come next.
func (f *filterBar) below(width int) ui.Line {
	if f.problem == nil || len(f.options) > 0 && f.chosen < 0 && f.In.Value() != "" {
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
		line = line.Add(st, o.Text)
		if o.about != "" && len(f.options) <= 3 {
			line = line.Add(ui.Dim, " "+o.about)
		}
		line = line.Add(ui.Plain, "  ")
	}
	return line
}

func editFilter(m *Model) tea.Cmd {
	f := &m.Filter
	f.Editing, f.before, f.past, f.chosen = true, f.InForce, 0, -1
	f.In.Set(f.InForce)
	Suggest(m)
	return nil
}

func filterKey(m *Model, msg tea.Msg) tea.Cmd {
	f := &m.Filter
	k, _ := msg.(tea.KeyPressMsg)
	switch k.String() {
	case "enter":
		return keepFilter(m)
	case "esc":
		f.Editing = false
		if f.InForce != f.before {
			return SetFilter(m, f.before)
		}
		return nil
	case "tab", "shift+tab":
		complete(m, k.String() == "shift+tab")
	case "up", "down":
		f.earlier(k.String() == "up")
		Suggest(m)
	case "ctrl+s":
		return saveFilter(m)
	case "ctrl+o":
		return pickFilter(m)
	default:
		if !f.In.Take(msg) {
			return nil
		}
		f.past = 0
		Suggest(m)
	}
	return filterChanged(m)
}

// filterChanged checks what stands in the bar and lets the list follow when
// typing rests.
func filterChanged(m *Model) tea.Cmd {
	f := &m.Filter
	f.problem = nil
	if err := api.CheckFilter(f.In.Value()); err != nil && !errors.As(err, &f.problem) {
		f.problem = &api.SyntaxError{Query: f.In.Value(), Msg: err.Error()}
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

func (r rested) Apply(m *Model) tea.Cmd {
	if m.Filter.stamp != int(r) || !m.Filter.Editing {
		return nil
	}
	return SetFilter(m, m.Filter.In.Value())
}

func keepFilter(m *Model) tea.Cmd {
	f := &m.Filter
	if f.problem != nil {
		m.Complain("the filter has a mistake: " + f.problem.Msg)
		return nil
	}
	f.Editing = false
	q := strings.TrimSpace(f.In.Value())
	f.Saved.Remember(q)
	return tea.Batch(SetFilter(m, q), writeSaved(m))
}

// SetFilter shows what a filter matches.
func SetFilter(m *Model, q string) tea.Cmd {
	q = strings.TrimSpace(q)
	if q == m.Filter.InForce {
		return nil
	}
	m.Filter.InForce = q
	return Load(m)
}

// earlier walks through the history.
func (f *filterBar) earlier(back bool) {
	step := -1
	if back {
		step = 1
	}
	f.past = min(max(f.past+step, 0), len(f.Saved.History))
	if f.past == 0 {
		f.In.Set("")
		return
	}
	f.In.Set(f.Saved.History[len(f.Saved.History)-f.past])
}

// OnlyThis narrows the list to the event of the chosen entry, or to the
// provider of a call.
func OnlyThis(m *Model) tea.Cmd {
	r := m.Current()
	switch {
	case r == nil:
		return nil
	case r.Event != "":
		return SetFilter(m, "event:"+QuoteTerm(r.Event))
	case r.Inbox != "":
		return SetFilter(m, "inbox:"+QuoteTerm(r.Inbox))
	}
	return SetFilter(m, "kind:"+r.Kind+" provider:"+QuoteTerm(r.Provider))
}
