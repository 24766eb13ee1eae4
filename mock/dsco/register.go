package dsco

import (
	"net/http"

	"tacklebox/mock/provider"
)

// registration is one call for each type, as a webhook has one event
// (documented). It asks for the account's own data.
func registration(w *provider.World, account, url string, types []string) (calls []*provider.Call) {
	for _, typ := range types {
		doc := map[string]any{"webhookAccountId": who(w, account).id, "event": typ, "callbackUrl": url, "enabled": true}
		calls = append(calls, provider.NewCall(http.MethodPost, home+"/webhook", doc, "Authorization", "bearer "+account))
	}
	return calls
}
