package mock

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"tacklebox/mock/provider"
	"time"

	"tacklebox/receiver/api"
)

type subscriptionInfo struct {
	Provider    string    `json:"provider"`
	Account     string    `json:"account"`
	ID          string    `json:"id"`
	URL         string    `json:"url"`
	Types       []string  `json:"types"`
	Enabled     bool      `json:"enabled"`
	Failures    int       `json:"failures"`
	NextAttempt time.Time `json:"next_attempt,omitzero"`
}

func (w *service) describe(a *provider.Account, s *provider.Sub) subscriptionInfo {
	return subscriptionInfo{w.provider.Name, a.Name, s.ID, s.URL, append([]string{}, s.Types...), s.Enabled, s.Failures, w.nextAttempt(a, s)}
}

func (e *Engine) getSubscriptions(r *http.Request) (int, any, error) {
	list := []subscriptionInfo{}
	err := e.each(r, func(w *service, a *provider.Account) {
		for _, s := range a.Subs() {
			list = append(list, w.describe(a, s))
		}
	})
	return 200, list, err
}

// nextAttempt is when the earliest planned attempt to a subscription is due.
func (w *service) nextAttempt(a *provider.Account, s *provider.Sub) time.Time {
	next := s.Next
	if log := w.log[a.Name]; log != nil {
		for _, d := range log.all {
			if d.Subscription == s.ID && d.State == provider.Waiting && !d.Next.IsZero() && (next.IsZero() || d.Next.Before(next)) {
				next = d.Next
			}
		}
	}
	return next
}

// deleteSubscription removes a subscription as the provider's own API would,
// also where that has no such call.
func (e *Engine) deleteSubscription(r *http.Request) (int, any, error) {
	err := e.named(r, func(_ *service, a *provider.Account, s *provider.Sub) { a.Remove(s.ID) })
	return 200, map[string]bool{"removed": true}, err
}

// putSubscription switches a subscription on or off. Switched on, one that is on
// already is forgiven too: what it waits for is sent at once.
func (e *Engine) putSubscription(r *http.Request) (int, any, error) {
	var in struct {
		Enabled *bool `json:"enabled"`
	}
	if err := readBody(r, &in); err != nil {
		return 0, nil, err
	}
	if in.Enabled == nil {
		return 0, nil, &Problem{Status: 400, Code: "bad_json", Message: "enabled is missing", Hint: `send {"enabled":true} or {"enabled":false}`}
	}
	var out subscriptionInfo
	err := e.named(r, func(w *service, a *provider.Account, s *provider.Sub) {
		w.turn(a, s, *in.Enabled)
		out = w.describe(a, s)
	})
	return 200, out, err
}

// turn switches a subscription on or off, in the provider's own way where it has
// one.
func (w *service) turn(a *provider.Account, s *provider.Sub, on bool) {
	s.Enabled = on
	switch {
	case w.provider.Switched != nil:
		w.provider.Switched(w.world, a, s)
	case !on:
		a.Pause(s)
	}
	a.Save(s)
	if on {
		a.Forgive(s)
	}
}

// named visits the one subscription that a request's path and account mean.
func (e *Engine) named(r *http.Request, visit func(*service, *provider.Account, *provider.Sub)) error {
	w := e.services[r.PathValue("provider")]
	if w == nil {
		return e.unknownProvider(r.PathValue("provider"))
	}
	var refused error
	err := w.do(func() {
		var a *provider.Account
		if a, refused = w.holder(r.PathValue("id"), r.URL.Query().Get("account")); refused == nil {
			visit(w, a, a.Sub(r.PathValue("id")))
		}
	})
	return errors.Join(refused, err)
}

