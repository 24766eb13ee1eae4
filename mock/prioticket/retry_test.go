package prioticket_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	succeeded = "DELIVERY_SUCCESS"
	failed    = "DELIVERY_FAILED"
	waiting   = "DELIVERY_PENDING"
)

// offsets lists when attempts were made, counted from the start.
func (r *rig) offsets(q string) (list []int) {
	r.t.Helper()
	for _, e := range r.Entries(q) {
		list = append(list, int(e.Time.Sub(start)/time.Second))
	}
	return list
}

func TestTheScheduleOfSevenDays(t *testing.T) {
	t.Parallel()
	var v struct {
		Retry struct {
			Offsets  []int `json:"attempts_after_first_s"`
			Attempts int
		}
	}
	readJSON(t, "testdata/vectors.json", &v)
	r := newRig(t)
	r.Reply("box", `{"reply":[{"status":500}]}`)
	r.subscribe("box", `"ORDER_CREATE"`)
	r.Fire(fire("ORDER_CREATE"))
	r.Expect(t, "kind:attempt", 1)
	r.Advance(7*24*time.Hour - time.Second)
	if got := strings.Join(r.statuses(), " "); got != waiting {
		t.Errorf("a second before the end: %s", got)
	}
	r.Advance(time.Second)
	if got := strings.Join(r.statuses(), " "); got != failed {
		t.Errorf("after seven days: %s", got)
	}
	r.Advance(30 * 24 * time.Hour)
	if got := r.offsets("kind:attempt"); !slices.Equal(got, v.Retry.Offsets) || len(got) != v.Retry.Attempts {
		t.Errorf("attempts at %v, want %v", got, v.Retry.Offsets)
	}
	all := r.Entries("kind:capture")
	for _, e := range all {
		if !bytes.Equal(e.Request.Body, all[0].Request.Body) {
			t.Error("an attempt sent other bytes")
		}
	}
}

func TestWhatCountsAsDelivered(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		setting, reply, want string
	}{
		"200":           {"200", `{"reply":[{"status":200}]}`, succeeded},
		"201":           {"200", `{"reply":[{"status":201}]}`, waiting},
		"204":           {"200", `{"reply":[{"status":204}]}`, waiting},
		"302":           {"200", `{"reply":[{"status":302,"headers":{"Location":"/in/else"}}]}`, waiting},
		"410":           {"200", `{"reply":[{"status":410}]}`, waiting},
		"204 as a 2xx":  {"2xx", `{"reply":[{"status":204}]}`, succeeded},
		"302 as no 2xx": {"2xx", `{"reply":[{"status":302,"headers":{"Location":"/in/else"}}]}`, waiting},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.Settings("prioticket", "", map[string]any{"callback_success": c.setting})
			r.Reply("box", c.reply)
			r.subscribe("box", `"ORDER_CREATE"`)
			r.Fire(fire("ORDER_CREATE"))
			r.Expect(t, "kind:attempt", 1)
			if got := strings.Join(r.statuses(), " "); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
			if n := len(r.Entries("inbox:else")); n != 0 {
				t.Error("a redirect was followed")
			}
		})
	}
}

func TestRetryIsASwitch(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		setting []any
		want    []int
	}{
		"from the first":  {[]any{"0s", "10s", "1m"}, []int{0, 10, 60}},
		"without its own": {[]any{"10s", 60}, []int{0, 10, 60}},
		"once":            {[]any{}, []int{0}},
		"once, spelled":   {[]any{"0s"}, []int{0}},
		"unordered":       {[]any{"1m", "10s"}, []int{0, 60, 60}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.Settings("prioticket", r.token, map[string]any{"retry": c.setting})
			r.Reply("box", `{"reply":[{"status":500}]}`)
			r.subscribe("box", `"ORDER_CREATE"`)
			r.Fire(fire("ORDER_CREATE"))
			r.Expect(t, "kind:attempt", 1)
			r.Advance(time.Hour)
			if got := r.offsets("kind:attempt"); !slices.Equal(got, c.want) {
				t.Errorf("attempts at %v, want %v", got, c.want)
			}
			if got := strings.Join(r.statuses(), " "); got != failed {
				t.Errorf("%s", got)
			}
		})
	}
}

func TestAnAttemptThatIsNotAnsweredFails(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.Settings("prioticket", "", map[string]any{"callback_timeout": "30ms"})
	r.Reply("box", `{"reply":[{"status":200,"delay":"5s","times":1},{"status":200}]}`)
	r.subscribe("box", `"ORDER_CREATE"`)
	r.Fire(fire("ORDER_CREATE"))
	e := r.Expect(t, "kind:attempt", 1)[0]
	if !strings.Contains(e.Error, "no answer within 30ms") {
		t.Errorf("attempt failed with %q", e.Error)
	}
	r.Settings("prioticket", "", map[string]any{"callback_timeout": nil})
	r.Advance(time.Minute)
	if got := strings.Join(r.statuses(), " "); got != succeeded {
		t.Errorf("%s", got)
	}
}

