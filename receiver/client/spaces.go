package client

import (
	"context"
	"encoding/json"
	"net/url"

	"tacklebox/receiver/api"
)

// Space returns a client of one space of the same process (CONTRACT section 8).
// The space without a name is this client.
func (c *Client) Space(name string) *Client {
	if name == "" {
		return c
	}
	t := *c.transport
	t.base += "/~" + name
	return clientOver(&t)
}

// Spaces lists the spaces that have begun.
func (c *Client) Spaces(ctx context.Context) ([]api.Space, error) {
	return ask[[]api.Space](ctx, c.transport, "GET", "/_/spaces", nil, nil)
}

// PutSpace makes a space, or answers what it is when nothing given contradicts
// that; else it is an *api.Error of status 409.
func (c *Client) PutSpace(ctx context.Context, name string, o api.SpaceOptions) (*api.Space, error) {
	return ask[*api.Space](ctx, c.transport, "PUT", "/_/spaces/"+url.PathEscape(name), nil, o)
}

// DeleteSpace ends a space and forgets all it kept.
func (c *Client) DeleteSpace(ctx context.Context, name string) error {
	return c.call(ctx, "DELETE", "/_/spaces/"+url.PathEscape(name), nil, nil, nil)
}

// Index returns the description of what answers at the address.
func (c *Client) Index(ctx context.Context) (json.RawMessage, error) {
	return c.raw(ctx, "GET", "/_/", nil, nil)
}

// OpenAPI returns the OpenAPI description of one provider's mock.
func (c ProviderCalls) OpenAPI(ctx context.Context, name string) (json.RawMessage, error) {
	return c.raw(ctx, "GET", "/_/providers/"+url.PathEscape(name)+"/openapi.json", nil, nil)
}

// Live returns nil when the process answers.
func (c *Client) Live(ctx context.Context) error {
	return c.call(ctx, "GET", "/_/livez", nil, nil, nil)
}

// Ready returns nil when the sandbox serves requests.
func (c *Client) Ready(ctx context.Context) error {
	return c.call(ctx, "GET", "/_/readyz", nil, nil, nil)
}

// Metrics returns the metrics as Prometheus text.
func (c *Client) Metrics(ctx context.Context) (string, error) {
	body, err := c.raw(ctx, "GET", "/_/metrics", nil, nil)
	return string(body), err
}
