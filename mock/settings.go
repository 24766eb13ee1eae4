package mock

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tacklebox/receiver/api"
)

// values is a set of options by name.
type values map[string]json.RawMessage

// layers are the places an option can be set, the first that has it wins: the
// account's by control call, the account's in the configuration, the common one
// by control call, the common one in the configuration, the default.
type layers struct {
	Common   values            `json:"common,omitempty"`
	Accounts map[string]values `json:"accounts,omitempty"`

	config         values
	configAccounts map[string]values
}

func (l *layers) value(p *Provider, account, name string) Value {
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
	if o := p.option(name); o != nil {
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

// effective lists the options in force for an account, hidden ones left out.
func (w *World) effective(account string) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	for _, o := range w.provider.Options {
		if o.Hidden {
			continue
		}
		raw := w.Option(account, o.Name).Raw()
		if raw == nil {
			raw = json.RawMessage("null")
		}
		out[o.Name] = raw
	}
	return out
}

// change applies a settings document: all of it or nothing. null takes a member
// back. A common document may hold "accounts": {name: {option: value}}.
func (w *World) change(account string, doc map[string]json.RawMessage) error {
	var perAccount map[string]map[string]json.RawMessage
	if raw, ok := doc["accounts"]; ok && account == "" && w.provider.option("accounts") == nil {
		if err := json.Unmarshal(raw, &perAccount); err != nil {
			return Refuse("bad_setting", "", "accounts: wants an object of accounts with their settings")
		}
		delete(doc, "accounts")
	}
	if err := w.checkSettings(doc, account != ""); err != nil {
		return err
	}
	for name, d := range perAccount {
		if err := w.checkSettings(d, true); err != nil {
			return fmt.Errorf("account %s: %w", name, err)
		}
	}
	w.apply(account, doc)
	for name, d := range perAccount {
		w.apply(name, d)
	}
	w.dirty = true
	return nil
}

func (w *World) apply(account string, doc map[string]json.RawMessage) {
	put := w.settings.Common
	if account != "" {
		if w.settings.Accounts[account] == nil {
			w.settings.Accounts[account] = values{}
		}
		put = w.settings.Accounts[account]
	}
	for name, raw := range doc {
		if string(bytes.TrimSpace(raw)) == "null" {
			delete(put, name)
		} else {
			put[name] = raw
		}
	}
}

// checkSettings refuses unknown names, values of the wrong form and addresses
// that may not be called.
func (w *World) checkSettings(doc map[string]json.RawMessage, forAccount bool) error {
	p := w.provider
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
			err = permitURL(doc[name], w.engine.cfg.Allow)
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
	hint := "known are " + strings.Join(names, ", ")
	if near := api.Nearest(name, names); near != "" {
		hint = fmt.Sprintf("did you mean %q? %s", near, hint)
	}
	return Refuse("unknown_setting", hint, "%s has no setting %q", p.Name, clip(name))
}

// configure checks and takes the `providers.X` section of the configuration.
func (w *World) configure(doc map[string]json.RawMessage) error {
	own := map[string]json.RawMessage{}
	for k, v := range doc {
		own[k] = v
	}
	at := []string{"providers", w.provider.Name}
	if raw, ok := own["accounts"]; ok && w.provider.option("accounts") == nil {
		delete(own, "accounts")
		if err := json.Unmarshal(raw, &w.settings.configAccounts); err != nil {
			return &SettingError{append(at, "accounts"), errors.New("wants an object of accounts with their settings")}
		}
	}
	if err := w.checkSection(own, false, at); err != nil {
		return err
	}
	for _, name := range sortedKeys(w.settings.configAccounts) {
		if err := w.checkSection(w.settings.configAccounts[name], true, append(slices.Clone(at), "accounts", name)); err != nil {
			return err
		}
	}
	w.settings.config = own
	return nil
}

// checkSection checks one setting after the other, so that a refusal names the
// place of the one it is about.
func (w *World) checkSection(doc map[string]json.RawMessage, forAccount bool, at []string) error {
	for _, name := range sortedKeys(doc) {
		if err := w.checkSettings(map[string]json.RawMessage{name: doc[name]}, forAccount); err != nil {
			return &SettingError{append(slices.Clone(at), name), err}
		}
	}
	return nil
}
