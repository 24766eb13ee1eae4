package ultracart_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"tacklebox/receiver/api"
)

func description(t *testing.T) *openapi3.T {
	t.Helper()
	raw := bytes.ReplaceAll(fixture(t, "openapi.json"), []byte("{base_url}"), []byte("http://127.0.0.1:4780/ultracart/rest/v2"))
	doc, err := openapi3.NewLoader().LoadFromData(raw)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// TestTheDescribedCallbackTakesBothForms of `events`: the list and the
// compressed text.
func TestTheDescribedCallbackTakesBothForms(t *testing.T) {
	t.Parallel()
	served, err := jsonschema.UnmarshalJSON(strings.NewReader(start(t).control("GET", "/_/providers/ultracart/openapi.json", "").body))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("served:///", served); err != nil {
		t.Fatal(err)
	}
	s, err := compiler.Compile("served:///#/webhooks/order_create/post/requestBody/content/application~1json/schema")
	if err != nil {
		t.Fatal(err)
	}
	for body, fits := range map[string]bool{
		string(fixture(t, "samples/order_create.json")):                  true,
		string(fixture(t, "samples/extra/order_create.compressed.json")): true,
		string(fixture(t, "samples/order_ship.json")):                    false,
		`{"events":[]}`: false, `{"events":7}`: false, `{}`: false,
	} {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(doc); (err == nil) != fits {
			t.Errorf("%.80s: %v", body, err)
		}
	}
}

// components compiles the schemas of the description.
func components(t *testing.T) func(name string) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(fixture(t, "openapi.json")))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("description:///", doc); err != nil {
		t.Fatal(err)
	}
	return func(name string) *jsonschema.Schema {
		s, err := compiler.Compile("description:///#/components/schemas/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
}

func TestAnswersSatisfyTheDescription(t *testing.T) {
	t.Parallel()
	component := components(t)
	for _, emit := range []bool{false, true} {
		c := start(t)
		c.set("emit_false", emit)
		c.sb.Reply("box", `{"reply":[{"status":500},{"status":200}]}`)
		oid := c.insert("box", `{"authentication_type":"basic","merchant_comments":"mine","iam_access_key":"A","iam_secret_key":"S","compress_events":true}`,
			[]map[string]any{{"event_name": "order_create", "expansion": "billing", "comments": "x", "event_ruler": `{"order_id":[{"exists":true}]}`}})
		c.fire(api.Firing{Type: "order_create"})
		c.settled(1)
		waiting := c.ok("GET", webhooks, "")
		c.sb.Advance(1e12)
		one := webhooks + "/" + oid
		logs := c.ok("GET", one+"/logs", "")
		id := logs.get("webhook_log_summaries.0.request_id").String()
		for _, v := range []struct {
			schema string
			answer reply
		}{
			{"WebhooksResponse", waiting},
			{"WebhooksResponse", c.ok("GET", webhooks+"?_placeholders=true", "")},
			{"WebhookResponse", c.ok("POST", webhooks+"?_placeholders=true", fmt.Sprintf(`{"webhook_url":%q}`, c.sb.Inbox("second")))},
			{"WebhookResponse", c.ok("PUT", one, fmt.Sprintf(`{"webhook_url":%q}`, c.sb.Inbox("box")))},
			{"WebhookLogSummariesResponse", logs},
			{"WebhookLogResponse", c.ok("GET", one+"/logs/"+id, "")},
			{"WebhookReflowResponse", c.ok("POST", c.reflowable()+"/reflow/item_update", "")},
			{"WebhookResponse", c.ok("DELETE", webhooks, fmt.Sprintf(`{"webhook_url":%q}`, c.sb.Inbox("second")))},
			{"ErrorResponse", c.call("GET", webhooks+"?_limit=0", "")},
			{"ErrorResponse", c.call("GET", "/nowhere", "")},
			{"ErrorResponse", c.call("PATCH", webhooks, "")},
			{"ErrorResponse", c.do("GET", webhooks, "", map[string]string{"x-ultracart-simple-key": ""})},
		} {
			doc, err := jsonschema.UnmarshalJSON(strings.NewReader(v.answer.body))
			if err != nil {
				t.Fatal(err)
			}
			if err := component(v.schema).Validate(doc); err != nil {
				t.Errorf("%s: %v\n%s", v.schema, err, v.answer.body)
			}
			if strings.Contains(v.answer.body, "null") || !emit && strings.Contains(v.answer.body, ":false") {
				t.Errorf("%s holds null or false: %s", v.schema, v.answer.body)
			}
		}
	}
}

// reflowable adds a webhook that can be reflowed to and returns its path.
func (c *client) reflowable() string {
	return webhooks + "/" + c.subscribe("stock", "", "item_update")
}
