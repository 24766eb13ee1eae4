package prioticket_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"tacklebox/mock/sandbox"
)

func TestCreateAnswersTheWebhookAsStored(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r = r.as(r.login("desk@canalstreet.example"))
	g := r.call("POST", "/webhooks", webhook(`"webhook_id":"mine","webhook_status":"DISABLED","webhook_created":"2020-01-01T00:00:00Z","colour":"red",
		"webhook_events":["ORDER_UPDATE","ORDER_CREATE","ORDER_UPDATE"],"webhook_url":"https://canalstreet.example/prio?a=1&b=<2>",
		"webhook_email":"ops@canalstreet.example","webhook_payload":false,"webhook_auth":"opaque-value-not-base64"`))
	id := g.get(t, "data.webhook.webhook_id")
	want := `{"api_version":"3.8.0","data":{"kind":"webhook","webhook":{"webhook_id":"` + id + `","webhook_status":"ENABLED","webhook_version":"3.8.0",` +
		`"webhook_events":["ORDER_UPDATE","ORDER_CREATE"],"webhook_url":"https://canalstreet.example/prio?a=1&b=<2>","webhook_email":"ops@canalstreet.example",` +
		`"webhook_payload":false,"webhook_auth":"opaque-value-not-base64","webhook_created":"2026-11-14T10:00:00+00:00",` +
		`"webhook_created_name":"desk","webhook_created_email":"desk@canalstreet.example"}}}`
	if g.status != 201 || g.body != want {
		t.Errorf("%d %s\nwant %s", g.status, g.body, want)
	}
	if len(id) != 36 || id[14] != '1' {
		t.Errorf("id %q is no version 1 UUID", id)
	}
	fits(t, schema(t, catalogue(t), "objects/webhook-response.schema.json"), "webhook", []byte(g.body))
	list := r.call("GET", "/webhooks", "")
	fits(t, schema(t, catalogue(t), "objects/webhook-list.schema.json"), "list", []byte(list.body))
	if item := strings.TrimSuffix(strings.SplitN(want, `"webhook":`, 2)[1], "}}"); !strings.Contains(list.body, item) {
		t.Errorf("the list %s lacks %s", list.body, item)
	}
}

func TestTheCreatorIsTheClient(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for who, want := range map[*rig]string{
		r:                               "api api@distributor.example",
		r.as(r.login("canal-street")):   "canal-street canal-street@distributor.example",
		r.as(r.login("canal.street")):   "canal.street canal.street@distributor.example",
		r.as(r.login("o'neil+5")):       "o'neil+5 o'neil+5@distributor.example",
		r.as(r.login("Museum Desk")):    "Museum Desk Museum-Desk@distributor.example",
		r.as(r.login("noor@a.example")): "noor noor@a.example",
		r.as(r.login("Noor <n@a.ex>")):  "Noor <n@a.ex> Noor--n-a-ex-@distributor.example",
	} {
		who.register(`"webhook_email":"a@b.example","webhook_events":["REDEMPTION"]`)
		g := who.call("GET", "/webhooks", "")
		if got := g.get(t, "data.items.0.webhook_created_name") + " " + g.get(t, "data.items.0.webhook_created_email"); got != want {
			t.Errorf("creator %q, want %q", got, want)
		}
	}
}

