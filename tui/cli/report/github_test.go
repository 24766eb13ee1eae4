package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tacklebox/tui/cli/exit"
)

// job is a job of GitHub in a folder.
func job(t *testing.T) (Actions, *strings.Builder) {
	dir := t.TempDir()
	var log strings.Builder
	env := map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": filepath.Join(dir, "summary.md"), "GITHUB_WORKSPACE": dir}
	return InActions(func(name string) string { return env[name] }, &log), &log
}

// TestAnnotations are workflow commands of one line each, whatever they quote.
func TestAnnotations(t *testing.T) {
	a, log := job(t)
	err := a.Tell("tacklebox scenario", []Case{
		{Name: "1 fine", Class: "s"},
		{Name: "2 it arrives", Class: "s", Failure: "saw 0\nof 100%\r\n::set-env::x", File: filepath.Join(a.Workspace, "a,b/s:1.yaml"), Line: 7},
		{Name: "3 later", Class: "s", Skipped: true},
		{Name: "expected 1 × a", Failure: "no", File: "/elsewhere/s.yaml"},
		Misread(exit.Usagef("%s", `s.yaml:12: unknown key "fier"`)),
		Misread(exit.Usagef("no file")),
	})
	want := `::error file=a%2Cb/s%3A1.yaml,line=7,title=tacklebox scenario s%3A 2 it arrives::saw 0%0Aof 100%25%0D%0A::set-env::x
::error file=/elsewhere/s.yaml,title=tacklebox scenario expected 1 × a::no
::error file=s.yaml,line=12,title=tacklebox scenario read::s.yaml:12: unknown key "fier"
::error title=tacklebox scenario read::no file
`
	if got := log.String(); err != nil || got != want {
		t.Errorf("%v, annotations\n%s\nwant\n%s", err, got, want)
	}
}

// TestSummaries are appended, and hold what they quote.
func TestSummaries(t *testing.T) {
	a, _ := job(t)
	for range 2 {
		if err := a.Tell("tacklebox expect", []Case{{Name: "fine"}, {Name: "a <b>|*c*", Class: "expect", Failure: "x\n```\n# no heading"}, {Skipped: true}}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(a.Summary)
	want := "### tacklebox expect: 1 passed, 1 failed, 1 skipped\n\n**expect: a \\<b\\>\\|\\*c\\***\n\n````text\nx\n```\n# no heading\n````\n\n"
	if string(got) != want+want {
		t.Errorf("%v, summary\n%s\nwant twice\n%s", err, got, want)
	}
}

// TestElsewhere nothing is written, and a summary that cannot be is told of.
func TestElsewhere(t *testing.T) {
	if err := InActions(func(string) string { return "" }, nil).Tell("x", []Case{{Failure: "no"}}); err != nil {
		t.Error(err)
	}
	a, log := job(t)
	a.Summary = filepath.Join(a.Workspace, "no", "summary.md")
	if err := a.Tell("x", []Case{{Failure: "no"}}); exit.Code(err) != exit.Usage || !strings.Contains(err.Error(), "GITHUB_STEP_SUMMARY: open") || log.Len() == 0 {
		t.Errorf("%v, log %q", err, log)
	}
}
