package tui

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"tacklebox/tui/desk"
	"tacklebox/tui/prefs"
	"tacklebox/tui/send"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"tacklebox/mock/sandbox"
	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/tui/rows"
	"tacklebox/tui/ui"
)

// orders has an inbox that refuses once, so that a delivery has a retry to wait
// for.
func orders(t *testing.T) *sandbox.Running {
	t.Helper()
	sb := sandbox.Start(t)
	sb.Reply("orders", `{"reply":[{"status":500,"times":1},{"status":200}]}`)
	return sb
}

func post(t *testing.T, url, body string) {
	t.Helper()
	resp, err := http.Post(url, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
}

// TestFirstKey: an empty sandbox teaches, and one key fires a sample that comes
// back to an inbox.
func TestFirstKey(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t)
	d := drive(t, sb.URL, desk.Options{})
	d.sees(sb.URL + "/in/hello")
	d.sees(sb.Provider("ultracart"))
	d.press("space")
	d.sees("▌ D ")
	d.sees("1 delivery")
	if n := len(sb.Entries("kind:capture inbox:hello")); n != 1 {
		t.Errorf("%d captures", n)
	}
}

// TestRetry follows a delivery from its refusal to its acceptance, by keys.
func TestRetry(t *testing.T) {
	t.Parallel()
	sb := orders(t)
	d := drive(t, sb.URL, desk.Options{})
	d.sees("Nothing has happened")
	sb.Fire(api.Firing{Provider: "shoptet", Type: "order:create", To: sb.Inbox("orders")})
	d.sees("▌ W ")
	d.sees("next try in")
	d.sees("▸ shoptet") // there is something to unfold: the entries come one by one
	d.press("space")
	d.sees("try 1   → ")
	d.press("space", "c")
	d.sees("200 ×2")
	d.sees("▌ D ")
	d.press("enter", "end")
	d.sees("200 OK")
	d.press("esc", "r")
	d.sees("200 ×3")
	if n := len(sb.Entries("kind:attempt")); n != 3 {
		t.Errorf("%d attempts", n)
	}
}

// TestPalette fires with a changed value, of the sample's type, from the form.
func TestPalette(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t)
	d := drive(t, sb.URL, desk.Options{})
	d.sees("Nothing has happened")
	d.press("f")
	d.sees("prioticket PRODUCT_CREATE")
	d.press("shoptet order:create")
	d.sees("▌ shoptet order:create ")
	d.press("enter", "eventInstance=A1", "down", "eshopId=x", "enter")
	d.sees("a number stands there")
	d.press("backspace", "42", "down", "down", "tab", "down", "down", "2x", "enter")
	d.sees("fired shoptet order:create 2 times: 2 deliveries")
	list := sb.Expect(t, "kind:capture inbox:hello body.eshopId=42 body.eventInstance=A1", 2)
	if bytes.Contains(list[0].Request.Body, []byte(`"42"`)) {
		t.Errorf("42 became a text: %s", list[0].Request.Body)
	}
	d.press("F")
	d.until("the last one again", func() bool { return len(sb.Entries("kind:event")) == 4 })
}

