package shoptet_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// refusal is one row of the table of refusals.
type refusal struct {
	ID, Dialect string
	Profiles    []string
	Status      int
	ErrorCode   string
	Message     string
	Instance    string
	Error       string  `json:"error"`
	Description *string `json:"error_description"`
}

// provoked says how to get a refusal and what its placeholders stand for.
type provoked struct {
	settings string // beside the profile
	before   func(b *bench)
	call     call
	noToken  bool
	message  string // in place of the table's, where that has placeholders
	instance string
	fill     []string // replacer's pairs for message and instance
	profile  string   // only in this one
}

func post(body string) call { return call{method: "POST", path: "/api/webhooks", body: body} }

func one(event, url string) string {
	return fmt.Sprintf(`{"data":[{"event":%q,"url":%q}]}`, event, url)
}

func tokenCall(body string) call {
	return call{method: "POST", path: "/action/ApiOAuthServer/token", body: body, header: map[string]string{"Content-Type": "application/json"}}
}

func exchangeBody(over map[string]string) string {
	fields := map[string]string{"client_id": "c", "code": "x", "grant_type": "authorization_code", "redirect_uri": "https://a.example", "scope": "api"}
	for k, v := range over {
		fields[k] = v
	}
	body, _ := json.Marshal(fields)
	return string(body)
}

const (
	callbackURL = "https://app.example/a"
	weakToken   = "abc123456xyz"
	bearerA     = "longlonglong"
)

