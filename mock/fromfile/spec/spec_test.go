package spec

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const full = `name: acme                      # URL prefix
title: Acme Corp
hosts: [api.acme.com, "*.acme.com"]
home: /v2
openapi: ./acme-openapi.json
schemas: ./schemas/
samples: /abs/samples
type_in: {header: X-Acme-Event}
headers: {User-Agent: "Acme-Hooks/1", X-Acme-Delivery: "{delivery_id}-{attempt}"}
content_type: application/x-www-form-urlencoded
form_field: payload
sign: {header: X-Acme-Signature, algorithm: sha256, encoding: hex, signed: "{timestamp}.{body}", tolerance: 5m}
retry: [5s, 5m, 30m, 2h, 1d, 90]
timeout: 2s
success: [2xx, 410]
give_up: {disable_after: 5}
api:
  list: GET /hooks
  create: {call: POST /hooks, url: config.url, types: events, secret: config.secret, id: hook.id}
  delete: DELETE /hooks/{id}
  auth: {header: X-Api-Key}
`

func TestEverything(t *testing.T) {
	t.Parallel()
	got, err := Parse("dir/acme.yaml", []byte(full))
	if err != nil {
		t.Fatal(err)
	}
	want := &Spec{Path: "dir/acme.yaml", Name: "acme", Title: "Acme Corp", Hosts: []string{"api.acme.com", "*.acme.com"}, Home: "/v2",
		OpenAPI: "./acme-openapi.json", Schemas: "./schemas/", Samples: "/abs/samples", TypeHeader: "X-Acme-Event",
		Headers:     []Header{{"User-Agent", "Acme-Hooks/1"}, {"X-Acme-Delivery", "{delivery_id}-{attempt}"}},
		ContentType: Form, FormField: "payload",
		Sign: Sign{Line: 12, Parts: map[string]Value{"header": {"X-Acme-Signature", 12}, "algorithm": {"sha256", 12}, "encoding": {"hex", 12},
			"signed": {"{timestamp}.{body}", 12}, "tolerance": {"5m", 12}}},
		Retry:   []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 24 * time.Hour, 90 * time.Second},
		Timeout: 2 * time.Second, Success: []Range{{200, 299}, {410, 410}}, DisableAfter: 5,
		API: API{Given: true, List: Call{"GET", "/hooks"}, Delete: Call{"DELETE", "/hooks/{id}"}, Auth: Auth{HeaderAuth, "X-Api-Key"},
			Create: Create{Call{"POST", "/hooks"}, "config.url", "events", "config.secret", "hook.id"}}}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Spec{})); diff != "" {
		t.Error(diff)
	}
	for path, want := range map[string]string{"./a.json": filepath.Join("dir", "a.json"), "/abs/b": "/abs/b"} {
		if got := got.Beside(path); got != want {
			t.Errorf("%s: %s", path, got)
		}
	}
}

