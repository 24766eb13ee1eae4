package tui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const readme = "README.md"

// TestTheReadmeShowsTheScreensAndKeys holds the screen's page to the goldens
// and its keys to the key table.
func TestTheReadmeShowsTheScreensAndKeys(t *testing.T) {
	text, err := os.ReadFile(readme)
	if err != nil && !*update {
		t.Fatal(err)
	}
	want := screensMarkdown(t)
	if *update {
		if err := os.WriteFile(readme, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != string(text) {
		t.Errorf("tui/%s is stale; write it anew with: UPDATE=1 go test ./tui", readme)
	}
}

const screenPage = `# The screen

Generated: UPDATE=1 go test ./tui

In a terminal, ` + "`tacklebox`" + ` opens the whole loop on one screen. An event, the attempts of its deliveries and the captures they caused are one line with a state
(W waiting, D delivered, F failed, by colour and by letter); ` + "`enter` opens it, `/` filters, `f` fires, `r` sends again. `tacklebox tui --attach URL`" + ` opens it on a
sandbox that runs elsewhere; whatever it shows or does, the control API does for scripts too. It works without colour (` + "`NO_COLOR`" + `) and down to 40 columns by 10 lines.

`

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
		b.WriteString(screen.about + "\n\n```text\n" + withoutBlanks(string(text)) + "```\n\n")
	}
	return screenPage + b.String() + "Keys (`?` shows them too):\n\n" + KeysMarkdown() + "\n"
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
