package tui

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/client"
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
		for _, o := range completions(word, known) {
			got = append(got, o.text)
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
			if err := client.CheckFilter(o); err != nil {
				t.Errorf("%q offers %q: %v", word, o, err)
			}
		}
	}
}

func TestLastWord(t *testing.T) {
	for q, want := range map[string][2]string{
		"": {"", ""}, "a": {"", "a"}, "a b": {"a ", "b"}, "a ": {"a ", ""}, `type:"x y`: {"", `type:"x y`}, `"a b" c`: {`"a b" `, "c"}, `"a\" b`: {"", `"a\" b`},
	} {
		if rest, word := lastWord(q); rest != want[0] || word != want[1] {
			t.Errorf("%q: %q %q, want %q", q, rest, word, want)
		}
	}
}

// TestTabCompletes goes round the options and keeps what stands before.
func TestTabCompletes(t *testing.T) {
	m := filled(t, 120, 24)
	press(m, "/", "inbox:misc -kin", "tab")
	if got := m.filter.in.Value(); got != "inbox:misc -kind:" {
		t.Errorf("got %q", got)
	}
	m.filter.in.set("kind:c")
	m.suggest()
	for _, want := range []string{"kind:call", "kind:capture", "kind:call"} {
		if press(m, "tab"); m.filter.in.Value() != want {
			t.Errorf("got %q, want %q", m.filter.in.Value(), want)
		}
	}
	if press(m, "shift+tab"); m.filter.in.Value() != "kind:capture" {
		t.Errorf("back: %q", m.filter.in.Value())
	}
}

// TestHistory walks back and forth, and a paste is typed.
func TestHistory(t *testing.T) {
	m := filled(t, 80, 24)
	for _, q := range []string{"one", "two", "one", ""} {
		m.filter.saved.remember(q)
	}
	press(m, "/", "up")
	m.Update(tea.PasteMsg{Content: " kind:call\n"})
	if got := m.filter.in.Value(); !strings.HasPrefix(got, "one kind:call") {
		t.Errorf("got %q", got)
	}
	press(m, "up", "up", "up")
	if got := m.filter.in.Value(); got != "two" {
		t.Errorf("got %q", got)
	}
	press(m, "down", "down", "down")
	if got := m.filter.in.Value(); got != "" {
		t.Errorf("got %q", got)
	}
	for i := range 300 {
		m.filter.saved.remember(fmt.Sprint(i))
	}
	if n := len(m.filter.saved.History); n != mostHistory {
		t.Errorf("%d are remembered", n)
	}
}

