package mock

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"tacklebox/mock/provider"
	"tacklebox/receiver/api"
)

func (w *service) describe(a *provider.Account, s *provider.Sub) api.Subscription {
	return api.Subscription{Provider: w.provider.Name, Account: a.Name, ID: s.ID, URL: withoutPassword(s.URL), Types: append([]string{}, s.Types...),
		Enabled: s.Enabled, Failures: s.Failures, NextAttempt: w.nextAttempt(a, s)}
}

// Subscriptions lists what is subscribed: GET /_/subscriptions.
func (c Control) Subscriptions(_ context.Context, r *http.Request) (api.Answer, error) {
	list := []api.Subscription{}
	err := c.each(r, func(w *service, a *provider.Account) {
		for _, s := range a.Subs() {
			list = append(list, w.describe(a, s))
		}
	})
	return api.OK(list), err
}

// nextAttempt is when the earliest planned attempt to a subscription is due.
func (w *service) nextAttempt(a *provider.Account, s *provider.Sub) time.Time {
	next := s.Next
	w.eachWaiting(a.Name, s.ID, func(d *delivery) {
		if !d.Next.IsZero() && (next.IsZero() || d.Next.Before(next)) {
			next = d.Next
		}
	})
	return next
}

// Unsubscribe removes a subscription as the provider's own API would, also where
// that has no such call: DELETE /_/subscriptions/{provider}/{id}.
func (c Control) Unsubscribe(_ context.Context, r *http.Request) (api.Answer, error) {
	err := c.one(r, func(_ *service, a *provider.Account, s *provider.Sub) { a.Remove(s.ID) })
	return api.OK(api.Removed{Removed: true}), err
}

// SwitchSubscription switches a subscription on or off: PUT
// /_/subscriptions/{provider}/{id}. Switched on, one that is on already is
// forgiven too: what it waits for is sent at once.
func (c Control) SwitchSubscription(_ context.Context, r *http.Request) (api.Answer, error) {
	var in api.SubscriptionChange
	if err := api.ReadJSON(r, &in); err != nil {
		return api.Answer{}, err
	}
	if in.Enabled == nil {
		return api.Answer{}, api.Failed(http.StatusBadRequest, api.CodeBadJSON, `send {"enabled":true} or {"enabled":false}`, "enabled is missing")
	}
	var out api.Subscription
	err := c.one(r, func(w *service, a *provider.Account, s *provider.Sub) {
		w.turn(a, s, *in.Enabled)
		out = w.describe(a, s)
	})
	return api.OK(out), err
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

// one changes the one subscription that a request's path and account mean.
func (c Control) one(r *http.Request, change func(*service, *provider.Account, *provider.Sub)) error {
	w, err := c.named(r)
	if err != nil {
		return err
	}
	return w.alter(func() error {
		a, err := holder(w.world, w.provider.Name, r.PathValue("id"), r.URL.Query().Get("account"))
		if err == nil {
			change(w, a, a.Sub(r.PathValue("id")))
		}
		return err
	})
}

// holder returns the account that has a subscription; without a name it must be
// the only one, as providers may give the same id to several accounts.
func holder(w *provider.World, name, id, account string) (*provider.Account, error) {
	var found []*provider.Account
	var names, ids []string
	for _, a := range w.Accounts() {
		if account != "" && a.Name != account {
			continue
		}
		for _, s := range a.Subs() {
			ids = append(ids, s.ID)
		}
		if a.Sub(id) != nil {
			found, names = append(found, a), append(names, api.Clip(a.Name))
		}
	}
	switch len(found) {
	case 0:
		return nil, api.Failed(http.StatusNotFound, api.CodeUnknownSub, nearestSub(id, ids), "%s has no subscription %q", name, api.Clip(id))
	case 1:
		return found[0], nil
	}
	return nil, api.Failed(http.StatusConflict, "ambiguous_subscription", "say ?account=, one of "+strings.Join(names, ", "),
		"%d accounts have a subscription %q", len(found), api.Clip(id))
}

func nearestSub(id string, ids []string) string {
	if near := api.Nearest(id, ids); near != "" {
		return fmt.Sprintf("did you mean %q?", api.Clip(near))
	}
	return "GET /_/subscriptions lists them"
}

// Retry makes the next attempt of a delivery now, whatever the clock: POST
// /_/deliveries/{id}/retry.
func (c Control) Retry(_ context.Context, r *http.Request) (api.Answer, error) {
	id := r.PathValue("id")
	for _, name := range c.e.Names() {
		w := c.e.services[name]
		var d *delivery
		var refused error
		err := w.do(func() {
			all := w.known()
			if i := slices.IndexFunc(all, func(d *delivery) bool { return d.ID == id }); i >= 0 {
				d = all[i]
				refused = w.retryNow(d)
			}
		})
		if err = errors.Join(refused, err); err != nil {
			return api.Answer{}, err
		}
		if d != nil {
			return api.Accepted(api.Delivery{ID: d.ID, Subscription: d.Subscription, URL: withoutPassword(d.URL)}), nil
		}
	}
	return api.Answer{}, api.Failed(http.StatusNotFound, api.CodeUnknownDelivery, "settled ones beyond the newest 10,000 of an account are forgotten", "no delivery %q", api.Clip(id))
}

// retryNow queues a waiting delivery at once. A queue that is held is let go for
// it, and it goes before the others there: it is the one that was asked for. The
// attempt counts as one of those that the provider plans.
func (w *service) retryNow(d *delivery) error {
	if d.Settled() {
		return api.Failed(http.StatusConflict, "settled", "POST /_/entries/{seq}/replay sends one of its requests again", "delivery %s is %s", api.Clip(d.ID), d.State)
	}
	s := w.sub(d)
	if s != nil && s.Paused {
		return api.Failed(http.StatusConflict, "subscription_off", fmt.Sprintf(`PUT /_/subscriptions/%s/%s {"enabled":true} sends what waits for it`, w.provider.Name, api.Clip(s.ID)),
			"delivery %s is %s: its subscription %s is off", api.Clip(d.ID), d.State, api.Clip(s.ID))
	}
	q := w.queueOf(d)
	if slices.Contains(q.ready, d) && q.held.IsZero() {
		return nil // it is being attempted, or its turn is to come
	}
	d.takeBack()
	if q.held.IsZero() {
		q = w.enqueue(d)
	} else {
		q.remove(d)
		q.ready = slices.Insert(q.ready, 0, d)
		q.letGo()
	}
	if s != nil {
		s.Next = time.Time{}
	}
	w.run(q)
	return nil
}
