package fromfile_test

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/tidwall/gjson"

	"tacklebox/mock/kit/kittest"
	"tacklebox/mock/sandbox"
	"tacklebox/mock/signing"
	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
)

func withFile(paths ...string) sandbox.Option {
	return sandbox.WithConfig(func(c *sandbox.Config) { c.ProviderFiles = append(c.ProviderFiles, paths...) })
}

func TestAProviderFromAFileIsThere(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t, withFile(filepath.Join(kittest.Acme(t), "acme.yaml")))
	_, all := kittest.AskJSON(t, "GET", sb.URL+"/_/providers", "")
	if row := all.Get(`#(name=="acme")`); row.Get("events").Int() != 3 || row.Get("title").Str != "Acme Corp" || row.Get("base_url").Str != sb.URL+"/acme" {
		t.Errorf("%s", all)
	}
	_, one := kittest.AskJSON(t, "GET", sb.URL+"/_/providers/acme", "")
	for typ, evidence := range map[string]string{"order.created": "generated", "order.paid": "example", "order.lost": "example"} {
		ev := one.Get(`events.#(type=="` + typ + `")`)
		if ev.Get("evidence").Str != evidence || ev.Get("sample.type").Str != typ {
			t.Errorf("%s: %s", typ, ev)
		}
	}
	_, doc := kittest.AskJSON(t, "GET", sb.URL+"/_/providers/acme/openapi.json", "")
	loaded, err := openapi3.NewLoader().LoadFromData([]byte(doc.Raw))
	if err != nil {
		t.Fatal(err)
	}
	if err := loaded.Validate(context.Background()); err != nil {
		t.Error(err)
	}
	if !doc.Get("paths./webhooks.post").Exists() || !doc.Get(`webhooks.order\.created.post`).Exists() {
		t.Errorf("%s", doc)
	}
	status, refused := kittest.AskJSON(t, "POST", sb.URL+"/_/events", `{"provider":"acme","type":"order.payed"}`)
	if status != 422 || !strings.Contains(refused.Get("error.hint").Str, "order.paid") {
		t.Errorf("%d %s", status, refused)
	}
	status, refused = kittest.AskJSON(t, "POST", sb.URL+"/_/events", `{"provider":"acme","type":"order.paid","set":{"totl":1}}`)
	if status != 422 || !strings.Contains(refused.Get("error.hint").Str, "total") {
		t.Errorf("%d %s", status, refused)
	}
	if status, _ := kittest.AskJSON(t, "GET", sb.URL+"/webhooks", "", "Host", "x"); status == 200 {
		t.Error("the plain API answers without the prefix")
	}
}

