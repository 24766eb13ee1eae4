package shoptet_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"tacklebox/mock"
	"tacklebox/mock/provider"
	"tacklebox/mock/sandbox"
	"tacklebox/mock/shoptet"
	"tacklebox/mock/signing"
	"tacklebox/receiver/api"
)

// Everything an integrator made survives a restart: webhooks, keys, tokens,
// jobs, the log and what waits.
func TestRestart(t *testing.T) {
	t.Parallel()
	first := newBench(t)
	inbox := newReceiver(t, 500, 500, 200)
	first.register(tokenA, inbox.url, "order:create", "job:finished")
	old := first.renew(tokenA)
	key := first.renew(tokenA)
	short := first.shortToken("long")
	first.register(short, callbackURL, "order:create")
	first.do(tokenCall(exchangeBody(nil)))
	job := first.startJob("/api/orders/snapshot")
	first.fire(api.Firing{Type: "order:create", Account: tokenA})
	first.settle()
	if err := first.engine.Close(); err != nil {
		t.Fatal(err)
	}
	b := benchOn(t, first.journal, first.state)
	if got := b.do(call{path: "/api/webhooks", token: short}); !strings.Contains(got.body, `"totalCount":1`) {
		t.Errorf("the short token: %s", got.body)
	}
	if got := b.do(tokenCall(exchangeBody(nil))); got.status != 400 {
		t.Errorf("the code can be used again: %d", got.status)
	}
	if got := b.do(withToken(call{path: "/api/webhooks/notifications"})); !strings.Contains(got.body, `"id":1,"webhookId":10001`) || !strings.Contains(got.body, `"attempts":1,"status":"failed","active":true,"data":{"eshopId":222651,`) {
		t.Errorf("the log: %s", got.body)
	}
	b.advance(15 * time.Minute)
	if got := b.do(withToken(call{path: "/api/system/jobs/" + job})); !strings.Contains(got.body, `"status":"completed"`) {
		t.Errorf("the job: %s", got.body)
	}
	b.fire(api.Firing{Type: "order:create", Account: tokenA, Faults: faults("old_key")})
	b.settle()
	got := inbox.all()
	if len(got) != 4 {
		t.Fatalf("%d callbacks, want the first, its retry, job:finished and the new one", len(got))
	}
	for i, k := range []string{key, key, key, old} {
		if v := verify(k, got[i].header, []byte(got[i].body)); v.State != signing.Valid {
			t.Errorf("callback %d: %+v", i, v)
		}
	}
	if ids := b.register(tokenB, callbackURL, "order:create"); ids[0] != 10004 {
		t.Errorf("ids go on at %d", ids[0])
	}
	if log := b.do(withToken(call{path: "/api/webhooks/notifications"})); !strings.Contains(log.body, `"totalCount":3`) || !strings.Contains(log.body, `"id":3,`) {
		t.Errorf("the log: %s", log.body)
	}
}

// The same seed, clock and calls give the same bytes.
func TestTheSameSeedGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	play := func() string {
		b := newBench(t, in2026)
		inbox := newReceiver(t)
		var out strings.Builder
		for _, c := range []call{tokenCall(exchangeBody(nil)), withToken(post(one("order:create", callbackURL))), withToken(post(one("job:finished", callbackURL))),
			withToken(call{method: "POST", path: "/api/webhooks/renew-signature-key"}), withToken(call{path: "/api/orders/snapshot"}), withToken(call{path: "/api/webhooks"})} {
			got := b.do(c)
			fmt.Fprintln(&out, got.status, got.header["X-Request-Id"], got.body)
		}
		b.fire(api.Firing{Type: "order:create", To: inbox.url, Account: tokenA, Count: 3})
		b.settle()
		for _, g := range inbox.all() {
			fmt.Fprintln(&out, g.body, g.header["Shoptet-Webhook-Signature"])
		}
		return out.String()
	}
	one, two := play(), play()
	if one != two || strings.Count(one, "\n") != 9 {
		t.Errorf("got\n%s\nand\n%s", one, two)
	}
}

// The whole sandbox: registered over the API, fired, captured in an inbox,
// judged valid there and held against its schema.
func TestInTheSandbox(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t, sandbox.WithSeed(7), sandbox.WithStart(start))
	b := &bench{t: t, url: strings.TrimSuffix(sb.Provider("shoptet"), "/shoptet"), made: map[string]string{}}
	b.register(tokenA, sb.Inbox("orders"), "order:create")
	b.renew(tokenA)
	sb.Reply("orders", `{"reply":[{"status":503},{"status":200}]}`)
	sb.Fire(api.Firing{Provider: "shoptet", Type: "order:create"})
	sb.Expect(t, "kind:attempt status:503", 1)
	sb.Advance(15 * time.Minute)
	captures := sb.Expect(t, "kind:capture inbox:orders", 2)
	for _, c := range captures {
		if c.Signature == nil || c.Signature.State != signing.Valid || c.Contract == nil || !c.Contract.OK {
			t.Errorf("capture %d: signature %+v, contract %+v", c.Seq, c.Signature, c.Contract)
		}
	}
	if got := b.do(withToken(call{path: "/api/webhooks/notifications"})); !strings.Contains(got.body, `"attempts":2,"status":"success"`) {
		t.Errorf("%s", got.body)
	}
	b.renew(tokenA)
	sb.Fire(api.Firing{Provider: "shoptet", Type: "order:create", Faults: faults("old_key")})
	if c := sb.Expect(t, "kind:capture inbox:orders", 3)[2]; c.Signature == nil || c.Signature.State != signing.Invalid {
		t.Errorf("a callback with the old key: %+v", c.Signature)
	}
}

