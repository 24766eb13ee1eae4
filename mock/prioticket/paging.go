package prioticket

import (
	"net/url"
	"slices"
	"sort"
	"strconv"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

// paging is what a list call asks for.
type paging struct {
	size, start int64
	webhookID   string
	documented  bool // reckon page_index as it is documented
}

// envelope is the body of every answer (documented 3.5).
type envelope struct {
	Version string `json:"api_version"`
	Data    any    `json:"data"`
}

// shownAlone is the answer that holds one webhook.
func shownAlone(w *provider.World, s *provider.Sub) envelope {
	return envelope{profileOf(w).version, struct {
		Kind    string      `json:"kind"`
		Webhook webhookBody `json:"webhook"`
	}{"webhook", shownWebhook(w, s)}}
}

// pageBody is the data of a list; every member is required (documented 3.5).
type pageBody struct {
	Kind       string `json:"kind"`
	Count      int    `json:"current_item_count"`
	Size       int64  `json:"items_per_page"`
	Start      int64  `json:"start_index"`
	Total      int    `json:"total_items"`
	PageIndex  int64  `json:"page_index"`
	TotalPages int    `json:"total_pages"`
	Items      any    `json:"items"`
}

const (
	ordinarySize = 10 // seed
	mostStart    = 10_000
	mostPage     = 1 << 40 // no limit is documented; beyond, reckoning would overflow
)

// readPaging reads the query of a list call (names and defaults: seed; limits:
// documented 3.8).
func readPaging(r *request, filter bool) (paging, error) {
	names := []string{"items_per_page", "start_index", "page"}
	if filter {
		names = append(names, "webhook_id")
	}
	q, problems := strictQuery(r.Call)
	problems = append(problems, repeated(q, names)...)
	p := paging{documented: r.Option("page_index").Text() == "documented"}
	p.size = number(q, "items_per_page", ordinarySize, profileOf(r.World).pageSize, &problems)
	p.start = number(q, "start_index", 1, mostStart, &problems)
	page := number(q, "page", 1, mostPage, &problems)
	if filter {
		if p.webhookID = q.Get("webhook_id"); q.Has("webhook_id") && p.webhookID == "" {
			problems = append(problems, "webhook_id: empty")
		}
	}
	if r.Option("strict_params").Bool() {
		problems = append(problems, unknownParams(q, names)...)
	}
	if len(problems) > 0 {
		return p, invalid("A query parameter is not valid.", problems...)
	}
	if most := r.Option("page_size_cap").Int(); most > 0 {
		p.size = min(p.size, most) // the seed warns that the size may not be honoured
	}
	if page > 1 { // clients send all three with their defaults (observed), so 1 is not set (decision)
		p.start = (page-1)*p.size + 1
	}
	return p, nil
}

// number reads a whole number from 1 to most.
func number(q url.Values, name string, ordinary, most int64, problems *[]string) int64 {
	if !q.Has(name) {
		return ordinary
	}
	text := q.Get(name)
	n, whole, within := kit.Number(text, 1, most)
	switch {
	case !whole || text[0] == '+':
		*problems = append(*problems, name+": not an integer")
	case !within:
		*problems = append(*problems, name+": not between 1 and "+strconv.FormatInt(most, 10))
	}
	return n
}

// repeated refuses parameters that are given twice (documented 3.5).
func repeated(q url.Values, names []string) (problems []string) {
	for _, n := range names {
		if len(q[n]) > 1 {
			problems = append(problems, n+": given more than once")
		}
	}
	return problems
}

// unknownParams lists parameters that the call does not know. key is an API key,
// enforced only in production (documented 3.5).
func unknownParams(q url.Values, names []string) (problems []string) {
	for n := range q {
		if n != "key" && n != "access_token" && !slices.Contains(names, n) {
			problems = append(problems, n+": unknown parameter")
		}
	}
	sort.Strings(problems)
	return problems
}

// strictParams refuses any query where strict_params is on and none is known.
func strictParams(r *request) error {
	if !r.Option("strict_params").Bool() {
		return nil
	}
	q, problems := strictQuery(r.Call)
	if problems = append(problems, unknownParams(q, nil)...); len(problems) == 0 {
		return nil
	}
	return invalid("A query parameter is not valid.", problems...)
}

// paged cuts the page out of a list.
func paged[T any](p paging, kind string, all []T) pageBody {
	items, page := kit.Cut(all, int(p.start-1), int(p.size))
	b := pageBody{Kind: kind, Count: page.Count, Size: p.size, Start: p.start, Total: page.Total, Items: append([]T{}, items...)}
	b.TotalPages = page.Pages // documented 3.5
	b.PageIndex = (p.start-1)/p.size + 1
	if p.documented {
		b.PageIndex = p.start/p.size + 1 // documented 3.5, off by one at a multiple
	}
	if page.Total == 0 {
		b.Start, b.PageIndex = 1, 1 // decision
	}
	return b
}
