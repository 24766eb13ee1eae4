package mock

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"slices"

	"tacklebox/mock/provider"
	"tacklebox/mock/signing"
	"tacklebox/receiver/api"
)

// Send signs a request, sends it and records it as an attempt: POST /_/send.
// Without a scheme nothing is signed.
func (c Control) Send(ctx context.Context, r *http.Request) (api.Answer, error) {
	var in api.SignRequest
	if err := api.ReadJSON(r, &in); err != nil {
		return api.Answer{}, err
	}
	if err := checkTarget(ctx, c.e.cfg.Outbound, "url", in.URL); err != nil {
		return api.Answer{}, err
	}
	what, err := c.e.judge.Request(in)
	signed := signing.Signed{Body: what.Body, URL: in.URL}
	if err == nil && in.Scheme != "" {
		signed, what, err = c.e.judge.Signed(in)
	}
	if err != nil {
		return api.Answer{}, err
	}
	out := &provider.Outgoing{Method: cmp.Or(in.Method, http.MethodPost), URL: signed.URL, Body: append([]byte{}, signed.Body...)}
	for _, name := range slices.Sorted(maps.Keys(what.Header)) {
		for _, v := range what.Header[name] {
			out.Header = append(out.Header, provider.Field{Name: name, Value: v})
		}
	}
	for _, l := range signed.Header {
		out.Set(l.Name, l.Value)
	}
	w := c.e.services[c.e.cfg.Providers[0].Name] // any of them can send it as it is
	var fired api.Fired
	err = w.do(func() { fired = w.send(out, what.ID) })
	return api.Accepted(fired), err
}

// send lets a request leave that no provider made.
func (w *service) send(out *provider.Outgoing, id string) api.Fired {
	d := &delivery{Delivery: provider.Delivery{ID: "dlv_" + w.world.Text("delivery", provider.LowerAndNums, 16), Account: defaultAccount,
		URL: out.URL, Direct: true, Created: w.world.Now(), EventIDs: []string{id}, Body: out.Body, State: provider.Waiting}, replay: &replayed{out: out}}
	d.firing = d.ID
	w.run(w.enqueue(d))
	return api.Fired{Events: []api.FiredEvent{{ID: id, Skipped: []api.Skip{}, Deliveries: []api.Delivery{{ID: d.ID, URL: withoutPassword(out.URL)}}}}}
}
