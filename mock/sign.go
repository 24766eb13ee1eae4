package mock

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"net/http"
	"slices"
	"time"
	"unicode/utf8"

	"tacklebox/mock/provider"
	"tacklebox/mock/signing"
	"tacklebox/receiver/api"
)

// Schemes lists the ways of signing that are known by name: the providers' own,
// then those that belong to none: GET /_/schemes.
func (c Control) Schemes(context.Context, *http.Request) (api.Answer, error) {
	list := []api.Scheme{}
	for _, name := range c.e.Names() {
		p := c.e.services[name].provider
		row := api.Scheme{Name: name, Title: p.Title, Rule: "nothing is signed", Evidence: p.Unsigned}
		if s := c.e.scheme(name); s != nil {
			row = schemeRow(name, s)
		}
		row.Provider = true
		list = append(list, row)
	}
	for _, s := range signing.Schemes() {
		if c.e.services[s.Name] == nil {
			list = append(list, schemeRow(s.Name, s))
		}
	}
	return api.OK(list), nil
}

func schemeRow(name string, s *signing.Scheme) api.Scheme {
	return api.Scheme{Name: name, Title: s.Title, Rule: s.Rule(), Header: s.Header, SignsURL: s.SignsURL(), Document: s.Document, Evidence: s.Evidence}
}

// Sign signs a request as a scheme or a provider does: POST /_/sign.
func (c Control) Sign(_ context.Context, r *http.Request) (api.Answer, error) {
	var in api.SignRequest
	if err := api.ReadJSON(r, &in); err != nil {
		return api.Answer{}, err
	}
	signed, _, err := c.e.sign(in)
	if err != nil {
		return api.Answer{}, err
	}
	return api.OK(signResult(signed, in.URL)), nil
}

func (e *Engine) sign(in api.SignRequest) (signed signing.Signed, what signing.Request, err error) {
	s := e.scheme(in.Scheme)
	switch {
	case s == nil && e.services[in.Scheme] != nil:
		return signed, what, api.Refuse("signs_nothing", "GET /_/schemes lists who signs", "%s signs nothing", in.Scheme)
	case s == nil:
		return signed, what, e.unknownScheme(in.Scheme)
	case in.Secret == "":
		return signed, what, api.Refuse("no_secret", "give secret, the key that the receiver knows", "secret is empty")
	}
	if what, err = e.signRequest(in); err != nil {
		return signed, what, err
	}
	if signed, err = s.Apply(in.Secret, what); err != nil {
		err = api.Refuse("cannot_sign", s.Rule(), "%v", err)
	}
	return signed, what, err
}

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
	what, err := c.e.signRequest(in)
	signed := signing.Signed{Body: what.Body, URL: in.URL}
	if err == nil && in.Scheme != "" {
		signed, what, err = c.e.sign(in)
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

// signRequest reads what is to be signed. Without an instant it is the clock's,
// without an id one made of what is signed.
func (e *Engine) signRequest(in api.SignRequest) (out signing.Request, err error) {
	out = signing.Request{Method: in.Method, URL: in.URL, Header: http.Header{}, ID: in.ID}
	for name, values := range in.Headers {
		for _, v := range values {
			out.Header.Add(name, v)
		}
	}
	if out.At, err = instant(in.At); err != nil {
		return out, err
	}
	if out.At.IsZero() {
		out.At = e.clock.Now()
	}
	if out.ID == "" {
		sum := sha256.Sum256([]byte(in.Scheme + in.Body + out.At.Format(time.RFC3339Nano)))
		out.ID = "msg_" + hex.EncodeToString(sum[:12])
	}
	out.Body, err = bodyOf("", in.Body, in.BodyBase64)
	return out, err
}

func signResult(signed signing.Signed, asked string) api.SignResult {
	out := api.SignResult{Headers: map[string]string{}, Body: string(signed.Body)}
	for _, l := range signed.Header {
		out.Headers[l.Name] = l.Value
	}
	if !utf8.Valid(signed.Body) {
		out.Body, out.BodyBase64 = "", base64.StdEncoding.EncodeToString(signed.Body)
	}
	if signed.URL != asked {
		out.URL = signed.URL
	}
	return out
}
