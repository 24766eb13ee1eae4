package tui

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

func (r itemsRead) apply(m *model) tea.Cmd {
	if m.fail(r.err) {
		if r.picker.Loading {
			m.drop(r.picker)
		}
		return nil
	}
	r.picker.Set(r.items)
	cmds := []tea.Cmd{reread(m)}
	for _, k := range r.picker.Pending() {
		cmds = append(cmds, m.typed(k))
	}
	return tea.Batch(cmds...)
}

// listed shows a picker at once and fills it when its items are there.
func listed(m *model, p *ui.Picker, load func() ([]ui.Item, error)) tea.Cmd {
	p.Loading = true
	m.show(p)
	return relisted(p, load)
}

// relisted fills an open picker anew.
func relisted(p *ui.Picker, load func() ([]ui.Item, error)) tea.Cmd {
	return func() tea.Msg {
		items, err := load()
		return itemsRead{p, items, err}
	}
}

// on makes a key of a list out of something done with the chosen item.
func on[T any](do func(v T) tea.Cmd) func(*ui.Item) tea.Cmd {
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

func (r formSent) apply(m *model) tea.Cmd {
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
		return refresh(m)
	}
	m.drop(r.form)
	m.say(ui.Good, r.text)
	if r.then != nil {
		return tea.Batch(r.then(), refresh(m))
	}
	return refresh(m)
}

// sendForm does what a form asks for; refused, the form stays.
func sendForm(_ *model, f *ui.Form, text string, do func() error, then func() tea.Cmd) tea.Cmd {
	f.Busy = "⣾ waiting for the sandbox"
	return func() tea.Msg { return formSent{f, text, do(), then} }
}

// ask shows a form of one field.
func ask(m *model, title, value string, submit func(value string) (tea.Cmd, error), about ...string) {
	m.show(ui.Ask(title, value, submit, about...))
}
