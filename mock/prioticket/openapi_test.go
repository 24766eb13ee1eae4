package prioticket_test

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"tacklebox/mock/prioticket"
)

func openAPI(t *testing.T) (*openapi3.T, []byte) {
	t.Helper()
	raw, err := catalogue(t).File("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(raw)
	if err != nil {
		t.Fatal(err)
	}
	return doc, raw
}

func TestTheDescriptionIsValid(t *testing.T) {
	t.Parallel()
	doc, _ := openAPI(t)
	if err := doc.Validate(context.Background(), openapi3.EnableJSONSchema2020Validation()); err != nil {
		t.Error(err)
	}
}

func TestTheDescriptionListsTheOperations(t *testing.T) {
	t.Parallel()
	doc, _ := openAPI(t)
	var described, served []string
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			described = append(described, op.OperationID+" "+method+" "+path)
		}
	}
	p := prioticket.New()
	for _, op := range p.Operations {
		served = append(served, op.ID+" "+op.Method+" "+strings.TrimPrefix(op.Path, p.Home))
	}
	slices.Sort(described)
	slices.Sort(served)
	if !slices.Equal(described, served) {
		t.Errorf("described %v\nserved %v", described, served)
	}
}

// responseSchema finds the schema of an operation's answer; nil: no content.
func responseSchema(t *testing.T, doc *openapi3.T, raw []byte, id string, status int) *jsonschema.Schema {
	t.Helper()
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			if op.OperationID != id {
				continue
			}
			r := op.Responses.Status(status)
			if r == nil {
				t.Fatalf("%s does not describe the status %d", id, status)
			}
			content := r.Value.Content.Get("application/json")
			if content == nil {
				return nil
			}
			return component(t, raw, content.Schema.Ref)
		}
	}
	t.Fatalf("no operation %s", id)
	return nil
}

func component(t *testing.T, raw []byte, ref string) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("openapi:///doc", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("openapi:///doc" + ref)
	if err != nil {
		t.Fatal(err)
	}
	return s
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
