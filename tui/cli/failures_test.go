package cli

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tacklebox/tui/cli/exit"
)

// asking are the command lines that ask a sandbox before they do anything,
// with the first request of each.
func asking(t *testing.T) map[string]string {
	t.Helper()
	dir := t.TempDir()
	har, play := filepath.Join(dir, "a.har"), filepath.Join(dir, "play.yaml")
	for path, text := range map[string]string{har: `{"log":{}}`, play: "steps: [{reset: true}]\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return map[string]string{
		"providers":                         "GET /_/providers",
		"providers shoptet":                 "GET /_/providers/shoptet",
		"events shoptet":                    "GET /_/providers/shoptet",
		"events shoptet order:create":       "GET /_/providers/shoptet",
		"fire shoptet order:create":         "POST /_/events",
		"fire shoptet t --set a=1":          "GET /_/providers/shoptet",
		"fire shoptet t --to http://h":      "POST /_/events",
		"entries":                           "GET /_/entries",
		"entries --all":                     "GET /_/entries?limit=1000&order=asc",
		"show 3":                            "GET /_/entries/3",
		"show 3 --body":                     "GET /_/entries/3/body",
		"diff 3 4":                          "GET /_/entries/diff?a=3&b=4",
		"export 3":                          "GET /_/entries/3/as/curl",
		"export 3 4 --as har":               "GET /_/entries/3/as/har",
		"replay 3":                          "POST /_/entries/3/replay",
		"replay 3 --set a=1":                "GET /_/entries/3/body",
		"expect x":                          "POST /_/expect",
		"scenario --list":                   "GET /_/scenarios",
		"scenario retry":                    "GET /_/scenarios",
		"scenario " + play:                  "GET /_/entries?limit=1",
		"verify shoptet --entry 3":          "GET /_/entries/3",
		"verify shoptet -":                  "POST /_/verify",
		"import " + har:                     "POST /_/entries/import",
		"import -":                          "POST /_/entries/import",
		"inbox":                             "GET /_/inboxes",
		"inbox orders":                      "GET /_/inboxes/orders",
		"inbox orders --reply 500":          "GET /_/inboxes/orders",
		"faults":                            "GET /_/faults",
		"faults delay --for 1s":             "GET /_/faults",
		"secrets":                           "GET /_/secrets",
		"secrets shoptet":                   "GET /_/secrets?provider=shoptet",
		"clock":                             "GET /_/clock",
		"clock next":                        "POST /_/clock",
		"clock advance 1h":                  "POST /_/clock",
		"reset":                             "POST /_/reset",
		"reset --entries":                   "DELETE /_/entries",
		"ready":                             "GET /_/readyz",
		"entries --json kind:capture":       "GET /_/entries?q=kind%3Acapture",
		"secrets --account a --json":        "GET /_/secrets?account=a",
		"entries --limit 3 --order desc":    "GET /_/entries?limit=3&order=desc",
		"faults --clear":                    "GET /_/faults",
		"faults --preset flaky":             "GET /_/faults",
		"replay 3 --edit":                   "GET /_/entries/3/body",
		"clock to 2026-01-31T12:00:00Z":     "POST /_/clock",
		"expect --ordered type:a type:b":    "POST /_/expect",
		"events shoptet order:x --json":     "GET /_/providers/shoptet",
		"inbox orders --forward http://h/x": "GET /_/inboxes/orders",
	}
}

// TestEveryCommandWithoutASandbox: exit code 4, the address that was tried, and
// what to do (contract, section 1). Nothing is printed that a program could
// take for a result.
func TestEveryCommandWithoutASandbox(t *testing.T) {
	t.Parallel()
	address := nobody(t)
	for line := range asking(t) {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			got := run(t.Context(), new(App), map[string]string{"TACKLEBOX_URL": address, "EDITOR": "true"}, "{}", strings.Fields(line)...)
			if got.code != exit.Connect || got.out != "" {
				t.Errorf("code %d, stdout %q; want %d and nothing", got.code, got.out, exit.Connect)
			}
			for _, want := range []string{"tacklebox: cannot connect", strings.TrimPrefix(address, "http://"), "\nIs a sandbox running? Start one with 'tacklebox up', or name another with --url\n"} {
				if !strings.Contains(got.err, want) {
					t.Errorf("stderr %q, want %q in it", got.err, want)
				}
			}
		})
	}
}

