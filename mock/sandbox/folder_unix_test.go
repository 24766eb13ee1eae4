//go:build unix

package sandbox

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestOnlyFilesOfTheFolder puts a link and a pipe in the place of each file and
// folder of the data folder: a start ends, with a sentence that names what is
// wrong or without it, and nothing outside is read or written.
func TestOnlyFilesOfTheFolder(t *testing.T) {
	t.Parallel()
	seed := t.TempDir()
	fillFolder(t, seed)
	var names []string
	kinds := map[string]bool{}
	if err := fs.WalkDir(os.DirFS(seed), ".", func(name string, _ fs.DirEntry, err error) error {
		kind := filepath.Dir(name) + filepath.Ext(name) // a segment is like the next, a space too
		if name != "." && !strings.HasPrefix(name, "spaces/named") && (filepath.Dir(name) != "journal" || !kinds[kind] || filepath.Ext(name) == "") {
			names, kinds[kind] = append(names, name), true
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if len(names) < 15 {
		t.Fatalf("the folder has only %v", names)
	}
	for i, name := range names {
		for _, what := range []string{"link", "pipe"} {
			dir, outside := t.TempDir(), filepath.Join(t.TempDir(), "outside")
			path := filepath.Join(dir, name)
			err := os.CopyFS(dir, os.DirFS(seed))
			if err == nil {
				err = os.Rename(path, outside)
			}
			if err == nil && what == "link" {
				err = os.Symlink(outside, path)
			} else if err == nil {
				err = syscall.Mkfifo(path, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			before := contents(t, outside)
			if err := openAndUse(dir); err != nil && !strings.Contains(err.Error(), path) {
				t.Errorf("%d %s as a %s: %v does not name it", i, name, what, err)
			}
			if after := contents(t, outside); !bytes.Equal(before, after) {
				t.Errorf("%s as a %s: what lies outside was changed", name, what)
			}
		}
	}
}

// fillFolder makes a data folder with all that can be in one.
func fillFolder(t *testing.T, dir string) {
	t.Helper()
	cfg := Config{Data: dir, Version: "test", Keep: 40, TLS: true, Spaces: 2}
	url, stop := serving(t, cfg)
	for i := range 60 {
		if status, body := ask(t, "POST", url+"/in/a", strings.Repeat("x", 500)); status != 200 {
			t.Fatal(i, status, body)
		}
	}
	for _, c := range []struct{ method, path, body string }{
		{"DELETE", "/_/entries?q=seq:58", ""}, {"POST", "/~job/in/a", "x"}, {"PUT", "/_/spaces/named", `{"seed":3}`},
		{"PUT", "/_/inboxes/a", `{"reply":[{"status":201}]}`}, {"PUT", "/_/faults", `[{"kind":"drop"}]`},
	} {
		if status, body := ask(t, c.method, url+c.path, c.body); status >= 300 {
			t.Fatalf("%s: %d %s", c.path, status, body)
		}
	}
	stop()
}

// openAndUse opens a sandbox on a folder, reads and writes.
func openAndUse(dir string) error {
	sb, err := Open(Config{Data: dir, Version: "test", Keep: 40, TLS: true, Spaces: 2, Warn: func(string) {}})
	if err != nil {
		return err
	}
	return errors.Join(sb.Engine().Checkpoint(), sb.Shutdown(context.Background()))
}

// contents is what a file holds, or the files of a folder.
func contents(t *testing.T, path string) (all []byte) {
	t.Helper()
	err := filepath.WalkDir(path, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(name)
		all = append(append(all, name...), b...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
