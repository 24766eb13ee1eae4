package client

import (
	"context"

	"tacklebox/receiver/api"
)

// Schemes lists the ways of signing that are known by name.
func (c ProviderCalls) Schemes(ctx context.Context) ([]api.Scheme, error) {
	return ask[[]api.Scheme](ctx, c.transport, "GET", "/_/schemes", nil, nil)
}

// Sign signs a request.
func (c ProviderCalls) Sign(ctx context.Context, r api.SignRequest) (*api.SignResult, error) {
	return ask[*api.SignResult](ctx, c.transport, "POST", "/_/sign", nil, r)
}

// Send signs a request, sends it and has it recorded as an attempt.
func (c ProviderCalls) Send(ctx context.Context, r api.SignRequest) (*api.Fired, error) {
	return ask[*api.Fired](ctx, c.transport, "POST", "/_/send", nil, r)
}
