package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
)

// seen is a request as the server got it.
type seen struct{ Line, Auth, Type, Body string }

// fake answers every request with one status and body, and remembers the last.
type fake struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	body   string
	last   seen
}

func newFake(t *testing.T, status int, body string) *fake {
	t.Helper()
	f := &fake{status: status, body: body}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text, _ := io.ReadAll(r.Body)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last = seen{r.Method + " " + r.RequestURI, r.Header.Get("Authorization"), r.Header.Get("Content-Type"), string(text)}
	w.WriteHeader(f.status)
	_, _ = io.WriteString(w, f.body)
}

func (f *fake) got() seen {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last
}

func ptr[T any](v T) *T { return &v }

// TestCalls holds every method to its line of the contract's control API: what
// is sent, and what of the answer comes back.
func TestCalls(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		name   string
		call   func(*client.Client) (any, error)
		line   string
		sent   string
		status int
		answer string
		want   string // JSON of what the method returned, "" for nothing
	}{
		{"providers", func(c *client.Client) (any, error) { return c.Providers(ctx) },
			"GET /_/providers", "", 200, `[{"name":"dsco","title":"Dsco","base_url":"http://h/dsco","events":6,"profile":"v2"}]`,
			`[{"name":"dsco","title":"Dsco","base_url":"http://h/dsco","events":6,"profile":"v2"}]`},
		{"provider", func(c *client.Client) (any, error) { return c.Provider(ctx, "a/b") },
			"GET /_/providers/a%2Fb", "", 200, `{"name":"x","events":[{"type":"t","sample":{"a":1}}],"assumptions":[{"topic":"ids","text":"guess","evidence":"decision","switch":"ids"}]}`,
			`{"name":"x","title":"","base_url":"","profile":"","events":[{"type":"t","about":"","evidence":"","sample":{"a":1},"schema":null}],"assumptions":[{"topic":"ids","text":"guess","evidence":"decision","switch":"ids"}],"context":null,"faults":null}`},
		{"openapi", func(c *client.Client) (any, error) { return c.OpenAPI(ctx, "dsco") },
			"GET /_/providers/dsco/openapi.json", "", 200, `{"openapi":"3.1.0"}`, `{"openapi":"3.1.0"}`},
		{"settings", func(c *client.Client) (any, error) { return c.Settings(ctx, "dsco", "acme") },
			"GET /_/providers/dsco/settings?account=acme", "", 200, `{"profile":"v2"}`, `{"profile":"v2"}`},
		{"put settings", func(c *client.Client) (any, error) {
			return c.PutSettings(ctx, "dsco", "", api.Settings{"profile": json.RawMessage(`"v3"`)})
		}, "PUT /_/providers/dsco/settings", `{"profile":"v3"}`, 200, `{"profile":"v3"}`, `{"profile":"v3"}`},
		{"fire", func(c *client.Client) (any, error) {
			return c.Fire(ctx, api.Firing{Provider: "dsco", Type: "T", Set: api.RawMap(map[string]any{"a.b": json.Number("1.50")}), Unset: []string{"c"},
				Merge: json.RawMessage(`{"d":1}`), To: "http://h/", Account: "acme", Context: api.RawMap(map[string]any{"k": true}), Count: 2, Faults: []api.Fault{{Kind: "duplicate"}}})
		}, "POST /_/events", `{"provider":"dsco","type":"T","set":{"a.b":1.50},"unset":["c"],"merge":{"d":1},"to":"http://h/","account":"acme","context":{"k":true},"count":2,"faults":[{"kind":"duplicate"}]}`,
			202, `{"events":[{"id":"e","type":"T","deliveries":[{"id":"d","subscription":"s","url":"http://h/"}],"skipped":[{"subscription":"x","reason":"off"}]}]}`,
			`{"events":[{"id":"e","type":"T","deliveries":[{"id":"d","subscription":"s","url":"http://h/"}],"skipped":[{"subscription":"x","reason":"off"}]}]}`},
		{"fire sends nothing that was not said", func(c *client.Client) (any, error) {
			return c.Fire(ctx, api.Firing{Provider: "dsco", Type: "T"})
		}, "POST /_/events", `{"provider":"dsco","type":"T"}`, 202, `{"events":[]}`, `{"events":[]}`},
		{"entries", func(c *client.Client) (any, error) {
			p, err := c.Entries(ctx, client.Query{Q: "kind:call a b", After: 3, Before: 9, Limit: 2, Order: "desc"})
			return []any{len(p.Entries), p.Entries[0].DeliveryID, string(p.Entries[0].Request.Body), p.LastSeq, p.OldestSeq}, err
		}, "GET /_/entries?after=3&before=9&limit=2&order=desc&q=kind%3Acall+a+b", "", 200,
			`{"entries":[{"seq":4,"kind":"attempt","delivery_id":"d","request":{"method":"POST","body":"hi"}}],"last_seq":8,"oldest_seq":1}`, `[1,"d","hi",8,1]`},
		{"entries without a bound", func(c *client.Client) (any, error) { return c.Entries(ctx, client.Query{}) },
			"GET /_/entries", "", 200, `{"entries":[],"last_seq":0,"oldest_seq":1}`, `{"entries":[],"last_seq":0,"oldest_seq":1}`},
		{"entry", func(c *client.Client) (any, error) { e, err := c.Entry(ctx, 12); return e.Seq, err },
			"GET /_/entries/12", "", 200, `{"seq":12,"kind":"capture","inbox":"orders"}`, `12`},
		{"body", func(c *client.Client) (any, error) { return c.Body(ctx, 12) },
			"GET /_/entries/12/body", "", 200, "\x00\xff", `"AP8="`},
		{"export", func(c *client.Client) (any, error) { b, err := c.Export(ctx, 12, "curl"); return string(b), err },
			"GET /_/entries/12/as/curl", "", 200, "curl x", `"curl x"`},
		{"diff with the sample", func(c *client.Client) (any, error) { return c.DiffSample(ctx, 1) },
			"GET /_/entries/diff?a=1&b=sample", "", 200, `{"a":1,"b":0,"same":true,"body":{"kind":"same","size_a":1,"size_b":1}}`,
			`{"a":1,"b":0,"same":true,"body":{"kind":"same","size_a":1,"size_b":1}}`},
		{"diff", func(c *client.Client) (any, error) { return c.Diff(ctx, 1, 2) },
			"GET /_/entries/diff?a=1&b=2", "", 200, `{"a":1,"b":2,"same":false,"headers":[{"name":"X","a":["1"]}],"body":{"kind":"json","changes":[{"path":"a","a":1,"b":"1","volatile":"id"}],"size_a":1,"size_b":2}}`,
			`{"a":1,"b":2,"same":false,"headers":[{"name":"X","a":["1"]}],"body":{"kind":"json","changes":[{"path":"a","a":1,"b":"1","volatile":"id"}],"size_a":1,"size_b":2}}`},
		{"import", func(c *client.Client) (any, error) { return c.Import(ctx, "a b", []byte("{}\n{}")) },
			"POST /_/entries/import?inbox=a+b", "{}\n{}", 200, `{"inbox":"a b","imported":2,"first_seq":1,"last_seq":2}`, `{"inbox":"a b","imported":2,"first_seq":1,"last_seq":2}`},
		{"delete entries", func(c *client.Client) (any, error) { return nil, c.DeleteEntries(ctx) },
			"DELETE /_/entries", "", 204, "", `null`},
		{"reset", func(c *client.Client) (any, error) { return nil, c.Reset(ctx) },
			"POST /_/reset", "", 200, `{"reset":true}`, `null`},
		{"replay", func(c *client.Client) (any, error) {
			return c.Replay(ctx, 7, api.ReplayRequest{To: "http://h/", Set: api.RawMap(map[string]any{"a": 1}), Unset: []string{"b"}, Resign: true, NewID: true})
		}, "POST /_/entries/7/replay", `{"to":"http://h/","set":{"a":1},"unset":["b"],"resign":true,"new_id":true}`, 202, `{}`, `{}`},
		{"expect", func(c *client.Client) (any, error) {
			r, err := c.Expect(ctx, api.ExpectRequest{Q: "x", Count: ptr(0), AtMost: true, Within: "1s", After: ptr(uint64(0))})
			return []any{r.Met, r.Entries}, err
		}, "POST /_/expect", `{"q":"x","count":0,"at_most":true,"within":"1s","after":0}`, 200, `{"met":true,"entries":[4],"waited_ms":1.5}`, `[true,[4]]`},
		{"expect not met", func(c *client.Client) (any, error) {
			r, err := c.Expect(ctx, api.ExpectRequest{Ordered: []string{"a", "b"}})
			return []any{r.Met, r.WaitedMS, string(r.Raw)}, err
		}, "POST /_/expect", `{"ordered":["a","b"]}`, 417, `{"met":false,"waited_ms":20}`, `[false,20,"{\"met\":false,\"waited_ms\":20}"]`},
		{"inboxes", func(c *client.Client) (any, error) { return c.Inboxes(ctx) },
			"GET /_/inboxes", "", 200, `[{"inbox":"a b","captures":3,"last_seq":9,"settings":{"forward":"http://h/"}}]`,
			`[{"inbox":"a b","captures":3,"last_seq":9,"settings":{"forward":"http://h/"}}]`},
		{"inbox", func(c *client.Client) (any, error) { return c.Inbox(ctx, "a b") },
			"GET /_/inboxes/a%20b", "", 200, `{"reply":[{"status":500,"times":2,"headers":{"A":["b"]},"body":{"c":1}}]}`,
			`{"reply":[{"status":500,"headers":{"A":"b"},"body":{"c":1},"times":2}]}`},
		{"put inbox", func(c *client.Client) (any, error) {
			return nil, c.PutInbox(ctx, "o", api.Inbox{Forward: "http://h/", Verify: &api.Signing{Provider: "dsco", Secret: "s"}})
		}, "PUT /_/inboxes/o", `{"forward":"http://h/","verify":{"provider":"dsco","secret":"s"}}`, 200, `{}`, `null`},
		{"subscriptions", func(c *client.Client) (any, error) { return c.Subscriptions(ctx, "dsco", "") },
			"GET /_/subscriptions?provider=dsco", "", 200, `[{"provider":"dsco","account":"a","id":"1","url":"u","types":["T"],"enabled":true,"failures":2}]`,
			`[{"provider":"dsco","account":"a","id":"1","url":"u","types":["T"],"enabled":true,"failures":2}]`},
		{"subscribe", func(c *client.Client) (any, error) {
			return c.Subscribe(ctx, api.NewSubscription{Provider: "dsco", Account: "a", URL: "u", Types: []string{"T", "U"}})
		}, "POST /_/subscriptions", `{"provider":"dsco","account":"a","url":"u","types":["T","U"]}`, 201,
			`[{"provider":"dsco","account":"a","id":"1","url":"u","types":["T"],"enabled":true,"failures":0}]`,
			`[{"provider":"dsco","account":"a","id":"1","url":"u","types":["T"],"enabled":true,"failures":0}]`},
		{"remove subscription", func(c *client.Client) (any, error) { return nil, c.RemoveSubscription(ctx, "dsco", "a/b", "me") },
			"DELETE /_/subscriptions/dsco/a%2Fb?account=me", "", 200, `{"removed":true}`, `null`},
		{"remove subscription of the only account", func(c *client.Client) (any, error) { return nil, c.RemoveSubscription(ctx, "dsco", "1", "") },
			"DELETE /_/subscriptions/dsco/1", "", 200, `{"removed":true}`, `null`},
		{"switch subscription off", func(c *client.Client) (any, error) { return c.EnableSubscription(ctx, "dsco", "1", "a", false) },
			"PUT /_/subscriptions/dsco/1?account=a", `{"enabled":false}`, 200, `{"provider":"dsco","account":"a","id":"1","url":"u","types":["T"],"enabled":false,"failures":2}`,
			`{"provider":"dsco","account":"a","id":"1","url":"u","types":["T"],"enabled":false,"failures":2}`},
		{"switch subscription on", func(c *client.Client) (any, error) {
			s, err := c.EnableSubscription(ctx, "dsco", "1", "", true)
			return s.Enabled, err
		}, "PUT /_/subscriptions/dsco/1", `{"enabled":true}`, 200, `{"id":"1","enabled":true}`, `true`},
		{"retry delivery", func(c *client.Client) (any, error) { return c.RetryDelivery(ctx, "a/b") },
			"POST /_/deliveries/a%2Fb/retry", "", 202, `{"id":"a/b","subscription":"s","url":"http://h/"}`, `{"id":"a/b","subscription":"s","url":"http://h/"}`},
		{"secrets", func(c *client.Client) (any, error) { return c.Secrets(ctx, "", "a") },
			"GET /_/secrets?account=a", "", 200, `[{"provider":"dsco","account":"a","name":"key","value":"v"}]`,
			`[{"provider":"dsco","account":"a","name":"key","value":"v"}]`},
		{"faults", func(c *client.Client) (any, error) { return c.Faults(ctx) },
			"GET /_/faults", "", 200, `[{"kind":"duplicate","probability":0.5}]`, `[{"kind":"duplicate","probability":0.5}]`},
		{"put faults", func(c *client.Client) (any, error) { return nil, c.PutFaults(ctx, nil) },
			"PUT /_/faults", `[]`, 200, `[]`, `null`},
		{"clock", func(c *client.Client) (any, error) { return c.Clock(ctx) },
			"GET /_/clock", "", 200, `{"now":"2026-01-05T09:00:00Z","mode":"manual","next":"2026-01-05T09:15:00Z"}`,
			`{"now":"2026-01-05T09:00:00Z","mode":"manual","next":"2026-01-05T09:15:00Z"}`},
		{"move clock", func(c *client.Client) (any, error) { return c.MoveClock(ctx, api.ClockMove{Advance: "24h"}) },
			"POST /_/clock", `{"advance":"24h"}`, 200, `{"now":"2026-01-06T09:00:00Z","mode":"manual"}`, `{"now":"2026-01-06T09:00:00Z","mode":"manual"}`},
		{"verify", func(c *client.Client) (any, error) {
			return c.Verify(ctx, api.VerifyRequest{Provider: "dsco", Secret: "s", Headers: map[string]api.Texts{"A": {"b"}}, Body: "{}"})
		}, "POST /_/verify", `{"provider":"dsco","secret":"s","headers":{"A":"b"},"body":"{}"}`, 200, `{"valid":false,"reason":"no header","tried":["sha1"]}`,
			`{"valid":false,"reason":"no header","tried":["sha1"]}`},
		{"verify bytes", func(c *client.Client) (any, error) {
			return c.Verify(ctx, api.VerifyRequest{Provider: "github", Account: "a", BodyBase64: "AP8="})
		}, "POST /_/verify", `{"provider":"github","secret":"","account":"a","headers":null,"body":"","body_base64":"AP8="}`, 200, `{"valid":true,"tried":[]}`, `{"valid":true,"reason":"","tried":[]}`},
		{"metrics", func(c *client.Client) (any, error) { return c.Metrics(ctx) },
			"GET /_/metrics", "", 200, "a 1\n", `"a 1\n"`},
		{"index", func(c *client.Client) (any, error) { return c.Index(ctx) },
			"GET /_/", "", 200, `{"version":"1"}`, `{"version":"1"}`},
		{"ready", func(c *client.Client) (any, error) { return nil, c.Ready(ctx) },
			"GET /_/readyz", "", 200, `{"status":"ok"}`, `null`},
		{"scenarios", func(c *client.Client) (any, error) { return c.Scenarios(ctx) },
			"GET /_/scenarios", "", 200, `[{"name":"retry","about":"a","text":"steps: []"}]`, `[{"name":"retry","about":"a","text":"steps: []"}]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := newFake(t, c.status, c.answer)
			got, err := c.call(client.New(server.URL+"/", "s3cret"))
			if err != nil {
				t.Fatal(err)
			}
			typ := ""
			if c.sent != "" {
				typ = "application/json"
			}
			if diff := cmp.Diff(seen{c.line, "Bearer s3cret", typ, c.sent}, server.got()); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
			text, err := json.Marshal(got)
			if err != nil || string(text) != c.want {
				t.Errorf("result %s (%v), want %s", text, err, c.want)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		body   string
		want   api.Error
		text   string
	}{
		{"ours", 422, `{"error":{"code":"unknown_type","message":"no such type","hint":"did you mean x?"}}`,
			api.Error{Status: 422, Code: "unknown_type", Message: "no such type", Hint: "did you mean x?"}, "no such type (did you mean x?)"},
		{"ours without a hint", 404, `{"error":{"code":"not_found","message":"gone"}}`,
			api.Error{Status: 404, Code: "not_found", Message: "gone"}, "gone"},
		{"a stranger on the port", 403, "<h1>No</h1>",
			api.Error{Status: 403, Message: "the server answered 403 Forbidden: <h1>No</h1>"}, "the server answered 403 Forbidden: <h1>No</h1>"},
		{"a long answer is cut", 500, strings.Repeat("x", 5000),
			api.Error{Status: 500, Message: "the server answered 500 Internal Server Error: " + strings.Repeat("x", 200)}, "the server answered 500 Internal Server Error: " + strings.Repeat("x", 200)},
		{"a redirect is not followed", 302, "", api.Error{Status: 302, Message: "the server answered 302 Found:"}, "the server answered 302 Found:"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := client.New(newFake(t, c.status, c.body).URL, "").Providers(context.Background())
			var refused *api.Error
			if !errors.As(err, &refused) || !reflect.DeepEqual(*refused, c.want) {
				t.Fatalf("error %#v, want %#v", err, c.want)
			}
			if err.Error() != c.text {
				t.Errorf("text %q, want %q", err, c.text)
			}
			if errors.Is(err, client.ErrConnect) {
				t.Error("a refusal counts as not connected")
			}
		})
	}
}

// closedAddress is one that nobody listens on.
func closedAddress(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

func TestNobodyThere(t *testing.T) {
	c := client.New(closedAddress(t), "")
	err := c.Ready(context.Background())
	if !errors.Is(err, client.ErrConnect) || !strings.Contains(err.Error(), c.URL()) {
		t.Errorf("error %v, want ErrConnect that names %s", err, c.URL())
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := c.Ready(ctx); !errors.Is(err, context.Canceled) || errors.Is(err, client.ErrConnect) {
		t.Errorf("error %v of a caller that gave up, want context.Canceled alone", err)
	}
}

func TestAddresses(t *testing.T) {
	for in, want := range map[string]string{
		"http://127.0.0.1:4780":  "http://127.0.0.1:4780",
		"http://127.0.0.1:4780/": "http://127.0.0.1:4780",
		"localhost:1":            "http://localhost:1",
		"https://sandbox.test":   "https://sandbox.test",
	} {
		if got := client.New(in, "").URL(); got != want {
			t.Errorf("New(%q).URL() = %q, want %q", in, got, want)
		}
	}
}

func TestBrokenAnswers(t *testing.T) {
	for _, body := range []string{"{", "[]]", `{"entries":{}}`, "\xff"} {
		if _, err := client.New(newFake(t, 200, body).URL, "").Entries(context.Background(), client.Query{}); err == nil {
			t.Errorf("answer %q was taken", body)
		}
	}
	if _, err := client.New(newFake(t, 200, "no").URL, "").Expect(context.Background(), api.ExpectRequest{}); err == nil {
		t.Error("an expectation's broken answer was taken")
	}
	var refused *api.Error
	if _, err := client.New(newFake(t, 400, "no").URL, "").Expect(context.Background(), api.ExpectRequest{}); !errors.As(err, &refused) {
		t.Errorf("error %v, want a refusal", err)
	}
}

func TestCheckFilter(t *testing.T) {
	if err := api.CheckFilter("kind:capture body.a=1"); err != nil {
		t.Error(err)
	}
	var syntax *api.SyntaxError
	if err := api.CheckFilter("kind:capture ("); !errors.As(err, &syntax) {
		t.Errorf("error %v, want one that names the place", err)
	}
}
