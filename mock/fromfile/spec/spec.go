// Package spec reads a provider file: the description of a provider without a
// line of Go. Every mistake names the file, the line and what is allowed.
package spec

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"tacklebox/mock/fromfile/document"
)

const mostBytes = 1 << 20

// Spec is what a provider file says, with the ordinary where it says nothing.
type Spec struct {
	Path string // of the file

	Name, Title string
	About       string
	Hosts       []string
	Home        string

	OpenAPI, Schemas, Samples string // paths, as they can be opened; "" is none

	TypeHeader  string // where the receiver reads the type …
	TypeBody    string // … or the member of the body that says it
	TypeFrom    string // the member of a description's operation that says what stands there; "": the event's name
	Headers     []Header
	ContentType string
	FormField   string // of a form that holds the payload as JSON; "": its members are the fields

	Sign Sign

	Retry        []time.Duration // wait after each failed attempt
	Timeout      time.Duration
	Success      []Range
	DisableAfter int // failures in a row that switch a subscription off; 0: none do

	API API

	lines map[string]int
}

// Header is one header of a callback; its value may hold placeholders.
type Header struct{ Name, Value string }

// Range is the statuses from Low to High.
type Range struct{ Low, High int }

// Sign is how callbacks are signed: by a scheme's name or by its parts.
type Sign struct {
	Scheme string           // a name; "" with no Parts: nothing is signed
	Parts  map[string]Value // of a map
	Line   int
}

// Value is a scalar of the file with its line.
type Value struct {
	Text string
	Line int
}

// API is the provider's own subscription calls, by example. The zero value is
// the plain one.
type API struct {
	Given  bool
	List   Call
	Create Create
	Delete Call
	Auth   Auth
}

// Call is one operation: "GET /hooks".
type Call struct{ Method, Path string }

// Create says where the call that subscribes has what.
type Create struct {
	Call
	URL, Types, Secret string // dotted paths in the request
	ID                 string // in the answer
}

// Auth is how a caller says who it is.
type Auth struct {
	Kind   string // Bearer, Basic, HeaderAuth or NoAuth
	Header string
}

// Kinds of Auth.
const (
	Bearer     = "bearer"
	Basic      = "basic"
	HeaderAuth = "header"
	NoAuth     = "none"
)

// Placeholders are what the value of a header may hold.
func Placeholders() []string {
	return []string{"type", "delivery_id", "event_id", "timestamp", "attempt", "account"}
}

// Form is the content type of a form.
const Form = "application/x-www-form-urlencoded"

const defaultTimeout = 10 * time.Second

// Read reads a provider file. An error holds every mistake, one a line.
func Read(path string) (*Spec, error) {
	f, err := document.Open(path)
	if err != nil {
		var at *os.PathError
		if errors.As(err, &at) {
			err = at.Err
		}
		return nil, fmt.Errorf("provider file %s: %w", path, err)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, mostBytes+1))
	if err != nil {
		return nil, fmt.Errorf("provider file %s: %w", path, err)
	}
	return Parse(path, raw)
}

// Parse reads the text of a provider file; path is where it stands.
func Parse(path string, raw []byte) (*Spec, error) {
	if len(raw) > mostBytes {
		return nil, &document.Error{Name: path, Text: "is larger than 1 MiB: descriptions and samples belong into files of their own"}
	}
	if _, err := document.Parse(path+".yaml", raw); err != nil { // for the bounds: depth, aliases, equal keys
		var at *document.Error
		if errors.As(err, &at) {
			at.Name = path
		}
		return nil, err
	}
	var root yaml.Node
	if err := yaml.Unmarshal(raw, &root); err != nil {
		return nil, document.YAMLError(path, err)
	}
	r := &reader{spec: &Spec{Path: path, Timeout: defaultTimeout, ContentType: "application/json", lines: map[string]int{}}}
	r.file(root.Content[0])
	r.whole()
	if len(r.mistakes) > 0 {
		slices.SortStableFunc(r.mistakes, func(a, b *document.Error) int { return a.Line - b.Line })
		var all []error
		for _, m := range r.mistakes {
			all = append(all, m)
		}
		return nil, errors.Join(all...)
	}
	return r.spec, nil
}

// Errorf makes an error with the place of one of the file's keys.
func (s *Spec) Errorf(key, format string, args ...any) error {
	return &document.Error{Name: s.Path, Line: s.lines[key], Text: fmt.Sprintf(format, args...)}
}

// LineErrorf makes an error with a line of the file.
func (s *Spec) LineErrorf(line int, format string, args ...any) error {
	return &document.Error{Name: s.Path, Line: line, Text: fmt.Sprintf(format, args...)}
}

// Beside makes a path that stands in the file one that can be opened.
func (s *Spec) Beside(path string) string {
	if path == "" {
		return ""
	}
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(filepath.Dir(s.Path), path)
}

// whole checks what no single key can say.
func (r *reader) whole() {
	s := r.spec
	if s.Name == "" && !r.has("name") {
		r.at(1, "has no name, as in name: acme")
	}
	if s.OpenAPI == "" && s.Schemas == "" && s.Samples == "" && !r.has("openapi", "schemas", "samples") {
		r.at(1, "names no events: openapi: FILE, schemas: FOLDER or samples: FOLDER")
	}
	if s.FormField != "" && s.ContentType != Form && !r.bad["content_type"] {
		r.at(s.lines["form_field"], "form_field belongs to content_type: %s", Form)
	}
	if s.Title == "" {
		s.Title = strings.ToUpper(s.Name[:min(1, len(s.Name))]) + s.Name[min(1, len(s.Name)):]
	}
	if s.Success == nil {
		s.Success = []Range{{200, 299}}
	}
	if !s.API.Given {
		s.API = plainAPI()
	}
}

// plainAPI is what a provider has that describes no calls of its own.
func plainAPI() API {
	return API{
		List:   Call{"GET", "/webhooks"},
		Create: Create{Call: Call{"POST", "/webhooks"}, URL: "url", Types: "types", Secret: "secret", ID: "id"},
		Delete: Call{"DELETE", "/webhooks/{id}"},
		Auth:   Auth{Kind: NoAuth},
	}
}
