package ultracart_test

import (
	"testing"
	"time"

	"tacklebox/receiver/api"
)

// TestSwitchedByTheControlAPI is the same as an update of disabled: what waits is
// kept, and sent at once when the webhook is started again.
func TestSwitchedByTheControlAPI(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.sb.Reply("box", `{"reply":[{"status":500,"times":1},{"status":200}]}`)
	oid := c.subscribe("box", "", "user_login")
	c.fire(api.Firing{Type: "user_login"})
	c.settled(1)
	if r := c.control("PUT", "/_/subscriptions/ultracart/"+oid, `{"enabled":false}`); r.status != 200 {
		t.Fatal(r.body)
	}
	if w := c.webhook(oid); !w.Get("disabled").Bool() || w.Get("pending").Int() != 1 || w.Get("next_retry_after").Exists() {
		t.Errorf("switched off: %s", w.Raw)
	}
	c.sb.Advance(time.Hour)
	if r := c.control("PUT", "/_/subscriptions/ultracart/"+oid, `{"enabled":true}`); r.status != 200 {
		t.Fatal(r.body)
	}
	c.settled(2)
	if w := c.webhook(oid); w.Get("disabled").Bool() || w.Get("pending").Int() != 0 || w.Get("consecutive_failures").Int() != 0 {
		t.Errorf("switched on: %s", w.Raw)
	}
	c.ok("PUT", webhooks+"/"+oid, `{"webhook_url":"http://x.example/","disabled":true}`)
	if r := c.control("GET", "/_/subscriptions?provider=ultracart", ""); r.get("0.enabled").Bool() {
		t.Errorf("disabled by its own API: %s", r.body)
	}
}
