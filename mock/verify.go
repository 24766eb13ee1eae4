package mock

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"time"

	"tacklebox/mock/provider"
	"tacklebox/mock/signing"
	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/query"
)

// Verifiable lists the names that a signature can be checked by: the providers
// and the schemes that belong to none.
func (e *Engine) Verifiable() []string { return append(e.Names(), signing.Names()...) }

// scheme returns how a provider or a scheme of its own signs; nil when it signs
// nothing. A provider that signs nothing does not hide a scheme of its name.
func (e *Engine) scheme(name string) *signing.Scheme {
	if w := e.services[name]; w != nil && w.provider.Signing != nil {
		return w.provider.Signing.Scheme
	}
	return signing.Named(name)
}

func (e *Engine) unknownScheme(name string) error {
	return api.Unknown(api.CodeUnknownProvider, name, e.Verifiable(), "no provider or signature scheme %q", api.Clip(name))
}

// SignsURL reports whether a provider or a scheme signs where a request goes.
func (e *Engine) SignsURL(name string) bool {
	s := e.scheme(name)
	return s != nil && s.SignsURL()
}

// VerifyWith judges a request by one secret. The reason is found by trying the
// likeliest mistakes only: it is asked for every capture.
func (e *Engine) VerifyWith(provider string, q signing.Question) (*journal.Signature, error) {
	q.Brief = true
	v, err := e.verify(provider, q)
	return &journal.Signature{State: v.State, Reason: v.Reason}, err
}

func (e *Engine) verify(name string, q signing.Question) (signing.Verdict, error) {
	if q.Now.IsZero() {
		q.Now = e.clock.Now()
	}
	if s := e.scheme(name); s != nil {
		return s.Explain(q), nil
	}
	if w := e.services[name]; w != nil {
		return w.unsigned(), nil
	}
	return signing.Verdict{}, e.unknownScheme(name)
}

func (w *service) unsigned() signing.Verdict {
	return signing.Verdict{State: signing.None, Reason: w.provider.Title + " signs nothing", Tried: []string{}}
}

func (w *service) signs() bool {
	return w.provider.Signing != nil && w.provider.Signing.Secrets != nil
}

// VerifyOwn judges a callback of ours by the keys that its account and its
// subscription have now. nil when nobody knows the provider.
func (e *Engine) VerifyOwn(name, account, subscription string, q signing.Question) *journal.Signature {
	q.Brief = true
	own := func(s provider.Secret) bool { return s.Subscription == "" || s.Subscription == subscription }
	v, err := e.verifyOwn(name, account, own, q)
	if err != nil {
		return nil
	}
	return &journal.Signature{State: v.State, Reason: v.Reason}
}

// verifyOwn tries each key in force of an account. When none is right the reason
// is that of the first for which there is one.
func (e *Engine) verifyOwn(name, account string, own func(provider.Secret) bool, q signing.Question) (signing.Verdict, error) {
	w := e.services[name]
	switch {
	case w == nil && signing.Named(name) != nil:
		return signing.Verdict{State: signing.None, Reason: "no secret is given, and " + name + " has none of its own", Tried: []string{}}, nil
	case w == nil:
		return signing.Verdict{}, e.unknownScheme(name)
	case !w.signs():
		return w.unsigned(), nil
	}
	keys, retired := w.secretsOf(account, own)
	if q.Keys == nil {
		q.Keys = retired
	}
	if len(keys) == 0 {
		return signing.Verdict{State: signing.None, Reason: "there is no key to check it with", Tried: []string{}}, nil
	}
	var best signing.Verdict
	for _, key := range keys {
		q.Secret = key.Secret
		v, err := e.verify(name, q)
		if err != nil || v.State == signing.Valid {
			return v, err
		}
		if best.State == "" || v.Certain && !best.Certain {
			best = v
		}
	}
	return best, nil
}

// verdict judges a request of ours as its receiver would, for the entry of an
// attempt that nothing here captured. nil: nothing is signed.
func (w *service) verdict(d *delivery, out *provider.Outgoing) *journal.Signature {
	if !w.signs() || w.provider.Signing.Scheme == nil || d.replay != nil && d.replay.provider != w.provider.Name {
		return nil
	}
	a, known := w.world.Known(d.Account)
	if !known {
		return nil
	}
	h := http.Header{}
	for _, f := range out.Header {
		h.Add(f.Name, f.Value)
	}
	var best *journal.Signature
	_ = w.safely(func() {
		for _, s := range w.provider.Signing.Secrets(w.world, a) {
			if s.Subscription != "" && s.Subscription != d.Subscription {
				continue
			}
			v := w.provider.Signing.Scheme.Judge(w.world.Now(), s.Value, h, out.Body)
			if best == nil || v.State == signing.Valid {
				best = &journal.Signature{State: v.State, Reason: v.Reason}
			}
		}
	})
	return best
}

// secretsOf lists the keys of an account that was used before: those in force,
// and those that are no longer.
func (w *service) secretsOf(account string, own func(provider.Secret) bool) (keys, retired []signing.NamedKey) {
	w.look(func() {
		if a := w.account(account); a != nil {
			keys, retired = w.namedKeys(a, "", w.provider.Signing.Secrets, own), w.namedKeys(a, "an earlier ", w.provider.Signing.Retired, own)
		}
	})
	return keys, retired
}

