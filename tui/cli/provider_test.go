package cli

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tacklebox/receiver/api"
	"tacklebox/tui/cli/exit"
)

// fakeFiles reads and writes no provider files, but says so as the real one does.
func fakeFiles() ProviderFiles {
	return ProviderFiles{
		Check: func(path string) (*api.ProviderReport, error) {
			if path != "acme.yaml" {
				return nil, errors.New(path + `:3: unknown key "retires": did you mean retry?`)
			}
			return &api.ProviderReport{File: path, Name: "acme", Title: "Acme", Events: 3, Examples: 2, Generated: 1, Retry: []string{"5s"}, API: []string{"GET /acme/webhooks"}, Notes: []string{"x: left out"}}, nil
		},
		Init: func(s api.Starter) ([]string, error) {
			if s.From != "github" || s.OpenAPI != "a.json" {
				return nil, errors.New("acme.yaml is there already")
			}
			return []string{s.Name + ".yaml"}, nil
		},
	}
}

func TestProvider(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]struct {
		code     int
		out, err string
	}{
		"provider check acme.yaml":                                {0, "acme.yaml: acme, Acme\n  events   3 types: 2 with an example, 1 with a generated sample\n  signed   none\n  retries  5s\n  calls    GET /acme/webhooks\n  note     x: left out\n", ""},
		"provider check bad.yaml":                                 {exit.Usage, "", `bad.yaml:3: unknown key "retires": did you mean retry?`},
		"provider init hub --from github --openapi a.json":        {0, "wrote hub.yaml\nnext: tacklebox provider check hub.yaml; tacklebox up --provider hub.yaml\n", ""},
		"provider init acme":                                      {exit.Usage, "", "acme.yaml is there already"},
		"provider init":                                           {exit.Usage, "", "NAME"},
		"provider init hub --from github --openapi a.json --json": {0, `{"files":["hub.yaml"]}` + "\n", ""},
	} {
		got := run(t.Context(), &App{ProviderFiles: fakeFiles()}, map[string]string{"HOME": t.TempDir()}, "", strings.Fields(line)...)
		if got.code != want.code || got.out != want.out || !strings.Contains(got.err, want.err) {
			t.Errorf("%s: %+v, want %+v", line, got, want)
		}
	}
	if got := run(t.Context(), &App{}, map[string]string{"HOME": t.TempDir()}, "", "provider", "check", "x"); got.code == 0 {
		t.Errorf("%+v", got)
	}
}

func TestSchemesSignSend(t *testing.T) {
	path := filepath.Join(t.TempDir(), "body.json")
	if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	attempt := map[string]string{"POST /_/send": `202 {"events":[{"id":"m","deliveries":[{"id":"d1"}]}]}`, "POST /_/expect": `200 {"met":true,"entries":[7]}`}
	with := func(entry string) map[string]string {
		answers := map[string]string{"GET /_/entries/7": "200 " + entry}
		for k, v := range attempt {
			answers[k] = v
		}
		return answers
	}
	const sent = `POST /_/send {"scheme":"github","secret":"s","body":"{}","headers":{"Content-Type":"application/json"},"url":"http://h/x"}`
	runCases(t, []commandCase{
		{name: "schemes", args: []string{"schemes"}, answers: map[string]string{"GET /_/schemes": `200 [{"name":"stripe","rule":"r","evidence":"e","document":"d"}]`}, out: "NAME    RULE  EVIDENCE  DOCUMENT\nstripe  r     e         d\n"},
		{name: "sign", args: []string{"sign", "stripe", "--secret", "k", "--at", "T", "--id", "i", "--to", "http://u/", "--method", "PUT", "--header", "A: b", path},
			answers: map[string]string{"POST /_/sign": `200 {"headers":{"B":"2","A":"1"},"body":"{}"}`}, out: "A: 1\nB: 2\n",
			sent: []string{`POST /_/sign {"scheme":"stripe","secret":"k","body":"{}","headers":{"A":"b"},"url":"http://u/","method":"PUT","at":"T","id":"i"}`}},
		{name: "signed inside", args: []string{"sign", "mailgun", "--secret", "k", "-"}, stdin: "{}", answers: map[string]string{"POST /_/sign": `200 {"headers":{},"body":"{\"signature\":{}}"}`}, out: `{"signature":{}}` + "\n"},
		{name: "no such file", args: []string{"sign", "stripe", "--secret", "k", "/nowhere"}, err: "open /nowhere", code: exit.Usage},
		{name: "send", args: []string{"send", "http://h/x", "--sign", "github", "--secret", "s", "--body", "@" + path}, answers: with(`{"seq":7,"kind":"attempt","response":{"status":204}}`), out: "204 http://h/x\n",
			sent: []string{sent, `POST /_/expect {"q":"kind:attempt delivery:d1","within":"35s"}`}},
		{name: "refused", args: []string{"send", "http://h/x", "--body", "{}"}, answers: with(`{"seq":7,"kind":"attempt","response":{"status":500}}`), out: "500 http://h/x\n", code: exit.Failure},
		{name: "nobody there", args: []string{"send", "http://h/x", "--body", "{}"}, answers: with(`{"seq":7,"kind":"attempt","error":"connection refused"}`), err: "connection refused", code: exit.Failure},
	})
}
