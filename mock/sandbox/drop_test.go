package sandbox

import (
	"testing"
	"time"

	"tacklebox/mock/provider"
	"tacklebox/receiver/api"
)

// failing runs the tiny provider with an inbox that always answers 500.
func failing(t *testing.T, change func(*provider.Provider), options ...Option) *Running {
	t.Helper()
	cat, p := tiny()
	change(p)
	r := Start(t, append(options, WithConfig(func(c *Config) { c.catalog, c.providers = cat, []*provider.Provider{p} }))...)
	r.Reply("box", `{"reply":[{"status":500}]}`)
	return r
}

func TestADroppedDeliveryIsNotAttemptedAndHoldsNothingUp(t *testing.T) {
	t.Parallel()
	r := failing(t, func(p *provider.Provider) {
		p.Request = func(w *provider.World, d *provider.Delivery) (*provider.Outgoing, error) {
			if len(d.Attempts) > 0 {
				return nil, &provider.DropError{Reason: "not wanted"}
			}
			return tinyRequest(w, d)
		}
	})
	subscribe(t, r, "ann", "box", "thing.made")
	r.Fire(api.Firing{Type: "thing.made", Provider: "tiny"})
	r.Expect(t, "kind:attempt", 1)
	r.Advance(time.Hour)
	r.Fire(api.Firing{Type: "thing.made", Provider: "tiny"})
	r.Expect(t, "kind:attempt", 2)
	r.Advance(time.Hour)
	if n := len(r.Entries("kind:attempt")); n != 2 {
		t.Errorf("%d attempts, want the first of each delivery", n)
	}
}

func TestAPauseSurvivesARestartAndADisabledSubscriptionIsNotPaused(t *testing.T) {
	t.Parallel()
	for name, pause := range map[string]bool{"paused": true, "disabled": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stop := func(p *provider.Provider) {
				p.Attempted = func(w *provider.World, d *provider.Delivery, _ *provider.Attempt) {
					a := w.Account(d.Account)
					if s := a.Sub(d.Subscription); pause {
						a.Pause(s)
					} else {
						s.Enabled = false
						a.Save(s)
					}
				}
			}
			dir := t.TempDir()
			t.Run("before", func(t *testing.T) {
				r := failing(t, stop, WithData(dir))
				subscribe(t, r, "ann", "box", "thing.made")
				r.Fire(api.Firing{Type: "thing.made", Provider: "tiny"})
				r.Expect(t, "kind:attempt", 1)
			})
			r := failing(t, stop, WithData(dir))
			r.Advance(time.Hour)
			want := 3 // the retries of the plan
			if pause {
				want = 1
			}
			if n := len(r.Entries("kind:attempt")); n != want {
				t.Errorf("%d attempts after the restart, want %d", n, want)
			}
		})
	}
}
