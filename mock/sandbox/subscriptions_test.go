package sandbox

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"tacklebox/mock/clock"
	"tacklebox/receiver/api"
)

// TestSubscriptionsByControl: over the wire, a subscription is switched off and
// on, a delivery is retried while the clock stands, and the subscription goes.
func TestSubscriptionsByControl(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny)
	r.Reply("box", `{"reply":[{"status":500,"times":2},{"status":200}]}`)
	id := subscribe(t, r, "ann", "box", "thing.made")
	at := "/_/subscriptions/tiny/" + id
	want := func(status int, method, path, body, part string) {
		t.Helper()
		got, answer := r.call(method, path, []byte(body))
		if got != status || !strings.Contains(answer, part) {
			t.Fatalf("%s %s: %s, want %d with %s", method, path, answer, status, part)
		}
	}
	delivery := r.Fire(api.Firing{Type: "thing.made", Provider: "tiny"}).Events[0].Deliveries[0].ID
	r.Expect(t, "kind:attempt", 1)
	want(200, "PUT", at+"?account=ann", `{"enabled":false}`, `"enabled":false`)
	r.Advance(time.Hour)
	want(409, "POST", "/_/deliveries/"+delivery+"/retry", "", `"code":"subscription_off"`)
	if n := len(r.Entries("kind:attempt")); n != 1 {
		t.Fatalf("%d attempts although it is off", n)
	}
	if one := r.Fire(api.Firing{Type: "thing.made", Provider: "tiny"}).Events[0]; len(one.Skipped) != 1 || one.Skipped[0].Reason != "disabled" {
		t.Errorf("fired at it while it is off: %+v", one)
	}
	want(200, "PUT", at, `{"enabled":true}`, `"enabled":true`)
	r.Expect(t, "kind:attempt", 2)
	want(202, "POST", "/_/deliveries/"+delivery+"/retry", "", `"id":"`+delivery+`"`)
	r.Expect(t, "kind:attempt delivery:"+delivery+" status:200", 1)
	want(409, "POST", "/_/deliveries/"+delivery+"/retry", "", "is delivered")
	want(200, "DELETE", at, "", `{"removed":true}`)
	want(404, "DELETE", at, "", `"code":"unknown_subscription"`)
	if one := r.Fire(api.Firing{Type: "thing.made", Provider: "tiny"}).Events[0]; len(one.Deliveries)+len(one.Skipped) != 0 {
		t.Errorf("fired at nobody: %+v", one)
	}
}

// TestRetryOnARealClock does not wait for the plan.
func TestRetryOnARealClock(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny, WithClock(clock.Real))
	r.Settings("tiny", "", map[string]any{"retry": []string{"24h"}, "hold": true})
	r.Reply("box", `{"reply":[{"status":500,"times":1},{"status":200}]}`)
	subscribe(t, r, "ann", "box", "thing.made")
	delivery := r.Fire(api.Firing{Type: "thing.made", Provider: "tiny"}).Events[0].Deliveries[0].ID
	r.Expect(t, "kind:attempt status:500", 1)
	if status, answer := r.call("POST", "/_/deliveries/"+delivery+"/retry", nil); status != 202 {
		t.Fatal(answer)
	}
	r.Expect(t, "kind:attempt status:200", 1)
	_, answer := r.call("GET", "/_/subscriptions", nil)
	var list []struct {
		Failures int    `json:"failures"`
		Next     string `json:"next_attempt"`
	}
	if err := json.Unmarshal([]byte(answer[strings.Index(answer, "["):]), &list); err != nil || len(list) != 1 || list[0].Next != "" {
		t.Errorf("the subscription says %s (%v)", answer, err)
	}
}
