package cli

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tacklebox/tui/cli/exit"
	"tacklebox/tui/cli/report"
)

// readyWith is a control API that every scenario finds before its first step.
func readyWith(pairs ...string) map[string]string {
	answers := map[string]string{"GET /_/readyz": "200 {}", "GET /_/entries?limit=1": `200 {"last_seq":4}`}
	for i := 0; i < len(pairs); i += 2 {
		answers[pairs[i]] = pairs[i+1]
	}
	return answers
}

// TestStepsThatFail: what each kind of step says when it does not get its way,
// and which exit code that is.
func TestStepsThatFail(t *testing.T) {
	t.Parallel()
	const refused = `422 {"error":{"code":"c","message":"no such thing","hint":"try another"}}`
	for name, c := range map[string]struct {
		step    string
		answers map[string]string
		code    int
		says    string
	}{
		"settings refused":   {`settings: {provider: p, values: {a: 1}}`, readyWith("PUT /_/providers/p/settings", refused), exit.Usage, "no such thing (try another)"},
		"faults refused":     {`faults: [{kind: x}]`, readyWith("PUT /_/faults", refused), exit.Usage, "no such thing (try another)"},
		"inbox refused":      {`inbox: {name: a, reply: "200"}`, readyWith("PUT /_/inboxes/a", refused), exit.Usage, "no such thing (try another)"},
		"inbox mistyped":     {`inbox: {name: a, reply: "2x0x0"}`, readyWith(), exit.Usage, "2x0x0"},
		"fire refused":       {`fire: {provider: p, type: t}`, readyWith("POST /_/events", refused), exit.Usage, "no such thing (try another)"},
		"clock refused":      {`clock: 5m`, readyWith("POST /_/clock", refused), exit.Usage, "no such thing (try another)"},
		"verify refused":     {`verify: {provider: p, secret: s}`, readyWith("POST /_/verify", refused), exit.Usage, "no such thing (try another)"},
		"expect refused":     {`expect: {q: "kind:("}`, readyWith("POST /_/expect", refused), exit.Usage, "no such thing (try another)"},
		"reset fails":        {`reset: true`, readyWith("POST /_/reset", `500 {"error":{"message":"the disk is full"}}`), exit.Failure, "the disk is full"},
		"an answer no JSON":  {`fire: {provider: p, type: t}`, readyWith("POST /_/events", "202 <html>"), exit.Failure, "answer"},
		"valid but should":   {`verify: {provider: p, secret: s, valid: false}`, readyWith("POST /_/verify", `200 {"valid":true}`), exit.Failure, "the signature is valid: true, want false"},
		"not valid":          {`verify: {provider: p, secret: s}`, readyWith("POST /_/verify", `200 {"valid":false,"reason":"another key"}`), exit.Failure, "the signature is valid: false, want true"},
		"another status":     {`call: {url: /x, status: 201}`, readyWith("GET /x", "200 fine"), exit.Failure, "GET URL/x answered 200, want 201: fine"},
		"an error wanted":    {`call: {url: /x, method: DELETE, status: 404}`, readyWith("DELETE /x", "404 gone"), exit.OK, ""},
		"no such method":     {`call: {url: /x, method: "A B"}`, readyWith(), exit.Usage, "call: "},
		"no such URL":        {`call: {url: "http://[::1"}`, readyWith(), exit.Usage, "call: "},
		"nobody there":       {`call: {url: "http://127.0.0.1:1/x"}`, readyWith(), exit.Connect, "connect"},
		"count of text":      {`fire: {provider: p, type: t, count: many}`, readyWith(), exit.Usage, ":3: count: want a whole number, not string"},
		"type of number":     {`fire: {provider: p, type: 5}`, readyWith(), exit.Usage, ":3: type: want a text, not number"},
		"headers of a list":  {`call: {url: /x, headers: [a]}`, readyWith(), exit.Usage, ":3: headers: want keys and values, not array"},
		"reset by text":      {`reset: please`, readyWith(), exit.Usage, ":3: want true or false, not string"},
		"faults of a text":   {`faults: drop`, readyWith(), exit.Usage, ":3: want a list, not string"},
		"clock of a list":    {`clock: {advance: [1]}`, readyWith(), exit.Usage, ":3: advance: want a text, not array"},
		"valid of a number":  {`verify: {provider: p, valid: 1}`, readyWith(), exit.Usage, ":3: valid: want true or false, not number"},
		"unknown variable":   {`settings: {provider: "${p}"}`, readyWith(), exit.Usage, `:3: unknown variable "p"; known: port, to, url`},
		"unclosed variable":  {`call: {url: "${url"}`, readyWith(), exit.Usage, ":3: ${url is not closed"},
		"a known variable":   {`call: {url: "${url}/x"}`, readyWith("GET /x", "200 "), exit.OK, ""},
		"reset, but not now": {`reset: false`, readyWith(), exit.OK, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := scenarioFile(t, "name: s\nsteps:\n- "+c.step+"\n")
			kind, _, _ := strings.Cut(c.step, ":")
			server := newControl(t, c.answers)
			got := run(t.Context(), new(App), map[string]string{"TACKLEBOX_URL": server.URL}, "", "scenario", path)
			got.out = strings.ReplaceAll(got.out, server.URL, "URL")
			begins := "ok      s: 1 " + kind
			if c.code != exit.OK {
				begins = "failed  s: 1 " + kind
			}
			if got.code != c.code || !strings.HasPrefix(got.out, begins) || !strings.Contains(got.out, c.says) {
				t.Errorf("code %d, want %d; stdout\n%s\nwant it to begin with %q and say %q; stderr %s", got.code, c.code, got.out, begins, c.says, got.err)
			}
		})
	}
}

