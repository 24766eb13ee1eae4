package dsco_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"tacklebox/fixtures"
	"tacklebox/mock/dsco"
	"tacklebox/mock/kit/kittest"
	"tacklebox/mock/provider"
	"tacklebox/mock/sandbox"
	"tacklebox/receiver/api"
)

const (
	me    = "retailer-12311-x"
	other = "supplier-92171-x"
)

// began is the first instant of every test's clock.
var began = time.Date(2014, 1, 1, 10, 30, 0, 0, time.UTC)

// rig is a running sandbox with a client of the mock.
type rig struct {
	*sandbox.Running
	t    *testing.T
	spec description
}

func start(t *testing.T, options ...sandbox.Option) *rig {
	t.Helper()
	options = append([]sandbox.Option{sandbox.WithSeed(7), sandbox.WithStart(began), sandbox.WithTick(1)}, options...)
	return &rig{sandbox.Start(t, options...), t, describe(t)}
}

// answer is what came back.
type answer struct {
	Status int
	Header http.Header
	Body   string
}

// call sends a request below /api/v2 and holds the answer to the description.
func (r *rig) call(method, path, account, body string) answer {
	r.t.Helper()
	req, err := http.NewRequest(method, r.Provider("dsco")+path, strings.NewReader(body))
	must(r.t, err)
	if account != "" {
		req.Header.Set("Authorization", "bearer "+account)
	}
	got := r.send(req)
	r.spec.check(r.t, method, path, got)
	return got
}

// send makes a request as it is, without following redirects.
func (r *rig) send(req *http.Request) answer {
	r.t.Helper()
	a := kittest.Send(r.t, req)
	if a.Status/100 == 3 {
		r.t.Errorf("%s %s answered with a redirect", req.Method, req.URL)
	}
	return answer{a.Status, a.Header, a.Body}
}

// create registers a webhook and returns its webhookUuid.
func (r *rig) create(account string, hook map[string]any) string {
	r.t.Helper()
	full := map[string]any{"webhookAccountId": 12311, "event": "ORDER_CREATED", "callbackUrl": r.Inbox("box"), "enabled": true}
	for k, v := range hook {
		full[k] = v
	}
	return r.ok("POST", "/webhook", account, encode(r.t, full))["webhookUuid"].(string)
}

// ok wants a 200 and returns its object.
func (r *rig) ok(method, path, account, body string) map[string]any {
	r.t.Helper()
	got := r.call(method, path, account, body)
	var v map[string]any
	if err := json.Unmarshal([]byte(got.Body), &v); got.Status != 200 || err != nil {
		r.t.Fatalf("%s %s: %d %s", method, path, got.Status, got.Body)
	}
	return v
}

// refused wants a refusal of a status and type whose message names something.
func (r *rig) refused(got answer, status int, kind, names string) {
	r.t.Helper()
	var e struct {
		Type    string
		Success *bool
		Message string
	}
	must(r.t, json.Unmarshal([]byte(got.Body), &e))
	if got.Status != status || e.Type != kind || e.Success == nil || *e.Success || !strings.Contains(e.Message, names) {
		r.t.Errorf("%d %s, want %d %s that names %q", got.Status, got.Body, status, kind, names)
	}
}

// fire lets an event happen; set and context hold JSON texts.
func (r *rig) fire(typ string, set, context map[string]string) api.FiredEvent {
	r.t.Helper()
	return r.Fire(api.Firing{Provider: "dsco", Type: typ, Set: raws(set), Context: raws(context)}).Events[0]
}

func raws(in map[string]string) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	for k, v := range in {
		out[k] = json.RawMessage(v)
	}
	return out
}

// captured returns the bodies that an inbox got, once there are so many.
func (r *rig) captured(inbox string, count int) (bodies []string) {
	r.t.Helper()
	for _, e := range r.Expect(r.t, "kind:capture inbox:"+inbox, count) {
		bodies = append(bodies, string(e.Request.Body))
	}
	return bodies
}

// history asks the history search and returns one page.
func (r *rig) history(account, query string) (page historyPage) {
	r.t.Helper()
	got := r.call("GET", "/webhook/history?"+query, account, "")
	must(r.t, json.Unmarshal([]byte(got.Body), &page))
	if got.Status != 200 {
		r.t.Fatalf("history?%s: %d %s", query, got.Status, got.Body)
	}
	return page
}

type historyPage struct {
	PageID         string
	WebhookHistory []struct {
		WebhookHistoryID int64
		Success          bool
		CallbackURL      string
		Hash             string
		Payload          json.RawMessage
		HTTPStatusCode   int
		HTTPErrorMessage *string
		FailureMessage   *string
		CreateDate       string
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func encode(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	must(t, err)
	return string(b)
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// testdata decodes a file of the specification's vectors and cases.
func testdata(t *testing.T, name string, v any) { kittest.ReadJSON(t, "testdata/"+name, v) }

// description is openapi.json, as far as answers are held to it.
type description struct {
	doc      openAPI
	compiler *jsonschema.Compiler
}

type openAPI struct {
	Paths map[string]map[string]json.RawMessage
}

type operation struct {
	OperationID string
	Responses   map[string]struct {
		Ref     string `json:"$ref"`
		Content map[string]struct {
			Schema json.RawMessage
		}
	}
}

func folder(t *testing.T) *fixtures.Provider { return kittest.Fixtures(t, "dsco") }

func describe(t *testing.T) description {
	t.Helper()
	raw, err := folder(t).File("openapi.json")
	must(t, err)
	d := description{compiler: jsonschema.NewCompiler()}
	must(t, json.Unmarshal(raw, &d.doc))
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	must(t, err)
	must(t, d.compiler.AddResource("mem:///openapi.json", v))
	return d
}

// operation finds what a call means; ok is false for unknown paths and methods.
func (d description) operation(t *testing.T, method, path string) (place string, op operation, ok bool) {
	t.Helper()
	if method == "HEAD" {
		method = "GET"
	}
	bare, _, _ := strings.Cut(path, "?")
	for _, o := range dsco.New().Operations {
		at := strings.TrimPrefix(o.Path, "/api/v2")
		if _, fits := provider.MatchPath(at, strings.TrimSuffix(bare, "/")); fits {
			raw, has := d.doc.Paths[at][strings.ToLower(method)]
			if has {
				must(t, json.Unmarshal(raw, &op))
			}
			return "#/paths/" + strings.ReplaceAll(at, "/", "~1") + "/" + strings.ToLower(method), op, has
		}
	}
	return "", op, false
}

// check holds an answer to the description: its status is listed and its body
// satisfies the schema there, a refusal always that of an Error.
func (d description) check(t *testing.T, method, path string, got answer) {
	t.Helper()
	if ct := got.Header.Get("Content-Type"); ct != "application/json" {
		t.Errorf("%s %s: Content-Type %q", method, path, ct)
	}
	if method == "HEAD" {
		return
	}
	ref := "#/components/schemas/Error"
	if place, op, ok := d.operation(t, method, path); ok {
		status := http.StatusText(got.Status)
		listed, has := op.Responses[itoa(got.Status)]
		if !has {
			t.Errorf("%s %s: %d %s is not described", method, path, got.Status, status)
		}
		if listed.Ref == "" {
			ref = place + "/responses/" + itoa(got.Status) + "/content/application~1json/schema"
		}
	}
	d.validate(t, ref, got.Body)
}

func (d description) validate(t *testing.T, ref, body string) {
	t.Helper()
	kittest.Fits(t, kittest.Schema(t, folder(t), "openapi.json"+ref), "an answer", body)
}

func itoa(n int) string { b, _ := json.Marshal(n); return string(b) }
