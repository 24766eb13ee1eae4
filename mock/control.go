package mock

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"tacklebox/mock/provider"
	"tacklebox/receiver/api"
)

// Control is the events half of the control API: each method is one call.
type Control struct{ e *Engine }

// Control returns the engine's calls.
func (e *Engine) Control() Control { return Control{e} }

// Routes is the table of these calls, for the composition's mux and description.
func (c Control) Routes() []api.Route {
	one := []string{"account"}
	which := []string{"provider", "account"}
	return []api.Route{
		{Method: "GET", Path: "/_/providers", Handle: c.Providers, About: "Lists the providers.", Out: []api.Provider{}},
		{Method: "GET", Path: "/_/providers/{provider}", Handle: c.Provider, About: "A provider's event types with samples, its assumptions, context keys and faults.", Out: api.ProviderDetail{}},
		{Method: "GET", Path: "/_/providers/{provider}/openapi.json", Handle: c.OpenAPI, About: "What the mock API serves, as OpenAPI.", Out: map[string]any{}},
		{Method: "GET", Path: "/_/providers/{provider}/settings", Query: one, Handle: c.Settings, About: "The settings in force, of all or of one account.", Out: api.Settings{}},
		{Method: "PUT", Path: "/_/providers/{provider}/settings", Query: one, Handle: c.PutSettings, About: "Changes the settings that are named; null takes one back.", In: api.Settings{}, Out: api.Settings{}},
		{Method: "POST", Path: "/_/events", Handle: c.Fire, About: "Lets an event happen and tells who gets it.", In: api.Firing{}, Out: api.Fired{}, Status: http.StatusAccepted},
		{Method: "GET", Path: "/_/subscriptions", Query: which, Handle: c.Subscriptions, About: "Lists what is subscribed.", Out: []api.Subscription{}},
		{Method: "POST", Path: "/_/subscriptions", Handle: c.Subscribe, About: "Subscribes as a client of the mock API would.", In: api.NewSubscription{}, Out: []api.Subscription{}, Status: http.StatusCreated},
		{Method: "PUT", Path: "/_/subscriptions/{provider}/{id}", Query: one, Handle: c.SwitchSubscription, About: "Switches a subscription on or off.", In: api.SubscriptionChange{}, Out: api.Subscription{}},
		{Method: "DELETE", Path: "/_/subscriptions/{provider}/{id}", Query: one, Handle: c.Unsubscribe, About: "Removes a subscription.", Out: api.Removed{}},
		{Method: "POST", Path: "/_/deliveries/{id}/retry", Handle: c.Retry, About: "Makes the next attempt of a delivery now.", Out: api.Delivery{}, Status: http.StatusAccepted},
		{Method: "GET", Path: "/_/secrets", Query: which, Handle: c.Secrets, About: "Lists the signing keys and callback credentials in force.", Out: []api.Secret{}},
		{Method: "GET", Path: "/_/clock", Handle: c.Clock, About: "The time on the provider side's clock.", Out: api.Clock{}},
		{Method: "POST", Path: "/_/clock", Handle: c.MoveClock, About: "Moves a manual or auto clock.", In: api.ClockMove{}, Out: api.Clock{}},
		{Method: "POST", Path: "/_/entries/{seq}/replay", Handle: c.Replay, About: "Sends the request of an entry again, as it was or with changes.", In: api.ReplayRequest{}, Out: api.Fired{}, Status: http.StatusAccepted},
		{Method: "GET", Path: "/_/faults", Handle: c.Faults, About: "Lists the faults in force.", Out: []api.Fault{}},
		{Method: "PUT", Path: "/_/faults", Handle: c.PutFaults, About: "Replaces the faults in force.", In: []api.Fault{}, Out: []api.Fault{}},
		{Method: "GET", Path: "/_/schemes", Handle: c.e.judge.Schemes, About: "Lists the ways of signing that are known by name.", Out: []api.Scheme{}},
		{Method: "POST", Path: "/_/sign", Handle: c.e.judge.Sign, About: "Signs a request as a scheme or a provider does.", In: api.SignRequest{}, Out: api.SignResult{}},
		{Method: "POST", Path: "/_/send", Handle: c.Send, About: "Signs a request, sends it and records it as an attempt.", In: api.SignRequest{}, Out: api.Fired{}, Status: http.StatusAccepted},
		{Method: "POST", Path: "/_/verify", Handle: c.e.judge.Verify, About: "Says whether a signature is right, and why not.", In: api.VerifyRequest{}, Out: api.Verdict{}},
	}
}

// named returns the provider that a path names.
func (c Control) named(r *http.Request) (*service, error) {
	name := r.PathValue("provider")
	if w := c.e.services[name]; w != nil {
		return w, nil
	}
	err := c.e.unknownProvider(name)
	err.Status = http.StatusNotFound
	return nil, err
}

// Providers lists the providers: GET /_/providers.
func (c Control) Providers(context.Context, *http.Request) (api.Answer, error) {
	list := []api.Provider{}
	for _, name := range c.e.Names() {
		w := c.e.services[name]
		w.look(func() { list = append(list, w.about.Row()) })
	}
	return api.OK(list), nil
}

// Provider tells what there is to know about one: GET /_/providers/{provider}.
func (c Control) Provider(_ context.Context, r *http.Request) (api.Answer, error) {
	w, err := c.named(r)
	if err != nil {
		return api.Answer{}, err
	}
	var out api.ProviderDetail
	err = w.do(func() { out = w.about.Detail() })
	return api.OK(out), err
}

