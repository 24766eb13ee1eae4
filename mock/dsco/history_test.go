package dsco_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"tacklebox/mock/sandbox"
	"tacklebox/receiver/api"
)

// purchases fires orders with the numbers given and waits for their attempts.
func purchases(r *rig, numbers ...int) {
	r.t.Helper()
	before := len(r.Entries("kind:attempt"))
	for _, n := range numbers {
		r.fire("ORDER_CREATED", map[string]string{"payload.poNumber": fmt.Sprintf(`"%d"`, n)}, nil)
	}
	r.Expect(r.t, "kind:attempt", before+len(numbers))
}

// numbers lists the orders of a page.
func numbers(p historyPage) (list []string) {
	for _, h := range p.WebhookHistory {
		var body struct{ Payload struct{ PONumber string } }
		_ = json.Unmarshal(h.Payload, &body)
		list = append(list, body.Payload.PONumber)
	}
	return list
}

func TestRecordsOfTheHistory(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.Reply("bad", `{"reply":[{"status":503}]}`)
	for _, u := range []string{r.Inbox("box"), r.Inbox("bad"), "http://127.0.0.1:1/", "http://169.254.169.254/"} {
		r.create(me, map[string]any{"callbackUrl": u})
	}
	r.Advance(1500*time.Millisecond + 999*time.Microsecond)
	r.fire("ORDER_CREATED", nil, nil)
	r.Expect(t, "kind:attempt", 4)
	sent := r.captured("box", 1)[0]
	page := r.history(me, "")
	if len(page.WebhookHistory) != 4 || page.PageID != "" {
		t.Fatalf("%+v", page)
	}
	last := int64(0)
	for _, h := range page.WebhookHistory {
		if h.WebhookHistoryID <= last || h.CreateDate != "2014-01-01T10:30:01.500Z" {
			t.Errorf("%+v", h)
		}
		last = h.WebhookHistoryID
		text := func(p *string) string {
			if p == nil {
				return "-"
			}
			return *p
		}
		got := fmt.Sprintf("%v %d %s|%s", h.Success, h.HTTPStatusCode, text(h.HTTPErrorMessage), text(h.FailureMessage))
		want := map[string]string{
			r.Inbox("box"): "true 200 -|-", r.Inbox("bad"): "false 503 Service Unavailable|the callback URL answered with status 503",
			"http://127.0.0.1:1/": "false 0 -|", "http://169.254.169.254/": "false 0 -|",
		}[h.CallbackURL]
		if !strings.HasPrefix(got, want) || want == "" || strings.HasSuffix(got, "|") {
			t.Errorf("%s: %s, want %s", h.CallbackURL, got, want)
		}
		if h.CallbackURL == r.Inbox("box") && string(h.Payload) != sent {
			t.Errorf("payload %s, want %s", h.Payload, sent)
		}
	}
}

