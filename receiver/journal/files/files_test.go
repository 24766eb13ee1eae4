package files

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestOnlyRegularFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.WriteFile(outside, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	link, folder, file := filepath.Join(dir, "link"), filepath.Join(dir, "folder"), filepath.Join(dir, "file")
	if err := os.Symlink(outside, link); err != nil {
		t.Skip(err) // a system without links for everybody
	}
	if err := Folder(folder); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{link, folder} {
		if _, err := Read(path); err == nil || !strings.Contains(err.Error(), path+" is no regular file") {
			t.Errorf("reading %s: %v", path, err)
		}
		if err := Write(path, []byte("theirs")); err == nil {
			t.Errorf("%s was written", path)
		}
	}
	if b, err := os.ReadFile(outside); err != nil || string(b) != "mine" {
		t.Errorf("behind the link stands %q, %v", b, err)
	}
	if err := Write(file, []byte("long")); err != nil {
		t.Fatal(err)
	}
	if err := Write(file, []byte("new")); err != nil {
		t.Fatal(err)
	}
	if b, err := Read(file); err != nil || string(b) != "new" {
		t.Errorf("read %q, %v", b, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the mode is %v, %v", info.Mode(), err)
	}
	for _, path := range []string{link, file} {
		if err := Folder(path); err == nil || !strings.Contains(err.Error(), path+" is no folder") {
			t.Errorf("%s as a folder: %v", path, err)
		}
	}
	if _, err := Read(filepath.Join(dir, "absent")); !os.IsNotExist(err) {
		t.Errorf("an absent file: %v", err)
	}
}

func TestPrivate(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("modes are another system's")
	}
	for name, c := range map[string]struct {
		mode  os.FileMode
		holds []string
		want  string // part of the refusal, "" for none
	}{
		"empty":           {0o755, nil, ""},
		"of ours":         {0o777, []string{"mark", "x"}, ""},
		"closed":          {0o700, []string{"x"}, ""},
		"of others, open": {0o750, []string{"x"}, "chmod 700"},
	} {
		dir := filepath.Join(t.TempDir(), "folder")
		err := os.Mkdir(dir, 0o700)
		for _, file := range c.holds {
			err = errors.Join(err, os.WriteFile(filepath.Join(dir, file), nil, 0o600))
		}
		if err := errors.Join(err, os.Chmod(dir, c.mode)); err != nil {
			t.Fatal(err)
		}
		err = Private(dir, "mark")
		if c.want != "" {
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), dir) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if info, _ := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}
