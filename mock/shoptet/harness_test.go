package shoptet_test

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"tacklebox/mock"
	"tacklebox/mock/kit/kittest"
	"tacklebox/mock/shoptet"
	"tacklebox/mock/signing"
	"tacklebox/mock/state"
	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
)

// The first instant of every test's clock: noon in Prague's winter.
var start = time.Date(2024, 12, 2, 11, 0, 0, 0, time.UTC)

const tokenA, tokenB = "222651-a-123-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "315185-a-123-bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

// bench is the provider behind a real listener.
type bench struct {
	*kittest.Bench
	t       testing.TB
	engine  *mock.Engine
	journal journal.Store
	state   *state.Document
	made    map[string]string // what a test made on the way
	url     string
}

type benchOption = kittest.Setup

func withSettings(doc string) benchOption { return kittest.Settings("shoptet", doc) }

var still benchOption = kittest.Still

var in2026 = withSettings(`{"profile":"2026-08"}`)

func newBench(t testing.TB, opts ...benchOption) *bench {
	t.Helper()
	seeded := func(c *mock.Config) {
		c.Seed, c.BaseURL = 7, func() string { return "http://mock.test" }
	}
	k := kittest.Start(t, shoptet.New(), start, append([]benchOption{seeded}, opts...)...)
	return &bench{Bench: k, t: t, engine: k.Engine, journal: k.Journal, state: k.State, made: map[string]string{}, url: k.URL}
}

// benchOn starts an engine on what an earlier one left.
func benchOn(t testing.TB, log journal.Store, state *state.Document, opts ...benchOption) *bench {
	return newBench(t, append([]benchOption{kittest.On(log, state)}, opts...)...)
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
	a := kittest.Send(b.t, req)
	return result{a.Status, a.Header, a.Body}
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

func (b *bench) fire(f api.Firing) api.Fired { return b.Fire(f) }

// settle waits until every due attempt was made.
func (b *bench) settle() { b.Advance(0) }

func (b *bench) advance(d time.Duration) { b.Advance(d) }

func (b *bench) set(account, doc string) {
	b.t.Helper()
	if got := b.PutSettings(account, doc); got.Status != 200 {
		b.t.Fatalf("settings %s: %d %s", doc, got.Status, got.Body)
	}
}

// receiver answers with the given statuses in turn, the last one again and again.
type receiver struct {
	*kittest.Receiver
	url string
}

type received struct {
	path   string
	header http.Header
	body   string
	length int64
}

func newReceiver(t *testing.T, statuses ...int) *receiver {
	r := kittest.NewReceiver(t, statuses...)
	return &receiver{r, r.URL}
}

func (r *receiver) all() []received {
	list := []received{}
	for _, c := range r.Callbacks() {
		list = append(list, received{c.Target, c.Header, c.Body, c.Length})
	}
	return list
}

func testdata(t *testing.T, name string, v any) { kittest.ReadJSON(t, "testdata/"+name, v) }

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
func (b *bench) entries(q string) []*journal.Entry { return b.Entries(q) }

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
	v, err := b.engine.Judge().With("shoptet", signing.Question{Secret: key, Header: http.Header{"Shoptet-Webhook-Signature": {signature}}, Body: []byte(body)})
	return err == nil && v.State == signing.Valid
}
