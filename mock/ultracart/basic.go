package ultracart

import (
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"

	"tacklebox/mock"
)

const authorization = "Authorization"

// basicPair is user:password of a subscription, "" when it does not use Basic.
func basicPair(s *mock.Sub) string {
	h := stored(s)
	if h.Auth != authBasic || h.Username == nil || h.Password == nil {
		return ""
	}
	return *h.Username + ":" + *h.Password
}

// basicValue is the header of a pair, as UTF-8 (inferred).
func basicValue(pair string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(pair))
}

// secrets lists the callback credentials: the only proof a callback carries.
func secrets(_ *mock.World, a *mock.Account) []mock.Secret {
	var all []mock.Secret
	for _, s := range a.Subs() {
		if pair := basicPair(s); pair != "" {
			all = append(all, mock.Secret{Name: "basic", Value: pair, Subscription: s.ID})
		}
	}
	return all
}

// verify checks Basic credentials against a secret in the form user:password.
func verify(secret string, h http.Header, _ []byte) mock.Verdict {
	v := mock.Verdict{State: mock.Missing, Tried: []string{"Authorization: Basic base64(user:password), UTF-8"}}
	value := h.Get(authorization)
	scheme, rest, _ := strings.Cut(value, " ")
	if value == "" {
		v.Reason = "there is no Authorization header"
		return v
	}
	v.State = mock.Invalid
	if !strings.EqualFold(scheme, "basic") {
		v.Reason = fmt.Sprintf("the Authorization header has the scheme %q, not Basic", scheme)
		return v
	}
	pair, err := base64.StdEncoding.DecodeString(strings.TrimSpace(rest))
	if err != nil {
		v.Reason = "the Basic credentials are not base64"
		return v
	}
	if subtle.ConstantTimeCompare(pair, []byte(secret)) != 1 {
		v.Reason = "user name or password is another"
		return v
	}
	v.State = mock.Valid
	return v
}

// Faults of the credentials: there is no signature that could be wrong.
const (
	faultBad     = "bad_signature"
	faultMissing = "missing_signature"
)

// tamper changes the Basic credentials of an attempt.
func tamper(w *mock.World, d *mock.Delivery, fault string, out *mock.Outgoing) error {
	s := subscription(w, d)
	if s == nil || basicPair(s) == "" {
		return fmt.Errorf("%s: this callback carries no credentials; set authentication_type to basic", fault)
	}
	kept := out.Header[:0]
	for _, f := range out.Header {
		if f.Name == authorization {
			if fault == faultMissing {
				continue
			}
			f.Value = basicValue(basicPair(s) + "-wrong")
		}
		kept = append(kept, f)
	}
	out.Header = kept
	return nil
}
