package shoptet_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"tacklebox/receiver/api"
)

// A webhook that asks for the full payload gets the whole entity, of the key that
// eventInstance names.
func TestPayloadOfAnEntity(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		event, key string
		members    []string // of the entity, some of them
	}{
		{"order:create", "payload.data.order.code", []string{"payload.data.order.items.0.itemPrice.withVat", "payload.data.order.billingAddress.zip"}},
		{"product:update", "payload.data.guid", []string{"payload.data.variants.1.code", "payload.data.name"}},
		{"customer:create", "payload.data.customer.guid", []string{"payload.data.customer.accounts.0.email"}},
		{"invoice:create", "payload.data.invoice.code", []string{"payload.data.invoice.items.0.code"}},
	} {
		b := newBench(t, withSettings(fmt.Sprintf(`{"profile":"2026-08","payload_events":[%q]}`, c.event)))
		full, plain := newReceiver(t), newReceiver(t)
		for token, webhook := range map[string]string{
			tokenA: fmt.Sprintf(`{"event":%q,"url":%q,"sendPayload":"full"}`, c.event, full.url),
			tokenB: fmt.Sprintf(`{"event":%q,"url":%q}`, c.event, plain.url),
		} {
			if got := b.do(call{method: "POST", path: "/api/webhooks", token: token, body: `{"data":[` + webhook + `]}`}); got.status != 201 {
				t.Fatal(got.body)
			}
		}
		b.fire(api.Firing{Type: c.event, Count: 2})
		b.settle()
		if got := full.all(); len(got) != 2 {
			t.Fatalf("%s: %d callbacks", c.event, len(got))
		}
		for _, g := range full.all() {
			if key := gjson.Get(g.body, c.key).String(); key == "" || key != gjson.Get(g.body, "eventInstance").String() {
				t.Errorf("%s: the entity is %q: %s", c.event, key, g.body)
			}
			for _, m := range c.members {
				if !gjson.Get(g.body, m).Exists() {
					t.Errorf("%s: no %s", c.event, m)
				}
			}
		}
		if got := plain.all(); len(got) != 2 || strings.Contains(got[0].body, "payload") {
			t.Errorf("%s without sendPayload: %+v", c.event, got)
		}
	}
}

// The result of a snapshot is JSON lines of whole entities.
func TestSnapshotsHoldWholeEntities(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]struct {
		lines   int
		members []string
	}{
		"orders":    {2, []string{"code", "status.id", "items.0.productGuid", "price.withVat"}},
		"products":  {1, []string{"guid", "variants.0.code", "name"}},
		"customers": {1, []string{"guid", "accounts.0.email"}},
		"invoices":  {1, []string{"code", "orderCode", "items.0.name"}},
	} {
		b := newBench(t)
		b.register(tokenA, newReceiver(t).url, "job:finished")
		id := b.startJob("/api/" + kind + "/snapshot")
		b.advance(30 * time.Second)
		address := gjson.Get(b.do(withToken(call{path: "/api/system/jobs/" + id})).body, "data.job.resultUrl").String()
		text := gunzip(t, b.do(call{path: strings.TrimPrefix(address, "http://mock.test/shoptet")}).body)
		lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		if len(lines) != want.lines {
			t.Errorf("%s: %d lines", kind, len(lines))
		}
		keys := map[string]bool{}
		for _, line := range lines {
			keys[gjson.Get(line, want.members[0]).String()] = true
			for _, m := range want.members {
				if !json.Valid([]byte(line)) || !gjson.Get(line, m).Exists() {
					t.Errorf("%s: no %s in %s", kind, m, line)
				}
			}
		}
		if len(keys) != want.lines {
			t.Errorf("%s: keys %v", kind, keys)
		}
	}
}

// The two sources of addon:* disagree about the type of eventInstance.
func TestAddonInstance(t *testing.T) {
	t.Parallel()
	for setting, want := range map[string]string{"number": `"eventInstance":222651}`, "string": `"eventInstance":"222651"}`} {
		b := newBench(t, withSettings(fmt.Sprintf(`{"addon_instance":%q}`, setting)))
		inbox := newReceiver(t)
		for _, event := range []string{"addon:suspend", "addon:approve", "addon:terminate"} {
			b.fire(api.Firing{Type: event, To: inbox.url, Account: tokenA})
		}
		b.settle()
		for _, g := range inbox.all() {
			if !strings.HasSuffix(g.body, want) {
				t.Errorf("%s: %s", setting, g.body)
			}
		}
		if n := len(inbox.all()); n != 3 {
			t.Errorf("%s: %d callbacks", setting, n)
		}
	}
}

// Receivers that check where a call comes from can be told so in a header.
func TestForwardedFor(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	inbox := newReceiver(t)
	b.fire(api.Firing{Type: "order:create", To: inbox.url, Account: tokenA})
	b.set("", `{"forwarded_for":true}`)
	b.fire(api.Firing{Type: "order:create", To: inbox.url, Account: tokenA})
	b.settle()
	got := inbox.all()
	if len(got) != 2 || got[0].header.Get("X-Forwarded-For") != "" {
		t.Fatalf("%+v", got)
	}
	var last int
	address := http.Header(got[1].header).Get("X-Forwarded-For")
	if n, err := fmt.Sscanf(address, "185.184.254.%d", &last); n != 1 || err != nil || last < 1 || last > 254 {
		t.Errorf("address %q", address)
	}
}

// Firing job:finished again for a job that is done tells of it and changes
// nothing of it.
func TestAFinishedJobStaysAsItIs(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.register(tokenA, newReceiver(t).url, "job:finished")
	id := b.startJob("/api/orders/snapshot")
	b.advance(30 * time.Second)
	before := b.do(withToken(call{path: "/api/system/jobs/" + id})).body
	b.advance(time.Minute)
	b.fire(api.Firing{Type: "job:finished", Set: map[string]json.RawMessage{"eventInstance": json.RawMessage(`"` + id + `"`)}})
	if after := b.do(withToken(call{path: "/api/system/jobs/" + id})).body; after != before || !strings.Contains(before, `orders\/snapshot`) {
		t.Errorf("before %s\nafter  %s", before, after)
	}
}
