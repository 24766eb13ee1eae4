package tui

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"tacklebox/tui/ui"
)

const fullColour = colorprofile.TrueColor

// looks is how the screen is drawn: by the terminal's background and colours, and by
// what the user set.
type looks struct {
	dark    bool
	profile colorprofile.Profile
	own     settings
	theme   *ui.Theme
}

// settingsRead are the settings as the file has them.
type settingsRead struct {
	settings settings
	saved    saved
	err      error
}

// loadSettings reads what the user set and what the program remembers.
func loadSettings(m *model) tea.Cmd {
	dir, theme := configFolder(m.opt.Env), m.opt.Theme
	var names, titles []string
	for _, a := range m.actions {
		names = append(names, a.name)
	}
	for _, c := range columns() {
		titles = append(titles, c.title)
	}
	return func() tea.Msg {
		var r settingsRead
		var errs []error
		if dir != "" {
			var err error
			if r.saved, err = readSaved(filepath.Join(dir, savedName)); err != nil {
				errs = append(errs, fmt.Errorf("saved filters: %w", err))
			}
			if r.settings, err = readSettings(filepath.Join(dir, "tui.json"), names, titles); err != nil {
				errs = append(errs, err)
			}
		}
		if theme != "" && slices.Contains([]string{"auto", "dark", "light"}, theme) {
			r.settings.Theme = theme
		} else if theme != "" {
			own, err := readSettings(theme, names, titles)
			if err == nil && own.Theme == "" && own.Colors == nil {
				err = fmt.Errorf("theme %q: want dark, light, auto or a file with colors", theme)
			}
			r.settings.Theme, r.settings.Colors = own.Theme, own.Colors
			errs = append(errs, err)
		}
		r.err = errors.Join(errs...)
		return r
	}
}

func (r settingsRead) apply(m *model) tea.Cmd {
	if r.err != nil {
		m.complain(r.err.Error())
	}
	m.filter.saved, m.looks.own = r.saved, r.settings
	for i, a := range m.actions {
		if keys := r.settings.Keys[a.name]; a.name != "" && len(keys) > 0 {
			m.actions[i].keys, m.actions[i].shown = keys, strings.Join(keys, " ")
		}
	}
	if r.settings.Split > 0 {
		m.panes.split = min(max(r.settings.Split, 20), 80)
	}
	m.list.chosen = r.settings.Columns
	m.restyle()
	return nil
}

// restyle makes the theme anew.
func (m *model) restyle() {
	dark := m.looks.dark
	if t := m.looks.own.Theme; t == "dark" || t == "light" {
		dark = t == "dark"
	}
	m.looks.theme = ui.NewTheme(dark, m.looks.profile, m.looks.own.Colors)
}

// keepSettings writes what was chosen on the screen.
func keepSettings(m *model) tea.Cmd {
	dir, s := configFolder(m.opt.Env), m.looks.own
	if dir == "" {
		return nil
	}
	return func() tea.Msg {
		if err := writeAtomically(filepath.Join(dir, "tui.json"), s); err != nil {
			return said{err: fmt.Errorf("settings of the screen: %w", err)}
		}
		return nil
	}
}
