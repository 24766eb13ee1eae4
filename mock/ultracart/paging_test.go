package ultracart_test

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tacklebox/receiver/api"
)

func TestPaging(t *testing.T) {
	t.Parallel()
	type vector struct {
		Total, Limit, Offset int
		ResultSet            map[string]any `json:"result_set"`
	}
	c := start(t)
	for _, v := range vectors[[]vector](t, "paging") {
		one := c.as(fmt.Sprintf("account-%d", v.Total))
		have := int(one.ok("GET", webhooks, "").get("metadata.result_set.total_records").Int())
		for range v.Total - have {
			one.ok("POST", webhooks, `{"webhook_url":"http://x.example/"}`)
		}
		r := one.ok("GET", fmt.Sprintf("%s?_limit=%d&_offset=%d", webhooks, v.Limit, v.Offset), "")
		if diff := cmp.Diff(v.ResultSet, r.get("metadata.result_set").Value()); diff != "" {
			t.Errorf("%d of %d from %d: %s", v.Limit, v.Total, v.Offset, diff)
		}
		if n := r.get("webhooks.#").Int(); float64(n) != v.ResultSet["count"] {
			t.Errorf("%d webhooks, count %v", n, v.ResultSet["count"])
		}
	}
}

func TestLimitsOfPages(t *testing.T) {
	t.Parallel()
	c := start(t)
	for query, want := range map[string]int{"": 200, "_limit=1": 200, "_limit=200": 200, "_limit=201": 400, "_limit=0": 400, "_limit=-1": 400, "_limit=x": 400, "_limit=": 400,
		"_limit=1.0": 400, "_limit=99999999999999999999": 400, "_offset=0": 200, "_offset=2147483647": 200, "_offset=-1": 400, "_offset=x": 400, "_limit=5&_limit=x": 200} {
		if r := c.call("GET", webhooks+"?"+query, ""); r.status != want {
			t.Errorf("%s: %d %s, want %d", query, r.status, r.body, want)
		}
	}
	c.set("max_limit", 50)
	if r := c.ok("GET", webhooks, ""); r.get("metadata.result_set.limit").Int() != 50 {
		t.Errorf("the default is above the highest: %s", r.body)
	}
	if r := c.call("GET", webhooks+"?_limit=51", ""); r.get("error.user_message").String() != "Parameter '_limit' must be between 1 and 50." {
		t.Errorf("51 of 50: %s", r.body)
	}
}

func TestSorting(t *testing.T) {
	t.Parallel()
	c := start(t)
	for _, v := range []struct {
		url      string
		disabled bool
	}{{"b", false}, {"a", true}, {"B", false}, {"a", false}, {"b", true}} {
		c.ok("POST", webhooks, fmt.Sprintf(`{"webhook_url":"http://x.example/%s","disabled":%v}`, v.url, v.disabled))
	}
	for by, want := range map[string]string{
		"":                        "[1003,1004,1002,1001,1005]",
		"webhook_url":             "[1003,1002,1004,1001,1005]",
		"webhook_url,disabled":    "[1003,1004,1002,1001,1005]",
		"disabled, webhook_url":   "[1003,1004,1001,1002,1005]",
		"-webhook_url":            "[1001,1005,1002,1004,1003]",
		"-disabled":               "[1002,1005,1001,1003,1004]",
		"-disabled,-webhook_url ": "[1005,1002,1001,1004,1003]",
	} {
		if got := c.ok("GET", webhooks+"?_sort="+url.QueryEscape(by), "").get("webhooks.#.webhook_oid").Raw; got != want {
			t.Errorf("_sort=%s: %s, want %s", by, got, want)
		}
	}
	for _, by := range []string{"pending", "webhook_url,", "--disabled", ",", "Webhook_url"} {
		if r := c.call("GET", webhooks+"?_sort="+by, ""); r.status != 400 {
			t.Errorf("_sort=%s: %d, want 400", by, r.status)
		}
	}
}

func TestSince(t *testing.T) {
	t.Parallel()
	type vector struct {
		Query   string
		Instant *time.Time
	}
	for _, v := range vectors[[]vector](t, "since") {
		at := begin
		if v.Instant != nil {
			at = *v.Instant
		}
		c := start(t, startAt(at.Add(-time.Minute)))
		oid := c.subscribe("box", "", "user_login")
		for range 3 { // a minute before, just then, a minute after
			c.fire(api.Firing{Type: "user_login"})
			c.sb.Advance(time.Minute)
		}
		r := c.call("GET", webhooks+"/"+oid+"/logs?_since="+v.Query, "")
		switch {
		case v.Instant == nil && r.status != 400:
			t.Errorf("%s: %d, want 400", v.Query, r.status)
		case v.Instant != nil && r.get("webhook_log_summaries.#").Int() != 2:
			t.Errorf("%s: %s, want the two of then and after", v.Query, r.body)
		}
	}
}
