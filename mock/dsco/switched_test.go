package dsco_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// turn switches a webhook by the control API.
func (r *rig) turn(id, body string) {
	r.t.Helper()
	req, err := http.NewRequest("PUT", r.URL+"/_/subscriptions/dsco/"+id+"?account="+me, strings.NewReader(body))
	must(r.t, err)
	if got := r.send(req); got.Status != 200 {
		r.t.Fatalf("switching: %d %s", got.Status, got.Body)
	}
}

// TestSwitchedByTheControlAPI: the webhook shows it as if it had been updated,
// and its own rule holds for what waits: not enabled, it is dropped.
func TestSwitchedByTheControlAPI(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.Settings("dsco", "", map[string]any{"retry": []any{"2m"}})
	r.Reply("box", `{"reply":[{"status":500,"times":1},{"status":200}]}`)
	id := r.create(me, nil)
	r.fire("ORDER_CREATED", nil, nil)
	r.Expect(t, "kind:attempt", 1)
	r.Advance(time.Minute)
	r.turn(id, `{"enabled":false}`)
	if shown := r.ok("GET", "/webhook/"+id, me, ""); shown["enabled"] != false || shown["lastUpdate"] != "2014-01-01T10:31:00.000Z" {
		t.Errorf("switched off: %v", shown)
	}
	if one := r.fire("ORDER_CREATED", nil, nil); len(one.Deliveries) != 0 || one.Skipped[0].Reason != "disabled" {
		t.Errorf("fired: %+v", one)
	}
	r.Advance(time.Hour)
	r.turn(id, `{"enabled":true}`)
	if shown := r.ok("GET", "/webhook/"+id, me, ""); shown["enabled"] != true {
		t.Errorf("switched on: %v", shown)
	}
	if n := len(r.Entries("kind:attempt")); n != 1 {
		t.Errorf("%d attempts, want that before it was off", n)
	}
	r.fire("ORDER_CREATED", nil, nil)
	r.Expect(t, "kind:attempt status:200", 1)
}
