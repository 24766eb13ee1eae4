package mock

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"tacklebox/mock/provider"
	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
)

// Subscribe subscribes as a client of the mock API would: the same requests,
// judged the same way, and in the journal. It answers the new rows. POST
// /_/subscriptions.
func (c Control) Subscribe(ctx context.Context, r *http.Request) (api.Answer, error) {
	var in api.NewSubscription
	if err := api.ReadJSON(r, &in); err != nil {
		return api.Answer{}, err
	}
	w := c.e.services[in.Provider]
	if w == nil {
		return api.Answer{}, c.e.unknownProvider(in.Provider)
	}
	if err := w.doOne(func() error { return w.checkRegistration(&in) }); err != nil {
		return api.Answer{}, err
	}
	if u, err := url.Parse(in.URL); err == nil { // what is none, the provider refuses in its own words
		if err := forbidden("url", c.e.cfg.Outbound.CheckURL(ctx, u)); err != nil {
			return api.Answer{}, err
		}
	}
	var calls []*provider.Call
	if err := w.do(func() { calls = w.provider.Register(w.world, in.Account, in.URL, in.Types) }); err != nil {
		return api.Answer{}, err
	}
	rows, err := w.enroll(calls, r)
	return api.Created(rows), err
}

func (w *service) checkRegistration(in *api.NewSubscription) error {
	switch {
	case w.provider.Register == nil:
		return api.Refuse("no_subscriptions", withoutSubscriptions(w.provider), "%s has no subscriptions", w.provider.Name)
	case strings.ContainsFunc(in.Account, unicode.IsControl):
		return api.Refuse("bad_account", "", "account: %q holds control characters", api.Clip(in.Account)) // no header can
	case len(in.Types) == 0:
		return api.Refuse("no_types", fmt.Sprintf("GET /_/providers/%s lists its event types", w.provider.Name), "types is empty")
	}
	for _, typ := range in.Types {
		if err := w.about.CheckType(in.Account, typ); err != nil {
			return err
		}
	}
	return nil
}

// withoutSubscriptions says what a provider without subscriptions has instead.
func withoutSubscriptions(p *provider.Provider) string {
	for _, o := range p.Options {
		if o.Name == "callback_url" {
			return fmt.Sprintf(`set callback_url: PUT /_/providers/%s/settings {"callback_url":"…"}`, p.Name)
		}
	}
	return `POST /_/events with "to" sends to any URL`
}

// enroll makes the calls one after the other, until one is refused. What those
// before it made stays, as it would for any client.
func (w *service) enroll(calls []*provider.Call, r *http.Request) ([]api.Subscription, error) {
	rows := []api.Subscription{}
	for _, c := range calls {
		c.Remote, c.Host, c.Proto = r.RemoteAddr, r.Host, r.Proto
		if int64(len(c.Body)) > w.bodyLimit() {
			c.Body, c.TooLarge = nil, true
		}
		var made []api.Subscription
		reply, _, err := w.handle(c, func(c *provider.Call) provider.Reply {
			before := subscribed(w.world)
			reply := w.answer(c)
			made = w.added(before)
			return reply
		})
		if err != nil {
			return nil, fmt.Errorf("journal: %w", err)
		}
		if reply.Status == http.StatusInsufficientStorage { // the sandbox's own answer
			return nil, fmt.Errorf("subscription: %w", journal.ErrNotKept)
		}
		if reply.Status < 200 || reply.Status > 299 {
			return nil, notEnrolled(w.provider.Name, reply, len(rows))
		}
		rows = append(rows, made...)
	}
	return rows, nil
}

func notEnrolled(name string, reply provider.Reply, made int) error {
	hint := "the journal has the call: kind:call provider:" + name
	if made > 0 {
		hint = fmt.Sprintf("made before it: %d; %s", made, hint)
	}
	return api.Refuse("refused", hint, "%s answered %d: %s", name, reply.Status, api.Clip(strings.TrimSpace(string(reply.Body))))
}

// subscribed is every subscription there is.
func subscribed(w *provider.World) map[*provider.Sub]bool {
	all := map[*provider.Sub]bool{}
	for _, a := range w.Accounts() {
		for _, s := range a.Subs() {
			all[s] = true
		}
	}
	return all
}

// added describes the subscriptions that were not there before.
func (w *service) added(before map[*provider.Sub]bool) (rows []api.Subscription) {
	for _, a := range w.world.Accounts() {
		for _, s := range a.Subs() {
			if !before[s] {
				rows = append(rows, w.describe(a, s))
			}
		}
	}
	return rows
}
