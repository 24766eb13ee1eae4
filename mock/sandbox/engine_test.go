package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"tacklebox/mock/provider"
	"tacklebox/mock/signing"
	"tacklebox/receiver/api"
)

func subscribe(t *testing.T, r *Running, account, inbox string, types ...string) string {
	t.Helper()
	body, _ := json.Marshal(map[string]any{"URL": r.Inbox(inbox), "Types": types})
	req, _ := http.NewRequest("POST", r.Provider("tiny")+"/subs", strings.NewReader(string(body)))
	req.Header.Set("X-Key", account)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	id, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusCreated {
		t.Fatalf("subscribing: %s %s", resp.Status, id)
	}
	return string(id)
}

func TestOneEventReachesItsSubscriptionSignedAndCaptured(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny)
	sub := subscribe(t, r, "ann", "box", "thing.made")
	fired := r.Fire(api.Firing{Type: "thing.made", Provider: "tiny", Set: map[string]json.RawMessage{"name": []byte(`"gear"`)}})
	got := r.Expect(t, "kind:capture inbox:box", 1)[0]
	if got.Signature == nil || got.Signature.State != signing.Valid {
		t.Errorf("signature %+v, want valid", got.Signature)
	}
	if want := `{"id":1,"name":"gear","parts":[{"size":3}]}`; string(got.Request.Body) != want {
		t.Errorf("body %s, want %s", got.Request.Body, want)
	}
	attempt := r.Expect(t, "kind:attempt", 1)[0]
	if attempt.CaptureSeq != got.Seq || attempt.Subscription != sub || attempt.DeliveryID != fired.Events[0].Deliveries[0].ID {
		t.Errorf("attempt %+v does not know its capture %d", attempt, got.Seq)
	}
	if got.DeliveryID != attempt.DeliveryID || got.EventID != fired.Events[0].ID || got.Attempt != 1 {
		t.Errorf("capture %+v does not know its attempt", got)
	}
}

func TestEventsArriveInTheOrderTheyWereFired(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny)
	subscribe(t, r, "ann", "box", "thing.made")
	fired := r.Fire(api.Firing{Type: "thing.made", Provider: "tiny", Count: 200})
	for i, e := range r.Expect(t, "kind:capture", 200) {
		if e.EventID != fired.Events[i].ID {
			t.Fatalf("capture %d is of event %s, want %s", i, e.EventID, fired.Events[i].ID)
		}
	}
}

func TestFailedDeliveriesAreRetriedOnTheClock(t *testing.T) {
	t.Parallel()
	for _, hold := range []bool{false, true} {
		t.Run(fmt.Sprint("hold=", hold), func(t *testing.T) {
			t.Parallel()
			r := Start(t, withTiny)
			r.Settings("tiny", "", map[string]any{"hold": hold})
			r.Reply("box", `{"reply":[{"status":500,"times":3},{"status":200}]}`)
			subscribe(t, r, "ann", "box", "thing.made")
			r.Fire(api.Firing{Type: "thing.made", Provider: "tiny"})
			first := r.Expect(t, "kind:attempt status:500", 1)[0]
			if want := firstInstant.Add(time.Minute); !first.NextAttempt.Equal(want) {
				t.Errorf("next attempt %s, want %s", first.NextAttempt, want)
			}
			r.Advance(59 * time.Second)
			if n := len(r.Entries("kind:attempt")); n != 1 {
				t.Errorf("%d attempts before the minute is over, want 1", n)
			}
			r.Advance(time.Hour)
			attempts := r.Entries("kind:attempt")
			if len(attempts) != 3 || !attempts[2].NextAttempt.IsZero() {
				t.Errorf("%d attempts, the last planning %v; want 3 and none", len(attempts), attempts[len(attempts)-1].NextAttempt)
			}
		})
	}
}

func TestAccountsDoNotMeet(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny)
	subscribe(t, r, "ann", "a", "thing.made")
	subscribe(t, r, "bob", "b", "thing.made")
	r.Fire(api.Firing{Type: "thing.made", Provider: "tiny", Account: "bob"})
	r.Expect(t, "kind:capture inbox:b", 1)
	r.Fire(api.Firing{Type: "thing.made", Provider: "tiny"})
	r.Expect(t, "kind:capture inbox:b", 2)
	if n := len(r.Expect(t, "kind:capture inbox:a", 1)); n != 1 {
		t.Errorf("%d captures for ann, want 1", n)
	}
}

func TestCapturesOfOursAreHeldAgainstTheirSchema(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny)
	subscribe(t, r, "ann", "box", "thing.made")
	r.Fire(api.Firing{Type: "thing.made", Provider: "tiny"})
	r.Expect(t, "kind:capture contract:ok", 1)
	r.Fire(api.Firing{Type: "thing.made", Provider: "tiny", Set: map[string]json.RawMessage{"id": []byte(`"one"`)}, Unset: []string{"name"}})
	bad := r.Expect(t, "kind:capture contract:fail", 1)[0]
	if got := strings.Join(bad.Contract.Violations, "; "); !strings.Contains(got, "id") || !strings.Contains(got, "name") {
		t.Errorf("violations %q, want both id and name", got)
	}
}