func (w *service) namedKeys(a *provider.Account, which string, list func(*provider.World, *provider.Account) []provider.Secret, own func(provider.Secret) bool) (keys []signing.NamedKey) {
	if list == nil {
		return nil
	}
	for _, s := range list(w.world, a) {
		name := which + s.Name + " of account " + api.Clip(a.Name)
		if s.Subscription != "" {
			name = which + s.Name + " of subscription " + s.Subscription
		}
		if own(s) {
			keys = append(keys, signing.NamedKey{Name: name, Secret: s.Value})
		}
	}
	return keys
}

func anyKey(provider.Secret) bool { return true }

// knownKeys lists the keys of every account of a provider, retired ones included.
func (e *Engine) knownKeys(provider string) (keys []signing.NamedKey) {
	w := e.services[provider]
	if w == nil || !w.signs() {
		return nil
	}
	w.look(func() {
		for _, a := range w.world.Accounts() {
			keys = append(keys, w.namedKeys(a, "", w.provider.Signing.Secrets, anyKey)...)
			keys = append(keys, w.namedKeys(a, "an earlier ", w.provider.Signing.Retired, anyKey)...)
			if len(keys) > mostKeys {
				break
			}
		}
	})
	return keys
}

// Bounds of what one question looks at.
const (
	mostKeys        = 200
	mostCandidates  = 100
	candidatesBytes = 8 << 20
)

// recentBodies are those of the newest captures that were checked for the same
// provider or scheme, of the same account when one is named.
func (e *Engine) recentBodies(provider, account string) (list []signing.Candidate) {
	size := 0
	filter, err := query.Parse("kind:capture", e.clock.Now)
	if err != nil {
		return nil
	}
	looked := 0
	_ = e.journal.Scan(context.Background(), 0, 0, true, filter, func(c *journal.Entry) bool { // what cannot be read cannot explain anything
		looked++
		if c.Provider == provider && (account == "" || c.Account == account) && c.Request != nil && !c.Request.Truncated {
			size += len(c.Request.Body)
			list = append(list, signing.Candidate{Name: fmt.Sprintf("entry %d", c.Seq), Body: slices.Clone(c.Request.Body)})
		}
		return len(list) < mostCandidates && size < candidatesBytes && looked < 50*mostCandidates
	})
	return list
}

// Verify judges a request: POST /_/verify.
func (c Control) Verify(_ context.Context, r *http.Request) (api.Answer, error) {
	var in api.VerifyRequest
	if err := api.ReadJSON(r, &in); err != nil {
		return api.Answer{}, err
	}
	q, err := question(in)
	if err != nil {
		return api.Answer{}, err
	}
	q.Keys = c.e.knownKeys(in.Provider)
	if in.Candidates == nil {
		q.Candidates = c.e.recentBodies(in.Provider, in.Account)
	}
	var v signing.Verdict
	if in.Secret == "" && in.Account != "" {
		v, err = c.e.verifyOwn(in.Provider, in.Account, anyKey, q)
	} else {
		v, err = c.e.verify(in.Provider, q)
	}
	return api.OK(api.Verdict{Valid: v.State == signing.Valid, Reason: v.Reason, Tried: append([]string{}, v.Tried...)}), err
}

func question(in api.VerifyRequest) (q signing.Question, err error) {
	q.Secret, q.Header, q.Method, q.URL = in.Secret, http.Header{}, in.Method, in.URL
	for name, v := range in.Headers {
		name = http.CanonicalHeaderKey(name)
		q.Header[name] = append(q.Header[name], v...)
	}
	if q.Body, err = bodyOf("", in.Body, in.BodyBase64); err != nil {
		return q, err
	}
	if q.Now, err = instant(in.At); err != nil {
		return q, err
	}
	if len(in.Candidates) > mostCandidates {
		return q, api.Refuse("too_many", "", "%d candidates: at most %d are compared", len(in.Candidates), mostCandidates)
	}
	for i, c := range in.Candidates {
		place := fmt.Sprintf("candidates[%d]", i)
		body, err := bodyOf(place+".", c.Body, c.BodyBase64)
		if err != nil {
			return q, err
		}
		q.Candidates = append(q.Candidates, signing.Candidate{Name: api.Clip(cmp.Or(c.Name, place)), Body: body})
	}
	return q, nil
}

// instant reads the "at" of a question, the zero time without one.
func instant(at string) (t time.Time, err error) {
	if at == "" {
		return t, nil
	}
	if t, err = time.Parse(time.RFC3339, at); err != nil {
		err = api.Refuse("bad_time", "like 2026-01-05T09:00:00Z", "at: %q is no time of RFC 3339", api.Clip(at))
	}
	return t, err
}

// bodyOf takes a body given as text or as base64.
func bodyOf(place, text, encoded string) ([]byte, error) {
	if encoded == "" {
		return []byte(text), nil
	}
	if text != "" {
		return nil, api.Refuse("bad_body", "", "%sbody and %sbody_base64 exclude each other", place, place)
	}
	body, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, api.Refuse("bad_body", "", "%sbody_base64: %v", place, err)
	}
	return body, nil
}
