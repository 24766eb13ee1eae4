package shoptet_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"tacklebox/fixtures"
	"tacklebox/mock"
	"tacklebox/mock/provider"
	"tacklebox/mock/shoptet"
	"tacklebox/mock/signing"
	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/memory"
	"tacklebox/receiver/journal/query"
)

// The first instant of every test's clock: noon in Prague's winter.
var start = time.Date(2024, 12, 2, 11, 0, 0, 0, time.UTC)

const tokenA, tokenB = "222651-a-123-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "315185-a-123-bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

// bench is the provider behind a real listener, on a manual clock.
type bench struct {
	t       testing.TB
	engine  *mock.Engine
	journal journal.Store
	state   *mock.State
	made    map[string]string // what a test made on the way
	url     string
}

type benchOption func(*mock.Config)

func withSettings(doc string) benchOption {
	return func(c *mock.Config) {
		var s map[string]json.RawMessage
		if err := json.Unmarshal([]byte(doc), &s); err != nil {
			panic(err)
		}
		c.Settings = map[string]map[string]json.RawMessage{"shoptet": s}
	}
}

// still lets the clock stand between two looks, for tests of exact instants.
func still(c *mock.Config) { c.Clock.Tick(0) }

func in2026(c *mock.Config) { withSettings(`{"profile":"2026-08"}`)(c) }

func newBench(t testing.TB, opts ...benchOption) *bench {
	t.Helper()
	state, err := mock.OpenState("")
	if err != nil {
		t.Fatal(err)
	}
	return benchOn(t, memory.New(memory.Limit{}), state, opts...)
}

// benchOn starts an engine on what an earlier one left.
func benchOn(t testing.TB, log journal.Store, state *mock.State, opts ...benchOption) *bench {
	t.Helper()
	clock, err := mock.NewClock(mock.ManualClock, start)
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := fixtures.Load("")
	if err != nil {
		t.Fatal(err)
	}
	clock.Tick(1) // as a real one does; still stops it
	b := &bench{t: t, journal: log, state: state, made: map[string]string{}}
	cfg := mock.Config{Journal: log, State: state, Clock: clock, Catalog: catalog, Providers: []*provider.Provider{shoptet.New()},
		Seed: 7, BaseURL: func() string { return "http://mock.test" }, Warn: func(s string) { t.Log("warning:", s) }}
	for _, o := range opts {
		o(&cfg)
	}
	b.engine, err = mock.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", api.Mux(b.engine.Control().Routes(), http.NotFoundHandler()))
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if name := b.engine.HostOf(r.Host); name != "" {
			b.engine.ServeProvider(name, strings.SplitN(r.RequestURI, "?", 2)[0], rw, r)
		} else if path, ok := mock.PathBehind(r.RequestURI, "/shoptet"); ok {
			b.engine.ServeProvider("shoptet", path, rw, r)
		} else {
			mux.ServeHTTP(rw, r)
		}
	}))
	b.url = server.URL
	b.engine.Start()
	t.Cleanup(func() {
		server.Close()
		_ = b.engine.Close()
	})
	return b
}

// call is one request and what came back.
type call struct {
	method, path, token, body string
	header                    map[string]string
}

type result struct {
	status int
	header http.Header
	body   string
}

func (b *bench) do(c call) result {
	b.t.Helper()
	if c.method == "" {
		c.method = "GET"
	}
	req, err := http.NewRequest(c.method, b.url+"/shoptet"+c.path, strings.NewReader(c.body))
	if err != nil {
		b.t.Fatal(err)
	}
	if c.token != "" {
		req.Header.Set("Shoptet-Access-Token", c.token)
	}
	for k, v := range c.header {
		if k == "Host" {
			req.Host = v
		} else {
			req.Header[k] = []string{v}
		}
	}
	return b.send(req)
}

func (b *bench) send(req *http.Request) result {
	b.t.Helper()
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return result{resp.StatusCode, resp.Header, string(body)}
}

// want makes a call of account A and compares status and body.
func (b *bench) want(method, path, body string, status int, answer string) {
	b.t.Helper()
	got := b.do(call{method: method, path: path, token: tokenA, body: body})
	if got.status != status || got.body != answer {
		b.t.Errorf("%s %s %s\n got %d %s\nwant %d %s", method, path, body, got.status, got.body, status, answer)
	}
}

