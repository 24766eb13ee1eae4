package prioticket_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"tacklebox/mock/prioticket"
	"tacklebox/mock/signing"
	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
)

func set(pairs ...string) map[string]json.RawMessage {
	m := map[string]json.RawMessage{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = json.RawMessage(pairs[i+1])
	}
	return m
}

func fire(typ string) api.Firing { return api.Firing{Provider: "prioticket", Type: typ} }

func TestEveryTypeFiresAndFitsItsSchema(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	cat := catalogue(t)
	var types []string
	for _, ev := range cat.Events {
		types = append(types, `"`+ev.Type+`"`)
	}
	r.subscribe("full", strings.Join(types, ","))
	r.subscribe("bare", strings.Join(types, ","), `"webhook_payload":false`)
	for _, ev := range cat.Events {
		r.Fire(fire(ev.Type))
	}
	r.Expect(t, "kind:attempt status:200", 2*len(types))
	s := schema(t, cat, "objects/callback.schema.json")
	captures := map[string][]*journal.Entry{"full": r.Entries("kind:capture inbox:full"), "bare": r.Entries("kind:capture inbox:bare")}
	for i, ev := range cat.Events {
		for _, inbox := range []string{"full", "bare"} {
			e := captures[inbox][i]
			fits(t, s, ev.Type+" "+inbox, e.Request.Body)
			if e.Type != ev.Type || e.Contract == nil || !e.Contract.OK {
				t.Errorf("%s %s: type %s, contract %+v", ev.Type, inbox, e.Type, e.Contract)
			}
			checkCallback(t, ev.Raw, inbox, e)
		}
	}
}

// checkCallback holds a callback against its row of the catalogue.
func checkCallback(t *testing.T, row json.RawMessage, inbox string, e *journal.Entry) {
	t.Helper()
	var ev struct{ Type, Payload string }
	if err := json.Unmarshal(row, &ev); err != nil {
		t.Fatal(err)
	}
	body := string(e.Request.Body)
	kind := map[string]string{"full": ev.Payload, "bare": "notification"}[inbox]
	if !strings.HasPrefix(body, `{"api_version":"3.8.0","data":{"kind":"`+kind+`","notification":{"notification_id":"`) {
		t.Errorf("%s %s: %.200s", ev.Type, inbox, body)
	}
	if has := strings.Contains(body, `},"`+ev.Payload+`":{`); has != (inbox == "full") {
		t.Errorf("%s %s: resource %v", ev.Type, inbox, has)
	}
	if strings.Contains(strings.ToLower(body), "error") || strings.Contains(body, "null") {
		t.Errorf("%s %s holds what receivers choke on", ev.Type, inbox)
	}
	var compact bytes.Buffer
	if json.Compact(&compact, e.Request.Body); compact.String() != body {
		t.Errorf("%s %s is not compact", ev.Type, inbox)
	}
	want := http.Header{"Content-Type": {"application/json"}, "User-Agent": {"PrioTicket/3.8.0"}}
	for name := range e.Request.Headers.HTTP() {
		if name != "Host" && name != "Content-Length" && e.Request.Headers.Get(name) != want.Get(name) {
			t.Errorf("%s: header %s: %s", ev.Type, name, e.Request.Headers.Get(name))
		}
	}
	if e.Request.Method != "POST" {
		t.Errorf("%s: %s", ev.Type, e.Request.Method)
	}
}

func TestTheExactCallbackWithoutPayload(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.register(`"webhook_url":"`+r.Inbox("box")+`/deep?b=2&a=%20"`, `"webhook_events":["CREDIT_RESET"]`, `"webhook_payload":false`)
	f := fire("CREDIT_RESET")
	f.Set = set("data.notification.notification_note", `"n"`, "data.credit.credit_used", `"1.00"`)
	r.Fire(f)
	e := r.Expect(t, "kind:capture", 1)[0]
	g := got{body: string(e.Request.Body)}
	want := `{"api_version":"3.8.0","data":{"kind":"notification","notification":{"notification_id":"` + g.get(t, "data.notification.notification_id") +
		`","notification_status":"DELIVERY_PENDING","notification_event":"CREDIT_RESET","notification_account_id":"` + g.get(t, "data.notification.notification_account_id") +
		`","notification_item_id":"70041","notification_created":"2026-11-14T10:00:00+00:00","notification_note":"n"}}}`
	if g.body != want {
		t.Errorf("%s\nwant %s", g.body, want)
	}
	if !strings.HasSuffix(e.Request.URL, "/in/box/deep?b=2&a=%20") {
		t.Errorf("called at %s", e.Request.URL)
	}
}

