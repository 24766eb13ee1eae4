package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tacklebox/tui/cli/exit"
)

// TestInAJobOfGitHub failures become annotations on stderr, where they leave JSON
// alone, and a summary.
func TestInAJobOfGitHub(t *testing.T) {
	t.Parallel()
	missed := readyWith("POST /_/expect", `417 {"met":false,"waited_ms":5}`)
	path, broken := scenarioFile(t, "name: s\nsteps:\n- reset: false\n- expect: {q: x}\n- reset: false\n"), scenarioFile(t, "steps:\n- rest: true\n")
	for name, c := range map[string]struct {
		args              []string
		code              int
		annotation, tells string
	}{
		"expect":           {[]string{"expect", "x", "--json"}, exit.Timeout, "::error title=tacklebox expect expect%3A expected 1 × x within 5s::not met after 5ms: saw 0 matching among 0 entries\n", "### tacklebox expect: 0 passed, 1 failed, 0 skipped\n"},
		"scenario":         {[]string{"scenario", path, "--json"}, exit.Timeout, "::error file=" + path + ",line=4,title=tacklebox scenario s%3A 2 expect::expected 1 × x within 5s%0A  not met after 5ms", "### tacklebox scenario: 1 passed, 1 failed, 1 skipped\n"},
		"a broken file":    {[]string{"scenario", broken}, exit.Usage, "::error file=" + broken + ",line=2,title=tacklebox scenario read::" + broken + `:2: unknown key "rest"`, "### tacklebox scenario: 0 passed, 1 failed"},
		"nothing is wrong": {[]string{"scenario", scenarioFile(t, "steps: [{reset: false}]")}, exit.OK, "", "### tacklebox scenario: 1 passed, 0 failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newControl(t, missed)
			summary := filepath.Join(t.TempDir(), "summary.md")
			env := map[string]string{"TACKLEBOX_URL": server.URL, "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": summary}
			got := run(t.Context(), new(App), env, "", c.args...)
			text, err := os.ReadFile(summary)
			if got.code != c.code || !strings.HasPrefix(got.err, c.annotation) || strings.Contains(got.out, "::error") || err != nil || !strings.HasPrefix(string(text), c.tells) {
				t.Errorf("code %d, stderr\n%s\nsummary\n%s%v", got.code, got.err, text, err)
			}
			if c.annotation == "" && got.err != "" {
				t.Errorf("stderr %q", got.err)
			}
		})
	}
}
