package lagerkoll

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"tacklebox/mock/provider"
)

// webhook is one address of the provider that runs a method of a feature.
type webhook struct {
	ID      int64  `json:"id"`
	GUID    string `json:"guid"`
	Feature string `json:"feature"`
	Method  string `json:"method"`
	Store   string `json:"store"` // of the creating call
	Group   bool   `json:"group,omitempty"`
}

const stored = "webhooks" // key of an account's list

// webhooks returns an account's webhooks, oldest first. The list is read once:
// decoding a long one at every call costs more than the call.
func webhooks(a *provider.Account) []webhook {
	list, known := a.Memo[stored].([]webhook)
	if !known {
		a.Get(stored, &list)
		a.Memo[stored] = list
	}
	return list
}

// keep stores an account's webhooks.
func keep(a *provider.Account, list []webhook) {
	a.Memo[stored] = list
	a.Put(stored, list)
}

// byGUID finds a webhook by the guid in its address, whatever the letter case.
func byGUID(list []webhook, guid string) (webhook, bool) {
	i := slices.IndexFunc(list, func(h webhook) bool { return strings.EqualFold(h.GUID, guid) })
	if i < 0 {
		return webhook{}, false
	}
	return list[i], true
}

// shown is a webhook as the API prints it: members and order documented (page).
// None is ever left out or null (decision).
type shown struct {
	Method  string `json:"featureMethod"`
	GUID    string `json:"guid"`
	ID      int64  `json:"id"`
	Feature string `json:"featureId"`
	URL     string `json:"url"`
}

// shown works out the URL at which the webhook is executed here and now
// (inferred: the base URL and the guid).
func (h webhook) shown(w *provider.World) shown {
	return shown{h.Method, h.GUID, h.ID, h.Feature, w.BaseURL() + basePath + "/" + h.GUID}
}

// elements writes the members as XML, in the documented order.
func (s shown) elements() string {
	return elements(element{"featureMethod", s.Method}, element{"guid", s.GUID},
		element{"id", strconv.FormatInt(s.ID, 10)}, element{"featureId", s.Feature}, element{"url", s.URL})
}

// list is the page's class WebhookResponse.
type list struct {
	Webhooks []shown `json:"webhooks"`
}

// xml writes the documented class as a document.
func (l list) xml() []byte {
	var b strings.Builder
	for _, s := range l.Webhooks {
		b.WriteString(tag("webhooks", s.elements()))
	}
	return document(tag("webhookResponse", b.String()))
}

// firstID draws the first webhook id of this instance, 1000 to 9999 (decision);
// the following ones count up and none comes twice.
func firstID(w *provider.World) int64 {
	const lowest, span = 1000, 9000
	return lowest + w.Fixed("webhook", "first").Int64N(span)
}

// applies reports whether the calling store may see and touch the webhook:
// documented (page) for one store or, with enable_for_group, its whole group.
func (h webhook) applies(q *query) bool {
	return h.Store == q.store || h.Group && groupOf(q.World, q.Call.Account, h.Store) == groupOf(q.World, q.Call.Account, q.store)
}

// The store and the group of the documented samples stand in where the caller
// says nothing else (decision).
const (
	sampleStore  = 186008
	defaultGroup = 192005
)

// groupOf returns a store's group: the setting's, or the one that all stores of
// an account share (decision).
func groupOf(w *provider.World, account, store string) int64 {
	groups := settingStores(w.Option(account, "stores").Raw())
	if g, ok := groups[store]; ok {
		return g
	}
	return defaultGroup
}

// storeNumber returns the store as a callback writes it.
func storeNumber(store string) int64 {
	n, err := strconv.ParseUint(store, 10, 64)
	if err != nil || n > math.MaxInt64 {
		return sampleStore
	}
	return int64(n)
}

// list answers getWebhooks: the id is the feature's (inferred: "all webhooks for
// a feature"). A feature without any is an empty list (inferred).
func (q *query) list() (any, error) {
	feature := q.Call.Param("id")
	if !q.hasFeature(feature) {
		return nil, errNoWebhook
	}
	out := list{[]shown{}}
	for _, h := range webhooks(q.World.Account(q.Call.Account)) {
		if h.Feature == feature && h.applies(q) {
			out.Webhooks = append(out.Webhooks, h.shown(q.World))
		}
	}
	return out, nil
}

// hasFeature knows every feature unless the setting lists them (decision).
func (q *query) hasFeature(id string) bool {
	known := q.World.Option(q.Call.Account, "features").List()
	return len(known) == 0 || slices.Contains(known, id)
}

// remove answers deleteWebhook: the id is the webhook's number (inferred), the
// success body is empty (documented: page).
func (q *query) remove() (any, error) {
	a := q.World.Account(q.Call.Account)
	all := webhooks(a)
	i := slices.IndexFunc(all, func(h webhook) bool {
		return isNumber(q.Call.Param("id"), h.ID) && h.applies(q)
	})
	if i < 0 {
		return nil, errNoWebhook
	}
	keep(a, slices.Delete(all, i, i+1))
	return provider.Reply{Status: 200}, nil
}

// isNumber compares digits with a number; a sign is none of an id.
func isNumber(digits string, n int64) bool {
	v, err := strconv.ParseUint(digits, 10, 63)
	return err == nil && int64(v) == n
}
