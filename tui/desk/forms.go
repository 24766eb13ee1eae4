package desk

import (
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/api"
	"tacklebox/tui/ui"
)

// itemsRead fills a picker whose items were loaded beside the screen.
type itemsRead struct {
	picker *ui.Picker
	items  []ui.Item
	err    error
}

func (r itemsRead) Apply(m *Model) tea.Cmd {
	if m.Fail(r.err) {
		if r.picker.Loading {
			m.Drop(r.picker)
		}
		return nil
	}
	r.picker.Set(r.items)
	cmds := []tea.Cmd{reread(m)}
	for _, k := range r.picker.Pending() {
		cmds = append(cmds, m.Typed(k))
	}
	return tea.Batch(cmds...)
}

// Listed shows a picker at once and fills it when its items are there.
func Listed(m *Model, p *ui.Picker, load func() ([]ui.Item, error)) tea.Cmd {
	p.Loading = true
	m.Show(p)
	return Relisted(p, load)
}

// Relisted fills an open picker anew.
func Relisted(p *ui.Picker, load func() ([]ui.Item, error)) tea.Cmd {
	return func() tea.Msg {
		items, err := load()
		return itemsRead{p, items, err}
	}
}

// On makes a key of a list out of something done with the chosen item.
func On[T any](do func(v T) tea.Cmd) func(*ui.Item) tea.Cmd {
	return func(it *ui.Item) tea.Cmd {
		if it == nil {
			return nil
		}
		return do(it.Value.(T))
	}
}

// formSent is what became of a form: it stays with the reason, or closes.
type formSent struct {
	form *ui.Form
	text string
	err  error
	then func() tea.Cmd
}

func (r formSent) Apply(m *Model) tea.Cmd {
	r.form.Busy = ""
	if r.err != nil {
		var refused *api.Error
		i := -1
		if errors.As(r.err, &refused) {
			for j, x := range r.form.Fields {
				if x.Label != "" && (refused.Code == "bad_"+x.Label || refused.Code == "unknown_"+strings.TrimSuffix(x.Label, "s")) {
					i = j
				}
			}
			if len(r.form.Fields) == 1 {
				i = 0
			}
		}
		r.form.Refuse(i, r.err.Error(), "")
		return Refresh(m)
	}
	m.Drop(r.form)
	m.Say(ui.Good, r.text)
	if r.then != nil {
		return tea.Batch(r.then(), Refresh(m))
	}
	return Refresh(m)
}

// SendForm does what a form asks for; refused, the form stays.
func SendForm(_ *Model, f *ui.Form, text string, do func() error, then func() tea.Cmd) tea.Cmd {
	f.Busy = "⣾ waiting for the sandbox"
	return func() tea.Msg { return formSent{f, text, do(), then} }
}

// Ask shows a form of one field.
func Ask(m *Model, title, value string, submit func(value string) (tea.Cmd, error), about ...string) {
	m.Show(ui.Ask(title, value, submit, about...))
}
