package client

import (
	"context"
	"net/url"

	"tacklebox/receiver/api"
)

// Inboxes lists the inboxes with their counts.
func (c EntryCalls) Inboxes(ctx context.Context) ([]api.InboxInfo, error) {
	return ask[[]api.InboxInfo](ctx, c.transport, "GET", "/_/inboxes", nil, nil)
}

// Inbox returns the settings of one inbox.
func (c EntryCalls) Inbox(ctx context.Context, name string) (*api.Inbox, error) {
	return ask[*api.Inbox](ctx, c.transport, "GET", "/_/inboxes/"+url.PathEscape(name), nil, nil)
}

// PutInbox replaces the settings of one inbox.
func (c EntryCalls) PutInbox(ctx context.Context, name string, in api.Inbox) error {
	return c.call(ctx, "PUT", "/_/inboxes/"+url.PathEscape(name), nil, in, nil)
}

// DeleteInbox forgets how an inbox replies; its entries stay.
func (c EntryCalls) DeleteInbox(ctx context.Context, name string) error {
	return c.call(ctx, "DELETE", "/_/inboxes/"+url.PathEscape(name), nil, nil, nil)
}

// Subscriptions lists what is registered; empty arguments do not narrow.
func (c ProviderCalls) Subscriptions(ctx context.Context, provider, account string) ([]api.Subscription, error) {
	return ask[[]api.Subscription](ctx, c.transport, "GET", "/_/subscriptions", values("provider", provider, "account", account), nil)
}

// Subscribe subscribes through the mock API itself and returns what that made:
// one subscription or several, as the provider has it. What the mock API refuses
// is an *api.Error of status 422 with its answer.
func (c ProviderCalls) Subscribe(ctx context.Context, in api.NewSubscription) ([]api.Subscription, error) {
	return ask[[]api.Subscription](ctx, c.transport, "POST", "/_/subscriptions", nil, in)
}

// RemoveSubscription deletes a subscription; what is on its way to it is dropped.
// account may be empty when only one has the id.
func (c ProviderCalls) RemoveSubscription(ctx context.Context, provider, id, account string) error {
	return c.call(ctx, "DELETE", subscriptionPath(provider, id), values("account", account), nil, nil)
}

// EnableSubscription switches a subscription on or off and returns it as it is
// then. On, it gets at once what waited for it.
func (c ProviderCalls) EnableSubscription(ctx context.Context, provider, id, account string, on bool) (*api.Subscription, error) {
	return ask[*api.Subscription](ctx, c.transport, "PUT", subscriptionPath(provider, id), values("account", account), api.SubscriptionChange{Enabled: &on})
}

func subscriptionPath(provider, id string) string {
	return "/_/subscriptions/" + url.PathEscape(provider) + "/" + url.PathEscape(id)
}

// RetryDelivery attempts a waiting delivery now, whatever the clock. It returns
// once the attempt is on its way; a settled delivery is an *api.Error of status 409.
func (c ProviderCalls) RetryDelivery(ctx context.Context, id string) (*api.Delivery, error) {
	return ask[*api.Delivery](ctx, c.transport, "POST", "/_/deliveries/"+url.PathEscape(id)+"/retry", nil, nil)
}

// Secrets lists keys and credentials; empty arguments do not narrow.
func (c ProviderCalls) Secrets(ctx context.Context, provider, account string) ([]api.Secret, error) {
	return ask[[]api.Secret](ctx, c.transport, "GET", "/_/secrets", values("provider", provider, "account", account), nil)
}

// Faults lists the delivery faults in force.
func (c ProviderCalls) Faults(ctx context.Context) ([]api.Fault, error) {
	return ask[[]api.Fault](ctx, c.transport, "GET", "/_/faults", nil, nil)
}

// PutFaults replaces the delivery faults; an empty list ends them all.
func (c ProviderCalls) PutFaults(ctx context.Context, faults []api.Fault) error {
	if faults == nil {
		faults = []api.Fault{}
	}
	return c.call(ctx, "PUT", "/_/faults", nil, faults, nil)
}

// Clock returns the provider side's time.
func (c *Client) Clock(ctx context.Context) (*api.Clock, error) {
	return ask[*api.Clock](ctx, c.transport, "GET", "/_/clock", nil, nil)
}

// MoveClock moves the clock and returns when everything that fell due has been
// attempted.
func (c *Client) MoveClock(ctx context.Context, m api.ClockMove) (*api.Clock, error) {
	return ask[*api.Clock](ctx, c.transport, "POST", "/_/clock", nil, m)
}

// Verify checks a signature.
func (c ProviderCalls) Verify(ctx context.Context, v api.VerifyRequest) (*api.Verdict, error) {
	return ask[*api.Verdict](ctx, c.transport, "POST", "/_/verify", nil, v)
}

// Reset forgets everything: entries, subscriptions, settings, inbox settings
// and faults; a manual or auto clock returns to its start.
func (c *Client) Reset(ctx context.Context) error {
	return c.call(ctx, "POST", "/_/reset", nil, nil, nil)
}

// Scenarios lists the embedded scenarios.
func (c *Client) Scenarios(ctx context.Context) ([]api.Scenario, error) {
	return ask[[]api.Scenario](ctx, c.transport, "GET", "/_/scenarios", nil, nil)
}

// ScenarioSchema returns the JSON Schema of a scenario file.
func (c *Client) ScenarioSchema(ctx context.Context) ([]byte, error) {
	return c.raw(ctx, "GET", "/_/scenarios/schema.json", nil, nil)
}
