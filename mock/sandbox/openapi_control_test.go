package sandbox

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/tidwall/gjson"
)

const shopToken = "123456-p-600000-abcdefghijklmnopqrstuvwxyz012345"

// TestControlDescription: every operation of /_/openapi.json is driven from the
// description alone, its answer is held against it, and what it does not know is
// refused.
func TestControlDescription(t *testing.T) {
	t.Parallel()
	r := Start(t)
	r.Fire("shoptet", "order:create", To(r.Inbox("orders")))
	r.Expect(t, "kind:capture")
	status, text := ask(t, "GET", r.URL+"/_/openapi.json", "")
	if status != 200 {
		t.Fatal(status, text)
	}
	doc, err := openapi3.NewLoader().LoadFromData([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	status, text = ask(t, "POST", r.URL+"/_/subscriptions", `{"provider":"shoptet","account":"`+shopToken+`","url":"`+r.Inbox("refuses")+`","types":["order:create"]}`)
	id := gjson.Get(text, "0.id").String()
	if status != http.StatusCreated || id == "" {
		t.Fatal(status, text)
	}
	r.Reply("refuses", "500")
	waiting := r.Fire("shoptet", "order:create", Account(shopToken)).Events[0].Deliveries[0].ID
	r.Expect(t, "kind:attempt status:500")
	given := map[string]string{"{seq}": "2", "{format}": "curl", "{inbox}": "orders", "{name}": "job", "{provider}": "shoptet"}
	bodies := map[string]string{"/_/expect": `{"q":"kind:capture","within":"1s"}`, "/_/entries/import": `{"requests":[{"method":"POST","url":"/x","body":"y"}]}`,
		"PUT /_/faults": `[]`, "PUT /_/subscriptions/{provider}/{id}": `{"enabled":true}`, "/_/clock": `{"advance":"1s"}`, "/_/verify": `{"provider":"github","secret":"s","body":"x"}`,
		"/_/subscriptions": `{"provider":"shoptet","account":"` + shopToken + `","url":"` + r.Inbox("other") + `","types":["order:update"]}`,
		"/_/events":        `{"provider":"shoptet","type":"order:create","to":"` + r.Inbox("orders") + `"}`, "/_/entries/{seq}/replay": `{}`, "/_/sign": `{"scheme":"github","secret":"k","body":"x"}`,
		"/_/send": `{"scheme":"github","secret":"k","body":"x","url":"` + r.Inbox("orders") + `"}`}
	_, bodies["/_/restore"] = ask(t, "POST", r.URL+"/_/snapshot", "")
	queries := map[string]string{"/_/entries/diff": "?a=2&b=2"}
	last := "" // what deletes and forgets comes last, so that the others find something
	forgets := func(path string) bool { return path == "/_/reset" || path == "/_/restore" }
	for _, wave := range []func(method, path string) bool{
		func(m, _ string) bool { return m == "GET" }, func(m, path string) bool { return m == "POST" && !forgets(path) },
		func(m, _ string) bool { return m == "PUT" }, func(m, _ string) bool { return m == "DELETE" }, func(m, path string) bool { return m == "POST" && forgets(path) },
	} {
		for path, item := range doc.Paths.Map() {
			for method, op := range item.Operations() {
				if !wave(method, path) || strings.HasSuffix(path, "/stream") || strings.HasSuffix(path, "/mcp") || strings.HasSuffix(path, "ca.pem") {
					continue
				}
				target := strings.ReplaceAll(path, "/deliveries/{id}", "/deliveries/"+waiting)
				target = strings.ReplaceAll(target, "{id}", id)
				for name, value := range given {
					target = strings.ReplaceAll(target, name, value)
				}
				body := cmp.Or(bodies[method+" "+path], bodies[path])
				if method == "GET" || method == "DELETE" {
					body = ""
				}
				if body == "" && method == "PUT" {
					body = "{}"
				}
				checkAnswer(t, &routers.Route{Spec: doc, Path: path, PathItem: item, Method: method, Operation: op}, r.URL+target+queries[path], body)
				if status, text := ask(t, method, r.URL+target+"?nonsense=1", body); status != http.StatusBadRequest || !strings.Contains(text, "unknown_parameter") {
					t.Errorf("%s %s?nonsense=1: %d %s", method, target, status, text)
				}
				last = target
			}
		}
	}
	if last == "" {
		t.Error("nothing was asked")
	}
}

func checkAnswer(t *testing.T, route *routers.Route, target, body string) {
	t.Helper()
	method := route.Method
	req, err := http.NewRequest(method, target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 400 && resp.StatusCode != http.StatusExpectationFailed {
		t.Errorf("%s %s: %s", method, target, resp.Status)
		return
	}
	asked := &openapi3filter.RequestValidationInput{Request: req, Route: route, QueryParams: url.Values{},
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true}}
	answer := &openapi3filter.ResponseValidationInput{RequestValidationInput: asked, Status: resp.StatusCode, Header: resp.Header, Body: resp.Body, Options: asked.Options}
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
		return
	}
	if err := openapi3filter.ValidateResponse(t.Context(), answer); err != nil {
		t.Errorf("%s %s: %v", method, target, err)
	}
}

// TestControlDescriptionIsWhole: each route of the table is in the description,
// with a sentence.
func TestControlDescriptionIsWhole(t *testing.T) {
	t.Parallel()
	r := Start(t)
	raw, err := json.Marshal(describe(r.sb.routes(), "v", "http://x"))
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]struct{ OperationID, Summary string }
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, route := range r.sb.routes() {
		op := doc.Paths[strings.TrimSuffix(route.Path, "{$}")][strings.ToLower(route.Method)]
		if op.Summary == "" || op.OperationID == "" || ids[op.OperationID] {
			t.Errorf("%s %s: %+v", route.Method, route.Path, op)
		}
		ids[op.OperationID] = true
	}
}
