// Package document reads JSON and YAML descriptions: a text, its place in a
// file, and what a JSON pointer names. Nothing is decoded before it is asked
// for, so that a description of megabytes costs little until an event is fired.
package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/tidwall/gjson"
)

// Bounds of what is read: a larger or deeper text is refused, never half read.
const (
	MaxBytes = 64 << 20
	MaxDepth = 512
)

// Document is one JSON text. A YAML file is one too, with the lines it had.
type Document struct {
	Name string // as messages name it

	text    string
	lines   []line // nil: count them in the text
	mu      sync.Mutex
	indexed map[int]map[string]gjson.Result // members of objects, by the offset of the object
	count   sync.Once
	breaks  []int // line ends before each block of the text
}

// block is how many bytes are counted again to find a line.
const block = 4 << 10

// line says on which line of the source the text from an offset on stands.
type line struct{ offset, number int }

// Error is a mistake with its place.
type Error struct {
	Name string
	Line int // 0: unknown
	Text string
}

// Error writes file:line: text.
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Name + ": " + e.Text
	}
	return fmt.Sprintf("%s:%d: %s", e.Name, e.Line, e.Text)
}

// Read reads a file: JSON, or YAML where its name or its first letter says so.
func Read(path string) (*Document, error) {
	file, err := Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, reason(err))
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil, &Error{Name: path, Text: "is a folder, where a file belongs"}
	}
	raw, err := io.ReadAll(io.LimitReader(file, MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, reason(err))
	}
	return Parse(path, raw)
}

// Open opens a file for reading without waiting for whoever should write it: a
// pipe that nobody writes is an empty file.
func Open(path string) (*os.File, error) { return os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) }

// reason takes the operation and the path off an error of the file system.
func reason(err error) error {
	var at *os.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// Parse makes a document of a text. name is how messages call it.
func Parse(name string, raw []byte) (*Document, error) {
	if len(raw) > MaxBytes {
		return nil, &Error{Name: name, Text: fmt.Sprintf("is larger than %d MiB", MaxBytes>>20)}
	}
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	trimmed := bytes.TrimLeft(raw, " \t\r\n")
	if len(trimmed) == 0 {
		return nil, &Error{Name: name, Text: "is empty"}
	}
	bracket := trimmed[0] == '{' || trimmed[0] == '['
	if at := tooDeep(raw); bracket && at >= 0 {
		return nil, &Error{Name: name, Line: lineOf(raw, at), Text: fmt.Sprintf("brackets are nested deeper than %d", MaxDepth)}
	}
	if isJSON := bracket && json.Valid(raw); !isJSON {
		if ext := strings.ToLower(filepath.Ext(name)); ext == ".json" || bracket && ext != ".yaml" && ext != ".yml" {
			return nil, syntaxError(name, raw)
		}
		return fromYAML(name, raw)
	}
	return &Document{Name: name, text: string(raw)}, nil
}

// syntaxError finds the first mistake of a text that is not JSON.
func syntaxError(name string, raw []byte) error {
	var any json.RawMessage
	err := json.Unmarshal(raw, &any)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return &Error{Name: name, Line: lineOf(raw, int(syntax.Offset)), Text: "is not JSON: " + syntax.Error()}
	}
	return &Error{Name: name, Text: "is not JSON"}
}

// tooDeep returns where brackets nest deeper than MaxDepth, -1 when nowhere.
func tooDeep(raw []byte) int {
	depth := 0
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '"':
			for i++; i < len(raw) && raw[i] != '"'; i++ {
				if raw[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			if depth++; depth > MaxDepth {
				return i
			}
		case '}', ']':
			depth--
		}
	}
	return -1
}

func lineOf(raw []byte, offset int) int {
	return 1 + bytes.Count(raw[:min(max(offset, 0), len(raw))], []byte("\n"))
}

// Node is one value of a document.
type Node struct {
	Doc   *Document
	Value gjson.Result
}

// Root returns the whole document.
func (d *Document) Root() Node {
	root := gjson.Parse(d.text)
	root.Index = strings.IndexAny(d.text, "{[\"0123456789-tfn")
	return Node{d, root}
}

