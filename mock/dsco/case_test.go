package dsco_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// registration is one case of webhook-cases.json.
type registration struct {
	Name, Credential, Type, Names string
	Status                        int
	Body                          json.RawMessage
}

type registrations struct{ Valid, Invalid []registration }

func TestEveryRegistrationCase(t *testing.T) {
	t.Parallel()
	var cases registrations
	testdata(t, "webhook-cases.json", &cases)
	if len(cases.Valid) != 17 || len(cases.Invalid) != 32 {
		t.Fatalf("%d and %d cases, want 17 and 32", len(cases.Valid), len(cases.Invalid))
	}
	r := start(t)
	for _, c := range cases.Valid {
		got := r.ok("POST", "/webhook", c.Credential, string(c.Body))
		echoes(t, c.Name, got, c.Body)
		id := got["webhookUuid"].(string)
		if again := r.ok("PUT", "/webhook/"+id, c.Credential, encode(t, got)); again["webhookUuid"] != id {
			t.Errorf("%s: an answer sent back as an update became %v", c.Name, again)
		}
	}
	before := r.call("GET", "/webhook", me, "").Body
	id := r.create(me, nil)
	mine := r.call("GET", "/webhook/"+id, me, "").Body
	for _, c := range cases.Invalid {
		r.refused(r.call("POST", "/webhook", c.Credential, string(c.Body)), c.Status, c.Type, c.Names)
		if c.Credential == me {
			r.refused(r.call("PUT", "/webhook/"+id, me, string(c.Body)), c.Status, c.Type, c.Names)
		}
	}
	same(t, "after refused updates", r.call("GET", "/webhook/"+id, me, "").Body, mine)
	same(t, "after refusals", r.call("GET", "/webhook", me, "").Body, strings.TrimSuffix(before, "]")+","+mine+"]")
}

// echoes wants every attribute that was sent back, but those that Dsco sets.
func echoes(t *testing.T, name string, got map[string]any, body []byte) {
	t.Helper()
	var sent map[string]any
	must(t, json.Unmarshal(body, &sent))
	for k, v := range sent {
		if v == nil || slices.Contains([]string{"webhookUuid", "createDate", "lastUpdate"}, k) {
			if k == "webhookUuid" && got[k] == v {
				t.Errorf("%s: a sent webhookUuid was taken over", name)
			}
			continue
		}
		same(t, name+": "+k, got[k], v)
	}
}

