package tui

import (
	"fmt"
	"slices"
	"strings"
	"tacklebox/tui/desk"
	"tacklebox/tui/prefs"
	"testing"

	tea "charm.land/bubbletea/v2"

	"tacklebox/tui/ui"
)

// TestTabCompletes goes round the options and keeps what stands before.
func TestTabCompletes(t *testing.T) {
	m := filled(t, 120, 24)
	press(m, "/", "inbox:misc -kin", "tab")
	if got := m.Filter.In.Value(); got != "inbox:misc -kind:" {
		t.Errorf("got %q", got)
	}
	m.Filter.In.Set("ki")
	desk.Suggest(m)
	if press(m, "tab", "tab"); m.Filter.In.Value() != "kind:call" {
		t.Errorf("ki and two tabs: %q", m.Filter.In.Value())
	}
	m.Filter.In.Set("kind:c")
	desk.Suggest(m)
	for _, want := range []string{"kind:call", "kind:capture", "kind:call"} {
		if press(m, "tab"); m.Filter.In.Value() != want {
			t.Errorf("got %q, want %q", m.Filter.In.Value(), want)
		}
	}
	if press(m, "shift+tab"); m.Filter.In.Value() != "kind:capture" {
		t.Errorf("back: %q", m.Filter.In.Value())
	}
}

// TestHistory walks back and forth, and a paste is typed.
func TestHistory(t *testing.T) {
	m := filled(t, 80, 24)
	for _, q := range []string{"one", "two", "one", ""} {
		m.Filter.Saved.Remember(q)
	}
	press(m, "/", "up")
	m.Update(tea.PasteMsg{Content: " kind:call\n"})
	if got := m.Filter.In.Value(); !strings.HasPrefix(got, "one kind:call") {
		t.Errorf("got %q", got)
	}
	press(m, "up", "up", "up")
	if got := m.Filter.In.Value(); got != "two" {
		t.Errorf("got %q", got)
	}
	press(m, "down", "down", "down")
	if got := m.Filter.In.Value(); got != "" {
		t.Errorf("got %q", got)
	}
	for i := range 300 {
		m.Filter.Saved.Remember(fmt.Sprint(i))
	}
	if n := len(m.Filter.Saved.History); n != prefs.MostHistory {
		t.Errorf("%d are remembered", n)
	}
}

// TestSavedPicker offers what was saved first, and forgets.
func TestSavedPicker(t *testing.T) {
	m := filled(t, 80, 24)
	m.Filter.Saved = prefs.Saved{Saved: []string{"kind:call"}, History: []string{"old", "kind:call", "new"}}
	press(m, "/", "ctrl+o", "down")
	p := m.Over().(*ui.Picker)
	if it := p.Current(); it == nil || it.Value != "new" || len(p.Items()) != 3 {
		t.Fatalf("the second is %v of %d", it, len(p.Items()))
	}
	press(m, "ctrl+d")
	if slices.Contains(m.Filter.Saved.History, "new") || len(m.Over().(*ui.Picker).Items()) != 2 {
		t.Error("it was not forgotten")
	}
	press(m, "enter")
	if m.Over() != nil || m.Filter.In.Value() != "old" || !m.Filter.Editing {
		t.Errorf("chosen: %q", m.Filter.In.Value())
	}
}

// TestPager scrolls and closes.
func TestPager(t *testing.T) {
	m := filled(t, 80, 24)
	m.Show(&ui.Pager{Title: "x", Text: func(int) (out []ui.Line) {
		for i := range 60 {
			out = append(out, ui.Say(ui.Plain, fmt.Sprint("line ", i, ".")))
		}
		return out
	}})
	m.Update(nil)
	for _, c := range []struct{ keys, want string }{{"end", "line 59."}, {"home", "line 0."}, {"pgdown", "line 25."}, {"pgup", "line 0."}, {"j", "line 20."}} {
		if press(m, c.keys); !strings.Contains(plainScreen(m), c.want) {
			t.Errorf("%s: %s", c.keys, plainScreen(m))
		}
	}
	m.Update(tea.MouseWheelMsg{X: 1, Y: 5, Button: tea.MouseWheelDown})
	if strings.Contains(plainScreen(m), "line 3.") {
		t.Error("the wheel does not scroll")
	}
	press(m, "esc")
	if m.Over() != nil {
		t.Error("esc does not close it")
	}
}
