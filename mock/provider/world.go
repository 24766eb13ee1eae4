package provider

import (
	"encoding/json"
	"math/rand/v2"
	"time"

	"tacklebox/receiver/journal"
)

// World is what a provider may ask and change. It is handed to a provider's
// functions and valid only during the call; the engine lets in one at a time.
type World struct {
	engine   Engine
	provider *Provider
	cat      func() *Catalogue

	accounts map[string]*Account
	order    []*Account // in order of first use
	values   map[string]json.RawMessage
	counters map[string]int64
	drawn    map[string]int64 // counters moved by the firing at hand
	settings Settings
	memo     map[string]any
	texts    *rand.ChaCha8 // of Text, seeded anew by each
	dirty    bool          // must be saved before the caller is answered
}

// Engine is what a World asks of the engine behind it. None of it waits for
// anything; what is asked for begins when the provider's function has returned.
type Engine interface {
	Now() time.Time   // on the provider's clock
	ClockMoved() bool // that clock stands still unless it is moved
	Rand() SeededRand
	BaseURL() string // of the provider, without a slash at the end
	Deliveries(account string) []*Delivery
	Pending(account, subscription string) int
	Entry(seq uint64) (*Entry, error)
	LastEntry() uint64 // newest number that the engine appended
	Schedule(at time.Time, name string, data json.RawMessage)
	Fire(Firing) (eventID string, err error)
	Pause(account, subscription string)  // nothing is sent to it
	Resume(account, subscription string) // what waits for it is sent
	Drop(account, subscription string)   // what waits for it is dropped
}

// Now returns the time on the provider's clock.
func (w *World) Now() time.Time { return w.engine.Now() }

// BaseURL returns this instance's address with the provider's prefix, without a
// slash at the end: "http://127.0.0.1:4780/shoptet".
func (w *World) BaseURL() string { return w.engine.BaseURL() }

// Home returns the address where the API begins in the profile in force.
func (w *World) Home() string {
	if home, ok := w.provider.Homes[w.Option("", "profile").Text()]; ok {
		return w.BaseURL() + home
	}
	return w.BaseURL() + w.provider.Home
}

// Operations returns the provider's own table of operations.
func (w *World) Operations() []Operation { return w.provider.Operations }

// Catalogue returns the provider's fixtures.
func (w *World) Catalogue() *Catalogue { return w.cat() }

// Account returns the account of a name, made on first use.
func (w *World) Account(name string) *Account {
	if a := w.accounts[name]; a != nil {
		return a
	}
	a := w.newAccount(name)
	w.accounts[name] = a
	w.order = append(w.order, a)
	return a
}

// Accounts returns the accounts in order of first use.
func (w *World) Accounts() []*Account { return w.order }

// Known returns an account only when it was used before.
func (w *World) Known(name string) (*Account, bool) {
	a, ok := w.accounts[name]
	return a, ok
}

// Addressed returns the accounts that an event is for.
func (w *World) Addressed(ev *Event) []*Account {
	if ev.Account == "" {
		return w.order
	}
	if a, ok := w.accounts[ev.Account]; ok {
		return []*Account{a}
	}
	return nil
}

func (w *World) newAccount(name string) *Account {
	return &Account{Name: name, Memo: map[string]any{}, values: map[string]json.RawMessage{}, world: w}
}

// EachSubscription is the ordinary choice of targets: every enabled
// subscription of the addressed accounts that lists the type. judge, when not
// nil, may refuse one with a reason; a reason of "-" leaves it unmentioned.
func (w *World) EachSubscription(ev *Event, judge func(a *Account, s *Sub) string) (targets []Target, skips []Skip) {
	for _, a := range w.Addressed(ev) {
		for _, s := range a.subs {
			reason := ""
			switch {
			case !s.Wants(ev.Type):
				continue
			case !s.Enabled:
				reason = "disabled"
			case judge != nil:
				reason = judge(a, s)
			}
			if reason == "" {
				targets = append(targets, Target{Account: a.Name, Subscription: s.ID, URL: s.URL})
			} else if reason != "-" {
				skips = append(skips, Skip{Subscription: s.ID, Reason: reason})
			}
		}
	}
	return targets, skips
}