// The first problem is reported, in the documented order of stages.
func TestOnlyTheFirstProblemIsReported(t *testing.T) {
	t.Parallel()
	r := start(t)
	const base = `"webhookAccountId":12311,"event":"INVENTORY_UPDATED","callbackUrl":"http://h","enabled":true`
	for _, c := range []struct{ about, body, kind, names string }{
		{"JSON before all", `{"colour":1,`, "InvalidJson", "JSON"},
		{"nothing", ``, "InvalidJson", "JSON"},
		{"a list", `[]`, "InvalidJson", "JSON"},
		{"null", `null`, "InvalidJson", "JSON"},
		{"two objects", `{}{}`, "InvalidJson", "JSON"},
		{"not UTF-8", "{\"description\":\"\xff\"}", "InvalidJson", "JSON"},
		{"too deep", `{"catalogIds":` + strings.Repeat("[", 600) + strings.Repeat("]", 600) + `}`, "InvalidJson", "JSON"},
		{"unknown members in order of appearance", `{"zebra":1,"ant":2}`, "UnrecognizedProperty", "zebra"},
		{"unknown before required", `{"colour":1}`, "UnrecognizedProperty", "colour"},
		{"required in order", `{"event":7}`, "PropertyRequired", "webhookAccountId"},
		{"required before values", `{"webhookAccountId":"x","event":"y","callbackUrl":7}`, "PropertyRequired", "enabled"},
		{"values in order", `{"createDate":"x","enabled":1,"callbackUrl":"x","event":"x","webhookAccountId":0,"owningAccountId":0,"webhookUuid":"x"}`, "AttributeValueInvalid", "owningAccountId"},
		{"webhookUuid that is no text", `{"webhookUuid":1,` + base + `}`, "AttributeValueInvalid", "webhookUuid"},
		{"description that is no text", `{"description":1,` + base + `}`, "AttributeValueInvalid", "description"},
		{"values before rules", `{` + base + `,"quantityChangeOnly":true,"quantityStateChangeOnly":true,"lastUpdate":"x"}`, "AttributeValueInvalid", "lastUpdate"},
		{"an empty id", `{` + base + `,"catalogIds":[""]}`, "AttributeValueInvalid", "catalogIds"},
		{"a null id", `{` + base + `,"assortmentIds":[null]}`, "AttributeValueInvalid", "assortmentIds"},
		{"headers that are no list", `{` + base + `,"customHttpHeaders":{}}`, "AttributeValueInvalid", "customHttpHeaders"},
		{"a header that is no object", `{` + base + `,"customHttpHeaders":["a"]}`, "AttributeValueInvalid", "customHttpHeaders"},
		{"a header with more", `{` + base + `,"customHttpHeaders":[{"name":"a","value":"b","c":1}]}`, "UnrecognizedProperty", "customHttpHeaders"},
		{"a header with a null value", `{` + base + `,"customHttpHeaders":[{"name":"a","value":null}]}`, "PropertyRequired", "value"},
		{"a header value that is no text", `{` + base + `,"customHttpHeaders":[{"name":"a","value":1}]}`, "AttributeValueInvalid", "value"},
		{"a header name with a blank", `{` + base + `,"customHttpHeaders":[{"name":"a b","value":"c"}]}`, "AttributeValueInvalid", "name"},
		{"a framing header in another case", `{` + base + `,"customHttpHeaders":[{"name":"te","value":"c"}]}`, "AttributeValueInvalid", "name"},
		{"a number with a fraction", `{"webhookAccountId":1.5,"event":"ORDER_CREATED","callbackUrl":"http://h","enabled":true}`, "AttributeValueInvalid", "webhookAccountId"},
		{"a number above 2^53", `{"webhookAccountId":9007199254740993,"event":"ORDER_CREATED","callbackUrl":"http://h","enabled":true}`, "AttributeValueInvalid", "webhookAccountId"},
		{"a URL with a blank", `{"webhookAccountId":1,"event":"ORDER_CREATED","callbackUrl":"http://h/a b","enabled":true}`, "AttributeValueInvalid", "callbackUrl"},
		{"a URL without host", `{"webhookAccountId":1,"event":"ORDER_CREATED","callbackUrl":"http://:80/","enabled":true}`, "AttributeValueInvalid", "callbackUrl"},
		{"quantity options before partners", `{"webhookAccountId":7,"event":"ORDER_CREATED","callbackUrl":"http://h","enabled":true,"quantityChangeOnly":true,"quantityStateChangeOnly":true,"applyToPartners":true}`, "PropertyMayNotBeSet", "quantityChangeOnly"},
		{"the event before the account", `{"webhookAccountId":7,"event":"ORDER_CREATED","callbackUrl":"http://h","enabled":true,"applyToPartners":true}`, "PropertyMayNotBeSet", "applyToPartners"},
		{"the account before the lists", `{"webhookAccountId":7,"event":"INVENTORY_UPDATED","callbackUrl":"http://h","enabled":true,"applyToPartners":true,"catalogIds":["a"],"assortmentIds":["b"]}`, "AttributeValueInvalid", "webhookAccountId"},
		{"partners before both lists", `{` + base + `,"applyToPartners":true,"catalogIds":["a"],"assortmentIds":["b"]}`, "PropertyMayNotBeSet", "catalogIds"},
	} {
		t.Run(c.about, func(t *testing.T) {
			q := *r
			q.t = t
			q.refused(q.call("POST", "/webhook", me, c.body), 400, c.kind, c.names)
		})
	}
	same(t, "webhooks", r.call("GET", "/webhook", me, "").Body, "[]")
}

