package tui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// TestKeyTable: no key means two things, each is explained, and each name is
// one that the terminal library gives.
func TestKeyTable(t *testing.T) {
	seen := map[string]string{}
	for _, b := range bindings() {
		h := b.Help()
		if h.Key == "" || h.Desc == "" || b.group == "" {
			t.Errorf("%v is not explained", b.Keys())
		}
		if (b.do == nil) != (len(b.Keys()) == 0) {
			t.Errorf("%s: keys without a deed, or a deed without keys", h.Key)
		}
		for _, k := range b.Keys() {
			if seen[k] != "" {
				t.Errorf("%s means %q and %q", k, seen[k], h.Desc)
			}
			seen[k] = h.Desc
		}
	}
	for _, k := range []string{"up", "enter", "space", "tab", "esc", "ctrl+l", "F", "?", "/", "home", "pgdown"} {
		if msg := keyMsgs(k); len(msg) != 1 || msg[0].String() != k || seen[k] == "" {
			t.Errorf("the terminal library calls %s %s; the table: %q", k, msg, seen[k])
		}
	}
}

// TestHelp shows every row of the table, in the program and for the README.
func TestHelp(t *testing.T) {
	m := still(t, 80, 24)
	text := ""
	for _, l := range m.helpLines(200) {
		text += l.String() + "\n"
	}
	md := KeysMarkdown()
	for _, b := range bindings() {
		if !strings.Contains(text, b.Help().Desc) || !strings.Contains(md, "| "+b.Help().Desc+" |") {
			t.Errorf("%s %s is missing", b.Help().Key, b.Help().Desc)
		}
	}
	if !strings.HasPrefix(md, "| Move | |\n|---|---|\n| `↑` `k` | up |\n") {
		t.Errorf("starts %.80q", md)
	}
}

// TestHintsAreKeys: the last line names only keys that there are.
func TestHintsAreKeys(t *testing.T) {
	m := filled(t, 300, 24)
	for range 2 {
		line := escapes.ReplaceAllString(m.hintLine(300), "")
		for _, h := range m.hints() {
			if !strings.Contains(line, h[0]+" "+h[1]) {
				t.Errorf("%v is not a key of the table", h)
			}
		}
		m.inside = true
	}
}

// TestQuit leaves at once from everywhere.
func TestQuit(t *testing.T) {
	for _, s := range scenes() {
		m := s.set(t, 80, 24)
		press(m, s.keys...)
		if cmd := press(m, "ctrl+c"); cmd == nil || cmd() != (tea.QuitMsg{}) {
			t.Errorf("ctrl+c does not leave %s", s.name)
		}
	}
	m := filled(t, 80, 24)
	if cmd := press(m, "q"); cmd == nil || cmd() != (tea.QuitMsg{}) {
		t.Error("q does not quit")
	}
	press(m, "/")
	if cmd := press(m, "q"); cmd != nil && m.filter.in.Value() != "q" {
		t.Error("q quits while a filter is typed")
	}
}

// TestBack leaves what was entered last.
func TestBack(t *testing.T) {
	m := filled(t, 80, 24)
	press(m, "enter", "enter")
	if !m.open || !m.inside {
		t.Fatal("enter twice goes into the detail")
	}
	press(m, "z", "esc")
	if m.zoom || !m.inside {
		t.Error("the first esc ends the zoom")
	}
	press(m, "esc")
	if !m.open || m.inside {
		t.Error("the second goes back to the list")
	}
	press(m, "esc")
	if m.open {
		t.Error("the third closes the detail")
	}
	small := filled(t, 40, 10)
	press(small, "enter")
	if !small.inside || !small.layout().alone {
		t.Error("on a small screen the detail hides the list")
	}
	press(small, "esc")
	if small.open || small.inside {
		t.Error("esc brings the list back")
	}
	press(small, "tab", "tab")
	if small.open || small.inside {
		t.Error("tab goes there and back")
	}
}

// TestDetailFolds closes headers and JSON under the cursor.
func TestDetailFolds(t *testing.T) {
	m := filled(t, 120, 60)
	press(m, "enter")
	answer(m, story())
	lines := len(m.detail.lines)
	for i, l := range m.detail.lines {
		if strings.HasPrefix(l.fold, "request headers") {
			m.detail.cursor = i
		}
	}
	press(m, "space")
	if len(m.detail.lines) != lines-2 {
		t.Errorf("%d lines, before %d", len(m.detail.lines), lines)
	}
	press(m, "space", "home")
	if len(m.detail.lines) != lines || m.detail.cursor != 0 {
		t.Error("it does not open again")
	}
	press(m, "end", "pgup", "pgdown")
	if m.detail.cursor != lines-1 {
		t.Errorf("the end is at %d of %d", m.detail.cursor, lines)
	}
}
