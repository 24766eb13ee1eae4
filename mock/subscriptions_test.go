package mock

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"tacklebox/mock/provider"
	"tacklebox/receiver/api"
)

// TestSubscriptionsAreChanged: the whole body of each answer, in order.
func TestSubscriptionsAreChanged(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.subscribe("ann", "s")
	r.subscribe("bob", "s")
	r.subscribe("bob", "own/1")
	row := func(account string, enabled bool) string {
		return fmt.Sprintf(`{"provider":"plain","account":%q,"id":"s","url":"%s/s","types":["made","lost"],"enabled":%t,"failures":0}`, account, r.sink.URL, enabled)
	}
	for _, c := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"DELETE", "plane/s", "", 404, `{"error":{"code":"unknown_provider","message":"no provider \"plane\"","hint":"did you mean \"plain\"? known are plain"}}`},
		{"DELETE", "plain/own%2F2", "", 404, `{"error":{"code":"unknown_subscription","message":"plain has no subscription \"own/2\"","hint":"did you mean \"own/1\"?"}}`},
		{"DELETE", "plain/s?account=eve", "", 404, `{"error":{"code":"unknown_subscription","message":"plain has no subscription \"s\"","hint":"GET /_/subscriptions lists them"}}`},
		{"DELETE", "plain/s?acount=ann", "", 400, `{"error":{"code":"unknown_parameter","message":"\"acount\" is not a known parameter","hint":"did you mean \"account\"? known are account"}}`},
		{"DELETE", "plain/s", "", 409, `{"error":{"code":"ambiguous_subscription","message":"2 accounts have a subscription \"s\"","hint":"say ?account=, one of ann, bob"}}`},
		{"PUT", "plain/s", `{"enabled":false}`, 409, `{"error":{"code":"ambiguous_subscription","message":"2 accounts have a subscription \"s\"","hint":"say ?account=, one of ann, bob"}}`},
		{"PUT", "plain/s?account=bob", `{"enabled":false}`, 200, row("bob", false)},
		{"PUT", "plain/s?account=bob", `{"enabled":false}`, 200, row("bob", false)},
		{"PUT", "plain/s?account=bob", `{"enabled":true}`, 200, row("bob", true)},
		{"PUT", "plain/s?account=bob", `{}`, 400, `{"error":{"code":"bad_json","message":"enabled is missing","hint":"send {\"enabled\":true} or {\"enabled\":false}"}}`},
		{"PUT", "plain/s?account=bob", `{"enabled":"no"}`, 400, `{"error":{"code":"bad_json","message":"enabled: a text where true or false is wanted"}}`},
		{"PUT", "plain/s?account=bob", `{"enabled":true,"url":"x"}`, 400, `{"error":{"code":"unknown_field","message":"\"url\" is not a known field","hint":"known are enabled"}}`},
		{"PUT", "plane/s", `{"enabled":true}`, 404, `{"error":{"code":"unknown_provider","message":"no provider \"plane\"","hint":"did you mean \"plain\"? known are plain"}}`},
		{"DELETE", "plain/own%2F1", "", 200, `{"removed":true}`},
		{"DELETE", "plain/s?account=bob", "", 200, `{"removed":true}`},
		{"DELETE", "plain/s?account=bob", "", 404, `{"error":{"code":"unknown_subscription","message":"plain has no subscription \"s\"","hint":"GET /_/subscriptions lists them"}}`},
	} {
		if status, got := r.control(c.method, "/_/subscriptions/"+c.path, c.body); status != c.status || got != c.want {
			t.Errorf("%s %s %s: %d\n%s, want %d\n%s", c.method, c.path, c.body, status, got, c.status, c.want)
		}
	}
	if _, got := r.control("GET", "/_/subscriptions", ""); got != "["+row("ann", true)+"]" {
		t.Errorf("left are %s", got)
	}
	r.again()
	if _, got := r.control("GET", "/_/subscriptions", ""); got != "["+row("ann", true)+"]" {
		t.Errorf("left after a restart are %s", got)
	}
}

