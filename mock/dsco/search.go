package dsco

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

const day = 24 * time.Hour

// search is one question to the history (documented that there are filters which
// add up; their names are decisions). It is fixed when its first page is made:
// later attempts do not slip in (decision).
type search struct {
	from, to time.Time
	webhook  string
	event    string
	success  string
	inside   []string // values that the payload must have, by the place in payloadFilters
	upTo     uint64
	size     int
}

// parameters of the search, in the order they are reported and listed.
var parameters = []string{"startDate", "endDate", "webhookUuid", "event", "success", "dscoOrderId", "poNumber", "dscoItemId", "sku", "pageId"}

// payloadFilters are the filters that look at the payload, orders also inside
// payload.order, and at its lines (decision).
var payloadFilters = []struct {
	name  string
	paths []string
}{
	{"dscoOrderId", []string{"payload.dscoOrderId", "payload.order.dscoOrderId"}},
	{"poNumber", []string{"payload.poNumber", "payload.order.poNumber"}},
	{"dscoItemId", []string{"payload.dscoItemId", "payload.lineItems.#.dscoItemId", "payload.order.lineItems.#.dscoItemId"}},
	{"sku", []string{"payload.sku", "payload.lineItems.#.sku", "payload.order.lineItems.#.sku"}},
}

// question is the query of a search: of two values of one parameter the last
// counts, an empty one is none (decisions, as for members of a body).
func question(rawQuery string) (names []string, values map[string]string) {
	values = map[string]string{}
	for _, pair := range strings.Split(rawQuery, "&") {
		name, value, _ := strings.Cut(pair, "=")
		n := unescaped(name)
		if n == "" {
			continue
		}
		names = append(names, n)
		delete(values, n)
		if value != "" {
			values[n] = unescaped(value)
		}
	}
	return names, values
}

// unescaped leaves text as it is whose escapes cannot be read, so that it is
// refused like any other that is not known (decision).
func unescaped(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

// findHistory answers the search: one page, or with pageId a further one, beside
// which everything else is ignored (documented; ignoring is inferred from V3).
func findHistory(r *kit.Request) (any, error) {
	names, values := question(r.Call.RawQuery)
	if id := values["pageId"]; id != "" {
		return nextPage(r.World, r.Call.Account, id)
	}
	for _, n := range names {
		if !slices.Contains(parameters, n) {
			return nil, refuse(unrecognizedProperty, "The parameter %q is not known; known are %s.", kit.Clip(n), strings.Join(parameters, ", "))
		}
	}
	s, err := newSearch(r.World, values)
	if err != nil {
		return nil, err
	}
	s.size = int(r.Option(optPageSize).Int())
	return s.firstPage(r.World, r.Call.Account), nil
}

// newSearch reads the filters of a search and refuses what cannot be searched
// for.
func newSearch(w *provider.World, q map[string]string) (*search, error) {
	s := &search{webhook: q["webhookUuid"], event: q["event"], success: q["success"], upTo: ^uint64(0)}
	around := false
	for _, f := range payloadFilters {
		s.inside = append(s.inside, q[f.name])
		around = around || q[f.name] != ""
	}
	if err := s.readWindow(w.Now(), q, around); err != nil {
		return nil, err
	}
	if _, ok := w.Catalogue().Event(s.event); s.event != "" && !ok {
		return nil, refuse(attributeValueInvalid, "event is none of the event types.")
	}
	if s.success != "" && s.success != "true" && s.success != "false" {
		return nil, refuse(invalidPageParams, "success must be true or false.")
	}
	return s, s.checkWindow(around)
}

// readWindow reads the dates, both inclusive. Left out, endDate is now and
// startDate one day before endDate; around one item or order everything
// (decision).
func (s *search) readWindow(now time.Time, q map[string]string, around bool) error {
	s.to = now.UTC().Truncate(time.Millisecond)
	for _, d := range []struct {
		name string
		t    *time.Time
	}{{"startDate", &s.from}, {"endDate", &s.to}} {
		if q[d.name] == "" {
			continue
		}
		t, ok := queryDate(q[d.name])
		if !ok {
			return refuse(invalidPageParams, "%s must be an isodate like 2014-01-01T10:30:00.000Z.", d.name)
		}
		*d.t = t
	}
	if q["startDate"] == "" && !around {
		s.from = s.to.Add(-day)
	}
	return nil
}

// checkWindow refuses more than one day, unless the search is around one item or
// order (documented). Exactly 24 hours are allowed (decision).
func (s *search) checkWindow(around bool) error {
	if !around && s.to.Sub(s.from) > day {
		return refuse(invalidPageParams, "startDate and endDate may be one day apart at most, unless dscoOrderId, poNumber, dscoItemId or sku is given.")
	}
	return nil
}

// fits judges what is known without the body.
func (s *search) fits(r record) bool {
	at := r.a.At.UTC().Truncate(time.Millisecond)
	switch {
	case at.Before(s.from) || at.After(s.to):
		return false
	case s.webhook != "" && !strings.EqualFold(s.webhook, r.d.Subscription):
		return false
	case s.event != "" && s.event != r.d.Type:
		return false
	case s.success != "" && (s.success == "true") != r.a.OK:
		return false
	}
	return true
}

// holds judges the callback body.
func (s *search) holds(body []byte) bool {
	for i, want := range s.inside {
		if want != "" && !has(body, payloadFilters[i].paths, want) {
			return false
		}
	}
	return true
}

// has reports whether one of the paths of a body holds a value, as text or as a
// number in the same spelling.
func has(body []byte, paths []string, want string) bool {
	if !provider.Sound(body) {
		return false
	}
	return slices.ContainsFunc(gjson.GetManyBytes(body, paths...), func(v gjson.Result) bool {
		return slices.ContainsFunc(v.Array(), func(e gjson.Result) bool {
			return e.Type == gjson.String && e.Str == want || e.Type == gjson.Number && e.Raw == want
		})
	})
}

// find returns up to size records after a journal entry, and whether more follow.
func (s *search) find(w *provider.World, account string, after uint64) (found []record, more bool) {
	for _, r := range records(w, account, after, s.upTo) {
		if !s.fits(r) || !r.load(w) || !s.holds(r.e.Request.Body) {
			continue
		}
		if len(found) == s.size {
			return found, true
		}
		found = append(found, r)
	}
	return found, false
}
