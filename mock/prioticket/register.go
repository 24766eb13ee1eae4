package prioticket

import (
	"net/http"

	"tacklebox/mock/provider"
)

// registration is the one call that registers a webhook for several events
// (documented 3.5), at the address of the profile in force.
func registration(w *provider.World, account, url string, types []string) []*provider.Call {
	doc := map[string]any{"data": map[string]any{"kind": "webhook", "webhook": map[string]any{"webhook_url": url, "webhook_events": types}}}
	return []*provider.Call{provider.NewCall(http.MethodPost, profileOf(w).home+"/webhooks", doc, "Authorization", "Bearer "+account)}
}
