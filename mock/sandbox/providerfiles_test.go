package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"tacklebox/mock/kit/kittest"
	"tacklebox/mock/signing"
)

func withFile(paths ...string) Option {
	return WithConfig(func(c *Config) { c.ProviderFiles = append(c.ProviderFiles, paths...) })
}

// Files that cannot be: a sentence and a place, and the others still start.
func TestProviderFilesWithMistakes(t *testing.T) {
	t.Parallel()
	good := filepath.Join(kittest.Acme(t), "acme.yaml")
	for name, c := range map[string]struct{ text, want string }{
		"builtin.yaml":  {"name: shoptet\nsamples: s", `builtin.yaml:1: name "shoptet" is a built-in provider's`},
		"twice.yaml":    {"samples: s\nname: acme", `twice.yaml:2: name "acme" is that of ` + good + " too"},
		"typo.yaml":     {"name: a\nsamples: s\nretires: [1s]", `typo.yaml:3: unknown key "retires": did you mean retry?`},
		"nofile.yaml":   {"name: a\nopenapi: none.json", "nofile.yaml:2: openapi cannot be used:"},
		"broken.yaml":   {"name: a\nopenapi: broken.json", "broken.json:2: is not JSON"},
		"hostile.yaml":  {"name: a\nopenapi: hostile.json", "hostile.json:1: brackets are nested deeper than 512"},
		"noevents.yaml": {"name: a\nsamples: empty", "describes no events: the folders that it names are empty"},
		"scheme.yaml":   {"name: a\nsamples: s\nsign: stirpe", `scheme.yaml:3: sign "stirpe" is no scheme: did you mean stripe?`},
		"parts.yaml":    {"name: a\nsamples: s\nsign:\n  header: X-S\n  algorithm: sha265\n  signed: \"{timestamp}.{bdy}\"", `parts.yaml:5: sign: algorithm "sha265" is none of them: did you mean sha256?`},
		"parts2.yaml":   {"name: a\nsamples: s\nsign: {header: X-S, signed: \"{timestamp}.{body}\"}", "parts2.yaml:3: sign: {timestamp} is signed, and timestamp does not say which header holds it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := kittest.Tree(t, map[string]string{name: c.text, "s/a.json": "{}", "empty/.keep": "", "broken.json": "{\n]", "hostile.json": strings.Repeat(`{"a":`, 1_000_000)})
			bad := filepath.Join(dir, name)
			_, err := Open(Config{ProviderFiles: []string{good, bad}})
			var refused *ProviderFileError
			if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("%v, want %s", err, c.want)
			}
			var warned []string
			sb, err := Open(Config{ProviderFiles: []string{good, bad}, KeepGoing: true, Warn: func(m string) { warned = append(warned, m) }})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = sb.Shutdown(context.Background()) }()
			if !sb.Engine().Has("acme") || len(warned) != 1 || !strings.Contains(warned[0], c.want) {
				t.Errorf("%q", warned)
			}
		})
	}
}

// Two mistakes of two files are both told; a section of the configuration names a
// file; overrides of fixtures reach it.
func TestFilesFromTheConfiguration(t *testing.T) {
	t.Parallel()
	dir := kittest.Acme(t)
	over := kittest.Tree(t, map[string]string{"acme/samples/order.paid.json": `{"type":"order.paid","id":99,"total":1}`})
	section := map[string]json.RawMessage{"from": json.RawMessage(`"` + filepath.Join(dir, "acme.yaml") + `"`), "retry": json.RawMessage(`["1s"]`)}
	sb := Start(t, WithConfig(func(c *Config) {
		c.Providers = map[string]map[string]json.RawMessage{"acme": section}
		c.Fixtures = over
	}))
	if _, s := kittest.AskJSON(t, "GET", sb.URL+"/_/providers/acme/settings", ""); s.Get("retry").Raw != `["1s"]` {
		t.Errorf("%s", s)
	}
	sb.Fire("acme", "order.paid", To(sb.Inbox("x")))
	if c := sb.Expect(t, "kind:capture")[0]; gjson.GetBytes(c.Request.Body, "id").Int() != 99 || c.Signature.State != signing.Valid {
		t.Errorf("%s", c.Request.Body)
	}
	_, err := Open(Config{Providers: map[string]map[string]json.RawMessage{"other": section}})
	if err == nil || !strings.Contains(err.Error(), "the configuration calls it providers.other") {
		t.Errorf("%v", err)
	}
	_, err = Open(Config{ProviderFiles: []string{"/none/a.yaml", "/none/b.yaml"}})
	if err == nil || strings.Count(err.Error(), "no such file") != 2 {
		t.Errorf("%v", err)
	}
}
