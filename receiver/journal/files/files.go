// Package files opens what stands in a data folder, and nothing else: regular files
// and folders. A link in it is not followed, a pipe or a device is not read: one
// would lead out of the folder, the other would never answer.
package files

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"slices"
)

// Open opens a regular file with the flags of os.OpenFile; one that it makes is for
// the owner alone. Anything else of that name is an error that names it.
func Open(path string, flag int) (*os.File, error) {
	before, err := os.Lstat(path)
	switch {
	case err == nil && !before.Mode().IsRegular():
		return nil, fmt.Errorf("%s is no regular file but %s: move it away", path, kind(before.Mode()))
	case err != nil && !os.IsNotExist(err):
		return nil, err
	}
	f, err := os.OpenFile(path, flag, 0o600)
	if err != nil || before == nil {
		return f, err
	}
	if now, err := f.Stat(); err != nil || !os.SameFile(before, now) {
		f.Close()
		return nil, fmt.Errorf("%s was replaced while it was opened", path)
	}
	return f, nil
}

// Read returns what a regular file holds.
func Read(path string) ([]byte, error) {
	f, err := Open(path, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// Write replaces what a regular file holds, and makes it where there is none.
func Write(path string, b []byte) error {
	f, err := Open(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if closing := f.Close(); err == nil {
		err = closing
	}
	return err
}

// Folder makes a folder for the owner alone, with those above it, and refuses a
// link in its place.
func Folder(path string) error {
	info, err := os.Lstat(path)
	if err == nil && info.Mode().Type() != fs.ModeDir {
		return fmt.Errorf("%s is no folder but %s: move it away; --data takes a folder anywhere", path, kind(info.Mode()))
	}
	return os.MkdirAll(path, 0o700)
}

// Private makes a folder that nobody but the owner can look into: what is captured
// holds secrets. One that is there and lets others in is closed to them when it is
// empty or has one of own in it, the marks of a folder of ours; else it is an error that says
// what to do, for a mode that somebody chose for other things is not ours to change.
func Private(path string, own ...string) error {
	if err := Folder(path); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm()&0o077 == 0 || runtime.GOOS == "windows" {
		return err
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return err
	}
	ours := func(e fs.DirEntry) bool { return slices.Contains(own, e.Name()) }
	if len(entries) == 0 || slices.ContainsFunc(entries, ours) {
		if err := os.Chmod(path, 0o700); !errors.Is(err, fs.ErrPermission) {
			return err
		}
		return nil // another's, as a volume of a container is: who mounted it chose
	}
	return fmt.Errorf("%s holds other things and lets others in (mode %04o): chmod 700 it, or name a folder that is new", path, info.Mode().Perm())
}

// kind names what stands in the place of a file.
func kind(mode fs.FileMode) string {
	switch {
	case mode.IsRegular():
		return "a file"
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeSymlink != 0:
		return "a link"
	case mode&fs.ModeNamedPipe != 0:
		return "a pipe"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "something else"
}
