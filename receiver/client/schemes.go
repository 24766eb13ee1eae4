package client

import (
	"context"

	"tacklebox/receiver/api"
)

// Schemes lists the ways of signing that are known by name.
func (c *Client) Schemes(ctx context.Context) ([]api.Scheme, error) {
	return ask[[]api.Scheme](ctx, c, "GET", "/_/schemes", nil, nil)
}

// Sign signs a request.
func (c *Client) Sign(ctx context.Context, r api.SignRequest) (*api.SignResult, error) {
	return ask[*api.SignResult](ctx, c, "POST", "/_/sign", nil, r)
}

// Send signs a request, sends it and has it recorded as an attempt.
func (c *Client) Send(ctx context.Context, r api.SignRequest) (*api.Fired, error) {
	return ask[*api.Fired](ctx, c, "POST", "/_/send", nil, r)
}
