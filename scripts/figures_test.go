package scripts

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

// figures is how large the house is.
type figures struct {
	source, tests, comments int            // lines
	packages                map[string]int // lines of source by folder
	receivers               map[string]int // methods by folder and type
	functions               []int          // lines of each function of the source
}

// TestFigures measures the house; scripts/figures prints it. What is held to a
// limit is held in layers_test.go.
func TestFigures(t *testing.T) {
	f := figures{packages: map[string]int{}, receivers: map[string]int{}}
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata" || isModule(name)):
			return fs.SkipDir
		case strings.HasSuffix(name, ".go"):
			return f.add(name)
		}
		return nil
	})
	if err != nil || f.source == 0 || len(f.functions) == 0 {
		t.Fatalf("measured %d lines: %v", f.source, err)
	}
	slices.Sort(f.functions)
	pkg, lines := largest(f.packages)
	receiver, methods := largest(f.receivers)
	t.Logf("source %d lines, tests %d (%.2f)", f.source, f.tests, float64(f.tests)/float64(f.source))
	t.Logf("biggest package %s: %d lines", pkg, lines)
	t.Logf("biggest receiver %s: %d methods", receiver, methods)
	t.Logf("comments %.1f %% of the source", 100*float64(f.comments)/float64(f.source))
	n := len(f.functions)
	t.Logf("functions %d: median %d lines, p90 %d, longest %d", n, f.functions[n/2], f.functions[n*9/10], f.functions[n-1])
}

// add counts one file.
func (f *figures) add(name string) error {
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, name, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	dir, lines := path.Dir(name), set.File(tree.Pos()).LineCount()
	if strings.HasSuffix(name, "_test.go") || dir == "receiver/journal/journaltest" {
		f.tests += lines
		return nil
	}
	f.source += lines
	f.packages[dir] += lines
	for _, group := range tree.Comments {
		f.comments += set.Position(group.End()).Line - set.Position(group.Pos()).Line + 1
	}
	for _, d := range tree.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		f.functions = append(f.functions, set.Position(fn.End()).Line-set.Position(fn.Pos()).Line+1)
		if fn.Recv != nil {
			f.receivers[dir+"."+receiverName(fn)]++
		}
	}
	return nil
}

func receiverName(fn *ast.FuncDecl) string {
	typ := fn.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	if generic, ok := typ.(*ast.IndexExpr); ok {
		typ = generic.X
	}
	if id, ok := typ.(*ast.Ident); ok {
		return id.Name
	}
	return "?"
}

func largest(of map[string]int) (name string, n int) {
	for k, v := range of {
		if v > n || v == n && k < name {
			name, n = k, v
		}
	}
	return name, n
}
