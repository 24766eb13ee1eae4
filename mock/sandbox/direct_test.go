package sandbox

import (
	"strings"
	"testing"
	"time"

	"tacklebox/mock/provider"
	"tacklebox/receiver/api"
)

func TestADirectFiringDoesNotWaitForOneThatFailed(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny)
	r.Settings("tiny", "", map[string]any{"hold": true})
	r.Reply("box", `{"reply":[{"status":500}]}`)
	for i := range 3 {
		r.Fire(api.Firing{Type: "thing.made", Provider: "tiny", To: r.Inbox("box")})
		r.Expect(t, "kind:attempt", i+1)
	}
	r.Advance(time.Minute)
	if n := len(r.Entries("kind:attempt")); n != 6 {
		t.Errorf("%d attempts, want each of the three once more", n)
	}
}

func TestAPausedSubscriptionHasNoNextAttempt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pausing := func(c *Config) {
		withTiny(c)
		c.providers[0].Attempted = func(w *provider.World, d *provider.Delivery, a *provider.Attempt) {
			s := w.Account(d.Account).Sub(d.Subscription)
			s.Enabled = false
			w.Account(d.Account).Pause(s)
		}
	}
	next := func(r *Running) bool {
		_, body := r.call("GET", "/_/subscriptions?provider=tiny", nil)
		return strings.Contains(body, "next_attempt")
	}
	t.Run("first", func(t *testing.T) {
		r := Start(t, pausing, WithData(dir))
		r.Settings("tiny", "", map[string]any{"hold": true})
		r.Reply("box", `{"reply":[{"status":500}]}`)
		subscribe(t, r, "ann", "box", "thing.made")
		r.Fire(api.Firing{Type: "thing.made", Provider: "tiny"})
		r.Expect(t, "kind:attempt", 1)
		r.Advance(time.Hour)
		if next(r) || len(r.Entries("kind:attempt")) != 1 {
			t.Error("a paused subscription is tried again")
		}
	})
	t.Run("after a restart", func(t *testing.T) {
		r := Start(t, pausing, WithData(dir))
		r.Advance(time.Hour)
		if next(r) || len(r.Entries("kind:attempt")) != 1 {
			t.Error("a paused subscription is tried again")
		}
	})
}
