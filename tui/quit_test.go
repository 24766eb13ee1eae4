package tui

import (
	"fmt"
	"strings"
	"tacklebox/tui/desk"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// TestAsksBeforeLoss: leaving asks when something would be lost, and says what; any
// other key stays.
func TestAsksBeforeLoss(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		set  func(m *desk.Model)
		want string
	}{
		"memory":  {func(m *desk.Model) { m.Opt.Attached, m.Opt.Memory = false, true; m.List.Lines = nil }, "Stop the sandbox?"},
		"waiting": {func(m *desk.Model) { m.Opt.Attached = false }, "1 delivery waits for its next try"},
		"firing":  {func(m *desk.Model) { m.Fire.Left = 1500 }, "1,500 events of a firing"},
	} {
		m := filled(t, 120, 40)
		c.set(m)
		press(m, "q")
		text := strings.Join(strings.Fields(strings.ReplaceAll(plainScreen(m), "│", " ")), " ")
		if !strings.Contains(text, c.want) {
			t.Errorf("%s: %s", name, plainScreen(m))
		}
		if press(m, "esc"); m.Over() != nil {
			t.Errorf("%s: esc does not stay", name)
		}
		press(m, "q")
		if cmd := press(m, "q"); cmd == nil || cmd() != (tea.QuitMsg{}) {
			t.Errorf("%s: q does not leave after the question", name)
		}
	}
	m := filled(t, 120, 40)
	if cmd := press(m, "q"); cmd == nil || cmd() != (tea.QuitMsg{}) {
		t.Error("attached, nothing is lost, and it asks")
	}
	m = filled(t, 120, 40)
	m.Opt.Attached = false
	press(m, "q")
	if cmd := press(m, "d"); cmd == nil || cmd() != (tea.QuitMsg{}) || !m.LeftRunning {
		t.Error("d does not leave the sandbox running")
	}
}

// TestSuspend gives the terminal back to the shell, also from inside a form.
func TestSuspend(t *testing.T) {
	t.Parallel()
	m := filled(t, 80, 24)
	press(m, "f", "enter")
	if cmd := press(m, "ctrl+z"); cmd == nil || fmt.Sprintf("%T", cmd()) != "tea.execMsg" {
		t.Error("ctrl+z does not suspend")
	}
}
