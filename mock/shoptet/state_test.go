package shoptet_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tacklebox/mock"
	"tacklebox/mock/sandbox"
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
	first.register(short, hookURL, "order:create")
	first.do(tokenCall(exchangeBody(nil)))
	job := first.startJob("/api/orders/snapshot")
	first.fire(mock.Firing{Type: "order:create", Account: tokenA})
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
	b.fire(mock.Firing{Type: "order:create", Account: tokenA, Faults: faults("old_key")})
	b.settle()
	got := inbox.all()
	if len(got) != 4 {
		t.Fatalf("%d callbacks, want the first, its retry, job:finished and the new one", len(got))
	}
	for i, k := range []string{key, key, key, old} {
		if v := verify(k, got[i].header, []byte(got[i].body)); v.State != mock.Valid {
			t.Errorf("callback %d: %+v", i, v)
		}
	}
	if ids := b.register(tokenB, hookURL, "order:create"); ids[0] != 10004 {
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
		for _, c := range []call{tokenCall(exchangeBody(nil)), withToken(post(one("order:create", hookURL))), withToken(post(one("job:finished", hookURL))),
			withToken(call{method: "POST", path: "/api/webhooks/renew-signature-key"}), withToken(call{path: "/api/orders/snapshot"}), withToken(call{path: "/api/webhooks"})} {
			got := b.do(c)
			fmt.Fprintln(&out, got.status, got.header["X-Request-Id"], got.body)
		}
		b.fire(mock.Firing{Type: "order:create", To: inbox.url, Account: tokenA, Count: 3})
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
	sb.Fire(mock.Firing{Provider: "shoptet", Type: "order:create"})
	sb.Expect(t, "kind:attempt status:503", 1)
	sb.Advance(15 * time.Minute)
	captures := sb.Expect(t, "kind:capture inbox:orders", 2)
	for _, c := range captures {
		if c.Signature == nil || c.Signature.State != mock.Valid || c.Contract == nil || !c.Contract.OK {
			t.Errorf("capture %d: signature %+v, contract %+v", c.Seq, c.Signature, c.Contract)
		}
	}
	if got := b.do(withToken(call{path: "/api/webhooks/notifications"})); !strings.Contains(got.body, `"attempts":2,"status":"success"`) {
		t.Errorf("%s", got.body)
	}
	b.renew(tokenA)
	sb.Fire(mock.Firing{Provider: "shoptet", Type: "order:create", Faults: faults("old_key")})
	if c := sb.Expect(t, "kind:capture inbox:orders", 3)[2]; c.Signature == nil || c.Signature.State != mock.Invalid {
		t.Errorf("a callback with the old key: %+v", c.Signature)
	}
}
