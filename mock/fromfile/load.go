// Package fromfile makes a provider of a description: a provider file, and the
// OpenAPI description, schemas and samples that it names. What it makes is a
// provider like any other; nothing of the engine knows the difference.
package fromfile

import (
	"errors"
	"fmt"
	"io/fs"

	"tacklebox/mock/fromfile/catalogue"
	"tacklebox/mock/fromfile/document"
	"tacklebox/mock/fromfile/spec"
	"tacklebox/mock/provider"
	"tacklebox/mock/signing"
)

// Loaded is a provider from a file.
type Loaded struct {
	Provider *provider.Provider
	Files    fs.FS // its fixtures, made as they are asked for
	Spec     *spec.Spec
	Events   *catalogue.Catalogue
	Scheme   *signing.Scheme // nil: nothing is signed
	Notes    []string        // what was left out of the description, and why
}

// Load reads a provider file and what it names. The seed chooses the samples that
// are generated; own is how the built-in providers sign, nil where one signs
// nothing. An error holds every mistake of the file, each with file, line
// and what is allowed.
func Load(path string, seed uint64, own map[string]*signing.Scheme) (*Loaded, error) {
	s, err := spec.Read(path)
	if err != nil {
		return nil, err
	}
	scheme, signErr := schemeOf(s, own)
	events, err := eventsOf(s)
	if err := errors.Join(signErr, err); err != nil {
		return nil, err
	}
	events.Seed(seed)
	a := &author{spec: s, keys: keys{scheme}, events: events}
	return &Loaded{Provider: a.provider(), Files: newFiles(a), Spec: s, Events: events, Scheme: scheme, Notes: events.Notes}, nil
}

// eventsOf reads the sources in their order: a schema replaces what the
// description says, a sample wins over both.
func eventsOf(s *spec.Spec) (*catalogue.Catalogue, error) {
	all := catalogue.New()
	var mistakes []error
	read := func(key, path string, source func(path string) (*catalogue.Catalogue, error)) {
		if path == "" {
			return
		}
		c, err := source(path)
		if err != nil {
			mistakes = append(mistakes, fmt.Errorf("%w\n%w", s.Errorf(key, "%s cannot be used:", key), err))
			return
		}
		all.Merge(c)
	}
	read("openapi", s.Beside(s.OpenAPI), func(path string) (*catalogue.Catalogue, error) {
		doc, err := document.Read(path)
		if err != nil {
			return nil, err
		}
		return catalogue.OpenAPI(doc, s.TypeFrom)
	})
	read("schemas", s.Beside(s.Schemas), func(path string) (*catalogue.Catalogue, error) { return catalogue.Schemas(path, s.TypeBody) })
	read("samples", s.Beside(s.Samples), func(path string) (*catalogue.Catalogue, error) { return catalogue.Samples(path, s.TypeBody) })
	if len(mistakes) == 0 && len(all.Events) == 0 {
		mistakes = append(mistakes, s.Errorf("samples", "describes no events: the folders that it names are empty"))
	}
	return all, errors.Join(mistakes...)
}
