package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"tacklebox/mock/clock"
	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/query"
)

// TB is the part of testing.TB that Start needs.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
	Cleanup(func())
}

// Running is a sandbox inside a test's process: on a free port, in memory, with
// a manual clock unless told otherwise. It stops with the test.
type Running struct {
	URL string // http://127.0.0.1:PORT

	t     TB
	sb    *Sandbox
	space *Space
	gone  bool // as by a kill: nothing is to be saved
}

// Option changes how Start sets the sandbox up.
type Option func(*Config)

// WithSeed fixes ids, keys and samples.
func WithSeed(seed uint64) Option { return func(c *Config) { c.Seed = &seed } }

// WithStart sets the first instant of the clock.
func WithStart(at time.Time) Option { return func(c *Config) { c.Start = at } }

// WithClock chooses real, manual or auto.
func WithClock(mode string) Option { return func(c *Config) { c.Clock = mode } }

// WithTick lets the clock move by a step whenever somebody looks at it, as a real
// one does, so that a test sees where two looks are taken for one instant.
func WithTick(step time.Duration) Option { return func(c *Config) { c.Tick = step } }

// WithData keeps everything in a folder.
func WithData(dir string) Option { return func(c *Config) { c.Data = dir } }

// WithConfig changes anything else.
func WithConfig(change func(*Config)) Option { return change }

// firstInstant is where a test's clock begins when nothing else is said.
var firstInstant = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

