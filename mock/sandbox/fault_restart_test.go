package sandbox

import (
	"strings"
	"testing"
	"time"

	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
)

// TestFaultsAreNotMistakenAfterARestart shows what the journal tells of attempts
// that went wrong on purpose.
func TestFaultsAreNotMistakenAfterARestart(t *testing.T) {
	t.Parallel()
	for kind, c := range map[string]struct {
		status   string
		failures string
		retried  bool
	}{
		"drop":       {"200", `"failures":0`, false},
		"duplicate":  {"500", `"failures":1`, true},
		"empty_body": {"500", `"failures":1`, true},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			r := Start(t, withTiny, WithData(dir))
			r.Reply("box", `{"reply":[{"status":`+c.status+`}]}`)
			subscribe(t, r, "ann", "box", "thing.made")
			r.Fire(api.Firing{Type: "thing.made", Provider: "tiny", Faults: []api.Fault{{Kind: kind}}})
			r.Expect(t, "kind:attempt has:fault", 1)
			if kind == "duplicate" {
				r.Expect(t, "kind:attempt", 2)
			}
			again := crashed(t, dir)
			if _, body := again.call("GET", "/_/subscriptions", nil); !strings.Contains(body, c.failures) {
				t.Errorf("after the restart %s, want %s", body, c.failures)
			}
			before := len(again.Entries("kind:attempt"))
			again.Advance(time.Minute)
			retries := again.Entries("kind:attempt")[before:]
			if (len(retries) > 0) != c.retried {
				t.Fatalf("%d retries after the restart, want some: %v", len(retries), c.retried)
			}
			for _, e := range retries {
				checkRetry(t, e)
			}
		})
	}
}

func checkRetry(t *testing.T, e *journal.Entry) {
	t.Helper()
	if want := `{"id":1,"name":"nut","parts":[{"size":3}]}`; e.Attempt != 2 || string(e.Request.Body) != want {
		t.Errorf("attempt %d with %s, want 2 with %s", e.Attempt, e.Request.Body, want)
	}
}
