package sandbox

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tacklebox/mock/clock"
	"tacklebox/receiver/api"
)

// crashed copies the folder of a running sandbox as a kill -9 would leave it,
// without the lock, and opens a sandbox on the copy.
func crashed(t *testing.T, dir string) *Running {
	t.Helper()
	left := t.TempDir()
	for copied := false; !copied; { // a file that is being replaced may be gone when its turn comes
		left = t.TempDir()
		err := os.CopyFS(left, os.DirFS(dir))
		if copied = err == nil; !copied && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	_ = fs.WalkDir(os.DirFS(left), ".", func(name string, _ fs.DirEntry, _ error) error {
		if strings.Contains(filepath.Base(name), "lock") {
			return os.Remove(filepath.Join(left, name))
		}
		return nil
	})
	return Start(t, withTiny, WithData(left))
}

func TestACrashLosesNothingThatWasAnswered(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := Start(t, withTiny, WithData(dir))
	r.Reply("box", `{"reply":[{"status":500,"times":1},{"status":200}]}`)
	r.Settings("tiny", "ann", map[string]any{"retry": []string{"2h"}})
	sub := subscribe(t, r, "ann", "box", "thing.made")
	r.Fire(api.Firing{Type: "thing.made", Provider: "tiny", Set: map[string]json.RawMessage{"name": []byte(`"kept"`)}})
	first := r.Expect(t, "kind:attempt status:500", 1)[0]
	r.call("PUT", "/_/faults", []byte(`[{"kind":"wrong_method","q":"type:thing.lost"}]`))

	again := crashed(t, dir)
	for what, want := range map[string]string{
		"/_/subscriptions":                         sub,
		"/_/providers/tiny/settings?account=ann":   `"2h"`,
		"/_/inboxes/box":                           `"times":1`,
		"/_/faults":                                "wrong_method",
		"/_/entries?q=kind:attempt":                first.DeliveryID,
		"/_/secrets?provider=tiny&account=ann":     `"value":"ann"`,
		"/_/entries?q=" + "event:" + first.EventID: "kept",
	} {
		if status, body := again.call("GET", what, nil); status != 200 || !strings.Contains(body, want) {
			t.Errorf("%s after the crash: %.300s, want %s in it", what, body, want)
		}
	}
	again.Advance(119 * time.Minute)
	if n := len(again.Entries("kind:attempt delivery:" + first.DeliveryID)); n != 1 {
		t.Errorf("%d attempts before the retry is due, want 1", n)
	}
	again.Advance(time.Minute)
	attempts := again.Entries("kind:attempt delivery:" + first.DeliveryID)
	if len(attempts) != 2 || attempts[1].Attempt != 2 || string(attempts[1].Request.Body) != string(first.Request.Body) {
		t.Errorf("after the retry was due: %d attempts", len(attempts))
	}
	for _, e := range again.Entries("kind:event") {
		for _, old := range r.Entries("kind:call OR kind:attempt") {
			if e.Seq == old.Seq {
				t.Errorf("sequence number %d came twice", e.Seq)
			}
		}
	}
}

// What waited for its first attempt is made again from the journal: the same
// bytes, spelling and all.
func TestOverridesKeepTheirSpellingOverACrash(t *testing.T) {
	t.Parallel()
	const spelled = `"a&b <x> \u0026 é \u2028"`
	bodies, busy := make(chan string, 3), make(chan struct{})
	release := sync.OnceFunc(func() { close(busy) })
	sink := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		b, _ := io.ReadAll(req.Body)
		bodies <- string(b)
		<-busy
	}))
	t.Cleanup(sink.Close)
	t.Cleanup(release)
	dir := t.TempDir()
	r := Start(t, withTiny, WithData(dir))
	r.Fire(api.Firing{Type: "thing.made", Provider: "tiny", To: sink.URL, Count: 2, Set: map[string]json.RawMessage{"name": []byte(spelled)}})
	first := <-bodies
	crashed(t, dir).Expect(t, "kind:event", 2)
	release()
	want := `{"id":1,"name":` + spelled + `,"parts":[{"size":3}]}`
	for range 2 {
		if got := <-bodies; got != want || got != first {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestDrawsDoNotRepeatAfterACrash(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := Start(t, withTiny, WithData(dir))
	subscribe(t, r, "ann", "box", "thing.made")
	seen := map[string]bool{}
	note := func(r *Running) {
		for _, ev := range r.Fire(api.Firing{Type: "thing.made", Provider: "tiny", Count: 5}).Events {
			if seen[ev.ID] || seen[ev.Deliveries[0].ID] {
				t.Errorf("event %s or delivery %s came before", ev.ID, ev.Deliveries[0].ID)
			}
			seen[ev.ID], seen[ev.Deliveries[0].ID] = true, true
		}
	}
	note(r)
	note(crashed(t, dir))
}

// TestSameSeedClockAndRequestsGiveTheSameBytes runs one story twice.
func TestSameSeedClockAndRequestsGiveTheSameBytes(t *testing.T) {
	t.Parallel()
	story := func(t *testing.T) string {
		r := Start(t, withTiny, WithSeed(42))
		subscribe(t, r, "ann", "box", "thing.made")
		r.Fire(api.Firing{Type: "thing.made", Provider: "tiny", Count: 3})
		var b strings.Builder
		for _, e := range r.Expect(t, "kind:attempt", 3) {
			b.WriteString(e.EventID + e.DeliveryID + e.Subscription + e.Time.String() + string(e.Request.Body) + e.Request.Headers.Get("X-Digest") + "\n")
		}
		return b.String()
	}
	if one, two := story(t), story(t); one != two {
		t.Errorf("first run:\n%s\nsecond run:\n%s", one, two)
	}
}

func TestAutoClockRunsTheRetriesAtOnce(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny, WithClock(clock.Auto))
	r.Reply("box", `{"reply":[{"status":500,"times":2},{"status":200}]}`)
	subscribe(t, r, "ann", "box", "thing.made")
	r.Fire(api.Firing{Type: "thing.made", Provider: "tiny"})
	last := r.Expect(t, "kind:attempt", 3)[2]
	if want := firstInstant.Add(6 * time.Minute); !last.Time.Equal(want) || last.Response.Status != 200 {
		t.Errorf("third attempt at %s with %d, want %s with 200", last.Time, last.Response.Status, want)
	}
}

func TestResetForgetsEverythingButTheConfiguration(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny, WithConfig(func(c *Config) {
		c.Providers = map[string]map[string]json.RawMessage{"tiny": {"retry": []byte(`["7m"]`)}}
	}))
	r.Settings("tiny", "", map[string]any{"retry": []string{"9m"}})
	subscribe(t, r, "ann", "box", "thing.made")
	r.Fire(api.Firing{Type: "thing.made", Provider: "tiny"})
	newest := r.Expect(t, "kind:attempt", 1)[0].Seq
	r.Advance(time.Hour)
	if status, body := r.call("POST", "/_/reset", nil); status != 200 {
		t.Fatal(body)
	}
	if !r.Now().Equal(firstInstant) {
		t.Errorf("the clock says %s, want the first instant", r.Now())
	}
	if _, body := r.call("GET", "/_/subscriptions", nil); body != "200 []\n" {
		t.Errorf("subscriptions after the reset: %s", body)
	}
	if _, body := r.call("GET", "/_/providers/tiny/settings", nil); !strings.Contains(body, `"7m"`) {
		t.Errorf("settings after the reset: %s, want those of the configuration", body)
	}
	if list := r.Entries(""); len(list) != 0 {
		t.Errorf("%d entries after the reset", len(list))
	}
	subscribe(t, r, "ann", "box", "thing.made")
	if e := r.Entries("kind:call")[0]; e.Seq <= newest {
		t.Errorf("sequence number %d after %d was used", e.Seq, newest)
	}
}
