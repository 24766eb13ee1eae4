package tui

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"tacklebox/receiver/api"
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

// settings are the user's, from tui.json in the folder of the saved filters.
type settings struct {
	Theme   string              `json:"theme,omitempty"`  // dark, light or auto: by the terminal's background
	Colors  map[string]string   `json:"colors,omitempty"` // accent, good, … → #rrggbb
	Keys    map[string][]string `json:"keys,omitempty"`   // action → keys in place of its own
	Columns []string            `json:"columns,omitempty"`
	Split   int                 `json:"split,omitempty"` // per cent of the width for the list
}

// check says what is wrong with settings.
func (s settings) check() error {
	if !slices.Contains([]string{"", "auto", "dark", "light"}, s.Theme) {
		return fmt.Errorf("theme %q: want dark, light or auto", s.Theme)
	}
	for name, value := range s.Colors {
		if !slices.Contains(ui.Colors(), name) {
			return fmt.Errorf("colors: %q is none; known are %s", name, strings.Join(ui.Colors(), ", "))
		}
		if len(value) != 7 || value[0] != '#' || strings.Trim(strings.ToLower(value[1:]), "0123456789abcdef") != "" {
			return fmt.Errorf("colors: %s: %q: want #rrggbb", name, value)
		}
	}
	var names []string
	for _, a := range actions() {
		names = append(names, a.name)
	}
	for name := range s.Keys {
		if name == "" || !slices.Contains(names, name) {
			return fmt.Errorf("keys: %q is no action: did you mean %q?", name, api.Nearest(name, names))
		}
	}
	for _, c := range s.Columns {
		if !slices.ContainsFunc(columns(), func(k column) bool { return k.title == c }) {
			return fmt.Errorf("columns: %q is none of them", c)
		}
	}
	return nil
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
	return func() tea.Msg {
		var r settingsRead
		var errs []error
		if dir != "" {
			var err error
			if r.saved, err = readSaved(filepath.Join(dir, savedName)); err != nil {
				errs = append(errs, fmt.Errorf("saved filters: %w", err))
			}
			if r.settings, err = readSettings(filepath.Join(dir, "tui.json")); err != nil {
				errs = append(errs, err)
			}
		}
		if theme != "" && slices.Contains([]string{"auto", "dark", "light"}, theme) {
			r.settings.Theme = theme
		} else if theme != "" {
			own, err := readSettings(theme)
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

func readSettings(path string) (s settings, err error) {
	doc, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		err = api.Decode(doc, &s)
	}
	if err == nil {
		err = s.check()
	}
	if err != nil {
		return settings{}, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
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

// configFolder is the user's, "" when there is none.
func configFolder(env func(string) string) string {
	dir := env("XDG_CONFIG_HOME")
	if dir == "" && env("HOME") != "" {
		dir = filepath.Join(env("HOME"), ".config")
	}
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, "tacklebox")
}

// writeAtomically writes a JSON file of the user's in one step.
func writeAtomically(path string, v any) error {
	doc, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	next := path + ".new"
	if err := os.WriteFile(next, append(doc, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(next, path)
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

func decode(doc []byte, v any) error { return json.Unmarshal(doc, v) }