// register makes webhooks of one URL.
func (b *bench) register(token, url string, events ...string) []int64 {
	b.t.Helper()
	var data []map[string]string
	for _, e := range events {
		data = append(data, map[string]string{"event": e, "url": url})
	}
	body, _ := json.Marshal(map[string]any{"data": data})
	got := b.do(call{method: "POST", path: "/api/webhooks", token: token, body: string(body)})
	if got.status != 201 {
		b.t.Fatalf("registering %v: %d %s", events, got.status, got.body)
	}
	var doc struct {
		Data struct{ Webhooks []struct{ ID int64 } }
	}
	b.parse(got.body, &doc)
	var ids []int64
	for _, w := range doc.Data.Webhooks {
		ids = append(ids, w.ID)
	}
	return ids
}

// renew returns a new signature key.
func (b *bench) renew(token string) string {
	b.t.Helper()
	got := b.do(call{method: "POST", path: "/api/webhooks/renew-signature-key", token: token})
	var doc struct{ Data struct{ SignatureKey string } }
	b.parse(got.body, &doc)
	return doc.Data.SignatureKey
}

func (b *bench) parse(body string, v any) {
	b.t.Helper()
	if err := json.Unmarshal([]byte(body), v); err != nil {
		b.t.Fatalf("%v in %s", err, body)
	}
}

func (b *bench) fire(f api.Firing) api.Fired {
	b.t.Helper()
	f.Provider = "shoptet"
	fired, err := b.engine.Fire(context.Background(), f)
	if err != nil {
		b.t.Fatal(err)
	}
	return fired
}

// settle waits until every due attempt was made.
func (b *bench) settle() { b.advance(0) }

func (b *bench) advance(d time.Duration) {
	b.t.Helper()
	if err := b.engine.Advance(context.Background(), b.engine.Now().Add(d)); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) set(account, doc string) {
	b.t.Helper()
	req, _ := http.NewRequest("PUT", b.url+"/_/providers/shoptet/settings?account="+account, strings.NewReader(doc))
	if got := b.send(req); got.status != 200 {
		b.t.Fatalf("settings %s: %d %s", doc, got.status, got.body)
	}
}

// receiver keeps what it gets and answers with the given statuses in turn, the
// last one again and again.
type receiver struct {
	url      string
	mu       sync.Mutex
	statuses []int
	got      []received
}

type received struct {
	path   string
	header http.Header
	body   string
	length int64
}

func newReceiver(t *testing.T, statuses ...int) *receiver {
	r := &receiver{statuses: statuses}
	s := httptest.NewServer(r)
	t.Cleanup(s.Close)
	r.url = s.URL
	return r
}

func (r *receiver) ServeHTTP(rw http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got = append(r.got, received{req.RequestURI, req.Header, string(body), req.ContentLength})
	status := 200
	if len(r.statuses) > 0 {
		status = r.statuses[0]
		if len(r.statuses) > 1 {
			r.statuses = r.statuses[1:]
		}
	}
	rw.WriteHeader(status)
}

func (r *receiver) all() []received {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]received{}, r.got...)
}

func testdata(t *testing.T, name string, v any) {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if err := dec.Decode(v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// raw writes bytes to the listener and returns everything that comes back.
func (b *bench) raw(request string) string {
	b.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(b.url, "http://"))
	if err != nil {
		b.t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, request); err != nil {
		b.t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil {
		b.t.Fatal(err)
	}
	return string(answer)
}

// entries lists what the journal holds.
func (b *bench) entries(q string) []*journal.Entry {
	b.t.Helper()
	f, err := query.Parse(q, b.engine.Now)
	if err != nil {
		b.t.Fatal(err)
	}
	var list []*journal.Entry
	err = b.journal.Scan(context.Background(), 0, 0, false, f, func(e *journal.Entry) bool {
		list = append(list, e.Clone())
		return true
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return list
}

func faults(kinds ...string) []api.Fault {
	var list []api.Fault
	for _, k := range kinds {
		list = append(list, api.Fault{Kind: k})
	}
	return list
}

// control reads from the control API.
func (b *bench) control(path string) result {
	b.t.Helper()
	req, err := http.NewRequest("GET", b.url+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.send(req)
}

// valid reports whether a signature belongs to a body and a key.
func (b *bench) valid(key, signature, body string) bool {
	v, err := b.engine.VerifyWith("shoptet", key, http.Header{"Shoptet-Webhook-Signature": {signature}}, []byte(body))
	return err == nil && v.State == signing.Valid
}