func TestRetriesHoldNothingBack(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.Reply("box", `{"reply":[{"status":500,"times":1},{"status":200}]}`)
	r.subscribe("box", `"ORDER_CREATE","ORDER_UPDATE"`)
	r.Fire(fire("ORDER_CREATE"))
	r.Expect(t, "kind:attempt", 1)
	r.Fire(fire("ORDER_UPDATE"))
	r.Expect(t, "kind:attempt", 2)
	if got := strings.Join(r.statuses(), " "); got != succeeded+" "+waiting {
		t.Errorf("%s", got)
	}
	r.Advance(time.Minute)
	if got := strings.Join(r.statuses(), " "); got != succeeded+" "+succeeded {
		t.Errorf("a minute later %s", got)
	}
}

func TestARemovedWebhookEndsWhatIsPending(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.Reply("box", `{"reply":[{"status":500}]}`)
	id := r.subscribe("box", `"ORDER_CREATE"`)
	r.Fire(fire("ORDER_CREATE"))
	r.Expect(t, "kind:attempt", 1)
	r.call("DELETE", "/webhooks/"+id, "")
	if got := strings.Join(r.statuses(), " "); got != failed {
		t.Errorf("%s", got)
	}
	r.Advance(24 * time.Hour)
	if n := len(r.Entries("kind:attempt")); n != 1 {
		t.Errorf("%d attempts", n)
	}
}

func TestAddressesThatMayNotBeCalledFailWithAReason(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.register(`"webhook_url":"http://169.254.169.254/latest"`, `"webhook_events":["ORDER_CREATE"]`)
	r.Fire(fire("ORDER_CREATE"))
	e := r.Expect(t, "kind:attempt", 1)[0]
	if !strings.Contains(e.Error, "never called") {
		t.Errorf("attempt failed with %q", e.Error)
	}
	if got := strings.Join(r.statuses(), " "); got != waiting {
		t.Errorf("%s", got)
	}
}

func TestFailedNotificationsInARowDisable(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.Settings("prioticket", r.token, map[string]any{"auto_disable": 2, "retry": []string{"1m"}})
	r.Reply("box", `{"reply":[{"status":500,"times":2},{"status":200,"times":1},{"status":500}]}`)
	id := r.subscribe("box", `"ORDER_CREATE"`)
	status := func() string {
		return r.call("GET", "/webhooks?webhook_id="+id, "").get(t, "data.items.0.webhook_status")
	}
	lose := func(attempts int) {
		r.Fire(fire("ORDER_CREATE"))
		r.Expect(t, "kind:attempt", attempts-1)
		r.Advance(time.Minute)
		r.Expect(t, "kind:attempt", attempts)
	}
	lose(2) // one lost
	r.Fire(fire("ORDER_CREATE"))
	r.Expect(t, "kind:attempt", 3) // one arrived: the row begins again
	lose(5)
	if got := status(); got != "ENABLED" {
		t.Fatalf("%s after one lost in a row", got)
	}
	lose(7)
	if got := status(); got != "DISABLED" {
		t.Fatalf("%s after two lost in a row", got)
	}
	fired := r.Fire(fire("ORDER_CREATE"))
	if len(fired.Events[0].Deliveries) != 0 || len(fired.Events[0].Skipped) != 1 {
		t.Errorf("a DISABLED webhook got %+v", fired.Events[0])
	}
}

func TestWhatWaitsForADisabledWebhookHasFailed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.Settings("prioticket", r.token, map[string]any{"auto_disable": 1, "retry": []string{"1m"}})
	r.Reply("box", `{"reply":[{"status":500}]}`)
	r.subscribe("box", `"ORDER_CREATE"`)
	r.Fire(fire("ORDER_CREATE"))
	r.Expect(t, "kind:attempt", 1)
	r.Advance(30 * time.Second)
	r.Fire(fire("ORDER_CREATE"))
	r.Expect(t, "kind:attempt", 2)
	r.Advance(30 * time.Second)
	if got := strings.Join(r.statuses(), " "); got != failed+" "+failed {
		t.Errorf("%s", got)
	}
	r.Advance(time.Hour)
	if n := len(r.Entries("kind:capture")); n != 3 {
		t.Errorf("%d captures, want 3: two of the first, one of the second", n)
	}
}

func TestFirstAttemptsGoInTheOrderFired(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe("box", `"ORDER_CREATE"`)
	f := fire("ORDER_CREATE")
	f.Count = 50
	fired := r.Fire(f)
	for i, e := range r.Expect(t, "kind:capture", 50) {
		if e.EventID != fired.Events[i].ID {
			t.Fatalf("capture %d is of another event", i)
		}
	}
}
