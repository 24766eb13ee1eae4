package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"tacklebox/tui/ui"
)

// showColumns chooses which columns the list has, in which order, and sorts it.
func showColumns(m *model) tea.Cmd {
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
			for _, c := range m.list.fitting(m.layout().list.Inner().W) {
				now = append(now, c.title)
			}
			m.list.chosen = do(now, it.Value.(column).title)
			m.looks.own.Columns = m.list.chosen
			fill()
			return keepSettings(m)
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
		sortBy(m, it.Value.(column))
		return read(m), true
	}
	fill()
	m.show(p)
	return nil
}

func columnItems(m *model) []ui.Item {
	var items []ui.Item
	shown := m.list.fitting(max(m.layout().list.Inner().W, 40))
	for _, c := range append(slices.Clone(shown), columns()...) {
		if slices.ContainsFunc(items, func(it ui.Item) bool { return it.Label == c.title }) {
			continue
		}
		note := "hidden"
		if slices.ContainsFunc(shown, func(s column) bool { return s.title == c.title }) {
			note = "shown"
		}
		if c.title == m.list.sorted {
			note += ", the list is sorted by it"
		}
		items = append(items, ui.Item{Label: c.title, Note: note, Style: ui.Dim, Value: c})
	}
	return items
}

// sortBy orders the list by a column, and again by time when it is already.
func sortBy(m *model, c column) {
	if m.list.sorted == c.title || c.order == nil {
		m.list.sorted = ""
	} else {
		m.list.sorted = c.title
	}
	m.list.follow = m.list.sorted == ""
	m.list.refold()
	if m.list.sorted != "" {
		m.list.cursor = 0
		m.list.clamp()
	}
}
