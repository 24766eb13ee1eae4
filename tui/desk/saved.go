package desk

import (
	"errors"
	"path/filepath"
	"slices"

	tea "charm.land/bubbletea/v2"

	"tacklebox/tui/prefs"
	"tacklebox/tui/ui"
)

// writeSaved keeps the filters. That nobody can write there is told by saveFilter
// alone: history is not worth a complaint each time.
func writeSaved(m *Model) tea.Cmd {
	dir, s := prefs.ConfigFolder(m.Opt.Env), m.Filter.Saved.Copied()
	if dir == "" {
		return nil
	}
	return func() tea.Msg { _ = prefs.WriteAtomically(filepath.Join(dir, prefs.SavedName), s); return nil }
}

func saveFilter(m *Model) tea.Cmd {
	q, dir := m.Filter.In.Value(), prefs.ConfigFolder(m.Opt.Env)
	if q == "" || m.Filter.problem != nil {
		m.Complain("only a filter without mistakes can be saved")
		return nil
	}
	if !slices.Contains(m.Filter.Saved.Saved, q) {
		m.Filter.Saved.Saved = append(m.Filter.Saved.Saved, q)
	}
	s := m.Filter.Saved.Copied()
	return Attempt(func() (string, error) {
		if dir == "" {
			return "", errors.New("there is no folder to save filters in: set HOME")
		}
		path := filepath.Join(dir, prefs.SavedName)
		return "saved in " + path, prefs.WriteAtomically(path, s)
	})
}

// pickFilter offers the saved filters and then the earlier ones.
func pickFilter(m *Model) tea.Cmd {
	p := ui.NewPicker("Saved filters")
	p.Box, p.Keys = true, []ui.Hint{{Key: "⏎", About: "use"}, {Key: "ctrl+d", About: "forget"}}
	p.Empty = "no filter was saved yet: type one and press ctrl+s"
	p.Set(filterItems(m))
	p.Choose = func(it ui.Item) (tea.Cmd, bool) {
		m.Filter.In.Set(it.Value.(string))
		Suggest(m)
		return filterChanged(m), true
	}
	p.Extra = map[string]func(*ui.Item) tea.Cmd{"ctrl+d": func(it *ui.Item) tea.Cmd {
		if it == nil {
			return nil
		}
		same := func(q string) bool { return q == it.Value.(string) }
		m.Filter.Saved.Saved = slices.DeleteFunc(m.Filter.Saved.Saved, same)
		m.Filter.Saved.History = slices.DeleteFunc(m.Filter.Saved.History, same)
		p.Set(filterItems(m))
		return writeSaved(m)
	}}
	m.Show(p)
	return nil
}

func filterItems(m *Model) (items []ui.Item) {
	for _, q := range m.Filter.Saved.Saved {
		items = append(items, ui.Item{Label: ui.Text(q), Note: "saved", Style: ui.Dim, Value: q})
	}
	for _, q := range slices.Backward(m.Filter.Saved.History) {
		if !slices.Contains(m.Filter.Saved.Saved, q) {
			items = append(items, ui.Item{Label: ui.Text(q), Value: q})
		}
	}
	return items
}
