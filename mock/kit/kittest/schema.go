package kittest

import (
	"net/url"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"tacklebox/fixtures"
)

// Fixtures returns the embedded fixtures of a provider.
func Fixtures(t testing.TB, name string) *fixtures.Provider {
	t.Helper()
	catalog, err := fixtures.Load("")
	must(t, err)
	p, err := catalog.Provider(name)
	must(t, err)
	return p
}

// Schema compiles a schema of a provider's fixtures: "file" or "file#/pointer", as
// it stands in the document.
func Schema(t testing.TB, p *fixtures.Provider, ref string) *jsonschema.Schema {
	t.Helper()
	file, pointer, _ := strings.Cut(ref, "#")
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.UseLoader(loader{p})
	s, err := c.Compile("fixture:///" + file + "#" + (&url.URL{Fragment: pointer}).EscapedFragment())
	must(t, err)
	return s
}

type loader struct{ p *fixtures.Provider }

func (l loader) Load(at string) (any, error) {
	raw, err := l.p.File(strings.TrimPrefix(at, "fixture:///"))
	if err != nil {
		return nil, err
	}
	return jsonschema.UnmarshalJSON(strings.NewReader(string(raw)))
}

// Fits holds a JSON text to a schema.
func Fits(t testing.TB, s *jsonschema.Schema, what, text string) {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Errorf("%s is not JSON: %v", what, err)
		return
	}
	if err := s.Validate(doc); err != nil {
		t.Errorf("%s: %v\n%s", what, err, text)
	}
}
