package client

import (
	"context"
	"net/url"

	"tacklebox/receiver/api"
)

// ProviderCalls are the calls about who sends: providers, firings, subscriptions,
// faults, signatures.
type ProviderCalls struct{ *transport }

// Providers lists the providers.
func (c ProviderCalls) Providers(ctx context.Context) ([]api.Provider, error) {
	return ask[[]api.Provider](ctx, c.transport, "GET", "/_/providers", nil, nil)
}

// Provider returns one provider with its catalogue. An unknown name is an
// *api.Error with the nearest one as its hint.
func (c ProviderCalls) Provider(ctx context.Context, name string) (*api.ProviderDetail, error) {
	return ask[*api.ProviderDetail](ctx, c.transport, "GET", "/_/providers/"+url.PathEscape(name), nil, nil)
}

// Settings returns the switches of a provider for one account, or for all when
// account is empty.
func (c ProviderCalls) Settings(ctx context.Context, provider, account string) (api.Settings, error) {
	return ask[api.Settings](ctx, c.transport, "GET", settingsPath(provider), values("account", account), nil)
}

// PutSettings changes the named switches and returns all of them.
func (c ProviderCalls) PutSettings(ctx context.Context, provider, account string, s api.Settings) (api.Settings, error) {
	return ask[api.Settings](ctx, c.transport, "PUT", settingsPath(provider), values("account", account), s)
}

func settingsPath(provider string) string {
	return "/_/providers/" + url.PathEscape(provider) + "/settings"
}

// Fire makes an event happen and returns once its first attempts are on their
// way.
func (c ProviderCalls) Fire(ctx context.Context, req api.Firing) (*api.Fired, error) {
	return ask[*api.Fired](ctx, c.transport, "POST", "/_/events", nil, req)
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
