package tui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	readme       = "../README.md"
	screensBegin = "<!-- screens:begin -->\n"
	screensEnd   = "<!-- screens:end -->"
)

// TestTheReadmeShowsTheScreensAndKeys holds the README's screens to the goldens
// and its keys to the key table.
func TestTheReadmeShowsTheScreensAndKeys(t *testing.T) {
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), screensBegin)
	_, after, closed := strings.Cut(rest, screensEnd)
	if !ok || !closed {
		t.Fatalf("%s has no place for the screens", readme)
	}
	want := before + screensBegin + screensMarkdown(t) + screensEnd + after
	if *update {
		if err := os.WriteFile(readme, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != string(text) {
		t.Error("README.md is stale; write it anew with: go test ./tui -run Readme -update")
	}
}

func screensMarkdown(t *testing.T) string {
	var b strings.Builder
	for _, screen := range []struct{ file, about string }{
		{"delivered-120x40.txt", "A delivery that worked, beside the list:"},
		{"waiting-80x24.txt", "One that waits for its next attempt, on a smaller terminal; what is wrong with the signature and the payload is said:"},
		{"fire-80x24.txt", "The palette of everything that can be fired:"},
	} {
		text, err := os.ReadFile(filepath.Join("testdata", screen.file))
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(screen.about + "\n\n```\n" + withoutBlanks(string(text)) + "```\n\n")
	}
	return b.String() + "Keys (`?` shows them too):\n\n" + KeysMarkdown() + "\n"
}

// withoutBlanks leaves out runs of lines that say nothing.
func withoutBlanks(screen string) string {
	var out []string
	blank := 0
	for _, line := range strings.Split(strings.TrimRight(screen, "\n"), "\n") {
		line = strings.TrimRight(line, " ")
		if blank++; strings.Trim(line, " │") != "" {
			blank = 0
		}
		if blank < 2 {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n") + "\n"
}
