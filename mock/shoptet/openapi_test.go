package shoptet_test

import (
	"bytes"
	"fmt"
	"mime"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"tacklebox/mock/provider"
	"tacklebox/mock/shoptet"
	"tacklebox/receiver/api"
)

func description(t *testing.T) []byte {
	t.Helper()
	raw, err := fixtureSet().File("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// held is the description as schemas that answers are held against.
type held struct {
	t        *testing.T
	doc      map[string]any
	compiler *jsonschema.Compiler
}

func hold(t *testing.T) *held {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(description(t)))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	if err := compiler.AddResource("file:///openapi.json", doc); err != nil {
		t.Fatal(err)
	}
	return &held{t, doc.(map[string]any), compiler}
}

// check holds one answer against what its operation promises for its status and
// media type.
func (h *held) check(op provider.Operation, got result) error {
	at := "/paths/" + strings.ReplaceAll(op.Path, "/", "~1") + "/" + strings.ToLower(op.Method) + "/responses/" + fmt.Sprint(got.status)
	node := h.at(at)
	if node == nil {
		return fmt.Errorf("status %d is not promised", got.status)
	}
	if ref, ok := node["$ref"].(string); ok {
		at = strings.TrimPrefix(ref, "#")
		node = h.at(at)
	}
	media, _, err := mime.ParseMediaType(got.header.Get("Content-Type"))
	if err != nil {
		return err
	}
	content, _ := node["content"].(map[string]any)
	if content[media] == nil {
		return fmt.Errorf("%s is not promised for %d", media, got.status)
	}
	if media == "application/gzip" {
		return nil
	}
	s, err := h.compiler.Compile("file:///openapi.json#" + at + "/content/" + url.PathEscape(strings.ReplaceAll(media, "/", "~1")) + "/schema")
	if err != nil {
		return err
	}
	return satisfies(s, got.body)
}

func (h *held) at(pointer string) map[string]any {
	var node any = h.doc
	for _, part := range strings.Split(pointer, "/")[1:] {
		m, _ := node.(map[string]any)
		node = m[strings.NewReplacer("~1", "/", "~0", "~").Replace(part)]
	}
	m, _ := node.(map[string]any)
	return m
}

// Real answers of every operation, good and bad, are as described.
func TestAnswersAreAsDescribed(t *testing.T) {
	t.Parallel()
	for _, profile := range []string{"2024-12", "2026-08"} {
		h := hold(t)
		b := newBench(t, withSettings(`{"profile":"`+profile+`"}`))
		ids := b.register(tokenA, newReceiver(t, 500).url, "order:create", "job:finished")
		b.fire(api.Firing{Type: "order:create"})
		job := b.startJob("/api/orders/snapshot")
		b.advance(time.Minute)
		bearer := map[string]string{"Authorization": "Bearer x"}
		first := fmt.Sprintf("/api/webhooks/%d", ids[0])
		cases := map[string][]call{
			"listWebhooks":          {{path: "/api/webhooks"}, {path: "/api/webhooks?page=9"}, {path: "/api/webhooks?page=x"}},
			"createWebhooks":        {post(one("order:paid", callbackURL)), post(one("order:delete", callbackURL)), post(one("order:delete", callbackURL)), post("{"), post(strings.Repeat(" ", 9<<20))},
			"renewSignatureKey":     {{method: "POST", path: "/api/webhooks/renew-signature-key"}},
			"listNotifications":     {{path: "/api/webhooks/notifications"}, {path: "/api/webhooks/notifications?status=x"}},
			"getWebhook":            {{path: first}, {path: "/api/webhooks/1"}},
			"updateWebhook":         {{method: "PATCH", path: first, body: `{"data":{"url":"http://a.example"}}`}, {method: "PATCH", path: first}, {method: "PATCH", path: "/api/webhooks/1", body: `{"data":{"url":"http://a.example"}}`}},
			"deleteWebhook":         {{method: "DELETE", path: first}, {method: "DELETE", path: first}},
			"listJobs":              {{path: "/api/system/jobs"}},
			"getJob":                {{path: "/api/system/jobs/" + job}, {path: "/api/system/jobs/x"}},
			"listEndpoints":         {{path: "/api/system/endpoints"}},
			"getEshop":              {{path: "/api/eshop"}},
			"startOrdersSnapshot":   {{path: "/api/orders/snapshot"}},
			"startProductsSnapshot": {{path: "/api/products/snapshot"}}, "startCustomersSnapshot": {{path: "/api/customers/snapshot"}}, "startInvoicesSnapshot": {{path: "/api/invoices/snapshot"}},
			"getJobResult":    {{path: b.resultPath(job)}, {path: "/api-results/x"}},
			"exchangeCode":    {tokenCall(exchangeBody(nil)), tokenCall("")},
			"getAccessToken":  {{path: accessPath, header: bearer}, {path: accessPath}},
			"postAccessToken": {{method: "POST", path: accessPath, header: bearer}, {method: "POST", path: accessPath}},
		}
		for _, op := range shoptet.New().Operations {
			if len(cases[op.ID]) == 0 {
				t.Errorf("nothing calls %s", op.ID)
			}
			for _, c := range cases[op.ID] {
				if c.header == nil {
					c.token = tokenA
				}
				if err := h.check(op, b.do(c)); err != nil {
					t.Errorf("%s %s %s: %v", profile, c.method, c.path, err)
				}
			}
			if strings.HasPrefix(op.Path, "/api/") {
				if err := h.check(op, b.do(call{method: op.Method, path: strings.NewReplacer("{", "", "}", "").Replace(op.Path)})); err != nil {
					t.Errorf("%s without a token: %v", op.ID, err)
				}
			}
		}
	}
}

// resultPath is the path of a completed job's result.
func (b *bench) resultPath(job string) string {
	b.t.Helper()
	var doc struct {
		Data struct{ Job struct{ ResultURL string } }
	}
	b.parse(b.do(withToken(call{path: "/api/system/jobs/" + job})).body, &doc)
	return strings.TrimPrefix(doc.Data.Job.ResultURL, "http://mock.test/shoptet")
}
