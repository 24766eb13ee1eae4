package desk

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"tacklebox/tui/listing"
	"tacklebox/tui/prefs"
	"tacklebox/tui/ui"
)

const fullColour = colorprofile.TrueColor

// looks is how the screen is drawn: by the terminal's background and colours, and by
// what the user set.
type looks struct {
	Dark    bool
	profile colorprofile.Profile
	Own     prefs.Settings
	Theme   *ui.Theme
}

// settingsRead are the settings as the file has them.
type settingsRead struct {
	settings prefs.Settings
	saved    prefs.Saved
	err      error
}

// loadSettings reads what the user set and what the program remembers.
func loadSettings(m *Model) tea.Cmd {
	dir, theme := prefs.ConfigFolder(m.Opt.Env), m.Opt.Theme
	var names, titles []string
	for _, a := range m.Actions {
		names = append(names, a.Name)
	}
	for _, c := range listing.Columns() {
		titles = append(titles, c.Title)
	}
	return func() tea.Msg {
		var r settingsRead
		var errs []error
		if dir != "" {
			var err error
			if r.saved, err = prefs.ReadSaved(filepath.Join(dir, prefs.SavedName)); err != nil {
				errs = append(errs, fmt.Errorf("saved filters: %w", err))
			}
			if r.settings, err = prefs.ReadSettings(filepath.Join(dir, "tui.json"), names, titles); err != nil {
				errs = append(errs, err)
			}
		}
		if theme != "" && slices.Contains([]string{"auto", "dark", "light"}, theme) {
			r.settings.Theme = theme
		} else if theme != "" {
			own, err := prefs.ReadSettings(theme, names, titles)
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

func (r settingsRead) Apply(m *Model) tea.Cmd {
	if r.err != nil {
		m.Complain(r.err.Error())
	}
	m.Filter.Saved, m.Looks.Own = r.saved, r.settings
	for i, a := range m.Actions {
		if keys := r.settings.Keys[a.Name]; a.Name != "" && len(keys) > 0 {
			m.Actions[i].Keys, m.Actions[i].Shown = keys, strings.Join(keys, " ")
		}
	}
	if r.settings.Split > 0 {
		m.Panes.Split = min(max(r.settings.Split, 20), 80)
	}
	m.List.Chosen = r.settings.Columns
	m.Restyle()
	return nil
}

// Restyle makes the theme anew.
func (m *Model) Restyle() {
	dark := m.Looks.Dark
	if t := m.Looks.Own.Theme; t == "dark" || t == "light" {
		dark = t == "dark"
	}
	m.Looks.Theme = ui.NewTheme(dark, m.Looks.profile, m.Looks.Own.Colors)
}

// KeepSettings writes what was chosen on the screen.
func KeepSettings(m *Model) tea.Cmd {
	dir, s := prefs.ConfigFolder(m.Opt.Env), m.Looks.Own
	if dir == "" {
		return nil
	}
	return func() tea.Msg {
		if err := prefs.WriteAtomically(filepath.Join(dir, "tui.json"), s); err != nil {
			return said{err: fmt.Errorf("settings of the screen: %w", err)}
		}
		return nil
	}
}
