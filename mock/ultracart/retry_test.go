package ultracart_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tacklebox/mock/sandbox"
	"tacklebox/receiver/api"
)

// waits lists the time between attempts, in minutes.
func waits(c *client) []float64 {
	var all []float64
	attempts := c.sb.Entries("kind:attempt")
	for i := 1; i < len(attempts); i++ {
		all = append(all, attempts[i].Time.Sub(attempts[i-1].Time).Minutes())
	}
	return all
}

func TestTheScheduleOfRetries(t *testing.T) {
	t.Parallel()
	c := start(t, sandbox.WithTick(0))
	c.sb.Reply("box", `{"reply":[{"status":302,"headers":{"Location":"/in/elsewhere"}},{"status":404},{"fault":"reset"},{"status":500}]}`)
	oid := c.subscribe("box", "", "user_login")
	c.fire(api.Firing{Type: "user_login"})
	c.settled(1)
	w := c.webhook(oid)
	if w.Get("consecutive_failures").Int() != 1 || w.Get("pending").Int() != 1 || w.Get("next_retry_after").String() != "2026-05-18T12:11:24-04:00" || w.Get("disabled").Exists() {
		t.Errorf("after one failure: %s", w.Raw)
	}
	c.sb.Advance(9 * time.Hour)
	want := []float64{1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60, 60}
	if diff := cmp.Diff(want, waits(c)); diff != "" {
		t.Error(diff)
	}
	if n := len(c.sb.Entries("inbox:elsewhere")); n != 0 {
		t.Errorf("the redirect was followed")
	}
	c.sb.Advance(48 * time.Hour)
	w = c.webhook(oid)
	if n := len(c.sb.Entries("kind:attempt")); n != 24 || !w.Get("disabled").Bool() || w.Get("consecutive_failures").Int() != 24 || w.Get("next_retry_after").Exists() || w.Get("pending").Int() != 1 {
		t.Errorf("after %d attempts: %s", n, w.Raw)
	}
	if fired := c.fire(api.Firing{Type: "user_login"}).Events[0]; len(fired.Deliveries) != 0 || fired.Skipped[0].Reason != "disabled" {
		t.Errorf("fired at a disabled webhook: %+v", fired)
	}
	subs := c.control("GET", "/_/subscriptions?provider=ultracart", "")
	if subs.get("0.enabled").Bool() || subs.get("0.next_attempt").Exists() || subs.get("0.failures").Int() != 24 {
		t.Errorf("subscriptions: %s", subs.body)
	}
}

func TestADisabledWebhookIsStartedAgain(t *testing.T) {
	t.Parallel()
	c := start(t, sandbox.WithTick(0))
	c.set("disable_after", 2)
	c.set("retry_delays", []any{30, "1m30s"})
	c.sb.Reply("box", `{"reply":[{"status":500,"times":3},{"status":200}]}`)
	oid := c.subscribe("box", `{"authentication_type":"basic","basic_username":"old"}`, "user_login", "order_ship")
	c.fire(api.Firing{Type: "user_login"})
	c.settled(1)
	c.fire(api.Firing{Type: "order_ship"})
	c.sb.Advance(time.Hour)
	if n := len(c.sb.Entries("kind:attempt")); n != 2 || !c.webhook(oid).Get("disabled").Bool() {
		t.Fatalf("%d attempts, %s", n, c.webhook(oid).Raw)
	}
	body := fmt.Sprintf(`{"webhook_url":%q,"authentication_type":"basic","basic_username":"new","basic_password":"p","event_categories":[{"category":"user","events":[{"event_name":"user_login"}]}]}`, c.sb.Inbox("moved"))
	c.ok("PUT", webhooks+"/"+oid+"?_placeholders=0", body[:len(body)-1]+`,"disabled":true}`)
	c.sb.Reply("moved", `{"reply":[{"status":500},{"status":200}]}`)
	c.sb.Advance(time.Hour)
	if n := len(c.sb.Entries("kind:attempt")); n != 2 {
		t.Fatalf("%d attempts although disabled", n)
	}
	c.ok("PUT", webhooks+"/"+oid, body)
	c.settled(3) // at once, to the new URL, and fails: the counters began anew
	w := c.webhook(oid)
	if w.Get("consecutive_failures").Int() != 1 || w.Get("pending").Int() != 2 || w.Get("disabled").Exists() {
		t.Errorf("after the first failure again: %s", w.Raw)
	}
	if got := waits(c)[1]; got != 120-0.5 {
		t.Errorf("started again after %v minutes", got)
	}
	c.sb.Advance(30 * time.Second)
	w = c.webhook(oid)
	if w.Get("consecutive_failures").Int() != 0 || w.Get("pending").Int() != 0 || w.Get("next_retry_after").Exists() {
		t.Errorf("after a success: %s", w.Raw)
	}
	for _, e := range c.captures("moved", 3) {
		if got := e.Request.Headers.Get("Authorization"); got != "Basic bmV3OnA=" {
			t.Errorf("credentials %s", got)
		}
	}
}