// grumbling answers every callback with a status line of its own.
func grumbling(t *testing.T, line string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = fmt.Fprintf(c, "HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", line)
		_ = c.Close()
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestTheReasonPhraseIsTheAnswersOwn(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{"503 Gone fishing": "Gone fishing", "599 Out of tea": "Out of tea", "404 ": "Not Found", "599 ": "-"} {
		dir := t.TempDir()
		for run := range 2 { // and once more from the journal
			t.Run(fmt.Sprint(line, run), func(t *testing.T) {
				r := start(t, sandbox.WithData(dir))
				if run == 0 {
					r.create(me, map[string]any{"callbackUrl": grumbling(t, line)})
					r.fire("ORDER_CREATED", nil, nil)
					r.Expect(t, "kind:attempt", 1)
				}
				got := "-"
				if p := r.history(me, "").WebhookHistory[0].HTTPErrorMessage; p != nil {
					got = *p
				}
				if got != want {
					t.Errorf("httpErrorMessage %q, want %q", got, want)
				}
			})
		}
	}
}

// A body that is no JSON is kept as text, with its own hash.
func TestARecordOfNonsense(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.create(me, nil)
	r.Fire(api.Firing{Provider: "dsco", Type: "ORDER_CREATED", Body: json.RawMessage(`"<&> nonsense"`)})
	r.Expect(t, "kind:attempt", 1)
	got := r.call("GET", "/webhook/history", me, "").Body
	if !strings.Contains(got, `"payload":"<&> nonsense","httpStatusCode":200,`) {
		t.Errorf("%s", got)
	}
	if page := r.history(me, "poNumber=1"); len(page.WebhookHistory) != 0 {
		t.Errorf("%+v", page)
	}
}

func TestFiltersAddUp(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.Reply("bad", `{"reply":[{"status":500}]}`)
	order := r.create(me, nil)
	lines := r.create(me, map[string]any{"event": "ORDER_LINE_ITEM_STATUS_UPDATED", "callbackUrl": r.Inbox("bad")})
	stock := r.create(me, map[string]any{"event": "INVENTORY_UPDATED"})
	gone := r.create(me, map[string]any{"event": "INVOICE_CREATED"})
	r.fire("ORDER_CREATED", nil, nil)
	r.fire("ORDER_LINE_ITEM_STATUS_UPDATED", map[string]string{"payload.lineItems.0.sku": `"LINE"`}, nil)
	r.fire("INVENTORY_UPDATED", map[string]string{"payload.dscoItemId": "5"}, nil)
	r.fire("INVOICE_CREATED", nil, nil)
	r.Expect(t, "kind:attempt", 4)
	r.ok("DELETE", "/webhook/"+gone, me, "")
	for query, want := range map[string][]string{
		"":                                      {order, lines, stock, gone},
		"webhookUuid=" + strings.ToUpper(order): {order},
		"webhookUuid=x":                         nil,
		"event=INVENTORY_UPDATED":               {stock},
		"success=false":                         {lines},
		"success=true":                          {order, stock, gone},
		"success=true&event=ORDER_LINE_ITEM_STATUS_UPDATED": nil,
		"dscoOrderId=82282":                    {order, lines},
		"dscoOrderId=8228":                     nil,
		"poNumber=PO-2019-000182":              {order, lines, gone},
		"poNumber=PO-2019-000182&success=true": {order, gone},
		"dscoItemId=8291":                      {order, lines},
		"dscoItemId=5":                         {stock},
		"sku=LINE":                             {lines},
		"sku=MUG-12-SLATE":                     {order, lines, stock, gone},
		"sku=&event=&pageId=":                  {order, lines, stock, gone},
		"success=false&success=true":           {order, stock, gone},
	} {
		var got []string
		for _, h := range r.history(me, query).WebhookHistory {
			got = append(got, idOf(string(h.Payload)))
		}
		sameSet(t, query, got, want)
	}
	r.refused(r.call("GET", "/webhook/history?zebra=1&ant=2&startDate=x", me, ""), 400, "UnrecognizedProperty", "startDate, endDate, webhookUuid")
	r.refused(r.call("GET", "/webhook/history?zebra=1&ant=2", me, ""), 400, "UnrecognizedProperty", "zebra")
	r.refused(r.call("GET", "/webhook/history?zebra%zz=1", me, ""), 400, "UnrecognizedProperty", "zebra%zz")
	for _, q := range []string{"startDate=2014-01-01", "endDate=yesterday", "success=yes", "success=TRUE", "success=%zz", "startDate=%"} {
		r.refused(r.call("GET", "/webhook/history?"+q, me, ""), 400, "InvalidPageParams", q[:strings.IndexByte(q, '=')])
	}
	r.refused(r.call("GET", "/webhook/history?event=X", me, ""), 400, "AttributeValueInvalid", "event")
}

// The window is a day at most, both ends included, unless the search is around
// one order or item.
func TestTheWindowOfASearch(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.create(me, nil)
	purchases(r, 1)
	r.Advance(24 * time.Hour)
	purchases(r, 2)
	r.Advance(time.Millisecond)
	purchases(r, 3)
	date := func(d time.Duration) string { return began.Add(d).Format("2006-01-02T15:04:05.000Z") }
	for query, want := range map[string]string{
		"":                                    "2 3", // the day before now begins a millisecond too late
		"endDate=" + date(24*time.Hour):       "1 2",
		"startDate=" + date(time.Millisecond): "2 3",
		"startDate=" + date(0) + "&endDate=" + date(24*time.Hour):                  "1 2",
		"startDate=" + date(0) + "&endDate=" + date(24*time.Hour-time.Millisecond): "1",
		"startDate=2014-01-02T11:30:00.000+01:00":                                  "2 3",
		"startDate=" + url.QueryEscape("2014-01-02T11:30:00.000+01:00"):            "2 3",
		"startDate=2014-01-02T11:30:00.001+0100":                                   "3",
		"startDate=" + date(time.Hour) + "&endDate=" + date(0):                     "",
		"sku=MUG-12-SLATE":                      "1 2 3",
		"sku=MUG-12-SLATE&startDate=" + date(0): "1 2 3",
		"poNumber=1&startDate=2000-01-01T00:00:00Z&endDate=2030-01-01T00:00:00%2B0000": "1",
		"dscoOrderId=82282&endDate=" + date(time.Hour):                                 "1",
	} {
		same(t, query, strings.Join(numbers(r.history(me, query)), " "), want)
	}
	for _, q := range []string{"startDate=" + date(0), "startDate=" + date(0) + "&endDate=" + date(24*time.Hour+time.Millisecond), "startDate=" + date(0) + "&webhookUuid=x"} {
		r.refused(r.call("GET", "/webhook/history?"+q, me, ""), 400, "InvalidPageParams", "one day")
	}
}

func TestPagesOfASearch(t *testing.T) {
	t.Parallel()
	r := start(t, sandbox.WithTick(0))
	r.Settings("dsco", "", map[string]any{"history_page_size": 2})
	r.create(me, nil)
	purchases(r, 1, 2, 3, 4, 5)
	first := r.history(me, "")
	same(t, "first page", numbers(first), []string{"1", "2"})
	r.Advance(5 * time.Minute)
	purchases(r, 6)
	second := r.call("GET", "/webhook/history?pageId="+first.PageID, me, "").Body
	same(t, "again", r.call("GET", "/webhook/history?pageId="+first.PageID+"&zebra=1&startDate=x&success=false", me, "").Body, second)
	r.refused(r.call("GET", "/webhook/history?pageId="+first.PageID, "retailer-12311-y", ""), 400, "InvalidPageParams", "pageId")
	var page historyPage
	must(t, json.Unmarshal([]byte(second), &page))
	same(t, "second page", numbers(page), []string{"3", "4"})
	r.Advance(time.Millisecond)
	r.refused(r.call("GET", "/webhook/history?pageId="+first.PageID, me, ""), 400, "InvalidPageParams", "pageId")
	r.Settings("dsco", "", map[string]any{"history_page_size": 50})
	third := r.history(me, "pageId="+page.PageID)
	same(t, "third page", numbers(third), []string{"5"})
	same(t, "no page after it", third.PageID, "")
	same(t, "a new search", numbers(r.history(me, "")), []string{"1", "2", "3", "4", "5", "6"})
	r.Advance(time.Hour)
	r.refused(r.call("GET", "/webhook/history?pageId="+page.PageID, me, ""), 400, "InvalidPageParams", "pageId")
	r.refused(r.call("GET", "/webhook/history?pageId=nonsense", me, ""), 400, "InvalidPageParams", "pageId")
}

func TestAHundredRecordsAreAPage(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.create(me, nil)
	r.Fire(api.Firing{Provider: "dsco", Type: "ORDER_CREATED", Count: 200})
	r.Expect(t, "kind:attempt", 200)
	page := r.history(me, "")
	if len(page.WebhookHistory) != 100 || page.PageID == "" {
		t.Fatalf("%d records, pageId %q", len(page.WebhookHistory), page.PageID)
	}
	if page = r.history(me, "pageId="+page.PageID); len(page.WebhookHistory) != 100 || page.PageID != "" {
		t.Errorf("%d records, pageId %q", len(page.WebhookHistory), page.PageID)
	}
}

// Promised pages do not survive a restart, records do; retries are records of
// their own.
func TestHistoryAfterARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var id string
	t.Run("before", func(t *testing.T) {
		r := start(t, sandbox.WithData(dir))
		r.Settings("dsco", "", map[string]any{"history_page_size": 1, "retry": []any{"1m", "1h"}})
		r.Reply("box", `{"reply":[{"status":500}]}`)
		r.create(me, nil)
		purchases(r, 1)
		r.Advance(time.Minute)
		id = r.history(me, "").PageID
	})
	r := start(t, sandbox.WithData(dir))
	r.Settings("dsco", "", map[string]any{"history_page_size": 100})
	r.refused(r.call("GET", "/webhook/history?pageId="+id, me, ""), 400, "InvalidPageParams", "pageId")
	same(t, "records", numbers(r.history(me, "")), []string{"1", "1"})
	r.Advance(2 * time.Hour)
	same(t, "the retry went on", numbers(r.history(me, "")), []string{"1", "1", "1"})
}