// The plain API, accounts, signatures and secrets.
func TestThePlainAPI(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t, withFile(filepath.Join(kittest.Acme(t), "acme.yaml")))
	base := sb.Provider("acme") + "/webhooks"
	for _, c := range []struct {
		method, at, body, want string
		status                 int
	}{
		{"POST", base, `{"url":"x"}`, "url must be an absolute", 422},
		{"POST", base, `{"url":"http://a.localhost/","typs":[]}`, `unknown member \"typs\": did you mean types?`, 422},
		{"POST", base, `{"url":"http://a.localhost/","types":["order.payed"]}`, `did you mean \"order.paid\"?`, 422},
		{"POST", base, `{"url":"http://a.localhost/","types":[]}`, "types is empty", 422},
		{"POST", base, `[]`, "must be a JSON object", 400},
		{"GET", sb.Provider("acme") + "/hooks", ``, "there are POST /webhooks, GET /webhooks", 404},
		{"PUT", base, ``, "method_not_allowed", 405},
		{"DELETE", base + "/wh_none", ``, "there is no subscription", 404},
	} {
		if status, got := kittest.AskJSON(t, c.method, c.at, c.body); status != c.status || !strings.Contains(got.Raw, c.want) {
			t.Errorf("%s %s %s: %d %s", c.method, c.at, c.body, status, got)
		}
	}
	status, made := kittest.AskJSON(t, "POST", base, `{"url":"`+sb.Inbox("shop")+`","types":["order.paid"]}`, "Authorization", "Bearer ann")
	if status != 201 || made.Get("secret").Str == "" || made.Get("id").Str == "" {
		t.Fatalf("%d %s", status, made)
	}
	if status, got := kittest.AskJSON(t, "POST", base, `{"url":"http://a.localhost/"}`, "Content-Type", "application/x-www-form-urlencoded", "Authorization", "Bearer curl"); status != 201 {
		t.Errorf("JSON that curl calls a form: %d %s", status, got)
	}
	if _, list := kittest.AskJSON(t, "GET", base, "", "Authorization", "Bearer bob"); list.Raw != "[]" {
		t.Errorf("bob sees %s", list)
	}
	if _, list := kittest.AskJSON(t, "GET", base, "", "Authorization", "Bearer ann"); list.Get("0.url").Str != sb.Inbox("shop") || list.Get("0.secret").Exists() {
		t.Errorf("ann sees %s", list)
	}
	sb.Fire("acme", "order.created")
	sb.Fire("acme", "order.paid")
	got := sb.Expect(t, "kind:capture inbox:shop")
	if len(got) != 1 || got[0].Signature.State != signing.Valid || !got[0].Contract.OK || got[0].Account != "ann" {
		t.Fatalf("%+v", got)
	}
	h := got[0].Request.Headers.HTTP()
	if h.Get("X-Acme-For") != "ann/order.paid" || h.Get("X-Acme-Try") != "1" || h.Get("User-Agent") != "Acme-Hooks/1" || !strings.HasPrefix(h.Get("X-Acme-Signature"), "t=1767603600,v1=") {
		t.Errorf("%v", h)
	}
	verdict := func(secret string) string {
		doc, err := json.Marshal(map[string]any{"provider": "acme", "secret": secret, "headers": h, "body": string(got[0].Request.Body)})
		if err != nil {
			t.Fatal(err)
		}
		_, v := kittest.AskJSON(t, "POST", sb.URL+"/_/verify", string(doc))
		return v.Raw
	}
	if v := verdict(made.Get("secret").Str); !strings.Contains(v, `"valid":true`) {
		t.Error(v)
	}
	if v := verdict(made.Get("secret").Str + "\n"); !strings.Contains(v, "blanks or a line end around it") {
		t.Error(v)
	}
	_, all := kittest.AskJSON(t, "GET", sb.URL+"/_/secrets?provider=acme&account=ann", "")
	if !strings.Contains(all.Raw, made.Get("secret").Str) {
		t.Errorf("%s", all)
	}
	if status, _ := kittest.AskJSON(t, "DELETE", base+"/"+made.Get("id").Str, "", "Authorization", "Bearer ann"); status != 204 {
		t.Errorf("deleting answers %d", status)
	}
}

// A secret is renewed: what was signed with the one before is recognised, and the
// fault old_key uses it.
func TestRotation(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t, withFile(filepath.Join(kittest.Acme(t), "acme.yaml")))
	base := sb.Provider("acme") + "/webhooks"
	_, made := kittest.AskJSON(t, "POST", base, `{"url":"`+sb.Inbox("shop")+`","secret":"first"}`)
	if status, changed := kittest.AskJSON(t, "PATCH", base+"/"+made.Get("id").Str, `{"secret":"second"}`); status != 200 || changed.Get("secret").Str != "second" {
		t.Fatalf("%d %s", status, changed)
	}
	for _, kind := range []string{"", "old_key", "bad_signature", "missing_signature", "stale_signature"} {
		f := api.Firing{Provider: "acme", Type: "order.paid"}
		if kind != "" {
			f.Faults = []api.Fault{{Kind: kind}}
		}
		sb.Fire(f)
	}
	states := map[string]string{}
	for _, c := range sb.Expect(t, "kind:capture inbox:shop", 5) {
		states[c.Signature.State] += c.Signature.Reason + "\n"
	}
	for state, want := range map[string]string{signing.Valid: "", signing.Invalid: "it was made with another secret, that of an earlier secret of subscription " + made.Get("id").Str, signing.Missing: "there is no X-Acme-Signature header"} {
		if reason, ok := states[state]; !ok || !strings.Contains(reason, want) {
			t.Errorf("%s: %q, want %q", state, reason, want)
		}
	}
	if !strings.Contains(states[signing.Invalid], "old: at most 5 minutes are accepted") {
		t.Errorf("%q", states[signing.Invalid])
	}
}

