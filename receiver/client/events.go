package client

import (
	"context"
	"encoding/json"
	"net/url"
)

// Provider is one row of the list of providers.
type Provider struct {
	Name    string `json:"name"`
	Title   string `json:"title"`
	BaseURL string `json:"base_url"`
	Events  int    `json:"events"`
	Profile string `json:"profile,omitempty"`
}

// EventType is one entry of a provider's catalogue.
type EventType struct {
	Type     string          `json:"type"`
	Group    string          `json:"group,omitempty"`
	About    string          `json:"about,omitempty"`
	Evidence string          `json:"evidence,omitempty"` // documented, observed, inferred or decision
	Sample   json.RawMessage `json:"sample,omitempty"`
	Schema   json.RawMessage `json:"schema,omitempty"`
}

// ProviderDetail is what there is to know about one provider.
type ProviderDetail struct {
	Name        string       `json:"name"`
	Title       string       `json:"title"`
	BaseURL     string       `json:"base_url"`
	Profile     string       `json:"profile,omitempty"`
	Events      []EventType  `json:"events"`
	Assumptions []Assumption `json:"assumptions,omitempty"`
	Context     []Fact       `json:"context,omitempty"` // what a firing's context may say
	Faults      []string     `json:"faults,omitempty"`  // signing faults that this provider's callbacks can show
}

// Assumption is a rule of a mock that its provider does not document.
type Assumption struct {
	Topic    string `json:"topic"`
	Text     string `json:"text"`
	Evidence string `json:"evidence"`         // observed, inferred or decision
	Switch   string `json:"switch,omitempty"` // the setting that changes it
}

// Fact is one key of a firing's context.
type Fact struct {
	Name  string   `json:"name"`
	About string   `json:"about,omitempty"`
	Types []string `json:"types,omitempty"` // event types that know it; empty: all
}

// FireRequest says which event happens. Zero fields are left out.
type FireRequest struct {
	Provider string            `json:"provider"`
	Type     string            `json:"type"`
	Set      map[string]any    `json:"set,omitempty"` // path in the payload → value
	Unset    []string          `json:"unset,omitempty"`
	Merge    json.RawMessage   `json:"merge,omitempty"` // a JSON object
	Body     json.RawMessage   `json:"body,omitempty"`  // instead of the sample
	To       string            `json:"to,omitempty"`    // deliver to this URL alone
	Account  string            `json:"account,omitempty"`
	Context  map[string]any    `json:"context,omitempty"` // facts that decide who gets it
	Count    int               `json:"count,omitempty"`
	Faults   []json.RawMessage `json:"faults,omitempty"` // kinds, or faults as objects
}

// FireResult lists what came of a FireRequest, one Fired per copy.
type FireResult struct {
	Events []Fired `json:"events"`
}

// Fired is one event that happened.
type Fired struct {
	ID         string     `json:"id"`
	Type       string     `json:"type"`
	Deliveries []Delivery `json:"deliveries"`
	Skipped    []Skipped  `json:"skipped"`
}

// Delivery is one event on its way to one subscription.
type Delivery struct {
	ID           string `json:"id"`
	Subscription string `json:"subscription,omitempty"`
	URL          string `json:"url"`
}

// Skipped is a subscription that did not get the event, and why.
type Skipped struct {
	Subscription string `json:"subscription"`
	Reason       string `json:"reason"`
}

// Settings are a provider's switches by name.
type Settings map[string]json.RawMessage

// Providers lists the providers.
func (c *Client) Providers(ctx context.Context) (out []Provider, err error) {
	return out, c.call(ctx, "GET", "/_/providers", nil, nil, &out)
}

// Provider returns one provider with its catalogue. An unknown name is an
// *Error with the nearest one as its hint.
func (c *Client) Provider(ctx context.Context, name string) (*ProviderDetail, error) {
	out := new(ProviderDetail)
	return out, c.call(ctx, "GET", "/_/providers/"+url.PathEscape(name), nil, nil, out)
}

// OpenAPI returns the OpenAPI description of one provider's mock.
func (c *Client) OpenAPI(ctx context.Context, name string) (json.RawMessage, error) {
	return c.raw(ctx, "GET", "/_/providers/"+url.PathEscape(name)+"/openapi.json", nil, nil)
}

// Settings returns the switches of a provider for one account, or for all when
// account is empty.
func (c *Client) Settings(ctx context.Context, provider, account string) (out Settings, err error) {
	return out, c.call(ctx, "GET", settingsPath(provider), values("account", account), nil, &out)
}

// PutSettings changes the named switches and returns all of them.
func (c *Client) PutSettings(ctx context.Context, provider, account string, s Settings) (out Settings, err error) {
	return out, c.call(ctx, "PUT", settingsPath(provider), values("account", account), s, &out)
}

func settingsPath(provider string) string {
	return "/_/providers/" + url.PathEscape(provider) + "/settings"
}

// Fire makes an event happen and returns once its first attempts are on their
// way.
func (c *Client) Fire(ctx context.Context, req FireRequest) (*FireResult, error) {
	out := new(FireResult)
	return out, c.call(ctx, "POST", "/_/events", nil, req, out)
}

// values builds a query of the pairs whose value is not empty.
func values(pairs ...string) url.Values {
	out := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			out.Set(pairs[i], pairs[i+1])
		}
	}
	return out
}
