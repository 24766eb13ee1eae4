package lagerkoll_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"tacklebox/fixtures"
	"tacklebox/mock"
	"tacklebox/mock/lagerkoll"
	"tacklebox/mock/provider"
	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/memory"
	"tacklebox/receiver/journal/query"
)

// begin is the instant of the vectors.
var begin = time.Date(2026, 1, 15, 8, 0, 0, 0, time.UTC)

// bench is the provider behind a real socket, on a manual clock.
type bench struct {
	t       *testing.T
	engine  *mock.Engine
	journal journal.Store
	state   *mock.State
	url     string
}

type setup struct {
	seed   uint64
	config string // JSON of the provider's configuration
	store  journal.Store
	state  *mock.State
	still  bool   // the clock stands still between two looks, for exact instants
	base   string // instance URL that is told; "" is the socket's
}

const broken = "broken" // as an instance URL: asking for it panics

func start(t *testing.T, s setup) *bench {
	t.Helper()
	var settings map[string]json.RawMessage
	if s.config != "" {
		must(t, json.Unmarshal([]byte(s.config), &settings))
	}
	if s.store == nil {
		s.store = memory.New(memory.Limit{})
	}
	if s.state == nil {
		s.state = newState(t, "")
	}
	clock, err := mock.NewClock(mock.ManualClock, begin)
	must(t, err)
	if !s.still {
		clock.Tick(1)
	}
	catalog, err := fixtures.Load("")
	must(t, err)
	b := &bench{t: t, journal: s.store, state: s.state}
	cfg := mock.Config{Journal: s.store, State: s.state, Clock: clock, Catalog: catalog, Providers: []*provider.Provider{lagerkoll.New()},
		Settings: map[string]map[string]json.RawMessage{"lagerkoll": settings}, Seed: s.seed, Warn: func(m string) { t.Log(m) },
		BaseURL: func() string {
			if s.base == broken {
				panic("no instance URL")
			}
			if s.base != "" {
				return s.base
			}
			return b.url
		}}
	b.engine, err = mock.New(cfg)
	must(t, err)
	control := http.NewServeMux()
	control.Handle("/", api.Mux(b.engine.Control().Routes(), http.NotFoundHandler()))
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if rest, ok := mock.PathBehind(r.RequestURI, "/lagerkoll"); ok {
			b.engine.ServeProvider("lagerkoll", rest, rw, r)
		} else if name := b.engine.HostOf(r.Host); name != "" {
			b.engine.ServeProvider(name, strings.SplitN(r.RequestURI, "?", 2)[0], rw, r)
		} else {
			control.ServeHTTP(rw, r)
		}
	}))
	b.url = srv.URL
	b.engine.Start()
	t.Cleanup(func() {
		srv.Close()
		must(t, b.engine.Close())
	})
	return b
}

func newState(t *testing.T, dir string) *mock.State {
	t.Helper()
	state, err := mock.OpenState(dir)
	must(t, err)
	return state
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// machine are the credentials of one api_key in one store.
func machine(key, store string) []string { return []string{"api_key", key, "store", store} }

var shop = machine("key", "186008")

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// call sends one request; headers are pairs of name and value.
func (b *bench) call(method, path, body string, headers ...string) answer {
	b.t.Helper()
	req, err := http.NewRequest(method, b.url+path, strings.NewReader(body))
	must(b.t, err)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header[headers[i]] = append(req.Header[headers[i]], headers[i+1])
	}
	return b.send(req)
}

func (b *bench) send(req *http.Request) answer {
	b.t.Helper()
	resp, err := http.DefaultTransport.RoundTrip(req) // no redirect is followed
	must(b.t, err)
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	must(b.t, err)
	return answer{resp.StatusCode, resp.Header, string(got)}
}

// api calls below the webhooks' path.
func (b *bench) api(method, rest, body string, headers ...string) answer {
	b.t.Helper()
	return b.call(method, "/lagerkoll/v1/webhooks"+rest, body, headers...)
}

const jsonBody = `{"featureId":"shop-sync","featureMethod":"importOrders"}`

type webhook struct {
	Method  string `json:"featureMethod"`
	GUID    string `json:"guid"`
	ID      int64  `json:"id"`
	Feature string `json:"featureId"`
	URL     string `json:"url"`
}

func (a answer) webhooks(t *testing.T) []webhook {
	t.Helper()
	var list struct {
		Webhooks []webhook `json:"webhooks"`
	}
	if a.status != 200 {
		t.Fatalf("status %d: %s", a.status, a.body)
	}
	must(t, json.Unmarshal([]byte(a.body), &list))
	return list.Webhooks
}