func TestWhatClientsSendForAWebhookIsTaken(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ok := `"webhook_events":["ORDER_CREATE"],"webhook_url":"http://a.example/x"`
	for name, c := range map[string]struct{ body, path, want string }{
		"no api_version":      {`{"data":{"kind":"webhook","webhook":{` + ok + `}}}`, "webhook_payload", "true"},
		"null api_version":    {`{"api_version":null,"data":{"kind":"webhook","webhook":{` + ok + `}}}`, "webhook_payload", "true"},
		"another api_version": {`{"api_version":"2.0","data":{"kind":"webhook","webhook":{` + ok + `}}}`, "webhook_version", "3.8.0"},
		"text for a boolean":  {webhook(ok + `,"webhook_payload":"true"`), "webhook_payload", "true"},
		"text for false":      {webhook(ok + `,"webhook_payload":"false"`), "webhook_payload", "false"},
		"null members":        {webhook(ok + `,"webhook_payload":null,"webhook_auth":null,"webhook_email":null,"webhook_id":null`), "webhook_payload", "true"},
		"empty auth":          {webhook(ok + `,"webhook_auth":""`), "webhook_auth", ""},
		"e-mail only":         {webhook(`"webhook_events":["ORDER_CREATE"],"webhook_email":"a@b"`), "webhook_email", "a@b"},
		"https, port, userinfo": {webhook(`"webhook_events":["ORDER_CREATE"],"webhook_url":"https://u:p@a.example:8443/x?y=z"`),
			"webhook_url", "https://u:p@a.example:8443/x?y=z"},
		"link-local": {webhook(`"webhook_events":["ORDER_CREATE"],"webhook_url":"http://169.254.169.254/"`), "webhook_status", "ENABLED"},
	} {
		g := r.call("POST", "/webhooks", c.body, "Content-Type: text/plain", "App-Name: till", "App-Version: 3", "Accept: */*")
		if g.status != 201 {
			t.Errorf("%s: %d %s", name, g.status, g.body)
			continue
		}
		if got := g.get(t, "data.webhook."+c.path); got != c.want {
			t.Errorf("%s: %s is %q, want %q", name, c.path, got, c.want)
		}
		if strings.Contains(g.body, "null") || strings.Contains(g.body, `""`) {
			t.Errorf("%s: an empty member in %s", name, g.body)
		}
	}
}

func TestCreateRefuses(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	events, to := `"webhook_events":["ORDER_CREATE"]`, `"webhook_url":"http://a.example/x"`
	const at = "data.webhook.webhook_"
	for name, c := range map[string]struct {
		body   string
		places []string
	}{
		"nothing":              {``, []string{"body"}},
		"not JSON":             {`{"data":`, []string{"body"}},
		"text behind":          {webhook(events+","+to) + "x", []string{"body"}},
		"not UTF-8":            {"{\"a\":\"\xff\"}", []string{"body"}},
		"an array":             {`[]`, []string{"body"}},
		"null":                 {`null`, []string{"body"}},
		"no data":              {`{}`, []string{"data"}},
		"null data":            {`{"data":null}`, []string{"data"}},
		"data is text":         {`{"data":"x"}`, []string{"data"}},
		"other letters":        {`{"Data":{"kind":"webhook"}}`, []string{"data"}},
		"numeric version":      {`{"api_version":3}`, []string{"api_version", "data"}},
		"empty data":           {`{"data":{}}`, []string{"data.kind", "data.webhook"}},
		"no kind":              {`{"data":{"webhook":{` + events + `,` + to + `}}}`, []string{"data.kind"}},
		"other kind":           {`{"data":{"kind":"notification","webhook":{` + events + `,` + to + `}}}`, []string{"data.kind"}},
		"kind is a number":     {`{"data":{"kind":1,"webhook":{` + events + `,` + to + `}}}`, []string{"data.kind"}},
		"webhook is an array":  {`{"data":{"kind":"webhook","webhook":[]}}`, []string{"data.webhook"}},
		"empty webhook":        {webhook(""), []string{at + "events", at + "url"}},
		"no events":            {webhook(to), []string{at + "events"}},
		"null events":          {webhook(to + `,"webhook_events":null`), []string{at + "events"}},
		"empty events":         {webhook(to + `,"webhook_events":[]`), []string{at + "events"}},
		"events are text":      {webhook(to + `,"webhook_events":"ORDER_CREATE"`), []string{at + "events"}},
		"two unlisted events":  {webhook(to + `,"webhook_events":["ORDER_CREATE","order_create",7]`), []string{at + "events", at + "events"}},
		"no address":           {webhook(events), []string{at + "url"}},
		"null addresses":       {webhook(events + `,"webhook_url":null,"webhook_email":null`), []string{at + "url"}},
		"relative URL":         {webhook(events + `,"webhook_url":"/x"`), []string{at + "url"}},
		"empty URL":            {webhook(events + `,"webhook_url":""`), []string{at + "url"}},
		"other scheme":         {webhook(events + `,"webhook_url":"ftp://a.example/"`), []string{at + "url"}},
		"URL without host":     {webhook(events + `,"webhook_url":"http://:80/"`), []string{at + "url"}},
		"URL with a blank":     {webhook(events + `,"webhook_url":"http://a.example/a b"`), []string{at + "url"}},
		"URL is a number":      {webhook(events + `,"webhook_url":7`), []string{at + "url"}},
		"e-mail without @":     {webhook(events + `,"webhook_email":"ops"`), []string{at + "email"}},
		"e-mail without local": {webhook(events + `,"webhook_email":"@a.example"`), []string{at + "email"}},
		"e-mail of no domain":  {webhook(events + `,"webhook_email":"ops@"`), []string{at + "email"}},
		"payload is a number":  {webhook(events + `,` + to + `,"webhook_payload":1`), []string{at + "payload"}},
		"payload is yes":       {webhook(events + `,` + to + `,"webhook_payload":"yes"`), []string{at + "payload"}},
		"auth is an object":    {webhook(events + `,` + to + `,"webhook_auth":{}`), []string{at + "auth"}},
		"auth breaks the line": {webhook(events + `,` + to + `,"webhook_auth":"a\r\nX-Y: z"`), []string{at + "auth"}},
		"all at once": {webhook(`"webhook_events":["X"],"webhook_url":"x","webhook_email":"x","webhook_payload":0,"webhook_auth":0`),
			[]string{at + "events", at + "url", at + "email", at + "payload", at + "auth"}},
		"deep":      {`{"data":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`, []string{"body"}},
		"too large": {webhook(events+","+to) + strings.Repeat(" ", 1<<20), []string{"body"}},
	} {
		g := r.call("POST", "/webhooks", c.body)
		refused(t, name, g, 400, "INVALID_REQUEST")
		if places := placesOf(t, g); !slices.Equal(places, c.places) {
			t.Errorf("%s: problems at %v, want %v", name, places, c.places)
		}
	}
	if total := r.call("GET", "/webhooks", "").get(t, "data.total_items"); total != "0" {
		t.Errorf("%s webhooks although all were refused", total)
	}
}

