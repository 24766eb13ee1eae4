package shoptet

import (
	"net/http"

	"tacklebox/mock"
)

// registration is the one call of an addon that registers several events
// (documented: data is a list with one item for each).
func registration(_ *mock.World, account, url string, types []string) []*mock.Call {
	type item struct {
		Event string `json:"event"`
		URL   string `json:"url"`
	}
	items := make([]item, len(types))
	for i, typ := range types {
		items[i] = item{typ, url}
	}
	return []*mock.Call{mock.NewCall(http.MethodPost, "/api/webhooks", map[string]any{"data": items}, addonHeader, account)}
}
