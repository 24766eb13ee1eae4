package ultracart

import (
	"net/http"
	"slices"

	"tacklebox/mock/provider"
)

// registration is insertWebhook with the events under their categories
// (documented: one webhook lists all that it wants).
func registration(w *provider.World, account, url string, types []string) []*provider.Call {
	type event struct {
		Name       string `json:"event_name"`
		Subscribed bool   `json:"subscribed"`
	}
	type category struct {
		Name   string  `json:"event_category"`
		Events []event `json:"events"`
	}
	list := []category{}
	for _, c := range catalogueOf(w).categories {
		one := category{Name: c.name}
		for _, e := range c.events {
			if slices.Contains(types, e.name) {
				one.Events = append(one.Events, event{e.name, true})
			}
		}
		if len(one.Events) > 0 {
			list = append(list, one)
		}
	}
	return []*provider.Call{provider.NewCall(http.MethodPost, webhooks, map[string]any{"webhook_url": url, "event_categories": list},
		"x-ultracart-simple-key", account, "X-UltraCart-Api-Version", apiVersion)}
}