// holder returns the account that has a subscription; without a name it must be
// the only one, as providers may give the same id to several accounts.
func (w *service) holder(id, account string) (*provider.Account, error) {
	var found []*provider.Account
	var names, ids []string
	for _, a := range w.world.Accounts() {
		if account != "" && a.Name != account {
			continue
		}
		for _, s := range a.Subs() {
			ids = append(ids, s.ID)
		}
		if a.Sub(id) != nil {
			found, names = append(found, a), append(names, clip(a.Name))
		}
	}
	switch len(found) {
	case 0:
		return nil, &Problem{Status: http.StatusNotFound, Code: "unknown_subscription",
			Message: fmt.Sprintf("%s has no subscription %q", w.provider.Name, clip(id)), Hint: nearestSub(id, ids)}
	case 1:
		return found[0], nil
	}
	return nil, &Problem{Status: http.StatusConflict, Code: "ambiguous_subscription",
		Message: fmt.Sprintf("%d accounts have a subscription %q", len(found), clip(id)), Hint: "say ?account=, one of " + strings.Join(names, ", ")}
}

func nearestSub(id string, ids []string) string {
	if near := api.Nearest(id, ids); near != "" {
		return fmt.Sprintf("did you mean %q?", clip(near))
	}
	return "GET /_/subscriptions lists them"
}

// postRetry makes the next attempt of a delivery now, whatever the clock.
func (e *Engine) postRetry(r *http.Request) (int, any, error) {
	id := r.PathValue("id")
	for _, name := range e.Names() {
		w := e.services[name]
		var d *delivery
		var refused error
		var out FiredDelivery
		err := w.do(func() {
			if d = w.delivery(id); d != nil {
				refused = w.hurry(d)
				out = FiredDelivery{d.ID, d.Subscription, d.URL}
			}
		})
		if d != nil || err != nil {
			return http.StatusAccepted, out, cmp.Or(refused, err)
		}
	}
	return 0, nil, &Problem{Status: http.StatusNotFound, Code: "unknown_delivery", Message: fmt.Sprintf("no delivery %q", clip(id)),
		Hint: "settled ones beyond the newest 10,000 of an account are forgotten"}
}

// delivery finds a delivery by its id, nil when it is not known. A replay is only
// known while it waits.
func (w *service) delivery(id string) *delivery {
	for _, log := range w.log {
		if i := slices.IndexFunc(log.all, func(d *delivery) bool { return d.ID == id }); i >= 0 {
			return log.all[i]
		}
	}
	for _, l := range w.lanes {
		if i := slices.IndexFunc(l.queue, func(d *delivery) bool { return d.ID == id }); i >= 0 {
			return l.queue[i]
		}
	}
	return nil
}

// hurry queues a waiting delivery at once. A lane that is held is let go for it,
// and it goes before the others there: it is the one that was asked for. The
// attempt counts as one of those that the provider plans.
func (w *service) hurry(d *delivery) error {
	if d.Settled() {
		return &Problem{Status: http.StatusConflict, Code: "settled", Message: fmt.Sprintf("delivery %s is %s", clip(d.ID), d.State),
			Hint: "POST /_/entries/{seq}/replay sends one of its requests again"}
	}
	s := w.sub(d)
	if s != nil && s.Paused {
		return &Problem{Status: http.StatusConflict, Code: "subscription_off", Message: fmt.Sprintf("delivery %s is %s: its subscription %s is off", clip(d.ID), d.State, clip(s.ID)),
			Hint: fmt.Sprintf(`PUT /_/subscriptions/%s/%s {"enabled":true} sends what waits for it`, w.provider.Name, clip(s.ID))}
	}
	l := w.laneOf(d)
	waits := slices.Contains(l.queue, d)
	if waits && l.held.IsZero() {
		return nil // it is being attempted, or its turn is to come
	}
	if d.retract != nil {
		d.retract.Store(true)
	}
	d.Next = time.Time{}
	if l.held.IsZero() {
		l.queue = append(l.queue, d)
	} else {
		l.remove(d)
		l.queue = slices.Insert(l.queue, 0, d)
		l.letGo()
	}
	if s != nil {
		s.Next = time.Time{}
	}
	w.run(l)
	return nil
}