// placesOf lists where the errors of an answer are.
func placesOf(t *testing.T, g got) (places []string) {
	t.Helper()
	var body struct{ Errors []string }
	if err := json.Unmarshal([]byte(g.body), &body); err != nil {
		t.Fatal(err)
	}
	for _, e := range body.Errors {
		place, _, _ := strings.Cut(e, ":")
		places = append(places, place)
	}
	return places
}

func TestEqualWebhooksFollowTheSwitch(t *testing.T) {
	t.Parallel()
	first := `"webhook_url":"http://a.example/","webhook_events":["ORDER_CREATE","REDEMPTION"]`
	same := `"webhook_url":"http://a.example/","webhook_events":["REDEMPTION","ORDER_CREATE"],"webhook_payload":false`
	other := `"webhook_url":"http://a.example/","webhook_events":["REDEMPTION"]`
	for setting, want := range map[string]struct {
		status, total int
		equal         bool
	}{"allow": {201, 3, false}, "return_existing": {201, 2, true}, "conflict": {409, 2, false}} {
		t.Run(setting, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.Settings("prioticket", r.token, map[string]any{"duplicates": setting})
			id := r.register(first)
			g := r.call("POST", "/webhooks", webhook(same))
			if g.status != want.status || (g.get(t, "data.webhook.webhook_id") == id) != want.equal {
				t.Errorf("%d %s", g.status, g.body)
			}
			if g.status == http.StatusConflict {
				refused(t, setting, g, 409, "CONFLICT")
			}
			r.register(other)
			if total := r.call("GET", "/webhooks", "").get(t, "data.total_items"); total != fmt.Sprint(want.total) {
				t.Errorf("%s webhooks, want %d", total, want.total)
			}
		})
	}
}

func TestDelete(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.subscribe("box", `"ORDER_CREATE"`)
	refused(t, "short", r.call("DELETE", "/webhooks/1234567", ""), 400, "INVALID_REQUEST")
	refused(t, "unknown", r.call("DELETE", "/webhooks/12345678", ""), 400, "INVALID_REQUEST")
	refused(t, "foreign", r.as("bob").call("DELETE", "/webhooks/"+id, ""), 400, "INVALID_REQUEST")
	g := r.call("DELETE", "/webhooks/"+id, "", "Content-Type: application/json")
	if _, typed := g.header["Content-Type"]; g.status != 204 || g.body != "" || typed {
		t.Errorf("%d %q %v", g.status, g.body, g.header)
	}
	refused(t, "again", r.call("DELETE", "/webhooks/"+id, ""), 400, "INVALID_REQUEST")
	for status, code := range map[int]string{404: "NOT_FOUND", 422: "UNPROCESSABLE_ENTITY"} {
		r.Settings("prioticket", "", map[string]any{"unknown_webhook_status": status})
		refused(t, "switched", r.call("DELETE", "/webhooks/"+id, ""), status, code)
		refused(t, "short whatever the switch", r.call("DELETE", "/webhooks/x", ""), 400, "INVALID_REQUEST")
	}
	r.Settings("prioticket", "", map[string]any{"no_content_status": 200})
	if g := r.call("DELETE", "/webhooks/"+r.subscribe("box", `"ORDER_CREATE"`), ""); g.status != 200 || g.body != "" {
		t.Errorf("no_content_status: %d %q", g.status, g.body)
	}
}

