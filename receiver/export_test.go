package receiver

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tacklebox/receiver/journal"

	"github.com/google/go-cmp/cmp"
)

var update = new(os.Getenv("UPDATE") != "")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// awkward is an entry with everything that an export could trip over.
func awkward() *journal.Entry {
	e := sampleEntry("{\"it's\": \"`ä`\", \"n\": 1}\n@x $HOME %s\n")
	e.Provider, e.Type = "shoptet", "order:create/x"
	e.Request.URL = "/in/orders//a/../b?q[]={1,2}&e=&x%20y=z%26"
	e.Request.Headers.Set("X-Quote", `it's "q"`)
	e.Request.Headers.Set("X-Empty", "")
	e.Request.Headers.Set("Cookie", "a=1; b=2")
	e.Response = &journal.Message{Status: 302, Headers: journal.HeaderOf(http.Header{"Location": {"/x"}, "Content-Type": {"text/plain"}}), Body: []byte("go"), Size: 2}
	return e
}

// exported is an entry in another form, as a receiver that holds it gives it.
func exported(t *testing.T, e *journal.Entry, format string) string {
	t.Helper()
	g := newRig(t)
	if err := g.log.Append(e).Wait(); err != nil {
		t.Fatal(err)
	}
	return g.do("GET", "/_/entries/1/as/"+format, "").want(t, 200).body
}

func rawBytes() *journal.Entry {
	e := sampleEntry("\x00\xff'\n")
	e.Request.Method = "BREW-2"
	e.Request.URL = "https://there.example/x"
	e.Request.Truncated, e.Request.Size = true, 9
	e.Response = nil
	return e
}

func TestExportGoldens(t *testing.T) {
	t.Parallel()
	g := newRig(t, func(c *Config) { c.Version = "v1" })
	g.log.Append(awkward())
	g.log.Append(rawBytes())
	for name, path := range map[string]string{
		"awkward.sh": "1/as/curl", "awkward.har": "1/as/har", "awkward_test.go.txt": "1/as/gotest",
		"binary.sh": "2/as/curl", "binary.har": "2/as/har", "binary_test.go.txt": "2/as/gotest",
	} {
		golden(t, name, g.do("GET", "/_/entries/"+path, "").want(t, 200).body)
	}
	fixture := g.do("GET", "/_/entries/1/as/fixture", "").want(t, 200)
	if fixture.body != string(awkward().Request.Body) {
		t.Errorf("fixture %q", fixture.body)
	}
	if got := fixture.header.Get("Content-Disposition"); got != "attachment; filename=order_create_x.json" {
		t.Errorf("file name %q", got)
	}
	g.do("GET", "/_/entries/2/as/fixture", "").want(t, 422, "truncated")
	g.do("GET", "/_/entries/1/as/postman", "").want(t, 404, "known: curl, har, fixture, gotest")
	g.do("GET", "/_/entries/9/as/curl", "").want(t, 404)
}

// TestExportCurlRuns runs the command and compares what arrives with what was
// exported.
func TestExportCurlRuns(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("no curl here")
	}
	large := sampleEntry(strings.Repeat("0123456789abcde\n", 12_000))
	nul := sampleEntry("\x00\x01\xfe\r\n'\"")
	nul.Request.Headers = journal.HeaderOf(http.Header{"Host": {"x"}})
	head := sampleEntry("")
	head.Request.Method = "HEAD"
	at := sampleEntry("@/etc/passwd")
	custom := sampleEntry("a\nb")
	custom.Request.Method = "BREW-2"
	for name, e := range map[string]*journal.Entry{"awkward": awkward(), "large": large, "nul": nul, "head": head, "at": at, "custom": custom} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newRig(t)
			e.Request.Headers.Set("Host", g.addr())
			text := exported(t, e, "curl")
			cmd := exec.Command("sh")
			cmd.Stdin = strings.NewReader(strings.Replace(text, "curl ", "curl -sS --max-time 20 ", 1))
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s\n%.500s", err, out, text)
			}
			got := g.entry(1).Request
			got.Headers.Del("Content-Length")
			if diff := cmp.Diff(e.Request.Headers.Map(), got.Headers.Map()); diff != "" {
				t.Errorf("headers (-want +got):\n%s", diff)
			}
			if got.Method != e.Request.Method || got.URL != e.Request.URL || string(got.Body) != string(e.Request.Body) {
				t.Errorf("%s %s with %d bytes, want %s %s with %d", got.Method, got.URL, len(got.Body), e.Request.Method, e.Request.URL, len(e.Request.Body))
			}
		})
	}
}

// TestExportGoTestPasses compiles and runs the exported tests.
func TestExportGoTestPasses(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("runs the compiler")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module webhook\n\ngo 1.22\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, e := range map[string]*journal.Entry{"awkward": awkward(), "binary": rawBytes()} {
		text := exported(t, e, "gotest")
		source := strings.ReplaceAll(strings.ReplaceAll(text, "TestWebhook", "TestWebhook"+name), "handlerUnderTest", "handler"+name)
		if err := os.WriteFile(filepath.Join(dir, name+"_test.go"), []byte(source), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "test", "./...")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// TestExportHARIsValid holds the file to the members that HAR 1.2 requires.
func TestExportHARIsValid(t *testing.T) {
	t.Parallel()
	required := map[string][]string{
		"log":      {"version", "creator", "entries"},
		"entry":    {"startedDateTime", "time", "request", "response", "cache", "timings"},
		"request":  {"method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"},
		"response": {"status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL", "headersSize", "bodySize"},
		"content":  {"size", "mimeType"},
		"timings":  {"send", "wait", "receive"},
	}
	for _, e := range []*journal.Entry{awkward(), rawBytes()} {
		text := []byte(exported(t, e, "har"))
		var file map[string]map[string]any
		if err := json.Unmarshal(text, &file); err != nil {
			t.Fatal(err)
		}
		entry := file["log"]["entries"].([]any)[0].(map[string]any)
		response := entry["response"].(map[string]any)
		for name, at := range map[string]any{"log": file["log"], "entry": entry, "request": entry["request"], "response": response, "content": response["content"], "timings": entry["timings"]} {
			for _, member := range required[name] {
				if v, ok := at.(map[string]any)[member]; !ok || v == nil {
					t.Errorf("%s has no %s", name, member)
				}
			}
		}
	}
}
