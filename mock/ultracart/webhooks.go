package ultracart

import (
	"maps"
	"net/url"
	"strconv"
	"strings"

	"tacklebox/mock/provider"
)

const placeholders = "_placeholders"

// getWebhooks lists the account's subscriptions.
func getWebhooks(q *request) (*answer, *failure) {
	p, f := pageOf(q.query, q.w.Option(q.a.Name, optMaxLimit).Int())
	if f != nil {
		return nil, f
	}
	all, f := sorted(q.a.Subs(), q.query.Get("_sort"))
	if f != nil {
		return nil, f
	}
	part, set := cut(all, p, q.emitFalse)
	list := []webhookJSON{}
	for _, s := range part {
		list = append(list, q.show(s, truth(q.query, placeholders)))
	}
	return &answer{"webhooks", list, set}, nil
}

// insertWebhook adds a subscription. Two may share one URL (decision).
func insertWebhook(q *request) (*answer, *failure) {
	body, f := q.body()
	if f != nil {
		return nil, f
	}
	in, f := readWanted(body)
	if f != nil {
		return nil, f
	}
	s := &provider.Sub{Created: q.w.Now(), Enabled: true}
	if f := q.change(s, fresh(), in, false); f != nil {
		return nil, f
	}
	s.ID = strconv.FormatInt(q.w.Next("webhook/"+q.a.Name, 1001), 10)
	q.a.Add(s)
	if !s.Enabled {
		q.a.Pause(s)
	}
	return &answer{name: "webhook", payload: q.show(s, truth(q.query, placeholders))}, nil
}

// updateWebhook replaces a subscription by the body: what is left out goes back
// to its default (inferred; the provider advises to fetch, change and put back).
func updateWebhook(q *request) (*answer, *failure) {
	s, f := q.subOf(q.c.Param("webhookOid"))
	if f != nil {
		return nil, f
	}
	body, f := q.body()
	if f != nil {
		return nil, f
	}
	in, f := readWanted(body)
	if f != nil {
		return nil, f
	}
	merge, was := q.text(optUpdate) == "merge", s.Enabled
	h := fresh()
	if merge {
		h = stored(s)
	}
	if f := q.change(s, h, in, merge); f != nil {
		return nil, f
	}
	q.a.Save(s)
	switch {
	case was && !s.Enabled:
		q.a.Pause(s)
	case !was && s.Enabled: // counters to 0, what waits is sent at once (decision)
		q.a.Forgive(s)
	}
	return &answer{name: "webhook", payload: q.show(s, truth(q.query, placeholders))}, nil
}

// change brings the wanted fields into a subscription, or none of them. h is
// what absent fields are: the defaults, or with merge the kept ones.
func (q *request) change(s *provider.Sub, h webhook, in *wanted, merge bool) *failure {
	address := in.url
	if address == nil && merge {
		address = &s.URL
	}
	if address == nil || !absolute(*address) {
		return badURL()
	}
	h.Events = maps.Clone(h.Events)
	cat := catalogueOf(q.w)
	if f := in.apply(cat, h.Events, q.w.Option(q.a.Name, optStrict).Bool()); f != nil {
		return f
	}
	types := h.types(cat)
	if q.w.Option(q.a.Name, optRequireHTTPS).Bool() && !secureEnough(cat, *address, types) {
		return bad("Field 'webhook_url' must use https for events other than item events.")
	}
	h.overlay(in)
	q.makeCredentials(&h)
	s.URL, s.Types, s.Updated = *address, types, q.w.Now()
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
		name := "u" + q.w.Text("basic username", provider.HexDigits, 16)
		h.Username = &name
	}
	if h.Password == nil || *h.Password == "" {
		word := "p" + q.w.Text("basic password", provider.HexDigits, 32)
		h.Password = &word
	}
}

// absolute wants http or https, a host and, if any, a port that exists (decision).
func absolute(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return false
	}
	port := u.Port()
	_, err = strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil
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
func deleteWebhook(q *request) (*answer, *failure) {
	s, f := q.subOf(q.c.Param("webhookOid"))
	if f != nil {
		return nil, f
	}
	q.a.Remove(s.ID)
	return nil, nil
}

// deleteWebhookByURL ends the subscription whose URL is exactly this text; of
// several the oldest (decision). It answers with the webhook as it was
// (documented that one comes back; the comments of the samples speak of 204).
func deleteWebhookByURL(q *request) (*answer, *failure) {
	body, f := q.body()
	if f != nil {
		return nil, f
	}
	address := at(body, "webhook_url")
	if address == nil || address.kind != stringKind || !absolute(address.text) {
		return nil, badURL()
	}
	for _, s := range q.a.Subs() { // in order of creation, which is that of their numbers
		if s.URL != address.text {
			continue
		}
		out := &answer{name: "webhook", payload: q.show(s, false)}
		q.a.Remove(s.ID)
		if q.w.Option(q.a.Name, optDeleteByURL).Int() == 204 {
			out = nil
		}
		return out, nil
	}
	return nil, missing("webhook")
}
