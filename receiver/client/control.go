package client

import (
	"context"
	"encoding/json"
	"net/url"
	"time"
)

// Inbox is how an inbox answers what it gets.
type Inbox struct {
	Reply   []Reply  `json:"reply,omitempty"` // the last one repeats; none: 200 with an empty body
	Forward string   `json:"forward,omitempty"`
	Verify  *Signing `json:"verify,omitempty"`
}

// InboxInfo is one line of the list of inboxes.
type InboxInfo struct {
	Inbox    string `json:"inbox"`
	Captures int    `json:"captures"` // that are still kept
	LastSeq  uint64 `json:"last_seq,omitempty"`
	Settings Inbox  `json:"settings,omitzero"`
}

// Reply is one scripted answer of an inbox.
type Reply struct {
	Status  int             `json:"status,omitempty"`  // 0: 200
	Headers json.RawMessage `json:"headers,omitempty"` // name → text or list of texts
	Body    json.RawMessage `json:"body,omitempty"`    // a text, or any other JSON as it is
	Delay   string          `json:"delay,omitempty"`   // Go duration
	Times   int             `json:"times,omitempty"`   // 0: once
	Fault   string          `json:"fault,omitempty"`
}

// Signing names whose signatures an inbox checks, and with which key.
type Signing struct {
	Provider string `json:"provider"`
	Secret   string `json:"secret,omitempty"` // "": the keys in force
}

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

// NewSubscription is what a client of a mock API would subscribe to.
type NewSubscription struct {
	Provider string   `json:"provider"`
	Account  string   `json:"account"` // the credential of the mock API
	URL      string   `json:"url"`
	Types    []string `json:"types"`
}

// Secret is a signing key or a callback credential in force.
type Secret struct {
	Provider     string `json:"provider"`
	Account      string `json:"account"`
	Name         string `json:"name"` // what the provider calls it
	Value        string `json:"value"`
	Subscription string `json:"subscription,omitempty"` // when it belongs to one
}

// Fault is something that deliveries suffer on purpose.
type Fault struct {
	Kind        string   `json:"kind,omitempty"`
	Preset      string   `json:"preset,omitempty"`      // a named list of faults in place of a kind
	Q           string   `json:"q,omitempty"`           // which attempts; "": all
	Probability *float64 `json:"probability,omitempty"` // 0..1; nil: always
	Times       int      `json:"times,omitempty"`       // 0: without end
	For         string   `json:"for,omitempty"`         // how long delay and slow take, a Go duration
	Bytes       int      `json:"bytes,omitempty"`       // how long a giant_body is
}

// Clock is the provider side's time.
type Clock struct {
	Now  time.Time `json:"now"`
	Mode string    `json:"mode"`          // real, manual or auto
	Next time.Time `json:"next,omitzero"` // when the next attempt is due
}

// ClockMove moves a manual or auto clock; one field is set.
type ClockMove struct {
	Advance string `json:"advance,omitempty"` // Go duration
	To      string `json:"to,omitempty"`      // RFC 3339, or "next"
}

// VerifyRequest asks whether a signature is right.
type VerifyRequest struct {
	Provider   string              `json:"provider"`          // or the name of a signature scheme
	Secret     string              `json:"secret"`            // "" with Account: its keys in force
	Account    string              `json:"account,omitempty"` // whose keys and captures are compared
	Headers    map[string][]string `json:"headers"`
	Body       string              `json:"body"`
	BodyBase64 string              `json:"body_base64,omitempty"` // in place of Body where that is no text
}

// Verdict answers a VerifyRequest.
type Verdict struct {
	Valid  bool     `json:"valid"`
	Reason string   `json:"reason,omitempty"`
	Tried  []string `json:"tried"`
}

// Scenario is an embedded scenario.
type Scenario struct {
	Name  string `json:"name"`
	About string `json:"about,omitempty"`
	Text  string `json:"text"` // its YAML
}

// Inboxes lists the inboxes with their counts.
func (c *Client) Inboxes(ctx context.Context) (out []InboxInfo, err error) {
	return out, c.call(ctx, "GET", "/_/inboxes", nil, nil, &out)
}

// Inbox returns the settings of one inbox.
func (c *Client) Inbox(ctx context.Context, name string) (*Inbox, error) {
	out := new(Inbox)
	return out, c.call(ctx, "GET", "/_/inboxes/"+url.PathEscape(name), nil, nil, out)
}

// PutInbox replaces the settings of one inbox.
func (c *Client) PutInbox(ctx context.Context, name string, in Inbox) error {
	return c.call(ctx, "PUT", "/_/inboxes/"+url.PathEscape(name), nil, in, nil)
}

