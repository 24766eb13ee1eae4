package tui

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"tacklebox/tui/desk"
	"tacklebox/tui/panel"
	"tacklebox/tui/prefs"
	"tacklebox/tui/send"
	"testing"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/api"
	"tacklebox/tui/body"
	"tacklebox/tui/ui"
)

func TestCompletions(t *testing.T) {
	known := func(key string) []string {
		return map[string][]string{"type": {"order:create", "two words"}, "inbox": {"orders"}}[key]
	}
	for word, want := range map[string]string{
		"":            "kind: provider: type: inbox:",
		"sig":         "signature:",
		"s":           "subscription: status: signature: seq: since: size:",
		"kind:c":      "kind:call kind:capture",
		"KIND:ev":     "kind:event",
		"inbox:":      "inbox:orders",
		"type:tw":     "",
		`type:"tw`:    `type:"two words"`,
		"header.":     "header. ",
		"nothing":     "",
		"unknown:":    "",
		"kind:event ": "",
	} {
		var got []string
		for _, o := range desk.Completions(word, known) {
			got = append(got, o.Text)
		}
		if all := strings.Join(got, " ") + " "; !strings.HasPrefix(all, want) || want == "" && len(got) > 0 {
			if word != "header." {
				t.Errorf("%q: %q, want %q", word, got, want)
			}
		}
		for _, o := range got {
			if strings.HasSuffix(o, ":") || strings.HasSuffix(o, ".") {
				continue
			}
			if err := api.CheckFilter(o); err != nil {
				t.Errorf("%q offers %q: %v", word, o, err)
			}
		}
	}
}

func TestLastWord(t *testing.T) {
	for q, want := range map[string][2]string{
		"": {"", ""}, "a": {"", "a"}, "a b": {"a ", "b"}, "a ": {"a ", ""}, `type:"x y`: {"", `type:"x y`}, `"a b" c`: {`"a b" `, "c"}, `"a\" b`: {"", `"a\" b`},
	} {
		if rest, word := desk.LastWord(q); rest != want[0] || word != want[1] {
			t.Errorf("%q: %q %q, want %q", q, rest, word, want)
		}
	}
}

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

func TestSaved(t *testing.T) {
	dir := prefs.ConfigFolder(env("HOME", t.TempDir()))
	path := filepath.Join(dir, prefs.SavedName)
	if prefs.ConfigFolder(env()) != "" || !strings.HasSuffix(path, filepath.Join(".config", "tacklebox", "filters.json")) {
		t.Errorf("the path is %q", path)
	}
	if s, err := prefs.ReadSaved(path); err != nil || len(s.Saved) != 0 {
		t.Errorf("no file: %v, %v", s, err)
	}
	want := prefs.Saved{Saved: []string{"kind:call"}, History: []string{"x", "y"}}
	if err := prefs.WriteAtomically(path, want); err != nil {
		t.Fatal(err)
	}
	if got, err := prefs.ReadSaved(path); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
	if err := os.WriteFile(path, []byte("nope"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := prefs.ReadSaved(path); err == nil {
		t.Error("a broken file is no error")
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

func TestAssign(t *testing.T) {
	sample := json.RawMessage(`{"n":1,"s":"x","b":true,"o":{"a.b":null,"l":[1,{"z":2}]},"e":{},"empty":[]}`)
	if paths, _ := body.New(sample, "", "").Paths(); strings.Join(paths, " ") != `n s b o.a\.b o.l.0 o.l.1.z e empty` {
		t.Errorf("paths %s", paths)
	}
	for line, want := range map[string]string{
		"n=5":            `{"set":{"n":5}}`,
		"n:=\"5\"":       `{"set":{"n":"5"}}`,
		"s=5":            `{"set":{"s":"5"}}`,
		"s=a=b":          `{"set":{"s":"a=b"}}`,
		"b=false":        `{"set":{"b":false}}`,
		"new=1":          `{"set":{"new":"1"}}`,
		"new:={\"a\":1}": `{"set":{"new":{"a":1}}}`,
		"o.l.1.z=7.5":    `{"set":{"o.l.1.z":7.5}}`,
		"e={\"k\":1}":    `{"set":{"e":{"k":1}}}`,
		"-s":             `{"unset":["s"]}`,
		"n=x":            "a number stands there",
		"b=1":            "true or false stands there",
		"empty=1":        "a list stands there",
		"e=1":            "an object stands there",
		"n:=x":           "is not JSON",
		"nope":           "want PATH=VALUE",
	} {
		var req api.Firing
		err := send.Assign(&req, line, sample)
		got, _ := json.Marshal(struct {
			Set   map[string]json.RawMessage `json:"set,omitempty"`
			Unset []string                   `json:"unset,omitempty"`
		}{req.Set, req.Unset})
		if err != nil && !strings.Contains(err.Error(), want) || err == nil && string(got) != want {
			t.Errorf("%s: %s, %v; want %s", line, got, err, want)
		}
	}
}

// TestReadExpectation: a filter, and a count in front of it.
func TestReadExpectation(t *testing.T) {
	for text, count := range map[string]int{"inbox:a": 1, "3 inbox:a": 3, "3x inbox:a": 3} {
		if x, err := panel.ReadExpectation(text); err != nil || x.Count != count || x.Q != "inbox:a" {
			t.Errorf("%q: %+v, %v", text, x, err)
		}
	}
	for _, s := range []string{"", "3", "kind:nope"} {
		if _, err := panel.ReadExpectation(s); err == nil {
			t.Errorf("%q was taken", s)
		}
	}
}

func TestFiredText(t *testing.T) {
	req := api.Firing{Provider: "p", Type: "t"}
	for want, one := range map[string]api.FiredEvent{
		"fired p t: 2 deliveries":         {Deliveries: make([]api.Delivery, 2)},
		"nobody has subscribed":           {},
		"nobody got it; s1: disabled":     {Skipped: []api.Skip{{Subscription: "s1", Reason: "disabled"}}},
		"1 delivery, not to s1: disabled": {Deliveries: make([]api.Delivery, 1), Skipped: []api.Skip{{Subscription: "s1", Reason: "disabled"}}},
	} {
		var so send.Sums
		so.Add(&api.Fired{Events: []api.FiredEvent{one}})
		if got := so.Text(req); !strings.Contains(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
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
