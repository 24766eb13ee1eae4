package shoptet_test

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tacklebox/receiver/api"
)

// Every event type fires, arrives, fits its schema, and is the sample but for
// the moment and the shop.
func TestEveryEventFires(t *testing.T) {
	t.Parallel()
	for _, profile := range []string{"2024-12", "2026-08"} {
		t.Run(profile, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, withSettings(`{"profile":"`+profile+`"}`))
			b.advance(200 * 24 * time.Hour) // Prague's summer
			now := "2025-06-20T13:00:00+0200"
			inbox := newReceiver(t)
			s := schema(t, "objects/callback."+profile+".schema.json")
			var want []string
			for _, e := range catalogEvents() {
				f := api.Firing{Type: e.Type, Account: tokenB, To: inbox.url}
				if !slices.Contains(e.Profiles, profile) {
					if _, err := b.engine.Fire(context.Background(), api.Firing{Provider: "shoptet", Type: e.Type, Account: tokenB}); err == nil || !strings.Contains(err.Error(), "2026-08") {
						t.Errorf("%s in %s: %v", e.Type, profile, err)
					}
					continue
				}
				if e.Registrable {
					f.To = ""
					b.register(fmt.Sprintf("315185-%s", strings.ReplaceAll(e.Type, ":", "-")), inbox.url, e.Type)
					f.Account = ""
				}
				b.fire(f)
				b.settle()
				want = append(want, expected(t, e, now))
			}
			got := inbox.all()
			if len(got) != len(want) {
				t.Fatalf("%d callbacks of %d events", len(got), len(want))
			}
			for i := range got {
				if got[i].body != want[i] {
					t.Errorf("got %s\nwant %s", got[i].body, want[i])
				}
				if err := satisfies(s, got[i].body); err != nil {
					t.Errorf("%s: %v", got[i].body, err)
				}
			}
		})
	}
}

// expected is a sample's bytes with another moment and another shop.
func expected(t *testing.T, e row, now string) string {
	sample, err := fixtureSet().Sample(e.Type)
	if err != nil {
		t.Fatal(err)
	}
	text := regexp.MustCompile(`"eventCreated":"[^"]*"`).ReplaceAllString(string(sample), `"eventCreated":"`+now+`"`)
	return strings.ReplaceAll(text, "222651", "315185")
}

// Receivers recognise duplicates by the four members, so copies differ from each
// other and from the sample; what never varies stays.
func TestCopiesDiffer(t *testing.T) {
	t.Parallel()
	const copies = 40
	done := map[string]bool{}
	for _, e := range catalogEvents() {
		if done[e.Instance.Fresh+e.Instance.Follows+e.Instance.Pattern] {
			continue
		}
		done[e.Instance.Fresh+e.Instance.Follows+e.Instance.Pattern] = true
		b := newBench(t, in2026)
		inbox := newReceiver(t)
		b.fire(api.Firing{Type: e.Type, To: inbox.url, Count: copies})
		b.settle()
		seen := map[string]bool{}
		for _, g := range inbox.all() {
			var body struct{ EventInstance json.RawMessage }
			b.parse(g.body, &body)
			text := strings.Trim(string(body.EventInstance), `"`)
			seen[text] = true
			if e.Instance.Fresh != "" && !regexp.MustCompile(e.Instance.Pattern).MatchString(text) {
				t.Errorf("%s: %s does not fit %s", e.Type, text, e.Instance.Pattern)
			}
		}
		want := copies
		if e.Instance.Fresh == "" {
			want = 1
		}
		if len(seen) != want {
			t.Errorf("%s: %d different instances in %d copies", e.Type, len(seen), copies)
		}
	}
}

// A range that is used up gets longer numbers.
func TestManyCopiesStillDiffer(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.fire(api.Firing{Type: "brand:create", Count: 1100}) // of znacka-{d3}
	seen := map[string]bool{}
	for _, e := range b.entries("kind:event") {
		seen[string(e.Request.Body)] = true
	}
	if len(seen) != 1100 {
		t.Errorf("%d different bodies", len(seen))
	}
}

