package mock

import (
	"net/http"
	"slices"
)

// VerifyWith judges a request by one secret.
func (e *Engine) VerifyWith(provider, secret string, h http.Header, body []byte) (Verdict, error) {
	w := e.worlds[provider]
	if w == nil {
		return Verdict{}, e.unknownProvider(provider)
	}
	if w.provider.Verify == nil {
		return Verdict{State: None, Reason: w.provider.Title + " signs nothing", Tried: []string{}}, nil
	}
	return w.provider.Verify(secret, h, body), nil
}

// VerifyOwn judges a callback of ours by the keys that its account and its
// subscription have now. nil
// when the provider signs nothing and when nobody knows the account.
func (e *Engine) VerifyOwn(provider, account, subscription string, h http.Header, body []byte) *Verdict {
	w := e.worlds[provider]
	if w == nil {
		return nil
	}
	if w.provider.Verify == nil || w.provider.Secrets == nil {
		return &Verdict{State: None, Reason: w.provider.Title + " signs nothing"}
	}
	w.mu.Lock()
	var secrets []Secret
	if a := w.accounts[account]; a != nil {
		secrets = w.provider.Secrets(w, a)
	}
	w.mu.Unlock()
	secrets = slices.DeleteFunc(secrets, func(s Secret) bool { return s.Subscription != "" && s.Subscription != subscription })
	if len(secrets) == 0 {
		return &Verdict{State: None, Reason: "there is no key to check it with"}
	}
	var v Verdict
	for _, s := range secrets {
		if v = w.provider.Verify(s.Value, h, body); v.State == Valid {
			break
		}
	}
	return &v
}
