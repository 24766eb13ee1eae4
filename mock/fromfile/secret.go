package fromfile

import (
	"slices"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
	"tacklebox/mock/signing"
)

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

// ring is an account's keys: a setting that was changed retires the key before it.
func (a *author) ring(w *provider.World, account *provider.Account) keyring {
	k := keyring{Secret: a.scheme.NewSecret(w.Secret("signing/" + account.Name))}
	account.Get("keys", &k)
	return k.renew(a.accountSecret(w, account.Name))
}

// secretFor is the key that a delivery is signed with.
func (a *author) secretFor(w *provider.World, d *provider.Delivery) string {
	if s := kit.SubOf(w, d); s != nil {
		if k := kit.Stored(s, keyring{}); k.Secret != "" {
			return k.Secret
		}
	}
	account := w.Account(d.Account) // known from now on, so that its callbacks can be verified
	k := a.ring(w, account)
	var kept keyring
	if account.Get("keys", &kept); kept.Secret != k.Secret && w.Option(d.Account, "secret").Set() {
		account.Put("keys", k)
	}
	return k.Secret
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

// retired lists the keys before; where there was none, one that was never valid.
func (a *author) retired(w *provider.World, account *provider.Account) (list []provider.Secret) {
	for _, s := range account.Subs() {
		for _, secret := range kit.Stored(s, keyring{}).Retired {
			list = append(list, a.shown("secret", secret, s.ID)...)
		}
	}
	for _, secret := range a.ring(w, account).Retired {
		list = append(list, a.shown("secret", secret, "")...)
	}
	return append(list, a.shown("secret", a.scheme.NewSecret(w.Secret("earlier/"+account.Name)), "")...)
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
	return []provider.Secret{own, {Name: "public key", Value: public, Subscription: subscription}}
}