var provocations = map[string]provoked{
	"token-missing":   {noToken: true, call: call{path: "/api/webhooks"}},
	"token-invalid":   {noToken: true, call: call{path: "/api/webhooks", token: "no blanks"}},
	"token-expired":   {noToken: true, before: func(b *bench) { b.shortToken(bearerA); b.advance(1800 * time.Second) }, call: call{path: "/api/webhooks", token: "{short}"}},
	"token-no-rights": {settings: `"no_rights_tokens":["` + weakToken + `"]`, noToken: true, call: call{path: "/api/webhooks", token: weakToken}, fill: []string{"{first 3}", "abc", "{last 3}", "xyz"}},
	"addon-not-approved": {settings: `"api_fault":"addon-not-approved"`,
		call: call{path: "/api/webhooks"}},
	"endpoint-unknown": {call: call{method: "PUT", path: "/api/webhooks?page=1"}, fill: []string{"{METHOD}", "PUT", "{path}", "/api/webhooks"}},
	"webhook-unknown":  {call: call{method: "DELETE", path: "/api/webhooks/a%2Fb"}, fill: []string{"{id}", "a/b"}},
	"webhook-exists":   {before: func(b *bench) { b.register(tokenA, callbackURL, "order:create") }, call: post(one("order:create", callbackURL)), fill: []string{"{event}", "order:create"}},
	"event-unknown": {call: post(one("addon:suspend", callbackURL)),
		message: "Does not have a value in the enumeration {list}", instance: "data[0].event"},
	"event-conflict": {call: post(`{"data":[{"event":"order:cancel","url":"` + callbackURL + `"},{"event":"order:update","url":"` + callbackURL + `"}]}`),
		fill: []string{"{event}", "order:update", "{other}", "order:cancel"}},
	"body-not-json":    {call: post(`{"data":[]} x`)},
	"property-missing": {call: call{method: "PATCH", path: "/api/webhooks/1", body: `{}`}, fill: []string{"{name}", "data", "{path of the missing property}", "data"}},
	"property-extra":   {call: post(`{"data":[],"meta":1}`), fill: []string{"{name}", "meta"}, instance: "payload"},
	"type-wrong":       {call: post(`[]`), message: "Array value found, but an object is required", instance: "payload"},
	"too-long":         {call: post(one("order:create", "https://a.example/"+strings.Repeat("a", 1983))), instance: "data[0].url"},
	"too-many":         {call: post(`{"data":[` + strings.Repeat(`1,`, 50) + `1]}`)},
	"url-bad":          {call: post(one("order:create", "/relative")), instance: "data[0].url"},
	"enum-wrong":       {call: post(`{"data":[{"event":"order:create","url":"` + callbackURL + `","sendPayload":"part"}]}`), instance: "data[0].sendPayload"},
	"update-empty":     {call: call{method: "PATCH", path: "/api/webhooks/1", body: `{"data":{}}`}},
	"parameter-invalid": {call: call{path: "/api/webhooks/notifications?active=yes"},
		message: `Invalid "active" parameter. It must be true or false.`, instance: "active"},
	"page-beyond":                 {call: call{path: "/api/system/jobs?page=2"}, fill: []string{"{page}", "2", "{pageCount}", "1"}},
	"job-unknown":                 {call: call{path: "/api/system/jobs/1xv8s4c"}, fill: []string{"{jobId}", "1xv8s4c"}},
	"job-asked-too-often":         {before: func(b *bench) { b.exhaustJob() }, call: call{path: "/api/system/jobs/{job}"}, fill: []string{"{jobId}", "{job}"}},
	"job-finished-not-registered": {call: call{path: "/api/orders/snapshot"}},
	"body-too-large":              {call: post(strings.Repeat(" ", 8<<20) + "{}")},
	"content-type-wrong":          {settings: `"strict_content_type":true`, call: call{method: "POST", path: "/api/webhooks", body: `{"data":[]}`, header: map[string]string{"Content-Type": "text/plain"}}},
	"locked":                      {settings: `"lock":"on"`, before: func(b *bench) { b.do(withToken(post(`{"data":[]}`))) }, call: post(`{"data":[]}`), fill: []string{"{path}", "/api/webhooks"}},
	"rate":                        {settings: `"rate_limit":"on"`, before: func(b *bench) { b.flood(200) }, call: call{path: "/api/webhooks"}},
	"internal":                    {settings: `"api_fault":"internal"`, call: call{path: "/api/webhooks"}},
	"maintenance":                 {settings: `"api_fault":"maintenance"`, call: call{path: "/api/webhooks"}},
	"bearer-invalid":              {call: call{path: "/action/ApiOAuthServer/getAccessToken", header: map[string]string{"Authorization": "Basic abc"}}},
	"tokens-exhausted": {before: func(b *bench) {
		for range 5 {
			b.shortToken(bearerA)
		}
	}, call: call{path: "/action/ApiOAuthServer/getAccessToken", header: map[string]string{"Authorization": "Bearer " + bearerA}}},
	"addon-suspended":        {settings: `"api_fault":"addon-suspended"`, call: call{path: "/action/ApiOAuthServer/getAccessToken", header: map[string]string{"Authorization": "Bearer " + bearerA}}},
	"addon-not-installed":    {settings: `"api_fault":"addon-not-installed"`, call: call{path: "/action/ApiOAuthServer/getAccessToken", header: map[string]string{"Authorization": "Bearer " + bearerA}}},
	"token-request-invalid":  {call: tokenCall(exchangeBody(map[string]string{"scope": ""})), fill: []string{"{name}", "scope"}},
	"grant-type-wrong":       {call: tokenCall(exchangeBody(map[string]string{"grant_type": "password"})), fill: []string{"{value}", "password"}},
	"scope-wrong":            {call: tokenCall(exchangeBody(map[string]string{"scope": "all"}))},
	"code-used":              {before: func(b *bench) { b.do(tokenCall(exchangeBody(nil))) }, call: tokenCall(exchangeBody(nil))},
	"oauth-endpoint-unknown": {call: call{method: "DELETE", path: "/action/ApiOAuthServer/token"}},
}

func withToken(c call) call {
	c.token = tokenA
	return c
}

// shortToken returns a new token of the OAuth server.
func (b *bench) shortToken(bearer string) string {
	b.t.Helper()
	got := b.do(call{path: "/action/ApiOAuthServer/getAccessToken", header: map[string]string{"Authorization": "Bearer " + bearer}})
	var doc struct {
		AccessToken string `json:"access_token"`
	}
	b.parse(got.body, &doc)
	if got.status != 200 || doc.AccessToken == "" {
		b.t.Fatalf("getAccessToken: %d %s", got.status, got.body)
	}
	b.made["short"] = doc.AccessToken
	return doc.AccessToken
}

// startJob begins a snapshot and returns its job's id.
func (b *bench) startJob(path string) string {
	b.t.Helper()
	got := b.do(withToken(call{path: path}))
	var doc struct{ Data struct{ JobID string } }
	b.parse(got.body, &doc)
	if got.status != 202 || len(doc.Data.JobID) != 7 {
		b.t.Fatalf("%s: %d %s", path, got.status, got.body)
	}
	b.made["job"] = doc.Data.JobID
	return doc.Data.JobID
}