// Line returns the line of the source that a node begins on.
func (n Node) Line() int {
	if n.Doc == nil {
		return 0
	}
	if n.Doc.lines == nil {
		return n.Doc.lineAt(min(max(n.Value.Index, 0), len(n.Doc.text)))
	}
	at := sort.Search(len(n.Doc.lines), func(i int) bool { return n.Doc.lines[i].offset > n.Value.Index })
	if at == 0 {
		return 1
	}
	return n.Doc.lines[at-1].number
}

// lineAt counts the line ends before an offset, most of them once: a hostile text
// has a mistake everywhere.
func (d *Document) lineAt(offset int) int {
	d.count.Do(func() {
		before := 0
		for at := 0; at <= len(d.text); at += block {
			d.breaks = append(d.breaks, before)
			before += strings.Count(d.text[at:min(at+block, len(d.text))], "\n")
		}
	})
	return 1 + d.breaks[offset/block] + strings.Count(d.text[offset/block*block:offset], "\n")
}

// Errorf makes an error with the node's place.
func (n Node) Errorf(format string, args ...any) error {
	return &Error{Name: n.Doc.Name, Line: n.Line(), Text: fmt.Sprintf(format, args...)}
}

// Exists reports whether there is a value.
func (n Node) Exists() bool { return n.Value.Exists() }

// Text returns a string's text, "" for anything else.
func (n Node) Text() string {
	if n.Value.Type != gjson.String {
		return ""
	}
	return n.Value.Str
}

// small is how many bytes an object may have whose members are not remembered.
const small = 4 << 10

// Get returns a member of an object. Of equal names the last one counts, as for
// every reader of JSON but gjson.
func (n Node) Get(name string) (found Node) {
	if n.Doc == nil || !n.Value.IsObject() {
		return Node{Doc: n.Doc}
	}
	if len(n.Value.Raw) > small {
		return Node{n.Doc, n.Doc.members(n.Value)[name]}
	}
	found = Node{Doc: n.Doc}
	n.Value.ForEach(func(key, value gjson.Result) bool {
		if key.Str == name {
			found.Value = value
		}
		return true
	})
	return found
}

// members indexes an object or a list, once.
func (d *Document) members(object gjson.Result) map[string]gjson.Result {
	d.mu.Lock()
	defer d.mu.Unlock()
	if m, ok := d.indexed[object.Index]; ok {
		return m
	}
	m := map[string]gjson.Result{}
	isList := object.IsArray()
	object.ForEach(func(key, value gjson.Result) bool {
		name := key.Str
		if isList {
			name = strconv.Itoa(len(m))
		}
		m[name] = value
		return true
	})
	if d.indexed == nil {
		d.indexed = map[int]map[string]gjson.Result{}
	}
	d.indexed[object.Index] = m
	return m
}

// Each calls f for every member of an object, or item of a list ("" for its
// name), in order, until it returns false.
func (n Node) Each(f func(name string, value Node) bool) {
	if !n.Value.IsObject() && !n.Value.IsArray() {
		return
	}
	n.Value.ForEach(func(key, value gjson.Result) bool {
		name := ""
		if key.Type == gjson.String {
			name = key.Str
		}
		return f(name, Node{n.Doc, value})
	})
}

// At follows a JSON pointer (RFC 6901) from the root; false when it leads nowhere.
func (d *Document) At(pointer string) (Node, bool) {
	n := d.Root()
	if pointer == "" {
		return n, true
	}
	for _, part := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		part = strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
		if n.Value.IsArray() {
			n = n.item(part)
		} else {
			n = n.Get(part)
		}
		if !n.Exists() {
			return Node{Doc: d}, false
		}
	}
	return n, true
}

func (n Node) item(index string) Node {
	if len(n.Value.Raw) > small {
		return Node{n.Doc, n.Doc.members(n.Value)[index]}
	}
	want, err := strconv.Atoi(index)
	found, at := Node{Doc: n.Doc}, 0
	if err != nil {
		return found
	}
	n.Each(func(_ string, value Node) bool {
		if at == want {
			found = value
		}
		at++
		return !found.Exists()
	})
	return found
}
