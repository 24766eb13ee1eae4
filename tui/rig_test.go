package tui

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"tacklebox/tui/desk"
	"tacklebox/tui/detail"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/receiver/journal"
	"tacklebox/tui/rows"
	"tacklebox/tui/ui"
)

var update = new(os.Getenv("UPDATE") != "")

// noon is the time on every clock of the tests.
var noon = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

func env(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

// still is a model whose commands nobody runs: messages are given by hand.
func still(t testing.TB, width, height int) *desk.Model {
	t.Helper()
	m := newModel(t.Context(), client.New("http://127.0.0.1:4780", ""), desk.Options{Env: env(), Attached: true})
	m.Loc, m.Wall = time.UTC, func() time.Time { return noon }
	m.Update(tea.WindowSizeMsg{Width: width, Height: height})
	m.Update(desk.Looked{Clock: &api.Clock{Now: noon, Mode: "manual"}})
	desk.LoadCatalog(m) // the command is not run
	m.Catalog = sampleCatalog()
	return m
}

func sampleCatalog() desk.Catalog {
	sample := json.RawMessage(`{"eshopId":222651,"event":"order:create","items":[{"sku":"A1","paid":true}],"eventInstance":"2024001287"}`)
	return desk.Catalog{
		List: []api.Provider{
			{Name: "shoptet", Title: "Shoptet", BaseURL: "http://127.0.0.1:4780/shoptet", Events: 2},
			{Name: "dsco", Title: "Dsco", BaseURL: "http://127.0.0.1:4780/dsco/api/v2", Events: 1},
		},
		Providers: []api.ProviderDetail{
			{Name: "shoptet", Title: "Shoptet", BaseURL: "http://127.0.0.1:4780/shoptet", Faults: []string{"bad_signature"},
				Assumptions: []api.Assumption{{Topic: "Hosts", Text: "Every sub-domain stands for this mock.", Evidence: "decision", Switch: "hosts"}},
				Context:     []api.ContextKey{{Name: "shop", About: "which shop"}},
				Events: []api.EventType{
					{Type: "order:create", About: "an order was placed", Evidence: "documented", Sample: sample},
					{Type: "order:update", About: "an order changed", Evidence: "inferred", Sample: sample}}},
			{Name: "dsco", Title: "Dsco", BaseURL: "http://127.0.0.1:4780/dsco/api/v2",
				Events: []api.EventType{{Type: "ORDER_CREATED", About: "A new order exists", Evidence: "documented", Sample: json.RawMessage(`{"po":"1"}`)}}},
		},
	}
}

// story is a delivery that failed once and waits, one that arrived, an event
// for nobody, a call and a capture from outside.
func story() []api.Entry {
	at := func(s int) time.Time { return noon.Add(time.Duration(s) * time.Second) }
	body := []byte(`{"eshopId":222651,"event":"order:create","items":[{"sku":"A1","paid":true},{"sku":"B2","paid":false}],"note":null}`)
	request := func(url string) *api.Message {
		return &api.Message{Method: "POST", URL: url, Proto: "HTTP/1.1", Body: body, Size: int64(len(body)),
			Headers: journal.HeaderOf(http.Header{"Content-Type": {"application/json"}, "User-Agent": {"Shoptet"}})}
	}
	answer := func(status int) *api.Message {
		return &api.Message{Status: status, Headers: journal.HeaderOf(http.Header{"Content-Length": {"0"}})}
	}
	base := api.Entry{Provider: "shoptet", Account: "default", Type: "order:create"}
	made := func(seq int, kind journal.Kind, change func(*api.Entry)) api.Entry {
		e := base
		e.Seq, e.Kind, e.Time = uint64(seq), kind, at(seq)
		change(&e)
		return e
	}
	return []api.Entry{
		made(1, journal.Event, func(e *api.Entry) {
			e.EventID, e.Detail, e.Request = "evt_a", json.RawMessage(`{"deliveries":[{"id":"d1"}]}`), &api.Message{Body: body, Size: int64(len(body))}
		}),
		made(2, journal.Capture, func(e *api.Entry) {
			e.EventID, e.DeliveryID, e.Attempt, e.Inbox = "evt_a", "d1", 1, "orders"
			e.Request, e.Response, e.Took = request("/in/orders"), answer(500), 900*time.Microsecond
			e.Signature = &journal.Signature{State: "invalid", Reason: "computed 00ff, got ff00"}
			e.Contract = &journal.Contract{Violations: []string{"/items/0/sku: too short", "/note: want a text"}}
		}),
		made(3, journal.Attempt, func(e *api.Entry) {
			e.EventID, e.DeliveryID, e.Attempt, e.CaptureSeq = "evt_a", "d1", 1, 2
			e.Request, e.Response, e.Took = request("http://127.0.0.1:4780/in/orders"), answer(500), 1400*time.Microsecond
			e.NextAttempt = noon.Add(15 * time.Minute)
		}),
		made(4, journal.Event, func(e *api.Entry) {
			e.Type, e.EventID, e.Detail = "order:update", "evt_b", json.RawMessage(`{"deliveries":[]}`)
		}),
		made(5, journal.Call, func(e *api.Entry) {
			e.Type = ""
			e.Request, e.Response = &api.Message{Method: "GET", URL: "/shoptet/api/webhooks"}, answer(401)
		}),
		{Seq: 6, Time: at(6), Kind: journal.Capture, Inbox: "misc", Request: &api.Message{Method: "POST", URL: "/in/misc?x=1", Body: []byte("<a>hi</a>"), Size: 9}, Response: answer(200)},
		made(7, journal.Event, func(e *api.Entry) {
			e.EventID, e.Detail = "evt_c", json.RawMessage(`{"deliveries":[{"id":"d2"}]}`)
		}),
		made(8, journal.Capture, func(e *api.Entry) {
			e.EventID, e.DeliveryID, e.Attempt, e.Inbox = "evt_c", "d2", 1, "orders"
			e.Request, e.Response, e.Took = request("/in/orders"), answer(200), 300*time.Microsecond
			e.Signature, e.Contract = &journal.Signature{State: "valid"}, &journal.Contract{OK: true}
		}),
		made(9, journal.Attempt, func(e *api.Entry) {
			e.EventID, e.DeliveryID, e.Attempt, e.CaptureSeq, e.Subscription = "evt_c", "d2", 1, 8, "sub1"
			e.Request, e.Response, e.Took = request("http://127.0.0.1:4780/in/orders"), answer(200), time.Millisecond
		}),
	}
}

// filled is still with the story in its list.
func filled(t testing.TB, width, height int) *desk.Model {
	t.Helper()
	m := still(t, width, height)
	give(m, story())
	return m
}

// give shows entries as the first page, connected.
func give(m *desk.Model, entries []api.Entry) {
	var last uint64
	if len(entries) > 0 {
		last = entries[len(entries)-1].Seq
	}
	m.Link.Turn, m.Link.Feed = 1, rows.Still()
	m.Update(desk.PageRead{Turn: 1, Way: desk.Newest, Rows: rows.Of(entries), Last: last, Oldest: 1})
	m.Update(desk.Arrived{Turn: 1, State: client.Connected})
	m.Detail.Reading = detail.Reading{}
}

// answer gives the detail the entry that it waits for.
func answer(m *desk.Model, entries []api.Entry) {
	l, ok := m.List.Current()
	if !ok {
		return
	}
	want := detail.Reader{Seq: l.Main().Seq, Event: l.Main().Event, Known: len(l.Rows)}
	for i := range entries {
		if entries[i].Seq == want.Seq {
			m.Detail.Reading = detail.Reading{Busy: true, Want: want}
			m.Update(desk.EntryRead{Of: want, Entry: &entries[i], Story: related(entries, entries[i].EventID)})
		}
	}
}

func related(entries []api.Entry, event string) []*rows.Row {
	var list []api.Entry
	for _, e := range entries {
		if event != "" && e.EventID == event {
			list = append(list, e)
		}
	}
	return rows.Of(list)
}

// press types keys by the names that the table uses; other words are typed
// letter by letter.
func press(m *desk.Model, keys ...string) tea.Cmd {
	var cmd tea.Cmd
	for _, k := range keys {
		for _, msg := range keyMsgs(k) {
			_, cmd = m.Update(msg)
		}
	}
	return cmd
}

func keyMsgs(name string) []tea.KeyPressMsg {
	special := map[string]tea.KeyPressMsg{
		"enter": {Code: tea.KeyEnter}, "esc": {Code: tea.KeyEscape}, "tab": {Code: tea.KeyTab}, "up": {Code: tea.KeyUp}, "down": {Code: tea.KeyDown},
		"left": {Code: tea.KeyLeft}, "right": {Code: tea.KeyRight}, "home": {Code: tea.KeyHome}, "end": {Code: tea.KeyEnd},
		"pgup": {Code: tea.KeyPgUp}, "pgdown": {Code: tea.KeyPgDown}, "space": {Code: tea.KeySpace, Text: " "}, "backspace": {Code: tea.KeyBackspace},
		"shift+tab": {Code: tea.KeyTab, Mod: tea.ModShift},
	}
	if k, ok := special[name]; ok {
		return []tea.KeyPressMsg{k}
	}
	if letter, ok := strings.CutPrefix(name, "ctrl+"); ok && len(letter) == 1 {
		return []tea.KeyPressMsg{{Code: rune(letter[0]), Mod: tea.ModCtrl}}
	}
	var out []tea.KeyPressMsg
	for _, r := range name {
		out = append(out, tea.KeyPressMsg{Code: r, Text: string(r)})
	}
	return out
}

var escapes = regexp.MustCompile("\x1b\\[[0-9;]*m")

// plainScreen is the screen without its styles.
func plainScreen(m *desk.Model) string {
	return escapes.ReplaceAllString(strings.Join(m.Screen(), "\n"), "")
}

// golden compares the screen with testdata/NAME.txt.
func golden(t *testing.T, name string, m *desk.Model) {
	t.Helper()
	var b strings.Builder
	for l := range strings.SplitSeq(plainScreen(m), "\n") {
		b.WriteString(strings.TrimRight(l, " ") + "\n")
	}
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (write it with UPDATE=1)", err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// driver runs a model as Bubble Tea does, without a terminal: commands run
// beside, their messages come back in turn.
type driver struct {
	t    testing.TB
	m    *desk.Model
	msgs chan tea.Msg
	sent []tea.Msg                         // messages that only a terminal understands
	then func(*desk.Model, []byte) tea.Cmd // what goes on with what an editor saves
}

func drive(t testing.TB, url string, opt desk.Options) *driver {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	if opt.Env == nil {
		opt.Env = env()
	}
	d := &driver{t: t, m: newModel(ctx, client.New(url, ""), opt), msgs: make(chan tea.Msg, 1024)}
	d.m.Loc = time.UTC
	d.do(d.m.Init())
	d.m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	return d
}

func (d *driver) do(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() { d.spread(cmd()) }()
}

// spread runs batches beside each other and sequences one by one.
func (d *driver) spread(msg tea.Msg) {
	switch v := reflect.ValueOf(msg); {
	case msg == nil:
	case v.Kind() == reflect.Slice && v.Type().Elem() == reflect.TypeFor[tea.Cmd]():
		for i := range v.Len() {
			cmd := v.Index(i).Interface().(tea.Cmd)
			if _, batch := msg.(tea.BatchMsg); batch {
				d.do(cmd)
			} else if cmd != nil {
				d.spread(cmd())
			}
		}
	default:
		select {
		case d.msgs <- msg:
		case <-d.m.Ctx.Done():
		}
	}
}

// press types keys.
func (d *driver) press(keys ...string) {
	for _, k := range keys {
		for _, msg := range keyMsgs(k) {
			d.step(msg)
		}
	}
}

func (d *driver) step(msg tea.Msg) {
	if strings.HasPrefix(fmt.Sprintf("%T", msg), "tea.set") || strings.HasPrefix(fmt.Sprintf("%T", msg), "tea.exec") {
		d.sent = append(d.sent, msg)
	}
	if e, ok := msg.(desk.ToEdit); ok {
		d.then = e.Then
	}
	_, cmd := d.m.Update(msg)
	d.do(cmd)
}

// patience is only for what never comes: on a busy machine seconds pass.
const patience = 30 * time.Second

// until runs the model until the condition holds.
func (d *driver) until(what string, holds func() bool) {
	d.t.Helper()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	for !holds() {
		select {
		case msg := <-d.msgs:
			d.step(msg)
		case <-limit.C:
			d.t.Fatalf("waited for %s; the screen:\n%s", what, seen(d.m))
		}
	}
}

// seen is the screen without empty lines.
func seen(m *desk.Model) string {
	var out []string
	for l := range strings.SplitSeq(plainScreen(m), "\n") {
		if l = strings.TrimRight(l, " │"); l != "" {
			out = append(out, l)
		}
	}
	return strings.Join(out, "\n")
}

// sees runs the model until the screen shows a text.
func (d *driver) sees(text string) {
	d.t.Helper()
	d.until(fmt.Sprintf("%q", text), func() bool {
		told := slices.ContainsFunc(d.m.Notices, func(n ui.Notice) bool { return strings.Contains(n.Text, text) })
		return told || strings.Contains(plainScreen(d.m), text)
	})
}

// loses runs the model until the screen no longer shows a text.
func (d *driver) loses(text string) {
	d.t.Helper()
	d.until(fmt.Sprintf("no %q", text), func() bool { return !strings.Contains(plainScreen(d.m), text) })
}