// TestVariablesAreHandedOn: those of an answer are known to the steps that
// follow, over those of the file.
func TestVariablesAreHandedOn(t *testing.T) {
	t.Parallel()
	path := scenarioFile(t, `
vars: {id: none, note: "a: b"}
steps:
- call: {url: /first, body: "${note} ${id}", save: {id: "list.1.id", note: flag, whole: list}}
- call: {url: "/second/${id}", body: "${note} ${whole} ${to}"}
`)
	runCases(t, []commandCase{
		{name: "to the sandbox", args: []string{"scenario", path}, answers: readyWith("POST /first", `200 {"list":[{"id":1},{"id":22}],"flag":true}`, "POST /second/22", "200 "),
			sent: []string{"POST /first a: b none", `POST /second/22 true [{"id":1},{"id":22}] URL/in/scenario`},
			out:  lines("ok      file: 1 call", "ok      file: 2 call")},
		{name: "as JSON", args: []string{"scenario", "--json", scenarioFile(t, "steps: [{reset: true}, {name: again, reset: true}]")}, answers: readyWith("POST /_/reset", "200 {}"), out: "*"},
	})
}

// TestReportsAreWellFormed: whatever a scenario or an answer holds, a reader of
// XML gets through the report, and its counts are those of its cases.
func TestReportsAreWellFormed(t *testing.T) {
	t.Parallel()
	texts := []string{"plain", "", " ", "<testcase/>", "]]>", "&amp; &#0;", "\x00\x01\x1f", "\xff\xfe", "line\r\nline\n", "\u2028\ufffe\uffff", "🚀\u202e", strings.Repeat("x", 1<<16)}
	for i, text := range texts {
		path := filepath.Join(t.TempDir(), "report.xml")
		cases := []report.Case{{Name: text, Class: text, Seconds: float64(i)}, {Name: text, Failure: text + "!"}, {Name: text, Skipped: true}}
		if err := report.WriteJUnit(path, text, cases); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		s := readReport(t, path).Suites[0]
		if s.Tests != 3 || s.Failures != 1 || s.Skipped != 1 || len(s.Cases) != 3 {
			t.Errorf("%q: %+v", text, s)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		for d := xml.NewDecoder(f); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%q: %v", text, err)
			}
		}
		_ = f.Close()
	}
}
