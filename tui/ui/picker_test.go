package ui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
)

// TestSearch: the whole label first, then a word of it, the beginning of a word,
// anywhere, in the note, and letters apart only when nothing else is found.
func TestSearch(t *testing.T) {
	p := NewPicker("x")
	var items []Item
	for _, s := range []string{"shoptet creditNote:create", "shoptet order:create", "ultracart order_create", "dsco ORDER_CREATED", "dsco REORDER"} {
		items = append(items, Item{Label: s, Note: "about " + s[:4]})
	}
	p.Set(items)
	for q, want := range map[string]string{
		"": "shoptet creditNote:create", "shoptet order:create": "shoptet order:create", "reorder": "dsco REORDER", "sh ord": "shoptet order:create",
		"order": "dsco ORDER_CREATED", "ucart": "ultracart order_create", "ultra create": "ultracart order_create", "about dsco": "dsco ORDER_CREATED",
	} {
		p.Query.Set(q)
		p.cursor = 0
		if it := p.Current(); it == nil || it.Label != want {
			t.Errorf("%q finds %v, want %s", q, it, want)
		}
	}
	p.Query.Set("zzz")
	if p.Current() != nil {
		t.Error("zzz was found")
	}
	p.Query.Set("create")
	p.search()
	if len(p.shown) != 4 || len(p.shown[0].lit) != 6 {
		t.Errorf("%+v", p.shown)
	}
	th := NewTheme(true, colorprofile.TrueColor, nil)
	if got := strings.Join(p.Render(th, 60, 10), "\n"); !strings.Contains(got, "4 of 5") || !strings.Contains(got, "253;224;71") {
		t.Errorf("matched letters are not lit: %q", got)
	}
}

// TestKeysWaitForTheItems: what is pressed while a list loads is done when it is there.
func TestKeysWaitForTheItems(t *testing.T) {
	p := NewPicker("x")
	p.Loading = true
	done := 0
	p.Extra = map[string]func(*Item) tea.Cmd{"ctrl+d": func(*Item) tea.Cmd { done++; return nil }}
	p.Take(tea.KeyPressMsg{Code: 'd', Mod: tea.ModCtrl})
	p.Take(tea.KeyPressMsg{Code: 'y', Text: "y"})
	if done != 0 || p.Query.Value() != "" {
		t.Error("a key was done before the items were there")
	}
	p.Set([]Item{{Label: "a"}})
	for _, k := range p.Pending() {
		p.Take(k)
	}
	if done != 1 || p.Query.Value() != "y" || p.Pending() != nil {
		t.Errorf("done %d, typed %q", done, p.Query.Value())
	}
	if _, closed := p.Take(tea.KeyPressMsg{Code: tea.KeyEscape}); !closed {
		t.Error("esc does not close")
	}
}

// TestForm keeps what is refused, says why below the field, and takes what would be
// right.
func TestForm(t *testing.T) {
	sent := 0
	f := &Form{Title: "t", Fields: []*Field{NewField("a", "", ""), NewField("b", "", "about b")}}
	f.Fields[0].Repeats = true
	f.Fields[1].Options = Among(func() []string { return []string{"drop", "delay"} })
	f.Submit = func(f *Form) tea.Cmd { sent++; return nil }
	typed := func(s string) {
		for _, r := range s {
			f.Take(tea.KeyPressMsg{Code: r, Text: string(r)})
		}
	}
	key := func(code rune) (closed bool) { _, closed = f.Take(tea.KeyPressMsg{Code: code}); return closed }
	typed("x=1")
	if len(f.Fields) != 3 || f.Fields[1].Label != "a" {
		t.Fatalf("%d fields", len(f.Fields))
	}
	if closed := key(tea.KeyEnter); closed || sent != 1 {
		t.Error("submit closes by itself")
	}
	f.Refuse(f.Field("a", "x"), "no x", "y=1")
	key(tea.KeyTab)
	if f.Fields[0].In.Value() != "y=1" || f.Fields[0].Problem != "" {
		t.Errorf("tab did not take the suggestion: %+v", f.Fields[0])
	}
	key(tea.KeyDown)
	key(tea.KeyDown)
	typed("de")
	key(tea.KeyTab)
	typed(",dr")
	key(tea.KeyTab)
	if f.Value("b") != "delay,drop" || !f.Changed() {
		t.Errorf("completed to %q", f.Value("b"))
	}
	f.Busy = "sending"
	stopped := false
	f.Stop = func() { stopped = true }
	if key(tea.KeyEscape) || !stopped {
		t.Error("esc closes what is under way instead of stopping it")
	}
	f.Busy = ""
	if !key(tea.KeyEscape) {
		t.Error("esc does not close")
	}
}

// TestOver lays a box over coloured and wide text without moving what is beside it.
func TestOver(t *testing.T) {
	th := NewTheme(true, colorprofile.TrueColor, nil)
	under := th.Draw(Say(Bad, "漢字漢字").Add(Good, "abcdefgh"), 16, Chosen)
	for x := range 12 {
		got := Over([]string{under}, []string{"BOX"}, x, 0)[0]
		if w := drawnWidth(got); w != 16 {
			t.Errorf("at %d: %d cells: %q", x, w, got)
		}
	}
}