func TestAccountsDoNotSeeEachOther(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	bob := r.as("bob")
	id := r.subscribe("ann", `"ORDER_CREATE"`)
	bob.subscribe("bob", `"ORDER_CREATE"`)
	r.notify("ORDER_CREATE", "1")
	r.Expect(t, "kind:attempt", 1)
	if n := len(r.Entries("kind:capture inbox:bob")); n != 0 {
		t.Errorf("bob got %d of ann's notifications", n)
	}
	for _, path := range []string{"/notifications", "/webhooks?webhook_id=" + id} {
		if n := bob.call("GET", path, "").get(t, "data.total_items"); n != "0" {
			t.Errorf("bob sees %s at %s", n, path)
		}
	}
	if n := r.call("GET", "/webhooks", "").get(t, "data.total_items"); n != "1" {
		t.Errorf("ann sees %s webhooks", n)
	}
}

func TestAllowedOnlyAtTheProfileInForce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	old := r.URL + "/prioticket/v3.5/distributor/webhooks"
	if g := r.at(old, "GET", "", "Authorization: Bearer a"); g.status != 404 {
		t.Errorf("v3.5 answers %d in the profile v3.8", g.status)
	}
	r.Settings("prioticket", "", map[string]any{"profile": "v3.5"})
	if got := r.Provider("prioticket"); got != r.URL+"/prioticket/v3.5/distributor" {
		t.Errorf("base URL %s", got)
	}
	id := r.subscribe("box", `"ORDER_CREATE"`)
	g := r.call("GET", "/webhooks?items_per_page=500&webhook_id=12345678", "")
	if g.status != 200 || g.get(t, "api_version") != "3.5.0" || g.get(t, "data.items.0.webhook_id") != id || g.get(t, "data.items.0.webhook_version") != "3.5.0" {
		t.Errorf("%d %s", g.status, g.body)
	}
	refused(t, "page size", r.call("GET", "/webhooks?items_per_page=501", ""), 400, "INVALID_REQUEST")
	for _, later := range []string{"PAYMENT_UPDATE", "CONTACT_CREATE", "CONTACT_UPDATE"} {
		refused(t, later, r.call("POST", "/webhooks", webhook(`"webhook_email":"a@b","webhook_events":["`+later+`"]`)), 400, "INVALID_REQUEST")
	}
	r.notify("ORDER_CREATE", "1")
	e := r.Expect(t, "kind:capture", 1)[0]
	if !strings.HasPrefix(string(e.Request.Body), `{"api_version":"3.5.0",`) || e.Request.Headers.Get("User-Agent") != "PrioTicket/3.5.0" {
		t.Errorf("callback %.60s of %s", e.Request.Body, e.Request.Headers.Get("User-Agent"))
	}
}

func TestBodiesOnTheWire(t *testing.T) {
	t.Parallel()
	r := newRig(t, sandbox.WithSeed(3))
	body := webhook(`"webhook_email":"a@b.example","webhook_events":["REDEMPTION"]`)
	req, _ := http.NewRequest("POST", r.Provider("prioticket")+"/webhooks", strings.NewReader(body))
	req.ContentLength = -1 // chunked
	req.Header.Set("Authorization", "Bearer ann")
	req.Header.Set("Expect", "100-continue")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != 201 || resp.Header.Get("Content-Type") != "application/json" {
		t.Errorf("chunked: %s %v", resp.Status, resp.Header)
	}
	for accept, status := range map[string]int{"": 200, "*/*": 200, "application/json": 200, "application/*;q=0.1": 200, "text/html, application/json;q=0.5": 200,
		"text/html": 406, "application/json;q=0, */*": 406, "application/xml;q=1, text/*": 406, "APPLICATION/JSON; charset=utf-8": 200} {
		if g := r.call("GET", "/webhooks", "", "Accept: "+accept); g.status != status {
			t.Errorf("Accept %q: %d, want %d", accept, g.status, status)
		}
	}
}
