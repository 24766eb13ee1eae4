package tui

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"tacklebox/tui/desk"
	"testing"

	"tacklebox/mock/sandbox"
	"tacklebox/receiver/api"
	"tacklebox/tui/ui"
)

// registry is a server with subscriptions and entries that keeps what it was
// told to do. What it is told to refuse it refuses.
type registry struct {
	*httptest.Server
	refuse string // method

	mu    sync.Mutex
	subs  []api.Subscription
	calls []string
}

func newRegistry(t *testing.T, refuse string) *registry {
	t.Helper()
	f := &registry{refuse: refuse, subs: []api.Subscription{
		{Provider: "dsco", Account: "ann", ID: "one", URL: "http://h/one", Types: []string{"T"}, Enabled: true},
		{Provider: "dsco", Account: "bob", ID: "two/2", URL: "http://h/two", Types: []string{"T"}, Enabled: false},
	}}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

func (f *registry) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if r.Method != "GET" {
		f.calls = append(f.calls, r.Method+" "+r.RequestURI)
	}
	var out any
	switch at := slices.IndexFunc(f.subs, func(s api.Subscription) bool { return strings.HasSuffix(r.URL.Path, "/"+s.ID) }); {
	case r.Method == f.refuse:
		w.WriteHeader(http.StatusTeapot)
		out = json.RawMessage(`{"error":{"code":"no","message":"not today"}}`)
	case r.Method == "POST":
		var in api.NewSubscription
		_ = json.NewDecoder(r.Body).Decode(&in)
		made := api.Subscription{Provider: in.Provider, Account: in.Account, ID: "new", URL: in.URL, Types: in.Types, Enabled: true}
		f.subs = append(slices.Clone(f.subs), made)
		w.WriteHeader(http.StatusCreated)
		out = []api.Subscription{made}
	case r.URL.Path == "/_/subscriptions":
		out = f.subs
	case r.URL.Path == "/_/entries":
		out = api.Page{Entries: story(), LastSeq: 9, OldestSeq: 1}
	case r.URL.Path == "/_/clock":
		out = api.Clock{Now: noon, Mode: "real"}
	case at < 0:
		w.WriteHeader(http.StatusNotFound)
	case r.Method == "DELETE":
		f.subs = slices.Delete(slices.Clone(f.subs), at, at+1)
	case r.Method == "PUT":
		var in struct{ Enabled bool }
		_ = json.NewDecoder(r.Body).Decode(&in)
		f.subs = slices.Clone(f.subs)
		f.subs[at].Enabled = in.Enabled
		out = f.subs[at]
	}
	_ = json.NewEncoder(w).Encode(out)
}

func (f *registry) told() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.calls)
}

// TestSubscriptionKeys switches and deletes the chosen one, of the account that
// it belongs to; the list stays where it was.
func TestSubscriptionKeys(t *testing.T) {
	t.Parallel()
	f := newRegistry(t, "")
	d := drive(t, f.URL, desk.Options{})
	d.until("the list", func() bool { return len(d.m.List.Lines) == 5 })
	d.press("s")
	d.sees("▌ dsco T ")
	d.press("ctrl+t")
	d.sees("dsco one is off")
	d.sees("off http://h/one")
	d.press("down", "ctrl+t")
	d.sees("dsco two/2 is on; what waited for it is sent")
	d.sees("on  http://h/two")
	d.press("ctrl+d", "y")
	d.sees("dsco two/2 is deleted")
	d.until("one less", func() bool { return len(d.m.Over().(*ui.Picker).Items()) == 1 })
	d.press("ctrl+d", "y")
	d.sees("nobody has subscribed")
	d.press("ctrl+d", "ctrl+t", "esc")
	d.sees("▌ D ")
	want := []string{"PUT /_/subscriptions/dsco/one?account=ann", "PUT /_/subscriptions/dsco/two%2F2?account=bob",
		"DELETE /_/subscriptions/dsco/two%2F2?account=bob", "DELETE /_/subscriptions/dsco/one?account=ann"}
	if got := f.told(); !slices.Equal(got, want) {
		t.Errorf("it was told %q, want %q", got, want)
	}
}

