package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// module is the path that go.mod says; scripts/module changes both.
const module = "tacklebox"

// layers says who may import whom of this module. A package that is not listed
// is a mistake: say where it belongs first.
var layers = []struct {
	pkg  string // path, or a pattern of path.Match
	uses []string
}{
	{".", []string{"tui/cli", "tui/cli/*", "tui", "mock/sandbox"}},
	{"scripts", nil},
	{"scripts/clients/go", nil},
	{"receiver/api/nearest", nil},
	{"fixtures", []string{"receiver/api/nearest"}},
	{"receiver/journal", nil},
	{"receiver/journal/body", []string{"receiver/journal"}},
	{"receiver/journal/query", []string{"receiver/journal", "receiver/journal/record", "receiver/journal/body", "receiver/api/nearest"}},
	{"receiver/journal/files", nil},
	{"receiver/journal/*", []string{"receiver/journal", "receiver/journal/record", "receiver/journal/files"}},
	{"receiver/api", []string{"receiver/api/nearest", "receiver/journal", "receiver/journal/*"}},
	{"receiver/outbound", nil},
	{"receiver/wire", nil},
	{"receiver/entries", []string{"receiver/api", "receiver/journal", "receiver/journal/*"}},
	{"receiver/inbox", []string{"receiver/api", "receiver/entries", "receiver/journal", "receiver/journal/*", "receiver/outbound", "receiver/wire"}},
	{"receiver/live", []string{"receiver/api", "receiver/entries", "receiver/journal", "receiver/journal/*"}},
	{"receiver/expect", []string{"receiver/api", "receiver/entries", "receiver/journal", "receiver/journal/*"}},
	{"receiver/exchange", []string{"receiver/api", "receiver/entries", "receiver/inbox", "receiver/journal", "receiver/journal/*"}},
	{"receiver", []string{"receiver/api", "receiver/entries", "receiver/exchange", "receiver/expect", "receiver/inbox", "receiver/live"}},
	{"receiver/client", []string{"receiver/api", "receiver/journal", "receiver/journal/query"}},
	{"receiver/mcp", nil},
	{"mock/signing", []string{"mock/signing/*"}},
	{"mock/signing/respell", []string{"receiver/journal"}},
	{"mock/provider", []string{"mock/signing", "receiver/api", "receiver/journal", "fixtures"}},
	{"mock/fault", []string{"mock/provider", "receiver/api", "receiver/journal", "receiver/journal/query"}},
	{"mock/state", []string{"mock/provider", "receiver/journal", "receiver/journal/files"}},
	{"mock/describe", []string{"mock/provider", "mock/fault", "receiver/api", "receiver/journal", "fixtures"}},
	{"mock/clock", nil},
	{"mock/sender", []string{"mock/provider", "mock/fault", "mock/clock", "receiver/journal", "receiver/outbound"}},
	{"mock/verify", []string{"mock/provider", "mock/signing", "receiver/api", "receiver/journal", "receiver/journal/query"}},
	{"mock/checkpoint", []string{"mock/provider"}},
	{"mock", []string{"mock/provider", "mock/signing", "mock/fault", "mock/state", "mock/checkpoint", "mock/clock", "mock/describe", "mock/sender", "mock/verify", "receiver/api", "receiver/journal", "receiver/journal/*", "receiver/outbound", "fixtures"}},
	{"mock/sandbox", []string{"mock", "mock/*", "mock/fromfile/*", "mock/sandbox/*", "receiver", "receiver/*", "receiver/journal/*", "fixtures"}},
	{"mock/sandbox/https", []string{"receiver/journal/files"}},
	{"mock/sandbox/shared", []string{"receiver/journal", "receiver/journal/jetstream"}},
	{"mock/fromfile/*", []string{"mock/fromfile/*", "receiver/api", "receiver/api/nearest"}},
	{"mock/fromfile", []string{"mock/fromfile/*", "mock/provider", "mock/kit", "mock/signing", "receiver/api/nearest", "fixtures"}},
	{"mock/kit", []string{"mock/provider"}},
	{"mock/kit/kittest", []string{"mock", "mock/clock", "mock/state", "mock/provider", "receiver/api", "receiver/journal", "receiver/journal/*", "fixtures"}},
	{"mock/shoptet", []string{"mock/provider", "mock/kit", "mock/signing", "mock/shoptet/*", "fixtures"}},
	{"mock/shoptet/*", []string{"mock/provider", "mock/kit", "mock/shoptet/*"}},
	{"mock/ultracart", []string{"mock/provider", "mock/kit", "mock/signing", "mock/ultracart/*", "fixtures"}},
	{"mock/ultracart/*", []string{"mock/ultracart/*"}},
	{"mock/*", []string{"mock/provider", "mock/kit", "mock/signing", "fixtures"}},
	{"tui/safe", nil},
	{"tui/cli", []string{"receiver/mcp", "receiver/client", "receiver/api", "tui/safe", "tui/cli/*"}},
	{"tui/cli/contract", []string{"receiver/client", "receiver/api", "tui/cli/*", "fixtures"}},
	{"tui/cli/*", []string{"receiver/client", "receiver/journal/body", "receiver/api", "tui/safe", "tui/cli/*"}},
	{"tui", []string{"receiver/client", "receiver/api", "tui/safe", "tui/*"}},
	{"tui/body", []string{"receiver/api", "receiver/journal/body", "tui/ui"}},
	{"tui/ui", []string{"tui/safe"}},
	{"tui/rows", []string{"receiver/client", "receiver/api", "tui/ui"}},
	{"tui/prefs", []string{"receiver/api", "tui/ui"}},
	{"tui/detail", []string{"receiver/api", "tui/body", "tui/rows", "tui/ui"}},
	{"tui/listing", []string{"tui/detail", "tui/rows", "tui/ui"}},
	{"tui/desk", []string{"receiver/client", "receiver/api", "tui/detail", "tui/listing", "tui/prefs", "tui/body", "tui/rows", "tui/ui"}},
	{"tui/panel", []string{"receiver/client", "receiver/api", "tui/desk", "tui/detail", "tui/rows", "tui/ui"}},
	{"tui/send", []string{"receiver/api", "tui/desk", "tui/panel", "tui/body", "tui/rows", "tui/ui"}},
}