// Retries come at the exact instants; too many failures in a row switch the
// subscription off; a payload that breaks the description is a warning.
func TestRetriesAndGivingUp(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t, withFile(filepath.Join(kittest.Acme(t), "acme.yaml")))
	sb.Reply("shop", "204") // 2xx, but not one that counts here
	_, made := kittest.AskJSON(t, "POST", sb.Provider("acme")+"/webhooks", `{"url":"`+sb.Inbox("shop")+`"}`)
	sb.Fire("acme", "order.paid", sandbox.Set("total", -1))
	sb.Expect(t, "kind:attempt", 1)
	begun := sb.Now()
	sb.Advance(time.Hour)
	attempts := sb.Expect(t, "kind:attempt", 3)
	for i, after := range []time.Duration{0, 5 * time.Second, 5*time.Minute + 5*time.Second} {
		if got := attempts[i].Time.Sub(begun); got != after {
			t.Errorf("attempt %d after %s, want %s", i+1, got, after)
		}
	}
	if c := sb.Entries("kind:capture")[0]; c.Contract.OK || !strings.Contains(strings.Join(c.Contract.Violations, ""), "total") {
		t.Errorf("%+v", c.Contract)
	}
	if c := attempts[0].Contract; c == nil || c.OK {
		t.Errorf("the attempt carries %+v", c)
	}
	enabled := func() bool {
		_, list := kittest.AskJSON(t, "GET", sb.URL+"/_/subscriptions?provider=acme", "")
		return list.Get(`#(id=="` + made.Get("id").Str + `").enabled`).Bool()
	}
	if !enabled() {
		t.Error("switched off after three failures")
	}
	sb.Fire("acme", "order.paid")
	sb.Expect(t, "kind:attempt", 4)
	sb.Advance(time.Hour)
	if enabled() || len(sb.Entries("kind:attempt")) != 4 {
		t.Errorf("enabled %v after %d attempts", enabled(), len(sb.Entries("kind:attempt")))
	}
	fired := sb.Fire("acme", "order.paid")
	if fired.Events[0].Skipped[0].Reason != "disabled" {
		t.Errorf("%+v", fired)
	}
}

