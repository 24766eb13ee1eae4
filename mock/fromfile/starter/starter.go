// Package starter writes provider files to begin with: small ones of our own
// wording, with a handful of samples, that point at the vendor's published
// description for the rest.
package starter

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"tacklebox/mock/fromfile/spec"
	"tacklebox/receiver/api"
	"tacklebox/receiver/api/nearest"
)

//go:embed files
var files embed.FS

const plain = "plain" // the starter that is nobody's

// Names lists the starters of vendors.
func Names() (names []string) {
	entries, _ := fs.ReadDir(files, "files") // embedded
	for _, e := range entries {
		if e.Name() != plain {
			names = append(names, e.Name())
		}
	}
	return names
}

// Write writes NAME.yaml and, where it has some, the folder NAME-samples. It
// returns what it wrote. A file that is there already is left alone, and nothing
// else is written.
func Write(s api.Starter) ([]string, error) {
	from := s.From
	switch wrong := spec.NameRule(s.Name); {
	case wrong != "":
		return nil, fmt.Errorf("%q %s", s.Name, wrong)
	case from == "":
		from = plain
	case !known(from):
		return nil, unknown(from)
	}
	texts, err := read(from, s)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, t := range texts {
		if _, err := os.Lstat(t.path); err == nil {
			return nil, fmt.Errorf("%s is there already: nothing was written", t.path)
		}
	}
	for _, t := range texts {
		if err := os.MkdirAll(filepath.Dir(t.path), 0o755); err != nil {
			return list, fmt.Errorf("starter: %w", err)
		}
		if err := write(t); err != nil {
			return list, fmt.Errorf("starter: %w", err)
		}
		list = append(list, t.path)
	}
	return list, nil
}

func write(t text) error {
	f, err := os.OpenFile(t.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteString(t.content)
	return errors.Join(err, f.Close())
}

func known(name string) bool {
	for _, n := range Names() {
		if n == name {
			return true
		}
	}
	return false
}

func unknown(name string) error {
	text := "known are " + strings.Join(Names(), ", ")
	if near := nearest.Word(name, Names()); near != "" {
		text = "did you mean " + near + "? " + text
	}
	return fmt.Errorf("there is no starter %q: %s", name, text)
}

// text is one file that is written.
type text struct{ path, content string }

var samplesLine = regexp.MustCompile(`(?m)^samples: \./NAME-samples`)

// read makes the files of a starter for a provider's name.
func read(from string, s api.Starter) (list []text, err error) {
	dir := path.Join("files", from)
	raw, err := fs.ReadFile(files, path.Join(dir, "provider.yaml"))
	if err != nil {
		return nil, fmt.Errorf("starter %s: %w", from, err)
	}
	samples := s.Name + "-samples"
	source := "samples: ./" + samples
	if s.OpenAPI != "" {
		source, err = openAPILine(s)
		if err != nil {
			return nil, err
		}
	}
	content := strings.NewReplacer("name: NAME", "name: "+s.Name, "/NAME/", "/"+s.Name+"/").Replace(string(raw))
	content = samplesLine.ReplaceAllLiteralString(content, source)
	list = []text{{filepath.Join(s.Dir, s.Name+".yaml"), content}}
	if s.OpenAPI != "" {
		return list, nil
	}
	entries, err := fs.ReadDir(files, path.Join(dir, "samples"))
	if err != nil {
		return nil, fmt.Errorf("starter %s: %w", from, err)
	}
	for _, e := range entries {
		raw, err := fs.ReadFile(files, path.Join(dir, "samples", e.Name()))
		if err != nil {
			return nil, fmt.Errorf("starter %s: %w", from, err)
		}
		list = append(list, text{filepath.Join(s.Dir, samples, e.Name()), string(raw)})
	}
	return list, nil
}

// openAPILine names a description from where the provider file is written.
func openAPILine(s api.Starter) (string, error) {
	if strings.Contains(s.OpenAPI, "://") {
		return "", errors.New("--openapi: nothing is fetched: download the description and give its path")
	}
	if _, err := os.Stat(s.OpenAPI); err != nil {
		return "", fmt.Errorf("--openapi: %w", err)
	}
	if rel, err := filepath.Rel(filepath.Join(s.Dir, "."), s.OpenAPI); err == nil && !filepath.IsAbs(s.OpenAPI) {
		return fmt.Sprintf("openapi: %q", filepath.ToSlash(rel)), nil
	}
	return fmt.Sprintf("openapi: %q", s.OpenAPI), nil
}
