package shoptet_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"tacklebox/mock/shoptet"
	"tacklebox/mock/signing"
	"tacklebox/receiver/api"
)

// vector is one signature, right or wrong.
type vector struct {
	Name, Key, Body, Signature string
	Valid                      bool
}

func vectors(t *testing.T) []vector {
	var doc struct{ Vectors []vector }
	testdata(t, "vectors.json", &doc)
	if len(doc.Vectors) < 10 {
		t.Fatalf("only %d vectors", len(doc.Vectors))
	}
	return doc.Vectors
}

// verify judges a callback with all explanations.
func verify(key string, h http.Header, body []byte) signing.Verdict {
	return shoptet.New().Signing.Scheme.Explain(signing.Question{Secret: key, Header: h, Body: body})
}

func TestVectorsAreJudged(t *testing.T) {
	t.Parallel()
	reasons := map[string]string{}
	for _, v := range vectors(t) {
		got := verify(v.Key, http.Header{"Shoptet-Webhook-Signature": {v.Signature}}, []byte(v.Body))
		if (got.State == signing.Valid) != v.Valid || len(got.Tried) == 0 {
			t.Errorf("%s: %+v", v.Name, got)
		}
		reasons[v.Name] = got.Reason
	}
	for name, word := range map[string]string{"upper-case hex": "upper-case", "no prefix": "prefix", "one byte": "the body is not the one", "the key is used as text": "decoded", "SHA-256": "SHA-256"} {
		found := false
		for full, reason := range reasons {
			found = found || strings.HasPrefix(full, name) && strings.Contains(reason, word)
		}
		if !found {
			t.Errorf("%s is not explained with %q: %v", name, word, reasons)
		}
	}
	if got := verify("k", http.Header{}, nil); got.State != signing.Missing {
		t.Errorf("no header: %+v", got)
	}
}

// Every valid vector is also sent so: signed with its key over exactly its bytes.
func TestVectorsAreSent(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t) {
		if !v.Valid {
			continue
		}
		b := newBench(t, withSettings(`{"profile":"2026-08","signature_key":"`+v.Key+`"}`))
		inbox := newReceiver(t)
		var body map[string]json.RawMessage
		b.parse(v.Body, &body)
		var typ string
		b.parse(string(body["event"]), &typ)
		b.fire(api.Firing{Type: typ, To: inbox.url, Set: body})
		b.settle()
		got := inbox.all()
		if len(got) != 1 || got[0].body != v.Body || got[0].header.Get("Shoptet-Webhook-Signature") != v.Signature {
			t.Errorf("%s:\n got %+v\nwant %s %s", v.Name, got, v.Body, v.Signature)
		}
	}
}