func TestOverrides(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	inbox := newReceiver(t)
	set := func(pairs ...string) map[string]json.RawMessage {
		m := map[string]json.RawMessage{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i]] = json.RawMessage(pairs[i+1])
		}
		return m
	}
	for _, c := range []struct {
		f    api.Firing
		want string
	}{
		{api.Firing{Set: set("eventInstance", `"č/<>&'\u007f\ud83d\ude00"`)}, `{"eshopId":222651,"event":"order:create","eventCreated":"2024-12-02T12:00:00+0100","eventInstance":"\u010d\/<>&'` + "\x7f" + `\ud83d\ude00"}`},
		{api.Firing{Set: set("eshopId", `7`, "event", `"x"`, "eventCreated", `null`)}, `{"eshopId":7,"event":"x","eventCreated":null,"eventInstance":"2024001287"}`},
		{api.Firing{Unset: []string{"eventCreated"}}, `{"eshopId":222651,"event":"order:create","eventInstance":"2024001287"}`},
		{api.Firing{Merge: json.RawMessage(`{"eshopId":null,"eventInstance":"a b"}`)}, `{"event":"order:create","eventCreated":"2024-12-02T12:00:00+0100","eventInstance":"a b"}`},
		{api.Firing{Body: json.RawMessage(`{ "a/b": [1.0, "ž"] }`)}, `{"a\/b":[1.0,"\u017e"]}`},
		{api.Firing{Body: json.RawMessage(`"not { json / ž"`)}, `not { json / ž`},
	} {
		c.f.Type, c.f.To = "order:create", inbox.url
		before := len(inbox.all())
		b.fire(c.f)
		b.settle()
		if got := inbox.all()[before:]; len(got) != 1 || got[0].body != c.want {
			t.Errorf("got %+v\nwant %s", got, c.want)
		}
	}
	for _, c := range []struct{ path, hint string }{{"evntInstance", "eventInstance"}, {"payload.data.x", "2026-08"}} {
		_, err := b.engine.Fire(context.Background(), api.Firing{Provider: "shoptet", Type: "order:create", To: inbox.url, Set: set(c.path, `"x"`)})
		if err == nil || !strings.Contains(err.Error(), c.hint) {
			t.Errorf("%s: %v", c.path, err)
		}
	}
}

// sendPayload shows the entity only where all conditions hold.
func TestPayload(t *testing.T) {
	t.Parallel()
	const with = `,"payload":{"data":{"order":{"code":"\u010d\/1"}}}}`
	for _, c := range []struct {
		name, settings, sendPayload, typ string
		direct, carries                  bool
	}{
		{"all there", `"payload_events":["order:create"]`, `"full"`, "order:create", false, true},
		{"not asked for", `"payload_events":["order:create"]`, `null`, "order:create", false, false},
		{"not supported", `"payload_events":[]`, `"full"`, "order:create", false, false},
		{"mass", `"payload_events":["order:massUpdate"]`, `"full"`, "order:massUpdate", false, false},
		{"direct", `"payload_events":[]`, `null`, "order:create", true, true},
	} {
		b := newBench(t, withSettings(`{"profile":"2026-08",`+c.settings+`}`))
		inbox := newReceiver(t)
		b.do(withToken(post(fmt.Sprintf(`{"data":[{"event":%q,"url":%q,"sendPayload":%s}]}`, c.typ, inbox.url, c.sendPayload))))
		f := api.Firing{Type: c.typ, Set: map[string]json.RawMessage{"payload.data.order.code": json.RawMessage(`"č/1"`)}}
		if c.direct {
			f.To = inbox.url
		}
		b.fire(f)
		b.settle()
		got := inbox.all()
		if len(got) != 1 || strings.HasSuffix(got[0].body, with) != c.carries || strings.Contains(got[0].body, "payload") != c.carries {
			t.Errorf("%s: %+v", c.name, got)
		}
		if c.direct {
			continue
		}
		if log := b.do(withToken(call{path: "/api/webhooks/notifications"})); strings.Contains(log.body, "payload") || !strings.Contains(log.body, `"data":{"eshopId":222651,"event":"`+c.typ+`"`) {
			t.Errorf("%s: the log shows %s", c.name, log.body)
		}
	}
}

