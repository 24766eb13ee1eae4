package dsco

import (
	"net/http"
	"slices"
	"strings"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

// createRequest makes the callback: POST to callbackUrl with the custom headers in
// their order (documented). Nothing is signed, no id is sent along (inferred). A
// retry goes to the URL and with the headers of that moment, and is dropped when
// the webhook is no longer enabled (decision).
func createRequest(w *provider.World, d *provider.Delivery) (*provider.Outgoing, error) {
	out := &provider.Outgoing{Method: http.MethodPost, URL: d.URL, Body: d.Body}
	var custom []header
	if !d.Direct {
		s := kit.SubOf(w, d)
		if s == nil || !s.Enabled {
			return nil, &provider.DropError{Reason: "the webhook is not enabled"}
		}
		out.URL = s.URL
		if list := stored(s).Headers; list != nil {
			custom = *list
		}
	}
	out.Header = fields(out.URL, w.Option(d.Account, optUserAgent).Text(), custom)
	return out, nil
}

// fields lists the headers: the ordinary ones, unless a custom one has the same
// name, then the custom ones spelled as they were registered. User information in
// the URL becomes Basic authentication (decision).
func fields(callback, agent string, custom []header) []provider.Field {
	list := []provider.Field{{Name: "Content-Type", Value: "application/json"}}
	if agent != "" {
		list = append(list, provider.Field{Name: "User-Agent", Value: agent})
	}
	if basic := kit.BasicOf(callback); basic != "" {
		list = append(list, provider.Field{Name: "Authorization", Value: basic})
	}
	list = slices.DeleteFunc(list, func(f provider.Field) bool {
		return slices.ContainsFunc(custom, func(h header) bool { return strings.EqualFold(h.Name, f.Name) })
	})
	for _, h := range custom {
		list = append(list, provider.Field(h))
	}
	return list
}

// policy: any 2xx is a success (documented), other deliveries to the webhook do
// not wait for a retry. Dsco names no retries, it points to the history search
// for what it could not deliver (documented); the settings can add waits, each
// counted from the end of the attempt before (decision).
func policy(w *provider.World, account string) provider.Policy {
	return provider.Policy{Timeout: w.Option(account, optTimeout).Duration(), Next: kit.Waits(w.Option(account, optRetry).Durations())}
}
