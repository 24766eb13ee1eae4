package tui

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"

	tea "charm.land/bubbletea/v2"
)

// saved is what the program remembers of filters from run to run.
type saved struct {
	Saved   []string `json:"saved"`
	History []string `json:"history"` // oldest first
}

const mostHistory = 100

func (s *saved) remember(q string) {
	if q == "" {
		return
	}
	s.History = slices.DeleteFunc(s.History, func(h string) bool { return h == q })
	s.History = append(s.History, q)
	s.History = s.History[max(len(s.History)-mostHistory, 0):]
}

// savedPath is the file in the user's configuration folder, "" when there is
// none.
func savedPath(env func(string) string) string {
	dir := env("XDG_CONFIG_HOME")
	if dir == "" && env("HOME") != "" {
		dir = filepath.Join(env("HOME"), ".config")
	}
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, "tacklebox", "filters.json")
}

func readSaved(path string) (s saved, err error) {
	doc, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal(doc, &s)
	}
	return s, err
}

func (s saved) write(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	doc, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	next := path + ".new"
	if err := os.WriteFile(next, append(doc, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(next, path)
}

func (m *model) loadSaved() tea.Cmd {
	path := savedPath(m.opt.Env)
	if path == "" {
		return nil
	}
	return run(func() func(*model) tea.Cmd {
		s, err := readSaved(path)
		if err != nil {
			return func(m *model) tea.Cmd { m.tell(warn, "saved filters: "+err.Error()); return nil }
		}
		return func(m *model) tea.Cmd { m.filter.saved = s; return nil }
	})
}

// writeSaved keeps the filters. That nobody can write there is told by saveFilter
// alone: history is not worth a complaint each time.
func (m *model) writeSaved() tea.Cmd {
	path, s := savedPath(m.opt.Env), m.filter.saved.copied()
	if path == "" {
		return nil
	}
	return run(func() func(*model) tea.Cmd { _ = s.write(path); return nil })
}

func (s saved) copied() saved { return saved{slices.Clone(s.Saved), slices.Clone(s.History)} }

func (m *model) saveFilter() tea.Cmd {
	q, path := m.filter.in.Value(), savedPath(m.opt.Env)
	if q == "" || m.filter.problem != nil {
		m.complain("only a filter without mistakes can be saved")
		return nil
	}
	if !slices.Contains(m.filter.saved.Saved, q) {
		m.filter.saved.Saved = append(m.filter.saved.Saved, q)
	}
	s := m.filter.saved.copied()
	return m.attempt(func() (string, error) {
		if path == "" {
			return "", errors.New("there is no folder to save filters in: set HOME")
		}
		return "saved in " + path, s.write(path)
	})
}

// pickFilter offers the saved filters and then the earlier ones.
func (m *model) pickFilter() tea.Cmd {
	p := newPicker("Saved filters")
	p.empty = "no filter was saved yet: type one and press ctrl+s"
	for _, q := range m.filter.saved.Saved {
		p.items = append(p.items, item{label: clean(q, longestText), note: "saved", value: q})
	}
	for _, q := range slices.Backward(m.filter.saved.History) {
		if !slices.Contains(m.filter.saved.Saved, q) {
			p.items = append(p.items, item{label: clean(q, longestText), value: q})
		}
	}
	p.choose = func(m *model, it item) tea.Cmd {
		m.over = nil
		m.filter.in.set(it.value.(string))
		m.suggest()
		return m.filterChanged()
	}
	p.extra = map[string]func(*model, *item) tea.Cmd{"ctrl+d": func(m *model, it *item) tea.Cmd {
		if it == nil {
			return nil
		}
		same := func(q string) bool { return q == it.value.(string) }
		m.filter.saved.Saved = slices.DeleteFunc(m.filter.saved.Saved, same)
		m.filter.saved.History = slices.DeleteFunc(m.filter.saved.History, same)
		return tea.Batch(m.pickFilter(), m.writeSaved())
	}}
	p.keys = "enter use  ctrl+d forget  esc close"
	m.show(p)
	return nil
}
