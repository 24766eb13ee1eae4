package prioticket_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"tacklebox/mock/kit/kittest"
	"tacklebox/mock/sandbox"
)

// start is the first instant of every test's clock.
var start = time.Date(2026, 11, 14, 10, 0, 0, 0, time.UTC)

// rig is a running sandbox seen by one client of the mock API.
type rig struct {
	*sandbox.Running
	t     *testing.T
	token string
}

func newRig(t *testing.T, options ...sandbox.Option) *rig {
	t.Helper()
	options = append([]sandbox.Option{sandbox.WithSeed(7), sandbox.WithStart(start), sandbox.WithTick(1)}, options...)
	return &rig{sandbox.Start(t, options...), t, "ann"}
}

// as is the same sandbox seen by another account.
func (r *rig) as(token string) *rig { return &rig{r.Running, r.t, token} }

// got is an answer of the mock API.
type got struct {
	status int
	header http.Header
	body   string
}

// get returns a member of the JSON body by its dotted path, as text.
func (g got) get(t *testing.T, path string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(g.body), &v); err != nil {
		t.Fatalf("answer %d is not JSON: %s", g.status, g.body)
	}
	for name := range strings.SplitSeq(path, ".") {
		switch in := v.(type) {
		case map[string]any:
			v = in[name]
		case []any:
			var i int
			if _, err := fmt.Sscan(name, &i); err != nil || i >= len(in) {
				return ""
			}
			v = in[i]
		}
	}
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// call makes a request below the API's home with the rig's token; headers come
// as "Name: value" and replace what is there, "Name:" takes one out.
func (r *rig) call(method, path, body string, headers ...string) got {
	r.t.Helper()
	return r.at(r.Provider("prioticket")+path, method, body, append([]string{"Authorization: Bearer " + r.token}, headers...)...)
}

func (r *rig) at(url, method, body string, headers ...string) got {
	r.t.Helper()
	a := kittest.Call(r.t, method, url, body, headers...)
	return got{a.Status, a.Header, a.Body}
}

// webhook wraps the members of a webhook into a request.
func webhook(members string) string {
	return `{"api_version":"3.8.0","data":{"kind":"webhook","webhook":{` + members + `}}}`
}

// subscribe registers a webhook for an inbox and returns its id.
func (r *rig) subscribe(inbox, events string, members ...string) string {
	r.t.Helper()
	return r.register(append([]string{`"webhook_url":"` + r.Inbox(inbox) + `"`, `"webhook_events":[` + events + `]`}, members...)...)
}

func (r *rig) register(members ...string) string {
	r.t.Helper()
	g := r.call("POST", "/webhooks", webhook(strings.Join(members, ",")))
	if g.status != http.StatusCreated {
		r.t.Fatalf("registering: %d %s", g.status, g.body)
	}
	return g.get(r.t, "data.webhook.webhook_id")
}

// notify posts a sample notification.
func (r *rig) notify(event, item string) {
	r.t.Helper()
	body := fmt.Sprintf(`{"data":{"kind":"notification","notification":{"notification_event":%q,"notification_item_id":%q}}}`, event, item)
	if g := r.call("POST", "/notifications", body); g.status != http.StatusNoContent {
		r.t.Fatalf("notifying: %d %s", g.status, g.body)
	}
}

// statuses lists the states of the notifications, newest first.
func (r *rig) statuses() (list []string) {
	r.t.Helper()
	g := r.call("GET", "/notifications?items_per_page=200", "")
	var page struct {
		Data struct {
			Items []struct {
				Status string `json:"notification_status"`
			}
		}
	}
	if err := json.Unmarshal([]byte(g.body), &page); err != nil || g.status != http.StatusOK {
		r.t.Fatalf("notifications: %d %s", g.status, g.body)
	}
	for _, i := range page.Data.Items {
		list = append(list, i.Status)
	}
	return list
}

func readJSON(t *testing.T, name string, v any) { kittest.ReadJSON(t, name, v) }