// OpenAPI describes a mock API: GET /_/providers/{provider}/openapi.json.
func (c Control) OpenAPI(_ context.Context, r *http.Request) (api.Answer, error) {
	w, err := c.named(r)
	if err != nil {
		return api.Answer{}, err
	}
	var doc map[string]any
	var broken error
	err = w.do(func() { doc, broken = w.about.OpenAPI() })
	return api.OK(doc), errors.Join(broken, err)
}

// Settings lists the switches in force: GET /_/providers/{provider}/settings.
func (c Control) Settings(_ context.Context, r *http.Request) (api.Answer, error) {
	w, err := c.named(r)
	if err != nil {
		return api.Answer{}, err
	}
	var out api.Settings
	w.look(func() { out = w.book.Settings().Effective(r.URL.Query().Get("account")) })
	return api.OK(out), nil
}

// PutSettings changes switches, all that are named or none: PUT
// /_/providers/{provider}/settings.
func (c Control) PutSettings(_ context.Context, r *http.Request) (api.Answer, error) {
	w, err := c.named(r)
	if err != nil {
		return api.Answer{}, err
	}
	var doc map[string]json.RawMessage
	if err := api.ReadJSON(r, &doc); err != nil {
		return api.Answer{}, err
	}
	account := r.URL.Query().Get("account")
	var out api.Settings
	err = w.alter(func() error {
		if err := w.book.Settings().Change(account, doc); err != nil {
			return err
		}
		w.book.Touch()
		out = w.book.Settings().Effective(account)
		return nil
	})
	return api.OK(out), err
}

// Fire lets something happen: POST /_/events.
func (c Control) Fire(ctx context.Context, r *http.Request) (api.Answer, error) {
	var f api.Firing
	if err := api.ReadJSON(r, &f); err != nil {
		return api.Answer{}, err
	}
	fired, err := c.e.Fire(ctx, f)
	return api.Accepted(fired), err
}

// each visits the accounts that a request asks for.
func (c Control) each(r *http.Request, visit func(w *service, a *provider.Account)) error {
	q := r.URL.Query()
	if p := q.Get("provider"); p != "" && c.e.services[p] == nil {
		return c.e.unknownProvider(p)
	}
	for _, name := range c.e.Names() {
		if p := q.Get("provider"); p != "" && p != name {
			continue
		}
		w := c.e.services[name]
		err := w.do(func() {
			for _, a := range w.world.Accounts() {
				if q.Get("account") == "" || q.Get("account") == a.Name {
					visit(w, a)
				}
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Secrets lists the keys in force: GET /_/secrets.
func (c Control) Secrets(_ context.Context, r *http.Request) (api.Answer, error) {
	list := []api.Secret{}
	err := c.each(r, func(w *service, a *provider.Account) {
		if w.provider.Signs() {
			for _, s := range w.provider.Signing.Secrets(w.world, a) {
				list = append(list, api.Secret{Provider: w.provider.Name, Account: a.Name, Name: s.Name, Value: s.Value, Subscription: s.Subscription})
			}
		}
	})
	return api.OK(list), err
}

// Clock tells the time: GET /_/clock.
func (c Control) Clock(context.Context, *http.Request) (api.Answer, error) {
	out := api.Clock{Now: c.e.clock.Now(), Mode: c.e.clock.Mode()}
	out.Next, _ = c.e.schedule.Peek()
	return api.OK(out), nil
}

// MoveClock moves a manual or auto clock: POST /_/clock.
func (c Control) MoveClock(ctx context.Context, r *http.Request) (api.Answer, error) {
	var move api.ClockMove
	if err := api.ReadJSON(r, &move); err != nil {
		return api.Answer{}, err
	}
	if err := c.e.move(ctx, move); err != nil {
		return api.Answer{}, err
	}
	return c.Clock(ctx, r)
}

func (e *Engine) move(ctx context.Context, move api.ClockMove) error {
	to, err := e.instant(move)
	if err != nil {
		return err
	}
	return e.Advance(ctx, to)
}

// instant is where a move of the clock leads.
func (e *Engine) instant(move api.ClockMove) (time.Time, error) {
	now := e.clock.Now()
	switch {
	case (move.Advance == "") == (move.To == ""):
		return now, api.Refuse("bad_clock", `{"advance":"24h"}, {"to":"2026-01-31T12:00:00Z"} or {"to":"next"}`, "say either advance or to")
	case move.Advance != "":
		d, err := time.ParseDuration(move.Advance)
		if err != nil || d < 0 {
			return now, api.Refuse("bad_clock", "a duration is written 90s, 15m or 24h", "advance: %q is not a duration", api.Clip(move.Advance))
		}
		return now.Add(d), nil
	case move.To == "next":
		if next, ok := e.schedule.Peek(); ok {
			return next, nil
		}
		return now, nil
	}
	t, err := time.Parse(time.RFC3339, move.To)
	if err != nil {
		return now, api.Refuse("bad_clock", "an instant is written 2026-01-31T12:00:00Z", "to: %q is not an instant", api.Clip(move.To))
	}
	if t.Before(now) {
		return now, api.Refuse("bad_clock", "the clock says "+now.Format(time.RFC3339), "the clock does not go back")
	}
	return t, nil
}

// Faults lists the faults in force: GET /_/faults.
func (c Control) Faults(context.Context, *http.Request) (api.Answer, error) {
	return api.OK(c.e.faults.Rules.List()), nil
}

// PutFaults replaces the faults in force: PUT /_/faults.
func (c Control) PutFaults(ctx context.Context, r *http.Request) (api.Answer, error) {
	var in []api.Fault
	if err := api.ReadJSON(r, &in); err != nil {
		return api.Answer{}, err
	}
	if err := c.e.faults.Set(in); err != nil {
		return api.Answer{}, err
	}
	return c.Faults(ctx, r)
}
