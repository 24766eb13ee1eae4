package catalogue

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"tacklebox/mock/fromfile/document"
)

// Bounds of a folder.
const (
	mostFiles       = 10_000
	mostFolderBytes = 256 << 20
)

// file is one file of a folder that was read.
type file struct {
	name string // below the folder, with slashes
	path string // as messages name it
	raw  []byte
}

// readFolder reads a folder and its sub-folders in the order of their names.
// Links that lead out of it are not followed; hidden files are left alone.
func readFolder(dir string) ([]file, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("folder %s: %w", dir, cause(err))
	}
	defer root.Close()
	var files []file
	size := 0
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		hidden := name != "." && strings.HasPrefix(path.Base(name), ".")
		switch {
		case err != nil:
			return fmt.Errorf("folder %s: %s: %w", dir, name, cause(err))
		case d.IsDir() && hidden:
			return fs.SkipDir
		case d.IsDir() || hidden:
			return nil
		case len(files) >= mostFiles:
			return fmt.Errorf("folder %s: holds more than %d files", dir, mostFiles)
		}
		raw, err := readFile(root, name)
		if err != nil {
			return fmt.Errorf("%s: %w", filepath.Join(dir, filepath.FromSlash(name)), cause(err))
		}
		if size += len(raw); size > mostFolderBytes {
			return fmt.Errorf("folder %s: holds more than %d MiB", dir, mostFolderBytes>>20)
		}
		files = append(files, file{name, filepath.Join(dir, filepath.FromSlash(name)), raw})
		return nil
	})
	return files, err
}

func readFile(root *os.Root, name string) ([]byte, error) {
	f, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a pipe is not waited for
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, errors.New("is no ordinary file")
	}
	raw, err := io.ReadAll(io.LimitReader(f, document.MaxBytes+1))
	if err == nil && len(raw) > document.MaxBytes {
		err = fmt.Errorf("is larger than %d MiB", document.MaxBytes>>20)
	}
	return raw, err
}

// cause takes operation and path off an error of the file system.
func cause(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// described reports whether a file is JSON or YAML by its name.
func described(name string) bool {
	return slices.Contains([]string{".json", ".yaml", ".yml"}, strings.ToLower(path.Ext(name)))
}

// typesOf gives each file its event type: its name without the ending, and with
// the folders before it where two files are named alike. What a file name cannot
// have is written %2F.
func typesOf(files []file, endings ...string) map[string]string {
	bare := func(name string) string {
		if ext := path.Ext(name); ext != name && path.Base(name) != ext {
			name = strings.TrimSuffix(name, ext)
		}
		for _, e := range endings {
			if short := strings.TrimSuffix(name, e); path.Base(short) != "" && short != "" {
				name = short
			}
		}
		return name
	}
	count := map[string]int{}
	for _, f := range files {
		count[path.Base(bare(f.name))]++
	}
	types := map[string]string{}
	for _, f := range files {
		name := bare(f.name)
		if base := path.Base(name); count[base] == 1 {
			name = base
		}
		if plain, err := url.PathUnescape(name); err == nil {
			name = plain
		}
		types[f.name] = name
	}
	return types
}

// Schemas reads a folder of JSON Schemas, one a file, that may refer to each
// other. typeAt is the member of the payload that holds the type: a schema that
// fixes it names its event so; "" when there is none.
func Schemas(dir, typeAt string) (*Catalogue, error) {
	files, err := readFolder(dir)
	if err != nil {
		return nil, err
	}
	files = slices.DeleteFunc(files, func(f file) bool { return !described(f.name) })
	c, set := New(), document.NewSet()
	var docs []*document.Document
	for _, f := range files {
		doc, err := document.Parse(f.path, f.raw)
		if err != nil {
			return nil, err
		}
		set.Add(doc)
		docs = append(docs, doc)
	}
	types := typesOf(files, ".schema")
	for i, f := range files {
		root := docs[i].Root()
		e := &Event{Type: types[f.name], at: root, schema: root, set: set, Evidence: FromSchema, Group: group(f.name)}
		e.About = about(root.Get("title"), root.Get("description"))
		if typ := member(root, "properties", typeAt).Get("const").Text(); typ != "" {
			e.Type = typ
		}
		(&reader{Catalogue: c, set: set}).example(e, document.Node{})
		if err := c.addFile(e); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Samples reads a folder of payloads, one a file. typeAt is the member that
// holds the type, "" when there is none.
func Samples(dir, typeAt string) (*Catalogue, error) {
	files, err := readFolder(dir)
	if err != nil {
		return nil, err
	}
	c := New()
	types := typesOf(files, ".sample", ".payload")
	for _, f := range files {
		e := &Event{Type: types[f.name], Evidence: FromExample, Group: group(f.name)}
		if described(f.name) {
			doc, err := document.Parse(f.path, f.raw)
			if err != nil {
				return nil, err
			}
			e.example = doc.Root()
			e.at = e.example
			if typ := member(e.example, "", typeAt).Text(); typ != "" {
				e.Type = typ
			}
		} else {
			e.raw, e.isRaw = f.raw, true
			e.at = document.Node{Doc: &document.Document{Name: f.path}}
		}
		if err := c.addFile(e); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// group is the sub-folder that a file stands in.
func group(name string) string {
	if dir := path.Dir(name); dir != "." {
		return dir
	}
	return ""
}

// member follows a dotted path, through between the parts: "properties" in a schema.
func member(n document.Node, through, dotted string) document.Node {
	if dotted == "" {
		return document.Node{Doc: n.Doc}
	}
	for _, part := range strings.Split(dotted, ".") {
		if through != "" {
			n = n.Get(through)
		}
		n = n.Get(part)
	}
	return n
}

func (c *Catalogue) addFile(e *Event) error {
	if old := c.index[e.Type]; old != nil {
		return e.at.Errorf("is event type %q, and so is %s: one file a type", e.Type, old.at.Doc.Name)
	}
	return c.add(e)
}
