package fromfile

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

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

// keys sign and are shown to receivers, by a scheme. The zero value is none.
type keys struct{ scheme *signing.Scheme }

// usable says why a secret cannot be a key of the scheme.
func (k keys) usable(secret string) error {
	_, err := k.scheme.Apply(secret, signing.Request{URL: "https://example.com/", Body: []byte("{}"), At: time.Unix(0, 0), ID: "1"})
	return err
}

// checkSecret refuses a secret that cannot be a key of the scheme.
func (k keys) checkSecret(raw json.RawMessage) error {
	var secret string
	if err := json.Unmarshal(raw, &secret); err != nil || secret == "" {
		return fmt.Errorf("wants a text that is not empty")
	}
	return k.usable(secret)
}

// accountSecret is the key of an account: the setting's, else one that is its own
// and stays the same.
func (k keys) accountSecret(w *provider.World, account string) string {
	if secret := w.Option(account, "secret").Text(); secret != "" {
		return secret
	}
	return k.scheme.NewSecret(w.Secret("signing/" + account))
}

// ring is an account's keys: a setting that was changed retires the key before it.
func (k keys) ring(w *provider.World, account *provider.Account) keyring {
	r := keyring{Secret: k.scheme.NewSecret(w.Secret("signing/" + account.Name))}
	account.Get("keys", &r)
	return r.renew(k.accountSecret(w, account.Name))
}

// secretFor is the key that a delivery is signed with.
func (k keys) secretFor(w *provider.World, d *provider.Delivery) string {
	if s := kit.SubOf(w, d); s != nil {
		if r := kit.Stored(s, keyring{}); r.Secret != "" {
			return r.Secret
		}
	}
	account := w.Account(d.Account) // known from now on, so that its callbacks can be verified
	r := k.ring(w, account)
	var kept keyring
	if account.Get("keys", &kept); kept.Secret != r.Secret && w.Option(d.Account, "secret").Set() {
		account.Put("keys", r)
	}
	return r.Secret
}

// secrets lists what a receiver verifies with: of an Ed25519 seed the public key.
func (k keys) secrets(w *provider.World, account *provider.Account) (list []provider.Secret) {
	for _, s := range account.Subs() {
		if r := kit.Stored(s, keyring{}); r.Secret != "" {
			list = append(list, k.shown("secret", r.Secret, s.ID)...)
		}
	}
	return append(list, k.shown("secret", k.ring(w, account).Secret, "")...)
}

// retired lists the keys before; where there was none, one that was never valid.
func (k keys) retired(w *provider.World, account *provider.Account) (list []provider.Secret) {
	for _, s := range account.Subs() {
		for _, secret := range kit.Stored(s, keyring{}).Retired {
			list = append(list, k.shown("secret", secret, s.ID)...)
		}
	}
	for _, secret := range k.ring(w, account).Retired {
		list = append(list, k.shown("secret", secret, "")...)
	}
	return append(list, k.shown("secret", k.scheme.NewSecret(w.Secret("earlier/"+account.Name)), "")...)
}

func (k keys) shown(name, secret, subscription string) []provider.Secret {
	own := provider.Secret{Name: name, Value: secret, Subscription: subscription}
	if k.scheme.Algorithm != signing.Ed25519 {
		return []provider.Secret{own}
	}
	own.Name = "seed"
	public, err := signing.PublicKey(secret)
	if err != nil {
		return []provider.Secret{own}
	}
	return []provider.Secret{own, {Name: "public key", Value: public, Subscription: subscription}}
}
