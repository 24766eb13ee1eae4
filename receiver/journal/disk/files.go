package disk

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// openRegular opens a file of the folder that is one: no link is followed, and
// nothing that would block or answer forever is read.
func openRegular(path string, flag int) (*os.File, error) {
	before, err := os.Lstat(path)
	switch {
	case err == nil && !before.Mode().IsRegular():
		return nil, fmt.Errorf("%s is no regular file (%s): move it away", path, before.Mode().Type())
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

// private makes dir and keeps others out of it: what is captured holds secrets.
// A folder that is there and holds other things keeps its mode.
func private(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm()&0o077 == 0 || info.Mode()&os.ModeSticky != 0 {
		return err
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(filepath.Join(dir, "lock")); err != nil && len(files) > 0 {
		return nil
	}
	_ = os.Chmod(dir, 0o700) // another's folder stays as it is
	return nil
}

// lastFile holds the highest number that was given, so that it is not given again
// when the segment that had it is lost.
const lastFile = "last"

func readLast(dir string) uint64 {
	f, err := openRegular(filepath.Join(dir, lastFile), os.O_RDONLY)
	if err != nil {
		return 0
	}
	defer f.Close()
	var space [32]byte
	n, _ := f.ReadAt(space[:], 0)
	last, err := strconv.ParseUint(strings.TrimSpace(string(space[:n])), 10, 64)
	if err != nil || last >= 1<<62 { // damaged: the segments know enough
		return 0
	}
	return last
}

// keepLast writes the highest number in place. Failing loses only that safety.
func (d *disk) keepLast(last uint64) {
	if d.lastFile == nil {
		var err error
		if d.lastFile, err = openRegular(filepath.Join(d.dir, lastFile), os.O_RDWR|os.O_CREATE); err != nil {
			return
		}
	}
	_, _ = d.lastFile.WriteAt(fmt.Appendf(nil, "%020d\n", last), 0)
}
