package tui

import (
	"fmt"
	"reflect"
	"strings"
	"tacklebox/tui/desk"
	"tacklebox/tui/send"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/receiver/journal"
	"tacklebox/tui/ui"
)

// scenes are screens that a user comes to, by keys.
func scenes() []struct {
	name string
	set  func(t testing.TB, w, h int) *desk.Model
	keys []string
} {
	entered := func(keys ...string) func(testing.TB, int, int) *desk.Model {
		return func(t testing.TB, w, h int) *desk.Model {
			m := filled(t, w, h)
			press(m, keys...)
			answer(m, story())
			return m
		}
	}
	return []struct {
		name string
		set  func(t testing.TB, w, h int) *desk.Model
		keys []string
	}{
		{"welcome", func(t testing.TB, w, h int) *desk.Model { m := still(t, w, h); give(m, nil); return m }, nil},
		{"list", entered(), nil},
		{"unfolded", entered("home"), []string{"space", "down", "down"}},
		{"waiting", entered("home", "enter"), nil},
		{"delivered", entered("enter"), nil},
		{"hex", entered("enter", "v", "v"), nil},
		{"headers", entered("enter", "]"), nil},
		{"tries", entered("home", "enter", "]", "]"), nil},
		{"search", entered("enter", "enter"), []string{"/", "sku", "enter"}},
		{"actions", filled, []string{":", "retr"}},
		{"columns", filled, []string{"K"}},
		{"question", func(t testing.TB, w, h int) *desk.Model {
			m := filled(t, w, h)
			m.Opt.Attached, m.Opt.Memory = false, true
			return m
		}, []string{"q"}},
		{"refused", func(t testing.TB, w, h int) *desk.Model {
			m := filled(t, w, h)
			press(m, "f", "shoptet", "enter", "status=SHIPPED", "enter")
			m.Update(send.Fired{Form: m.Over().(*ui.Form), Err: &api.Error{Status: 422, Code: api.CodeUnknownPath, Message: `order:create has no path "status"`, Hint: `did you mean "items.0.status"?`}})
			return m
		}, nil},
		{"filter-typing", filled, []string{"/", "sig"}},
		{"filter-mistake", filled, []string{"/", "kind:capture status:zz"}},
		{"fire", filled, []string{"f", "order"}},
		{"fire-form", filled, []string{"f", "shoptet", "enter", "event", "tab"}},
		{"help", filled, []string{"?"}},
		{"providers", filled, []string{"p"}},
		{"prompt", filled, []string{"C", "15m"}},
		{"export", filled, []string{"x"}},
		{"lost", func(t testing.TB, w, h int) *desk.Model {
			m := filled(t, w, h)
			m.Update(desk.Arrived{Turn: 1, State: client.Lost, Err: fmt.Errorf("connection refused")})
			return m
		}, nil},
	}
}

func TestScreens(t *testing.T) {
	for _, size := range [][2]int{{40, 10}, {80, 24}, {120, 40}, {200, 50}} {
		for _, s := range scenes() {
			t.Run(fmt.Sprintf("%s-%dx%d", s.name, size[0], size[1]), func(t *testing.T) {
				m := s.set(t, size[0], size[1])
				press(m, s.keys...)
				golden(t, fmt.Sprintf("%s-%dx%d", s.name, size[0], size[1]), m)
			})
		}
	}
}

// TestDiffScreen shows what the sandbox answers about two entries.
func TestDiffScreen(t *testing.T) {
	d := &api.Difference{A: 2, B: 8,
		Request: []api.Change{{Path: "url", A: []byte(`"/in/a"`), B: []byte(`"/in/b"`)}},
		Headers: []api.HeaderChange{{Name: "Date", A: []string{"x"}, Volatile: "time"}},
		Body:    api.BodyChange{Kind: "json", SizeA: 5, SizeB: 7, Changes: []api.Change{{Path: "a.b", B: []byte(`1`)}}, Lines: []string{"-gone", "+new", " kept"}, Cut: true}}
	m := filled(t, 80, 24)
	m.Show(&ui.Pager{Title: "#2 and #8", Text: func(width int) []ui.Line { return diffLines(d, width) }})
	m.Update(nil)
	golden(t, "diff-80x24", m)
}

// nasty is text that a terminal would obey, that hides, that is wide, or that
// does not end.
func nasty() []string {
	return []string{
		"\x1b]0;owned\x07\x1b[2J\x1b[31mred", "\u009b31m\u0085x", "a\x00b\x00c\r\nd\x7f\x08\x08", "\u202egnp.exe\u202c \u2066x\u2069 \u200f\u061c",
		strings.Repeat("漢字カタカナ", 400), strings.Repeat("👩\u200d👩\u200d👧\u200d👦🏽", 50), strings.Repeat("e\u0301\u0301\u0301\u0301\u0301\u0301", 60), "☁️1️⃣🇩🇪🇨🇿‼️" + strings.Repeat("\u0e33", 30),
		strings.Repeat("1️⃣", 120), strings.Repeat("☁️", 120), strings.Repeat("🇩🇪", 120),
		"\xff\xfe\xc3(", strings.Repeat("x", 1<<20), strings.Repeat("\t", 3000), "\u200b\u00ad\ufeff\u2028\u2029\U000e0041", strings.Repeat("한국어각", 99), "ﷺ𒐫", "\u3164\u115f\uffa0",
	}
}

