package ultracart_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"tacklebox/mock/kit/kittest"
	"tacklebox/mock/sandbox"
	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
)

// client is an integrator: one key against one sandbox.
type client struct {
	t   *testing.T
	sb  *sandbox.Running
	key string
}

var begin = time.Date(2026, 5, 18, 16, 10, 24, 552e6, time.UTC)

func start(t *testing.T, options ...sandbox.Option) *client {
	t.Helper()
	sb := sandbox.Start(t, append([]sandbox.Option{sandbox.WithSeed(7), sandbox.WithStart(begin), sandbox.WithTick(1)}, options...)...)
	return &client{t, sb, "uc-test-key-1"}
}

// as is the same sandbox for another account.
func (c *client) as(key string) *client { return &client{c.t, c.sb, key} }

func (c *client) set(option string, value any) {
	c.t.Helper()
	c.sb.Settings("ultracart", "", map[string]any{option: value})
}

type reply struct {
	status int
	header http.Header
	resp   *http.Response
	body   string
}

// get returns a value of the body by its gjson path.
func (r reply) get(path string) gjson.Result { return gjson.Get(r.body, path) }

const webhooks = "/webhook/webhooks"

// do makes one call. Headers replace the usual ones; an empty value leaves one out.
func (c *client) do(method, path, body string, headers map[string]string) reply {
	c.t.Helper()
	h := map[string]string{"x-ultracart-simple-key": c.key, "X-UltraCart-Api-Version": "2017-03-01"}
	maps.Copy(h, headers)
	req, err := http.NewRequest(method, c.sb.Provider("ultracart")+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	for k, v := range h {
		if v != "" {
			req.Header.Set(k, v)
		}
	}
	a := kittest.Send(c.t, req)
	return reply{a.Status, a.Header, a.Wire, a.Body}
}

func (c *client) call(method, path, body string) reply {
	c.t.Helper()
	return c.do(method, path, body, nil)
}

// ok makes a call that must answer 200.
func (c *client) ok(method, path, body string) reply {
	c.t.Helper()
	r := c.call(method, path, body)
	if r.status != http.StatusOK {
		c.t.Fatalf("%s %s: %d %s", method, path, r.status, r.body)
	}
	return r
}

// subscribe adds a webhook to an inbox for event names, with further members.
func (c *client) subscribe(inbox string, extra string, names ...string) string {
	c.t.Helper()
	var events []map[string]any
	for _, n := range names {
		events = append(events, map[string]any{"event_name": n})
	}
	return c.insert(inbox, extra, events)
}

func (c *client) insert(inbox, extra string, events []map[string]any) string {
	c.t.Helper()
	doc := map[string]any{"webhook_url": c.sb.Inbox(inbox), "event_categories": []any{map[string]any{"events": events}}}
	if extra != "" {
		if err := json.Unmarshal([]byte(extra), &doc); err != nil {
			c.t.Fatal(err)
		}
	}
	return c.ok("POST", webhooks, string(asJSON(doc))).get("webhook.webhook_oid").Raw
}

func asJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

func (c *client) fire(f api.Firing) api.Fired {
	c.t.Helper()
	f.Provider = "ultracart"
	return c.sb.Fire(f)
}

// captures waits for so many captures of an inbox.
func (c *client) captures(inbox string, count int) []*journal.Entry {
	c.t.Helper()
	return c.sb.Expect(c.t, "kind:capture inbox:"+inbox, count)
}

// settled waits until so many attempts are in the journal.
func (c *client) settled(count int) []*journal.Entry {
	c.t.Helper()
	all := c.sb.Expect(c.t, "kind:attempt", count)
	c.sb.Advance(0)
	return all
}

// webhook reads one webhook from the list.
func (c *client) webhook(oid string) gjson.Result {
	c.t.Helper()
	return c.ok("GET", webhooks, "").get("webhooks.#(webhook_oid==" + oid + ")")
}

func compact(t *testing.T, doc []byte) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, doc); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func fixture(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("../../fixtures/ultracart/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// vectors reads one list of testdata/vectors.json.
func vectors[T any](t *testing.T, name string) (v T) {
	t.Helper()
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(gjson.GetBytes(b, name).Raw), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func startAt(at time.Time) sandbox.Option { return sandbox.WithStart(at) }

// control makes one call to the control API.
func (c *client) control(method, path, body string) reply {
	c.t.Helper()
	req, err := http.NewRequest(method, c.sb.URL+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	a := kittest.Send(c.t, req)
	return reply{a.Status, a.Header, a.Wire, a.Body}
}
