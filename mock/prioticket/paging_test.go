package prioticket_test

import (
	"fmt"
	"testing"
)

type pagingCase struct {
	Total  int `json:"total_items"`
	Query  map[string]int
	Answer map[string]int
	First  *int `json:"first_item"`
}

// fill registers n webhooks and returns their ids in order.
func (r *rig) fill(n int) (ids []string) {
	r.t.Helper()
	for range n {
		ids = append(ids, r.register(`"webhook_email":"a@b.example","webhook_events":["ORDER_CREATE"]`))
	}
	return ids
}

func TestPagingVectors(t *testing.T) {
	t.Parallel()
	var v struct{ Paging []pagingCase }
	readJSON(t, "testdata/vectors.json", &v)
	r, empty := newRig(t), newRig(t).as("nobody")
	ids := r.fill(14)
	r.notify("ORDER_CREATE", "1")
	for i, c := range v.Paging {
		who := r
		if c.Total == 0 {
			who = empty
		}
		query := fmt.Sprintf("?items_per_page=%d&start_index=%d&page=%d", c.Query["items_per_page"], c.Query["start_index"], c.Query["page"])
		for _, path := range []string{"/webhooks", "/notifications"} {
			g := who.call("GET", path+query, "")
			for name, want := range c.Answer {
				if got := g.get(t, "data."+name); got != fmt.Sprint(want) {
					t.Errorf("%d %s%s: %s is %s, want %d", i, path, query, name, got, want)
				}
			}
			if got := g.get(t, "data.total_items"); got != fmt.Sprint(c.Total) {
				t.Errorf("%d %s: total_items %s, want %d", i, path, got, c.Total)
			}
			if path != "/webhooks" {
				continue
			}
			want := ""
			if c.First != nil {
				want = ids[*c.First-1]
			}
			if got := g.get(t, "data.items.0.webhook_id"); got != want {
				t.Errorf("%d %s: first item %q, want %q", i, query, got, want)
			}
		}
	}
}

func TestPagingDefaultsAndExactBytes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	want := `{"api_version":"3.8.0","data":{"kind":"webhook","current_item_count":0,"items_per_page":10,"start_index":1,"total_items":0,"page_index":1,"total_pages":0,"items":[]}}`
	if g := r.call("GET", "/webhooks", ""); g.body != want {
		t.Errorf("%s\nwant %s", g.body, want)
	}
	ids := r.fill(2)
	g := r.call("GET", "/webhooks?webhook_id="+ids[1], "")
	if g.get(t, "data.total_items") != "1" || g.get(t, "data.items.0.webhook_id") != ids[1] {
		t.Errorf("filtered: %s", g.body)
	}
	if g := r.call("GET", "/webhooks?webhook_id=nobody-knows-it", ""); g.status != 200 || g.get(t, "data.total_items") != "0" {
		t.Errorf("unknown id: %d %s", g.status, g.body)
	}
}

func TestQueriesThatAreRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for query, place := range map[string]string{
		"items_per_page=0": "items_per_page", "items_per_page=201": "items_per_page", "items_per_page=-1": "items_per_page",
		"items_per_page=ten": "items_per_page", "items_per_page=": "items_per_page", "items_per_page=1.0": "items_per_page",
		"items_per_page=%2B1": "items_per_page", "items_per_page=5&items_per_page=5": "items_per_page",
		"items_per_page=99999999999999999999": "items_per_page",
		"start_index=0":                       "start_index", "start_index=10001": "start_index", "start_index": "start_index",
		"page=0": "page", "page=x": "page", "page=9223372036854775807": "page", "page=1&page=2": "page",
		"webhook_id=": "webhook_id", "webhook_id=a&webhook_id=b": "webhook_id", "page=%zz": "page", "page=1;x=2": "page",
	} {
		g := r.call("GET", "/webhooks?"+query, "")
		refused(t, query, g, 400, "INVALID_REQUEST")
		if places := placesOf(t, g); len(places) != 1 || places[0] != place {
			t.Errorf("%s: problems at %v, want %s", query, places, place)
		}
	}
	for _, query := range []string{"items_per_page=200", "start_index=10000", "page=1000000", "colour=red", "colour=a;b", "&&page=1&", "key=abc", "webhook_id=x"} {
		if g := r.call("GET", "/notifications?"+query, ""); g.status != 200 {
			t.Errorf("%s: %d %s", query, g.status, g.body)
		}
	}
}

func TestPagingSwitches(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.fill(14)
	r.Settings("prioticket", r.token, map[string]any{"page_size_cap": 5, "page_index": "documented", "strict_params": true})
	g := r.call("GET", "/webhooks?items_per_page=10&start_index=10", "")
	for name, want := range map[string]string{"items_per_page": "5", "current_item_count": "5", "total_pages": "3", "page_index": "3", "start_index": "10"} {
		if got := g.get(t, "data."+name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if got := r.call("GET", "/webhooks?items_per_page=10&page=2", "").get(t, "data.start_index"); got != "6" {
		t.Errorf("page 2 of capped pages starts at %s", got)
	}
	for method, path := range map[string]string{"GET": "/webhooks?a=1", "POST": "/notifications?a=1", "DELETE": "/webhooks/12345678?page=1"} {
		refused(t, path, r.call(method, path, ""), 400, "INVALID_REQUEST")
	}
	if g := r.call("GET", "/notifications?key=abc&page=1", ""); g.status != 200 {
		t.Errorf("strict_params refuses what is known: %s", g.body)
	}
	if g := r.as("bob").call("GET", "/webhooks?a=1", ""); g.status != 200 {
		t.Errorf("another account is strict too: %s", g.body)
	}
}
