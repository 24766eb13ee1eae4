package provider

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Account is one credential's part of a provider: nobody else sees it.
type Account struct {
	Name string
	// Memo is for what need not survive a restart: rate limits, search pages.
	Memo map[string]any

	values map[string]json.RawMessage
	subs   []*Sub
	world  *World
}

// Sub is one subscription: what an integrator registers to be called back. A
// provider changes the exported fields and then calls Account.Save.
type Sub struct {
	ID      string
	URL     string
	Types   []string
	Enabled bool
	Created time.Time
	Updated time.Time
	Data    json.RawMessage // the provider's own JSON

	// Kept by the engine.
	Failures int       // failed attempts since the last success
	Next     time.Time // when a held subscription is tried again
	Since    uint64    // attempts up to this entry of the journal do not count as failures
	Paused   bool      // Account.Pause, until Account.Forgive
}

type savedSub struct {
	ID      string          `json:"id"`
	URL     string          `json:"url"`
	Types   []string        `json:"types"`
	Enabled bool            `json:"enabled"`
	Created time.Time       `json:"created"`
	Updated time.Time       `json:"updated,omitzero"`
	Data    json.RawMessage `json:"data,omitempty"`
	Mark    uint64          `json:"mark,omitempty"`
	Paused  bool            `json:"paused,omitempty"`
}

type savedAccount struct {
	Name   string                     `json:"name"`
	Values map[string]json.RawMessage `json:"values,omitempty"`
	Subs   []savedSub                 `json:"subs,omitempty"`
}

// Wants reports whether the subscription lists the event type.
func (s *Sub) Wants(typ string) bool { return slices.Contains(s.Types, typ) }

// Load decodes the provider's own data into v.
func (s *Sub) Load(v any) error {
	if err := json.Unmarshal(s.Data, v); err != nil {
		return fmt.Errorf("subscription %s: %w", s.ID, err)
	}
	return nil
}

// Store encodes v as the provider's own data; call Account.Save afterwards.
func (s *Sub) Store(v any) { s.Data = Encode(v) }

// Subs returns the account's subscriptions in order of creation.
func (a *Account) Subs() []*Sub { return a.subs }

// Sub returns one subscription by id, nil when the account has none such.
func (a *Account) Sub(id string) *Sub {
	for _, s := range a.subs {
		if s.ID == id {
			return s
		}
	}
	return nil
}

// Add registers a subscription.
func (a *Account) Add(s *Sub) {
	a.subs = append(a.subs, s)
	a.world.dirty = true
}

// Save keeps changes that were made to a subscription.
func (a *Account) Save(*Sub) { a.world.dirty = true }

// Remove deletes a subscription; what is on its way to it is dropped.
func (a *Account) Remove(id string) {
	a.subs = slices.DeleteFunc(a.subs, func(s *Sub) bool { return s.ID == id })
	a.world.engine.Drop(a.Name, id)
	a.world.dirty = true
}

// Forgive sets a subscription's count of failures back, ends its wait and sends
// at once what waits for it.
func (a *Account) Forgive(s *Sub) {
	s.Failures, s.Next, s.Paused = 0, time.Time{}, false
	s.Since = a.world.engine.LastEntry()
	a.world.dirty = true
	a.world.engine.Resume(a.Name, s.ID)
}

// Pause stops sending to a subscription until Account.Forgive; what waits for it
// is kept.
func (a *Account) Pause(s *Sub) {
	s.Next, s.Paused = time.Time{}, true
	a.world.engine.Pause(a.Name, s.ID)
	a.world.dirty = true
}

// Count keeps the subscription's failures in a row; the engine calls it for every
// attempt.
func (s *Sub) Count(a *Attempt) {
	if a.OK {
		s.Failures, s.Next = 0, time.Time{}
	} else {
		s.Failures++
	}
}

// Get decodes a stored value; false when there is none.
func (a *Account) Get(key string, v any) bool { return getJSON(a.values, key, v) }

// Put stores a value; it survives a restart.
func (a *Account) Put(key string, v any) {
	if a.values == nil {
		a.values = map[string]json.RawMessage{}
	}
	a.values[key] = Encode(v)
	a.world.dirty = true
}

// Delete removes a stored value.
func (a *Account) Delete(key string) {
	delete(a.values, key)
	a.world.dirty = true
}

func getJSON(m map[string]json.RawMessage, key string, v any) bool {
	raw, ok := m[key]
	return ok && json.Unmarshal(raw, v) == nil
}

func (a *Account) saved() savedAccount {
	out := savedAccount{Name: a.Name, Values: a.values}
	for _, s := range a.subs {
		out.Subs = append(out.Subs, savedSub{s.ID, s.URL, s.Types, s.Enabled, s.Created, s.Updated, s.Data, s.Since, s.Paused})
	}
	return out
}

func (w *World) restoreAccount(in savedAccount) {
	a := w.newAccount(in.Name)
	if in.Values != nil {
		a.values = in.Values
	}
	for _, s := range in.Subs {
		a.subs = append(a.subs, &Sub{ID: s.ID, URL: s.URL, Types: s.Types, Enabled: s.Enabled,
			Created: s.Created, Updated: s.Updated, Data: s.Data, Since: s.Mark, Paused: s.Paused})
	}
	w.accounts[a.Name] = a
	w.order = append(w.order, a)
}
