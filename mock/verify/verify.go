// Package verify signs requests and says whether a signature is right, and if not
// why: for any scheme that is known by name, and for the providers by the keys
// that their accounts have.
package verify

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

// Providers is what has the keys: the engine.
type Providers interface {
	Names() []string
	// Provider returns one by its name, nil when there is none.
	Provider(name string) *provider.Provider
	// Look runs fn with a provider's World locked.
	Look(name string, fn func(*provider.World))
}

// Judge signs and verifies.
type Judge struct {
	of  Providers
	now func() time.Time
	log journal.Store
}

// New makes one. Captures of the log are compared with what is asked about.
func New(of Providers, now func() time.Time, log journal.Store) *Judge { return &Judge{of, now, log} }

// Names lists the names that a signature can be checked by: the providers
// and the schemes that belong to none.
func (j *Judge) Names() []string { return append(j.of.Names(), signing.Names()...) }

// scheme returns how a provider or a scheme of its own signs; nil when it signs
// nothing. A provider that signs nothing does not hide a scheme of its name.
func (j *Judge) scheme(name string) *signing.Scheme {
	if p := j.of.Provider(name); p != nil && p.Signing != nil {
		return p.Signing.Scheme
	}
	return signing.Named(name)
}

func (j *Judge) unknownScheme(name string) error {
	return api.Unknown(api.CodeUnknownProvider, name, j.Names(), "no provider or signature scheme %q", api.Clip(name))
}

// SignsURL reports whether a provider or a scheme signs where a request goes.
func (j *Judge) SignsURL(name string) bool {
	s := j.scheme(name)
	return s != nil && s.SignsURL()
}

// With judges a request by one secret. The reason is found by trying the
// likeliest mistakes only: it is asked for every capture.
func (j *Judge) With(provider string, q signing.Question) (*journal.Signature, error) {
	q.Brief = true
	v, err := j.verify(provider, q)
	return &journal.Signature{State: v.State, Reason: v.Reason}, err
}

func (j *Judge) verify(name string, q signing.Question) (signing.Verdict, error) {
	if q.Now.IsZero() {
		q.Now = j.now()
	}
	if s := j.scheme(name); s != nil {
		return s.Explain(q), nil
	}
	if p := j.of.Provider(name); p != nil {
		return unsigned(p), nil
	}
	return signing.Verdict{}, j.unknownScheme(name)
}

func unsigned(p *provider.Provider) signing.Verdict {
	return signing.Verdict{State: signing.None, Reason: p.Title + " signs nothing", Tried: []string{}}
}

// Own judges a callback of ours by the keys that its account and its
// subscription have now. nil when nobody knows the provider.
func (j *Judge) Own(name, account, subscription string, q signing.Question) *journal.Signature {
	q.Brief = true
	own := func(s provider.Secret) bool { return s.Subscription == "" || s.Subscription == subscription }
	v, err := j.own(name, account, own, q)
	if err != nil {
		return nil
	}
	return &journal.Signature{State: v.State, Reason: v.Reason}
}

// own tries each key in force of an account. When none is right the reason
// is that of the first for which there is one.
func (j *Judge) own(name, account string, own func(provider.Secret) bool, q signing.Question) (signing.Verdict, error) {
	p := j.of.Provider(name)
	switch {
	case p == nil && signing.Named(name) != nil:
		return signing.Verdict{State: signing.None, Reason: "no secret is given, and " + name + " has none of its own", Tried: []string{}}, nil
	case p == nil:
		return signing.Verdict{}, j.unknownScheme(name)
	case !p.Signs():
		return unsigned(p), nil
	}
	keys, retired := j.secretsOf(p, account, own)
	if q.Keys == nil {
		q.Keys = retired
	}
	if len(keys) == 0 {
		return signing.Verdict{State: signing.None, Reason: "there is no key to check it with", Tried: []string{}}, nil
	}
	var best signing.Verdict
	for _, key := range keys {
		q.Secret = key.Secret
		v, err := j.verify(name, q)
		if err != nil || v.State == signing.Valid {
			return v, err
		}
		if best.State == "" || v.Certain && !best.Certain {
			best = v
		}
	}
	return best, nil
}

// secretsOf lists the keys of an account that was used before: those in force,
// and those that are no longer.
func (j *Judge) secretsOf(p *provider.Provider, account string, own func(provider.Secret) bool) (keys, retired []signing.NamedKey) {
	j.of.Look(p.Name, func(w *provider.World) {
		if a, known := w.Known(account); known {
			keys, retired = namedKeys(w, a, "", p.Signing.Secrets, own), namedKeys(w, a, "an earlier ", p.Signing.Retired, own)
		}
	})
	return keys, retired
}

func namedKeys(w *provider.World, a *provider.Account, which string, list func(*provider.World, *provider.Account) []provider.Secret, own func(provider.Secret) bool) (keys []signing.NamedKey) {
	if list == nil {
		return nil
	}
	for _, s := range list(w, a) {
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
func (j *Judge) knownKeys(name string) (keys []signing.NamedKey) {
	p := j.of.Provider(name)
	if p == nil || !p.Signs() {
		return nil
	}
	j.of.Look(name, func(w *provider.World) {
		for _, a := range w.Accounts() {
			keys = append(keys, namedKeys(w, a, "", p.Signing.Secrets, anyKey)...)
			keys = append(keys, namedKeys(w, a, "an earlier ", p.Signing.Retired, anyKey)...)
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
func (j *Judge) recentBodies(provider, account string) (list []signing.Candidate) {
	size := 0
	filter, err := query.Parse("kind:capture", j.now)
	if err != nil {
		return nil
	}
	looked := 0
	_ = j.log.Scan(context.Background(), 0, 0, true, filter, func(c *journal.Entry) bool { // what cannot be read cannot explain anything
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
func (j *Judge) Verify(_ context.Context, r *http.Request) (api.Answer, error) {
	var in api.VerifyRequest
	if err := api.ReadJSON(r, &in); err != nil {
		return api.Answer{}, err
	}
	q, err := question(in)
	if err != nil {
		return api.Answer{}, err
	}
	q.Keys = j.knownKeys(in.Provider)
	if in.Candidates == nil {
		q.Candidates = j.recentBodies(in.Provider, in.Account)
	}
	var v signing.Verdict
	if in.Secret == "" && in.Account != "" {
		v, err = j.own(in.Provider, in.Account, anyKey, q)
	} else {
		v, err = j.verify(in.Provider, q)
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
