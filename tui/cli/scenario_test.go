package cli

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tacklebox/tui/cli/exit"
)

// scenarioFile writes a scenario and returns its path.
func scenarioFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestScenario(t *testing.T) {
	all := scenarioFile(t, `
name: all
vars: {who: acme}
steps:
  - reset: true
  - settings: {provider: shoptet, account: "${who}", values: {attempts: 2}}
  - inbox: {name: in, reply: "500x1,200", verify: {provider: shoptet, secret: s}}
  - call:
      url: /shop/hooks
      headers: {Token: "${who}"}
      json: {url: "${to}", n: 1}
      status: 201
      save: {id: data.0.id}
  - call: {url: "${url}/shop/hooks/${id}"}
  - fire: {provider: shoptet, type: "order:create", set: {n: 5, "a.b": "${id}"}}
  - clock: next
  - clock: 15m
  - clock: {to: "2026-01-05T09:00:00Z"}
  - faults: [{kind: delay, times: 1}]
  - verify: {provider: shoptet, secret: s, body: "${event}", valid: false}
  - name: it arrives
    expect: {q: "event:${event}", within: 1s}
`)
	answers := map[string]string{
		"GET /_/readyz": "200 {}", "GET /_/entries?limit=1": `200 {"entries":[],"last_seq":41}`, "POST /_/reset": "200 {}",
		"PUT /_/providers/shoptet/settings?account=acme": "200 {}", "PUT /_/inboxes/in": "200 {}", "POST /shop/hooks": `201 {"data":[{"id":"7"}]}`, "GET /shop/hooks/7": "200 ok",
		"POST /_/events": fired(""), "POST /_/clock": `200 {"mode":"manual"}`, "PUT /_/faults": "200 []", "POST /_/verify": `200 {"valid":false}`,
		"POST /_/expect": `200 {"met":true,"entries":[42],"waited_ms":1}`,
	}
	failing := func(steps string) string { return scenarioFile(t, "name: s\nsteps:\n"+steps) }
	missed := map[string]string{"GET /_/readyz": "200 {}", "GET /_/entries?limit=1": `200 {"last_seq":1}`, "POST /_/expect": `417 {"met":false,"waited_ms":5}`,
		"POST /_/verify": `200 {"valid":false,"reason":"no header"}`, "GET /x": "404 gone", "GET /json": `200 {"a":1}`, "GET /text": "200 a"}
	runCases(t, []commandCase{
		{name: "every kind of step", args: []string{"scenario", all, "--to", "http://h/cb"}, answers: answers,
			sent: []string{
				`PUT /_/providers/shoptet/settings {"attempts":2}`,
				`PUT /_/inboxes/in {"reply":[{"status":500,"times":1},{"status":200}],"verify":{"provider":"shoptet","secret":"s"}}`,
				`POST /shop/hooks {"n":1,"url":"http://h/cb"}`,
				`POST /_/events {"provider":"shoptet","type":"order:create","set":{"a.b":"7","n":5}}`,
				`POST /_/clock {"to":"next"}`, `POST /_/clock {"advance":"15m"}`, `POST /_/clock {"to":"2026-01-05T09:00:00Z"}`,
				`PUT /_/faults [{"kind":"delay","times":1}]`,
				`POST /_/verify {"provider":"shoptet","secret":"s","headers":null,"body":"evt1"}`,
				`POST /_/expect {"q":"event:evt1","within":"1s","after":41}`,
			},
			out: lines("ok      all: 1 reset", "ok      all: 2 settings", "ok      all: 3 inbox", "ok      all: 4 call", "ok      all: 5 call", "ok      all: 6 fire",
				"ok      all: 7 clock", "ok      all: 8 clock", "ok      all: 9 clock", "ok      all: 10 faults", "ok      all: 11 verify", "ok      all: 12 it arrives")},
		{name: "the first failure ends it", args: []string{"scenario", failing("  - expect: {q: x}\n  - reset: true\n")}, answers: missed, code: exit.Timeout,
			out: lines("failed  s: 1 expect", "        expected 1 × x within 5s", "          not met after 5ms: saw 0 matching among 0 entries", "skipped s: 2 reset")},
		{name: "as JSON", args: []string{"scenario", "--json", failing("  - verify: {provider: shoptet}\n")}, answers: missed, code: exit.Failure,
			out: "*"},
		{name: "a call that fails", args: []string{"scenario", failing("  - call: {url: /x}\n")}, answers: missed, code: exit.Failure,
			out: lines("failed  s: 1 call", "        GET URL/x answered 404, want 2xx: gone")},
		{name: "nothing to save", args: []string{"scenario", failing("  - call: {url: /json, save: {x: b}}\n")}, answers: missed, code: exit.Failure,
			out: lines("failed  s: 1 call", `        save x: the answer has no b: {"a":1}`)},
		{name: "no JSON to save from", args: []string{"scenario", failing("  - call: {url: /text, save: {x: b}}\n")}, answers: missed, code: exit.Failure,
			out: lines("failed  s: 1 call", "        the answer is not JSON: a")},
		{name: "an unknown variable", args: []string{"scenario", failing("  - fire: {provider: \"${whoo}\", type: t}\n")}, answers: missed, code: exit.Usage,
			out: "*"},
		{name: "a list", args: []string{"scenario", "--list"}, answers: map[string]string{"GET /_/scenarios": `200 [{"name":"retry","about":"fails twice","text":"steps: [{reset: true}]"}]`},
			out: lines("NAME   ABOUT", "retry  fails twice")},
		{name: "an embedded one", args: []string{"scenario", "retry"}, answers: map[string]string{"GET /_/scenarios": `200 [{"name":"retry","text":"steps: [{reset: true}]"}]`,
			"GET /_/entries?limit=1": `200 {}`, "POST /_/reset": "200 {}"}, out: lines("ok      retry: 1 reset")},
		{name: "one without its provider", args: []string{"scenario", "retry"}, answers: map[string]string{"GET /_/scenarios": `200 [{"name":"p/retry","text":"steps: [{reset: true}]"},{"name":"p/other","text":""}]`,
			"GET /_/entries?limit=1": `200 {}`, "POST /_/reset": "200 {}"}, out: lines("ok      p/retry: 1 reset")},
		{name: "which one?", args: []string{"scenario", "retry"}, answers: map[string]string{"GET /_/scenarios": `200 [{"name":"p/retry","text":""},{"name":"q/retry","text":""}]`},
			err: `several scenarios are called "retry": p/retry, q/retry`, code: exit.Usage},
		{name: "a mistyped one", args: []string{"scenario", "rety"}, answers: map[string]string{"GET /_/scenarios": `200 [{"name":"retry","text":""}]`},
			err: `did you mean "retry"?`, code: exit.Usage},
		{name: "a file that is not there", args: []string{"scenario", "./x.yaml"}, err: "x.yaml", code: exit.Usage},
		{name: "none", args: []string{"scenario"}, err: "FILE or NAME is missing", code: exit.Usage},
	})
}