// By example: another shape of the calls, credentials, forms.
func TestCallsByExample(t *testing.T) {
	t.Parallel()
	dir := kittest.Tree(t, map[string]string{"samples/push.json": `{"ref":"main","size":3,"big":1e3}`, "hub.yaml": `name: hub
samples: samples
home: /v3
type_in: {header: X-Hub-Event}
content_type: application/x-www-form-urlencoded
form_field: payload
sign: github
api:
  list: GET /hooks
  create: {call: POST /hooks, url: config.url, types: events, secret: config.secret, id: hook.id}
  delete: DELETE /hooks/{hook_id}
`})
	sb := sandbox.Start(t, withFile(filepath.Join(dir, "hub.yaml")))
	base := sb.URL + "/hub/v3/hooks"
	if status, refused := kittest.AskJSON(t, "GET", base, ""); status != 401 || !strings.Contains(refused.Raw, "Authorization: Bearer") {
		t.Errorf("%d %s", status, refused)
	}
	form := url.Values{"config[url]": {sb.Inbox("a")}, "events[]": {"push"}, "config[secret]": {"s3"}}.Encode()
	status, made := kittest.AskJSON(t, "POST", base, form, "Authorization", "Bearer tok", "Content-Type", "application/x-www-form-urlencoded")
	if status != 201 || made.Get("config.url").Str != sb.Inbox("a") || made.Get("hook.id").Str == "" {
		t.Fatalf("%d %s", status, made)
	}
	status, rows := kittest.AskJSON(t, "POST", sb.URL+"/_/subscriptions", `{"provider":"hub","account":"tok","url":"`+sb.Inbox("b")+`","types":["push"]}`)
	if status != 201 || rows.Get("0.url").Str != sb.Inbox("b") {
		t.Errorf("%d %s", status, rows)
	}
	sb.Fire("hub", "push", sandbox.Set("size", 4))
	for _, c := range sb.Expect(t, "kind:capture", 2) {
		fields, err := url.ParseQuery(string(c.Request.Body))
		if err != nil || gjson.Get(fields.Get("payload"), "size").Int() != 4 || c.Signature.State != signing.Valid || c.Request.Headers.HTTP().Get("X-Hub-Event") != "push" {
			t.Errorf("%s %+v", c.Request.Body, c.Signature)
		}
	}
	if status, _ := kittest.AskJSON(t, "DELETE", base+"/"+made.Get("hook.id").Str, "", "Authorization", "Bearer tok"); status != 204 {
		t.Errorf("deleting answers %d", status)
	}
}

// A provider that bears a scheme's name and signs nothing does not hide the scheme.
func TestANameOfAScheme(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t, withFile(filepath.Join(kittest.Tree(t, map[string]string{"s/a.json": "{}", "p.yaml": "name: github\nsamples: s\n"}), "p.yaml")))
	status, signed := kittest.AskJSON(t, "POST", sb.URL+"/_/sign", `{"scheme":"github","secret":"It's a Secret to Everybody","body":"Hello, World!"}`)
	if got := signed.Get("headers.X-Hub-Signature-256").Str; status != 200 || got != "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17" {
		t.Errorf("%d %s", status, signed)
	}
	sb.Fire("github", "a", sandbox.To(sb.Inbox("x")))
	if c := sb.Expect(t, "kind:capture")[0]; c.Signature != nil && c.Signature.State != signing.None {
		t.Errorf("%+v", c.Signature)
	}
}

// In a space it has state of its own.
func TestAFileProviderInASpace(t *testing.T) {
	t.Parallel()
	root := sandbox.Start(t, withFile(filepath.Join(kittest.Acme(t), "acme.yaml")))
	job := root.Space(t, "job-17")
	if status, got := kittest.AskJSON(t, "POST", job.Provider("acme")+"/webhooks", `{"url":"`+job.Inbox("x")+`"}`); status != 201 {
		t.Fatalf("%d %s", status, got)
	}
	job.Fire("acme", "order.paid")
	if c := job.Expect(t, "kind:capture inbox:x")[0]; c.Signature.State != signing.Valid {
		t.Errorf("%+v", c.Signature)
	}
	_, list := kittest.AskJSON(t, "GET", root.Provider("acme")+"/webhooks", "")
	if n := len(root.Entries("kind:event")); list.Raw != "[]" || n != 0 {
		t.Errorf("outside there are %s and %d events", list, n)
	}
}