// TestFormFields reads every field of the form, and keeps what it held.
func TestFormFields(t *testing.T) {
	t.Parallel()
	m := filled(t, 80, 24)
	fill := func() *ui.Form {
		press(m, "f", "shoptet order:create", "enter")
		form, ok := m.Over().(*ui.Form)
		if !ok {
			t.Fatalf("no form: %s", plainScreen(m))
		}
		return form
	}
	form := fill()
	press(m, "-eventInstance", "down", `items.0.paid=false`, "down", "x:=[1]", "down", "down")
	press(m, "http://h/x", "down", "acc", "down", "3x", "down", "dro", "tab", ",bad_signature", "down", "shop=7,word=w")
	c := send.Choice{Provider: "shoptet", Event: m.Catalog.Providers[0].Events[0]}
	req, err := send.ReadFiring(form, c, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := json.Marshal(req)
	want := `{"provider":"shoptet","type":"order:create","set":{"items.0.paid":false,"x":[1]},"unset":["eventInstance"],"to":"http://h/x","account":"acc","context":{"shop":7,"word":"w"},"count":3,"faults":[{"kind":"drop"},{"kind":"bad_signature"}]}`
	if string(got) != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	press(m, "esc", "esc")
	if again, err := send.ReadFiring(fill(), c, nil); err != nil || !reflect.DeepEqual(again, req) {
		t.Errorf("the form forgot what it held: %+v, %v", again, err)
	}
	for _, mistake := range []struct{ field, value string }{{send.SetField, "nope"}, {send.SetField, "=1"}, {send.SetField, "items.0.paid=7"}, {send.SetField, "eshopId="}, {send.CountField, "0"}, {send.CountField, "x"}, {send.FactsField, "x"}} {
		if send.ReadField(&api.Firing{}, mistake.field, mistake.value, c.Event.Sample) == nil {
			t.Errorf("%s %q was taken", mistake.field, mistake.value)
		}
	}
}

// TestFilter filters as it is typed and comes back with esc.
func TestFilter(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t)
	post(t, sb.Inbox("one"), `{"n":1}`)
	post(t, sb.Inbox("two"), `{"n":2}`)
	dir := t.TempDir()
	d := drive(t, sb.URL, desk.Options{Env: env("XDG_CONFIG_HOME", dir)})
	d.sees("POST /in/two")
	d.press("/", "inbox:on")
	d.sees("inbox:one")
	d.press("tab")
	d.loses("POST /in/two")
	d.press("esc")
	d.sees("POST /in/two")
	d.press("/", "body.n=2", "ctrl+s")
	d.sees("saved in")
	d.press("enter")
	d.loses("POST /in/one")
	post(t, sb.Inbox("three"), `{"n":2}`)
	d.sees("POST /in/three")
	post(t, sb.Inbox("four"), `{"n":4}`)
	post(t, sb.Inbox("five"), `{"n":2}`)
	d.sees("POST /in/five")
	if strings.Contains(plainScreen(d.m), "/in/four") {
		t.Error("the stream is not filtered")
	}
	d.until("the history", func() bool {
		s, err := prefs.ReadSaved(filepath.Join(dir, "tacklebox", "filters.json"))
		return err == nil && slices.Equal(s.Saved, []string{"body.n=2"}) && slices.Contains(s.History, "body.n=2")
	})
	next := drive(t, sb.URL, desk.Options{Env: env("XDG_CONFIG_HOME", dir)})
	next.until("the saved filters", func() bool { return len(next.m.Filter.Saved.Saved) == 1 })
	next.press("/", "ctrl+o", "enter")
	next.loses("POST /in/one")
}

// TestCopy sends what is copied to the terminal, which alone reaches the
// clipboard of the user.
func TestCopy(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t)
	post(t, sb.Inbox("one"), `{"n":1}`)
	d := drive(t, sb.URL, desk.Options{})
	d.sees("POST /in/one")
	for key, want := range map[string]string{"y": `{"n":1}`, "Y": "curl ", "I": "1"} {
		d.sent = nil
		d.press(key)
		d.until(key, func() bool { return len(d.sent) > 0 })
		if got := fmt.Sprint(d.sent[0]); !strings.HasPrefix(got, want) {
			t.Errorf("%s copied %q, want %q", key, got, want)
		}
	}
}

// TestExport writes every format to a file once and never over another.
func TestExport(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t)
	post(t, sb.Inbox("one"), `{"n":1}`)
	d := drive(t, sb.URL, desk.Options{})
	d.sees("POST /in/one")
	for _, f := range formats() {
		path := filepath.Join(t.TempDir(), "out"+f.ending)
		d.press("x", f.name+" file", "enter", "ctrl+u", path, "enter")
		d.until(path, func() bool { doc, err := os.ReadFile(path); return err == nil && bytes.Contains(doc, []byte("n")) })
		d.press("x", f.name+" file", "enter", "ctrl+u", path, "enter")
		d.sees("is there already")
		d.press("esc")
	}
}

// TestDiff marks one entry and compares another with it.
func TestDiff(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t)
	post(t, sb.Inbox("one"), `{"n":1,"same":true}`)
	post(t, sb.Inbox("one"), `{"n":2,"same":true}`)
	d := drive(t, sb.URL, desk.Options{})
	d.until("two lines", func() bool { return len(d.m.List.Lines) == 2 })
	d.press("d")
	d.sees("mark another entry")
	d.press("m", "d")
	d.sees("that is the marked entry")
	d.press("up", "d")
	d.sees("#2 and #1")
	d.sees("- 2")
	d.sees("+ 1")
	d.press("esc")
	d.sees("POST /in/one")
}

