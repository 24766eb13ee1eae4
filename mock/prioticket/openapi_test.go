package prioticket_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"tacklebox/mock/kit/kittest"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// description is the part of openapi.json that the tests look at.
type description struct {
	OpenAPI    string `json:"openapi"`
	Paths      map[string]map[string]describedOperation
	Components struct {
		Schemas   map[string]json.RawMessage
		Responses map[string]describedResponse
	}
}

type describedOperation struct {
	ID        string `json:"operationId"`
	Responses map[string]describedResponse
}

type describedResponse struct {
	Ref         string `json:"$ref"`
	Description string
	Content     map[string]struct {
		Schema struct {
			Ref string `json:"$ref"`
		}
	}
}

func openAPI(t *testing.T) (doc description, raw []byte) {
	t.Helper()
	raw, err := catalogue(t).File("openapi.json")
	if err == nil {
		err = json.Unmarshal(raw, &doc)
	}
	if err != nil {
		t.Fatal(err)
	}
	return doc, raw
}

func TestTheDescriptionServedListsTheCallbacks(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	g := r.at(r.URL+"/_/providers/prioticket/openapi.json", "GET", "")
	var doc struct {
		Servers  []struct{ URL string }
		Webhooks map[string]any
	}
	if err := json.Unmarshal([]byte(g.body), &doc); err != nil || g.status != 200 {
		t.Fatalf("%d %v", g.status, err)
	}
	if len(doc.Webhooks) != len(catalogue(t).Events) || doc.Servers[0].URL != r.Provider("prioticket") {
		t.Errorf("%d callbacks at %+v", len(doc.Webhooks), doc.Servers)
	}
	whole, err := openapi3.NewLoader().LoadFromData([]byte(g.body))
	if err == nil {
		err = whole.Validate(context.Background())
	}
	if err != nil {
		t.Error(err)
	}
}

func (d description) resolve(r describedResponse) describedResponse {
	if name, ok := strings.CutPrefix(r.Ref, "#/components/responses/"); ok {
		return d.Components.Responses[name]
	}
	return r
}

// responseSchema finds the schema of an operation's answer; nil: no content.
func responseSchema(t *testing.T, doc description, raw []byte, id string, status int) *jsonschema.Schema {
	t.Helper()
	for _, item := range doc.Paths {
		for _, op := range item {
			if op.ID != id {
				continue
			}
			r, ok := op.Responses[strconv.Itoa(status)]
			if !ok {
				t.Fatalf("%s does not describe the status %d", id, status)
			}
			ref := doc.resolve(r).Content["application/json"].Schema.Ref
			if ref == "" {
				return nil
			}
			return component(t, raw, ref)
		}
	}
	t.Fatalf("no operation %s", id)
	return nil
}

func component(t *testing.T, _ []byte, ref string) *jsonschema.Schema {
	return kittest.Schema(t, catalogue(t), "openapi.json"+ref)
}

func TestRealAnswersFitTheDescription(t *testing.T) {
	t.Parallel()
	doc, raw := openAPI(t)
	r := newRig(t)
	id := r.subscribe("box", `"ORDER_CREATE"`, `"webhook_auth":"abc"`, `"webhook_email":"a@b.example"`)
	mail := webhook(`"webhook_email":"a@b.example","webhook_events":["REDEMPTION"]`)
	sample := `{"data":{"kind":"notification","notification":{"notification_event":"ORDER_CREATE","notification_item_id":"1","notification_note":"hello"}}}`
	basic := "Authorization: Basic YTpi"
	steps := []struct {
		id, method, path, body string
		headers                []string
		status                 int
	}{
		{"createWebhook", "POST", "/webhooks", mail, nil, 201},
		{"createWebhook", "POST", "/webhooks", `{}`, nil, 400},
		{"createWebhook", "POST", "/webhooks", mail, []string{"Authorization: Bearer ~!"}, 401},
		{"createWebhook", "POST", "/webhooks", mail, []string{"Accept: text/html"}, 406},
		{"listWebhooks", "PUT", "/webhooks", "", nil, 405},
		{"listWebhooks", "GET", "/webhooks", "", nil, 200},
		{"listWebhooks", "GET", "/webhooks?page=0", "", nil, 400},
		{"createNotification", "POST", "/notifications", sample, nil, 204},
		{"listNotifications", "GET", "/notifications", "", nil, 200},
		{"deleteWebhook", "DELETE", "/webhooks/" + id, "", nil, 204},
		{"deleteWebhook", "DELETE", "/webhooks/" + id, "", nil, 400},
		{"createToken", "POST", "/oauth2/token", `{"grant_type":"client_credentials"}`, []string{basic}, 200},
		{"createToken", "POST", "/oauth2/token", `{}`, []string{basic}, 400},
		{"createToken", "POST", "/oauth2/token", ``, []string{"Authorization:"}, 401},
	}
	for _, s := range steps {
		g := r.call(s.method, s.path, s.body, s.headers...)
		if g.status != s.status {
			t.Errorf("%s %s: %d, want %d: %s", s.method, s.path, g.status, s.status, g.body)
			continue
		}
		want := responseSchema(t, doc, raw, s.id, s.status)
		if want == nil {
			if g.body != "" || g.header.Get("Content-Type") != "" {
				t.Errorf("%s: content where none is described: %q", s.id, g.body)
			}
			continue
		}
		fits(t, want, s.id+" "+http.StatusText(s.status), []byte(g.body))
	}
}

func TestRequestsOfTheTestsFitTheDescription(t *testing.T) {
	t.Parallel()
	_, raw := openAPI(t)
	ask := component(t, raw, "#/components/schemas/WebhookRequest")
	for _, body := range []string{
		webhook(`"webhook_url":"https://a.example/x","webhook_events":["ORDER_CREATE"],"webhook_payload":"true"`),
		webhook(`"webhook_email":"a@b.example","webhook_url":null,"webhook_events":["ORDER_CREATE"],"webhook_auth":null`),
	} {
		fits(t, ask, body, []byte(body))
	}
	doc, _ := jsonschema.UnmarshalJSON(strings.NewReader(webhook(`"webhook_events":["ORDER_CREATE"]`)))
	if ask.Validate(doc) == nil {
		t.Error("a webhook without an address fits the description")
	}
}
