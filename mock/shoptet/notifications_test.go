package shoptet_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"tacklebox/receiver/api"
)

func TestANotificationsLife(t *testing.T) {
	t.Parallel()
	b := newBench(t, still)
	inbox := newReceiver(t, 500, 500, 200)
	id := b.register(tokenA, inbox.url+"/a?b", "order:create")[0]
	b.fire(api.Firing{Type: "order:create"})
	b.settle()
	line := func(attempted string, attempts int, status string, active bool) string {
		return fmt.Sprintf(`{"data":{"notifications":[{"id":1,"webhookId":%d,"webhookUrl":%s,"event":"order:create","eventCreated":"2024-12-02T12:00:00+0100","created":"2024-12-02T12:00:00+0100",`+
			`"attempted":%s,"attempts":%d,"status":"%s","active":%t,"data":{"eshopId":222651,"event":"order:create","eventCreated":"2024-12-02T12:00:00+0100","eventInstance":"2024001287"}}],`+
			`"paginator":{"totalCount":1,"page":1,"pageCount":1,"itemsOnPage":1,"itemsPerPage":20}},"errors":null}`, id, php(inbox.url+"/a?b"), attempted, attempts, status, active)
	}
	for _, step := range []struct {
		wait      time.Duration
		attempted string
		attempts  int
		status    string
		active    bool
	}{
		{0, `"2024-12-02T12:00:00+0100"`, 1, "failed", true},
		{15 * time.Minute, `"2024-12-02T12:15:00+0100"`, 2, "failed", true},
		{15 * time.Minute, `"2024-12-02T12:30:00+0100"`, 3, "success", false},
	} {
		b.advance(step.wait)
		b.want("GET", "/api/webhooks/notifications", "", 200, line(step.attempted, step.attempts, step.status, step.active))
	}
	b.do(withToken(call{method: "DELETE", path: fmt.Sprintf("/api/webhooks/%d", id)}))
	b.advance(7*24*time.Hour - 30*time.Minute)
	b.want("GET", "/api/webhooks/notifications", "", 200, line(`"2024-12-02T12:30:00+0100"`, 3, "success", false))
	b.advance(time.Second)
	if got := b.do(withToken(call{path: "/api/webhooks/notifications"})); !strings.Contains(got.body, `"notifications":[]`) {
		t.Errorf("after seven days: %s", got.body)
	}
}

func TestGivingUpAndDeleting(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	inbox := newReceiver(t, 500)
	id := b.register(tokenA, inbox.url, "order:create")[0]
	b.fire(api.Firing{Type: "order:create"})
	b.advance(time.Hour)
	if got := b.do(withToken(call{path: "/api/webhooks/notifications"})); !strings.Contains(got.body, `"attempts":3,"status":"failed","active":false`) {
		t.Errorf("given up: %s", got.body)
	}
	b.fire(api.Firing{Type: "order:create"})
	b.settle()
	b.do(withToken(call{method: "DELETE", path: fmt.Sprintf("/api/webhooks/%d", id)}))
	b.advance(time.Hour)
	if got := b.do(withToken(call{path: "/api/webhooks/notifications?from=2024-12-02T13:00:00%2B01:00"})); !strings.Contains(got.body, `"attempts":1,"status":"failed","active":false`) {
		t.Errorf("deleted: %s", got.body)
	}
	if n := len(inbox.all()); n != 4 {
		t.Errorf("%d callbacks, want 3 and 1", n)
	}
	// The webhook is never disabled: after a new registration events go on.
	b.register(tokenA, inbox.url, "order:create")
	b.fire(api.Firing{Type: "order:create"})
	b.settle()
	if n := len(inbox.all()); n != 5 {
		t.Errorf("%d callbacks, want 5", n)
	}
}

