package api

import (
	"bytes"
	"encoding/json"
)

// Firing is an order to let something happen: POST /_/events.
type Firing struct {
	Provider string                     `json:"provider"`
	Type     string                     `json:"type"`
	Set      map[string]json.RawMessage `json:"set,omitempty"` // path in the payload → value
	Unset    []string                   `json:"unset,omitempty"`
	Merge    json.RawMessage            `json:"merge,omitempty"`   // a JSON object (RFC 7396)
	Body     json.RawMessage            `json:"body,omitempty"`    // instead of the sample; a JSON string stands for its bytes
	To       string                     `json:"to,omitempty"`      // deliver to this URL alone
	Account  string                     `json:"account,omitempty"` // "": every account
	Context  map[string]json.RawMessage `json:"context,omitempty"` // facts that decide who gets it
	Count    int                        `json:"count,omitempty"`   // 0: 1
	Faults   []Fault                    `json:"faults,omitempty"`
}

// Fired is what came of a Firing, one event per copy.
type Fired struct {
	Events []FiredEvent `json:"events"`
}

// FiredEvent is one event that happened, with the deliveries it caused.
type FiredEvent struct {
	ID         string     `json:"id"`
	Type       string     `json:"type"`
	Deliveries []Delivery `json:"deliveries"`
	Skipped    []Skip     `json:"skipped"`
}

// Delivery is one event on its way to one subscription.
type Delivery struct {
	ID           string `json:"id"`
	Subscription string `json:"subscription"`
	URL          string `json:"url"`
}

// Skip is a subscription that did not get the event, and why.
type Skip struct {
	Subscription string `json:"subscription"`
	Reason       string `json:"reason"`
}

// Fault is something that deliveries suffer on purpose: a rule in force (PUT
// /_/faults), or part of one firing, where a plain text is its kind or preset.
type Fault struct {
	Kind        string   `json:"kind,omitempty"`
	Preset      string   `json:"preset,omitempty"`      // a named list of faults in place of a kind
	Q           string   `json:"q,omitempty"`           // which attempts; "": all
	Probability *float64 `json:"probability,omitempty"` // 0..1; nil: always
	Times       int      `json:"times,omitempty"`       // 0: without end as a rule, once in a firing
	For         string   `json:"for,omitempty"`         // how long delay and slow take: "30s"
	Bytes       int      `json:"bytes,omitempty"`       // how long a giant_body is
}

func (f *Fault) setText(name string) { *f = Fault{Kind: name} }

// UnmarshalJSON takes an object, or the text of a kind (which may be a preset's
// name). Unknown members are refused.
func (f *Fault) UnmarshalJSON(raw []byte) error {
	var name string
	if json.Unmarshal(raw, &name) == nil {
		f.setText(name)
		return nil
	}
	type plain Fault
	if err := check(raw, (*plain)(f)); err != nil {
		return err
	}
	return json.Unmarshal(raw, (*plain)(f))
}

// Raw writes a value as JSON for Set, Context, Body or Merge. What cannot be
// written is null.
func Raw(v any) json.RawMessage {
	raw, err := Encode(v)
	if err != nil {
		return json.RawMessage("null")
	}
	return bytes.TrimSpace(raw)
}

// RawMap writes each value as JSON.
func RawMap(values map[string]any) map[string]json.RawMessage {
	if values == nil {
		return nil
	}
	out := make(map[string]json.RawMessage, len(values))
	for name, v := range values {
		out[name] = Raw(v)
	}
	return out
}

// Present takes a JSON null for what it means where a member may be left out.
func Present(raw json.RawMessage) json.RawMessage {
	if string(bytes.TrimSpace(raw)) == "null" {
		return nil
	}
	return raw
}

// ReplayRequest says how a recorded request is sent again: as it was, byte for
// byte, or with changes. POST /_/entries/{seq}/replay.
type ReplayRequest struct {
	To     string                     `json:"to,omitempty"`  // another URL
	Set    map[string]json.RawMessage `json:"set,omitempty"` // path of the body → value
	Unset  []string                   `json:"unset,omitempty"`
	Body   json.RawMessage            `json:"body,omitempty"`   // another body; a JSON string stands for its bytes
	Resign bool                       `json:"resign,omitempty"` // signed anew with the account's key
	NewID  bool                       `json:"new_id,omitempty"` // as a new event, not another try of the old one
}