// TestServedScenariosStartNothing: what a sandbox calls a scenario is not ours to
// run programs of; and no place of it is a place of this machine.
func TestServedScenariosStartNothing(t *testing.T) {
	t.Parallel()
	mark := filepath.Join(t.TempDir(), "mark")
	served := func(step string) map[string]string {
		text, _ := json.Marshal("name: s\nsteps:\n- " + step)
		return readyWith("GET /_/scenarios", `200 [{"name":"evil","text":`+string(text)+`}]`, "GET /x", "404 gone")
	}
	runCases(t, []commandCase{
		{name: "a program", args: []string{"scenario", "evil"}, answers: served("run: {command: [touch, " + mark + "], url: \"http://127.0.0.1:1/\"}"), sent: []string{},
			err: "evil.yaml: run: a scenario that a sandbox serves starts no programs here", code: exit.Usage},
		{name: "a failure", args: []string{"scenario", "evil"}, answers: served("call: {url: /x}"), env: map[string]string{"GITHUB_ACTIONS": "true"}, out: "*",
			err: "::error title=tacklebox scenario s%3A 1 call::GET URL/x answered 404", code: exit.Failure},
	})
	if _, err := os.Stat(mark); err == nil {
		t.Error("the program ran")
	}
}

func TestScenarioReport(t *testing.T) {
	server := newControl(t, map[string]string{"GET /_/entries?limit=1": "200 {}", "POST /_/reset": "200 {}", "POST /_/clock": `409 {"error":{"message":"the clock is real"}}`})
	path := filepath.Join(t.TempDir(), "report.xml")
	one := scenarioFile(t, "name: one\nsteps: [{reset: true}, {clock: next}, {reset: true}]")
	two := scenarioFile(t, "name: two\nsteps: [{reset: true}]")
	got := run(context.Background(), new(App), nil, "", "scenario", "--url", server.URL, one, two, "--junit", path)
	if got.code != exit.Usage {
		t.Errorf("code %d, want that of the step that failed, %d", got.code, exit.Usage)
	}
	s := readReport(t, path).Suites[0]
	if s.Tests != 4 || s.Failures != 1 || s.Skipped != 1 || s.Cases[3].Class != "two" || !strings.Contains(s.Cases[1].Failure.Text, "the clock is real") {
		t.Errorf("report %+v", s)
	}
}
