package mock

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"time"

	"tacklebox/mock/provider"
	"tacklebox/receiver/api"
)

// Control is the events half of the control API: each method is one call.
type Control struct{ e *Engine }

// Control returns the engine's calls.
func (e *Engine) Control() Control { return Control{e} }

// Routes registers the calls that belong to events and providers.
func (e *Engine) Routes(mux *http.ServeMux) {
	c := e.Control()
	for pattern, call := range map[string]struct {
		handle api.Handler
		query  []string
	}{
		"GET /_/providers":                         {c.Providers, nil},
		"GET /_/providers/{provider}":              {c.Provider, nil},
		"GET /_/providers/{provider}/openapi.json": {c.OpenAPI, nil},
		"GET /_/providers/{provider}/settings":     {c.Settings, []string{"account"}},
		"PUT /_/providers/{provider}/settings":     {c.PutSettings, []string{"account"}},
		"POST /_/events":                           {c.Fire, nil},
		"GET /_/subscriptions":                     {c.Subscriptions, []string{"provider", "account"}},
		"POST /_/subscriptions":                    {c.Subscribe, nil},
		"DELETE /_/subscriptions/{provider}/{id}":  {c.Unsubscribe, []string{"account"}},
		"PUT /_/subscriptions/{provider}/{id}":     {c.SwitchSubscription, []string{"account"}},
		"POST /_/deliveries/{id}/retry":            {c.Retry, nil},
		"GET /_/secrets":                           {c.Secrets, []string{"provider", "account"}},
		"GET /_/clock":                             {c.Clock, nil},
		"POST /_/clock":                            {c.MoveClock, nil},
		"POST /_/entries/{seq}/replay":             {c.Replay, nil},
		"GET /_/faults":                            {c.Faults, nil},
		"PUT /_/faults":                            {c.PutFaults, nil},
		"POST /_/verify":                           {c.Verify, nil},
	} {
		mux.Handle(pattern, api.Serve(func(ctx context.Context, r *http.Request) (api.Answer, error) {
			if err := api.KnownQuery(r, call.query...); err != nil {
				return api.Answer{}, err
			}
			return call.handle(ctx, r)
		}))
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
		w.look(func() { list = append(list, w.info()) })
	}
	return api.OK(list), nil
}

func (w *service) info() api.Provider {
	p := api.Provider{Name: w.provider.Name, Title: w.provider.Title, BaseURL: w.world.Home(), Profile: cmp.Or(w.world.Option("", "profile").Text(), w.provider.Profile)}
	for _, ev := range w.world.Catalogue().Events {
		if w.checkType("", ev.Type) == nil {
			p.Events++
		}
	}
	return p
}

// Provider tells what there is to know about one: GET /_/providers/{provider}.
func (c Control) Provider(_ context.Context, r *http.Request) (api.Answer, error) {
	w, err := c.named(r)
	if err != nil {
		return api.Answer{}, err
	}
	var out api.ProviderDetail
	err = w.do(func() {
		info := w.info()
		out = api.ProviderDetail{Name: info.Name, Title: info.Title, BaseURL: info.BaseURL, Profile: info.Profile, Events: w.eventTypes(),
			Assumptions: []api.Assumption{}, Context: []api.ContextKey{}, Faults: append([]string{}, w.signer().Faults...)}
		for _, a := range w.world.Catalogue().Assumptions {
			out.Assumptions = append(out.Assumptions, api.Assumption(a))
		}
		for _, k := range w.provider.Context {
			out.Context = append(out.Context, api.ContextKey{Name: k.Name, About: k.About, Types: k.Types})
		}
	})
	return api.OK(out), err
}

func (w *service) eventTypes() []api.EventType {
	list := []api.EventType{}
	for i := range w.world.Catalogue().Events {
		ev := &w.world.Catalogue().Events[i]
		if w.checkType("", ev.Type) != nil {
			continue
		}
		info := api.EventType{Type: ev.Type, Group: ev.Group, About: ev.About, Evidence: ev.Evidence, Schema: w.shownSchema(ev)}
		if b, err := w.world.Catalogue().Sample(ev.Type); err == nil && json.Valid(b) {
			info.Sample = b
		}
		list = append(list, info)
	}
	return list
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
		if w.signs() {
			for _, s := range w.provider.Signing.Secrets(w.world, a) {
				list = append(list, api.Secret{Provider: w.provider.Name, Account: a.Name, Name: s.Name, Value: s.Value, Subscription: s.Subscription})
			}
		}
	})
	return api.OK(list), err
}

// Clock tells the time: GET /_/clock.
func (c Control) Clock(context.Context, *http.Request) (api.Answer, error) {
	out := api.Clock{Now: c.e.clock.Now(), Mode: c.e.clock.mode}
	out.Next, _ = c.e.schedule.peek()
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
		if next, ok := e.schedule.peek(); ok {
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
	return api.OK(c.e.faults.List()), nil
}

// PutFaults replaces the faults in force: PUT /_/faults.
func (c Control) PutFaults(ctx context.Context, r *http.Request) (api.Answer, error) {
	var in []api.Fault
	if err := api.ReadJSON(r, &in); err != nil {
		return api.Answer{}, err
	}
	if err := c.e.setFaults(in); err != nil {
		return api.Answer{}, err
	}
	return c.Faults(ctx, r)
}