// Other modules: those that the program runs with, and those that only its
// tests may use.
var (
	runtimeModules = []string{
		"charm.land/bubbletea/v2", "charm.land/lipgloss/v2", "charm.land/bubbles/v2", "github.com/gorilla/websocket",
		"github.com/tidwall/gjson", "github.com/tidwall/sjson", "github.com/tidwall/pretty", "github.com/spf13/cobra",
		"github.com/spf13/pflag", // cobra's own flags
		"github.com/santhosh-tekuri/jsonschema/v6", "go.yaml.in/yaml/v3",
		"github.com/nats-io/nats.go",                                                                          // the client of a shared journal
		"github.com/modelcontextprotocol/go-sdk",                                                              // the protocol's own library
		"golang.org/x/sync",                                                                                   // groups that end together
		"golang.org/x/time",                                                                                   // the providers' rate limits
		"github.com/charmbracelet/x/ansi", "github.com/charmbracelet/colorprofile", "github.com/sahilm/fuzzy", // the screen: widths, colours, search
		"golang.org/x/sys",                                                                    // the journal's files: locks and mappings
		"github.com/klauspost/compress", "github.com/andybalholm/brotli", "golang.org/x/text", // bodies: zstd, br, charsets
	}
	testModules = []string{
		"github.com/google/go-cmp", "github.com/rogpeppe/go-internal", "go.uber.org/goleak", "github.com/nats-io/nats-server/v2", "github.com/getkin/kin-openapi",
		"github.com/charmbracelet/x/exp/teatest/v2",
	}
)

// What a file may not be, as functions of the parsed source: each returns the
// complaint or nothing.
var fileRules = []func(file sourceFile) string{tooLong, importsBeyondLayer, foreignModule, startsByItself, exits, readsTheClock, standsAtTheRoot}

const maxLines = 500

type sourceFile struct {
	path string
	tree *ast.File
	set  *token.FileSet
}

func (f sourceFile) dir() string { return path.Dir(f.path) }
func (f sourceFile) test() bool {
	return strings.HasSuffix(f.path, "_test.go") || f.dir() == "receiver/journal/journaltest" || f.dir() == "receiver/journal/natstest"
}

// testPackages are imported by tests only.
var testPackages = []string{"receiver/journal/journaltest", "receiver/journal/natstest"}

func (f sourceFile) lines() int { return f.set.File(f.tree.Pos()).LineCount() }
func (f sourceFile) main() bool { return f.path == "main.go" }
func (f sourceFile) mocked() bool {
	return f.dir() == "mock" || strings.HasPrefix(f.dir(), "mock/") && !strings.HasPrefix(f.dir(), "mock/sandbox") // which has processes and spaces, in wall time
}

func (f sourceFile) imports() []string {
	var list []string
	for _, spec := range f.tree.Imports {
		name, _ := strconv.Unquote(spec.Path.Value)
		list = append(list, name)
	}
	return list
}

func TestLayers(t *testing.T) {
	count := 0
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && name != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata" || anotherModule(name)) {
			return fs.SkipDir
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		count++
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, rule := range fileRules {
			if complaint := rule(sourceFile{name, tree, set}); complaint != "" {
				t.Errorf("%s %s", name, complaint)
			}
		}
		return nil
	})
	if err != nil || count < 30 {
		t.Errorf("looked at %d files: %v", count, err)
	}
}

// anotherModule reports whether a folder is a module of its own.
func anotherModule(dir string) bool {
	_, err := os.Stat(path.Join(dir, "go.mod"))
	return err == nil
}

