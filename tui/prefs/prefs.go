// Package prefs is what a user set for the screen and what it remembers from run to
// run: colours, keys, columns, saved filters.
package prefs

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tacklebox/receiver/api"
	"tacklebox/tui/ui"
)

// Settings are the user's, from tui.json in the folder of the saved filters.
type Settings struct {
	Theme   string              `json:"theme,omitempty"`  // dark, light or auto: by the terminal's background
	Colors  map[string]string   `json:"colors,omitempty"` // accent, good, … → #rrggbb
	Keys    map[string][]string `json:"keys,omitempty"`   // action → keys in place of its own
	Columns []string            `json:"columns,omitempty"`
	Split   int                 `json:"split,omitempty"` // per cent of the width for the list
}

// check says what is wrong with settings.
func (s Settings) check(actions, columns []string) error {
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
	for name := range s.Keys {
		if name == "" || !slices.Contains(actions, name) {
			return fmt.Errorf("keys: %q is no action: did you mean %q?", name, api.Nearest(name, actions))
		}
	}
	for _, c := range s.Columns {
		if !slices.Contains(columns, c) {
			return fmt.Errorf("columns: %q is none of them", c)
		}
	}
	return nil
}

// ReadSettings reads the user's file; without one nothing is set.
func ReadSettings(path string, actions, columns []string) (s Settings, err error) {
	doc, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		err = api.Decode(doc, &s)
	}
	if err == nil {
		err = s.check(actions, columns)
	}
	if err != nil {
		return Settings{}, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

// ConfigFolder is the user's, "" when there is none.
func ConfigFolder(env func(string) string) string {
	dir := env("XDG_CONFIG_HOME")
	if dir == "" && env("HOME") != "" {
		dir = filepath.Join(env("HOME"), ".config")
	}
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, "tacklebox")
}

// WriteAtomically writes a JSON file of the user's in one step.
func WriteAtomically(path string, v any) error {
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

// Saved is what the program remembers of filters from run to run.
type Saved struct {
	Saved   []string `json:"saved"`
	History []string `json:"history"` // oldest first
}

const MostHistory = 100

// Remember puts a filter at the end of the history, once.
func (s *Saved) Remember(q string) {
	if q == "" {
		return
	}
	s.History = slices.DeleteFunc(s.History, func(h string) bool { return h == q })
	s.History = append(s.History, q)
	s.History = s.History[max(len(s.History)-MostHistory, 0):]
}

const SavedName = "filters.json"

// ReadSaved reads what was remembered; without a file there is nothing.
func ReadSaved(path string) (s Saved, err error) {
	doc, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal(doc, &s)
	}
	return s, err
}

// Copied shares nothing with what it was copied from.
func (s Saved) Copied() Saved { return Saved{slices.Clone(s.Saved), slices.Clone(s.History)} }