// TestFaults adds every kind that the panel offers, and ends them.
func TestFaults(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t)
	d := drive(t, sb.URL, desk.Options{})
	d.until("the catalogue", func() bool { return len(d.m.Catalog.Providers) > 0 })
	for i, kind := range api.FaultKinds() {
		d.press("!")
		d.sees("Faults in force")
		d.press("ctrl+n", kind.Name, "enter", "50% 2x provider:shoptet", "enter")
		d.until(kind.Name, func() bool { return len(d.m.Status.Faults) == i+1 })
		d.sees("50% 2x provider:shoptet")
		d.press("esc")
	}
	d.sees(ui.Count(len(api.FaultKinds()), "fault"))
	d.press("!")
	d.sees("Faults in force")
	d.press("ctrl+d")
	d.until("one less", func() bool { return len(d.m.Status.Faults) == len(api.FaultKinds())-1 })
	d.press("ctrl+x")
	d.sees("suffer nothing")
	api := client.New(sb.URL, "")
	if list, err := api.Faults(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
}

// TestInbox sets what an inbox replies.
func TestInbox(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t)
	d := drive(t, sb.URL, desk.Options{})
	d.sees("Nothing has happened")
	d.press("i")
	d.sees("Inboxes")
	d.press("ctrl+n", "orders", "enter", "ctrl+u", "9", "enter")
	d.sees("want a status")
	d.press("ctrl+u", "503x2,200", "enter")
	d.sees("replies 503x2,200")
	for _, want := range []int{503, 503, 200, 200} {
		resp, err := http.Get(sb.Inbox("orders"))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("got %d, want %d", resp.StatusCode, want)
		}
	}
}

// TestExpectation is met when what is expected has come, and says how far it is.
func TestExpectation(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t)
	d := drive(t, sb.URL, desk.Options{})
	d.sees("Nothing has happened")
	d.press("e", "ctrl+n", "2x inbox:one", "enter")
	d.sees("2x inbox:one")
	d.sees("waiting, 0 of 2")
	post(t, sb.Inbox("one"), "1")
	d.sees("waiting, 1 of 2")
	post(t, sb.Inbox("one"), "2")
	d.sees("met by #2")
	d.sees("expect 1/1")
	d.press("ctrl+d", "esc")
	d.loses("expect")
}

// subscribed registers an inbox at a mock API, as a client would.
func subscribed(t *testing.T, sb *sandbox.Running, inbox string) {
	t.Helper()
	body := `{"data":[{"event":"order:create","url":"` + sb.Inbox(inbox) + `"}]}`
	req, err := http.NewRequest("POST", sb.Provider("shoptet")+"/api/webhooks", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/vnd.shoptet.v1.0")
	req.Header.Set("Shoptet-Private-API-Token", "222651-p-"+strings.Repeat("a", 43))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		t.Fatalf("subscribing: %s", resp.Status)
	}
}

// TestSubscriptions shows what a client registered at a mock API, narrows the
// list to it, and shows it beside its delivery.
func TestSubscriptions(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t)
	subscribed(t, sb, "shop")
	d := drive(t, sb.URL, desk.Options{})
	d.sees("POST /shoptet/api/webhooks")
	d.press("s")
	d.sees("▌ shoptet order:create")
	d.sees("state     on")
	d.press("ctrl+y")
	d.until("the URL", func() bool { return len(d.sent) == 1 && fmt.Sprint(d.sent[0]) == sb.Inbox("shop") })
	d.until("the catalogue", func() bool { return len(d.m.Catalog.Providers) > 0 })
	d.press("esc", "f", "shoptet order:create", "ctrl+t")
	d.sees("fired shoptet order:create: 1 delivery")
	d.press("]", "]")
	d.sees("Subscription")
	d.sees("state      on")
	d.press("]")
	d.press("s")
	d.sees("Subscriptions")
	d.press("enter")
	d.loses("POST /shoptet/api/webhooks")
	d.press("esc", "S")
	d.sees("Keys and credentials")
}

// TestForgotten: what another client deletes goes from the screen too.
func TestForgotten(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t)
	post(t, sb.Inbox("one"), "1")
	d := drive(t, sb.URL, desk.Options{})
	d.sees("POST /in/one")
	if err := d.m.Api.DeleteEntries(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.m.Status.Looked = time.Time{}
	d.step(tea.FocusMsg{}) // the user is back
	d.sees("Nothing has happened")
	post(t, sb.Inbox("two"), "1")
	d.sees("POST /in/two")
}

// TestEdit opens the body in the editor and replays what was saved there.
func TestEdit(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t)
	post(t, sb.Inbox("one"), `{"n":1}`)
	d := drive(t, sb.URL, desk.Options{Editor: "true"})
	d.sees("POST /in/one")
	d.press("E")
	d.until("the editor", func() bool { return len(d.sent) > 0 })
	if got := fmt.Sprintf("%T", d.sent[0]); got != "tea.execMsg" {
		t.Errorf("the terminal got a %s", got)
	}
}