func (b *bench) exhaustJob() {
	b.register(tokenA, callbackURL, "job:finished")
	id := b.startJob("/api/orders/snapshot")
	for range 10 {
		if got := b.do(withToken(call{path: "/api/system/jobs/" + id})); got.status != 200 {
			b.t.Fatalf("read of a pending job: %d %s", got.status, got.body)
		}
	}
}

func (b *bench) flood(n int) {
	for i := range n {
		if got := b.do(withToken(call{path: "/api/webhooks"})); got.status != 200 {
			b.t.Fatalf("call %d: %d %s", i, got.status, got.body)
		}
	}
}

func TestEveryRefusal(t *testing.T) {
	var table []refusal
	testdata(t, "errors.json", &table)
	seen := map[string]bool{}
	for _, row := range table {
		p, known := provocations[row.ID]
		if !known {
			t.Errorf("nothing provokes %s", row.ID)
		}
		seen[row.ID] = true
		for _, profile := range row.Profiles {
			t.Run(row.ID+"/"+profile, func(t *testing.T) {
				t.Parallel()
				settings := `{"profile":"` + profile + `"`
				if p.settings != "" {
					settings += "," + p.settings
				}
				row.check(newBench(t, withSettings(settings+"}")), p, profile)
			})
		}
	}
	for id := range provocations {
		if !seen[id] {
			t.Errorf("%s is provoked but in no table", id)
		}
	}
}

func (row refusal) check(b *bench, p provoked, profile string) {
	if p.before != nil {
		p.before(b)
	}
	c := p.call
	if row.Dialect == "api" && !p.noToken {
		c.token = tokenA
	}
	holes := strings.NewReplacer("{short}", b.made["short"], "{job}", b.made["job"])
	c.token, c.path = holes.Replace(c.token), holes.Replace(c.path)
	got := b.do(c)
	want, media := row.wanted(p, holes, profile, got)
	if got.status != row.Status || got.body != want {
		b.t.Errorf("got %d %s\nwant %d %s", got.status, got.body, row.Status, want)
	}
	if ct := got.header.Get("Content-Type"); ct != media {
		b.t.Errorf("Content-Type %q, want %q", ct, media)
	}
}

