package fromfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"tacklebox/fixtures"
	"tacklebox/mock/fromfile/catalogue"
)

// files are the fixtures of a provider from a file, in the form of the embedded
// ones. What belongs to one event is made when it is read.
type files struct {
	author  *author
	catalog []byte
	samples map[string]*catalogue.Event // by path
	schemas map[string]*catalogue.Event
	alike   map[string]int // how many more are called so
	made    sync.Map       // path of a sample → its text
}

func newFiles(a *author) *files {
	f := &files{author: a, samples: map[string]*catalogue.Event{}, schemas: map[string]*catalogue.Event{}, alike: map[string]int{}}
	doc := struct {
		Title       string                `json:"title"`
		Events      []fixtures.Event      `json:"events"`
		Assumptions []fixtures.Assumption `json:"assumptions"`
	}{a.spec.Title, nil, a.assumptions()}
	for _, e := range a.events.Events {
		name := f.fileName(e)
		row := fixtures.Event{Type: e.Type, Group: e.Group, About: e.About, Evidence: e.Evidence, Profiles: []string{}, Sample: name}
		f.samples[name] = e
		if e.HasSchema() {
			row.Schema = "schemas/" + strings.TrimPrefix(name, "samples/")
			f.schemas[row.Schema] = e
		}
		doc.Events = append(doc.Events, row)
	}
	f.catalog, _ = json.Marshal(doc) // texts and lists only
	return f
}

// fileName is the path of an event's sample: its type, with what a file name
// cannot have replaced.
func (f *files) fileName(e *catalogue.Event) string {
	base := strings.Map(func(r rune) rune {
		if r == '.' || r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, e.Type)
	base = strings.TrimLeft(base, ".")
	name := "samples/" + base + ".json"
	for nameless := base == ""; f.samples[name] != nil || nameless; nameless = false {
		f.alike[base]++
		name = fmt.Sprintf("samples/%s-%d.json", base, f.alike[base]+1)
	}
	return name
}

// ReadFile makes one file.
func (f *files) ReadFile(name string) ([]byte, error) {
	switch e := f.samples[name]; {
	case name == "catalog.json":
		return f.catalog, nil
	case name == "openapi.json":
		return newHooks(f.author).description(), nil
	case e != nil:
		if text, ok := f.made.Load(name); ok {
			return text.([]byte), nil
		}
		text := f.author.sample(e)
		f.made.Store(name, text)
		return text, nil
	case f.schemas[name] != nil:
		schema, _ := f.schemas[name].Schema()
		return schema, nil
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// Open opens one file, made as ReadFile does.
func (f *files) Open(name string) (fs.File, error) {
	data, err := f.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return &file{Reader: bytes.NewReader(data), name: path.Base(name)}, nil
}

// file is a text in memory.
type file struct {
	*bytes.Reader
	name string
}

func (f *file) Close() error               { return nil }
func (f *file) Stat() (fs.FileInfo, error) { return f, nil }
func (f *file) Name() string               { return f.name }
func (f *file) Mode() fs.FileMode          { return 0o444 }
func (f *file) ModTime() time.Time         { return time.Time{} }
func (f *file) IsDir() bool                { return false }
func (f *file) Sys() any                   { return nil }

// sample is an event's payload. A generated one says its type where the receiver
// reads it, unless the schema has another word there.
func (a *author) sample(e *catalogue.Event) []byte {
	payload, _ := e.Sample()
	at := a.spec.TypeBody
	if at == "" || !gjson.ValidBytes(payload) || !gjson.ParseBytes(payload).IsObject() {
		return payload
	}
	if there := gjson.GetBytes(payload, at); there.Exists() && (e.Evidence == catalogue.FromExample || there.String() == e.Wire) {
		return payload
	}
	named, err := sjson.SetBytes(payload, at, e.Wire)
	if err != nil || !e.Takes(at, e.Wire, named) {
		return payload
	}
	return named
}
