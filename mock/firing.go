package mock

import (
	"encoding/json"

	"tacklebox/mock/provider"
)

// Firing is an order to let something happen, as `POST /_/events` takes it.
type Firing struct {
	Provider string                     `json:"provider"`
	Type     string                     `json:"type"`
	Set      map[string]json.RawMessage `json:"set,omitempty"`
	Unset    []string                   `json:"unset,omitempty"`
	Merge    json.RawMessage            `json:"merge,omitempty"`
	Body     json.RawMessage            `json:"body,omitempty"` // a JSON string stands for its bytes
	To       string                     `json:"to,omitempty"`
	Account  string                     `json:"account,omitempty"`
	Context  map[string]json.RawMessage `json:"context,omitempty"`
	Count    int                        `json:"count,omitempty"` // 0 is 1
	Faults   []Fault                    `json:"faults,omitempty"`
	Data     json.RawMessage            `json:"-"` // what a provider hands to its own Prepare

	faults []*Fault
}

// Fired is what came of a Firing.
type Fired struct {
	Events []FiredEvent `json:"events"`
}

// FiredEvent is one event with the deliveries it caused.
type FiredEvent struct {
	ID         string          `json:"id"`
	Type       string          `json:"type"`
	Deliveries []FiredDelivery `json:"deliveries"`
	Skipped    []provider.Skip `json:"skipped"`
}

// FiredDelivery names a delivery and where it goes.
type FiredDelivery struct {
	ID           string `json:"id"`
	Subscription string `json:"subscription"`
	URL          string `json:"url"`
}
