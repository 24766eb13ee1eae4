package fromfile

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"
)

// loaded is a provider of a file and what stands beside it.
func loaded(t *testing.T, files map[string]string) *Loaded {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		at := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l, err := Load(filepath.Join(dir, "p.yaml"), 7, nil)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// Whatever a type is called, it has a file of its own that is found.
func TestEveryTypeHasAFile(t *testing.T) {
	t.Parallel()
	hooks := map[string]any{}
	types := []string{"order.paid", "order/paid", "order paid", "order_paid", "..", ".", "é", "日本", "-", "a\nb", strings.Repeat("x", 300)}
	for _, typ := range types {
		hooks[typ] = map[string]any{"post": map[string]any{"requestBody": map[string]any{"content": map[string]any{"application/json": map[string]any{"schema": map[string]any{"type": "object"}, "example": map[string]any{"t": typ}}}}}}
	}
	description, err := json.Marshal(map[string]any{"openapi": "3.1.0", "webhooks": hooks})
	if err != nil {
		t.Fatal(err)
	}
	l := loaded(t, map[string]string{"p.yaml": "name: acme\nopenapi: d.json\n", "d.json": string(description)})
	catalog, err := fs.ReadFile(l.Files, "catalog.json")
	if err != nil {
		t.Fatal(err)
	}
	rows := gjson.GetBytes(catalog, "events")
	seen := map[string]bool{}
	rows.ForEach(func(_, row gjson.Result) bool {
		name := row.Get("sample").Str
		if seen[name] || !fs.ValidPath(name) {
			t.Errorf("%q has the file %q", row.Get("type").Str, name)
		}
		seen[name] = true
		f, err := l.Files.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		info, err := f.Stat()
		if text, readErr := fs.ReadFile(l.Files, name); err != nil || readErr != nil || gjson.GetBytes(text, "t").Str != row.Get("type").Str || info.Size() != int64(len(text)) || info.IsDir() || info.Sys() != nil || info.Mode() != 0o444 || !info.ModTime().IsZero() || !strings.HasSuffix(name, info.Name()) {
			t.Errorf("%s: %s %v %v", name, text, err, readErr)
		}
		if schema, err := fs.ReadFile(l.Files, row.Get("schema").Str); err != nil || !gjson.GetBytes(schema, "$schema").Exists() {
			t.Errorf("%s: %s %v", row.Get("schema").Str, schema, err)
		}
		return true
	})
	if len(seen) != len(types) {
		t.Errorf("%d files of %d types", len(seen), len(types))
	}
	if _, err := l.Files.Open("samples/none.json"); err == nil {
		t.Error("a file that is not there was opened")
	}
}

// Types of letters that no file name has get numbers, and soon.
func TestTypesThatAreAllAlike(t *testing.T) {
	t.Parallel()
	var hooks strings.Builder
	for i := range 19_000 {
		hooks.WriteString(`,"` + string(rune(0x4e00+i)) + `":{"post":{}}`)
	}
	began := time.Now()
	l := loaded(t, map[string]string{"p.yaml": "name: acme\nopenapi: d.json\n", "d.json": `{"openapi":"3.1.0","webhooks":{` + hooks.String()[1:] + `}}`})
	if _, err := fs.ReadFile(l.Files, "samples/_-19000.json"); err != nil || time.Since(began) > 20*time.Second {
		t.Errorf("%v after %s", err, time.Since(began))
	}
}

// A generated sample says its type where the receiver reads it, unless the schema
// has another word there; an example is the user's own.
func TestTheTypeInTheSample(t *testing.T) {
	t.Parallel()
	event := func(schema, example string) string {
		return `{"post":{"requestBody":{"content":{"application/json":{"schema":` + schema + example + `}}}}}`
	}
	l := loaded(t, map[string]string{"p.yaml": "name: acme\nopenapi: d.json\ntype_in: {body: meta.kind}\n", "d.json": `{"openapi":"3.1.0","webhooks":{
		"plain":` + event(`{"type":"object","properties":{"meta":{"type":"object","properties":{"kind":{"type":"string"}}}}}`, "") + `,
		"silent":` + event(`{"type":"object","properties":{"id":{"type":"integer"}}}`, "") + `,
		"closed":` + event(`{"type":"object","properties":{"id":{"type":"integer"}},"additionalProperties":false}`, "") + `,
		"fixed":` + event(`{"type":"object","properties":{"meta":{"type":"object","properties":{"kind":{"const":"other"}}}}}`, "") + `,
		"shown":` + event(`{"type":"object"}`, `,"example":{"meta":{"kind":"mine"}}`) + `,
		"list":` + event(`{"type":"array","items":{"type":"integer"}}`, "") + `}}`})
	for name, want := range map[string]string{"plain": "plain", "silent": "silent", "closed": "", "fixed": "other", "shown": "mine", "list": ""} {
		text, err := fs.ReadFile(l.Files, "samples/"+name+".json")
		if got := gjson.GetBytes(text, "meta.kind").Str; err != nil || got != want {
			t.Errorf("%s: %s, want %q", name, text, want)
		}
		if !l.Events.Event(name).Fits(text) {
			t.Errorf("%s: %s does not fit its schema", name, text)
		}
	}
}

// The keys that were before are remembered, the last five of them, each once.
func TestKeyring(t *testing.T) {
	t.Parallel()
	var k keyring
	for _, secret := range []string{"a", "b", "b", "a", "c", "d", "e", "f", "g"} {
		k = k.renew(secret)
	}
	if k.Secret != "g" || strings.Join(k.Retired, "") != "fedca" {
		t.Errorf("%+v", k)
	}
}

// Both folders and the description are named when they cannot be read, with the
// line of the file that names them.
func TestSourcesThatCannotBe(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := filepath.Join(dir, "p.yaml")
	if err := os.WriteFile(at, []byte("name: acme\nopenapi: a.json\nschemas: b\nsamples: c\nsign: githb\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Load(at, 1, nil)
	for line, want := range map[string]string{"2": "openapi cannot be used:\n" + filepath.Join(dir, "a.json") + ": no such file", "3": "schemas cannot be used:\nfolder " + filepath.Join(dir, "b"), "4": "samples cannot be used:", "5": `sign "githb" is no scheme`} {
		if err == nil || !strings.Contains(err.Error(), at+":"+line+": "+want) {
			t.Errorf("%v\nlacks %s: %s", err, line, want)
		}
	}
}
