package ultracart

import (
	"maps"
	"strconv"
	"strings"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
	"tacklebox/mock/ultracart/jsontree"
)

const placeholders = "_placeholders"

// getWebhooks lists the account's subscriptions.
func getWebhooks(q *request) (*answer, error) {
	p, err := pageOf(q.Call.Query(), q.World.Option(q.a.Name, optMaxLimit).Int())
	if err != nil {
		return nil, err
	}
	all, err := sorted(q.a.Subs(), q.Call.Query().Get("_sort"))
	if err != nil {
		return nil, err
	}
	part, set := cut(all, p, q.emitFalse)
	list := []webhookJSON{}
	for _, s := range part {
		list = append(list, q.show(s, truth(q.Call.Query(), placeholders)))
	}
	return &answer{"webhooks", list, set}, nil
}

// insertWebhook adds a subscription. Two may share one URL (decision).
func insertWebhook(q *request) (*answer, error) {
	body, err := q.body()
	if err != nil {
		return nil, err
	}
	in, err := readWanted(body)
	if err != nil {
		return nil, err
	}
	s := &provider.Sub{Created: q.World.Now(), Enabled: true}
	if err := q.change(s, fresh(), in, false); err != nil {
		return nil, err
	}
	s.ID = strconv.FormatInt(q.World.Next("webhook/"+q.a.Name, 1001), 10)
	q.a.Add(s)
	if !s.Enabled {
		q.a.Pause(s)
	}
	return &answer{name: "webhook", payload: q.show(s, truth(q.Call.Query(), placeholders))}, nil
}

// updateWebhook replaces a subscription by the body: what is left out goes back
// to its default (inferred; the provider advises to fetch, change and put back).
func updateWebhook(q *request) (*answer, error) {
	s, err := q.subOf(q.Call.Param("webhookOid"))
	if err != nil {
		return nil, err
	}
	body, err := q.body()
	if err != nil {
		return nil, err
	}
	in, err := readWanted(body)
	if err != nil {
		return nil, err
	}
	merge, was := q.text(optUpdate) == "merge", s.Enabled
	h := fresh()
	if merge {
		h = stored(s)
	}
	if err := q.change(s, h, in, merge); err != nil {
		return nil, err
	}
	q.a.Save(s)
	switch {
	case was && !s.Enabled:
		q.a.Pause(s)
	case !was && s.Enabled: // counters to 0, what waits is sent at once (decision)
		q.a.Forgive(s)
	}
	return &answer{name: "webhook", payload: q.show(s, truth(q.Call.Query(), placeholders))}, nil
}

// change brings the wanted fields into a subscription, or none of them. h is
// what absent fields are: the defaults, or with merge the kept ones.
func (q *request) change(s *provider.Sub, h webhook, in *wanted, merge bool) error {
	address := in.url
	if address == nil && merge {
		address = &s.URL
	}
	if address == nil || !absolute(*address) {
		return badURL()
	}
	h.Events = maps.Clone(h.Events)
	cat := catalogueOf(q.World)
	if err := in.apply(cat, h.Events, q.World.Option(q.a.Name, optStrict).Bool()); err != nil {
		return err
	}
	types := h.types(cat)
	if q.World.Option(q.a.Name, optRequireHTTPS).Bool() && !secureEnough(cat, *address, types) {
		return bad("Field 'webhook_url' must use https for events other than item events.")
	}
	h.overlay(in)
	q.makeCredentials(&h)
	s.URL, s.Types, s.Updated = *address, types, q.World.Now()
	if in.disabled != nil || !merge {
		s.Enabled = in.disabled == nil || !*in.disabled
	}
	s.Store(h)
	return nil
}

// overlay puts the fields that the client named over those that are there.
func (h *webhook) overlay(in *wanted) {
	put(&h.Auth, in.auth)
	put(&h.APIVersion, in.version)
	put(&h.MaxEvents, in.maxEvents)
	h.MaxEvents = max(h.MaxEvents, fewestEvents)
	put(&h.MaxSize, in.maxSize)
	put(&h.Compress, in.compress)
	for to, from := range map[**string]*string{&h.Username: in.username, &h.Password: in.password,
		&h.AccessKey: in.accessKey, &h.SecretKey: in.secretKey, &h.Comments: in.comments} {
		if from != nil {
			*to = from
		}
	}
}

// put copies what was named, and leaves the rest.
func put[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// makeCredentials makes up a user name and a password for Basic that the client
// did not give (documented; that only the missing one is made, and their form,
// are decisions).
func (q *request) makeCredentials(h *webhook) {
	if h.Auth != authBasic {
		return
	}
	if h.Username == nil || *h.Username == "" {
		name := "u" + q.World.Text("basic username", provider.HexDigits, 16)
		h.Username = &name
	}
	if h.Password == nil || *h.Password == "" {
		word := "p" + q.World.Text("basic password", provider.HexDigits, 32)
		h.Password = &word
	}
}

// absolute wants http or https, a host and, if any, a port that exists (decision).
func absolute(raw string) bool {
	u, ok := kit.Callable(raw)
	if !ok || u.Port() == "" {
		return ok
	}
	_, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil
}

// secureEnough holds the documented rule that events with customer data want
// https and items do not.
func secureEnough(cat *catalogue, address string, types []string) bool {
	if strings.HasPrefix(strings.ToLower(address), "https:") {
		return true
	}
	for _, t := range types {
		if cat.events[t].category.name != "item" {
			return false
		}
	}
	return true
}

// deleteWebhook ends a subscription; what waits for it and its log go too
// (decision).
func deleteWebhook(q *request) (*answer, error) {
	s, err := q.subOf(q.Call.Param("webhookOid"))
	if err != nil {
		return nil, err
	}
	q.a.Remove(s.ID)
	return nil, nil
}

// deleteWebhookByURL ends the subscription whose URL is exactly this text; of
// several the oldest (decision). It answers with the webhook as it was
// (documented that one comes back; the comments of the samples speak of 204).
func deleteWebhookByURL(q *request) (*answer, error) {
	body, err := q.body()
	if err != nil {
		return nil, err
	}
	address := at(body, "webhook_url")
	if address == nil || address.Kind != jsontree.String || !absolute(address.Text) {
		return nil, badURL()
	}
	for _, s := range q.a.Subs() { // in order of creation, which is that of their numbers
		if s.URL != address.Text {
			continue
		}
		out := &answer{name: "webhook", payload: q.show(s, false)}
		q.a.Remove(s.ID)
		if q.World.Option(q.a.Name, optDeleteByURL).Int() == 204 {
			out = nil
		}
		return out, nil
	}
	return nil, missing("webhook")
}