func TestTheOrdinary(t *testing.T) {
	t.Parallel()
	got, err := Parse("a.yaml", []byte("name: acme\nsamples: s\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got.Title != "Acme" || got.Timeout != 10*time.Second || got.ContentType != "application/json" || len(got.Retry) != 0 ||
		got.Success[0] != (Range{200, 299}) || got.API.Create.Path != "/webhooks" || got.API.Auth.Kind != NoAuth || got.API.Given {
		t.Errorf("%+v", got)
	}
}

func TestRetries(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]time.Duration{
		"[]":                    nil,
		"none":                  nil,
		"{every: 5m, times: 3}": {5 * time.Minute, 5 * time.Minute, 5 * time.Minute},
		"{exponential: {first: 1s, factor: 3, max: 10s, times: 4}}": {time.Second, 3 * time.Second, 9 * time.Second, 10 * time.Second},
		"{exponential: {first: 10s, times: 3}}":                     {10 * time.Second, 20 * time.Second, 40 * time.Second},
		"{exponential: {first: 1d, factor: 1000, times: 3}}":        {24 * time.Hour, 365 * 24 * time.Hour, 365 * 24 * time.Hour},
	} {
		got, err := Parse("a.yaml", []byte("name: a\nsamples: s\nretry: "+text+"\n"))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if diff := cmp.Diff(want, got.Retry); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}

// Every mistake names file, line, what is allowed and the nearest word.
func TestMistakes(t *testing.T) {
	t.Parallel()
	const head = "name: acme\nsamples: s\n"
	for _, c := range []struct{ text, want string }{
		{"", "a.yaml: is empty"},
		{"- a", "a.yaml:1: a provider file must be a map of keys and values"},
		{"name: [", "a.yaml:"},
		{"name: a\nname: b\nsamples: s", `a.yaml:2: the key "name" stands here twice`},
		{"samples: s", "a.yaml:1: has no name, as in name: acme"},
		{"name: acme", "a.yaml:1: names no events: openapi: FILE, schemas: FOLDER or samples: FOLDER"},
		{head + "retires: [1s]", `a.yaml:3: unknown key "retires": did you mean retry? known are name, title,`},
		{head + "zzzzzzzzzzzz: 1", `a.yaml:3: unknown key "zzzzzzzzzzzz": known are name,`},
		{"name: Acme Corp\nsamples: s", `a.yaml:1: name "Acme Corp" is no name: small letters`},
		{"name: in\nsamples: s", `a.yaml:1: name "in" is taken`},
		{"name: acme\nsamples:", "a.yaml:2: samples must be a text"},
		{"name: acme\nsamples: ''", "a.yaml:2: samples is empty"},
		{"name: acme\nopenapi: https://acme.com/openapi.json", "nothing is fetched, give the path of a file that you downloaded"},
		{head + "hosts: [a b]", `a.yaml:3: host "a b" is no host name`},
		{head + "home: v1", `a.yaml:3: home "v1" is no path`},
		{head + "home: /a/../b", "is no path where an API begins"},
		{head + "type_in: {heder: X}", `a.yaml:3: unknown key "heder" in type_in: did you mean header? known are header, body, from`},
		{head + "type_in: X-Event", "a.yaml:3: type_in must be a map"},
		{head + "type_in: {body: 'a..b'}", "is no path of members"},
		{head + "headers:\n  X Y: a", `a.yaml:4: header "X Y" is no name of a header`},
		{head + "headers:\n  Host: a", `a.yaml:4: header "Host" is set by the connection itself`},
		{head + "headers:\n  X-A: '{evnt_id}'", "a.yaml:4: placeholder {evnt_id} is none of type, delivery_id, event_id, timestamp, attempt, account: did you mean event_id?"},
		{head + "headers:\n  X-A: \"a\\nb\"", "a.yaml:4: header X-A holds a control character"},
		{head + "headers: [a]", "a.yaml:3: headers must be a map"},
		{head + "content_type: json", `a.yaml:3: content_type "json" is no media type`},
		{head + "form_field: payload", "a.yaml:3: form_field belongs to content_type: application/x-www-form-urlencoded"},
		{head + "sign: {headr: X}", `a.yaml:3: unknown key "headr" in sign: did you mean header?`},
		{head + "sign: {header: [a]}", "a.yaml:3: header must be a text"},
		{head + "retry: 5s", "a.yaml:3: retry must be a list of waits, {every, times} or {exponential: {first, factor, max, times}}"},
		{head + "retry:\n - 5s\n - soon", `a.yaml:5: wait "soon" is no span of time: 5s, 10m, 2h, 1d or a number of seconds`},
		{head + "retry: [-5s]", "a.yaml:3: wait -5s is out of range"},
		{head + "retry: [900d]", "a.yaml:3: wait"},
		{head + "retry: {every: 5m}", "a.yaml:3: retry wants every and times"},
		{head + "retry: {every: 5m, times: 0}", `a.yaml:3: times "0" is no whole number from 1 to 1000`},
		{head + "retry: {every: 5m, times: 2, exponential: {first: 1s, times: 2}}", "has both every and exponential"},
		{head + "retry: {exponential: {first: 1s}}", "a.yaml:3: exponential wants first and times"},
		{head + "retry: {exponential: {first: 1s, factor: .nan, times: 2}}", "a.yaml:3: .nan is no number"},
		{head + "retry: {exponential: {first: 1s, factor: 0.5, times: 2}}", `a.yaml:3: factor "0.5" is no number from 1 to 1000`},
		{head + "timeout: 2h", "a.yaml:3: timeout 2h is out of range: from 1ms to 10m"},
		{head + "success: ok", `a.yaml:3: success "ok" is no status`},
		{head + "success: []", "a.yaml:3: success is empty"},
		{head + "success: [999]", `success "999" is no status`},
		{head + "give_up: {disable_after: no}", `a.yaml:3: disable_after "no" is no whole number from 1 to 1000000`},
		{head + "give_up: 5", "a.yaml:3: give_up must be a map"},
		{head + "api: {list: GET /hooks}", "a.yaml:3: api has no create"},
		{head + "api:\n  create: {call: POST hooks, url: u}", `a.yaml:4: create "POST hooks" is no call`},
		{head + "api:\n  create: {call: FETCH /hooks, url: u}", "is no call"},
		{head + "api:\n  create: {call: POST /hooks}", "a.yaml:4: create has no url"},
		{head + "api:\n  create: {call: 'POST /hooks', url: u}\n  delete: DELETE /hooks", "delete names one subscription"},
		{head + "api:\n  create: {call: 'POST /hooks', url: u}\n  delete: DELETE /a{id}", "braces stand around a whole part"},
		{head + "api:\n  auth: beerer", `a.yaml:4: auth "beerer" is none of bearer, basic, none: did you mean bearer? ({header: X-Api-Key} is the fourth)`},
		{head + "api:\n  auth: {}", "a.yaml:4: auth has no header"},
		{head + "type_in: {}", "a.yaml:3: type_in says neither header nor body"},
		{head + "headers:\n  content-type: a/b", `a.yaml:4: header "content-type" is what content_type says`},
		{head + "headers:\n  X-A: 1\n  x-a: 2", `a.yaml:5: header "x-a" stands here twice`},
		{head + "sign: [github]", "a.yaml:3: sign must be a scheme's name, as in sign: github, or a map of its parts"},
		{head + "api:\n  create: {call: POST /hooks, url: u}\n  list: POST /hooks", "a.yaml:4: create and list are one call"},
		{head + "api:\n  create: {call: POST /hooks, url: config.url, secret: config}", "a.yaml:4: secret and url are one member of the request"},
		{strings.Repeat("#", 2<<20), "is larger than 1 MiB"},
	} {
		_, err := Parse("a.yaml", []byte(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.60q:\n%v\nwant %s", c.text, err, c.want)
		}
	}
}

// All mistakes are told at once, in the order of their lines.
func TestAllMistakesAtOnce(t *testing.T) {
	t.Parallel()
	_, err := Parse("a.yaml", []byte("retry: soon\nname: A B\nsucces: 2xx\n"))
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 4 || !strings.HasPrefix(lines[0], "a.yaml:1:") || !strings.HasPrefix(lines[2], "a.yaml:2:") || !strings.HasPrefix(lines[3], "a.yaml:3:") {
		t.Errorf("%v", err)
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := Read(filepath.Join(dir, "none.yaml")); err == nil || !strings.Contains(err.Error(), "none.yaml: no such file") {
		t.Errorf("%v", err)
	}
	if _, err := Read(dir); err == nil {
		t.Error("a folder was read")
	}
	file := filepath.Join(dir, "a.json")
	if err := os.WriteFile(file, []byte(`{"name":"acme","samples":"s"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := Read(file); err != nil || s.Name != "acme" {
		t.Errorf("%v %v", s, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(full)
	f.Add("name: a\nsamples: s\nretry: {exponential: {first: 1s, factor: 2.5, max: 3, times: 9}}\nsuccess: 2xx\nsign: github\n")
	f.Add("name: &a x\nsamples: *a\napi: {create: {call: POST /h, url: u}, auth: basic}")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse("a.yaml", []byte(text))
		if err == nil && (s.Name == "" || len(s.Success) == 0 || s.Timeout <= 0 || s.API.Create.Path == "") {
			t.Fatalf("%+v", s)
		}
		if err != nil && !strings.HasPrefix(err.Error(), "a.yaml:") {
			t.Fatalf("a mistake without a place: %v", err)
		}
	})
}