func TestAuthorizationIsSentVerbatim(t *testing.T) {
	t.Parallel()
	var v struct {
		Auth []struct {
			Auth   string `json:"webhook_auth"`
			Header string
		} `json:"callback_authorization"`
	}
	readJSON(t, "testdata/vectors.json", &v)
	if len(v.Auth) == 0 {
		t.Fatal("no vectors")
	}
	for _, c := range v.Auth {
		t.Run(c.Auth, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.subscribe("box", `"ORDER_CREATE"`, `"webhook_auth":"`+c.Auth+`"`)
			r.Fire(fire("ORDER_CREATE"))
			e := r.Expect(t, "kind:capture", 1)[0]
			if got := e.Request.Headers.Get("Authorization"); got != c.Header {
				t.Errorf("Authorization %q, want %q", got, c.Header)
			}
			if e.Signature == nil || e.Signature.State != signing.Valid {
				t.Errorf("signature %+v", e.Signature)
			}
		})
	}
}

func TestVerifyComparesTheCredential(t *testing.T) {
	t.Parallel()
	p := prioticket.New()
	h := http.Header{"Authorization": {"Basic bXVzZXVtLWRlc2s6bGFtcC1yb29tLTQy"}}
	for _, c := range []struct {
		secret string
		header http.Header
		state  string
	}{
		{"bXVzZXVtLWRlc2s6bGFtcC1yb29tLTQy", h, signing.Valid},
		{"museum-desk:lamp-room-42", h, signing.Valid},
		{"museum-desk:lamp-room-43", h, signing.Invalid},
		{"other", h, signing.Invalid},
		{"other", http.Header{}, signing.Missing},
		{"", h, signing.None},
		{"", http.Header{}, signing.None},
		{"opaque", http.Header{"Authorization": {"Basic opaque", "Basic opaque"}}, signing.Invalid},
	} {
		if v := p.Signing.Scheme.Explain(signing.Question{Secret: c.secret, Header: c.header}); v.State != c.state {
			t.Errorf("%q against %v: %+v, want %s", c.secret, c.header, v, c.state)
		}
	}
}

func TestCallbackBodySwitch(t *testing.T) {
	t.Parallel()
	for mode, want := range map[string]struct{ full, bare string }{
		"both":         {"kind notification order", "kind notification"},
		"resource":     {"kind order", "kind notification"},
		"notification": {"kind notification", "kind notification"},
	} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.Settings("prioticket", r.token, map[string]any{"callback_body": mode})
			r.subscribe("full", `"ORDER_CREATE"`)
			r.subscribe("bare", `"ORDER_CREATE"`, `"webhook_payload":false`)
			r.Fire(fire("ORDER_CREATE"))
			r.Expect(t, "kind:attempt status:200", 2)
			for inbox, members := range map[string]string{"full": want.full, "bare": want.bare} {
				e := r.Entries("kind:capture inbox:" + inbox)[0]
				if got := membersOf(t, e.Request.Body); got != members {
					t.Errorf("%s: data holds %s, want %s", inbox, got, members)
				}
				if e.Contract != nil && !e.Contract.OK {
					t.Errorf("%s: contract %+v", inbox, e.Contract)
				}
			}
			if n := r.statuses(); len(n) != 2 || n[0] != "DELIVERY_SUCCESS" {
				t.Errorf("log %v", n)
			}
		})
	}
}

// membersOf lists the members of data in their order.
func membersOf(t *testing.T, body []byte) string {
	t.Helper()
	var doc struct{ Data json.RawMessage }
	if err := json.Unmarshal(body, &doc); err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(bytes.NewReader(doc.Data))
	_, _ = dec.Token()
	var names []string
	for dec.More() {
		name, err := dec.Token()
		var v json.RawMessage
		if err == nil {
			err = dec.Decode(&v)
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name.(string))
	}
	return strings.Join(names, " ")
}

