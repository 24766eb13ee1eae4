package cli

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestReadmeExamples: what the README shows is understood as it stands there.
func TestReadmeExamples(t *testing.T) {
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(readme(t), -1)
	if len(blocks) != 2 {
		t.Fatalf("%d YAML examples, want the configuration and the scenario", len(blocks))
	}
	o, flags := new(UpOptions), pflag.NewFlagSet("up", pflag.ContinueOnError)
	o.register(flags, func(string) string { return "" })
	if err := o.readConfig("README.md", []byte(blocks[0][1]), flags, map[string]int{}); err != nil || o.Keep != 50000 || o.Inboxes["orders"] == nil {
		t.Errorf("configuration: %v, %+v", err, o)
	}
	s, err := parseScenario("README.md", []byte(blocks[1][1]))
	if err != nil || len(s.steps) != 6 {
		t.Errorf("scenario: %v, %d steps", err, len(s.steps))
	}
}

// TestReadmeNamesEverything: every command, every flag of up and every step of
// a scenario has its line.
func TestReadmeNamesEverything(t *testing.T) {
	text := readme(t)
	app := &App{Getenv: func(string) string { return "" }}
	root := app.root()
	for _, c := range root.Commands() {
		if !strings.Contains(text, "`"+c.Name()) {
			t.Errorf("the command %s is missing", c.Name())
		}
		if c.Name() == "up" {
			c.Flags().VisitAll(func(f *pflag.Flag) {
				if !strings.Contains(text, "--"+f.Name) {
					t.Errorf("the flag --%s is missing", f.Name)
				}
			})
		}
	}
	for _, kind := range stepKinds() {
		if !strings.Contains(text, "`"+kind) {
			t.Errorf("the step %s is missing", kind)
		}
	}
	for _, marker := range []string{"<!-- providers:begin -->", "<!-- providers:end -->", "\ngo test ./...\n", "\ngo run .\n"} {
		if strings.Count(text, marker) != 1 {
			t.Errorf("%q stands %d times, want once", marker, strings.Count(text, marker))
		}
	}
}

// TestEveryCommand: each explains itself, takes --json and --url, and refuses a
// flag that it does not know.
func TestEveryCommand(t *testing.T) {
	app := &App{Getenv: func(string) string { return "" }}
	for _, c := range app.root().Commands() {
		if c.Short == "" || c.GroupID == "" {
			t.Errorf("%s has no line or group in the help", c.Name())
		}
		got := run(context.Background(), new(App), nil, "", c.Name(), "--json", "--url", "http://127.0.0.1:1", "--no-such-flag")
		if got.code != ExitUsage || !strings.Contains(got.err, "unknown flag: --no-such-flag") {
			t.Errorf("%s: code %d, stderr %q", c.Name(), got.code, got.err)
		}
	}
}
