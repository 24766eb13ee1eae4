package lagerkoll_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"tacklebox/fixtures"
	"tacklebox/mock/kit/kittest"
)

func folder(t *testing.T) *fixtures.Provider { return kittest.Fixtures(t, "lagerkoll") }

func compile(t *testing.T, p *fixtures.Provider, ref string) *jsonschema.Schema {
	return kittest.Schema(t, p, ref)
}

func validate(t *testing.T, s *jsonschema.Schema, doc string) { kittest.Fits(t, s, "a document", doc) }

func TestSamplesSatisfyTheirSchemas(t *testing.T) {
	t.Parallel()
	p := folder(t)
	if len(p.Events) != 35 {
		t.Errorf("%d event types, want 35", len(p.Events))
	}
	for _, ev := range p.Events {
		sample, err := p.Sample(ev.Type)
		must(t, err)
		validate(t, compile(t, p, ev.Schema), string(sample))
		var own struct {
			Type   string   `json:"callback_type"`
			Action string   `json:"action"`
			Keys   []string `json:"keys"`
		}
		must(t, json.Unmarshal(ev.Raw, &own))
		if ev.Type != own.Type+"."+own.Action || ev.About == "" || ev.Evidence == "" {
			t.Errorf("catalogue: %s is %s.%s", ev.Type, own.Type, own.Action)
		}
		want := append(append([]string{"type", "action"}, own.Keys...), "timestamp")
		if got := names(t, sample); !slices.Equal(got, want) {
			t.Errorf("%s: members %v, want %v", ev.Type, got, want)
		}
	}
}

// names lists the members of an object in their order.
func names(t *testing.T, doc []byte) (list []string) {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(doc))
	_, err := dec.Token()
	must(t, err)
	for dec.More() {
		name, err := dec.Token()
		must(t, err)
		list = append(list, name.(string))
		var v any
		must(t, dec.Decode(&v))
	}
	return list
}

// described is the part of openapi.json that the handlers are held to.
type described struct {
	Paths map[string]map[string]struct {
		ID        string              `json:"operationId"`
		Responses map[string]response `json:"responses"`
	} `json:"paths"`
	Components struct {
		Responses map[string]response `json:"responses"`
	} `json:"components"`
}

type response struct {
	Ref     string                     `json:"$ref"`
	Content map[string]json.RawMessage `json:"content"`
}

func description(t *testing.T) (d described) {
	t.Helper()
	raw, err := folder(t).File("openapi.json")
	must(t, err)
	must(t, json.Unmarshal(raw, &d))
	return d
}

// TestAnswersMatchTheDescription holds real answers to the described ones: the
// status is there, and the JSON body satisfies its schema.
func TestAnswersMatchTheDescription(t *testing.T) {
	t.Parallel()
	b := start(t, setup{})
	b.set("", `{"features":["shop-sync"]}`)
	b.set("object", `{"create_reply":"object"}`)
	b.set("slow", `{"rate_limit":1}`)
	made := b.create("", shop...)
	b.create("", machine("slow", "1")...)
	with := func(more ...string) []string { return append(slices.Clone(shop), more...) }
	id := fmt.Sprint("/", made.ID)
	for _, tc := range []struct {
		op, method, path, body string
		headers                []string
		status                 int
	}{
		{"getWebhooks", "GET", "/shop-sync", "", shop, 200},
		{"getWebhooks", "GET", "/shop-sync", "", nil, 401},
		{"getWebhooks", "GET", "/other", "", shop, 404},
		{"getWebhooks", "GET", "/shop-sync", "", with("Accept", "application/xml"), 406},
		{"getWebhooks", "GET", "/shop-sync", "", machine("slow", "1"), 429},
		{"createWebhook", "POST", "/", jsonBody, shop, 200},
		{"createWebhook", "POST", "/", jsonBody, machine("object", "1"), 200},
		{"createWebhook", "POST", "/", `{}`, shop, 400},
		{"createWebhook", "POST", "/", jsonBody, nil, 401},
		{"createWebhook", "POST", "/", `{"featureId":"x","featureMethod":"y"}`, shop, 404},
		{"createWebhook", "POST", "/", jsonBody, with("Accept", "text/html"), 406},
		{"createWebhook", "POST", "/", strings.Repeat(" ", 1<<20+1), shop, 413},
		{"createWebhook", "POST", "/", jsonBody, with("Content-Type", "text/plain"), 415},
		{"createWebhook", "POST", "/", jsonBody, machine("slow", "1"), 429},
		{"executeWebhook", "POST", "/" + made.GUID, "", shop, 200},
		{"executeWebhook", "POST", "/" + made.GUID, "{", shop, 400},
		{"executeWebhook", "POST", "/" + made.GUID, "", nil, 401},
		{"executeWebhook", "POST", "/x", "", shop, 404},
		{"executeWebhook", "POST", "/" + made.GUID, "", with("Accept", "text/html"), 406},
		{"executeWebhook", "POST", "/" + made.GUID, strings.Repeat(" ", 1<<20+1), shop, 413},
		{"executeWebhook", "POST", "/" + made.GUID, "", with("Content-Type", "text/plain"), 415},
		{"executeWebhook", "POST", "/" + made.GUID, "", machine("slow", "1"), 429},
		{"deleteWebhook", "DELETE", id, "", nil, 401},
		{"deleteWebhook", "DELETE", id, "", with("Accept", "text/html"), 406},
		{"deleteWebhook", "DELETE", id, "", machine("slow", "1"), 429},
		{"deleteWebhook", "DELETE", id, "", shop, 200},
		{"deleteWebhook", "DELETE", id, "", shop, 404},
	} {
		got := b.api(tc.method, tc.path, tc.body, tc.headers...)
		if got.status != tc.status {
			t.Errorf("%s: status %d, want %d", tc.op, got.status, tc.status)
			continue
		}
		schema, ok := answerSchema(t, tc.op, tc.status)
		switch {
		case !ok:
			t.Errorf("%s: %d is not described", tc.op, tc.status)
		case schema == nil && got.body != "":
			t.Errorf("%s: %d has a body: %s", tc.op, tc.status, got.body)
		case schema != nil:
			validate(t, schema, got.body)
		}
	}
}

// answerSchema finds the schema of one described answer; nil where it has no body.
func answerSchema(t *testing.T, operation string, status int) (s *jsonschema.Schema, ok bool) {
	t.Helper()
	doc := description(t)
	for path, item := range doc.Paths {
		for method, op := range item {
			resp, found := op.Responses[fmt.Sprint(status)]
			if op.ID != operation || !found {
				continue
			}
			at := fmt.Sprintf("/paths/%s/%s/responses/%d", strings.ReplaceAll(path, "/", "~1"), method, status)
			if name, ok := strings.CutPrefix(resp.Ref, "#/components/responses/"); ok {
				at, resp = "/components/responses/"+name, doc.Components.Responses[name]
			}
			if resp.Content["application/json"] == nil {
				return nil, true
			}
			return compile(t, folder(t), "openapi.json#"+at+"/content/application~1json/schema"), true
		}
	}
	return nil, false
}