func php(s string) string {
	b, _ := json.Marshal(s)
	return strings.NewReplacer("/", `\/`, `\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(b))
}

// wanted is the exact body and the Content-Type of a refusal.
func (row refusal) wanted(p provoked, holes *strings.Replacer, profile string, got result) (body, media string) {
	fill := strings.NewReplacer(p.fill...)
	if row.Dialect == "oauth" {
		body = `{"error":` + php(row.Error)
		if row.Description != nil {
			body += `,"error_description":` + php(fill.Replace(*row.Description))
		}
		return body + "}", "application/json"
	}
	message, instance := fill.Replace(row.Message), fill.Replace(row.Instance)
	if p.message != "" {
		message = strings.ReplaceAll(p.message, "{list}", enumeration(profile))
	}
	if p.instance != "" {
		instance = p.instance
	}
	body = `{"data":null,"errors":[{"errorCode":` + php(row.ErrorCode) + `,"message":` + php(holes.Replace(message)) + `,"instance":` + php(holes.Replace(instance)) + `}]`
	if profile == "2026-08" {
		return body + `,"metadata":{"requestId":"` + got.header.Get("X-Request-Id") + `"}}`, "application/json; charset=utf-8"
	}
	return body + "}", "application/vnd.shoptet.v1.0+json; charset=utf-8"
}

// enumeration is what can be registered in a profile, told apart from the code.
func enumeration(profile string) string {
	var names []string
	for _, e := range catalogEvents() {
		if e.Registrable && slices.Contains(e.Profiles, profile) {
			names = append(names, e.Type)
		}
	}
	list, _ := json.Marshal(names)
	return string(list)
}

// Headers that only some refusals have.
func TestHeadersOfARefusal(t *testing.T) {
	t.Parallel()
	for _, profile := range []string{"2024-12", "2026-08"} {
		b := newBench(t, withSettings(`{"rate_limit":"on","profile":"`+profile+`"}`))
		b.flood(200)
		got := b.do(withToken(call{path: "/api/webhooks"}))
		if again := got.header.Get("Retry-After"); again != "Mon, 02 Dec 2024 11:00:01 GMT" {
			t.Errorf("%s: Retry-After %q", profile, again)
		}
		filling, id := got.header["X-Ratelimit-Bucket-Filling"], got.header["X-Request-Id"]
		if profile == "2024-12" && (filling != nil || id != nil) {
			t.Errorf("2024-12 must send neither: %v %v", filling, id)
		}
		if profile == "2026-08" && (len(filling) != 1 || filling[0] != "200/200" || len(id) != 1) {
			t.Errorf("2026-08: %v %v", filling, id)
		}
		b.advance(time.Second)
		if got := b.do(withToken(call{path: "/api/webhooks"})); got.status != 200 {
			t.Errorf("%s: a second later: %d", profile, got.status)
		}
	}
}

// Several violations are told at once, in the order of the document.
func TestDocumentErrorsAreComplete(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		profile, method, body string
		want                  []string // message@instance
	}{
		{"2024-12", "POST", `{"event":"order:create","url":"https://a.example"}`, []string{
			"The property data is required@data",
			"The property event is not defined and the definition does not allow additional properties@payload",
			"The property url is not defined and the definition does not allow additional properties@payload"}},
		{"2024-12", "POST", `{"data":[1,{"event":null,"url":["x"]},{"event":true,"url":1.5},{"event":{},"url":1e400}]}`, []string{
			"Integer value found, but an object is required@data[0]",
			"NULL value found, but a string is required@data[1].event", "Array value found, but a string is required@data[1].url",
			"Boolean value found, but a string is required@data[2].event", "Double value found, but a string is required@data[2].url",
			"Object value found, but a string is required@data[3].event", "Double value found, but a string is required@data[3].url"}},
		{"2024-12", "POST", `{"data":"x"}`, []string{"String value found, but an array is required@data"}},
		{"2024-12", "POST", `null`, []string{"NULL value found, but an object is required@payload"}},
		{"2024-12", "PATCH", `{"data":{"event":"x","url":"ftp://a.example"}}`, []string{
			"The property event is not defined and the definition does not allow additional properties@data", "Invalid URL format@data.url"}},
		{"2024-12", "PATCH", `{"data":{}}`, []string{"The property url is required@data.url"}},
		{"2024-12", "PATCH", `{"data":{"url":"https://a.example","sendPayload":null}}`, []string{
			"The property sendPayload is not defined and the definition does not allow additional properties@data"}},
		{"2026-08", "PATCH", `{"data":{"event":"x"}}`, []string{"The property event is not defined and the definition does not allow additional properties@data"}},
		{"2026-08", "PATCH", `{"data":{"sendPayload":1}}`, []string{`Does not have a value in the enumeration ["full",null]@data.sendPayload`}},
		{"2026-08", "PATCH", `{"data":[]}`, []string{"Array value found, but an object is required@data"}},
	} {
		b := newBench(t, withSettings(`{"profile":"`+c.profile+`"}`))
		path := "/api/webhooks"
		if c.method == "PATCH" {
			path += "/1"
		}
		got := b.do(call{method: c.method, path: path, token: tokenA, body: c.body})
		var doc struct {
			Errors []struct{ ErrorCode, Message, Instance string }
		}
		b.parse(got.body, &doc)
		var said []string
		for _, e := range doc.Errors {
			said = append(said, e.Message+"@"+e.Instance)
			if e.ErrorCode != "invalid-request-data" {
				t.Errorf("%s: code %s", c.body, e.ErrorCode)
			}
		}
		if got.status != 422 || !slices.Equal(said, c.want) {
			t.Errorf("%s %s: %d\n got %q\nwant %q", c.method, c.body, got.status, said, c.want)
		}
	}
}

func TestUnreadableBodies(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for name, body := range map[string]string{
		"empty": "", "broken": "{", "not UTF-8": "{\"data\":[\"\xff\"]}", "trailing": "{} {}", "byte order mark": "\xef\xbb\xbf{}",
		"too deep": strings.Repeat("[", 513) + strings.Repeat("]", 513), "millions": strings.Repeat("[", 4<<20),
	} {
		got := b.do(withToken(post(body)))
		if got.status != 422 || !strings.Contains(got.body, `"Request body is not a valid JSON.","instance":"payload"`) {
			t.Errorf("%s: %d %.200s", name, got.status, got.body)
		}
	}
	deep := `{"data":` + strings.Repeat("[", 511) + strings.Repeat("]", 511) + `}`
	if got := b.do(withToken(post(deep))); !strings.Contains(got.body, "Array value found, but an object is required") {
		t.Errorf("512 levels: %d %.200s", got.status, got.body)
	}
}
