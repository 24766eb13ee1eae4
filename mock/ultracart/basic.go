package ultracart

import (
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
		Document: "https://github.com/UltraCart/rest_api_v2_sdk_python/blob/master/docs/Webhook.md", Evidence: "documented: authentication_type basic; inferred: UTF-8"}
}
