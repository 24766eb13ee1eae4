package sandbox

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"tacklebox/fixtures"
	"tacklebox/mock/provider"
)

var update = flag.Bool("update", false, "write the generated part of the README anew")

const (
	readme = "../../README.md"
	begin  = "<!-- providers:begin -->"
	end    = "<!-- providers:end -->"
)

// TestTheReadmeShowsTheCatalogues holds the README's tables of providers,
// endpoints, events and assumptions to what the mocks serve.
func TestTheReadmeShowsTheCatalogues(t *testing.T) {
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("README.md has no %s … %s", begin, end)
	}
	want := before + begin + "\n" + providersMarkdown(t) + end + after
	if *update {
		if err := os.WriteFile(readme, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != string(text) {
		t.Error("README.md is stale; write it anew with: go test ./mock/sandbox -run Readme -update")
	}
}

func providersMarkdown(t *testing.T) string {
	catalog, err := fixtures.Load("")
	if err != nil {
		t.Fatal(err)
	}
	var table, details strings.Builder
	table.WriteString("| provider | mock API | calls | event types | documented | assumptions |\n|---|---|--:|--:|--:|--:|\n")
	for _, p := range providers() {
		cat, err := catalog.Provider(p.Name)
		if err != nil {
			t.Fatal(err)
		}
		documented := 0
		for _, ev := range cat.Events {
			if ev.Evidence == "documented" {
				documented++
			}
		}
		fmt.Fprintf(&table, "| %s | `/%s%s` | %d | %d | %d | %d |\n", cat.Title, p.Name, p.Home, len(p.Operations), len(cat.Events), documented, len(cat.Assumptions))
		writeProvider(&details, p, cat)
	}
	return table.String() + "\n" + details.String()
}

func writeProvider(b *strings.Builder, p *provider.Provider, cat *fixtures.Provider) {
	fmt.Fprintf(b, "<details><summary>%s: calls, event types, assumptions</summary>\n\n", cat.Title)
	for _, op := range p.Operations {
		fmt.Fprintf(b, "- `%s /%s%s`\n", op.Method, p.Name, op.Path)
	}
	b.WriteString("\n| group | event types |\n|---|---|\n")
	groups := map[string][]string{}
	var order []string
	for _, ev := range cat.Events {
		if groups[ev.Group] == nil {
			order = append(order, ev.Group)
		}
		groups[ev.Group] = append(groups[ev.Group], "`"+ev.Type+"`")
	}
	for _, g := range order {
		fmt.Fprintf(b, "| %s | %s |\n", g, strings.Join(groups[g], " "))
	}
	b.WriteString("\n| topic | what the mock assumes | evidence | setting |\n|---|---|---|---|\n")
	for _, a := range cat.Assumptions {
		setting := a.Switch
		if setting != "" {
			setting = "`" + setting + "`"
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", cell(a.Topic), cell(a.Text), a.Evidence, setting)
	}
	b.WriteString("\n</details>\n\n")
}

// cell keeps a text inside its table cell.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(s)
}

// TestEveryProviderIsWhole checks what each of them must bring along.
func TestEveryProviderIsWhole(t *testing.T) {
	catalog, err := fixtures.Load("")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range providers() {
		t.Run(p.Name, func(t *testing.T) {
			cat, err := catalog.Provider(p.Name)
			if err != nil {
				t.Fatal(err)
			}
			if len(p.Operations) == 0 || len(p.Hosts) == 0 || p.Title == "" || p.Title != cat.Title || len(cat.Assumptions) == 0 {
				t.Errorf("operations %d, hosts %v, titles %q and %q, assumptions %d", len(p.Operations), p.Hosts, p.Title, cat.Title, len(cat.Assumptions))
			}
			if chosen := slices.ContainsFunc(p.Options, func(o provider.Option) bool { return o.Name == "profile" }); chosen == (p.Profile != "") {
				t.Errorf("profile %q beside an option to choose one: %v; want one of the two", p.Profile, chosen)
			}
			for _, ev := range cat.Events {
				if ev.Schema == "" {
					t.Errorf("%s has no schema", ev.Type)
				}
			}
			var names []string
			for _, o := range p.Options {
				names = append(names, o.Name)
				if o.About == "" {
					t.Errorf("setting %s does not say what it does", o.Name)
				}
			}
			for _, a := range cat.Assumptions {
				if a.Switch != "" && !slices.Contains(names, strings.Fields(a.Switch)[0]) {
					t.Errorf("assumption %q names the setting %q, which there is not", a.Topic, a.Switch)
				}
			}
		})
	}
}