// TestSubscribe fills the form in; the list then has what was made. What is
// refused is said in the form, which keeps what was typed.
func TestSubscribe(t *testing.T) {
	t.Parallel()
	f := newRegistry(t, "")
	d := drive(t, f.URL, desk.Options{})
	d.press("s")
	d.sees("▌ dsco T ")
	d.press("ctrl+n")
	d.sees("Subscribe at a mock API")
	d.sees("provider  dsco")
	d.sees(f.URL + "/in/hello")
	d.press("enter")
	d.sees("types are missing")
	d.press("T, U,", "up", "up", "eve", "enter")
	d.sees("dsco: subscribed to 2 event types")
	d.sees("dsco T and 1 more")
	if got := f.told(); !slices.Equal(got, []string{"POST /_/subscriptions"}) {
		t.Errorf("it was told %q", got)
	}
	f.mu.Lock()
	made := f.subs[2]
	f.mu.Unlock()
	if made.Account != "eve" || made.URL != f.URL+"/in/hello" || !slices.Equal(made.Types, []string{"T", "U"}) {
		t.Errorf("subscribed is %+v", made)
	}
	d = drive(t, newRegistry(t, "POST").URL, desk.Options{})
	d.press("s")
	d.sees("▌ dsco T ")
	d.press("ctrl+n", "up", "mine", "enter")
	d.sees("not today")
	d.sees("types     mine")
	d.press("esc")
	d.sees("▌ dsco T ")
}

// TestSubscribeAtASandbox completes from the catalogue.
func TestSubscribeAtASandbox(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t)
	d := drive(t, sb.URL, desk.Options{})
	d.until("the catalogue", func() bool { return len(d.m.Catalog.Providers) >= 5 })
	d.press("s")
	d.sees("nobody has subscribed")
	d.press("ctrl+n", "ctrl+u", "shop", "tab", "tab", "me", "tab", "tab", "order:cr", "tab", "enter")
	d.sees("shoptet: subscribed to 1 event type")
	d.sees("state     on")
	sb.Fire(api.Firing{Provider: "shoptet", Type: "order:create"})
	sb.Expect(t, "kind:capture inbox:hello account:me", 1)
}

// TestSubscriptionRefused: what the sandbox refuses is said, and nothing changes.
func TestSubscriptionRefused(t *testing.T) {
	t.Parallel()
	for key, method := range map[string]string{"ctrl+t": "PUT", "ctrl+d y": "DELETE"} {
		t.Run(key, func(t *testing.T) {
			d := drive(t, newRegistry(t, method).URL, desk.Options{})
			d.press("s")
			d.sees("▌ dsco T ")
			d.press(strings.Fields(key)...)
			d.sees("not today")
			d.sees("on  http://h/one")
		})
	}
}

// TestRetryNow attempts what waits on a clock that stands, and leaves the clock
// alone; where nothing waits c moves the clock.
func TestRetryNow(t *testing.T) {
	t.Parallel()
	sb := orders(t)
	d := drive(t, sb.URL, desk.Options{})
	d.sees("Nothing has happened")
	sb.Fire(api.Firing{Provider: "shoptet", Type: "order:create", To: sb.Inbox("orders")})
	d.sees("c retry now")
	began := sb.Now()
	d.press("c")
	d.sees("retried 1 delivery")
	d.sees("▌ D ")
	if !sb.Now().Equal(began) {
		t.Errorf("the clock went to %s", sb.Now())
	}
	d.press("c")
	d.sees("the clock stands at")
}

// TestSubscriptionsOfASandbox is TestSubscriptionKeys on a real one.
func TestSubscriptionsOfASandbox(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t)
	subscribed(t, sb, "shop")
	d := drive(t, sb.URL, desk.Options{})
	d.sees("POST /shoptet/api/webhooks")
	d.press("s")
	d.sees("state     on")
	d.press("ctrl+t")
	d.sees("state     off")
	if fired := sb.Fire(api.Firing{Provider: "shoptet", Type: "order:create"}).Events[0]; len(fired.Deliveries) != 0 || fired.Skipped[0].Reason != "disabled" {
		t.Errorf("switched off it got %+v", fired)
	}
	d.press("ctrl+t")
	d.sees("state     on")
	sb.Fire(api.Firing{Provider: "shoptet", Type: "order:create"})
	sb.Expect(t, "kind:capture inbox:shop", 1)
	d.press("ctrl+d", "y")
	d.sees("nobody has subscribed")
}