// TestBytesOnTheWire holds a whole callback against what a packet capture would
// show.
func TestBytesOnTheWire(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	const key = "00112233445566778899aabbccddeeff"
	b := newBench(t, withSettings(`{"signature_key":"`+key+`"}`))
	b.register(tokenA, "http://"+ln.Addr().String()+"/shop/%C5%BE?a=b&c", "order:create")
	b.advance(time.Duration(2*3600+5*60+31)*time.Second + 700*time.Millisecond)
	const body = `{"eshopId":222651,"event":"order:create","eventCreated":"2024-12-02T14:05:31+0100","eventInstance":"2024001287"}`
	want := "POST /shop/%C5%BE?a=b&c HTTP/1.1\r\nHost: " + ln.Addr().String() + "\r\nContent-Type: application/json\r\nUser-Agent: Shoptet\r\n" +
		"Shoptet-Webhook-Signature: 0b6ef0d989cc5846dfe35267fa7f6c2167f0ed0b\r\nContent-Length: " + fmt.Sprint(len(body)) + "\r\n\r\n" + body
	read := make(chan string, 1)
	go func() {
		conn, err := ln.Accept()
		if err != nil {
			read <- err.Error()
			return
		}
		defer conn.Close()
		got := make([]byte, len(want))
		if _, err := io.ReadFull(conn, got); err != nil {
			got = []byte(err.Error())
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		read <- string(got)
	}()
	b.fire(api.Firing{Type: "order:create"})
	if got := <-read; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	b.settle()
}

func TestNoSignatureBeforeTheFirstKey(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	inbox := newReceiver(t)
	b.register(tokenA, inbox.url, "order:create")
	b.fire(api.Firing{Type: "order:create"})
	b.settle()
	key := b.renew(tokenA)
	b.fire(api.Firing{Type: "order:create"})
	b.settle()
	got := inbox.all()
	if len(got) != 2 || got[0].header["Shoptet-Webhook-Signature"] != nil {
		t.Fatalf("%+v", got)
	}
	if v := verify(key, got[1].header, []byte(got[1].body)); v.State != signing.Valid {
		t.Errorf("after renewing: %+v", v)
	}
	for _, name := range []string{"Accept-Encoding", "X-Request-Id", "Transfer-Encoding"} {
		if got[1].header[name] != nil {
			t.Errorf("header %s is sent", name)
		}
	}
}

// The old key stops at once, for retries too; a PATCH changes only later events.
func TestRetriesAfterRenewalAndPatch(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	before, after := newReceiver(t, 500), newReceiver(t)
	ids := b.register(tokenA, before.url, "order:create")
	old := b.renew(tokenA)
	b.fire(api.Firing{Type: "order:create"})
	b.settle()
	key := b.renew(tokenA)
	b.do(call{method: "PATCH", path: fmt.Sprintf("/api/webhooks/%d", ids[0]), token: tokenA, body: fmt.Sprintf(`{"data":{"url":%q}}`, after.url)})
	b.advance(15 * time.Minute)
	b.fire(api.Firing{Type: "order:create"})
	b.settle()
	got := before.all()
	if len(got) != 2 || len(after.all()) != 1 {
		t.Fatalf("%d at the old URL, %d at the new one", len(got), len(after.all()))
	}
	if verify(old, got[0].header, []byte(got[0].body)).State != signing.Valid || verify(key, got[1].header, []byte(got[1].body)).State != signing.Valid {
		t.Error("an attempt is not signed with the key of its moment")
	}
	if got[0].body != got[1].body {
		t.Errorf("a retry differs: %s and %s", got[0].body, got[1].body)
	}
}

// Attempts in seconds after the event, by answer and settings.
func TestRetrySchedule(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		settings string
		answers  []int
		want     string
	}{
		{`{}`, []int{500}, "[0 900 1800]"},
		{`{}`, []int{500, 200}, "[0 900]"},
		{`{}`, []int{201}, "[0 900 1800]"},
		{`{}`, []int{302}, "[0 900 1800]"},
		{`{}`, []int{404, 410, 200}, "[0 900 1800]"},
		{`{"success":"2xx"}`, []int{204}, "[0]"},
		{`{"success":200}`, []int{200}, "[0]"},
		{`{"attempts":1}`, []int{500}, "[0]"},
		{`{"attempts":4,"retry_every":"1m"}`, []int{500}, "[0 60 120 180]"},
	} {
		b := newBench(t, withSettings(c.settings))
		inbox := newReceiver(t, c.answers...)
		b.register(tokenA, inbox.url, "order:create")
		b.fire(api.Firing{Type: "order:create"})
		b.advance(24 * time.Hour)
		var at []int
		for _, e := range b.entries("kind:attempt") {
			at = append(at, int(e.Time.Sub(start).Seconds()))
		}
		if fmt.Sprint(at) != c.want || len(inbox.all()) != len(at) {
			t.Errorf("%s %v: attempts at %v, want %s", c.settings, c.answers, at, c.want)
		}
	}
}

// A receiver that does not answer in time has failed, however it ends.
func TestTimeOut(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	b := newBench(t, still, withSettings(`{"timeout":"30ms","attempts":2}`))
	b.register(tokenA, "http://"+ln.Addr().String(), "order:create")
	b.fire(api.Firing{Type: "order:create"})
	b.advance(15 * time.Minute)
	list := b.entries("kind:attempt")
	if len(list) != 2 || !strings.Contains(list[0].Error, "no answer within 30ms") || list[1].Request == nil {
		t.Errorf("%d attempts, first: %+v", len(list), list)
	}
}

func TestSigningFaults(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	inbox := newReceiver(t)
	b.register(tokenA, inbox.url, "order:create")
	first := b.renew(tokenA)
	second := b.renew(tokenA)
	for _, fault := range []string{"bad_signature", "missing_signature", "old_key"} {
		b.fire(api.Firing{Type: "order:create", Faults: faults(fault)})
		b.settle()
	}
	got := inbox.all()
	if len(got) != 3 {
		t.Fatalf("%d callbacks", len(got))
	}
	want := []struct{ withOld, withNew string }{{signing.Invalid, signing.Invalid}, {signing.Missing, signing.Missing}, {signing.Valid, signing.Invalid}}
	for i, g := range got {
		o, n := verify(first, g.header, []byte(g.body)), verify(second, g.header, []byte(g.body))
		if o.State != want[i].withOld || n.State != want[i].withNew {
			t.Errorf("%d: old key %s, new key %s, want %+v", i, o.State, n.State, want[i])
		}
	}
	if s := got[0].header.Get("Shoptet-Webhook-Signature"); len(s) != 40 || strings.Trim(s, "0123456789abcdef") != "" {
		t.Errorf("a bad signature should look like one: %q", s)
	}
}

// An account that never had an earlier key, or none at all, shows the faults too.
func TestSigningFaultsWithoutKeys(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	inbox := newReceiver(t)
	for _, fault := range []string{"old_key", "bad_signature"} {
		b.fire(api.Firing{Type: "order:create", To: inbox.url, Faults: faults(fault)})
		b.settle()
	}
	for i, g := range inbox.all() {
		if len(g.header.Get("Shoptet-Webhook-Signature")) != 40 {
			t.Errorf("%d: %v", i, g.header)
		}
	}
	if len(inbox.all()) != 2 {
		t.Errorf("%d callbacks", len(inbox.all()))
	}
}

