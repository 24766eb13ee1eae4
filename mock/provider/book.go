package provider

import (
	"encoding/json"
)

// Book is the engine's side of a World: it makes, saves and brings back what the
// World remembers. Providers have none.
type Book struct{ w World }

// NewBook makes an empty World. permit holds the rule for outgoing calls to the
// value of a URLOption.
func NewBook(p *Provider, e Engine, cat func() *Catalogue, permit func(raw json.RawMessage) error) *Book {
	b := &Book{World{engine: e, provider: p, cat: cat, settings: Settings{provider: p, permit: permit}}}
	b.Clear()
	return b
}

// World returns what providers' functions are given.
func (b *Book) World() *World { return &b.w }

// Settings returns the options as they were set. Who changes them calls Touch.
func (b *Book) Settings() *Settings { return &b.w.settings }

// Clear forgets everything but the configuration.
func (b *Book) Clear() {
	w := &b.w
	w.accounts, w.order = map[string]*Account{}, nil
	w.values, w.counters, w.drawn = map[string]json.RawMessage{}, map[string]int64{}, map[string]int64{}
	w.settings.Common, w.settings.Accounts = values{}, map[string]values{}
	w.memo = map[string]any{}
}

// Touch notes that there is something to save.
func (b *Book) Touch() { b.w.dirty = true }

// Changed reports whether there is something to save.
func (b *Book) Changed() bool { return b.w.dirty }

// Remember runs fn without a need to save what it changes: the journal can tell
// it again.
func (b *Book) Remember(fn func()) {
	dirty := b.w.dirty
	fn()
	b.w.dirty = dirty
}

// BeginDraws forgets which counters were moved; Drawn tells which were since then.
func (b *Book) BeginDraws() { clear(b.w.drawn) }

// Drawn returns the counters that moved since BeginDraws.
func (b *Book) Drawn() map[string]int64 { return b.w.drawn }

// Redraw moves the counters to where they were after a firing.
func (b *Book) Redraw(drawn map[string]int64) {
	for name, n := range drawn {
		b.w.counters[name] = max(b.w.counters[name], n)
	}
}

// Saved is what outlives the process, as the state keeps it.
type Saved struct {
	Values   map[string]json.RawMessage `json:"values,omitempty"`
	Counters map[string]int64           `json:"counters,omitempty"`
	Settings Settings                   `json:"settings"`
	Accounts []savedAccount             `json:"accounts,omitempty"`
}

// Save returns what is to be kept.
func (b *Book) Save() Saved {
	w := &b.w
	out := Saved{Values: w.values, Counters: w.counters, Settings: w.settings}
	for _, a := range w.order {
		if len(a.values) > 0 || len(a.subs) > 0 {
			out.Accounts = append(out.Accounts, a.saved())
		}
	}
	return out
}

// Kept notes that what there was to save is being saved.
func (b *Book) Kept() { b.w.dirty = false }

// Copy is Save with nothing shared: what happens later does not change it.
func (b *Book) Copy() (out Saved) {
	_ = json.Unmarshal(Encode(b.Save()), &out) // our own form
	return out
}

// Rewind goes back to a Copy.
func (b *Book) Rewind(to Saved) {
	b.Clear()
	b.Restore(to)
}

// Restore brings back what Save returned.
func (b *Book) Restore(in Saved) {
	w := &b.w
	if in.Values != nil {
		w.values = in.Values
	}
	if in.Settings.Common != nil {
		w.settings.Common = in.Settings.Common
	}
	if in.Settings.Accounts != nil {
		w.settings.Accounts = in.Settings.Accounts
	}
	for name, n := range in.Counters {
		w.counters[name] = n
	}
	for _, a := range in.Accounts {
		w.restoreAccount(a)
	}
}