// create makes the usual webhook.
func (b *bench) create(query string, credentials ...string) webhook {
	b.t.Helper()
	list := b.api("POST", "/"+query, jsonBody, append(credentials, "Content-Type", "application/json")...).webhooks(b.t)
	if len(list) != 1 {
		b.t.Fatalf("%d webhooks made", len(list))
	}
	return list[0]
}

// settings changes the common settings, or an account's.
func (b *bench) settings(account, doc string) answer {
	b.t.Helper()
	return b.call("PUT", "/_/providers/lagerkoll/settings?account="+account, doc)
}

func (b *bench) set(account, doc string) {
	b.t.Helper()
	if a := b.settings(account, doc); a.status != 200 {
		b.t.Fatalf("settings %s: %d %s", doc, a.status, a.body)
	}
}

func (b *bench) fire(f api.Firing) api.Fired {
	b.t.Helper()
	f.Provider = "lagerkoll"
	fired, err := b.engine.Fire(context.Background(), f)
	must(b.t, err)
	b.settle()
	return fired
}

// settle returns when nothing is on its way.
func (b *bench) settle() { b.advance(0) }

func (b *bench) advance(d time.Duration) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 20*time.Second)
	defer cancel()
	must(b.t, b.engine.Advance(ctx, b.engine.Now().Add(d)))
}

// entries returns what the journal has for a filter.
func (b *bench) entries(q string) (list []*journal.Entry) {
	b.t.Helper()
	f, err := query.Parse(q, nil)
	must(b.t, err)
	must(b.t, b.journal.Scan(context.Background(), 0, 0, false, f, func(e *journal.Entry) bool {
		copied := *e
		if e.Request != nil {
			m := *e.Request
			m.Body = bytes.Clone(m.Body)
			copied.Request = &m
		}
		list = append(list, &copied)
		return true
	}))
	return list
}

// inbox is a receiver of callbacks.
type inbox struct {
	*httptest.Server
	mu      sync.Mutex
	got     []capture
	replies []int // statuses to answer with; then 200
}

type capture struct {
	method, target, body string
	header               http.Header
}

func newInbox(t *testing.T, replies ...int) *inbox {
	t.Helper()
	in := &inbox{replies: replies}
	in.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		in.mu.Lock()
		defer in.mu.Unlock()
		in.got = append(in.got, capture{r.Method, r.RequestURI, string(body), r.Header})
		status := 200
		if len(in.replies) > 0 {
			status, in.replies = in.replies[0], in.replies[1:]
		}
		if status >= 300 && status < 400 {
			rw.Header().Set("Location", "/elsewhere")
		}
		rw.WriteHeader(status)
		_, _ = io.WriteString(rw, "1") // observed: a public receiver answers a bare number
	}))
	t.Cleanup(in.Close)
	return in
}

func (in *inbox) captures() []capture {
	in.mu.Lock()
	defer in.mu.Unlock()
	return append([]capture{}, in.got...)
}

// vectors are the exact bytes of the specification.
type vectors struct {
	Callbacks struct {
		Method  string            `json:"method"`
		Headers map[string]string `json:"headers"`
		Bodies  []struct {
			Event string    `json:"event"`
			Clock time.Time `json:"clock"`
			Body  string    `json:"body"`
		} `json:"bodies"`
	} `json:"callbacks"`
	Create []struct {
		Accept, Switch, Body, Answer string
		ContentType                  string `json:"content_type"`
		Status                       int
	} `json:"create"`
	Get []struct {
		Path, Answer string
		Status       int
	} `json:"get"`
	Execute []struct {
		Body, Answer, Callback string
		Status                 int
	} `json:"execute"`
	Delete []struct {
		Answer string
		Status int
	} `json:"delete"`
	RateLimit []struct {
		At         string `json:"at"`
		Calls      int    `json:"calls"`
		Status     any    `json:"status"`
		RetryAfter int    `json:"retry_after"`
	} `json:"rate_limit"`
	Retry map[string]struct {
		Answers []int    `json:"answers"`
		At      []string `json:"attempts_at"`
	} `json:"retry"`
}

func loadVectors(t *testing.T) (v vectors) {
	t.Helper()
	loadJSON(t, "testdata/vectors.json", &v)
	return v
}

func loadJSON(t *testing.T, file string, v any) {
	t.Helper()
	raw, err := os.ReadFile(file)
	must(t, err)
	must(t, json.Unmarshal(raw, v))
}
