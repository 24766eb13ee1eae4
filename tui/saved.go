package tui

import (
	"errors"
	"path/filepath"
	"slices"

	tea "charm.land/bubbletea/v2"

	"tacklebox/tui/ui"
)

// writeSaved keeps the filters. That nobody can write there is told by saveFilter
// alone: history is not worth a complaint each time.
func writeSaved(m *model) tea.Cmd {
	dir, s := configFolder(m.opt.Env), m.filter.saved.copied()
	if dir == "" {
		return nil
	}
	return func() tea.Msg { _ = writeAtomically(filepath.Join(dir, savedName), s); return nil }
}

func saveFilter(m *model) tea.Cmd {
	q, dir := m.filter.in.Value(), configFolder(m.opt.Env)
	if q == "" || m.filter.problem != nil {
		m.complain("only a filter without mistakes can be saved")
		return nil
	}
	if !slices.Contains(m.filter.saved.Saved, q) {
		m.filter.saved.Saved = append(m.filter.saved.Saved, q)
	}
	s := m.filter.saved.copied()
	return attempt(func() (string, error) {
		if dir == "" {
			return "", errors.New("there is no folder to save filters in: set HOME")
		}
		path := filepath.Join(dir, savedName)
		return "saved in " + path, writeAtomically(path, s)
	})
}

// pickFilter offers the saved filters and then the earlier ones.
func pickFilter(m *model) tea.Cmd {
	p := ui.NewPicker("Saved filters")
	p.Box, p.Keys = true, []ui.Hint{{Key: "⏎", About: "use"}, {Key: "ctrl+d", About: "forget"}}
	p.Empty = "no filter was saved yet: type one and press ctrl+s"
	p.Set(filterItems(m))
	p.Choose = func(it ui.Item) (tea.Cmd, bool) {
		m.filter.in.Set(it.Value.(string))
		suggest(m)
		return filterChanged(m), true
	}
	p.Extra = map[string]func(*ui.Item) tea.Cmd{"ctrl+d": func(it *ui.Item) tea.Cmd {
		if it == nil {
			return nil
		}
		same := func(q string) bool { return q == it.Value.(string) }
		m.filter.saved.Saved = slices.DeleteFunc(m.filter.saved.Saved, same)
		m.filter.saved.History = slices.DeleteFunc(m.filter.saved.History, same)
		p.Set(filterItems(m))
		return writeSaved(m)
	}}
	m.show(p)
	return nil
}

func filterItems(m *model) (items []ui.Item) {
	for _, q := range m.filter.saved.Saved {
		items = append(items, ui.Item{Label: ui.Text(q), Note: "saved", Style: ui.Dim, Value: q})
	}
	for _, q := range slices.Backward(m.filter.saved.History) {
		if !slices.Contains(m.filter.saved.Saved, q) {
			items = append(items, ui.Item{Label: ui.Text(q), Value: q})
		}
	}
	return items
}
