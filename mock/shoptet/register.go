package shoptet

import (
	"net/http"

	"tacklebox/mock/provider"
)

// registration is the one call of an addon that registers several events
// (documented: data is a list with one item for each).
func registration(_ *provider.World, account, url string, types []string) []*provider.Call {
	type item struct {
		Event string `json:"event"`
		URL   string `json:"url"`
	}
	items := make([]item, len(types))
	for i, typ := range types {
		items[i] = item{typ, url}
	}
	return []*provider.Call{provider.NewCall(http.MethodPost, "/api/webhooks", map[string]any{"data": items}, addonHeader, account)}
}