func TestLenience(t *testing.T) {
	t.Parallel()
	r := start(t)
	for about, body := range map[string]string{
		"the last of two counts":        `{"event":"X","webhookAccountId":12311,"event":"ORDER_CREATED","callbackUrl":"http://h","enabled":true}`,
		"null counts as absent":         `{"webhookAccountId":12311,"event":"ORDER_CREATED","callbackUrl":"http://h","enabled":true,"customHttpHeaders":null,"createDate":null,"colour":null}`,
		"blanks around":                 " \n{\"webhookAccountId\":12311,\"event\":\"ORDER_CREATED\",\"callbackUrl\":\"http://h\",\"enabled\":true}\n ",
		"the largest account number":    `{"webhookAccountId":9007199254740992,"event":"ORDER_CREATED","callbackUrl":"http://h","enabled":true}`,
		"an upper-case scheme":          `{"webhookAccountId":12311,"event":"ORDER_CREATED","callbackUrl":"HTTP://h:1/?","enabled":true}`,
		"a host that is never called":   `{"webhookAccountId":12311,"event":"ORDER_CREATED","callbackUrl":"http://169.254.169.254/","enabled":true}`,
		"the same webhook once again":   `{"webhookAccountId":12311,"event":"ORDER_CREATED","callbackUrl":"http://169.254.169.254/","enabled":true}`,
		"a webhookUuid that is no uuid": `{"webhookUuid":"x","webhookAccountId":12311,"event":"ORDER_CREATED","callbackUrl":"http://h","enabled":true}`,
	} {
		if got := r.call("POST", "/webhook", me, body); got.Status != 200 {
			t.Errorf("%s: %d %s", about, got.Status, got.Body)
		}
	}
}

func TestSwitchesOfTheRegistration(t *testing.T) {
	t.Parallel()
	r := start(t)
	const base = `"webhookAccountId":12311,"callbackUrl":"http://h","enabled":true`
	r.Settings("dsco", "", map[string]any{"inventory_only_fields": "reject", "owning_account": "accept", "http_header_keys": []string{"key", "text"}})
	for _, c := range []struct{ body, names string }{
		{`"quantityStateChangeOnly":true`, "quantityStateChangeOnly"}, {`"quantityChangeOnly":true`, "quantityChangeOnly"},
		{`"catalogIds":["a"]`, "catalogIds"}, {`"assortmentIds":["a"]`, "assortmentIds"},
	} {
		r.refused(r.call("POST", "/webhook", me, `{`+base+`,"event":"ORDER_CREATED",`+c.body+`}`), 400, "PropertyMayNotBeSet", c.names)
		r.ok("POST", "/webhook", me, `{`+base+`,"event":"INVENTORY_UPDATED",`+c.body+`}`)
	}
	got := r.ok("POST", "/webhook", me, `{`+base+`,"event":"ORDER_CREATED","quantityChangeOnly":false,"catalogIds":[],"owningAccountId":99999}`)
	if got["owningAccountId"] != 12311.0 {
		t.Errorf("owner %v, want one's own", got["owningAccountId"])
	}
	raw := r.send(request(t, "POST", r.Provider("dsco")+"/webhook", me, `{`+base+`,"event":"ORDER_CREATED","customHttpHeaders":[{"text":"b","key":"a"}]}`))
	if !strings.Contains(raw.Body, `"customHttpHeaders":[{"key":"a","text":"b"}]`) {
		t.Errorf("headers of other names: %s", raw.Body)
	}
	r.Settings("dsco", me, map[string]any{"partners": []int{7, 8}})
	r.refused(r.call("POST", "/webhook", me, `{"webhookAccountId":9,"callbackUrl":"http://h","enabled":true,"event":"ORDER_CREATED"}`), 400, "AttributeValueInvalid", "webhookAccountId")
	r.ok("POST", "/webhook", me, `{"webhookAccountId":8,"callbackUrl":"http://h","enabled":true,"event":"ORDER_CREATED"}`)
	r.ok("POST", "/webhook", me, `{"webhookAccountId":12311,"callbackUrl":"http://h","enabled":true,"event":"ORDER_CREATED"}`)
}
