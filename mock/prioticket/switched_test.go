package prioticket_test

import (
	"testing"
	"time"
)

// TestSwitchedByTheControlAPI: webhook_status shows it, what waits is dropped as
// after auto_disable, and ENABLED again its failures are counted anew.
func TestSwitchedByTheControlAPI(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.Settings("prioticket", r.token, map[string]any{"auto_disable": 2, "retry": []string{"1m"}})
	r.Reply("box", `{"reply":[{"status":500}]}`)
	id := r.subscribe("box", `"ORDER_CREATE"`)
	status := func() string {
		return r.call("GET", "/webhooks?webhook_id="+id, "").get(t, "data.items.0.webhook_status")
	}
	turn := func(body, want string) {
		t.Helper()
		if g := r.at(r.URL+"/_/subscriptions/prioticket/"+id, "PUT", body); g.status != 200 {
			t.Fatalf("switching: %d %s", g.status, g.body)
		}
		if got := status(); got != want {
			t.Fatalf("after %s it is %s, want %s", body, got, want)
		}
	}
	r.Fire(fire("ORDER_CREATE"))
	r.Expect(t, "kind:attempt", 1)
	r.Advance(time.Minute)
	r.Expect(t, "kind:attempt", 2) // one lost
	r.Fire(fire("ORDER_CREATE"))
	r.Expect(t, "kind:attempt", 3)
	turn(`{"enabled":false}`, "DISABLED")
	if fired := r.Fire(fire("ORDER_CREATE")); len(fired.Events[0].Deliveries) != 0 || len(fired.Events[0].Skipped) != 1 {
		t.Errorf("a DISABLED webhook got %+v", fired.Events[0])
	}
	r.Advance(time.Hour)
	turn(`{"enabled":true}`, "ENABLED")
	r.Fire(fire("ORDER_CREATE"))
	r.Expect(t, "kind:attempt", 4)
	r.Advance(time.Minute)
	r.Expect(t, "kind:attempt", 5)
	if got := status(); got != "ENABLED" {
		t.Errorf("it is %s after one lost in a row", got)
	}
	if n := len(r.Entries("kind:attempt")); n != 5 {
		t.Errorf("%d attempts", n)
	}
}
