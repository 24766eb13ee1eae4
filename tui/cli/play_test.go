package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tacklebox/tui/cli/exit"
)

// played is one JSON line of a scenario without its time.
type played struct {
	Scenario, Step, State, Failure string
}

// TestScenariosForPrograms: one JSON line a step, as soon as it is done.
func TestScenariosForPrograms(t *testing.T) {
	t.Parallel()
	server := newControl(t, readyWith("POST /_/reset", "200 {}", "GET /x", "404 gone\x1b"))
	path := scenarioFile(t, "name: s\nsteps:\n- reset: true\n- {name: look, call: {url: /x}}\n- reset: true\n")
	got := run(t.Context(), new(App), map[string]string{"TACKLEBOX_URL": server.URL}, "", "scenario", "--json", path)
	var list []played
	for line := range strings.Lines(got.out) {
		var p struct {
			played
			Seconds *float64
		}
		if err := json.Unmarshal([]byte(line), &p); err != nil || p.Seconds == nil || *p.Seconds < 0 {
			t.Errorf("line %q: %v, seconds %v", line, err, p.Seconds)
		}
		p.Failure = strings.ReplaceAll(p.Failure, server.URL, "URL")
		list = append(list, p.played)
	}
	want := []played{{"s", "1 reset", "ok", ""}, {"s", "2 look", "failed", "GET URL/x answered 404, want 2xx: gone\x1b"}, {"s", "3 reset", "skipped", ""}}
	if diff := cmp.Diff(want, list); diff != "" || got.code != exit.Failure || got.err != "" {
		t.Errorf("code %d, stderr %q, steps (-want +got):\n%s", got.code, got.err, diff)
	}
	if strings.Contains(got.out, "\x1b") {
		t.Errorf("an escape character in %q", got.out)
	}
}

// TestSeveralScenarios: all are read before the first is played, one that fails
// does not keep the next from being played, and the first failure decides the
// exit code.
func TestSeveralScenarios(t *testing.T) {
	t.Parallel()
	slow := scenarioFile(t, "name: slow\nsteps: [{expect: {q: x}}]")
	wrong := scenarioFile(t, "name: wrong\nsteps: [{verify: {provider: p}}]")
	fine := scenarioFile(t, "name: fine\nsteps: [{reset: true}]")
	broken := scenarioFile(t, "name: broken\nsteps: [{rest: true}]")
	answers := readyWith("POST /_/reset", "200 {}", "POST /_/expect", `417 {"met":false,"waited_ms":5}`, "POST /_/verify", `200 {"valid":false,"reason":"another key"}`)
	failedSlow := lines("failed  slow: 1 expect", "        expected 1 × x within 5s", "          not met after 5ms: saw 0 matching among 0 entries")
	failedWrong := lines("failed  wrong: 1 verify", "        the signature is valid: false, want true: another key")
	runCases(t, []commandCase{
		{name: "time first", args: []string{"scenario", slow, wrong, fine}, answers: answers, out: failedSlow + failedWrong + "ok      fine: 1 reset\n", code: exit.Timeout},
		{name: "a check first", args: []string{"scenario", wrong, slow}, answers: answers, out: failedWrong + failedSlow, code: exit.Failure},
		{name: "all is well first", args: []string{"scenario", fine, wrong}, answers: answers, out: "ok      fine: 1 reset\n" + failedWrong, code: exit.Failure},
		{name: "the last is broken: nothing is played", args: []string{"scenario", fine, broken}, answers: answers, sent: []string{}, err: `unknown key "rest" (did you mean "reset"?)`, code: exit.Usage},
		{name: "a report nowhere", args: []string{"scenario", fine, "--junit", filepath.Join(t.TempDir(), "no", "report.xml")}, answers: answers,
			out: "ok      fine: 1 reset\n", err: "report.xml", code: exit.Usage},
		{name: "list as JSON", args: []string{"scenario", "--list", "--json"}, answers: map[string]string{"GET /_/scenarios": `200 [{"name":"retry","about":"fails twice","text":"steps: []"}]`},
			out: lines(`[{"name":"retry","about":"fails twice","text":"steps: []"}]`)},
		{name: "an embedded one without steps", args: []string{"scenario", "retry"}, answers: map[string]string{"GET /_/scenarios": `200 [{"name":"retry","text":"about: x"}]`},
			err: "retry.yaml: no steps", code: exit.Usage},
	})
}

