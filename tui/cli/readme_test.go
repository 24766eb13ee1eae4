package cli

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tacklebox/receiver/api"
	"tacklebox/tui/cli/exit"
	"tacklebox/tui/cli/scenario"
	"tacklebox/tui/cli/serve"
)

const scenarioPage = "../../fixtures/scenarios/README.md"

func page(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// between replaces what stands between two lines of a page.
func between(t *testing.T, text, begin, end, content string) string {
	t.Helper()
	before, rest, ok := strings.Cut(text, begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("there is no %s … %s", begin, end)
	}
	return before + begin + content + end + after
}

// TestThePageOfCommands holds README.md to the tree of commands and to the
// filter's keys.
func TestThePageOfCommands(t *testing.T) {
	text := page(t, "README.md")
	want := between(t, text, "<!-- filter:begin -->\n", "<!-- filter:end -->", filterMarkdown())
	want = between(t, want, "<!-- commands:begin: UPDATE=1 go test ./tui/cli -->\n", "<!-- commands:end -->", commandsMarkdown())
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile("README.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != text {
		t.Error("tui/cli/README.md is stale; write it anew with: UPDATE=1 go test ./tui/cli")
	}
}

func filterMarkdown() string {
	var b strings.Builder
	b.WriteString("\n| key | |\n|---|---|\n")
	for _, k := range api.FilterKeys() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", k.Name, cell(k.About))
	}
	return b.String() + "\n"
}

func commandsMarkdown() string {
	app := &App{Getenv: func(name string) string { return map[string]string{"HOME": "/home/you"}[name] }}
	var b strings.Builder
	root := rootOf(app)
	for _, g := range root.Groups() {
		fmt.Fprintf(&b, "\n## %s\n", strings.TrimSuffix(g.Title, ":"))
		for _, c := range root.Commands() {
			if c.GroupID == g.ID {
				writeCommand(&b, c)
			}
		}
	}
	return b.String() + "\n"
}

func writeCommand(b *strings.Builder, c *cobra.Command) {
	about := c.Long
	if about == "" {
		about = c.Short + "."
	}
	about = strings.ReplaceAll(about, "\n  ", "\n- ") // a list on a page too
	fmt.Fprintf(b, "\n### `tacklebox %s`\n\n%s\n", strings.TrimSuffix(c.Use, " [flags]"), about)
	if c.Example != "" {
		fmt.Fprintf(b, "\nFor example:\n\n")
		for _, line := range strings.Split(strings.TrimSpace(c.Example), "\n") {
			fmt.Fprintf(b, "- `%s`\n", strings.TrimSpace(line))
		}
	}
	rows := ""
	c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		if f.Name != "help" && !f.Hidden {
			rows += flagRow(f)
		}
	})
	if rows != "" {
		fmt.Fprintf(b, "\n| flag | |\n|---|---|\n%s", rows)
	}
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			writeCommand(b, sub)
		}
	}
}

func flagRow(f *pflag.Flag) string {
	value, about := pflag.UnquoteUsage(f)
	if value != "" {
		value = " " + value
	}
	switch f.DefValue {
	case "", "false", "0", "0s", "[]":
	default:
		about += " (" + f.DefValue + ")"
	}
	return fmt.Sprintf("| `--%s%s` | %s |\n", f.Name, cell(value), cell(about))
}

// cell keeps a text inside its table cell.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(s)
}

// TestPageExamples: what the pages show is understood as it stands there.
func TestPageExamples(t *testing.T) {
	yaml := regexp.MustCompile("(?s)```yaml\n(.*?)```")
	config, example := yaml.FindStringSubmatch(page(t, "README.md")), yaml.FindStringSubmatch(page(t, scenarioPage))
	if config == nil || example == nil {
		t.Fatal("the configuration or the scenario is missing")
	}
	o, flags := new(serve.Options), pflag.NewFlagSet("up", pflag.ContinueOnError)
	o.Register(flags, func(string) string { return "" })
	if err := o.ReadConfig("README.md", []byte(config[1]), flags, map[string]int{}); err != nil || o.Keep != 50000 || o.Inboxes["orders"] == nil {
		t.Errorf("configuration: %v, %+v", err, o)
	}
	s, err := scenario.Parse("README.md", []byte(example[1]))
	if err != nil || s.Steps() != 6 {
		t.Errorf("scenario: %v, %d steps", err, s.Steps())
	}
}

// TestThePageOfScenariosNamesEveryStep and the README the two commands that
// everybody needs, each alone on its line.
func TestThePageOfScenariosNamesEveryStep(t *testing.T) {
	text := page(t, scenarioPage)
	for _, kind := range scenario.Kinds() {
		if !strings.Contains(text, "`"+kind) {
			t.Errorf("the step %s is missing", kind)
		}
	}
	readme := page(t, "../../README.md")
	for _, line := range []string{"\ngo test ./...\n", "\ngo run .\n"} {
		if strings.Count(readme, line) != 1 {
			t.Errorf("%q stands %d times in README.md, want once", line, strings.Count(readme, line))
		}
	}
	if n := strings.Count(readme, "\n"); n > 250 || len(readme) > 16<<10 {
		t.Errorf("README.md has %d lines and %d bytes, want at most 250 and %d", n, len(readme), 16<<10)
	}
}

// TestEveryCommand: each explains itself, takes --json and --url, and refuses a
// flag that it does not know.
func TestEveryCommand(t *testing.T) {
	app := &App{Getenv: func(string) string { return "" }}
	for _, c := range rootOf(app).Commands() {
		if c.Short == "" || c.GroupID == "" && !c.IsAdditionalHelpTopicCommand() {
			t.Errorf("%s has no line or group in the help", c.Name())
		}
		got := run(context.Background(), new(App), nil, "", c.Name(), "--json", "--url", "http://127.0.0.1:1", "--no-such-flag")
		if got.code != exit.Usage || !strings.Contains(got.err, "unknown flag: --no-such-flag") {
			t.Errorf("%s: code %d, stderr %q", c.Name(), got.code, got.err)
		}
	}
}
