package cli

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tacklebox/mock/sandbox"
	"tacklebox/receiver/client"
	"tacklebox/tui/cli/exit"
)

const (
	soundOrder   = "{\"eshopId\": 222651, \"event\": \"order:create\", \"eventCreated\": \"2024-12-02T09:00:00+0100\",\n \"eventInstance\": \"1\"}\n"
	driftedOrder = "{\n \"eshopId\": \"222651\",\n \"event\": \"order:create\",\n \"evntCreated\": \"2024-12-02T09:00:00+0100\",\n \"eventInstance\": \"1\"}\n"
	unknownOrder = `{"log":{"entries":[{"request":{"method":"POST","url":"http://h/a","headers":[],"postData":{"mimeType":"application/json","text":"{\"a\":1}"}}}]}}`
)

// recordings is a folder of files by name.
func recordings(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestContract in a sandbox of its own, where none runs.
func TestContract(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t)
	app := func() *App {
		return &App{Local: func(context.Context) (string, func(), error) { return sb.URL, func() {}, nil }}
	}
	dir := recordings(t, map[string]string{"sound/a.json": soundOrder, "sound/README.md": "no payload", "sound/.git/b.json": "{}", "drifted/shoptet/c.json": driftedOrder,
		"nothing/README.md": "", "foreign/d.har": unknownOrder, "foreign/e.json": "[]", "broken/f.json": "{"})
	drifted := lines("drift   DIR/drifted/shoptet/c.json: shoptet order:create", "        eshopId: want integer, got string", "        eventCreated is missing", `        evntCreated is not known (did you mean "eventCreated"?)`)
	for name, c := range map[string]struct {
		args     []string
		code     int
		out, err string
	}{
		"a file":            {[]string{"DIR/sound/a.json"}, exit.OK, "ok      DIR/sound/a.json: shoptet order:create\n", ""},
		"a folder":          {[]string{"DIR/sound"}, exit.OK, "ok      DIR/sound/a.json: shoptet order:create\n", ""},
		"drift":             {[]string{"DIR/drifted", "DIR/sound"}, exit.Failure, drifted + "ok      DIR/sound/a.json: shoptet order:create\n", ""},
		"as JSON":           {[]string{"DIR/drifted", "--json"}, exit.Failure, `{"drift":[{"path":"eshopId","kind":"type","want":"integer","got":"string"},{"path":"eventCreated","kind":"missing"},{"path":"evntCreated","kind":"unknown","note":"eventCreated"}],"file":"DIR/drifted/shoptet/c.json","ok":false,"provider":"shoptet","types":["order:create"]}` + "\n", ""},
		"as another type":   {[]string{"DIR/sound", "--provider", "dsco", "--type", "ORDER_CREATED", "--json"}, exit.Failure, "*", ""},
		"a mistyped type":   {[]string{"DIR/sound", "--type", "order:creat"}, exit.Usage, "", `DIR/sound/a.json: shoptet has no event type "order:creat" (did you mean "order:create"?)`},
		"a mistyped name":   {[]string{"DIR/sound", "--provider", "shoptt"}, exit.Usage, "", `no provider "shoptt" (did you mean "shoptet"?`},
		"no files":          {[]string{"DIR/nothing"}, exit.Usage, "", "DIR/nothing holds no files that end in .json, .har, .jsonl, .ndjson"},
		"nowhere":           {[]string{"DIR/gone"}, exit.Usage, "", "no such file"},
		"none":              {nil, exit.Usage, "", "FILE|DIR… is missing"},
		"broken":            {[]string{"DIR/broken"}, exit.Usage, "", "DIR/broken/f.json: it is not JSON"},
		"foreign":           {[]string{"DIR/foreign/e.json"}, exit.Usage, "", "DIR/foreign/e.json: whose payload is it? Give --provider"},
		"foreign requests":  {[]string{"DIR/foreign/d.har"}, exit.Usage, "", "tacklebox: left out 1 of 1 requests: DIR/foreign/d.har request 1: whose payload is it?"},
		"a report nowhere":  {[]string{"DIR/sound", "--junit", "DIR/gone/report.xml"}, exit.Usage, "*", "report.xml"},
		"all, with a drift": {[]string{"DIR/sound/a.json", "DIR/drifted/shoptet/c.json"}, exit.Failure, "ok      DIR/sound/a.json: shoptet order:create\n" + drifted, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"contract"}, c.args...)
			for i := range args {
				args[i] = strings.ReplaceAll(args[i], "DIR", dir)
			}
			got := run(t.Context(), app(), map[string]string{"HOME": t.TempDir()}, "", args...)
			got.out, got.err = strings.ReplaceAll(got.out, dir, "DIR"), strings.ReplaceAll(got.err, dir, "DIR")
			if got.code != c.code || c.out != "*" && got.out != c.out || !strings.Contains(got.err, c.err) || c.err == "" && got.err != "" {
				t.Errorf("code %d, want %d; stderr %q\n%s", got.code, c.code, got.err, cmp.Diff(c.out, got.out))
			}
		})
	}
}

// TestContractBesideASandbox takes its catalogue from the one that runs and leaves
// nothing there; a job of GitHub gets each path with its line.
func TestContractBesideASandbox(t *testing.T) {
	t.Parallel()
	running, own := sandbox.Start(t), sandbox.Start(t)
	running.Fire("shoptet", "order:create", sandbox.To(running.Inbox("a")), sandbox.Unset("eventInstance"))
	running.Expect(t, "kind:attempt") // which comes last
	page, err := client.New(running.URL, "").Entries(t.Context(), client.Query{Q: "kind:capture"})
	if err != nil || len(page.Entries) != 1 {
		t.Fatal(err)
	}
	recorded, err := json.Marshal(page)
	if err != nil {
		t.Fatal(err)
	}
	dir := recordings(t, map[string]string{"a.json": string(recorded), "b.json": driftedOrder})
	report := filepath.Join(dir, "report.xml")
	app := &App{Local: func(context.Context) (string, func(), error) { return own.URL, func() {}, nil }}
	got := run(t.Context(), app, map[string]string{"TACKLEBOX_URL": running.URL, "GITHUB_ACTIONS": "true"}, "", "contract", dir, "--junit", report)
	if got.code != exit.Failure || !strings.Contains(got.out, "a.json request 1: shoptet order:create\n        eventInstance is missing\n") {
		t.Errorf("code %d\n%s", got.code, got.out)
	}
	for _, want := range []string{"::error file=" + dir + "/a.json,title=", "::error file=" + dir + "/b.json,line=2,title=tacklebox contract", "line=4,"} {
		if !strings.Contains(got.err, want) {
			t.Errorf("annotations %q, want %q", got.err, want)
		}
	}
	if s := readReport(t, report).Suites[0]; s.Tests != 4 || s.Failures != 4 || s.Cases[0].Name != "shoptet order:create eventInstance" {
		t.Errorf("report %+v", s)
	}
	if after, err := client.New(running.URL, "").Entries(t.Context(), client.Query{}); err != nil || len(after.Entries) != 3 {
		t.Errorf("%v, %d entries in the sandbox that runs, want 3", err, len(after.Entries))
	}
}