func TestUserAgent(t *testing.T) {
	t.Parallel()
	b := newBench(t, withSettings(`{"user_agent":"Shoptet-Webhooks/2"}`))
	inbox := newReceiver(t)
	b.fire(api.Firing{Type: "order:create", To: inbox.url})
	b.settle()
	if got := inbox.all(); len(got) != 1 || got[0].header.Get("User-Agent") != "Shoptet-Webhooks/2" || got[0].length != int64(len(got[0].body)) {
		t.Errorf("%+v", got)
	}
}

func TestSettingsAreChecked(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, doc := range []string{`{"attempts":0}`, `{"attempts":11}`, `{"success":"201"}`, `{"timeout":"0s"}`, `{"user_agent":"a\r\nb"}`,
		`{"addon_urls":{"order:create":"http://a.example"}}`, `{"addon_urls":{"addon:suspend":"/x"}}`, `{"profile":"2025"}`, `{"nonsense":1}`} {
		req, err := http.NewRequest("PUT", b.url+"/_/providers/shoptet/settings", bytes.NewReader([]byte(doc)))
		if err != nil {
			t.Fatal(err)
		}
		if got := b.send(req); got.status != 422 {
			t.Errorf("%s: %d %s", doc, got.status, got.body)
		}
	}
}

// What is recorded can be sent again as a new event, signed anew.
func TestReplayWithANewID(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	inbox := newReceiver(t)
	b.register(tokenA, inbox.url, "order:create", "eshop:design")
	key := b.renew(tokenA)
	b.fire(api.Firing{Type: "order:create"})
	b.settle()
	b.fire(api.Firing{Type: "eshop:design"})
	b.settle()
	b.advance(time.Hour)
	for _, e := range b.entries("kind:attempt") {
		if _, err := b.engine.Replay(context.Background(), e.Seq, api.ReplayRequest{Resign: true, NewID: true}); err != nil {
			t.Fatal(err)
		}
		b.settle()
	}
	got := inbox.all()
	if len(got) != 4 {
		t.Fatalf("%d callbacks", len(got))
	}
	if got[2].body == got[0].body || !strings.Contains(got[2].body, `"eventCreated":"2024-12-02T13:00:00+0100","eventInstance":"2024`) || strings.Contains(got[2].body, "2024001287") {
		t.Errorf("a new event: %s", got[2].body)
	}
	if want := `{"eshopId":222651,"event":"eshop:design","eventCreated":"2024-12-02T13:00:00+0100","eventInstance":"222651"}`; got[3].body != want {
		t.Errorf("got %s, want %s", got[3].body, want)
	}
	if v := verify(key, got[2].header, []byte(got[2].body)); v.State != signing.Valid {
		t.Errorf("%+v", v)
	}
}

// A changed body stays in PHP's spelling: a receiver that decodes it and encodes
// it again expects the same signature.
func TestAChangedReplayKeepsThePHPSpelling(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	key := b.renew(tokenA)
	in := newReceiver(t)
	b.fire(api.Firing{Type: "order:create", Account: tokenA, To: in.url})
	b.settle()
	seq := b.entries("kind:attempt")[0].Seq
	for _, change := range []api.ReplayRequest{
		{Set: map[string]json.RawMessage{"eventInstance": json.RawMessage(`"č/"`)}, Resign: true},
		{Body: json.RawMessage(`{"eshopId": 222651, "event": "order:create", "eventCreated": "2024-12-02T12:00:00+0100", "eventInstance": "č/"}`), Resign: true},
	} {
		if _, err := b.engine.Replay(context.Background(), seq, change); err != nil {
			t.Fatal(err)
		}
		b.settle()
		all := in.all()
		got := all[len(all)-1]
		want := `{"eshopId":222651,"event":"order:create","eventCreated":"2024-12-02T12:00:00+0100","eventInstance":"\u010d\/"}`
		if got.body != want {
			t.Errorf("replayed %s, want %s", got.body, want)
		}
		if sent := got.header.Get("Shoptet-Webhook-Signature"); !b.valid(key, sent, want) {
			t.Errorf("signature %q does not belong to the body", sent)
		}
	}
}

// Bytes that are given as text are sent as they are.
func TestAReplayedTextIsNotSpelledAnew(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	in := newReceiver(t)
	b.fire(api.Firing{Type: "order:create", Account: tokenA, To: in.url})
	b.settle()
	if _, err := b.engine.Replay(context.Background(), b.entries("kind:attempt")[0].Seq, api.ReplayRequest{Body: json.RawMessage(`"{ \"a\": \"/\" }"`)}); err != nil {
		t.Fatal(err)
	}
	b.settle()
	if got := in.all()[1].body; got != `{ "a": "/" }` {
		t.Errorf("replayed %s", got)
	}
}

// A registered query may hold a blank; the request line must survive it.
func TestACallbackURLWithABlankInItsQuery(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	in := newReceiver(t)
	b.register(tokenA, in.url+"/a?x=b c", "order:create")
	b.fire(api.Firing{Type: "order:create", Account: tokenA})
	b.settle()
	if got := in.all(); len(got) != 1 || got[0].path != "/a?x=b%20c" {
		t.Errorf("received %+v", got)
	}
}