func TestTheDescriptionListsCallsAndCallbacks(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny)
	_, body := r.call("GET", "/_/providers/tiny/openapi.json", nil)
	for _, want := range []string{`"thing.made"`, `"callback.thing"`, `"/subs"`, r.Provider("tiny")} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is not in %s", want, body)
		}
	}
}

func TestFiringIsRefusedWithTheNearestWord(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny)
	for name, c := range map[string]struct{ body, want string }{
		"provider":     {`{"provider":"tony","type":"thing.made"}`, `did you mean \"tiny\"?`},
		"type":         {`{"provider":"tiny","type":"thing.mode"}`, `did you mean \"thing.made\"?`},
		"path":         {`{"provider":"tiny","type":"thing.made","set":{"nam":1}}`, `did you mean \"name\"?`},
		"deep path":    {`{"provider":"tiny","type":"thing.made","set":{"parts.0.sise":1}}`, `did you mean \"parts.0.size\"?`},
		"unset":        {`{"provider":"tiny","type":"thing.made","unset":["nome"]}`, `did you mean \"name\"?`},
		"context":      {`{"provider":"tiny","type":"thing.made","context":{"a":1}}`, `no context key`},
		"to":           {`{"provider":"tiny","type":"thing.made","to":"ftp://x"}`, `not an absolute http`},
		"count":        {`{"provider":"tiny","type":"thing.made","count":-1}`, `count -1`},
		"long path":    {`{"provider":"tiny","type":"thing.made","set":{"` + strings.Repeat("a", 1_000_000) + `":1}}`, `a path has 1000000 bytes`},
		"long type":    {`{"provider":"tiny","type":"` + strings.Repeat("a", 1_000_000) + `"}`, `no event type`},
		"deep merge":   {`{"provider":"tiny","type":"thing.made","merge":` + strings.Repeat(`{"name":`, 9000) + "1" + strings.Repeat("}", 9000) + `}`, `deeper than 512`},
		"unknown name": {`{"provider":"tiny","type":"thing.made","sett":{}}`, `is not a known field`},
		"not JSON":     {`{"provider"`, `not JSON`},
		"brackets":     {strings.Repeat("[", 1_000_000), `not JSON`},
		"trailing":     {`{"provider":"tiny","type":"thing.made"} x`, `text after`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, body := r.call("POST", "/_/events", []byte(c.body))
			if status < 400 || status > 499 || !strings.Contains(body, c.want) {
				t.Errorf("answer %.300s, want a 4xx with %s", body, c.want)
			}
		})
	}
}

func TestSubscriptionsAndPendingDeliveriesSurvive(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	run := func(t *testing.T, use func(t *testing.T, r *Running)) {
		t.Run("run", func(t *testing.T) { use(t, Start(t, withTiny, WithData(dir))) })
	}
	run(t, func(t *testing.T, r *Running) {
		r.Reply("box", `{"reply":[{"status":500}]}`)
		subscribe(t, r, "ann", "box", "thing.made")
		r.Fire(api.Firing{Type: "thing.made", Provider: "tiny"})
		r.Expect(t, "kind:attempt status:500", 1)
	})
	run(t, func(t *testing.T, r *Running) {
		if status, body := r.call("GET", "/_/subscriptions?provider=tiny", nil); !strings.Contains(body, `"failures":1`) {
			t.Errorf("subscriptions after a restart: %d %s", status, body)
		}
		r.Advance(time.Minute)
		if n := len(r.Entries("kind:attempt")); n != 2 {
			t.Errorf("%d attempts after the restart and a minute, want 2", n)
		}
	})
}

func TestAProfileCanHaveAHomeOfItsOwn(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny, func(c *Config) {
		p := c.providers[0]
		p.Options = append(p.Options, provider.Option{Name: "profile", Kind: provider.TextOption, Default: `"new"`})
		p.Homes = map[string]string{"old": "/v0"}
	})
	if got, want := r.Provider("tiny"), r.URL+"/tiny/v1"; got != want {
		t.Errorf("base URL %s, want %s", got, want)
	}
	r.Settings("tiny", "", map[string]any{"profile": "old"})
	if got, want := r.Provider("tiny"), r.URL+"/tiny/v0"; got != want {
		t.Errorf("base URL of the other profile %s, want %s", got, want)
	}
}

func TestAnEntryIsComparedWithItsSample(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny)
	fired := r.Fire(api.Firing{Type: "thing.made", Provider: "tiny", To: r.Inbox("box"), Set: map[string]json.RawMessage{"name": []byte(`"gear"`)}})
	got := r.Expect(t, "kind:capture event:"+fired.Events[0].ID, 1)[0]
	status, body := r.call("GET", fmt.Sprintf("/_/entries/diff?a=%d&b=sample", got.Seq), nil)
	if status != http.StatusOK || !strings.Contains(body, `"path":"name","a":"gear","b":"nut"`) || strings.Contains(body, `"headers"`) {
		t.Errorf("difference from the sample: %s", body)
	}
	resp, err := http.Post(r.Inbox("foreign"), "text/plain", strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	foreign := r.Expect(t, "kind:capture inbox:foreign", 1)[0]
	if status, body := r.call("GET", fmt.Sprintf("/_/entries/diff?a=%d&b=sample", foreign.Seq), nil); status != http.StatusUnprocessableEntity || !strings.Contains(body, "no_sample") {
		t.Errorf("a foreign capture has a sample: %s", body)
	}
}