// What the state had not written when the process died is told again by the
// journal: the job is there, and single events are not fired a second time.
func TestAfterACrash(t *testing.T) {
	t.Parallel()
	first := newBench(t, withSettings(`{"mass_with_singles":true}`))
	inbox := newReceiver(t)
	first.register(tokenA, inbox.url, "job:finished", "order:massUpdate", "order:create")
	first.do(withToken(call{method: "DELETE", path: "/api/webhooks/10003"}))
	first.register(tokenA, inbox.url, "order:update")
	first.fire(api.Firing{Type: "job:finished"})
	first.fire(api.Firing{Type: "order:massUpdate"})
	first.settle()
	if n := len(inbox.all()); n != 4 {
		t.Fatalf("%d callbacks, want the job, the mass event and two single ones", n)
	}
	events := len(first.entries("kind:event"))
	b := benchOn(t, first.journal, first.state, withSettings(`{"mass_with_singles":true}`))
	b.advance(time.Hour)
	if n := len(b.entries("kind:event")); n != events || len(inbox.all()) != 4 {
		t.Errorf("%d events and %d callbacks, there were %d and 4", n, len(inbox.all()), events)
	}
	if got := b.do(withToken(call{path: "/api/system/jobs/4k7zq2m"})); got.status != 200 {
		t.Errorf("the job: %d %s", got.status, got.body)
	}
	got := b.do(withToken(call{path: "/api/webhooks/notifications"}))
	var doc struct {
		Data struct{ Notifications []struct{ ID int } }
	}
	b.parse(got.body, &doc)
	if fmt.Sprint(doc.Data.Notifications) != "[{1} {2} {3} {4}]" {
		t.Errorf("the log: %s", got.body)
	}
}

// Each account can live in a profile of its own; an event that only one of them
// knows can be fired without naming it.
func TestProfilesByAccount(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	inbox := newReceiver(t)
	if _, err := b.engine.Fire(context.Background(), api.Firing{Provider: "shoptet", Type: "product:create"}); err == nil {
		t.Error("nobody knows product:create")
	}
	b.set(tokenB, `{"profile":"2026-08"}`)
	b.register(tokenA, inbox.url, "order:create")
	b.register(tokenB, inbox.url, "product:create")
	if got := b.do(call{path: "/api/nowhere", token: tokenB}); !strings.Contains(got.body, `"metadata":{"requestId":"`) || got.header.Get("Content-Type") != "application/json; charset=utf-8" {
		t.Errorf("an unknown endpoint in 2026-08: %v %s", got.header, got.body)
	}
	if got := b.do(withToken(call{path: "/api/nowhere"})); strings.Contains(got.body, "metadata") {
		t.Errorf("and in 2024-12: %s", got.body)
	}
	b.fire(api.Firing{Type: "product:create"})
	b.settle()
	if n := len(inbox.all()); n != 1 {
		t.Errorf("%d callbacks", n)
	}
	b.set(tokenB, `{"payload_events":["order:create"]}`)
	b.do(call{method: "POST", path: "/api/webhooks", token: tokenB, body: fmt.Sprintf(`{"data":[{"event":"order:create","url":%q,"sendPayload":"full"}]}`, inbox.url)})
	b.fire(api.Firing{Type: "order:create", Set: map[string]json.RawMessage{"payload.data.order.code": json.RawMessage(`"1"`)}})
	b.settle()
	carrying := 0
	for _, g := range inbox.all()[1:] {
		if strings.Contains(g.body, `"payload":{"data":{"order":{"code":"1"}}}`) {
			carrying++
		}
	}
	if n := len(inbox.all()); n != 3 || carrying != 1 {
		t.Errorf("%d callbacks, %d with the order", n, carrying)
	}
	if _, err := b.engine.Fire(context.Background(), api.Firing{Provider: "shoptet", Type: "product:create", Account: tokenA}); err == nil {
		t.Error("product:create is unknown in account A")
	}
}

// A mistake of the mock answers in the dialect too.
func TestBroken(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(c *mock.Config) {
		p := shoptet.New()
		p.Serve = func(*provider.World, *provider.Call) provider.Reply { panic("a mistake") }
		c.Providers = []*provider.Provider{p}
	})
	b.want("GET", "/api/webhooks", "", 500, `{"data":null,"errors":[{"errorCode":"unknown-error","message":"Unknown error.","instance":"payload"}]}`)
}

// Forgetting everything begins anew.
func TestReset(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.register(tokenA, callbackURL, "order:create")
	key := b.renew(tokenA)
	if err := b.engine.Reset(); err != nil {
		t.Fatal(err)
	}
	if ids := b.register(tokenA, callbackURL, "order:create"); ids[0] != 10001 {
		t.Errorf("ids begin at %d", ids[0])
	}
	if got := b.renew(tokenA); got != key {
		t.Errorf("the same seed draws %s, then %s", key, got)
	}
}

// Retry-After is a moment of the provider's clock, and a client reads it against
// the Date beside it.
func TestAnswersCarryTheProvidersTime(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, want := range []string{"Mon, 02 Dec 2024 11:00:00 GMT", "Mon, 02 Dec 2024 12:30:00 GMT"} {
		if got := b.do(call{path: "/api/webhooks", token: tokenA}).header["Date"]; len(got) != 1 || got[0] != want {
			t.Errorf("Date %v, want %s", got, want)
		}
		b.advance(90 * time.Minute)
	}
}
