package mock

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"tacklebox/mock/provider"

	"tacklebox/receiver/journal"
)

// Replay is an order to send a recorded request again: as it was, byte for byte,
// or with changes.
type Replay struct {
	To     string                     `json:"to,omitempty"`  // another URL
	Set    map[string]json.RawMessage `json:"set,omitempty"` // paths of the body
	Unset  []string                   `json:"unset,omitempty"`
	Body   json.RawMessage            `json:"body,omitempty"`   // another body; a JSON string stands for its bytes
	Resign bool                       `json:"resign,omitempty"` // signed anew with the account's key
	NewID  bool                       `json:"new_id,omitempty"` // with a new id and time of the provider's kind
}

// edits reports a change of the body that is not given byte for byte.
func (r Replay) edits() bool {
	return len(r.Set) > 0 || len(r.Unset) > 0 || len(r.Body) > 0 && r.Body[0] != '"'
}

// Replay sends the request of a journal entry again and returns the delivery
// that carries it. It is tried once. Only calls of our own providers' making can
// be signed anew.
func (e *Engine) Replay(seq uint64, r Replay) (Fired, error) {
	r.Body = present(r.Body)
	entry, err := e.journal.Get(seq)
	if err != nil {
		return Fired{}, noEntry(seq, err)
	}
	if entry.Request == nil {
		return Fired{}, provider.Refuse("not_a_request", "replay a capture, an attempt or an event", "entry %d holds no request", seq)
	}
	if entry.Request.Truncated && len(r.Body) == 0 {
		return Fired{}, provider.Refuse("truncated", "give a body of your own", "entry %d kept only %d of %d bytes of its body", seq, len(entry.Request.Body), entry.Request.Size)
	}
	to, err := e.replayURL(entry, r.To)
	if err != nil {
		return Fired{}, err
	}
	w := e.services[entry.Provider]
	if w == nil || entry.Kind == journal.Call {
		w = e.anyWorld()
		if r.Resign || r.NewID {
			return Fired{}, provider.Refuse("unknown_sender", "only what a mock provider sent can be signed anew", "entry %d was not sent by a provider", seq)
		}
	}
	if string(r.Body) == "null" {
		r.Body = nil // an optional member left empty
	}
	body, err := editedBody(entry, r)
	if err != nil {
		return Fired{}, err
	}
	var fired Fired
	var refused error
	err = w.do(func() { fired, refused = w.replay(entry, r, to, body) })
	return fired, errors.Join(refused, err)
}

func noEntry(seq uint64, err error) error {
	p := &Problem{Status: http.StatusNotFound, Code: "unknown_entry", Message: "no entry " + strconv.FormatUint(seq, 10), Hint: err.Error()}
	if errors.Is(err, journal.ErrTrimmed) {
		p.Status, p.Code = http.StatusGone, "trimmed"
	}
	return p
}

func (e *Engine) anyWorld() *service { return e.services[e.cfg.Providers[0].Name] }

// replayURL decides where a request goes: the URL asked for, the one it was sent
// to, or for a capture the inbox it came to.
func (e *Engine) replayURL(entry *journal.Entry, to string) (string, error) {
	if to == "" {
		to = entry.Request.URL
		if strings.HasPrefix(to, "/") {
			to = e.cfg.BaseURL() + to
		}
	}
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "", provider.Refuse("bad_url", "give to, an absolute http or https URL", "%q cannot be sent to", clip(to))
	}
	return to, nil
}

func editedBody(entry *journal.Entry, r Replay) ([]byte, error) {
	ev := &provider.Event{Set: r.Set, Unset: r.Unset, Whole: r.Body}
	return ev.Edit(bytes.Clone(entry.Request.Body))
}

func (w *service) replay(entry *journal.Entry, r Replay, to string, body []byte) (Fired, error) {
	if r.NewID && w.provider.Renew != nil {
		body = w.provider.Renew(w.world, body)
	}
	if r.edits() && w.provider.Spell != nil {
		body = w.provider.Spell(body)
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
	w.queue(d)
	return Fired{Events: []FiredEvent{{ID: event, Type: entry.Type, Skipped: []provider.Skip{},
		Deliveries: []FiredDelivery{{d.ID, d.Subscription, to}}}}}, nil
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

func (e *Engine) postReplay(r *http.Request) (int, any, error) {
	seq, err := strconv.ParseUint(r.PathValue("seq"), 10, 64)
	if err != nil {
		return 0, nil, &Problem{Status: http.StatusNotFound, Code: "unknown_entry", Message: fmt.Sprintf("an entry has a number, not %q", clip(r.PathValue("seq")))}
	}
	var in Replay
	if r.ContentLength != 0 {
		if err := readBody(r, &in); err != nil {
			return 0, nil, err
		}
	}
	fired, err := e.Replay(seq, in)
	return http.StatusAccepted, fired, err
}
