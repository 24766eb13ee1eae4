package sandbox

import (
	"fmt"
	"slices"

	"tacklebox/mock/fromfile"
	"tacklebox/mock/fromfile/catalogue"
	"tacklebox/mock/fromfile/starter"
	"tacklebox/receiver/api"
)

// CheckProvider reads a provider file and says what was understood. Every sample
// is made, so that what cannot be said well is known before an event is fired.
func CheckProvider(path string) (*api.ProviderReport, error) {
	own := schemesOf(providers())
	loaded, err := fromfile.Load(path, 1, own)
	if err != nil {
		return nil, &ProviderFileError{err}
	}
	r := &api.ProviderReport{File: path, Name: loaded.Spec.Name, Title: loaded.Spec.Title, Retry: []string{}, API: []string{}, Notes: append([]string{}, loaded.Notes...)}
	for _, e := range loaded.Events.Events {
		r.Events++
		if e.Evidence == catalogue.FromExample {
			r.Examples++
		} else {
			r.Generated++
		}
		_, ofSample := e.Sample()
		_, ofSchema := e.Schema()
		for _, n := range ofSample {
			if slices.Contains(ofSchema, n) {
				continue
			}
			r.Notes = append(r.Notes, e.Place()+": "+e.Type+": "+n)
		}
		for _, n := range ofSchema {
			r.Notes = append(r.Notes, e.Type+": "+n)
		}
	}
	if loaded.Scheme != nil {
		r.Signed = loaded.Scheme.Rule()
	}
	for _, w := range loaded.Spec.Retry {
		r.Retry = append(r.Retry, w.String())
	}
	for _, op := range loaded.Provider.Operations {
		r.API = append(r.API, op.Method+" /"+r.Name+op.Path)
	}
	if _, builtIn := own[r.Name]; builtIn {
		return nil, &ProviderFileError{loaded.Spec.Errorf("name", "name %q is a built-in provider's: choose another", r.Name)}
	}
	return r, nil
}

// InitProvider writes a provider file to begin with, and its samples. It returns
// the files, the provider file first, and changes none that is there.
func InitProvider(what api.Starter) ([]string, error) {
	if _, builtIn := schemesOf(providers())[what.Name]; builtIn {
		return nil, fmt.Errorf("%q is a built-in provider's name: choose another", what.Name)
	}
	return starter.Write(what)
}
