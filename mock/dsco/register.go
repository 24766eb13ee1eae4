package dsco

import (
	"net/http"

	"tacklebox/mock"
)

// registration is one call for each type, as a webhook has one event
// (documented). It asks for the account's own data.
func registration(w *mock.World, account, url string, types []string) (calls []*mock.Call) {
	for _, typ := range types {
		doc := map[string]any{"webhookAccountId": who(w, account).id, "event": typ, "callbackUrl": url, "enabled": true}
		calls = append(calls, mock.NewCall(http.MethodPost, home+"/webhook", doc, "Authorization", "bearer "+account))
	}
	return calls
}
