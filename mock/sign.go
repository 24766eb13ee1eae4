package mock

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"time"
	"unicode/utf8"

	"tacklebox/mock/signing"
	"tacklebox/receiver/api"
)

// Schemes lists the ways of signing that are known by name: the providers' own,
// then those that belong to none: GET /_/schemes.
func (c Control) Schemes(context.Context, *http.Request) (api.Answer, error) {
	list := []api.Scheme{}
	for _, name := range c.e.Names() {
		if s := c.e.scheme(name); s != nil {
			row := schemeRow(name, s)
			row.Provider = true
			list = append(list, row)
		}
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
	s := c.e.scheme(in.Scheme)
	switch {
	case s == nil && c.e.services[in.Scheme] != nil:
		return api.Answer{}, api.Refuse("signs_nothing", "GET /_/schemes lists who signs", "%s signs nothing", in.Scheme)
	case s == nil:
		return api.Answer{}, c.e.unknownScheme(in.Scheme)
	case in.Secret == "":
		return api.Answer{}, api.Refuse("no_secret", "give secret, the key that the receiver knows", "secret is empty")
	}
	what, err := c.e.signRequest(in)
	if err != nil {
		return api.Answer{}, err
	}
	signed, err := s.Apply(in.Secret, what)
	if err != nil {
		return api.Answer{}, api.Refuse("cannot_sign", s.Rule(), "%v", err)
	}
	return api.OK(signResult(signed, in.URL)), nil
}

// signRequest reads what is to be signed. Without an instant it is the clock's,
// without an id one made of what is signed.
func (e *Engine) signRequest(in api.SignRequest) (out signing.Request, err error) {
	out = signing.Request{Method: in.Method, URL: in.URL, Header: http.Header{}, ID: in.ID, At: e.clock.Now()}
	for name, values := range in.Headers {
		for _, v := range values {
			out.Header.Add(name, v)
		}
	}
	if in.At != "" {
		if out.At, err = time.Parse(time.RFC3339, in.At); err != nil {
			return out, api.Refuse("bad_time", "like 2026-01-05T09:00:00Z", "at: %q is no time of RFC 3339", api.Clip(in.At))
		}
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