func TestNotificationFilters(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	good, bad := newReceiver(t), newReceiver(t, 500)
	b.register(tokenA, good.url, "order:create", "order:delete")
	b.register(tokenA, bad.url, "order:paid", "stock:movement")
	for _, typ := range []string{"order:create", "order:delete", "order:create"} { // 1 2 3
		b.fire(api.Firing{Type: typ})
		b.settle()
	}
	b.advance(time.Hour)
	b.fire(api.Firing{Type: "stock:movement"}) // 4, given up below
	b.advance(time.Hour + 500*time.Millisecond)
	b.fire(api.Firing{Type: "stock:movement"}) // 5, still active
	b.settle()
	const list = "/api/webhooks/notifications?"
	for query, want := range map[string]string{
		"":                                      "1 2 3 4 5",
		"status=success":                        "1 2 3",
		"status=failed":                         "4 5",
		"status=new":                            "",
		"status=failed&active=true":             "5",
		"status=failed&active=0":                "4",
		"active=1":                              "5",
		"active=false":                          "1 2 3 4",
		"event=order%3Acreate":                  "1 3",
		"event=order%3Acreate&active=true":      "",
		"event=no:such":                         "",
		"from=2024-12-02T12:00:00%2B01:00":      "1 2 3 4 5",
		"from=2024-12-02T12:00:01%2B01:00":      "4 5",
		"from=2024-12-02T12:00:00%2B0000":       "4 5",
		"from=2024-12-02T14:00:00%2B0100":       "5",
		"from=2024-12-02T13:00:00Z":             "5",
		"itemsPerPage=2&page=2":                 "3 4",
		"status=success&itemsPerPage=2&page=2":  "3",
		"status=failed&status=success&page=1":   "1 2 3",
		"language=cs&eventCreated=whatever":     "1 2 3 4 5",
		"event=order:delete&status=success&x=y": "2",
	} {
		got := b.do(withToken(call{path: list + query}))
		var doc struct {
			Data struct{ Notifications []struct{ ID int } }
		}
		b.parse(got.body, &doc)
		var ids []string
		for _, n := range doc.Data.Notifications {
			ids = append(ids, fmt.Sprint(n.ID))
		}
		if got.status != 200 || strings.Join(ids, " ") != want {
			t.Errorf("%s: %d %v, want %s", query, got.status, ids, want)
		}
	}
	for _, query := range []string{"status=done", "status=", "active=yes", "active=", "from=2024-12-02", "from=2024-12-02T12:00:00", "from=2024-12-02T12:00:00+01:00", "from=" + url.QueryEscape("yesterday"), "page=0"} {
		if got := b.do(withToken(call{path: list + query})); got.status != 400 || !strings.Contains(got.body, `"errorCode":"invalid-parameter"`) {
			t.Errorf("%s: %d %s", query, got.status, got.body)
		}
	}
}

// A direct firing stands for no webhook and leaves no notification.
func TestDirectFiringsAreNotLogged(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.register(tokenA, callbackURL, "order:delete")
	b.fire(api.Firing{Type: "order:create", To: newReceiver(t).url, Account: tokenA})
	b.settle()
	if got := b.do(withToken(call{path: "/api/webhooks/notifications"})); !strings.Contains(got.body, `"totalCount":0`) {
		t.Errorf("%s", got.body)
	}
}

// The log shows what was sent even when it was odd, or long.
func TestTheLogShowsOddBodies(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.register(tokenA, newReceiver(t).url, "order:create")
	long := strings.Repeat("1234567890", 500)
	for _, body := range []string{`"no json"`, `{"eventInstance":"` + long + `"}`, `[1]`} {
		b.fire(api.Firing{Type: "order:create", Body: []byte(body)})
		b.settle()
	}
	got := b.do(withToken(call{path: "/api/webhooks/notifications"}))
	for _, want := range []string{`"data":{"eshopId":222651,"event":"order:create","eventCreated":"2024-12-02T12:00:00+0100","eventInstance":""}`, `"data":{"eventInstance":"` + long + `"}`, `"totalCount":3`} {
		if !strings.Contains(got.body, want) {
			t.Errorf("no %.80s in %.900s", want, got.body)
		}
	}
}