// TestEveryCommandRefused: what the sandbox says reaches the person with its
// hint, safe for a terminal, and the exit code tells whose mistake it was.
func TestEveryCommandRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer string
		err    string
		code   int
	}{
		"a token is wanted": {`401 {"error":{"code":"unauthorized","message":"a token is needed","hint":"--token"}}`, "tacklebox: a token is needed (--token)\n", exit.Usage},
		"its own failure":   {`500 {"error":{"code":"internal","message":"the disk is full","hint":"make room"}}`, "tacklebox: the disk is full (make room)\n", exit.Failure},
		"hostile words":     {`400 {"error":{"code":"x","message":"a\u001b]0;t\u0007","hint":"\u202eb"}}`, "tacklebox: a␛]0;t␇ (\\u202eb)\n", exit.Usage},
	} {
		for line, first := range asking(t) {
			t.Run(name+": "+line, func(t *testing.T) {
				t.Parallel()
				server := newControl(t, map[string]string{first: c.answer})
				got := run(t.Context(), new(App), map[string]string{"TACKLEBOX_URL": server.URL, "EDITOR": "true"}, "{}", strings.Fields(line)...)
				if got.code != c.code || got.out != "" || got.err != c.err {
					t.Errorf("code %d, stdout %q, stderr %q; want %d, nothing, %q", got.code, got.out, got.err, c.code, c.err)
				}
			})
		}
	}
}

// TestEveryCommandAgainstAStranger: an answer that is no answer of a sandbox is
// a failure, never an empty result.
func TestEveryCommandAgainstAStranger(t *testing.T) {
	t.Parallel()
	raw := map[string]bool{ // what they answer is not looked into, or there is nothing to look at
		"show 3 --body": true, "export 3": true, "ready": true, "reset": true, "reset --entries": true,
		"export 3 4 --as har": true, "replay 3": true, "replay 3 --set a=1": true, "replay 3 --edit": true,
	}
	for line, first := range asking(t) {
		if raw[line] {
			continue
		}
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			server := newControl(t, map[string]string{first: "200 <html>welcome to the printer</html>"})
			got := run(t.Context(), new(App), map[string]string{"TACKLEBOX_URL": server.URL}, "{}", strings.Fields(line)...)
			if got.code != exit.Failure || got.out != "" || !strings.HasPrefix(got.err, "tacklebox: ") {
				t.Errorf("code %d, stdout %q, stderr %q; want %d and only words on stderr", got.code, got.out, got.err, exit.Failure)
			}
		})
	}
}

// TestEveryCommandSendsTheToken from its flag, else from the environment.
func TestEveryCommandSendsTheToken(t *testing.T) {
	t.Parallel()
	for line := range asking(t) {
		for want, flags := range map[string][]string{"Bearer of-the-flag": {"--token", "of-the-flag"}, "Bearer of-the-environment": nil} {
			t.Run(want+": "+line, func(t *testing.T) {
				t.Parallel()
				seen := make(chan string, 16)
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					seen <- r.Header.Get("Authorization")
					w.WriteHeader(http.StatusTeapot)
				}))
				t.Cleanup(server.Close)
				env := map[string]string{"TACKLEBOX_URL": server.URL, "TACKLEBOX_TOKEN": "of-the-environment"}
				run(t.Context(), new(App), env, "{}", append(flags, strings.Fields(line)...)...)
				if got := <-seen; got != want {
					t.Errorf("Authorization %q, want %q", got, want)
				}
			})
		}
	}
}