// wanted asks the control API and ends the test unless the answer has a status.
func (r *rig) wanted(status int, method, path, body string) string {
	r.t.Helper()
	got, answer := r.control(method, path, body)
	if got != status {
		r.t.Fatalf("%s %s: %d %s, want %d", method, path, got, answer, status)
	}
	return answer
}

// TestRemovingDropsWhatWaits, and the clock forgets when it was due.
func TestRemovingDropsWhatWaits(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*provider.Provider, *Config){"apart": nil, "held": holding} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, change)
			r.sink.answer(500, 500, 500)
			r.subscribe("ann", "s")
			r.fire("a")
			r.waitFor(1, "kind:attempt")
			r.idle()
			r.wanted(200, "DELETE", "/_/subscriptions/plain/s", "")
			if at, any := r.e.Next(); any {
				t.Errorf("something is due at %s", at)
			}
			r.advance(24 * time.Hour)
			equal(t, "requests", r.sink.requests(), []string{"/s a"})
			if got := r.states("ann"); got != "dropped" {
				t.Errorf("the delivery is %s", got)
			}
		})
	}
}

// TestSwitchedOff: what waits is kept, what happens meanwhile is not for it, and
// switched on again it gets at once what waited. A restart changes nothing.
func TestSwitchedOff(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*provider.Provider, *Config){"apart": nil, "held": holding} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, change)
			r.sink.answer(500)
			r.subscribe("ann", "s")
			r.fire("a")
			r.waitFor(1, "kind:attempt")
			r.idle()
			if got := r.wanted(200, "PUT", "/_/subscriptions/plain/s", `{"enabled":false}`); strings.Contains(got, "next_attempt") {
				t.Errorf("switched off and waiting: %s", got)
			}
			r.fire("b")
			r.again()
			r.advance(24 * time.Hour)
			equal(t, "while off", r.sink.requests(), []string{"/s a"})
			r.wanted(200, "PUT", "/_/subscriptions/plain/s", `{"enabled":true}`)
			r.idle()
			equal(t, "switched on", r.sink.requests(), []string{"/s a", "/s a"})
			if s := r.sub("ann", "s"); !s.Enabled || s.Failures != 0 {
				t.Errorf("switched on: %+v", s)
			}
		})
	}
}

// TestSwitchedIsTold, and then keeps nothing waiting unless the provider says so.
func TestSwitchedIsTold(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(p *provider.Provider, _ *Config) {
		p.Switched = func(_ *provider.World, a *provider.Account, s *provider.Sub) {
			s.Store(fmt.Sprint(a.Name, " ", s.Enabled))
		}
	})
	r.sink.answer(500)
	r.subscribe("ann", "s")
	r.fire("a")
	r.waitFor(1, "kind:attempt")
	r.idle()
	r.wanted(200, "PUT", "/_/subscriptions/plain/s", `{"enabled":false}`)
	r.advance(time.Minute)
	equal(t, "requests", r.sink.requests(), []string{"/s a", "/s a"})
	if s := r.sub("ann", "s"); string(s.Data) != `"ann false"` {
		t.Errorf("kept %s", s.Data)
	}
}

// firedID fires and returns the id of the only delivery.
func (r *rig) firedID(body string) string {
	r.t.Helper()
	fired, err := r.e.Fire(context.Background(), api.Firing{Provider: "plain", Type: "made", Body: provider.Encode(body)})
	if err != nil || len(fired.Events[0].Deliveries) != 1 {
		r.t.Fatal(fired, err)
	}
	return fired.Events[0].Deliveries[0].ID
}