// TestExpectInScenarios: an expectation counts from the beginning of its
// scenario, unless it says where; a count of 0 is a promise that nothing comes.
func TestExpectInScenarios(t *testing.T) {
	t.Parallel()
	met := readyWith("POST /_/expect", `200 {"met":true,"entries":[9],"waited_ms":1}`)
	step := func(text string) []string {
		return []string{"scenario", scenarioFile(t, "name: s\nsteps: [{expect: {"+text+"}}]")}
	}
	runCases(t, []commandCase{
		{name: "by itself", args: step("q: a"), answers: met, sent: []string{`POST /_/expect {"q":"a","within":"5s","after":4}`}, out: lines("ok      s: 1 expect")},
		{name: "from the oldest on", args: step("q: a, after: 0, within: 1m, count: 2"), answers: met, sent: []string{`POST /_/expect {"q":"a","count":2,"within":"1m","after":0}`}, out: lines("ok      s: 1 expect")},
		{name: "none", args: step("q: a, count: 0"), answers: met, sent: []string{`POST /_/expect {"q":"a","count":0,"at_most":true,"within":"5s","after":4}`}, out: lines("ok      s: 1 expect")},
		{name: "ordered", args: step("ordered: [a, b]"), answers: met, sent: []string{`POST /_/expect {"ordered":["a","b"],"within":"5s","after":4}`}, out: lines("ok      s: 1 expect")},
		{name: "none, but one came", args: step("q: a, count: 0"), answers: readyWith("POST /_/expect", `417 {"met":false,"entries":[9],"waited_ms":2,"seen":{"matching":1,"entries":3}}`), code: exit.Failure,
			out: lines("failed  s: 1 expect", "        expected at most 0 × a within 5s", "          not met after 2ms: saw 1 matching among 3 entries", "          matched: entry 9")},
		{name: "out of order", args: step("ordered: [a, b]"), code: exit.Failure,
			answers: readyWith("POST /_/expect", `417 {"met":false,"waited_ms":2,"wanted":"step 1 of 2: a","seen":{"matching":0,"entries":3}}`, "GET /_/entries?after=4&limit=1&q=a", `200 {"entries":[`+aCapture+`]}`),
			out:     lines("failed  s: 1 expect", `        expected in this order ["a","b"] within 5s`, "          not met after 2ms: saw 0 matching among 3 entries", "          out of order: step 1 of 2: a")},
		{name: "whether it was in order is not known", args: step("ordered: [a, b]"), code: exit.Failure,
			answers: readyWith("POST /_/expect", `417 {"met":false,"wanted":"step 1 of 2: a","seen":{}}`, "GET /_/entries?after=4&limit=1&q=a", `500 {"error":{"message":"the disk is gone"}}`),
			out:     lines("failed  s: 1 expect", "        the disk is gone")},
	})
}

// TestExpectReportOfSuccess has no failure, and a report that cannot be written
// is a mistake of the command line, even when all is met.
func TestExpectReportOfSuccess(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "report.xml")
	server := newControl(t, map[string]string{"POST /_/expect": `200 {"met":true,"entries":[4],"waited_ms":12}`})
	env := map[string]string{"TACKLEBOX_URL": server.URL}
	got := run(t.Context(), new(App), env, "", "expect", "x", "--junit", path, "--json")
	if got.code != exit.OK || got.out != `{"met":true,"entries":[4],"waited_ms":12}`+"\n" {
		t.Errorf("code %d, stdout %q", got.code, got.out)
	}
	if s := readReport(t, path).Suites[0]; s.Tests != 1 || s.Failures != 0 || s.Cases[0].Failure != nil || s.Cases[0].Class != "expect" {
		t.Errorf("report %+v", s)
	}
	got = run(t.Context(), new(App), env, "", "expect", "x", "--junit", filepath.Join(path, "below"))
	if got.code != exit.Usage || !strings.Contains(got.err, "report.xml") {
		t.Errorf("code %d, stderr %q", got.code, got.err)
	}
}

// TestDoctorOfFolders: what stands where the data folder should.
func TestDoctorOfFolders(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		env  map[string]string
		want Finding
	}{
		"there":              {map[string]string{"TACKLEBOX_DATA": dir}, Finding{Check: "data", OK: true, Found: dir, Advice: ""}},
		"can be made":        {map[string]string{"TACKLEBOX_DATA": dir + "/a/b"}, Finding{Check: "data", OK: true, Found: dir + "/a/b", Advice: ""}},
		"a file":             {map[string]string{"TACKLEBOX_DATA": file}, Finding{Check: "data", OK: false, Found: file + " is a file", Advice: "move it away, or choose another folder with --data"}},
		"below a file":       {map[string]string{"TACKLEBOX_DATA": file + "/a"}, Finding{Check: "data", OK: false, Found: "stat " + file + "/a: not a directory", Advice: "choose another folder with --data"}},
		"a place of no name": {nil, Finding{Check: "data", OK: false, Found: "no folder", Advice: "set --data, XDG_STATE_HOME or HOME, or use --memory"}},
		"by the home folder": {map[string]string{"HOME": dir}, Finding{Check: "data", OK: true, Found: dir + "/.local/state/tacklebox", Advice: ""}},
	} {
		app := &App{Getenv: func(key string) string { return c.env[key] }}
		if diff := cmp.Diff(c.want, (doctorRun{app}).checkData()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if left, err := filepath.Glob(filepath.Join(dir, ".doctor-*")); err != nil || len(left) > 0 {
		t.Errorf("doctor left %v behind, %v", left, err)
	}
}
