package api

import (
	"encoding/json"
	"time"
)

// Provider is one row of GET /_/providers.
type Provider struct {
	Name    string `json:"name"`
	Title   string `json:"title"`
	BaseURL string `json:"base_url"`
	Events  int    `json:"events"`
	Profile string `json:"profile"`
}

// ProviderDetail is what there is to know about one provider.
type ProviderDetail struct {
	Name        string       `json:"name"`
	Title       string       `json:"title"`
	BaseURL     string       `json:"base_url"`
	Profile     string       `json:"profile"`
	Events      []EventType  `json:"events"`
	Assumptions []Assumption `json:"assumptions"`
	Context     []ContextKey `json:"context"`           // what a firing's context may say
	Faults      []string     `json:"faults"`            // signing faults that this provider's callbacks can show
	Signing     string       `json:"signing,omitempty"` // how it signs and how that is checked, for people

	Elsewhere []EventElsewhere `json:"elsewhere,omitempty"` // event types of other profiles than the one in force
}

// EventElsewhere is an event type that cannot be fired in the profile in force.
type EventElsewhere struct {
	Type  string `json:"type"`
	About string `json:"about"`
	Hint  string `json:"hint"` // how it can be had
}

// EventType is one entry of a provider's catalogue.
type EventType struct {
	Type     string          `json:"type"`
	Group    string          `json:"group,omitempty"`
	About    string          `json:"about"`
	Evidence string          `json:"evidence"` // documented, observed, inferred or decision
	Sample   json.RawMessage `json:"sample"`
	Schema   json.RawMessage `json:"schema"`
}

// Assumption is a rule of a mock that its provider does not document.
type Assumption struct {
	Topic    string `json:"topic"`
	Text     string `json:"text"`
	Evidence string `json:"evidence"`         // observed, inferred or decision
	Switch   string `json:"switch,omitempty"` // the setting that changes it
}

// ContextKey is one fact that a firing's context may state.
type ContextKey struct {
	Name  string   `json:"name"`
	About string   `json:"about"`
	Types []string `json:"types"` // event types that know it; empty: all
}

// Settings are a provider's switches by name.
type Settings map[string]json.RawMessage

// Subscription is what an integrator registered.
type Subscription struct {
	Provider    string    `json:"provider"`
	Account     string    `json:"account"`
	ID          string    `json:"id"`
	URL         string    `json:"url"`
	Types       []string  `json:"types"`
	Enabled     bool      `json:"enabled"`
	Failures    int       `json:"failures"`
	NextAttempt time.Time `json:"next_attempt,omitzero"`
}

// NewSubscription is what a client of a mock API would subscribe to: POST
// /_/subscriptions.
type NewSubscription struct {
	Provider string   `json:"provider"`
	Account  string   `json:"account"` // the credential of the mock API
	URL      string   `json:"url"`
	Types    []string `json:"types"`
}

// SubscriptionChange switches a subscription on or off: PUT
// /_/subscriptions/{provider}/{id}.
type SubscriptionChange struct {
	Enabled *bool `json:"enabled"`
}

// Secret is a signing key or a callback credential in force.
type Secret struct {
	Provider     string `json:"provider"`
	Account      string `json:"account"`
	Name         string `json:"name"` // what the provider calls it
	Value        string `json:"value"`
	Subscription string `json:"subscription,omitempty"` // when it belongs to one
}

// ProviderReport is what was understood of a provider file.
type ProviderReport struct {
	File      string   `json:"file"`
	Name      string   `json:"name"`
	Title     string   `json:"title"`
	Events    int      `json:"events"`
	Examples  int      `json:"examples"`  // event types with an example of their own
	Generated int      `json:"generated"` // event types whose sample is made of the schema
	Signed    string   `json:"signed"`    // the rule, "" where nothing is signed
	Retry     []string `json:"retry"`
	API       []string `json:"api"`
	Notes     []string `json:"notes"` // what was left out of the description, and why
}

// Starter says which provider file is to be written.
type Starter struct {
	Name    string // of the provider
	From    string // of the starter that is copied, "" for a plain one
	OpenAPI string // description that the events are taken from, "" for samples
	Dir     string // where it is written, "" here
}