// Subscriptions lists what is registered; empty arguments do not narrow.
func (c *Client) Subscriptions(ctx context.Context, provider, account string) (out []Subscription, err error) {
	return out, c.call(ctx, "GET", "/_/subscriptions", values("provider", provider, "account", account), nil, &out)
}

// Subscribe subscribes through the mock API itself and returns what that made:
// one subscription or several, as the provider has it. What the mock API refuses
// is an *Error of status 422 with its answer.
func (c *Client) Subscribe(ctx context.Context, in NewSubscription) (out []Subscription, err error) {
	return out, c.call(ctx, "POST", "/_/subscriptions", nil, in, &out)
}

// RemoveSubscription deletes a subscription; what is on its way to it is dropped.
// account may be empty when only one has the id.
func (c *Client) RemoveSubscription(ctx context.Context, provider, id, account string) error {
	return c.call(ctx, "DELETE", subscriptionPath(provider, id), values("account", account), nil, nil)
}

// EnableSubscription switches a subscription on or off and returns it as it is
// then. On, it gets at once what waited for it.
func (c *Client) EnableSubscription(ctx context.Context, provider, id, account string, on bool) (*Subscription, error) {
	out := new(Subscription)
	in := struct {
		Enabled bool `json:"enabled"`
	}{on}
	return out, c.call(ctx, "PUT", subscriptionPath(provider, id), values("account", account), in, out)
}

func subscriptionPath(provider, id string) string {
	return "/_/subscriptions/" + url.PathEscape(provider) + "/" + url.PathEscape(id)
}

// RetryDelivery attempts a waiting delivery now, whatever the clock. It returns
// once the attempt is on its way; a settled delivery is an *Error of status 409.
func (c *Client) RetryDelivery(ctx context.Context, id string) (*Delivery, error) {
	out := new(Delivery)
	return out, c.call(ctx, "POST", "/_/deliveries/"+url.PathEscape(id)+"/retry", nil, nil, out)
}

// Secrets lists keys and credentials; empty arguments do not narrow.
func (c *Client) Secrets(ctx context.Context, provider, account string) (out []Secret, err error) {
	return out, c.call(ctx, "GET", "/_/secrets", values("provider", provider, "account", account), nil, &out)
}

// Faults lists the delivery faults in force.
func (c *Client) Faults(ctx context.Context) (out []Fault, err error) {
	return out, c.call(ctx, "GET", "/_/faults", nil, nil, &out)
}

// PutFaults replaces the delivery faults; an empty list ends them all.
func (c *Client) PutFaults(ctx context.Context, faults []Fault) error {
	if faults == nil {
		faults = []Fault{}
	}
	return c.call(ctx, "PUT", "/_/faults", nil, faults, nil)
}

// Clock returns the provider side's time.
func (c *Client) Clock(ctx context.Context) (*Clock, error) {
	out := new(Clock)
	return out, c.call(ctx, "GET", "/_/clock", nil, nil, out)
}

// MoveClock moves the clock and returns when everything that fell due has been
// attempted.
func (c *Client) MoveClock(ctx context.Context, m ClockMove) (*Clock, error) {
	out := new(Clock)
	return out, c.call(ctx, "POST", "/_/clock", nil, m, out)
}

// Verify checks a signature.
func (c *Client) Verify(ctx context.Context, v VerifyRequest) (*Verdict, error) {
	out := new(Verdict)
	return out, c.call(ctx, "POST", "/_/verify", nil, v, out)
}

// Reset forgets everything: entries, subscriptions, settings, inbox settings
// and faults; a manual or auto clock returns to its start.
func (c *Client) Reset(ctx context.Context) error {
	return c.call(ctx, "POST", "/_/reset", nil, nil, nil)
}

// Metrics returns the metrics as Prometheus text.
func (c *Client) Metrics(ctx context.Context) (string, error) {
	body, err := c.raw(ctx, "GET", "/_/metrics", nil, nil)
	return string(body), err
}

// Index returns the description of what answers at the address.
func (c *Client) Index(ctx context.Context) (json.RawMessage, error) {
	return c.raw(ctx, "GET", "/_/", nil, nil)
}

// Ready returns nil when the sandbox serves requests.
func (c *Client) Ready(ctx context.Context) error {
	return c.call(ctx, "GET", "/_/readyz", nil, nil, nil)
}

// Scenarios lists the embedded scenarios.
func (c *Client) Scenarios(ctx context.Context) (out []Scenario, err error) {
	return out, c.call(ctx, "GET", "/_/scenarios", nil, nil, &out)
}
