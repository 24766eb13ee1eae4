package dsco

import (
	"encoding/json"
	"strings"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

// eventTypes are the six of the documentation.
const (
	orderCreated     = "ORDER_CREATED"
	orderUpdated     = "ORDER_UPDATED"
	inventoryUpdated = "INVENTORY_UPDATED"
	invoiceCreated   = "INVOICE_CREATED"
	invoiceUpdated   = "INVOICE_UPDATED"
	lineItemStatus   = "ORDER_LINE_ITEM_STATUS_UPDATED"
)

// webhook is what an integrator says about one, beside what every subscription
// has. A nil pointer is an attribute that was not sent: `false`, `[]` and "" are
// given back as they came (decision).
type webhook struct {
	N                       int64     `json:"n"` // rises with every creation
	Owner                   int64     `json:"owner"`
	Account                 int64     `json:"account"`
	Description             *string   `json:"description,omitempty"`
	ApplyToPartners         *bool     `json:"applyToPartners,omitempty"`
	QuantityStateChangeOnly *bool     `json:"quantityStateChangeOnly,omitempty"`
	QuantityChangeOnly      *bool     `json:"quantityChangeOnly,omitempty"`
	CatalogIDs              *[]string `json:"catalogIds,omitempty"`
	AssortmentIDs           *[]string `json:"assortmentIds,omitempty"`
	Headers                 *[]header `json:"customHttpHeaders,omitempty"`
}

// header is an HttpHeader.
type header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// stored returns what a subscription keeps of Dsco's own.
func stored(s *provider.Sub) webhook { return kit.Stored(s, webhook{}) }

// isTrue reads an optional flag: one that was not sent is false.
func isTrue(b *bool) bool { return b != nil && *b }

// listed reads an optional list: one that was not sent is empty.
func listed(ids *[]string) []string {
	if ids == nil {
		return nil
	}
	return *ids
}

// webhookObject is the documented Webhook, its members in the order of the
// documentation. Attributes without a value are left out, never null (inferred
// from "optional").
type webhookObject struct {
	WebhookUUID             string           `json:"webhookUuid"`
	OwningAccountID         int64            `json:"owningAccountId"`
	WebhookAccountID        int64            `json:"webhookAccountId"`
	Description             *string          `json:"description,omitempty"`
	Event                   string           `json:"event"`
	CallbackURL             string           `json:"callbackUrl"`
	Enabled                 bool             `json:"enabled"`
	ApplyToPartners         *bool            `json:"applyToPartners,omitempty"`
	QuantityStateChangeOnly *bool            `json:"quantityStateChangeOnly,omitempty"`
	QuantityChangeOnly      *bool            `json:"quantityChangeOnly,omitempty"`
	CatalogIDs              *[]string        `json:"catalogIds,omitempty"`
	AssortmentIDs           *[]string        `json:"assortmentIds,omitempty"`
	CustomHTTPHeaders       *json.RawMessage `json:"customHttpHeaders,omitempty"`
	CreateDate              string           `json:"createDate"`
	LastUpdate              string           `json:"lastUpdate"`
}

// render writes a subscription as Dsco shows it to its owner.
func render(w *provider.World, account string, s *provider.Sub) webhookObject {
	h := stored(s)
	return webhookObject{
		WebhookUUID: s.ID, OwningAccountID: h.Owner, WebhookAccountID: h.Account, Description: h.Description,
		Event: s.Types[0], CallbackURL: s.URL, Enabled: s.Enabled, ApplyToPartners: h.ApplyToPartners,
		QuantityStateChangeOnly: h.QuantityStateChangeOnly, QuantityChangeOnly: h.QuantityChangeOnly,
		CatalogIDs: h.CatalogIDs, AssortmentIDs: h.AssortmentIDs, CustomHTTPHeaders: renderHeaders(h.Headers, headerKeys(w, account)),
		CreateDate: formatDate(s.Created), LastUpdate: formatDate(s.Updated),
	}
}

// headerKeys returns what the two members of an HttpHeader are called (inferred,
// so it can be switched).
func headerKeys(w *provider.World, account string) [2]string {
	keys := w.Option(account, optHeaderKeys).List()
	return [2]string{keys[0], keys[1]}
}

// renderHeaders writes custom headers with the member names of the setting.
func renderHeaders(list *[]header, keys [2]string) *json.RawMessage {
	if list == nil {
		return nil
	}
	parts := make([]string, len(*list))
	for i, h := range *list {
		parts[i] = "{" + string(provider.Encode(keys[0])) + ":" + string(provider.Encode(h.Name)) + "," + string(provider.Encode(keys[1])) + ":" + string(provider.Encode(h.Value)) + "}"
	}
	raw := json.RawMessage("[" + strings.Join(parts, ",") + "]")
	return &raw
}

// createWebhook registers a webhook. The answer is 200 too (inferred); the same
// event and URL may be registered twice (decision).
func createWebhook(r *kit.Request) (any, error) {
	o, err := readOrder(r, "")
	if err != nil {
		return nil, err
	}
	now, a := r.World.Now(), r.Account()
	o.N = r.World.Next("webhook", 1)
	s := &provider.Sub{ID: r.World.UUID("webhook"), Created: now}
	o.apply(s, now)
	a.Add(s)
	return render(r.World, a.Name, s), nil
}

// listWebhooks lists the caller's webhooks in order of creation, as a plain
// array (inferred).
func listWebhooks(r *kit.Request) (any, error) {
	list := []webhookObject{}
	for _, s := range r.Account().Subs() {
		list = append(list, render(r.World, r.Call.Account, s))
	}
	return list, nil
}

// find returns the caller's webhook that the path names, whatever the letter
// case (decision). Somebody else's is not found either.
func find(r *kit.Request) (*provider.Sub, error) {
	id := r.Call.Param("webhookUuid")
	if s := r.Account().Sub(strings.ToLower(id)); s != nil {
		return s, nil
	}
	return nil, refuse(webhookNotFound, "You have no webhook with the webhookUuid %q.", kit.Clip(id))
}

// getWebhook shows one webhook of the caller.
func getWebhook(r *kit.Request) (any, error) {
	s, err := find(r)
	if err != nil {
		return nil, err
	}
	return render(r.World, r.Call.Account, s), nil
}

// updateWebhook replaces a webhook: what is left out of the body is cleared
// (decision); createDate and webhookUuid stay, lastUpdate moves.
func updateWebhook(r *kit.Request) (any, error) {
	s, err := find(r)
	if err != nil {
		return nil, err
	}
	o, err := readOrder(r, s.ID)
	if err != nil {
		return nil, err
	}
	o.N = stored(s).N
	o.apply(s, r.World.Now())
	r.Account().Save(s)
	return render(r.World, r.Call.Account, s), nil
}

// switched changes lastUpdate as an update of enabled does. What waits meanwhile
// is dropped when its time comes (decision), so nothing is paused.
func switched(w *provider.World, _ *provider.Account, s *provider.Sub) { s.Updated = w.Now() }

// deleteWebhook removes a webhook; what waits for it is dropped. Whether Dsco has
// the call is unknown (decision): documented is only to set enabled to false.
func deleteWebhook(r *kit.Request) (any, error) {
	s, err := find(r)
	if err != nil {
		return nil, err
	}
	r.Account().Remove(s.ID)
	return struct {
		Success bool `json:"success"`
	}{true}, nil
}
