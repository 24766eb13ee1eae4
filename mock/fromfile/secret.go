package fromfile

import (
	"slices"
	"time"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
	"tacklebox/mock/signing"
)

const staleAfter = time.Hour // how old a stale signature is at least, halved

// keyring is a secret in force and those that were before it.
type keyring struct {
	Secret  string   `json:"secret,omitempty"`
	Retired []string `json:"retired,omitempty"`
}

// renew puts another secret in force.
func (k keyring) renew(secret string) keyring {
	const most = 5
	if secret == k.Secret {
		return k
	}
	if k.Secret != "" {
		k.Retired = append([]string{k.Secret}, slices.DeleteFunc(k.Retired, func(s string) bool { return s == secret })...)
		k.Retired = k.Retired[:min(len(k.Retired), most)]
	}
	k.Secret = secret
	return k
}

// accountSecret is the key of an account: the setting's, else one that is its own
// and stays the same.
func (a *author) accountSecret(w *provider.World, account string) string {
	if secret := w.Option(account, "secret").Text(); secret != "" {
		return secret
	}
	return a.scheme.NewSecret(w.Secret("signing/" + account))
}

// ring is an account's keys, brought up to date: a setting that was changed
// retires the key before it.
func (a *author) ring(w *provider.World, account *provider.Account) keyring {
	k := keyring{Secret: a.scheme.NewSecret(w.Secret("signing/" + account.Name))}
	account.Get("keys", &k)
	if now := k.renew(a.accountSecret(w, account.Name)); now.Secret != k.Secret {
		account.Put("keys", now)
		k = now
	}
	return k
}

// secretFor is the key that a delivery is signed with.
func (a *author) secretFor(w *provider.World, d *provider.Delivery) string {
	if a.scheme == nil {
		return ""
	}
	if s := kit.SubOf(w, d); s != nil {
		if k := kit.Stored(s, keyring{}); k.Secret != "" {
			return k.Secret
		}
	}
	if account, known := w.Known(d.Account); known {
		return a.ring(w, account).Secret
	}
	return a.accountSecret(w, d.Account)
}

// earlierSecret is a key that was in force before; where there was none, one that
// was never valid.
func (a *author) earlierSecret(w *provider.World, d *provider.Delivery) string {
	if s := kit.SubOf(w, d); s != nil {
		if k := kit.Stored(s, keyring{}); len(k.Retired) > 0 {
			return k.Retired[0]
		}
	}
	if account, known := w.Known(d.Account); known {
		if k := a.ring(w, account); len(k.Retired) > 0 {
			return k.Retired[0]
		}
	}
	return a.scheme.NewSecret(w.Secret("earlier/" + d.Account))
}

// secrets lists what a receiver verifies with: of an Ed25519 seed the public key.
func (a *author) secrets(w *provider.World, account *provider.Account) (list []provider.Secret) {
	for _, s := range account.Subs() {
		if k := kit.Stored(s, keyring{}); k.Secret != "" {
			list = append(list, a.shown("secret", k.Secret, s.ID)...)
		}
	}
	return append(list, a.shown("secret", a.ring(w, account).Secret, "")...)
}

func (a *author) shown(name, secret, subscription string) []provider.Secret {
	own := provider.Secret{Name: name, Value: secret, Subscription: subscription}
	if a.scheme.Algorithm != signing.Ed25519 {
		return []provider.Secret{own}
	}
	own.Name = "seed"
	public, err := signing.PublicKey(secret)
	if err != nil {
		return []provider.Secret{own}
	}
	return []provider.Secret{{Name: "public key", Value: public, Subscription: subscription}, own}
}

func (a *author) retired(w *provider.World, account *provider.Account) (list []provider.Secret) {
	for _, s := range account.Subs() {
		for _, secret := range kit.Stored(s, keyring{}).Retired {
			list = append(list, a.shown("secret", secret, s.ID)...)
		}
	}
	for _, secret := range a.ring(w, account).Retired {
		list = append(list, a.shown("secret", secret, "")...)
	}
	return list
}