// Every scheme that the table knows can sign a provider's callbacks, and they are
// found valid.
func TestEverySchemeSignsAFile(t *testing.T) {
	t.Parallel()
	for _, name := range signing.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kind := "application/json"
			if name == "twilio" {
				kind = "application/x-www-form-urlencoded"
			}
			dir := kittest.Tree(t, map[string]string{"samples/a.json": `{"id":1,"signature":{}}`, "p.yaml": "name: acme\nsamples: samples\nsign: " + name + "\ncontent_type: " + kind + "\n"})
			sb := sandbox.Start(t, withFile(filepath.Join(dir, "p.yaml")))
			kittest.AskJSON(t, "POST", sb.Provider("acme")+"/webhooks", `{"url":"`+sb.Inbox("x")+`?a=1"}`)
			sb.Fire("acme", "a")
			if c := sb.Expect(t, "kind:capture")[0]; c.Signature == nil || c.Signature.State != signing.Valid {
				t.Errorf("%+v", c.Signature)
			}
			// and each fault that the scheme can show is seen
			scheme := signing.Named(name)
			for i, fault := range scheme.Faults(true) {
				sb.Fire(api.Firing{Provider: "acme", Type: "a", Faults: []api.Fault{{Kind: fault}}})
				last := sb.Expect(t, "kind:capture", i+2)[i+1].Signature
				want := map[string]string{"missing_signature": signing.Missing}[fault]
				if fault == "stale_signature" && scheme.Late == 0 {
					want = signing.Valid // of any age
				}
				if want = cmp.Or(want, signing.Invalid); last == nil || last.State != want {
					t.Errorf("%s: %+v, want %s", fault, last, want)
				}
			}
		})
	}
}

// What is known of subscriptions, secrets and waiting retries outlives a restart.
func TestAFileProviderAfterARestart(t *testing.T) {
	t.Parallel()
	dir, data := kittest.Acme(t), t.TempDir()
	var made gjson.Result
	var before *journal.Entry
	t.Run("before", func(t *testing.T) {
		sb := sandbox.Start(t, sandbox.WithData(data), withFile(filepath.Join(dir, "acme.yaml")))
		sb.Reply("shop", "500,200")
		_, made = kittest.AskJSON(t, "POST", sb.Provider("acme")+"/webhooks", `{"url":"http://127.0.0.1:1/in/shop"}`)
		sb.Fire("acme", "order.created")
		sb.Expect(t, "kind:attempt has:error")
		before = sb.Entries("kind:event")[0]
	})
	sb := sandbox.Start(t, sandbox.WithData(data), withFile(filepath.Join(dir, "acme.yaml")))
	_, all := kittest.AskJSON(t, "GET", sb.URL+"/_/secrets?provider=acme", "")
	if !strings.Contains(all.Raw, made.Get("secret").Str) {
		t.Errorf("%s", all)
	}
	sb.Advance(time.Minute)
	sb.Expect(t, "kind:attempt", 2)
	sb.Fire("acme", "order.created")
	if again := sb.Entries("kind:event")[1]; string(again.Request.Body) != string(before.Request.Body) {
		t.Errorf("the sample was %s and is %s", before.Request.Body, again.Request.Body)
	}
}

// A schema that refers to itself in thirty ways has more paths than can be listed:
// the firing is answered all the same, and soon.
func TestASchemaOfEndlessPaths(t *testing.T) {
	t.Parallel()
	var members strings.Builder
	for i := range 30 {
		members.WriteString(`"m` + strings.Repeat("x", i) + `":{"$ref":"#"},`)
	}
	dir := kittest.Tree(t, map[string]string{"s/loop.json": `{"type":"object","properties":{` + members.String() + `"id":{"type":"integer"}},"required":["id"]}`, "p.yaml": "name: acme\nschemas: s\n"})
	sb := sandbox.Start(t, withFile(filepath.Join(dir, "p.yaml")))
	began := time.Now()
	status, got := kittest.AskJSON(t, "POST", sb.URL+"/_/events", `{"provider":"acme","type":"loop","set":{"id":3},"to":"`+sb.Inbox("x")+`"}`)
	if status != 202 || time.Since(began) > 20*time.Second {
		t.Errorf("%d %s after %s", status, got, time.Since(began))
	}
	if c := sb.Expect(t, "kind:capture")[0]; gjson.GetBytes(c.Request.Body, "id").Int() != 3 {
		t.Errorf("%s", c.Request.Body)
	}
}
