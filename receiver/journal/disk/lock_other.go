//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package disk

import (
	"fmt"
	"os"
	"path/filepath"

	"tacklebox/receiver/journal/files"
)

// lock is a file without a lock where the standard library has none; two
// processes on one folder are then the user's to avoid.
func lock(dir string) (*os.File, error) {
	f, err := files.Open(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR)
	if err != nil {
		return nil, fmt.Errorf("journal %s: %w", dir, err)
	}
	return f, nil
}

func unlock(f *os.File) { f.Close() }
