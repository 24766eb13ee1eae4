package ultracart

import (
	"fmt"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
	"tacklebox/mock/signing"
)

const authorization = "Authorization"

// basicPair is user:password of a subscription, "" when it does not use Basic.
func basicPair(s *provider.Sub) string {
	h := stored(s)
	if h.Auth != authBasic || h.Username == nil || h.Password == nil {
		return ""
	}
	return *h.Username + ":" + *h.Password
}

// secrets lists the callback credentials: the only proof a callback carries.
func secrets(_ *provider.World, a *provider.Account) []provider.Secret {
	var all []provider.Secret
	for _, s := range a.Subs() {
		if pair := basicPair(s); pair != "" {
			all = append(all, provider.Secret{Name: "basic", Value: pair, Subscription: s.ID})
		}
	}
	return all
}

// callbackProof says what a receiver checks: Basic with a secret in the form
// user:password.
func callbackProof() *signing.Scheme {
	return &signing.Scheme{Title: "UltraCart", Header: authorization, Algorithm: signing.Basic, Encoding: signing.Base64, Prefix: "Basic ",
		Evidence: "documented: authentication_type basic; inferred: UTF-8"}
}

// Faults of the credentials: there is no signature that could be wrong.
const (
	faultBad     = "bad_signature"
	faultMissing = "missing_signature"
)

// tamper changes the Basic credentials of an attempt.
func tamper(w *provider.World, d *provider.Delivery, fault string, out *provider.Outgoing) error {
	s := kit.SubOf(w, d)
	if s == nil || basicPair(s) == "" {
		return fmt.Errorf("%s: this callback carries no credentials; set authentication_type to basic", fault)
	}
	kept := out.Header[:0]
	for _, f := range out.Header {
		if f.Name == authorization {
			if fault == faultMissing {
				continue
			}
			f.Value = kit.BasicValue(basicPair(s) + "-wrong")
		}
		kept = append(kept, f)
	}
	out.Header = kept
	return nil
}
