package lagerkoll_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tacklebox/mock/provider"
	"tacklebox/mock/signing"
	"tacklebox/receiver/api"
)

// TestEveryTypeFires fires each type and holds its callback to its schema.
func TestEveryTypeFires(t *testing.T) {
	t.Parallel()
	in := newInbox(t)
	b := start(t, setup{config: `{"callback_url":"` + in.URL + `"}`})
	p := folder(t)
	for _, ev := range p.Events {
		b.advance(time.Millisecond)
		b.fire(api.Firing{Type: ev.Type})
		got := in.captures()
		last := got[len(got)-1].body
		validate(t, compile(t, p, ev.Schema), last)
		if want := fmt.Sprintf(`"timestamp":%d}`, b.engine.Now().UnixMilli()); !strings.HasSuffix(last, want) {
			t.Errorf("%s: %s, want %s", ev.Type, last, want)
		}
	}
	if n := len(in.captures()); n != 35 {
		t.Errorf("%d callbacks", n)
	}
}

func TestOverrides(t *testing.T) {
	t.Parallel()
	raw := func(s string) map[string]json.RawMessage {
		var m map[string]json.RawMessage
		if err := json.Unmarshal([]byte(s), &m); err != nil {
			panic(err)
		}
		return m
	}
	for _, tc := range []struct {
		name string
		f    api.Firing
		want string
	}{
		{"double as written", api.Firing{Type: "price.updated", Set: raw(`{"fromQuantity":10}`)},
			`{"type":"price","action":"updated","storeGroupId":192005,"pricelistId":1,"articleId":"192005-6","fromQuantity":10,"timestamp":1768464000000}`},
		{"timestamp", api.Firing{Type: "currency.updated", Set: raw(`{"timestamp":1e12}`)}, `{"type":"currency","action":"updated","storeGroupId":192005,"timestamp":1e12}`},
		{"no timestamp", api.Firing{Type: "currency.updated", Unset: []string{"timestamp"}}, `{"type":"currency","action":"updated","storeGroupId":192005}`},
		{"merge", api.Firing{Type: "currency.updated", Merge: json.RawMessage(`{"storeGroupId":"x"}`)}, `{"type":"currency","action":"updated","storeGroupId":"x","timestamp":1768464000000}`},
		{"a body of one's own", api.Firing{Type: "article.created", Body: json.RawMessage(`{ "type": "brand" }`)}, `{"type":"brand"}`},
		{"any bytes", api.Firing{Type: "article.created", Body: json.RawMessage(`"not JSON"`)}, `not JSON`},
		{"an execution by hand", api.Firing{Type: "feature.executed", Set: raw(`{"guid":"g"}`)},
			`{"type":"feature","action":"executed","featureId":"shop-sync","featureMethod":"importOrders","webhookId":6586,"guid":"g","storeId":186008,"storeGroupId":192005,"timestamp":1768464000000}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			in := newInbox(t)
			b := start(t, setup{})
			tc.f.To = in.URL + "/x"
			b.fire(tc.f)
			if got := in.captures(); len(got) != 1 || got[0].body != tc.want {
				t.Errorf("%v\nwant %s", got, tc.want)
			}
		})
	}
	b := start(t, setup{})
	var p *provider.Error
	if _, err := b.engine.Fire(context.Background(), api.Firing{Provider: "lagerkoll", Type: "article.updated", Set: raw(`{"articelId":"1-2"}`)}); !errors.As(err, &p) || !strings.Contains(p.Hint, "articleId") {
		t.Errorf("a path that is not there: %v", err)
	}
	if _, err := b.engine.Fire(context.Background(), api.Firing{Provider: "lagerkoll", Type: "currency.created"}); !errors.As(err, &p) || p.Status != 422 {
		t.Errorf("a type that is not there: %v", err)
	}
}

// TestTargets is the table of who gets a fired event.
func TestTargets(t *testing.T) {
	t.Parallel()
	type sent struct{ subscription, account, url string }
	const common, own, same = "http://127.0.0.1:1/common", "http://127.0.0.1:1/own", "http://127.0.0.1:1/common"
	config := `{"callback_url":"` + common + `","accounts":{"a":{"callback_url":"` + own + `"},"same":{"callback_url":"` + same + `"},"none":{"callback_url":""}}}`
	for _, tc := range []struct {
		name, config string
		f            api.Firing
		want         []sent
	}{
		{"to", config, api.Firing{To: "http://127.0.0.1:1/to", Account: "a"}, []sent{{"", "a", "http://127.0.0.1:1/to"}}},
		{"to, nobody", config, api.Firing{To: "http://127.0.0.1:1/to"}, []sent{{"", "default", "http://127.0.0.1:1/to"}}},
		{"own", config, api.Firing{Account: "a"}, []sent{{"callback:a", "a", own}}},
		{"own, the same", config, api.Firing{Account: "same"}, []sent{{"callback:same", "same", same}}},
		{"none", config, api.Firing{Account: "none"}, nil},
		{"common", config, api.Firing{Account: "b"}, []sent{{"callback", "b", common}}},
		{"everyone", config, api.Firing{}, []sent{{"callback", "", common}, {"callback:a", "a", own}}},
		{"nobody", "", api.Firing{}, nil},
		{"nobody's account", "", api.Firing{Account: "a"}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := start(t, setup{config: tc.config})
			tc.f.Type = "store.updated"
			fired := b.fire(tc.f)
			var got []sent
			for _, e := range b.entries("kind:attempt") {
				got = append(got, sent{e.Subscription, e.Account, e.Request.URL})
			}
			less := func(a, b sent) int { return strings.Compare(a.subscription, b.subscription) }
			slices.SortFunc(got, less)
			if !slices.Equal(got, tc.want) || len(fired.Events) != 1 || len(fired.Events[0].Deliveries) != len(tc.want) {
				t.Errorf("sent %v\nwant %v\nfired %+v", got, tc.want, fired)
			}
			if events := b.entries("kind:event"); len(events) != 1 || fired.Events[0].Deliveries == nil || len(fired.Events[0].Skipped) > 0 {
				t.Errorf("%d events", len(events))
			}
		})
	}
}

func TestCountDiffersInNothing(t *testing.T) {
	t.Parallel()
	in := newInbox(t)
	b := start(t, setup{config: `{"callback_url":"` + in.URL + `"}`})
	b.fire(api.Firing{Type: "article.updated", Count: 5})
	got := in.captures()
	if len(got) != 5 {
		t.Fatalf("%d callbacks", len(got))
	}
	for _, c := range got {
		if c.body != got[0].body {
			t.Errorf("%s\n%s", c.body, got[0].body)
		}
	}
}

// TestAnswers is the table of what counts as delivered.
func TestAnswers(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]int{200: 1, 201: 1, 204: 1, 299: 1, 301: 2, 307: 2, 400: 2, 410: 2, 500: 2} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			in := newInbox(t, status)
			b := start(t, setup{config: `{"callback_url":"` + in.URL + `/cb","retry":["1m"]}`})
			b.fire(api.Firing{Type: "article.updated"})
			b.advance(time.Hour)
			got := in.captures()
			if len(got) != want {
				t.Fatalf("%d attempts, want %d", len(got), want)
			}
			for _, c := range got {
				if c.target != "/cb" {
					t.Errorf("called %s", c.target)
				}
			}
			b.fire(api.Firing{Type: "article.updated"})
			if len(in.captures()) != want+1 {
				t.Error("the URL was switched off")
			}
		})
	}
}

func TestTimeoutIsAFailure(t *testing.T) {
	t.Parallel()
	b := start(t, setup{})
	done := make(chan struct{})
	silent := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-done }))
	t.Cleanup(func() {
		close(done)
		silent.Close()
	})
	b.set("", `{"timeout":"50ms","callback_url":"`+silent.URL+`"}`)
	b.fire(api.Firing{Type: "article.updated"})
	if got := b.entries("kind:attempt has:error"); len(got) != 1 || got[0].Error != "no answer within 50ms" {
		t.Errorf("%+v", got)
	}
}

// TestRestart stops between two attempts and goes on from the journal and the
// state: a place that is no subscription does not go away.
func TestRestart(t *testing.T) {
	t.Parallel()
	in := newInbox(t, 500)
	first := start(t, setup{seed: 3})
	first.set("key", `{"callback_url":"`+in.URL+`/k","retry":["1m"]}`)
	first.set("", `{"callback_url":"`+in.URL+`/c"}`)
	h := first.create("", shop...)
	first.fire(api.Firing{Type: "article.updated", Account: "key"})
	if got := in.captures(); len(got) != 1 {
		t.Fatalf("%d attempts before the restart", len(got))
	}
	must(t, first.engine.Close())

	second := start(t, setup{seed: 3, store: first.journal, state: first.state})
	second.advance(time.Minute)
	got := in.captures()
	if len(got) != 2 || got[1].body != got[0].body || got[1].target != "/k" {
		t.Fatalf("after the restart: %v", got)
	}
	if last := second.entries("kind:attempt"); len(last) != 2 || last[1].Attempt != 2 || last[1].Subscription != "callback:key" {
		t.Errorf("%+v", last)
	}
	if list := second.api("GET", "/shop-sync", "", shop...).webhooks(t); len(list) != 1 || list[0].GUID != h.GUID || list[0].ID != h.ID {
		t.Errorf("webhooks %v", list)
	}
	if next := second.create("", shop...); next.ID != h.ID+1 || next.GUID == h.GUID {
		t.Errorf("next %v", next)
	}
	second.fire(api.Firing{Type: "store.created"})
	if len(in.captures()) != 4 {
		t.Error("the settings did not survive")
	}
}

// TestReset forgets webhooks and settings.
func TestReset(t *testing.T) {
	t.Parallel()
	b := start(t, setup{seed: 3})
	h := b.create("", shop...)
	b.set("", `{"rate_limit":1}`)
	must(t, b.engine.Reset())
	for range 3 {
		if got := b.api("GET", "/shop-sync", "", shop...).webhooks(t); len(got) != 0 {
			t.Errorf("%v", got)
		}
	}
	if again := b.create("", shop...); again.ID != h.ID || again.GUID != h.GUID {
		t.Errorf("the same seed gave %v, then %v", h, again)
	}
}

// TestSameSeedSameBytes runs one story twice.
func TestSameSeedSameBytes(t *testing.T) {
	t.Parallel()
	story := func(seed uint64) (lines []string) {
		b := start(t, setup{seed: seed, still: true, base: "http://127.0.0.1:4780"})
		b.set("", `{"callback_url":"http://127.0.0.1:1/cb"}`)
		h := b.create("?enable_for_group=true", shop...)
		b.create("", machine("other", "1")...)
		b.api("POST", "/"+h.GUID, `{}`, shop...)
		b.fire(api.Firing{Type: "price.updated"})
		for _, e := range b.entries("kind:call OR kind:event OR kind:attempt") {
			line := fmt.Sprintf("%s %s %s %s %s", e.Kind, e.Time, e.EventID, e.DeliveryID, e.Request.Body)
			if e.Response != nil {
				line += string(e.Response.Body)
			}
			lines = append(lines, line)
		}
		slices.Sort(lines) // the attempt of an execution may come before or after its call
		return lines
	}
	if diff := cmp.Diff(story(11), story(11)); diff != "" {
		t.Error(diff)
	}
	if cmp.Equal(story(11), story(12)) {
		t.Error("another seed gave the same")
	}
}

func TestNothingIsSigned(t *testing.T) {
	t.Parallel()
	b := start(t, setup{})
	got := b.call("POST", "/_/verify", `{"provider":"lagerkoll","secret":"s","headers":{},"body":"{}"}`)
	if got.status != 200 || got.body != `{"valid":false,"reason":"Lagerkoll signs nothing","tried":[]}`+"\n" {
		t.Errorf("%d %s", got.status, got.body)
	}
	if v := b.engine.Judge().Own("lagerkoll", "key", "", signing.Question{}); v == nil || v.State != signing.None {
		t.Errorf("%+v", v)
	}
}

func TestANewReplayHasTheMomentOfNow(t *testing.T) {
	t.Parallel()
	b := start(t, setup{})
	in := newInbox(t)
	b.fire(api.Firing{Type: "currency.updated", To: in.URL})
	b.advance(time.Minute)
	seq := b.entries("kind:attempt")[0].Seq
	for i, tc := range []struct {
		replay api.ReplayRequest
		want   string
	}{
		{api.ReplayRequest{}, `{"type":"currency","action":"updated","storeGroupId":192005,"timestamp":1768464000000}`},
		{api.ReplayRequest{NewID: true}, `{"type":"currency","action":"updated","storeGroupId":192005,"timestamp":1768464060000}`},
		{api.ReplayRequest{NewID: true, Body: json.RawMessage(`{"timestamp":"soon"}`)}, `{"timestamp":"soon"}`},
		{api.ReplayRequest{NewID: true, Body: json.RawMessage(`"{"`)}, `{`},
	} {
		_, err := b.engine.Replay(context.Background(), seq, tc.replay)
		must(t, err)
		b.settle()
		if got := in.captures()[i+1].body; got != tc.want {
			t.Errorf("replayed %s, want %s", got, tc.want)
		}
	}
}
