package shoptet

import (
	"math"
	"net/url"
	"strings"

	"tacklebox/mock/kit"
	"tacklebox/mock/shoptet/apierror"
)

const (
	defaultItems = 20  // webhooks and notifications (2026-08: documented, 2024-12: inferred)
	defaultJobs  = 100 // jobs (2026-08: documented, 2024-12: decision)
)

// paginator describes a page; all members are always there (documented).
type paginator struct {
	TotalCount   int `json:"totalCount"`
	Page         int `json:"page"`
	PageCount    int `json:"pageCount"`
	ItemsOnPage  int `json:"itemsOnPage"`
	ItemsPerPage int `json:"itemsPerPage"`
}

// cut is the page that a call asks for.
type cut struct {
	page, items int
	text        string // of the page, as the caller wrote it
}

// page reads page and itemsPerPage; a size above the profile's most is cut to it
// (documented).
func (r *request) page(most, usual int) (cut, []*apiError) {
	q := r.Call.Query()
	var bad []*apiError
	read := func(name string, usual int) int {
		text, given := param(q, name)
		if !given {
			return usual
		}
		n, ok := positive(text)
		if !ok {
			bad = append(bad, apierror.ParameterInvalid(name, "It must be an integer of at least 1."))
		}
		return n
	}
	c := cut{page: read("page", 1), items: min(read("itemsPerPage", usual), most)}
	if c.text, _ = param(q, "page"); c.text == "" {
		c.text = "1"
	}
	return c, bad
}

// param returns a query parameter; of several the last counts, as in PHP.
func param(q url.Values, name string) (value string, given bool) {
	values := q[name]
	if len(values) == 0 {
		return "", false
	}
	return values[len(values)-1], true
}

// positive reads decimal digits, at least 1; what is too large for an integer is
// the largest one.
func positive(s string) (int, bool) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, _, within := kit.Number(s, 0, math.MaxInt32)
	if !within {
		n = math.MaxInt32
	}
	return int(n), n >= 1
}

// paginate cuts a page out of a list. An empty list has one page (decision); a
// page beyond the last is refused, or empty where the switch says so.
func paginate[T any](r *request, list []T, c cut) ([]T, paginator, *apiError) {
	list, page := kit.Cut(list, (c.page-1)*c.items, c.items)
	p := paginator{TotalCount: page.Total, Page: c.page, PageCount: max(1, page.Pages), ItemsOnPage: page.Count, ItemsPerPage: c.items}
	if c.page > p.PageCount && r.Option("page_overflow").Text() != "empty" {
		return nil, p, apierror.PageBeyond(c.text, p.PageCount)
	}
	return list, p, nil
}
