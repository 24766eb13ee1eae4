package shoptet

import (
	"net/http"
	"slices"
	"strconv"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
	"tacklebox/mock/shoptet/apierror"
	"tacklebox/mock/shoptet/document"
)

// webhook is the API's form of a subscription; all members are always there
// (documented), sendPayload only in 2026-08.
type webhook struct {
	ID      int64   `json:"id"`
	Event   string  `json:"event"`
	URL     string  `json:"url"`
	Created string  `json:"created"`
	Updated *string `json:"updated"`
}

type webhookWithPayload struct {
	webhook
	SendPayload *string `json:"sendPayload"`
}

// subData is the provider's own part of a subscription.
type subData struct {
	Full bool `json:"full,omitempty"` // sendPayload: "full"
}

// sendsPayload reports whether a webhook asks for the entity.
func sendsPayload(s *provider.Sub) bool { return kit.Stored(s, subData{}).Full }

// show writes a subscription as the profile does.
func (p *profile) show(s *provider.Sub) any {
	plain := webhook{ID: number(s.ID), Event: s.Types[0], URL: s.URL, Created: moment(s.Created), Updated: momentOrNull(s.Updated)}
	if !p.payloads {
		return plain
	}
	out := webhookWithPayload{webhook: plain}
	if sendsPayload(s) {
		full := "full"
		out.SendPayload = &full
	}
	return out
}

// listWebhooks shows a page of the installation's webhooks.
func listWebhooks(r *request) (any, error) {
	cut, bad := r.page(r.profile.most, defaultItems)
	if bad != nil {
		return refuse(bad...)
	}
	list, pages, p := paginate(r, r.Account().Subs(), cut) // in order of creation: rising id
	if p != nil {
		return refuse(p)
	}
	shown := make([]any, len(list))
	for i, s := range list {
		shown[i] = r.profile.show(s)
	}
	return ok(struct {
		Webhooks  []any     `json:"webhooks"`
		Paginator paginator `json:"paginator"`
	}{shown, pages})
}

// createWebhooks registers. What is wrong with the document refuses the call
// (status documented, completeness decision), a conflict too; what is wrong with
// one item refuses that item (observed).
func createWebhooks(r *request) (any, error) {
	doc, bad := r.document()
	if bad != nil {
		return nil, bad
	}
	k := r.checker()
	items := k.Created(doc)
	if len(k.Problems) > 0 {
		return refuse(k.Problems...)
	}
	if clashes := r.conflicts(items); len(clashes) > 0 {
		return refuse(clashes...)
	}
	made, problems := r.register(items)
	if len(made) == 0 && len(problems) > 0 {
		return refuse(problems...)
	}
	shown := make([]any, len(made))
	for i, s := range made {
		shown[i] = r.profile.show(s)
	}
	return answer{status: http.StatusCreated, errors: problems, data: struct {
		Webhooks []any `json:"webhooks"`
	}{shown}}, nil
}

// conflicts finds pairs that must not stand together (documented), registered
// before or in the same call (the word "simultaneously" can mean either).
func (r *request) conflicts(items []document.Item) (found []*apiError) {
	known := catalogueOf(r.World)
	taken := map[string]bool{}
	for _, s := range r.Account().Subs() {
		taken[s.Types[0]] = true
	}
	for _, it := range items {
		if typ := known.types[it.Event]; typ != nil {
			for _, other := range typ.Conflicts {
				if taken[other] {
					found = append(found, apierror.EventConflict(it.Event, other))
				}
			}
		}
		taken[it.Event] = true
	}
	return found
}

// register adds the items that may be added; one URL per event and installation
// (documented).
func (r *request) register(items []document.Item) (made []*provider.Sub, problems []*apiError) {
	known := catalogueOf(r.World)
	a := r.Account()
	for _, it := range items {
		switch {
		case !known.registrable(it.Event, r.profile) && r.Option("unknown_events").Text() != "accept":
			problems = append(problems, apierror.NotListed(known.enumeration(r.profile), "data["+strconv.Itoa(it.Index)+"].event"))
		case slices.ContainsFunc(a.Subs(), func(s *provider.Sub) bool { return s.Wants(it.Event) }):
			problems = append(problems, apierror.WebhookExists(it.Event))
		default:
			s := &provider.Sub{ID: itoa(r.World.Next("webhook", firstWebhook)), URL: it.URL, Types: []string{it.Event}, Enabled: true, Created: r.World.Now()}
			s.Store(subData{Full: it.Full})
			a.Add(s)
			made = append(made, s)
		}
	}
	return made, problems
}

// firstWebhook begins the ids, which are unique over all accounts (inferred) and
// have several digits as real ones do (decision).
const firstWebhook = 10001

// named returns the webhook of the path, or why there is none. An id that is not
// a number is just unknown (decision).
func (r *request) named() (*provider.Sub, error) {
	id := r.Call.Param("id")
	if s := r.Account().Sub(id); s != nil {
		return s, nil
	}
	return nil, apierror.WebhookUnknown(id)
}

// getWebhook shows one webhook.
func getWebhook(r *request) (any, error) {
	s, bad := r.named()
	if bad != nil {
		return nil, bad
	}
	return ok(struct {
		Webhook any `json:"webhook"`
	}{r.profile.show(s)})
}

// updateWebhook changes URL and sendPayload; the event stays (documented). It
// sets updated even when nothing differs (decision).
func updateWebhook(r *request) (any, error) {
	doc, bad := r.document()
	if bad != nil {
		return nil, bad
	}
	k := r.checker()
	c := k.Updated(doc)
	if len(k.Problems) > 0 {
		return refuse(k.Problems...)
	}
	s, bad := r.named()
	if bad != nil {
		return nil, bad
	}
	if c.URL != nil {
		s.URL = *c.URL
	}
	if c.SendPayload {
		s.Store(subData{Full: c.Full})
	}
	s.Updated = r.World.Now()
	r.Account().Save(s)
	return ok(nil)
}

// deleteWebhook also ends outstanding retries (decision).
func deleteWebhook(r *request) (any, error) {
	s, bad := r.named()
	if bad != nil {
		return nil, bad
	}
	r.Account().Remove(s.ID)
	return ok(nil)
}

// renewSignatureKey needs no body and ignores one (documented: none is needed,
// yet the official collection sends one).
func renewSignatureKey(r *request) (any, error) {
	a := r.Account()
	a.Put(earlierKeyValue, currentKey(r.World, r.Call.Account))
	key := r.World.Text("signature-key/"+r.Call.Account, provider.HexDigits, 32)
	a.Put(keyValue, key)
	return ok(struct {
		SignatureKey string `json:"signatureKey"`
	}{key})
}

// itoa writes a number as an id.
func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// number reads an id of our own.
func number(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64) // our own ids
	return n
}