// TestReplays sends again: signed anew, edited, and what belongs together stays
// together.
func TestReplays(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t)
	sb.Fire(api.Firing{Provider: "shoptet", Type: "order:create", To: sb.Inbox("one")})
	post(t, sb.Inbox("two"), `{}`)
	d := drive(t, sb.URL, desk.Options{})
	d.until("both", func() bool { return len(d.m.List.Lines) == 2 && d.m.List.Lines[0].State == rows.Delivered })
	d.press("R")
	d.sees("only what a mock provider sent can be signed anew")
	d.press("home", "R")
	d.sees("new id and signature")
	d.until("the second attempt", func() bool { return len(sb.Entries("kind:attempt")) == 2 })
	d.press("o")
	d.loses("/in/two")
	d.press("esc")
	d.sees("/in/two")
	d.press("F")
	d.sees("nothing was fired yet")
}

// TestClock moves by a duration, and explains one that it cannot.
func TestClock(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t)
	d := drive(t, sb.URL, desk.Options{})
	d.sees("manual 09:00:00")
	d.press("C", "enter")
	d.sees("a duration is missing")
	d.press("90m", "enter")
	d.sees("manual 10:30:00")
	d.press("C", "soon", "enter")
	d.sees("soon")
	if !sb.Now().Equal(d.m.Status.Clock.Now) {
		t.Errorf("the screen says %s, the clock %s", d.m.Status.Clock.Now, sb.Now())
	}
	at := d.m.Wall()
	d.m.Status.Clock.Mode, d.m.Status.Asked, d.m.Wall = "real", at, func() time.Time { return at.Add(time.Minute) }
	if got := d.m.Now().Sub(d.m.Status.Clock.Now); got != time.Minute {
		t.Errorf("a real clock went on by %s in a minute", got)
	}
}

// TestEditorResults goes on with what an editor saved: a payload for the form,
// and all settings of an inbox.
func TestEditorResults(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t)
	script := filepath.Join(t.TempDir(), "editor")
	if err := os.WriteFile(script, []byte("#!/bin/sh\nexit 0\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	d := drive(t, sb.URL, desk.Options{Editor: script})
	d.until("the catalogue", func() bool { return len(d.m.Catalog.Providers) > 0 })
	d.press("f", "shoptet order:create", "enter", "ctrl+e")
	d.until("the editor", func() bool { return len(d.sent) == 1 })
	d.step(desk.Edited{Text: []byte(`{"mine":1}`), Then: d.then})
	d.press("down", sb.Inbox("mine"))
	d.sees("Payload from the editor")
	d.press("enter")
	d.sees("1 delivery")
	sb.Expect(t, "kind:capture inbox:mine body.mine=1", 1)
	d.press("i")
	d.sees("▌ mine")
	d.sent = nil
	d.press("ctrl+e")
	d.until("the editor again", func() bool { return len(d.sent) == 1 })
}

// TestMouse chooses, unfolds and scrolls.
func TestMouse(t *testing.T) {
	t.Parallel()
	m := filled(t, 120, 40)
	answer(m, story())
	click := func(x, y int) { m.Update(tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft}) }
	click(5, 3)
	if m.List.Cursor != 0 || m.List.Follow {
		t.Errorf("the click went to %d", m.List.Cursor)
	}
	click(5, 3)
	if len(m.List.Lines) != 8 {
		t.Errorf("the second click did not unfold: %d lines", len(m.List.Lines))
	}
	m.Update(tea.MouseWheelMsg{X: 5, Y: 5, Button: tea.MouseWheelDown})
	if m.List.Cursor != wheelLines {
		t.Errorf("the wheel went to %d", m.List.Cursor)
	}
	m.Update(tea.MouseWheelMsg{X: 110, Y: 5, Button: tea.MouseWheelDown})
	if m.Detail.Cursor != wheelLines || m.Panes.Inside {
		t.Errorf("the wheel over the detail: line %d, inside %v", m.Detail.Cursor, m.Panes.Inside)
	}
	click(100, 5)
	if !m.Panes.Inside || m.Detail.Cursor != 3 {
		t.Errorf("a click on the detail: line %d, inside %v", m.Detail.Cursor, m.Panes.Inside)
	}
	click(5, 999)
	press(m, "f")
	m.Update(tea.MouseClickMsg{X: 5, Y: 4, Button: tea.MouseLeft})
	if it := m.Over().(*ui.Picker).Current(); it == nil || it.Label != "shoptet order:update" {
		t.Errorf("a click in a list chose %v", it)
	}
}
