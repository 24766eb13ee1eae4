package mock

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"tacklebox/mock/provider"
	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
)

// Replay sends the request of an entry again: POST /_/entries/{seq}/replay.
func (c Control) Replay(ctx context.Context, r *http.Request) (api.Answer, error) {
	seq, err := strconv.ParseUint(r.PathValue("seq"), 10, 64)
	if err != nil {
		return api.Answer{}, api.Failed(http.StatusNotFound, api.CodeUnknownEntry, "", "an entry has a number, not %q", api.Clip(r.PathValue("seq")))
	}
	var in api.ReplayRequest
	if err := api.ReadOptional(r, &in); err != nil {
		return api.Answer{}, err
	}
	fired, err := c.e.Replay(ctx, seq, in)
	return api.Accepted(fired), err
}

// Replay sends the request of a journal entry again and returns the delivery
// that carries it. It is tried once. Only calls of our own providers' making can
// be signed anew.
func (e *Engine) Replay(ctx context.Context, seq uint64, r api.ReplayRequest) (api.Fired, error) {
	r.Body = api.Present(r.Body)
	entry, err := e.journal.Get(seq)
	if err != nil {
		known := api.Of(err)
		return api.Fired{}, api.Failed(known.Status, known.Code, known.Message, "no entry %d", seq)
	}
	if err := checkReplay(entry, r); err != nil {
		return api.Fired{}, err
	}
	to, err := e.replayURL(ctx, entry, r.To)
	if err != nil {
		return api.Fired{}, err
	}
	w := e.services[entry.Provider]
	if w == nil || entry.Kind == journal.Call {
		w = e.services[e.cfg.Providers[0].Name] // any of them can send it as it is
		if r.Resign || r.NewID {
			return api.Fired{}, api.Refuse("unknown_sender", "only what a mock provider sent can be signed anew", "entry %d was not sent by a provider", seq)
		}
	}
	ev := &provider.Event{Set: r.Set, Unset: r.Unset, Whole: r.Body}
	body, err := ev.Edit(append([]byte{}, entry.Request.Body...))
	if err != nil {
		return api.Fired{}, err
	}
	var fired api.Fired
	err = w.do(func() { fired = w.replay(entry, r, to, body) })
	return fired, err
}

func checkReplay(entry *journal.Entry, r api.ReplayRequest) error {
	switch {
	case entry.Request == nil:
		return api.Refuse("not_a_request", "replay a capture, an attempt or an event", "entry %d holds no request", entry.Seq)
	case entry.Request.Truncated && len(r.Body) == 0:
		return api.Refuse("truncated", "give a body of your own", "entry %d kept only %d of %d bytes of its body", entry.Seq, len(entry.Request.Body), entry.Request.Size)
	}
	return nil
}

// replayURL decides where a request goes: the URL asked for, the one it was sent
// to, or for a capture the inbox it came to.
func (e *Engine) replayURL(ctx context.Context, entry *journal.Entry, to string) (string, error) {
	if to == "" {
		to = entry.Request.URL
		if strings.HasPrefix(to, "/") {
			to = e.cfg.BaseURL() + to
		}
	}
	err := checkTarget(ctx, e.cfg.Outbound, "to", to)
	var refused *api.Error
	if errors.As(err, &refused) && refused.Code == api.CodeBadURL {
		return "", api.Refuse(api.CodeBadURL, "give to, an absolute http or https URL", "%q cannot be sent to", api.Clip(to))
	}
	return to, err
}

// edits reports a change of the body that is not given byte for byte.
func edits(r api.ReplayRequest) bool {
	return len(r.Set) > 0 || len(r.Unset) > 0 || len(r.Body) > 0 && r.Body[0] != '"'
}

func (w *service) replay(entry *journal.Entry, r api.ReplayRequest, to string, body []byte) api.Fired {
	if r.NewID && w.provider.Renew != nil {
		body = w.provider.Renew(w.world, body)
	}
	if edits(r) && w.provider.Spell != nil {
		body = w.provider.Spell(body)
	}
	if body == nil {
		body = []byte{} // none is a body too: nil would have one made
	}
	event := entry.EventID
	if event == "" {
		event = "replay:" + strconv.FormatUint(entry.Seq, 10)
	}
	d := &delivery{Delivery: provider.Delivery{ID: "dlv_" + w.world.Text("delivery", provider.LowerAndNums, 16), Account: entry.Account, Subscription: entry.Subscription, Type: entry.Type,
		URL: to, Direct: true, Created: w.world.Now(), EventIDs: []string{event}, Body: body, State: provider.Waiting}, replay: &replayed{sub: entry.Subscription, provider: entry.Provider, account: entry.Account}}
	if d.Account == "" {
		d.Account = defaultAccount
	}
	if !r.Resign && entry.Kind != journal.Event {
		d.replay.out = asRecorded(entry, to, body)
	}
	d.firing = d.ID
	w.run(w.enqueue(d))
	return api.Fired{Events: []api.FiredEvent{{ID: event, Type: entry.Type, Skipped: []api.Skip{},
		Deliveries: []api.Delivery{{ID: d.ID, Subscription: d.Subscription, URL: withoutPassword(to)}}}}}
}

// replayed marks a delivery that repeats a recorded request.
type replayed struct {
	out               *provider.Outgoing // the request as it was; nil: the provider makes it anew
	sub               string
	provider, account string // of the entry; empty: of nobody here
}

// sender says whose request a delivery carries. What no provider of ours sent
// belongs to none when it is sent again, whichever world sends it.
func (w *service) sender(d *delivery) (provider, account string) {
	if d.replay == nil {
		return w.provider.Name, d.Account
	}
	return d.replay.provider, d.replay.account
}

// asRecorded makes the request that an entry holds, headers included, but for
// those that belong to one connection.
func asRecorded(entry *journal.Entry, to string, body []byte) *provider.Outgoing {
	out := &provider.Outgoing{Method: entry.Request.Method, URL: to, Body: body}
	if out.Method == "" {
		out.Method = http.MethodPost
	}
	for _, f := range entry.Request.Headers {
		switch http.CanonicalHeaderKey(f.Name) {
		case "Host", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Expect", "Upgrade", "Te", "Trailer", "Proxy-Connection":
			continue
		}
		out.Header = append(out.Header, provider.Field{Name: f.Name, Value: f.Value})
	}
	return out
}

// request makes the request of the next attempt.
func (w *service) request(d *delivery) (*provider.Outgoing, error) {
	if d.replay == nil {
		return w.provider.Request(w.world, &d.Delivery)
	}
	if d.replay.out != nil {
		return d.replay.out, nil
	}
	whole := *d
	whole.Subscription, whole.Direct = d.replay.sub, d.replay.sub == ""
	out, err := w.provider.Request(w.world, &whole.Delivery)
	if err != nil {
		return nil, err
	}
	out.URL = d.URL
	return out, nil
}
