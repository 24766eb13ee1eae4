package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"tacklebox/fixtures"
	"tacklebox/receiver/api"
)

// withGithub runs the example of a sixth provider beside the others.
func withGithub(t *testing.T) Option {
	t.Helper()
	embedded, err := fixtures.Load("")
	if err != nil {
		t.Fatal(err)
	}
	own, p := exampleProvider()
	return func(c *Config) {
		c.catalog = fixtures.New(beside{own.Files(), embedded.Files()})
		c.providers = append(providers(), p)
	}
}

// hooks calls the hooks of one repository.
func hooks(t *testing.T, r *Running, method, path, token, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequest(method, r.Provider("github")+"/repos/octo/box/hooks"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func TestHooksOfAFictionalRepository(t *testing.T) {
	t.Parallel()
	r := Start(t, withGithub(t))
	hook := `{"events":["*"],"config":{"url":"` + r.Inbox("box") + `","content_type":"json","secret":"s3cret"}}`
	for _, c := range []struct {
		method, path, token, body string
		status                    int
		want                      string
	}{
		{"GET", "", "", "", 401, `"message":"Requires authentication"`},
		{"POST", "", "ann", "{", 400, `"Problems parsing JSON"`},
		{"POST", "", "ann", `{"config":{"url":"ftp://x"}}`, 422, `"errors":[{"code":"custom","field":"url","resource":"Hook"}]`},
		{"POST", "", "ann", `{}`, 422, `"field":"url"`},
		{"POST", "", "ann", `{"events":[]}`, 422, `"field":"events"`},
		{"POST", "", "ann", hook, 201, `"secret":"********"`},
		{"GET", "", "ann", "", 200, `"id":1`},
		{"GET", "", "bob", "", 200, "[]"},
		{"GET", "/1", "ann", "", 200, `"events":["*"]`},
		{"GET", "/1", "bob", "", 404, `"Not Found"`},
		{"PUT", "/1", "ann", "", 404, `"Not Found"`},
		{"PATCH", "/1", "ann", `{"active":false}`, 200, `"active":false`},
		{"PATCH", "/1", "ann", `{"active":true,"events":["push"]}`, 200, `"events":["push"]`},
		{"POST", "/1/pings", "ann", "", 204, ""},
	} {
		if status, body := hooks(t, r, c.method, c.path, c.token, c.body); status != c.status || !strings.Contains(body, c.want) {
			t.Errorf("%s %s %s: %d %s", c.method, c.path, c.body, status, body)
		}
	}
	r.Expect(t, "kind:capture inbox:box type:ping signature:valid contract:ok", 2) // when it was made, and when it was asked for
	for _, want := range []int{204, 404} {
		if status, body := hooks(t, r, "DELETE", "/1", "ann", ""); status != want {
			t.Errorf("deleting it: %d %s", status, body)
		}
	}
}

func TestHooksAreCalledInBothForms(t *testing.T) {
	t.Parallel()
	r := Start(t, withGithub(t))
	for inbox, config := range map[string]string{"form": `"secret":"s"`, "json": `"secret":"s","content_type":"json"`, "plain": `"content_type":"json"`} {
		if status, body := hooks(t, r, "POST", "", "ann", `{"events":["*"],"config":{"url":"`+r.Inbox(inbox)+`",`+config+`}}`); status != 201 {
			t.Fatal(body)
		}
	}
	if status, body := hooks(t, r, "POST", "", "ann", `{"events":["issues"],"config":{"url":"`+r.Inbox("other")+`"}}`); status != 201 {
		t.Fatal(body)
	}
	r.Fire(api.Firing{Provider: "github", Type: "push", Set: map[string]json.RawMessage{"ref": json.RawMessage(`"refs/heads/next"`)}})
	for inbox, want := range map[string]struct {
		media, state string
		signatures   int
	}{"form": {"application/x-www-form-urlencoded", "valid", 2}, "json": {"application/json", "valid", 2}, "plain": {"application/json", "none", 0}} {
		got := r.Expect(t, "kind:capture type:push inbox:"+inbox, 1)[0]
		body := string(got.Request.Body)
		if form, err := url.ParseQuery(body); inbox == "form" && err == nil {
			body = form.Get("payload")
		}
		h := got.Request.Headers
		if h.Get("Content-Type") != want.media || gjson.Get(body, "ref").Str != "refs/heads/next" || h.Get("X-Github-Event") != "push" {
			t.Errorf("%s: %v %s", inbox, h, body)
		}
		if n := len(h.Values("X-Hub-Signature")) + len(h.Values("X-Hub-Signature-256")); n != want.signatures || got.Signature.State != want.state {
			t.Errorf("%s: %d signatures, %+v", inbox, n, got.Signature)
		}
	}
	if got := r.Entries("kind:capture type:push inbox:other"); len(got) != 0 {
		t.Errorf("%d pushes to a hook that asks for issues", len(got))
	}
}