func TestSaved(t *testing.T) {
	path := savedPath(env("HOME", t.TempDir()))
	if savedPath(env()) != "" || !strings.HasSuffix(path, filepath.Join(".config", "tacklebox", "filters.json")) {
		t.Errorf("the path is %q", path)
	}
	if s, err := readSaved(path); err != nil || len(s.Saved) != 0 {
		t.Errorf("no file: %v, %v", s, err)
	}
	want := saved{Saved: []string{"kind:call"}, History: []string{"x", "y"}}
	if err := want.write(path); err != nil {
		t.Fatal(err)
	}
	if got, err := readSaved(path); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
	if err := os.WriteFile(path, []byte("nope"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readSaved(path); err == nil {
		t.Error("a broken file is no error")
	}
}

// TestSavedPicker offers what was saved first, and forgets.
func TestSavedPicker(t *testing.T) {
	m := filled(t, 80, 24)
	m.filter.saved = saved{Saved: []string{"kind:call"}, History: []string{"old", "kind:call", "new"}}
	press(m, "/", "ctrl+o", "down")
	p := m.over.(*picker)
	if it := p.current(); it == nil || it.value != "new" || len(p.items) != 3 {
		t.Fatalf("the second is %v of %d", it, len(p.items))
	}
	press(m, "ctrl+d")
	if slices.Contains(m.filter.saved.History, "new") || len(m.over.(*picker).items) != 2 {
		t.Error("it was not forgotten")
	}
	press(m, "enter")
	if m.over != nil || m.filter.in.Value() != "kind:call" || !m.filter.editing {
		t.Errorf("chosen: %q", m.filter.in.Value())
	}
}

func TestFuzzy(t *testing.T) {
	p := newPicker("x")
	for _, s := range []string{"shoptet creditNote:create", "shoptet order:create", "ultracart order_create", "dsco ORDER_CREATED"} {
		p.items = append(p.items, item{label: s})
	}
	for q, want := range map[string]string{"": "shoptet creditNote:create", "order": "dsco ORDER_CREATED", "sh ord": "shoptet order:create", "ucart": "ultracart order_create", "ultra create": "ultracart order_create"} {
		p.query.set(q)
		p.cursor = 0
		if it := p.current(); it == nil || it.label != want {
			t.Errorf("%q finds %v, want %s", q, it, want)
		}
	}
	p.query.set("zzz")
	if p.current() != nil {
		t.Error("zzz was found")
	}
}

func TestAssign(t *testing.T) {
	f := flatten(json.RawMessage(`{"n":1,"s":"x","b":true,"o":{"a.b":null,"l":[1,{"z":2}]},"e":{},"empty":[]}`))
	if got, want := strings.Join(f.paths, " "), `n s b o.a\.b o.l.0 o.l.1.z e empty`; got != want {
		t.Errorf("paths\n got %s\nwant %s", got, want)
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
		var req client.FireRequest
		err := f.assign(&req, line)
		got, _ := json.Marshal(struct {
			Set   map[string]json.RawMessage `json:"set,omitempty"`
			Unset []string                   `json:"unset,omitempty"`
		}{req.Set, req.Unset})
		if err != nil && !strings.Contains(err.Error(), want) || err == nil && string(got) != want {
			t.Errorf("%s: %s, %v; want %s", line, got, err, want)
		}
	}
	if f := flatten(json.RawMessage(strings.Repeat("[", 2000))); len(f.paths) != 0 {
		t.Error("what is no JSON has paths")
	}
}

func TestReplies(t *testing.T) {
	for s, want := range map[string]string{"": "200", "200": "200", "500x2, 200@3s": "500x2,200@3s", "503,": "503"} {
		list, err := readReplies(s)
		if err != nil || spell(list) != want {
			t.Errorf("%q: %q, %v", s, spell(list), err)
		}
	}
	for _, s := range []string{"x", "99", "600", "200x0", "200xx", "200@", "200@-1s"} {
		if _, err := readReplies(s); err == nil {
			t.Errorf("%q was taken", s)
		}
	}
}

func share(p float64) *float64 { return &p }

func TestReadFault(t *testing.T) {
	share := func(p float64) *float64 { return &p }
	for s, want := range map[string]client.Fault{
		"":                       {Kind: "drop"},
		"10% inbox:a":            {Kind: "drop", Probability: share(0.1), Q: "inbox:a"},
		"3x 50%":                 {Kind: "drop", Probability: share(0.5), Times: 3},
		"provider:shoptet x":     {Kind: "drop", Q: "provider:shoptet x"},
		"200% provider:shoptet":  {Kind: "drop", Q: "200% provider:shoptet"},
		" 1x   status:500 OR a ": {Kind: "drop", Times: 1, Q: "status:500 OR a"},
	} {
		if got, err := readFault("drop", s); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v, %v", s, got, err)
		}
	}
	if _, err := readFault("drop", "10% kind:nope"); err == nil {
		t.Error("a filter with a mistake was taken")
	}
}

// TestLightSettles: green, red with the nearest miss, red with the error.
func TestLightSettles(t *testing.T) {
	for _, c := range []struct {
		result *client.ExpectResult
		err    error
		state  lightState
		reason string
	}{
		{&client.ExpectResult{Met: true, Entries: []uint64{4, 9}}, nil, green, "met by #9"},
		{&client.ExpectResult{Seen: &client.Seen{Matching: 1}, Nearest: &client.NearMiss{Seq: 3, Reasons: []string{"status is 500, wanted 200"}}}, nil, red, "1 came; #3 was near: status is 500, wanted 200"},
		{nil, fmt.Errorf("gone"), red, "gone"},
	} {
		l, err := readLight("3 inbox:a")
		if err != nil || l.count != 3 || l.q != "inbox:a" {
			t.Fatalf("%+v, %v", l, err)
		}
		if l.settle(c.result, c.err); l.state != c.state || l.reason != c.reason {
			t.Errorf("%d %q, want %d %q", l.state, l.reason, c.state, c.reason)
		}
	}
	for _, s := range []string{"", "3", "kind:nope"} {
		if _, err := readLight(s); err == nil {
			t.Errorf("%q was taken", s)
		}
	}
}

func TestFiredText(t *testing.T) {
	req := client.FireRequest{Provider: "p", Type: "t"}
	for want, fired := range map[string]client.Fired{
		"fired p t: 2 deliveries":         {Deliveries: make([]client.Delivery, 2)},
		"nobody has subscribed":           {},
		"nobody got it; s1: disabled":     {Skipped: []client.Skipped{{Subscription: "s1", Reason: "disabled"}}},
		"1 delivery, not to s1: disabled": {Deliveries: make([]client.Delivery, 1), Skipped: []client.Skipped{{Subscription: "s1", Reason: "disabled"}}},
	} {
		if got := firedText(req, &client.FireResult{Events: []client.Fired{fired}}); !strings.Contains(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestTimeline: the next attempt is the earliest of all deliveries that wait.
func TestTimeline(t *testing.T) {
	rows := happened("attempt e=a d=1 s=500 next", "attempt e=a d=2 s=200", "attempt e=a d=3 s=500 next", "attempt e=a d=3 s=200")
	if got := nextDue(rows); !got.Equal(rows[0].next) {
		t.Errorf("next is %s", got)
	}
	if got := nextDue(rows[1:2]); !got.IsZero() {
		t.Errorf("nothing waits, and next is %s", got)
	}
}

// TestPager scrolls and closes.
func TestPager(t *testing.T) {
	m := filled(t, 80, 24)
	press(m, "?", "end")
	p := m.over.(*pager)
	if p.top != len(p.text)-p.rows {
		t.Errorf("the end is at %d of %d", p.top, len(p.text))
	}
	press(m, "home", "down", "down", "up", "pgdown", "pgup", "j")
	if p.top != 1 && p.top != 2 {
		t.Errorf("at %d", p.top)
	}
	m.Update(tea.MouseWheelMsg{X: 1, Y: 1, Button: tea.MouseWheelDown})
	if p.top < 4 {
		t.Errorf("the wheel went to %d", p.top)
	}
	press(m, "esc")
	if m.over != nil {
		t.Error("esc does not close it")
	}
}
