package fromfile_test

import (
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tacklebox/mock/kit/kittest"
	"tacklebox/mock/sandbox"
	"tacklebox/mock/signing"
	"tacklebox/receiver/api"
)

// file starts a sandbox with a provider of two samples and further lines.
func file(t *testing.T, lines string) *sandbox.Running {
	t.Helper()
	dir := kittest.Tree(t, map[string]string{"p.yaml": "name: acme\nsamples: s\n" + lines, "s/order.paid.json": `{"id":7,"note":null,"deep":{"a":[1,2]},"text":"a&b"}`, "s/users/user.made.json": "{}", "s/raw.txt": "a=1&b=2"})
	return sandbox.Start(t, withFile(filepath.Join(dir, "p.yaml")))
}

// Each way of saying who calls: what is let in, whose it is, what a refusal says.
func TestWhoMayCall(t *testing.T) {
	t.Parallel()
	for auth, c := range map[string]struct {
		good, bad   []string // header lines
		challenge   string
		words, name string
	}{
		"bearer":              {[]string{"Authorization", "Bearer ann"}, []string{"Authorization", "Basic YW5uOg=="}, "Bearer", "send your token: Authorization: Bearer …", "ann"},
		"basic":               {[]string{"Authorization", "Basic YW5uOng="}, []string{"Authorization", "Bearer ann"}, `Basic realm="acme"`, "send user and password: Authorization: Basic …", "ann"},
		"{header: X-Api-Key}": {[]string{"X-Api-Key", "ann"}, []string{"Authorization", "Bearer ann"}, "", "send your key in the header X-Api-Key", "ann"},
		"none":                {nil, []string{"Authorization", "Digest x"}, "", "send your token", "default"},
	} {
		t.Run(auth, func(t *testing.T) {
			t.Parallel()
			sb := file(t, "api: {list: GET /hooks, create: {call: POST /hooks, url: url}, auth: "+auth+"}\n")
			base := sb.Provider("acme") + "/hooks"
			if status, got := kittest.AskJSON(t, "POST", base, `{"url":"http://a.localhost/"}`, c.good...); status != 201 {
				t.Fatalf("%d %s", status, got)
			}
			_, subs := kittest.AskJSON(t, "GET", sb.URL+"/_/subscriptions?provider=acme", "")
			if subs.Get("0.account").Str != c.name {
				t.Errorf("%s", subs)
			}
			req, err := http.NewRequest("GET", base, nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set(c.bad[0], c.bad[1])
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if resp.StatusCode != 401 || resp.Header.Get("Www-Authenticate") != c.challenge {
				t.Errorf("%d %q", resp.StatusCode, resp.Header.Get("Www-Authenticate"))
			}
			if status, got := kittest.AskJSON(t, "GET", base, "", c.bad...); status != 401 || !strings.Contains(got.Get("error.message").Str, c.words) {
				t.Errorf("%d %s", status, got)
			}
			sb.Settings("acme", "", map[string]any{"credentials": []string{"bob"}})
			if status, got := kittest.AskJSON(t, "GET", base, "", c.good...); status != 401 || !strings.Contains(got.Raw, "not listed") {
				t.Errorf("%d %s", status, got)
			}
		})
	}
}

// A subscription lists types by their names, by their group, or all of them.
func TestWhatASubscriptionWants(t *testing.T) {
	t.Parallel()
	sb := file(t, "")
	for inbox, types := range map[string]string{"all": `["*"]`, "unsaid": `null`, "one": `["order.paid"]`, "group": `["users"]`, "two": `["raw","user.made"]`} {
		if status, got := kittest.AskJSON(t, "POST", sb.Provider("acme")+"/webhooks", `{"url":"`+sb.Inbox(inbox)+`","types":`+types+`}`); status != 201 {
			t.Errorf("%s: %d %s", types, status, got)
		}
	}
	for _, typ := range []string{"order.paid", "user.made", "raw"} {
		sb.Fire("acme", typ)
	}
	got := map[string][]string{}
	for _, c := range sb.Expect(t, "kind:capture", 10) {
		got[c.Inbox] = append(got[c.Inbox], c.Type)
	}
	for inbox, want := range map[string]string{"all": "order.paid raw user.made", "unsaid": "order.paid raw user.made", "one": "order.paid", "group": "user.made", "two": "raw user.made"} {
		slices.Sort(got[inbox])
		if strings.Join(got[inbox], " ") != want {
			t.Errorf("%s got %v, want %s", inbox, got[inbox], want)
		}
	}
	for body, want := range map[string]string{
		`{"url":"http://a.localhost/","types":[7]}`:          "types must be a list of event types",
		`{"url":"http://a.localhost/","types":["user.mad"]}`: `did you mean \"user.made\"?`,
		`{"url":"http://a.localhost/","enabled":"yes"}`:      "enabled must be true or false",
	} {
		if status, got := kittest.AskJSON(t, "POST", sb.Provider("acme")+"/webhooks", body); status != 422 || !strings.Contains(got.Raw, want) {
			t.Errorf("%s: %d %s", body, status, got)
		}
	}
}

// The members of a payload as fields of a form; a sample that is a form already
// stays as it is.
func TestForms(t *testing.T) {
	t.Parallel()
	sb := file(t, "content_type: application/x-www-form-urlencoded\nsign: twilio\n")
	sb.Fire("acme", "order.paid", sandbox.To(sb.Inbox("x")), sandbox.Set("id", 8))
	sb.Fire("acme", "raw", sandbox.To(sb.Inbox("raw")))
	c := sb.Expect(t, "kind:capture inbox:x")[0]
	form, err := url.ParseQuery(string(c.Request.Body))
	if err != nil || form.Get("id") != "8" || form.Get("text") != "a&b" || form.Get("deep") != `{"a":[1,2]}` || !form.Has("note") || form.Get("note") != "" {
		t.Errorf("%s", c.Request.Body)
	}
	if c.Contract != nil || c.Signature.State != "valid" {
		t.Errorf("%+v %+v", c.Contract, c.Signature)
	}
	if c := sb.Expect(t, "kind:capture inbox:raw")[0]; string(c.Request.Body) != "a=1&b=2" {
		t.Errorf("%s", c.Request.Body)
	}
}

// What stands in braces, and that no type or account can break out of a header.
func TestPlaceholders(t *testing.T) {
	t.Parallel()
	dir := kittest.Tree(t, map[string]string{"d.json": `{"openapi":"3.1.0","webhooks":{"a\r\nX-Evil: 1":{"post":{"x-kind":"k\nind","requestBody":{"content":{"application/json":{"example":{}}}}}}}}`,
		"p.yaml": "name: acme\nopenapi: d.json\ntype_in: {header: X-Type, from: x-kind}\nheaders: {X-All: '{type}|{delivery_id}|{event_id}|{timestamp}|{attempt}|{account}'}\n"})
	sb := sandbox.Start(t, withFile(filepath.Join(dir, "p.yaml")))
	fired := sb.Fire("acme", "a\r\nX-Evil: 1", sandbox.To(sb.Inbox("x")))
	h := sb.Expect(t, "kind:capture")[0].Request.Headers.HTTP()
	want := strings.Join([]string{"k ind", fired.Events[0].Deliveries[0].ID, fired.Events[0].ID, "1767603600", "1", "default"}, "|")
	if h.Get("X-Type") != "k ind" || h.Get("X-All") != want || h.Get("X-Evil") != "" {
		t.Errorf("%v, want %s", h, want)
	}
}

// The account's secret is a setting: the one before it is remembered, and a fault
// can still sign with it.
func TestTheSecretIsASetting(t *testing.T) {
	t.Parallel()
	sb := file(t, "sign: github\napi: {create: {call: POST /hooks, url: url}}\n")
	if status, got := kittest.AskJSON(t, "POST", sb.Provider("acme")+"/hooks", `{"url":"`+sb.Inbox("x")+`"}`, "Authorization", "Bearer ann"); status != 201 {
		t.Fatalf("%d %s", status, got)
	}
	for i, secret := range []string{"one", "two"} {
		sb.Settings("acme", "ann", map[string]any{"secret": secret})
		sb.Fire("acme", "order.paid")
		c := sb.Expect(t, "kind:capture", i+1)[i]
		if want, err := signing.Named("github").Sign(secret, "", "", c.Request.Body); err != nil || c.Request.Headers.HTTP().Get("X-Hub-Signature-256") != want {
			t.Errorf("%s: %v, want %s %v", secret, c.Request.Headers, want, err)
		}
	}
	sb.Fire(api.Firing{Provider: "acme", Type: "order.paid", Faults: []api.Fault{{Kind: "old_key"}}})
	c := sb.Expect(t, "kind:capture", 3)[2]
	if want, err := signing.Named("github").Sign("one", "", "", c.Request.Body); err != nil || c.Request.Headers.HTTP().Get("X-Hub-Signature-256") != want {
		t.Errorf("the old key: %v, want %s %v", c.Request.Headers, want, err)
	}
	if !strings.Contains(c.Signature.Reason, "an earlier secret") {
		t.Errorf("%+v", c.Signature)
	}
	if status, got := kittest.AskJSON(t, "PUT", sb.URL+"/_/providers/acme/settings", `{"secret":""}`); status != 422 || !strings.Contains(got.Raw, "wants a text that is not empty") {
		t.Errorf("%d %s", status, got)
	}
}

// An answer that takes longer than the file allows is none.
func TestTimeout(t *testing.T) {
	t.Parallel()
	sb := file(t, "timeout: 50ms\n")
	sb.Reply("slow", `{"reply":[{"status":200,"delay":"10s"}]}`)
	sb.Fire("acme", "order.paid", sandbox.To(sb.Inbox("slow")))
	if a := sb.Expect(t, "kind:attempt has:error")[0]; a.Response != nil || a.Error == "" {
		t.Errorf("%+v", a)
	}
}