func TestOverridesChangeOnlyWhatTheyName(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe("full", `"ORDER_UPDATE"`)
	r.subscribe("bare", `"ORDER_UPDATE"`, `"webhook_payload":false`)
	f := fire("ORDER_UPDATE")
	f.Set = set("data.notification.notification_item_id", `"7"`, "data.order.order_status", `"ORDER_PENDING"`, "data.notification.notification_account_id", `"12"`)
	f.Unset = []string{"data.order.order_bookings"}
	r.Fire(f)
	r.Expect(t, "kind:attempt status:200", 2)
	full := got{body: string(r.Entries("kind:capture inbox:full")[0].Request.Body)}
	bare := got{body: string(r.Entries("kind:capture inbox:bare")[0].Request.Body)}
	for path, want := range map[string]string{"notification.notification_item_id": "7", "order.order_status": "ORDER_PENDING",
		"order.order_reference": "179238114025631", "order.order_bookings": "", "kind": "order", "notification.notification_account_id": "12"} {
		if got := full.get(t, "data."+path); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
	if got := membersOf(t, []byte(bare.body)); got != "kind notification" {
		t.Errorf("without payload data holds %s", got)
	}
	log := r.call("GET", "/notifications", "")
	for _, i := range []string{"0", "1"} {
		if item, account := log.get(t, "data.items."+i+".notification_item_id"), log.get(t, "data.items."+i+".notification_account_id"); item != "7" || account != "12" {
			t.Errorf("the log has item %q of account %q", item, account)
		}
	}
}

func TestDirectFiring(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe("box", `"ORDER_CREATE"`, `"webhook_auth":"abc"`, `"webhook_payload":false`)
	f := fire("ORDER_CREATE")
	f.To, f.Account = r.Inbox("else"), "ann"
	r.Fire(f)
	r.Expect(t, "kind:capture inbox:else", 1)
	f.Body = json.RawMessage(`{"any": [1, "error"]}`)
	r.Fire(f)
	all := r.Expect(t, "kind:capture inbox:else", 2)
	if all[0].Request.Headers.Has("Authorization") {
		t.Error("a plain URL got an Authorization header")
	}
	if got := membersOf(t, all[0].Request.Body); got != "kind notification order" {
		t.Errorf("data holds %s", got)
	}
	if got := string(all[1].Request.Body); got != `{"any":[1,"error"]}` {
		t.Errorf("whole body came as %s", got)
	}
	if n := r.statuses(); len(n) != 0 {
		t.Errorf("log %v", n)
	}
	if n := len(r.Entries("kind:capture inbox:box")); n != 0 {
		t.Errorf("the webhook got %d", n)
	}
}

func TestMailNeedsNoRequest(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.register(`"webhook_email":"ops@a.example"`, `"webhook_events":["ORDER_CREATE"]`)
	r.subscribe("box", `"ORDER_CREATE"`, `"webhook_email":"ops@a.example"`)
	r.Reply("box", `{"reply":[{"status":500}]}`)
	r.Fire(fire("ORDER_CREATE"))
	r.Expect(t, "kind:attempt", 1)
	if got := strings.Join(r.statuses(), " "); got != "DELIVERY_PENDING DELIVERY_SUCCESS" {
		t.Errorf("statuses %s", got)
	}
}

func TestFaultsOfTheCredential(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe("box", `"ORDER_CREATE"`, `"webhook_auth":"YTpi"`)
	for kind, state := range map[string]string{"bad_signature": signing.Invalid, "missing_signature": signing.Missing} {
		f := fire("ORDER_CREATE")
		f.Faults = []api.Fault{{Kind: kind}}
		fired := r.Fire(f)
		e := r.Expect(t, "kind:capture event:"+fired.Events[0].ID, 1)[0]
		if e.Signature == nil || e.Signature.State != state {
			t.Errorf("%s: signature %+v, want %s", kind, e.Signature, state)
		}
	}
}

func TestRenewGivesANewIdAndInstant(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe("box", `"ORDER_CREATE"`)
	r.Fire(fire("ORDER_CREATE"))
	first := r.Expect(t, "kind:capture", 1)[0]
	r.Advance(90e9)
	order := `{"new_id":true,"to":"` + r.Inbox("again") + `"}`
	if g := r.at(r.URL+"/_/entries/"+jsonNumber(first.Seq)+"/replay", "POST", order); g.status != 202 {
		t.Fatalf("replay: %d %s", g.status, g.body)
	}
	again := r.Expect(t, "kind:capture inbox:again", 1)[0]
	a, b := got{body: string(first.Request.Body)}, got{body: string(again.Request.Body)}
	if a.get(t, "data.notification.notification_id") == b.get(t, "data.notification.notification_id") {
		t.Error("the same id")
	}
	if got := b.get(t, "data.notification.notification_created"); got != "2026-11-14T10:01:30+00:00" {
		t.Errorf("created %s", got)
	}
}

func jsonNumber(n uint64) string {
	b, _ := json.Marshal(n)
	return string(b)
}
