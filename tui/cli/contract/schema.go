// Package contract holds payloads that were recorded somewhere else against what a
// provider's catalogue says of them, and tells each path that drifted. Steps of
// scenarios check bodies against a JSON Schema of their own with it.
package contract

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// The kinds of drift.
const (
	Missing = "missing" // what must be there is not
	Unknown = "unknown" // neither the schema nor the sample knows it
	Type    = "type"    // a text where a number was, say
	Value   = "value"   // of the right type, but not one that is allowed
)

// Drift is one path at which a payload is not what is described.
type Drift struct {
	Path string `json:"path"` // gjson path, "" for the whole
	Kind string `json:"kind"`
	Want string `json:"want,omitempty"`
	Got  string `json:"got,omitempty"`
	Note string `json:"note,omitempty"` // what the schema says against a value; of an unknown path, the nearest known
}

func (d Drift) String() string {
	at := cmp.Or(d.Path, "the body")
	switch d.Kind {
	case Missing:
		return at + " is missing"
	case Unknown:
		if d.Note != "" {
			return fmt.Sprintf("%s is not known (did you mean %q?)", at, d.Note)
		}
		return at + " is not known"
	case Type:
		return fmt.Sprintf("%s: want %s, got %s", at, d.Want, d.Got)
	}
	return at + ": " + d.Note
}

// Schema is a JSON Schema that needs no other document.
type Schema struct{ compiled *jsonschema.Schema }

// Compile reads one. What it refers to elsewhere is not fetched.
func Compile(text []byte) (*Schema, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("JSON Schema: %w", err)
	}
	const at = "schema:///it"
	c := jsonschema.NewCompiler()
	c.UseLoader(nothingElse{})
	if err := c.AddResource(at, doc); err != nil {
		return nil, fmt.Errorf("JSON Schema: %w", err)
	}
	s, err := c.Compile(at)
	if err != nil {
		return nil, fmt.Errorf("JSON Schema: %w", err)
	}
	return &Schema{s}, nil
}

type nothingElse struct{}

func (nothingElse) Load(at string) (any, error) {
	return nil, fmt.Errorf("%s: nothing is loaded from elsewhere", at)
}

// Check tells what of a body the schema speaks against, by path.
func (s *Schema) Check(body []byte) []Drift {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return []Drift{{Kind: Type, Want: "JSON", Got: "something else"}}
	}
	var invalid *jsonschema.ValidationError
	if !errors.As(s.compiled.Validate(doc), &invalid) {
		return nil
	}
	return sorted(causes(invalid))
}

// causes are the innermost reasons.
func causes(v *jsonschema.ValidationError) (list []Drift) {
	for _, c := range v.Causes {
		list = append(list, causes(c)...)
	}
	if len(v.Causes) > 0 {
		return list
	}
	at := v.InstanceLocation
	switch k := v.ErrorKind.(type) {
	case *kind.Required:
		for _, name := range k.Missing {
			list = append(list, Drift{Path: pathOf(append(at[:len(at):len(at)], name)), Kind: Missing})
		}
	case *kind.AdditionalProperties:
		for _, name := range k.Properties {
			list = append(list, Drift{Path: pathOf(append(at[:len(at):len(at)], name)), Kind: Unknown})
		}
	case *kind.Type:
		list = append(list, Drift{Path: pathOf(at), Kind: Type, Want: strings.Join(k.Want, " or "), Got: k.Got})
	default:
		note := k.LocalizedString(message.NewPrinter(language.English))
		list = append(list, Drift{Path: pathOf(at), Kind: Value, Note: note})
	}
	return list
}

// sorted is by path, each once: several branches of a schema may say the same.
func sorted(list []Drift) []Drift {
	slices.SortFunc(list, func(a, b Drift) int {
		return cmp.Or(comparePaths(a.Path, b.Path), strings.Compare(a.Kind, b.Kind), strings.Compare(a.Note, b.Note))
	})
	return slices.Compact(list)
}

// comparePaths puts items.2 before items.10.
func comparePaths(a, b string) int {
	return slices.CompareFunc(strings.Split(a, "."), strings.Split(b, "."), func(a, b string) int {
		n, err := strconv.Atoi(a)
		m, errB := strconv.Atoi(b)
		if err == nil && errB == nil {
			return cmp.Compare(n, m)
		}
		return strings.Compare(a, b)
	})
}

// pathOf writes a place as a gjson path.
func pathOf(parts []string) string {
	escaped := make([]string, len(parts))
	for i, p := range parts {
		escaped[i] = strings.ReplaceAll(p, ".", `\.`) // as overrides spell it
	}
	return strings.Join(escaped, ".")
}
