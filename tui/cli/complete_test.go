package cli

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// completions are what a sandbox knows that the candidates come from.
func completions() map[string]string {
	return map[string]string{
		"GET /_/readyz":                         "200 {}",
		"GET /_/providers":                      `200 [{"name":"shoptet","title":"Shoptet"},{"name":"dsco"}]`,
		"GET /_/providers/shoptet":              `200 {"name":"shoptet","events":[{"type":"order:create","about":"a  new\norder"},{"type":"order:update"},{"type":"brand:create"}]}`,
		"GET /_/providers/shoptet/settings":     `200 {"attempts":3,"lock":"off"}`,
		"GET /_/schemes":                        `200 [{"name":"shoptet","rule":"x"},{"name":"stripe"}]`,
		"GET /_/inboxes":                        `200 [{"inbox":"orders","captures":2},{"inbox":"other"}]`,
		"GET /_/spaces":                         `200 [{"name":"job-1"}]`,
		"GET /_/scenarios":                      `200 [{"name":"retry"},{"name":"loss"}]`,
		"GET /_/subscriptions?provider=shoptet": `200 [{"account":"ann"},{"account":"ann"}]`,
		"GET /_/secrets?provider=shoptet":       `200 [{"account":"ann"},{"account":"bob"}]`,
		"GET /_/entries?limit=20&order=desc":    `200 {"entries":[{"seq":7,"kind":"capture","inbox":"orders"},{"seq":6,"kind":"event"}]}`,
	}
}

// TestCandidates: a Tab offers what may stand there. The number at the end is
// cobra's: 4 no files, 2 no space, 0 files.
func TestCandidates(t *testing.T) {
	t.Parallel()
	for line, want := range map[string][]string{
		"providers ":                          {"shoptet\tShoptet", "dsco", ":4"},
		"providers d":                         {"dsco", ":4"},
		"fire ":                               {"shoptet\tShoptet", "dsco", ":4"},
		"fire shoptet order:":                 {"order:create\ta new order", "order:update", ":4"},
		"fire shoptet order:create --fault l": {"lossy\tone in ten never arrives", ":4"},
		"fire shoptet x --account ":           {"ann", "bob", ":4"},
		"faults --preset at":                  {"at-least-once\tthree in ten are sent twice", ":4"},
		"faults old":                          {"old_key\tsigned with the key before the last rotation", ":4"},
		"subscribe shoptet http://x order:c":  {"order:create\ta new order", ":4"},
		"subscribe shoptet ":                  {":4"},
		"settings shoptet ":                   {"attempts=\t3", "lock=\t\"off\"", ":6"},
		"export 1 --as ":                      {"curl", "har", "fixture", "gotest", ":4"},
		"export ":                             {"7\tcapture orders", "6\tevent", ":4"},
		"up --clock m":                        {"manual", ":4"},
		"spaces --clock a":                    {"auto", ":4"},
		"spaces j":                            {"job-1", ":4"},
		"scenario r":                          {"retry", ":0"},
		"inbox or":                            {"orders\t2 captures", ":4"},
		"inbox orders --verify s":             {"shoptet\tx", "stripe", ":4"},
		"import --inbox oth":                  {"other\t0 captures", ":4"},
		"sign st":                             {"stripe", ":4"},
		"sign stripe ":                        {":0"},
		"verify ":                             {"shoptet\tx", "stripe", "dsco", ":4"},
		"verify stripe --clock=":              {":0"},
		"entries sig":                         {"signature:\tverdict on the signature", ":6"},
		"send http://x --sign sh":             {"shoptet\tx", ":4"},
		"provider init x --from st":           {"standard-webhooks", "stripe", ":4"},
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			words := strings.Split(line, " ")
			env := map[string]string{"TACKLEBOX_URL": newControl(t, completions()).URL}
			got := run(t.Context(), new(App), env, "", append([]string{"__complete"}, words...)...)
			if got.code != 0 || got.out != lines(want...) {
				t.Errorf("code %d, offered\n%swant\n%s", got.code, got.out, lines(want...))
			}
		})
	}
}

// TestCandidatesAlone: with no sandbox running one in memory is asked; where none
// can be had, what the program knows itself is still offered.
func TestCandidatesAlone(t *testing.T) {
	t.Parallel()
	stopped := false
	local := func(context.Context) (string, func(), error) {
		return newControl(t, completions()).URL, func() { stopped = true }, nil
	}
	none := func(context.Context) (string, func(), error) { return "", nil, errors.New("none") }
	env := map[string]string{"TACKLEBOX_URL": "http://127.0.0.1:1"}
	if got := run(t.Context(), &App{Local: local}, env, "", "__complete", "providers", "d"); got.out != "dsco\n:4\n" || !stopped {
		t.Errorf("in memory: %+v, stopped %v", got, stopped)
	}
	if got := run(t.Context(), &App{Local: none}, env, "", "__complete", "providers", "d"); got.out != ":4\n" {
		t.Errorf("nobody: %+v", got)
	}
	if got := run(t.Context(), new(App), env, "", "__complete", "faults", "drop"); !strings.HasPrefix(got.out, "drop\t") {
		t.Errorf("without any: %+v", got)
	}
}

// TestBashAlone: the script completes in a bash that has no package bash-completion,
// also what has colons.
func TestBashAlone(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash")
	}
	dir := t.TempDir()
	script := run(t.Context(), new(App), nil, "", "completion", "bash").out
	// a tacklebox that offers two types, and a bash whose compopt is told nothing
	program := "#!/bin/sh\nprintf 'order:create\\torder\\norder:cancel\\n:4\\n'\n"
	try := "PATH=" + dir + ":$PATH\nenable -n compopt\nsource ./script\n" +
		`COMP_LINE="tacklebox fire shoptet order:c"; COMP_POINT=${#COMP_LINE}; COMP_TYPE=63` + "\n" +
		`__start_tacklebox; printf '%s|' "${COMPREPLY[@]%% *}"`
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "script"), []byte(script), 0o600), os.WriteFile(filepath.Join(dir, "tacklebox"), []byte(program), 0o700)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), bash, "--norc", "--noprofile", "-c", try)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil || string(out) != "create|cancel|" {
		t.Errorf("%v: %q", err, out)
	}
}
