package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tacklebox/fixtures"
)

// The part of a provider's page between these lines is generated. What stands
// outside is written by hand: how the provider signs, and the recipes.
const (
	begin = "<!-- generated: UPDATE=1 go test ./mock/sandbox -->\n"
	end   = "<!-- end of the generated part -->"
)

// TestProviderPages holds fixtures/PROVIDER/README.md to what the mock serves:
// its calls, refusals, attempts, event types, settings and assumptions.
func TestProviderPages(t *testing.T) {
	catalog, err := fixtures.Load("")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range pagedProviders(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cat, err := catalog.Provider(name)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("../../fixtures", name, "README.md")
			text, err := os.ReadFile(path)
			if errors.Is(err, os.ErrNotExist) {
				t.Skip("no page yet: write what it is and the two marks, UPDATE=1 does the rest")
			}
			if err != nil {
				t.Fatal(err)
			}
			before, rest, ok := strings.Cut(string(text), begin)
			_, after, closed := strings.Cut(rest, end)
			if !ok || !closed {
				t.Fatalf("%s has no place for the generated part", path)
			}
			want := before + begin + providerPage(t, name, cat) + end + after
			if os.Getenv("UPDATE") != "" {
				err = os.WriteFile(path, []byte(want), 0o644)
			} else if want != string(text) {
				err = fmt.Errorf("%s is stale; write it anew with: UPDATE=1 go test ./mock/sandbox", path)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// pagedProviders are the providers whose catalogue is embedded.
func pagedProviders(t *testing.T) (names []string) {
	t.Helper()
	paths, err := filepath.Glob("../../fixtures/*/catalog.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no catalogues: %v", err)
	}
	for _, p := range paths {
		names = append(names, filepath.Base(filepath.Dir(p)))
	}
	return names
}

func providerPage(t *testing.T, name string, cat *fixtures.Provider) string {
	r := Start(t)
	var b strings.Builder
	writeCalls(t, &b, r, name)
	writeRefusals(t, &b, r, name)
	writeAttempts(t, &b, r, name, cat.Events[0].Type)
	writeEvents(t, &b, r, name, cat)
	writeAssumptions(&b, cat)
	return b.String()
}

// answered asks the control API and decodes what it says.
func answered[T any](t *testing.T, r *Running, method, path, body string) (v T) {
	t.Helper()
	status, text := ask(t, method, r.URL+path, body)
	if err := json.Unmarshal([]byte(text), &v); err != nil || status >= 300 {
		t.Fatalf("%s %s: %d %v: %s", method, path, status, err, text)
	}
	return v
}

// local writes the sandbox's address as the documents do.
func local(r *Running, s string) string {
	return strings.ReplaceAll(s, strings.TrimPrefix(r.URL, "http://"), "127.0.0.1:4780")
}

func writeCalls(t *testing.T, b *strings.Builder, r *Running, name string) {
	p := answered[struct {
		Title   string `json:"title"`
		BaseURL string `json:"base_url"`
	}](t, r, "GET", "/_/providers/"+name, "")
	api := answered[struct {
		Paths map[string]map[string]any `json:"paths"`
		Info  struct{ Version string }  `json:"info"`
	}](t, r, "GET", "/_/providers/"+name+"/openapi.json", "")
	fmt.Fprintf(b, "## Calls\n\nThe mock of %s answers at `%s`; its OpenAPI description is at `/_/providers/%s/openapi.json`.\n\n", p.Title, local(r, p.BaseURL), name)
	var calls []string
	for path, methods := range api.Paths {
		for m := range methods {
			if m = strings.ToUpper(m); slices.Contains([]string{"GET", "POST", "PUT", "PATCH", "DELETE"}, m) {
				calls = append(calls, fmt.Sprintf("- `%s %s`\n", m, path))
			}
		}
	}
	slices.SortFunc(calls, func(a, b string) int {
		return strings.Compare(a[strings.Index(a, " /"):]+a, b[strings.Index(b, " /"):]+b)
	})
	b.WriteString(strings.Join(calls, "") + "\n")
}

// writeRefusals shows the provider's own words for a call without a credential
// and for a path that there is not.
func writeRefusals(t *testing.T, b *strings.Builder, r *Running, name string) {
	b.WriteString("## Errors\n\nEvery mistake is answered in the provider's own dialect.\n\n| call | status | answer |\n|---|--:|---|\n")
	for _, call := range []struct{ path, about string }{{listing(t, r, name), " without a credential"}, {"/" + name + "/no/such/path", ""}} {
		status, body := ask(t, "GET", r.URL+call.path, "")
		fmt.Fprintf(b, "| `GET %s`%s | %d | `%s` |\n", call.path, call.about, status, cell(local(r, aUUID.ReplaceAllString(strings.TrimSpace(body), "…"))))
	}
	b.WriteString("\n")
}

// aUUID is what may differ from one answer to the next.
var aUUID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// listing returns the path that lists the provider's webhooks, as the
// description's servers place it.
func listing(t *testing.T, r *Running, name string) string {
	api := answered[struct {
		Servers []struct{ URL string }    `json:"servers"`
		Paths   map[string]map[string]any `json:"paths"`
	}](t, r, "GET", "/_/providers/"+name+"/openapi.json", "")
	paths := slices.Sorted(maps.Keys(api.Paths))
	at := slices.IndexFunc(paths, func(p string) bool { return strings.Contains(p, "webhook") && api.Paths[p]["get"] != nil })
	if at < 0 || len(api.Servers) == 0 {
		t.Fatalf("%s lists no webhooks", name)
	}
	return strings.TrimPrefix(api.Servers[0].URL, r.URL) + strings.NewReplacer("{", "", "}", "").Replace(paths[at])
}

// writeAttempts lets one delivery fail for ever on the sandbox's clock and
// tells when it was tried.
func writeAttempts(t *testing.T, b *strings.Builder, r *Running, name, typ string) {
	b.WriteString("## Retries\n\n")
	ask(t, "PUT", r.URL+"/_/inboxes/down", `{"reply":[{"status":500}]}`)
	body, _ := json.Marshal(map[string]string{"provider": name, "type": typ, "to": r.Inbox("down")})
	answered[any](t, r, "POST", "/_/events", string(body))
	first := r.Now()
	tries := settled(t, r, first)
	if len(tries) == 1 {
		b.WriteString("An attempt that fails is the last one.\n\n")
		return
	}
	more := ""
	if len(tries) > maxTries {
		tries, more = tries[:maxTries/2], " and so on"
	}
	fmt.Fprintf(b, "A delivery that is always answered 500 is tried at once and after %s%s.\n\n", strings.Join(tries[1:], ", "), more)
}

// maxTries is where the page stops counting.
const maxTries = 18

// settled moves the clock until nothing is due any more and returns when the
// attempts were made, from the first on.
func settled(t *testing.T, r *Running, first time.Time) (tries []string) {
	t.Helper()
	r.Expect(t, "kind:attempt inbox:down OR kind:attempt path:/in/down")
	for range maxTries {
		clock := answered[struct {
			Next *time.Time `json:"next"`
		}](t, r, "GET", "/_/clock", "")
		if clock.Next == nil {
			break
		}
		answered[any](t, r, "POST", "/_/clock", `{"to":"next"}`)
	}
	for _, e := range r.Entries("kind:attempt") {
		tries = append(tries, span(e.Time.Sub(first).Round(time.Minute)))
	}
	return tries
}

// span writes a duration without its empty parts: 4h, 1h30m, 2d.
func span(d time.Duration) string {
	if d >= 48*time.Hour && d%(24*time.Hour) == 0 {
		return fmt.Sprintf("%dd", d/(24*time.Hour))
	}
	s := strings.TrimSuffix(d.String(), "0s")
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func writeEvents(t *testing.T, b *strings.Builder, r *Running, name string, cat *fixtures.Provider) {
	served := answered[struct {
		Profile string `json:"profile"`
		Events  []any  `json:"events"`
	}](t, r, "GET", "/_/providers/"+name, "")
	fmt.Fprintf(b, "## Event types\n\n%d in the catalogue, %d of them in the profile that is in force by default (%s).\n\n| group | event types |\n|---|---|\n",
		len(cat.Events), len(served.Events), served.Profile)
	groups, order := map[string][]string{}, []string(nil)
	for _, ev := range cat.Events {
		if groups[ev.Group] == nil {
			order = append(order, ev.Group)
		}
		groups[ev.Group] = append(groups[ev.Group], "`"+ev.Type+"`")
	}
	for _, g := range order {
		fmt.Fprintf(b, "| %s | %s |\n", g, strings.Join(groups[g], " "))
	}
	b.WriteString("\n")
}

func writeAssumptions(b *strings.Builder, cat *fixtures.Provider) {
	b.WriteString("## Assumptions\n\nWhat the provider's documents leave open, what the mock does, how that is known, and the setting that changes it.\n\n" +
		"| topic | what the mock assumes | evidence | setting |\n|---|---|---|---|\n")
	for _, a := range cat.Assumptions {
		setting := a.Switch
		if setting != "" {
			setting = "`" + setting + "`"
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", cell(a.Topic), cell(a.Text), a.Evidence, setting)
	}
	b.WriteString("\n")
}

// cell keeps a text inside its table cell.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(s)
}