// hostile entries have nasty text in every field that comes from outside.
func hostile() []api.Entry {
	var out []api.Entry
	for i, s := range nasty() {
		body := []byte(s)
		if i%2 == 0 {
			body = []byte(`{"` + strings.NewReplacer("\n", "", "\r", "", "\x1b", "", "\x00", "", "\x07", "", "\x08", "", "\t", "").Replace(s) + `":[{"a":"` + strings.Repeat("深", 30) + `"}]}`)
		}
		e := api.Entry{Seq: uint64(i + 1), Time: noon, Kind: journal.Kind([]string{"call", "event", "attempt", "capture"}[i%4]),
			Provider: s, Account: s, Type: s, Inbox: s, EventID: s + fmt.Sprint(i/2), DeliveryID: s, Subscription: s, Error: s, Fault: s,
			Request:   &api.Message{Method: s, URL: s, Proto: s, Body: body, Size: int64(len(body)), Headers: journal.HeaderOf(map[string][]string{s: {s, s}}), Truncated: i%3 == 0},
			Response:  &api.Message{Status: 200 + i, Body: []byte(s), Headers: journal.HeaderOf(map[string][]string{s: {s}})},
			Signature: &journal.Signature{State: s, Reason: s}, Contract: &journal.Contract{Violations: []string{s, s}},
			NextAttempt: noon.Add(time.Hour), Took: time.Hour, CaptureSeq: 9}
		out = append(out, e)
	}
	return out
}

// TestNoLineIsWider holds every screen to the width and height of the terminal,
// and lets nothing through that a terminal would obey.
func TestNoLineIsWider(t *testing.T) {
	t.Parallel()
	bad := hostile()
	keys := [][]string{nil, {"enter"}, {"enter", "v"}, {"enter", "v", "v"}, {"space", "enter", "z"}, {"/"}, {"x"}, {"s"}, {"?"}, {"f"}, {"f", "enter"}, {"!"}, {"p"}}
	for width := 20; width <= 200; width += 19 {
		for n, script := range keys {
			m := still(t, width, 6+(width*7+n)%40)
			m.Catalog.Providers[0].Title, m.Catalog.Providers[0].Events[0].About = bad[n].Type, bad[n].Type
			m.Catalog.Providers[0].Events[0].Type, m.Catalog.List[0].BaseURL = bad[n].Type, bad[n].Type
			m.Filter.InForce = nasty()[n%len(nasty())]
			give(m, bad)
			m.List.Cursor, m.List.Follow = n%len(m.List.Lines), false
			press(m, script...)
			answer(m, bad)
			checkScreen(t, m, fmt.Sprintf("%v at %d", script, width))
		}
	}
}

func checkScreen(t *testing.T, m *desk.Model, what string) {
	t.Helper()
	lines := m.Screen()
	if len(lines) != m.Height {
		t.Fatalf("%s: %d lines on a screen of %d", what, len(lines), m.Height)
	}
	for i, l := range lines {
		text := escapes.ReplaceAllString(l, "")
		if w := lipgloss.Width(l); w > m.Width || ui.Width(text) > m.Width {
			t.Fatalf("%s: line %d has %d cells (or %d), the screen %d: %q", what, i, w, ui.Width(text), m.Width, text)
		}
		for _, r := range text {
			if r < ' ' || r >= 0x7f && r <= 0x9f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200f || r == 0x2028 {
				t.Fatalf("%s: line %d lets %U through: %q", what, i, r, text)
			}
		}
	}
}

// TestTiny draws on screens that are too small for anything.
func TestTiny(t *testing.T) {
	t.Parallel()
	for w := 1; w < 40; w += 3 {
		for h := 1; h < 9; h += 2 {
			for _, s := range scenes() {
				m := s.set(t, w, h)
				press(m, s.keys...)
				checkScreen(t, m, fmt.Sprintf("%s at %dx%d", s.name, w, h))
			}
		}
	}
}

// TestViewChangesNothing draws twice.
func TestViewChangesNothing(t *testing.T) {
	t.Parallel()
	for _, s := range scenes() {
		m := s.set(t, 80, 24)
		press(m, s.keys...)
		before := fmt.Sprintf("%+v %+v %+v", m.List.Cursor, m.List.Top, m.Detail.Top)
		one, two := m.View(), m.View()
		if one.Content != two.Content || !reflect.DeepEqual(before, fmt.Sprintf("%+v %+v %+v", m.List.Cursor, m.List.Top, m.Detail.Top)) {
			t.Errorf("%s: drawing changed something", s.name)
		}
		if !one.AltScreen || one.MouseMode != tea.MouseModeCellMotion {
			t.Errorf("%s: the screen is not the whole terminal's", s.name)
		}
	}
}

// TestResize goes through sizes with one model, so that nothing remembers the
// one before.
func TestResize(t *testing.T) {
	t.Parallel()
	m := filled(t, 80, 24)
	press(m, "enter")
	answer(m, story())
	for _, size := range [][2]int{{200, 50}, {40, 10}, {20, 5}, {120, 12}, {79, 60}, {1, 1}, {300, 90}} {
		m.Update(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
		checkScreen(t, m, fmt.Sprint(size))
	}
}

// TestColour tells states by colour as well, and without it by letters only.
func TestColour(t *testing.T) {
	m := filled(t, 80, 24)
	if s := m.View().Content; !strings.Contains(s, "48;2;248;113;113") || !strings.Contains(s, "38;2;74;222;128") {
		t.Error("nothing is red or green")
	}
	m.Looks.Theme = new(ui.Theme)
	if s := m.View().Content; strings.Contains(s, "\x1b") {
		t.Error("the empty theme writes escape sequences")
	}
}