func TestMassWithSingles(t *testing.T) {
	t.Parallel()
	b := newBench(t, withSettings(`{"profile":"2026-08"}`))
	b.set(tokenA, `{"mass_with_singles":true}`)
	inbox, other := newReceiver(t), newReceiver(t)
	b.register(tokenA, inbox.url, "order:massPaid", "order:paid", "quantityDiscount:massUpdate", "quantityDiscount:update", "productVariantPrice:massUpdate", "productVariantPrice:update")
	b.register(tokenB, other.url, "order:massPaid", "order:paid")
	b.fire(api.Firing{Type: "order:massPaid"})
	b.fire(api.Firing{Type: "quantityDiscount:massUpdate", Set: map[string]json.RawMessage{"eventInstance": json.RawMessage(`"[7,-8,9]"`)}})
	b.fire(api.Firing{Type: "productVariantPrice:massUpdate", Set: map[string]json.RawMessage{"eventInstance": json.RawMessage(`"no list"`)}})
	b.settle()
	got := map[string]int{}
	for _, g := range inbox.all() {
		var body struct{ Event, EventInstance string }
		b.parse(g.body, &body)
		got[body.Event+" "+body.EventInstance]++
	}
	want := []string{`order:massPaid ["2024001287","2024001288"]`, "order:paid 2024001287", "order:paid 2024001288",
		"quantityDiscount:massUpdate [7,-8,9]", "quantityDiscount:update 7", "quantityDiscount:update -8", "quantityDiscount:update 9", "productVariantPrice:massUpdate no list"}
	if len(got) != len(want) {
		t.Errorf("got %v", got)
	}
	for _, w := range want {
		if got[w] != 1 {
			t.Errorf("%s came %d times", w, got[w])
		}
	}
	if n := len(other.all()); n != 1 {
		t.Errorf("an account without the switch got %d", n)
	}
}

func TestAddonURLs(t *testing.T) {
	t.Parallel()
	a, common := newReceiver(t), newReceiver(t)
	b := newBench(t, withSettings(`{"signature_key":"k","addon_urls":{"addon:suspend":"`+common.url+`"}}`))
	b.fire(api.Firing{Type: "addon:suspend"}) // nobody is installed yet
	b.settle()
	b.register(tokenA, callbackURL, "order:create")
	b.register(tokenB, callbackURL, "order:create")
	b.set(tokenA, `{"addon_urls":{"addon:suspend":"`+a.url+`","addon:uninstall":"`+a.url+`"}}`)
	fired := b.fire(api.Firing{Type: "addon:suspend"})
	b.fire(api.Firing{Type: "addon:uninstall", Account: tokenB})
	b.fire(api.Firing{Type: "addon:uninstall", Account: tokenA})
	b.settle()
	if n := len(fired.Events[0].Deliveries); n != 2 {
		t.Errorf("%d deliveries", n)
	}
	var got []string
	for _, g := range append(a.all(), common.all()...) {
		got = append(got, g.body[:strings.Index(g.body, `,"eventCreated`)]+g.body[strings.Index(g.body, `,"eventInstance`):])
		if g.header["Shoptet-Webhook-Signature"] == nil {
			t.Error("not signed")
		}
	}
	slices.Sort(got)
	want := []string{`{"eshopId":222651,"event":"addon:suspend","eventInstance":222651}`, `{"eshopId":222651,"event":"addon:suspend","eventInstance":222651}`,
		`{"eshopId":222651,"event":"addon:uninstall","eventInstance":"222651"}`, `{"eshopId":315185,"event":"addon:suspend","eventInstance":315185}`}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	if log := b.do(withToken(call{path: "/api/webhooks/notifications"})); !strings.Contains(log.body, `"totalCount":0`) {
		t.Errorf("addon events have no notification: %s", log.body)
	}
}

// An event without an account happens wherever it is registered, with the number
// of each shop; with one only there, by long and by short token.
func TestWhoGetsAnEvent(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	inbox := newReceiver(t)
	const long = "thelongtokenofaninstallation"
	short := b.shortToken(long)
	b.register(tokenA, inbox.url+"/a", "order:create")
	b.register(tokenB, inbox.url+"/b", "order:create")
	b.register(short, inbox.url+"/c", "order:create")
	for _, c := range []struct{ account, want string }{
		{"", "/a 222651 /b 315185 /c 222651"}, {tokenB, "/b 315185"}, {long, "/c 222651"}, {short, "/c 222651"}, {"nobody", ""},
	} {
		before := len(inbox.all())
		b.fire(api.Firing{Type: "order:create", Account: c.account})
		b.settle()
		var got []string
		for _, g := range inbox.all()[before:] {
			var body struct{ EshopID int }
			b.parse(g.body, &body)
			got = append(got, fmt.Sprintf("%s %d", g.path, body.EshopID))
		}
		slices.Sort(got)
		if strings.Join(got, " ") != c.want {
			t.Errorf("account %q: %v, want %s", c.account, got, c.want)
		}
	}
	if !strings.HasPrefix(short, "222651-a-123-") || len(short) != 45 {
		t.Errorf("short token %s", short)
	}
}