// TestRetry attempts a waiting delivery although the clock stands still, and
// plans the following one as after any attempt.
func TestRetry(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*provider.Provider, *Config){"apart": nil, "held": holding} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, change)
			r.sink.answer(500, 500)
			r.subscribe("ann", "s")
			id := r.firedID("a")
			r.idle()
			want := fmt.Sprintf(`{"id":%q,"subscription":"s","url":"%s/s"}`, id, r.sink.URL)
			if got := r.wanted(202, "POST", "/_/deliveries/"+id+"/retry", ""); got != want {
				t.Errorf("%s, want %s", got, want)
			}
			r.idle()
			equal(t, "requests", r.sink.requests(), []string{"/s a", "/s a"})
			if at, _ := r.e.Next(); at.Sub(r.e.Now()) != time.Hour {
				t.Errorf("the third is due in %s, want what follows a second attempt", at.Sub(r.e.Now()))
			}
			r.advance(time.Minute)
			if n := len(r.sink.requests()); n != 2 {
				t.Errorf("%d requests when the retry was due that was taken back", n)
			}
			r.wanted(202, "POST", "/_/deliveries/"+id+"/retry", "")
			r.idle()
			if got := r.states("ann"); got != "delivered" {
				t.Errorf("the delivery is %s", got)
			}
			if at, any := r.e.Next(); any {
				t.Errorf("something is still due at %s", at)
			}
			got := r.wanted(409, "POST", "/_/deliveries/"+id+"/retry", "")
			if !strings.Contains(got, `"code":"settled","message":"delivery `+id+` is delivered"`) {
				t.Error(got)
			}
		})
	}
}

// TestRetryGoesFirst: the delivery that was asked for goes before the others that
// wait in a held lane, and they follow when it arrives.
func TestRetryGoesFirst(t *testing.T) {
	t.Parallel()
	r := newRig(t, holding)
	r.sink.answer(500, 500)
	r.subscribe("ann", "s")
	r.firedID("a")
	r.idle()
	second := r.firedID("b")
	r.idle()
	equal(t, "held", r.sink.requests(), []string{"/s a"})
	r.wanted(202, "POST", "/_/deliveries/"+second+"/retry", "")
	r.idle()
	equal(t, "failed again", r.sink.requests(), []string{"/s a", "/s b"})
	r.wanted(202, "POST", "/_/deliveries/"+second+"/retry", "")
	r.idle()
	equal(t, "arrived", r.sink.requests(), []string{"/s a", "/s b", "/s b", "/s a"})
}

// TestRetryInFlight does not send twice what is on its way.
func TestRetryInFlight(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	arrived, answer := make(chan string), make(chan int)
	r.sink.reply(func(_ int, _, body string) int { arrived <- body; return <-answer })
	r.subscribe("ann", "s")
	id := r.firedID("a")
	<-arrived
	r.wanted(202, "POST", "/_/deliveries/"+id+"/retry", "")
	answer <- 200
	r.idle()
	equal(t, "requests", r.sink.requests(), []string{"/s a"})
}

// TestRetryRefusals: what is unknown, and what waits for a subscription that is
// off.
func TestRetryRefusals(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.sink.answer(500)
	r.subscribe("ann", "s")
	id := r.firedID("a")
	r.idle()
	r.wanted(200, "PUT", "/_/subscriptions/plain/s", `{"enabled":false}`)
	for path, want := range map[string]string{
		id:  `{"error":{"code":"subscription_off","message":"delivery ` + id + ` is waiting: its subscription s is off","hint":"PUT /_/subscriptions/plain/s {\"enabled\":true} sends what waits for it"}}`,
		"x": `{"error":{"code":"unknown_delivery","message":"no delivery \"x\"","hint":"settled ones beyond the newest 10,000 of an account are forgotten"}}`,
	} {
		if _, got := r.control("POST", "/_/deliveries/"+path+"/retry", ""); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	r.wanted(404, "POST", "/_/deliveries/x/retry", "")
	r.wanted(409, "POST", "/_/deliveries/"+id+"/retry", "")
	r.wanted(400, "POST", "/_/deliveries/"+id+"/retry?now", "")
}
