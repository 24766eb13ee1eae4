package provider

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"tacklebox/receiver/api"
)

// values is a set of options by name.
type values map[string]json.RawMessage

// Settings are a provider's options as they were set. Of the places where one can
// be set the first that has it wins: the
// account's by control call, the account's in the configuration, the common one
// by control call, the common one in the configuration, the default.
type Settings struct {
	Common   values            `json:"common,omitempty"`
	Accounts map[string]values `json:"accounts,omitempty"`

	provider       *Provider
	permit         func(raw json.RawMessage) error // the rule for outgoing calls, of a URLOption
	config         values
	configAccounts map[string]values
}

func (l *Settings) value(account, name string) Value {
	if account != "" {
		if v, ok := l.Accounts[account][name]; ok {
			return Value{v}
		}
		if v, ok := l.configAccounts[account][name]; ok {
			return Value{v}
		}
	}
	if v, ok := l.Common[name]; ok {
		return Value{v}
	}
	if v, ok := l.config[name]; ok {
		return Value{v}
	}
	if o := l.provider.option(name); o != nil {
		return Value{json.RawMessage(o.Default)}
	}
	return Value{}
}

// Own returns the value that an account has for itself, by control call or in
// the configuration; ok is false where the common one holds for it.
func (w *World) Own(account, name string) (v Value, ok bool) {
	for _, layer := range []map[string]values{w.settings.Accounts, w.settings.configAccounts} {
		if raw, ok := layer[account][name]; ok {
			return Value{raw}, true
		}
	}
	return Value{}, false
}

// Owners lists the accounts that have a value of their own for an option, by
// name, whether they were used before or not.
func (w *World) Owners(name string) []string {
	found := map[string]bool{}
	for _, layer := range []map[string]values{w.settings.Accounts, w.settings.configAccounts} {
		for account, own := range layer {
			if _, ok := own[name]; ok {
				found[account] = true
			}
		}
	}
	return sortedKeys(found)
}

func (p *Provider) option(name string) *Option {
	for i := range p.Options {
		if p.Options[i].Name == name {
			return &p.Options[i]
		}
	}
	return nil
}

// Effective lists the options in force for an account, hidden ones left out.
func (l *Settings) Effective(account string) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	for _, o := range l.provider.Options {
		if o.Hidden {
			continue
		}
		raw := l.value(account, o.Name).Raw()
		if raw == nil {
			raw = json.RawMessage("null")
		}
		out[o.Name] = raw
	}
	return out
}

// Change applies a settings document: all of it or nothing. null takes a member
// back. A common document may hold "accounts": {name: {option: value}}.
func (l *Settings) Change(account string, doc map[string]json.RawMessage) error {
	var perAccount map[string]map[string]json.RawMessage
	if raw, ok := doc["accounts"]; ok && account == "" && l.provider.option("accounts") == nil {
		if err := json.Unmarshal(raw, &perAccount); err != nil {
			return Refuse("bad_setting", "", "accounts: wants an object of accounts with their settings")
		}
		delete(doc, "accounts")
	}
	if err := l.check(doc, account != ""); err != nil {
		return err
	}
	for name, d := range perAccount {
		if err := l.check(d, true); err != nil {
			return fmt.Errorf("account %s: %w", name, err)
		}
	}
	l.apply(account, doc)
	for name, d := range perAccount {
		l.apply(name, d)
	}
	return nil
}

func (l *Settings) apply(account string, doc map[string]json.RawMessage) {
	put := l.Common
	if account != "" {
		if l.Accounts[account] == nil {
			l.Accounts[account] = values{}
		}
		put = l.Accounts[account]
	}
	for name, raw := range doc {
		if string(bytes.TrimSpace(raw)) == "null" {
			delete(put, name)
		} else {
			put[name] = raw
		}
	}
}

// check refuses unknown names, values of the wrong form and addresses
// that may not be called.
func (l *Settings) check(doc map[string]json.RawMessage, forAccount bool) error {
	p := l.provider
	for _, name := range sortedKeys(doc) {
		o := p.option(name)
		if o == nil {
			return p.unknownOption(name)
		}
		if o.Common && forAccount {
			return Refuse("bad_setting", "set it without an account", "%s is the same for all accounts", name)
		}
		if string(bytes.TrimSpace(doc[name])) == "null" {
			continue
		}
		err := o.check(doc[name])
		if err == nil && o.Kind == URLOption {
			err = l.permit(doc[name])
		}
		if err != nil {
			return Refuse("bad_setting", o.About, "%s: %v", name, err)
		}
	}
	return nil
}

func (p *Provider) unknownOption(name string) error {
	var names []string
	for _, o := range p.Options {
		names = append(names, o.Name)
	}
	return api.Unknown(api.CodeUnknownSetting, name, names, "%s has no setting %q", p.Name, clip(name))
}

// Configure checks and takes the `providers.X` section of the configuration.
func (l *Settings) Configure(doc map[string]json.RawMessage) error {
	own := map[string]json.RawMessage{}
	for k, v := range doc {
		own[k] = v
	}
	at := []string{"providers", l.provider.Name}
	if raw, ok := own["accounts"]; ok && l.provider.option("accounts") == nil {
		delete(own, "accounts")
		if err := json.Unmarshal(raw, &l.configAccounts); err != nil {
			return api.At(Refuse("bad_setting", "", "wants an object of accounts with their settings"), append(at, "accounts")...)
		}
	}
	if err := l.checkSection(own, false, at); err != nil {
		return err
	}
	for _, name := range sortedKeys(l.configAccounts) {
		if err := l.checkSection(l.configAccounts[name], true, append(slices.Clone(at), "accounts", name)); err != nil {
			return err
		}
	}
	l.config = own
	return nil
}

// checkSection checks one setting after the other, so that a refusal names the
// place of the one it is about.
func (l *Settings) checkSection(doc map[string]json.RawMessage, forAccount bool, at []string) error {
	for _, name := range sortedKeys(doc) {
		if err := l.check(map[string]json.RawMessage{name: doc[name]}, forAccount); err != nil {
			return api.At(err, append(slices.Clone(at), name)...)
		}
	}
	return nil
}