// Option returns an option's value in force for an account ("" : the common one).
func (w *World) Option(account, name string) Value {
	return w.settings.value(account, name)
}

// Get decodes a value that belongs to no account; false when there is none.
func (w *World) Get(key string, v any) bool { return getJSON(w.values, key, v) }

// Put stores a value that belongs to no account; it survives a restart.
func (w *World) Put(key string, v any) {
	w.values[key] = Encode(v)
	w.dirty = true
}

// Delete removes a value that belongs to no account.
func (w *World) Delete(key string) {
	delete(w.values, key)
	w.dirty = true
}

// Memo holds what belongs to no account and need not survive a restart.
func (w *World) Memo() map[string]any { return w.memo }

// Next counts up a named counter of the provider: first, first+1, … It survives
// a restart and never gives a number twice.
func (w *World) Next(counter string, first int64) int64 {
	n, ok := w.counters[counter]
	if !ok {
		n = first - 1
	}
	n++
	w.counters[counter] = n
	w.drawn[counter] = n
	return n
}

const draw = "~" // prefix of counters that only feed draws

// Rand returns a fresh stream of random numbers for a label. The same seed and
// the same draws of that label before give the same stream.
func (w *World) Rand(label string) *rand.Rand {
	return rand.New(rand.NewChaCha8(w.nextKey(label)))
}

// nextKey is the key of the next draw of a label.
func (w *World) nextKey(label string) [32]byte {
	key := draw + label
	w.counters[key]++
	return w.engine.Rand().drawKey(w.provider.Name+"/"+label, w.counters[key])
}

// Fixed returns the stream that belongs to a label and a name, the same at every
// call.
func (w *World) Fixed(label, name string) *rand.Rand {
	return w.engine.Rand().stream(w.provider.Name+"/"+label+"/"+name, 0)
}

// UUID draws a random UUID, version 4.
func (w *World) UUID(label string) string { return uuid(w.Rand(label)) }

// Text draws n characters of an alphabet.
func (w *World) Text(label, alphabet string, n int) string {
	if w.texts == nil {
		w.texts = rand.NewChaCha8([32]byte{})
	}
	w.texts.Seed(w.nextKey(label))
	return text(rand.New(w.texts), alphabet, n)
}

// Secret returns 32 bytes that belong to this instance and a purpose, the same
// at every call and after a restart.
func (w *World) Secret(purpose string) []byte {
	key := w.engine.Rand().key(w.provider.Name+"/secret/"+purpose, 0)
	return key[:]
}

// Deliveries returns an account's deliveries that the log still holds, oldest
// first: of its subscriptions, deleted ones included, but not direct firings.
func (w *World) Deliveries(account string) []*Delivery { return w.engine.Deliveries(account) }

// Pending counts the events that wait for a subscription.
func (w *World) Pending(account, subscription string) int {
	return w.engine.Pending(account, subscription)
}

// Entry is one thing that happened, as the journal keeps it: a provider names
// it without knowing the journal.
type Entry = journal.Entry

// Entry returns a journal entry: the request and response of an attempt.
func (w *World) Entry(seq uint64) (*Entry, error) { return w.engine.Entry(seq) }

// Took returns how long an attempt lasted on the provider's clock: a clock that
// is moved by hand stands still meanwhile.
func (w *World) Took(a *Attempt) time.Duration {
	if w.engine.ClockMoved() {
		return 0
	}
	return a.Took
}

// Schedule asks for Provider.Due(name, data) at an instant of the clock.
func (w *World) Schedule(at time.Time, name string, data any) {
	w.engine.Schedule(at, name, Encode(data))
	w.dirty = true
}

// Fire lets something happen from inside a provider's function and returns the
// id of its first event. The deliveries leave after the function returns.
func (w *World) Fire(f Firing) (eventID string, err error) { return w.engine.Fire(f) }
