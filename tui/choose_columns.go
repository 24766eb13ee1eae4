package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"tacklebox/tui/desk"
	"tacklebox/tui/listing"
	"tacklebox/tui/ui"
)

// showColumns chooses which columns the list has, in which order, and sorts it.
func showColumns(m *desk.Model) tea.Cmd {
	p := ui.NewPicker("Columns")
	p.Box = true
	p.Keys = []ui.Hint{{Key: "⏎", About: "sort by it"}, {Key: "ctrl+t", About: "show or hide"}, {Key: "ctrl+o", About: "further left"}, {Key: "ctrl+x", About: "as it was"}}
	fill := func() { p.Set(columnItems(m)) }
	change := func(do func(list []string, title string) []string) func(*ui.Item) tea.Cmd {
		return func(it *ui.Item) tea.Cmd {
			if it == nil {
				return nil
			}
			var now []string
			for _, c := range m.List.Fitting(m.Layout().List.Inner().W) {
				now = append(now, c.Title)
			}
			m.List.Chosen = do(now, it.Value.(listing.Column).Title)
			m.Looks.Own.Columns = m.List.Chosen
			fill()
			return desk.KeepSettings(m)
		}
	}
	p.Extra = map[string]func(*ui.Item) tea.Cmd{
		"ctrl+t": change(func(now []string, title string) []string {
			if i := slices.Index(now, title); i >= 0 {
				return slices.Delete(now, i, i+1)
			}
			return append(now, title)
		}),
		"ctrl+o": change(func(now []string, title string) []string {
			if i := slices.Index(now, title); i > 0 {
				now[i-1], now[i] = now[i], now[i-1]
			}
			return now
		}),
		"ctrl+x": change(func([]string, string) []string { return nil }),
	}
	p.Choose = func(it ui.Item) (tea.Cmd, bool) {
		sortBy(m, it.Value.(listing.Column))
		return desk.Read(m), true
	}
	fill()
	m.Show(p)
	return nil
}

func columnItems(m *desk.Model) []ui.Item {
	var items []ui.Item
	shown := m.List.Fitting(max(m.Layout().List.Inner().W, 40))
	for _, c := range append(slices.Clone(shown), listing.Columns()...) {
		if slices.ContainsFunc(items, func(it ui.Item) bool { return it.Label == c.Title }) {
			continue
		}
		note := "hidden"
		if slices.ContainsFunc(shown, func(s listing.Column) bool { return s.Title == c.Title }) {
			note = "shown"
		}
		if c.Title == m.List.Sorted {
			note += ", the list is sorted by it"
		}
		items = append(items, ui.Item{Label: c.Title, Note: note, Style: ui.Dim, Value: c})
	}
	return items
}

// sortBy orders the list by a column, and again by time when it is already.
func sortBy(m *desk.Model, c listing.Column) {
	if m.List.Sorted == c.Title || c.Order == nil {
		m.List.Sorted = ""
	} else {
		m.List.Sorted = c.Title
	}
	m.List.Follow = m.List.Sorted == ""
	m.List.Refold()
	if m.List.Sorted != "" {
		m.List.Cursor = 0
		m.List.Clamp()
	}
}
