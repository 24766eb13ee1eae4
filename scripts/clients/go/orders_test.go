package orders

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"tacklebox/mock/sandbox"
)

// shop is a sandbox with an application that is registered in it.
type shop struct {
	*sandbox.Running
	t      sandbox.TB
	mu     sync.Mutex
	broken int // how often the work still fails
	stored []string
}

// open starts both; change stands in front of the handler, nil for nothing.
func open(t sandbox.TB, change func(*Orders) http.Handler) *shop {
	s := &shop{Running: sandbox.Start(t), t: t}
	app := &Orders{Shoptet: s.Provider("shoptet"), Store: s.store}
	var handler http.Handler = app
	if change != nil {
		handler = change(app)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	if err := app.Register(server.URL + "/webhook"); err != nil {
		t.Fatalf("%v", err)
	}
	return s
}

func (s *shop) store(order string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken--; s.broken >= 0 {
		return errors.New("the database is away")
	}
	s.stored = append(s.stored, order)
	return nil
}

// fail lets the work fail so often.
func (s *shop) fail(times int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = times
}

// attempt waits for the n-th attempt and holds its answer and what is stored then
// against what is wanted.
func (s *shop) attempt(n, status int, stored ...string) {
	s.t.Helper()
	last := s.Expect(s.t, "kind:attempt", n)[n-1]
	s.mu.Lock()
	defer s.mu.Unlock()
	if last.Response == nil || last.Response.Status != status || !slices.Equal(s.stored, stored) {
		s.t.Fatalf("attempt %d: %+v %s, want %d; stored %q, want %q", n, last.Response, last.Error, status, s.stored, stored)
	}
}

// checks are what the application must get right.
var checks = map[string]func(s *shop){
	"an order is stored": func(s *shop) {
		s.Fire("shoptet", "order:create", sandbox.Set("eventInstance", "2026000123"))
		s.attempt(1, 200, "2026000123")
	},
	"a wrong signature is refused": func(s *shop) {
		s.Fire("shoptet", "order:create", sandbox.Faults("bad_signature"))
		s.attempt(1, 401)
	},
	"a duplicate is stored once": func(s *shop) {
		s.Fire("shoptet", "order:create", sandbox.Set("eventInstance", "7"), sandbox.Faults("duplicate"))
		s.attempt(2, 200, "7")
	},
	"what failed is stored by the retry": func(s *shop) {
		s.fail(1)
		s.Fire("shoptet", "order:create", sandbox.Set("eventInstance", "8"))
		s.attempt(1, 500)
		s.Advance(15 * time.Minute)
		s.attempt(2, 200, "8")
	},
}

func TestOrders(t *testing.T) {
	for name, check := range checks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(open(t, nil))
		})
	}
}

// recorder is a test that may fail.
type recorder struct {
	*testing.T
	failed string
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.failed = fmt.Sprintf(format, args...)
	panic(r)
}

// fails reports whether a check fails for a handler that forgets something.
func fails(t *testing.T, check func(*shop), forgetful func(*Orders) http.Handler) (failed bool) {
	r := &recorder{T: t}
	defer func() {
		if p := recover(); p != nil && p != any(r) {
			panic(p)
		}
		failed = r.failed != ""
	}()
	check(open(r, forgetful))
	return false
}

// TestTheChecksFail for a handler that forgets what they are about, each for its
// own: else they would be worth nothing.
func TestTheChecksFail(t *testing.T) {
	for forgets, c := range map[string]struct {
		check  string
		before func(*Orders, *http.Request, []byte)
		after  func(*Orders, []byte)
	}{
		"the signature": {check: "a wrong signature is refused", before: func(o *Orders, r *http.Request, body []byte) { r.Header.Set("Shoptet-Webhook-Signature", o.sign(body)) }},
		"the duplicate": {check: "a duplicate is stored once", before: func(o *Orders, _ *http.Request, _ []byte) { o.mu.Lock(); defer o.mu.Unlock(); clear(o.seen) }},
		"the retry": {check: "what failed is stored by the retry", after: func(o *Orders, body []byte) {
			var e event
			_ = json.Unmarshal(body, &e)
			o.mu.Lock()
			defer o.mu.Unlock()
			o.seen[e] = true
		}},
	} {
		forgetful := func(o *Orders) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				r.Body = io.NopCloser(bytes.NewReader(body))
				if c.before != nil {
					c.before(o, r, body)
				}
				answer := httptest.NewRecorder()
				o.ServeHTTP(answer, r)
				if c.after != nil {
					c.after(o, body)
				}
				w.WriteHeader(answer.Code)
			})
		}
		for name, check := range checks {
			if got, want := fails(t, check, forgetful), name == c.check; got != want {
				t.Errorf("a handler that forgets %s: %q fails: %t, want %t", forgets, name, got, want)
			}
		}
	}
}