// Start runs a sandbox that stops with the test.
func Start(t TB, options ...Option) *Running {
	t.Helper()
	seed := uint64(1)
	cfg := Config{Clock: clock.Manual, Start: firstInstant, Seed: &seed, Version: "test"}
	for _, o := range options {
		o(&cfg)
	}
	sb, err := Open(cfg)
	if err != nil {
		t.Fatalf("sandbox: %v", err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("sandbox: %v", err)
	}
	sb.Bind(ln.Addr())
	sb.start()
	done := make(chan error, 1)
	go func() { done <- sb.Serve(ln) }()
	r := &Running{URL: sb.URL(), t: t, sb: sb, space: sb.Space}
	t.Cleanup(func() { r.stop(done) })
	return r
}

const stopWithin = 10 * time.Second

func (r *Running) stop(done chan error) {
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	if err := r.sb.Shutdown(ctx); err != nil && !r.gone {
		r.t.Fatalf("sandbox: stopping: %v", err)
	}
	<-done
}

// Sandbox returns what runs.
func (r *Running) Sandbox() *Sandbox { return r.sb }

// Space returns a space of the same process, made when it is new: with entries,
// accounts and a clock of its own, so that tests of one process never meet. It
// ends with the test.
func (r *Running) Space(t TB, name string) *Running {
	t.Helper()
	s, err := r.sb.spaces.use(name, spaceOptions{})
	if err != nil {
		t.Fatalf("space %s: %v", name, err)
	}
	defer s.release()
	t.Cleanup(func() {
		if err := r.sb.spaces.end(s); err != nil {
			t.Fatalf("%v", err)
		}
	})
	return &Running{URL: s.space.URL(), t: t, sb: r.sb, space: s.space}
}

// Provider returns the base URL of a mock API.
func (r *Running) Provider(name string) string {
	r.t.Helper()
	if !r.space.Engine().Has(name) {
		r.t.Fatalf("sandbox: no provider %q; there are %s", name, strings.Join(r.space.Engine().Names(), ", "))
	}
	return r.space.Engine().BaseURL(name)
}

// Inbox returns the URL of an inbox.
func (r *Running) Inbox(name string) string { return r.URL + "/in/" + name }

// Fire lets an event happen. It takes a provider, a type and options,
//
//	sb.Fire("shoptet", "order:create", sandbox.Set("eventInstance", "2026000123"))
//
// or one api.Firing, the document of POST /_/events. Anything else, and what the
// provider refuses, fails the test.
func (r *Running) Fire(what any, more ...any) api.Fired {
	r.t.Helper()
	f, err := firing(what, more)
	if err != nil {
		r.t.Fatalf("fire: %v", err)
	}
	fired, err := r.space.Engine().Fire(context.Background(), f)
	if err != nil {
		r.t.Fatalf("fire %s %s: %v", f.Provider, f.Type, err)
	}
	return fired
}

// Advance moves the clock and returns when everything due has been attempted.
func (r *Running) Advance(d time.Duration) {
	r.t.Helper()
	if err := r.space.Engine().Advance(context.Background(), r.space.Engine().Now().Add(d)); err != nil {
		r.t.Fatalf("advance %s: %v", d, err)
	}
}

// Now returns the time on the sandbox's clock.
func (r *Running) Now() time.Time { return r.space.Engine().Now() }

// Entries returns the kept entries that a filter matches, oldest first.
func (r *Running) Entries(q string) []*journal.Entry {
	r.t.Helper()
	f, err := query.Parse(q, r.space.Engine().Now)
	if err != nil {
		r.t.Fatalf("filter %q: %v", q, err)
	}
	var list []*journal.Entry
	err = r.space.journal.Scan(context.Background(), 0, 0, false, f, func(e *journal.Entry) bool {
		list = append(list, e.Clone())
		return true
	})
	if err != nil {
		r.t.Fatalf("entries %q: %v", q, err)
	}
	return list
}

// ExpectWithin is how long Expect waits, in wall time.
const ExpectWithin = 10 * time.Second

// Expect waits until at least count entries match the filter, one when no count
// is given, and returns them; fewer within ExpectWithin fail the test with what
// was there instead.
func (r *Running) Expect(t TB, q string, counts ...int) []*journal.Entry {
	t.Helper()
	count := 1
	if len(counts) > 0 {
		count = counts[0]
	}
	ctx, cancel := context.WithTimeout(context.Background(), ExpectWithin)
	defer cancel()
	for {
		_, last := r.space.journal.Bounds()
		if list := r.Entries(q); len(list) >= count {
			return list
		}
		if _, err := r.space.journal.Wait(ctx, last); err != nil {
			t.Fatalf("expected %d entries of %q, got %d%s\nthe journal holds:%s", count, q, len(r.Entries(q)), r.nearMiss(q), r.digest())
		}
	}
}

// nearMiss words the entry that fails the fewest parts of a filter, and why.
func (r *Running) nearMiss(q string) string {
	_, body := r.call("POST", "/_/expect", []byte(fmt.Sprintf(`{"q":%q,"count":%d,"within":"0s"}`, q, maxCount)))
	_, answer, _ := strings.Cut(body, " ")
	var result api.ExpectResult
	if json.Unmarshal([]byte(answer), &result) != nil || result.Nearest == nil {
		return ""
	}
	return fmt.Sprintf("\nnearest: entry %d (%s): %s", result.Nearest.Seq, result.Nearest.Summary, strings.Join(result.Nearest.Reasons, "; "))
}

// maxCount is more entries than there are.
const maxCount = 1_000_000

// digest lists the newest entries, a line each.
func (r *Running) digest() string {
	const most = 20
	var b strings.Builder
	_ = r.space.journal.Scan(context.Background(), 0, 0, true, nil, func(e *journal.Entry) bool {
		fmt.Fprintf(&b, "\n  %d %s %s %s %s", e.Seq, e.Kind, e.Provider, e.Type, e.Inbox)
		if e.Request != nil {
			fmt.Fprintf(&b, " %s %s", e.Request.Method, e.Request.URL)
		}
		if e.Response != nil {
			fmt.Fprintf(&b, " → %d", e.Response.Status)
		}
		b.WriteString(" " + e.Error)
		return strings.Count(b.String(), "\n") < most
	})
	return b.String()
}

// Settings changes settings of a provider for an account ("": all).
func (r *Running) Settings(provider, account string, settings map[string]any) {
	r.t.Helper()
	doc, err := json.Marshal(settings)
	if err != nil {
		r.t.Fatalf("settings: %v", err)
	}
	if status, body := r.call("PUT", "/_/providers/"+provider+"/settings?account="+account, doc); status != http.StatusOK {
		r.t.Fatalf("settings of %s: %s", provider, body)
	}
}

// Reply scripts an inbox's answers in the notation of the command line, "500x1,200",
// or by its settings as JSON: {"reply":[…],"forward":…}.
func (r *Running) Reply(inbox string, replies string) {
	r.t.Helper()
	doc := []byte(replies)
	if !strings.HasPrefix(strings.TrimSpace(replies), "{") {
		list, err := api.ParseReplies(replies)
		if err != nil {
			r.t.Fatalf("inbox %s: %v", inbox, err)
		}
		if doc, err = json.Marshal(api.Inbox{Reply: list}); err != nil {
			r.t.Fatalf("inbox %s: %v", inbox, err)
		}
	}
	if status, body := r.call("PUT", "/_/inboxes/"+inbox, doc); status != http.StatusOK {
		r.t.Fatalf("inbox %s: %s", inbox, body)
	}
}

func (r *Running) call(method, path string, body []byte) (int, string) {
	r.t.Helper()
	req, err := http.NewRequest(method, r.URL+path, bytes.NewReader(body))
	if err != nil {
		r.t.Fatalf("%s %s: %v", method, path, err)
	}
	if r.sb.cfg.Token != "" {
		req.Header.Set("Authorization", "Bearer "+r.sb.cfg.Token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatalf("%s %s: %v", method, path, err)
	}
	return resp.StatusCode, fmt.Sprintf("%d %s", resp.StatusCode, b)
}
