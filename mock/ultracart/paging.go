package ultracart

import (
	"cmp"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

// resultSet is metadata.result_set (documented: on the last page `more` is left
// out and next_offset is 0).
type resultSet struct {
	Count        int   `json:"count"`
	Offset       int   `json:"offset"`
	Limit        int   `json:"limit"`
	More         *bool `json:"more,omitempty"`
	NextOffset   int   `json:"next_offset"`
	TotalRecords int   `json:"total_records"`
}

// page is what a list was asked for.
type page struct{ limit, offset int }

// pageOf reads _limit and _offset (defaults and zero base documented, bounds
// and refusals decisions).
func pageOf(q url.Values, most int64) (page, error) {
	limit, err := number(q, "_limit", 100, 1, most)
	if err != nil {
		return page{}, err
	}
	offset, err := number(q, "_offset", 0, 0, math.MaxInt32)
	return page{int(limit), int(offset)}, err
}

// number reads a query parameter; the first of several counts (decision).
func number(q url.Values, name string, absent, low, high int64) (int64, error) {
	if !q.Has(name) {
		return min(absent, high), nil
	}
	n, _, within := kit.Number(q.Get(name), low, high)
	if !within {
		return 0, bad("Parameter '%s' must be between %d and %d.", name, low, high)
	}
	return n, nil
}

// cut returns one page of a list and its description. An offset past the end
// gives an empty page.
func cut[T any](all []T, p page, emitFalse bool) ([]T, *resultSet) {
	part, at := kit.Cut(all, p.offset, p.limit)
	return part, &resultSet{Count: at.Count, Offset: at.Offset, Limit: at.Limit, TotalRecords: at.Total,
		More: flag(at.More(), emitFalse), NextOffset: at.Next}
}

// flag is a boolean as the API writes it: a false one is left out (inferred from
// 26 recorded bodies), unless the setting emit_false asks for it.
func flag(b, emitFalse bool) *bool {
	if !b && !emitFalse {
		return nil
	}
	return &b
}

// truth reads a boolean parameter: true is `true` (most SDKs), `True` (Python)
// and `1` (PHP); everything else is false (the forms are documented).
func truth(q url.Values, name string) bool {
	v := q.Get(name)
	return strings.EqualFold(v, "true") || v == "1"
}

type order func(a, b *provider.Sub) int

// sorted puts webhooks in the order that _sort asks for: webhook_url and
// disabled (documented default), each with `-` for descending, ties by number.
func sorted(subs []*provider.Sub, by string) ([]*provider.Sub, error) {
	if strings.TrimSpace(by) == "" {
		by = "webhook_url,disabled"
	}
	var orders []order
	for _, name := range strings.Split(by, ",") {
		o := orderOf(strings.TrimSpace(name))
		if o == nil {
			return nil, bad("Parameter '_sort' must be webhook_url or disabled.")
		}
		orders = append(orders, o)
	}
	all := slices.Clone(subs)
	slices.SortStableFunc(all, func(a, b *provider.Sub) int {
		for _, o := range orders {
			if d := o(a, b); d != 0 {
				return d
			}
		}
		return cmp.Compare(oid(a), oid(b))
	})
	return all, nil
}

// orderOf returns the order that a name of _sort stands for, nil for an unknown
// one.
func orderOf(name string) order {
	name, down := strings.CutPrefix(name, "-")
	up := map[string]order{
		"webhook_url": func(a, b *provider.Sub) int { return cmp.Compare(a.URL, b.URL) },
		"disabled": func(a, b *provider.Sub) int {
			if a.Enabled == b.Enabled {
				return 0
			} else if a.Enabled {
				return -1
			}
			return 1
		},
	}[name]
	if up == nil || !down {
		return up
	}
	return func(a, b *provider.Sub) int { return up(b, a) }
}

// oid is the number of a webhook.
func oid(s *provider.Sub) int {
	n, _ := strconv.Atoi(s.ID) // we made it
	return n
}
