package tui

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"tacklebox/mock/sandbox"
	"tacklebox/tui/desk"
)

// TestPaletteOfAFile: a provider from a file is in the palette, its values keep
// the sample's types, and what it sent has its line.
func TestPaletteOfAFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"acme.yaml": "name: acme\nsamples: s\nsign: github\n", "s/order.paid.json": `{"id":7,"total":12.5}`} {
		at := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), os.WriteFile(at, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	sb := sandbox.Start(t, sandbox.WithConfig(func(c *sandbox.Config) { c.ProviderFiles = []string{filepath.Join(dir, "acme.yaml")} }))
	d := drive(t, sb.URL, desk.Options{})
	d.sees("Nothing has happened")
	d.press("f", "acme order.paid")
	d.sees("▌ acme order.paid ")
	d.press("enter", "total=x", "enter")
	d.sees("a number stands there")
	d.press("backspace", "99", "down", "down", "tab", "enter")
	d.sees("fired acme order.paid: 1 delivery")
	sb.Expect(t, "kind:capture inbox:hello body.total=99 signature:valid")
}
