package prioticket_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tacklebox/mock/sandbox"
)

func TestTheSameSeedGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	run := func(seed uint64) string {
		r := newRig(t, sandbox.WithSeed(seed))
		out := r.login("ann@a.example")
		r = r.as(out)
		id := r.register(`"webhook_url":"http://127.0.0.1:1/x"`, `"webhook_events":["ORDER_CREATE"]`)
		r.notify("ORDER_CREATE", "5")
		for _, e := range r.Expect(t, "kind:attempt", 1) {
			out += string(e.Request.Body)
		}
		return out + id + r.call("GET", "/notifications", "").body + r.call("GET", "/x", "").body
	}
	if a, b := run(5), run(5); a != b {
		t.Errorf("two runs differ:\n%s\n%s", a, b)
	}
	if run(5) == run(6) {
		t.Error("another seed gave the same")
	}
}

func TestStateSurvivesARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var token, webhooks, log string
	t.Run("before", func(t *testing.T) {
		r := newRig(t, sandbox.WithData(dir))
		token = r.login("ann")
		r = r.as(token)
		r.register(`"webhook_url":"http://127.0.0.1:1/x"`, `"webhook_events":["ORDER_CREATE"]`, `"webhook_auth":"abc"`)
		r.notify("ORDER_CREATE", "5")
		r.Expect(t, "kind:attempt", 1)
		r.Advance(10 * time.Minute)
		webhooks, log = r.call("GET", "/webhooks", "").body, r.call("GET", "/notifications", "").body
	})
	t.Run("after", func(t *testing.T) {
		r := newRig(t, sandbox.WithData(dir)).as(token)
		if got := r.call("GET", "/webhooks", ""); got.body != webhooks {
			t.Errorf("webhooks %s\nwere %s", got.body, webhooks)
		}
		if got := r.call("GET", "/notifications", ""); got.body != log || !strings.Contains(log, waiting) {
			t.Errorf("log %s\nwas %s", got.body, log)
		}
		r.Advance(7 * 24 * time.Hour)
		if n := len(r.Entries("kind:attempt")); n != 14 {
			t.Errorf("%d attempts in all", n)
		}
		fresh := r.as(r.login("ann"))
		if got := strings.Join(fresh.statuses(), " "); got != failed {
			t.Errorf("in the end %s", got)
		}
	})
}

func TestTheFairUseLimits(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for range 70 {
		r.call("GET", "/nowhere", "")
	}
	if g := r.call("GET", "/webhooks", ""); g.status != 200 {
		t.Fatalf("limits hold although they are off: %d", g.status)
	}
	r.Settings("prioticket", "", map[string]any{"rate_limit": "on"})
	for i := range 61 {
		if g := r.call("GET", "/webhooks?page=0", ""); g.status != 400 {
			t.Fatalf("call %d: %d", i, g.status)
		}
	}
	g := r.as("bob").call("GET", "/webhooks", "")
	refused(t, "the address is blocked", g, 429, "TOO_MANY_REQUESTS")
	r.Advance(59 * time.Second)
	refused(t, "still blocked", r.call("GET", "/webhooks", ""), 429, "TOO_MANY_REQUESTS")
	r.Advance(time.Second)
	if g := r.call("GET", "/webhooks", ""); g.status != 200 {
		t.Errorf("after a minute: %d %s", g.status, g.body)
	}
}

func TestTheRollingWindowOfCalls(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.Settings("prioticket", "", map[string]any{"rate_limit": "on"})
	tally := map[int]int{}
	for i := range 1002 {
		if i == 500 {
			r.Advance(30 * time.Second)
		}
		tally[r.call("GET", "/webhooks", "").status]++
	}
	if fmt.Sprint(tally) != "map[200:1000 429:2]" {
		t.Errorf("answers %v", tally)
	}
	r.Advance(30 * time.Second) // the first 500 leave the window
	for i := range 501 {
		want := 200
		if i == 500 {
			want = 429
		}
		if g := r.call("GET", "/webhooks", ""); g.status != want {
			t.Fatalf("call %d of the next window: %d, want %d", i, g.status, want)
		}
	}
}

func TestSettingsAreChecked(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for doc, ok := range map[string]bool{
		`{"no_content_status":201}`: false, `{"no_content_status":202}`: true, `{"missing_auth_status":"401"}`: false, `{"missing_auth_status":403}`: false,
		`{"unknown_webhook_status":409}`: false, `{"page_size_cap":-1}`: false, `{"auto_disable":-1}`: false, `{"retry":["x"]}`: false, `{"retry":["1m",5]}`: true,
		`{"profile":"v3.9"}`: false, `{"rate_limit":"maybe"}`: false, `{"colour":1}`: false, `{"duplicates":"never"}`: false, `{"callback_timeout":"5s"}`: true, `{"callback_timeout":"0s"}`: false, `{"callback_timeout":0}`: false,
	} {
		g := r.at(r.URL+"/_/providers/prioticket/settings", "PUT", doc)
		if (g.status == 200) != ok {
			t.Errorf("%s: %d %s", doc, g.status, g.body)
		}
	}
}