// TestLayersSee proves that each rule can fail.
func TestLayersSee(t *testing.T) {
	for _, c := range []struct{ path, source, want string }{
		{"receiver/x.go", `package receiver; import _ "tacklebox/mock"`, "may not import tacklebox/mock"},
		{"mock/dsco/x.go", `package dsco; import _ "tacklebox/mock/shoptet"`, "may not import tacklebox/mock/shoptet"},
		{"mock/dsco/x.go", `package dsco; import _ "tacklebox/mock"`, "may not import tacklebox/mock"},
		{"mock/dsco/x.go", `package dsco; import _ "tacklebox/receiver/journal"`, "may not import tacklebox/receiver/journal"},
		{"tui/cli/x.go", `package cli; import _ "tacklebox/mock/sandbox"`, "may not import tacklebox/mock/sandbox"},
		{"util/x.go", `package util`, "has no place in the layers"},
		{"tui/x.go", `package tui; import _ "github.com/stretchr/testify"`, "not among the dependencies"},
		{"tui/x.go", `package tui; import _ "go.uber.org/goleak"`, "not among the dependencies"},
		{"tui/x.go", `package tui; func init() {}`, "has an init function"},
		{"tui/x.go", `package tui; import "os"; func f() { os.Exit(1) }`, "calls os.Exit"},
		{"mock/x.go", `package mock; import "time"; var f = time.Now`, "reads time.Now"},
		{"tui/x.go", "package tui" + strings.Repeat("\n", maxLines+1), "lines"},
		{"mock/x_test.go", `package mock; import "time"; var f = time.Now`, ""},
		{"tui/x_test.go", `package tui; import _ "go.uber.org/goleak"`, ""},
		{"main.go", `package main; import "os"; func f() { os.Exit(1) }`, ""},
		{"x_test.go", `package main`, "stands at the root"},
		{"layers_test.go", `package main`, ""},
		{"scripts/x_test.go", `package scripts; import _ "tacklebox/mock"`, ""},
		{"mock/sandbox/x.go", `package sandbox; import _ "tacklebox/mock/dsco"`, ""},
	} {
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, c.path, c.source, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, rule := range fileRules {
			if complaint := rule(sourceFile{c.path, tree, set}); complaint != "" {
				got = append(got, complaint)
			}
		}
		if text := strings.Join(got, "; "); c.want == "" && text != "" || !strings.Contains(text, c.want) {
			t.Errorf("%s %.80q: complaint %q, want %q", c.path, c.source, text, c.want)
		}
	}
}

func tooLong(f sourceFile) string {
	if n := f.lines(); n > maxLines {
		return "has " + strconv.Itoa(n) + " lines: which noun could move out?"
	}
	return ""
}

// importsBeyondLayer lets tests reach further: they may stand outside.
func importsBeyondLayer(f sourceFile) string {
	at := slices.IndexFunc(layers, func(l struct {
		pkg  string
		uses []string
	}) bool {
		return matches(l.pkg, f.dir())
	})
	if at < 0 {
		return "has no place in the layers"
	}
	for _, name := range f.imports() {
		own, ours := strings.CutPrefix(name, module+"/")
		allowed := slices.ContainsFunc(layers[at].uses, func(pattern string) bool { return matches(pattern, own) })
		if ours && !allowed && !f.test() {
			return "may not import " + name
		}
	}
	return ""
}

func matches(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}

func foreignModule(f sourceFile) string {
	for _, name := range f.imports() {
		host, _, _ := strings.Cut(name, "/")
		if !strings.Contains(host, ".") || strings.HasPrefix(name, module+"/") {
			continue // the standard library, or ours
		}
		within := func(module string) bool { return name == module || strings.HasPrefix(name, module+"/") }
		if !slices.ContainsFunc(runtimeModules, within) && !(f.test() && slices.ContainsFunc(testModules, within)) {
			return "imports " + name + ", which is not among the dependencies"
		}
	}
	return ""
}

func startsByItself(f sourceFile) string {
	for _, d := range f.tree.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
			return "has an init function"
		}
	}
	return ""
}

func exits(f sourceFile) string {
	if f.main() || f.test() || !uses(f, "os", "Exit") {
		return ""
	}
	return "calls os.Exit: return an error instead"
}

// readsTheClock: provider time comes from the World's clock alone.
func readsTheClock(f sourceFile) string {
	if !f.mocked() || f.test() || !uses(f, "time", "Now") || f.path == "mock/clock/clock.go" {
		return ""
	}
	return "reads time.Now: ask the clock"
}

// standsAtTheRoot: whoever opens the repository sees the program's start and the
// rules of the house; what tests the whole checkout is in scripts.
func standsAtTheRoot(f sourceFile) string {
	if f.dir() != "." || slices.Contains([]string{"main.go", "main_test.go", "layers_test.go"}, f.path) {
		return ""
	}
	return "stands at the root: which folder is it about?"
}

func uses(f sourceFile, pkg, name string) bool {
	found := false
	ast.Inspect(f.tree, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == name {
			id, isName := s.X.(*ast.Ident)
			found = found || isName && id.Name == pkg
		}
		return !found
	})
	return found
}

// TestNoServerOfNATS: the client of a shared journal is in the binary, its server
// in tests alone.
func TestNoServerOfNATS(t *testing.T) {
	t.Parallel()
	list, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	if deps := string(list); strings.Contains(deps, "nats-server") || !strings.Contains(deps, "nats.go/jetstream") {
		t.Error("the binary holds the server of NATS, or not its client")
	}
}