func TestAnUpdateDoesNotEndTheWait(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.sb.Reply("box", `{"reply":[{"status":500},{"status":200}]}`)
	oid := c.subscribe("box", "", "user_login")
	c.fire(api.Firing{Type: "user_login"})
	c.settled(1)
	r := c.ok("PUT", webhooks+"/"+oid, fmt.Sprintf(`{"webhook_url":%q,"event_categories":[]}`, c.sb.Inbox("moved")))
	if r.get("webhook.consecutive_failures").Int() != 1 || r.get("webhook.pending").Int() != 1 || !r.get("webhook.next_retry_after").Exists() {
		t.Errorf("after the update: %s", r.body)
	}
	c.sb.Advance(time.Minute)
	c.captures("moved", 1)
}

func TestDeletingAWebhookDropsWhatWaits(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.sb.Reply("box", `{"reply":[{"status":500}]}`)
	oid := c.subscribe("box", "", "user_login")
	c.fire(api.Firing{Type: "user_login"})
	c.settled(1)
	c.call("DELETE", webhooks+"/"+oid, "")
	c.sb.Advance(24 * time.Hour)
	if n := len(c.sb.Entries("kind:attempt")); n != 1 {
		t.Errorf("%d attempts, want the first only", n)
	}
}

func TestNeverDisabled(t *testing.T) {
	t.Parallel()
	c := start(t, sandbox.WithTick(0))
	c.set("disable_after", 0)
	c.set("retry_delays", []int{1})
	c.sb.Reply("box", `{"reply":[{"status":500}]}`)
	oid := c.subscribe("box", "", "user_login")
	c.fire(api.Firing{Type: "user_login"})
	c.settled(1)
	c.sb.Advance(time.Minute)
	if w := c.webhook(oid); w.Get("consecutive_failures").Int() != 61 || w.Get("disabled").Exists() {
		t.Errorf("%s", w.Raw)
	}
}

// tell writes down what a sandbox does with a fixed list of calls and firings.
func tell(c *client) (lines []string) {
	say := func(r reply) {
		lines = append(lines, fmt.Sprint(r.status, r.header.Get("X-UltraCart-Request-Id"), r.header.Get("Date"), r.body))
	}
	c.sb.Reply("box", `{"reply":[{"status":500,"headers":{"Date":"then"}},{"status":200,"headers":{"Date":"then"}}]}`)
	say(c.call("POST", webhooks, `{"webhook_url":"`+c.sb.Inbox("box")+`","authentication_type":"basic","event_categories":[{"event_category":"order","subscribed":true}]}`))
	c.fire(api.Firing{Type: "order_create", Count: 12})
	c.settled(1)
	c.sb.Advance(time.Hour)
	say(c.call("GET", webhooks, ""))
	logs := c.ok("GET", webhooks+"/1001/logs", "")
	say(logs)
	for _, id := range logs.get("webhook_log_summaries.#.request_id").Array() {
		say(c.call("GET", webhooks+"/1001/logs/"+id.String(), ""))
	}
	say(c.call("GET", webhooks+"/1/logs", ""))
	for _, e := range c.sb.Entries("kind:capture") {
		lines = append(lines, e.EventID+e.DeliveryID+string(e.Request.Body)+e.Request.Headers.Get("Authorization"))
	}
	return lines
}

func TestOneSeedGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	first, second, other := start(t), start(t), start(t, sandbox.WithSeed(8))
	clean := func(c *client) (out []string) {
		for _, l := range tell(c) {
			out = append(out, replaceAll(l, c.sb.URL[len("http://"):], "HERE"))
		}
		return out
	}
	was := clean(first)
	if diff := cmp.Diff(was, clean(second)); diff != "" {
		t.Errorf("the same seed: %s", diff)
	}
	if cmp.Equal(was, clean(other)) {
		t.Error("another seed gives the same")
	}
}

func TestEverythingSurvivesARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var before, logs, oid, off string
	run := func(use func(c *client)) {
		t.Run("run", func(t *testing.T) { use(start(t, sandbox.WithData(dir))) })
	}
	run(func(c *client) {
		c.set("disable_after", 2)
		oid = c.insert("box", `{"authentication_type":"basic","merchant_comments":"mine","webhook_url":"http://127.0.0.1:1/x"}`,
			[]map[string]any{{"event_name": "order_create", "expansion": "billing", "event_ruler": `{"order_id":[{"prefix":"DEMO"}]}`}})
		off = c.subscribe("box", `{"webhook_url":"http://127.0.0.1:1/y"}`, "user_login")
		c.fire(api.Firing{Type: "user_login"})
		c.settled(1)
		c.sb.Advance(time.Hour)
		c.fire(api.Firing{Type: "order_create", Count: 12})
		c.settled(3)
		before, logs = c.webhook(oid).Raw+c.webhook(off).Raw, c.ok("GET", webhooks+"/"+oid+"/logs", "").get("webhook_log_summaries").Raw
	})
	run(func(c *client) {
		if diff := cmp.Diff(before, c.webhook(oid).Raw+c.webhook(off).Raw); diff != "" {
			c.t.Errorf("webhooks: %s", diff)
		}
		if diff := cmp.Diff(logs, c.ok("GET", webhooks+"/"+oid+"/logs", "").get("webhook_log_summaries").Raw); diff != "" {
			c.t.Errorf("log: %s", diff)
		}
		if next := c.subscribe("more", ""); next != "1003" {
			c.t.Errorf("the next webhook is %s, want 1003", next)
		}
		body := c.webhook(oid).Raw
		c.ok("PUT", webhooks+"/"+oid, replaceAll(body, "http://127.0.0.1:1/x", c.sb.Inbox("moved")))
		c.sb.Advance(time.Hour)
		if got := sizes(c.captures("moved", 2)); got != "10 2" {
			c.t.Errorf("batches after the restart: %s", got)
		}
		c.fire(api.Firing{Type: "order_create"})
		if got := string(c.captures("moved", 3)[2].Request.Body); !contains(got, `"order_id":"DEMO-0009100013"`) || !contains(got, `"billing":{`) {
			c.t.Errorf("the next order is %s", got)
		}
		if n := len(c.sb.Entries("kind:attempt subscription:" + off)); n != 0 {
			c.t.Logf("attempts to the disabled webhook: %d", n)
		}
	})
}

func TestDisablingWhileAnAttemptIsOnItsWay(t *testing.T) {
	t.Parallel()
	c := start(t)
	reached, release := make(chan struct{}, 99), make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		reached <- struct{}{}
		<-release
		w.WriteHeader(http.StatusBadGateway)
	}))
	defer slow.Close()
	oid := c.subscribe("", fmt.Sprintf(`{"webhook_url":%q}`, slow.URL), "user_login")
	c.fire(api.Firing{Type: "user_login"})
	<-reached
	c.ok("PUT", webhooks+"/"+oid, fmt.Sprintf(`{"webhook_url":%q,"disabled":true}`, slow.URL))
	close(release)
	c.settled(1)
	c.sb.Advance(24 * time.Hour)
	w := c.webhook(oid)
	if n := len(c.sb.Entries("kind:attempt")); n != 1 || w.Get("pending").Int() != 1 || w.Get("next_retry_after").Exists() || w.Get("consecutive_failures").Int() != 1 {
		t.Errorf("%d attempts, %s", n, w.Raw)
	}
	c.ok("PUT", webhooks+"/"+oid, fmt.Sprintf(`{"webhook_url":%q}`, c.sb.Inbox("box")))
	c.captures("box", 1)
}
