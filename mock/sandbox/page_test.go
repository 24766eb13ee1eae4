package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"tacklebox/mock/provider"
	"tacklebox/receiver/api"
)

// TestTheDescriptionOfAProvider: the whole document, made of the provider's own
// and of its catalogue.
func TestTheDescriptionOfAProvider(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny, func(c *Config) {
		c.providers[0].Envelope = func(typ string, payload map[string]any) map[string]any {
			return map[string]any{"type": "object", "properties": map[string]any{"data": payload}, "title": typ}
		}
		c.providers[0].Offers = func(_ *provider.World, _, typ string) (string, bool) { return "no longer", typ != "thing.lost" }
	})
	status, body := r.call("GET", "/_/providers/tiny/openapi.json", nil)
	if status != http.StatusOK {
		t.Fatal(body)
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, []byte(strings.ReplaceAll(body[4:], r.URL, "URL")), "", " "); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/tiny_openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if pretty.String() != string(want) {
		t.Errorf("got\n%s\nwant\n%s", pretty.String(), want)
	}
	doc, err := openapi3.NewLoader().LoadFromData([]byte(body[4:]))
	if err != nil || doc.Paths.Find("/subs") == nil {
		t.Errorf("the description cannot be read: %v", err)
	}
}

// TestTheIndexSaysWhatAnswersHere.
func TestTheIndexSaysWhatAnswersHere(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny)
	for range 3 {
		if status, body := r.call("POST", "/in/x", nil); status != 200 {
			t.Fatal(body)
		}
	}
	_, body := r.call("GET", "/_/", nil)
	want := fmt.Sprintf(`200 {"entries":{"count":3,"last_seq":3,"oldest_seq":1},"name":"tacklebox","pid":%d,"urls":{"control":"URL/_/","receiver":"URL/in/{inbox}",`+
		`"stream":"ws%s/_/stream","tiny":"URL/tiny/v1"},"version":"test"}`+"\n", os.Getpid(), strings.TrimPrefix(r.URL, "http"))
	if got := strings.ReplaceAll(body, `"`+r.URL, `"URL`); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, path := range []string{"/_/livez", "/_/readyz"} {
		if _, body := r.call("GET", path, nil); body != "200 {\"status\":\"ok\"}\n" {
			t.Errorf("%s: %s", path, body)
		}
	}
}

// TestMetricsOverHTTP: the composition's own lines stand before the engine's.
func TestMetricsOverHTTP(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny, WithConfig(func(c *Config) { c.Version = `v"1\` }))
	subscribe(t, r, "ann", "box", "thing.made")
	r.Fire(api.Firing{Provider: "tiny", Type: "thing.made"})
	r.Expect(t, "kind:capture", 1)
	r.Expect(t, "kind:attempt", 1)
	resp, err := http.Get(r.URL + "/_/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	if got := resp.Header.Get("Content-Type"); got != "text/plain; version=0.0.4; charset=utf-8" {
		t.Errorf("as %s", got)
	}
	for _, want := range []string{`tacklebox_info{version="v\"1\\"} 1`, "tacklebox_entries 4", "tacklebox_last_seq 4", `tacklebox_calls_total{provider="tiny"} 1`,
		`tacklebox_events_total{provider="tiny"} 1`, `tacklebox_subscriptions{provider="tiny"} 1`, `tacklebox_accounts{provider="tiny"} 1`} {
		if !strings.Contains(string(b), "\n"+want+"\n") {
			t.Errorf("%s is not a line of\n%s", want, b)
		}
	}
}

// TestAStopWaitsForAnAttemptInFlight: what arrived is known to have arrived, and
// a receiver that hangs does not hold the stop up.
func TestAStopWaitsForAnAttemptInFlight(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	arrived, answer := make(chan struct{}), make(chan struct{})
	server := &http.Server{Handler: http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		close(arrived)
		<-answer
		rw.WriteHeader(http.StatusAccepted)
	})}
	go func() { _ = server.Serve(ln) }()
	t.Cleanup(func() { _ = server.Close() })
	t.Run("stopped", func(t *testing.T) {
		r := Start(t, withTiny, WithData(dir))
		r.Fire(api.Firing{Provider: "tiny", Type: "thing.made", To: "http://" + ln.Addr().String() + "/"})
		<-arrived
		go func() {
			for r.sb.Engine().Running() {
				runtime.Gosched()
			}
			close(answer) // while the sandbox is stopping
		}()
	})
	again := Start(t, withTiny, WithData(dir))
	if got := again.Entries("kind:attempt"); len(got) != 1 || got[0].Response == nil || got[0].Response.Status != http.StatusAccepted {
		t.Errorf("after the restart there are %d attempts", len(got))
	}
	again.Advance(24 * time.Hour)
	if n := len(again.Entries("kind:attempt")); n != 1 {
		t.Errorf("it was sent again: %d attempts", n)
	}
}

// TestSettingsOfOneAccount decide for that account alone, also for the retries
// of what was fired before.
func TestSettingsOfOneAccount(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny)
	r.Reply("box", `{"reply":[{"status":500}]}`)
	for _, account := range []string{"ann", "bob"} {
		subscribe(t, r, account, "box", "thing.made")
	}
	r.Settings("tiny", "ann", map[string]any{"retry": []string{"10s"}})
	r.Settings("tiny", "bob", map[string]any{"retry": []string{}})
	r.Fire(api.Firing{Provider: "tiny", Type: "thing.made"})
	r.Advance(0)
	for account, want := range map[string]int{"ann": 1, "bob": 1} {
		if n := len(r.Entries("kind:attempt account:" + account)); n != want {
			t.Errorf("%s has %d attempts, want %d", account, n, want)
		}
	}
	r.Settings("tiny", "ann", map[string]any{"retry": []string{"10s", "20s"}})
	r.Advance(time.Hour)
	for account, want := range map[string]int{"ann": 3, "bob": 1} {
		if n := len(r.Entries("kind:attempt account:" + account)); n != want {
			t.Errorf("%s has %d attempts, want %d", account, n, want)
		}
	}
}
