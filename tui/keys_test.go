package tui

import (
	"slices"
	"strings"
	"tacklebox/tui/desk"
	"testing"

	tea "charm.land/bubbletea/v2"

	"tacklebox/tui/ui"
)

// TestKeyTable: no key means two things, each action has a name of its own and is
// explained, and each key is one that the terminal library gives.
func TestKeyTable(t *testing.T) {
	seen, names := map[string]string{}, map[string]bool{}
	for _, a := range actions() {
		if a.Shown == "" || a.About == "" || a.Group == "" {
			t.Errorf("%v is not explained", a.Keys)
		}
		if (a.Do == nil) != (len(a.Keys) == 0) || (a.Do == nil) != (a.Name == "") || names[a.Name] && a.Name != "" {
			t.Errorf("%s %q: keys, a name and what they do belong together", a.Shown, a.Name)
		}
		names[a.Name] = true
		for _, k := range a.Keys {
			if seen[k] != "" {
				t.Errorf("%s means %q and %q", k, seen[k], a.About)
			}
			seen[k] = a.About
		}
	}
	for _, k := range []string{"up", "enter", "space", "tab", "esc", "ctrl+f", "F", "?", "/", "home", "pgdown", ":", "<", `\`} {
		if msg := keyMsgs(k); len(msg) != 1 || msg[0].String() != k || seen[k] == "" {
			t.Errorf("the terminal library calls %s %s; the table: %q", k, msg, seen[k])
		}
	}
}

// TestHelp shows every row of the table, in the program and for its page, and runs
// what is chosen.
func TestHelp(t *testing.T) {
	m := filled(t, 120, 40)
	press(m, "?")
	p := m.Over().(*ui.Picker)
	md := KeysMarkdown()
	for _, a := range actions() {
		shown := slices.ContainsFunc(p.Items(), func(it ui.Item) bool { return it.Label == a.About && it.Right == a.Shown })
		if !shown || !strings.Contains(md, "| "+a.About+" |") {
			t.Errorf("%s %s is missing", a.Shown, a.About)
		}
	}
	if !strings.HasPrefix(md, "| Move | |\n|---|---|\n| `↑` `k` | up |\n") {
		t.Errorf("starts %.80q", md)
	}
	for _, open := range []string{"?", ":"} {
		m := filled(t, 120, 40)
		press(m, open, "faults that deliveries", "enter")
		if p, ok := m.Over().(*ui.Picker); !ok || p.Title != "Faults in force" || len(m.Overs) != 1 {
			t.Errorf("%s does not run what it shows: %s", open, plainScreen(m))
		}
	}
}

// TestHintsAreKeys: the last line names only actions that do something here, and
// always how to get help and leave.
func TestHintsAreKeys(t *testing.T) {
	m := filled(t, 300, 24)
	for range 2 {
		for _, h := range hints(m) {
			if h.About == "" || h.Key == "" {
				t.Errorf("%v says nothing", h)
			}
		}
		for width := 30; width < 200; width += 7 {
			if line := desk.HintLine(m, width).String(); !strings.HasSuffix(line, "? help   q quit") || ui.Width(line) > width {
				t.Errorf("%d: %q", width, line)
			}
		}
		m.Panes.Inside = true
	}
	m = filled(t, 120, 24)
	press(m, "home")
	if line := desk.HintLine(m, 120).String(); !strings.Contains(line, "c retry now") {
		t.Errorf("something waits, and the hints are %q", line)
	}
}

// TestQuit leaves at once from everywhere, but for a form that something was typed
// into: there the second time.
func TestQuit(t *testing.T) {
	for _, s := range scenes() {
		m := s.set(t, 80, 24)
		press(m, s.keys...)
		if slices.Contains([]string{"fire-form", "prompt", "refused"}, s.name) {
			if press(m, "ctrl+c"); !strings.Contains(plainScreen(m), "what stands in the form") {
				t.Errorf("%s does not ask", s.name)
			}
		}
		if cmd := press(m, "ctrl+c"); cmd == nil || cmd() != (tea.QuitMsg{}) {
			t.Errorf("ctrl+c does not leave %s", s.name)
		}
	}
	m := filled(t, 80, 24)
	if cmd := press(m, "q"); cmd == nil || cmd() != (tea.QuitMsg{}) {
		t.Error("q does not quit")
	}
	press(m, "/")
	if cmd := press(m, "q"); cmd != nil && m.Filter.In.Value() != "q" {
		t.Error("q quits while a filter is typed")
	}
}

// TestBack leaves what was entered last.
func TestBack(t *testing.T) {
	m := filled(t, 80, 24)
	press(m, "enter")
	if !m.ShowsDetail() || !m.Panes.Inside {
		t.Fatal("enter goes into the detail")
	}
	press(m, "z", "esc")
	if m.Panes.Zoom || !m.Panes.Inside {
		t.Error("the first esc ends the zoom")
	}
	press(m, "esc")
	if !m.ShowsDetail() || m.Panes.Inside {
		t.Error("the second goes back to the list")
	}
	if press(m, "\\"); m.ShowsDetail() {
		t.Error("a key hides the detail")
	}
	if press(m, "enter"); !m.ShowsDetail() {
		t.Error("enter shows it again")
	}
	small := filled(t, 40, 10)
	press(small, "enter")
	if !small.Panes.Inside || !small.Layout().Alone {
		t.Error("on a small screen the detail hides the list")
	}
	press(small, "esc")
	if small.Panes.Open || small.Panes.Inside {
		t.Error("esc brings the list back")
	}
	press(small, "tab", "tab")
	if small.Panes.Open || small.Panes.Inside {
		t.Error("tab goes there and back")
	}
}

// TestDetailFolds closes JSON under the cursor, and turns pages.
func TestDetailFolds(t *testing.T) {
	m := filled(t, 120, 60)
	press(m, "enter")
	answer(m, story())
	lines := len(m.Detail.Lines)
	for i, l := range m.Detail.Lines {
		if l.Path == "items" && l.Fold != "" {
			m.Detail.Cursor = i
		}
	}
	press(m, "space")
	if len(m.Detail.Lines) >= lines {
		t.Errorf("%d lines, before %d", len(m.Detail.Lines), lines)
	}
	press(m, "space", "home")
	if len(m.Detail.Lines) != lines || m.Detail.Cursor != 0 {
		t.Error("it does not open again")
	}
	press(m, "end", "pgup", "pgdown")
	if m.Detail.Cursor != lines-1 {
		t.Errorf("the end is at %d of %d", m.Detail.Cursor, lines)
	}
	for _, want := range []string{"User-Agent: Shoptet", "capture #8", "signature valid"} {
		if press(m, "]"); !strings.Contains(plainScreen(m), want) {
			t.Errorf("no %q on the next page", want)
		}
	}
}

// TestSearchInTheDetail finds, counts and goes around.
func TestSearchInTheDetail(t *testing.T) {
	m := filled(t, 120, 60)
	press(m, "enter")
	answer(m, story())
	press(m, "/", "SKU", "enter")
	at := m.Detail.Cursor
	if !strings.Contains(plainScreen(m), "/SKU  1 of 2") || !strings.Contains(m.Detail.Lines[at].Line.String(), "sku") {
		t.Errorf("found on %d: %s", at, plainScreen(m))
	}
	press(m, "n")
	if next := m.Detail.Cursor; next <= at || !strings.Contains(plainScreen(m), "2 of 2") {
		t.Errorf("n went to %d", next)
	}
	if press(m, "n"); m.Detail.Cursor != at {
		t.Error("n does not go around")
	}
	if press(m, "N"); m.Detail.Cursor == at {
		t.Error("N does not go around")
	}
	if l, _ := m.Detail.ValueAt(); l.Value() != "B2" || l.Path != "items.1.sku" {
		t.Errorf("the value is %q at %q", l.Value(), l.Path)
	}
	if press(m, "esc"); m.Detail.Term != "" || !m.Panes.Inside {
		t.Error("esc does not end the search first")
	}
}
