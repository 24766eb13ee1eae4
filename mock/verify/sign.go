package verify

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
func (j *Judge) Schemes(context.Context, *http.Request) (api.Answer, error) {
	list := []api.Scheme{}
	for _, name := range j.of.Names() {
		p := j.of.Provider(name)
		row := api.Scheme{Name: name, Title: p.Title, Rule: "nothing is signed", Evidence: p.Unsigned}
		if s := j.scheme(name); s != nil {
			row = schemeRow(name, s)
		}
		row.Provider = true
		list = append(list, row)
	}
	for _, s := range signing.Schemes() {
		if j.of.Provider(s.Name) == nil {
			list = append(list, schemeRow(s.Name, s))
		}
	}
	return api.OK(list), nil
}

func schemeRow(name string, s *signing.Scheme) api.Scheme {
	return api.Scheme{Name: name, Title: s.Title, Rule: s.Rule(), Header: s.Header, SignsURL: s.SignsURL(), Document: s.Document, Evidence: s.Evidence}
}

// Sign signs a request as a scheme or a provider does: POST /_/sign.
func (j *Judge) Sign(_ context.Context, r *http.Request) (api.Answer, error) {
	var in api.SignRequest
	if err := api.ReadJSON(r, &in); err != nil {
		return api.Answer{}, err
	}
	signed, _, err := j.Signed(in)
	if err != nil {
		return api.Answer{}, err
	}
	return api.OK(signResult(signed, in.URL)), nil
}

// Signed signs what a request describes, and tells what that was.
func (j *Judge) Signed(in api.SignRequest) (signed signing.Signed, what signing.Request, err error) {
	s := j.scheme(in.Scheme)
	switch {
	case s == nil && j.of.Provider(in.Scheme) != nil:
		return signed, what, api.Refuse("signs_nothing", "GET /_/schemes lists who signs", "%s signs nothing", in.Scheme)
	case s == nil:
		return signed, what, j.unknownScheme(in.Scheme)
	case in.Secret == "":
		return signed, what, api.Refuse("no_secret", "give secret, the key that the receiver knows", "secret is empty")
	}
	if what, err = j.Request(in); err != nil {
		return signed, what, err
	}
	if signed, err = s.Apply(in.Secret, what); err != nil {
		err = api.Refuse("cannot_sign", s.Rule(), "%v", err)
	}
	return signed, what, err
}

// Request reads what is to be signed. Without an instant it is the clock's,
// without an id one made of what is signed.
func (j *Judge) Request(in api.SignRequest) (out signing.Request, err error) {
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
		out.At = j.now()
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
